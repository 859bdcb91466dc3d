"""Where Sudachi's tokenizer comes from: out of GiNZA when indexing, by itself when searching.

The two give equal terms, which `tests/unit/analysis/test_equal_tokenizers.py` holds; the second
takes a fifth of the memory and a thirtieth of the time to load, so a search never imports spaCy.
"""

from pathlib import Path

from sudachipy import Config, Dictionary, SplitMode, Tokenizer, errors

from kotogura.analysis.analyzer import SudachiAnalyzer
from kotogura.errors import StoreUnavailable


def sudachi_analyzer() -> SudachiAnalyzer:
    """Return an analyzer on SudachiPy and its core dictionary alone."""
    tokenizer: Tokenizer = Dictionary(dict="core").create(mode=SplitMode.C)
    return SudachiAnalyzer(tokenizer)


def user_analyzer(path: Path, digest: str, system: Tokenizer) -> SudachiAnalyzer:
    """Return an analyzer on SudachiPy, its core dictionary and the user dictionary at `path`.

    GiNZA's tokenizer is made without user dictionaries; this one cuts equally, so it serves
    indexing as well. `digest` names the dictionary, and `system` is a tokenizer without it.

    Raises:
        StoreUnavailable: when the file isn't there or is no dictionary.
    """
    try:
        dictionary = Dictionary(config=Config(system="core", user=[str(path)]))
    except errors.SudachiError:
        raise StoreUnavailable("the user dictionary can't be read; run reindex") from None
    return SudachiAnalyzer(dictionary.create(mode=SplitMode.C), digest, system)


def ginza_analyzer() -> SudachiAnalyzer:
    """Return an analyzer on the tokenizer of GiNZA's Japanese pipeline.

    Only the tokenizer is loaded; the pipeline's other parts would take two thousand characters a
    second and change no term.
    """
    import spacy  # noqa: PLC0415 — 1.5 s and 300 MB that a search must not pay

    pipeline = spacy.load("ja_ginza", exclude=_PIPELINE)
    tokenizer: Tokenizer = pipeline.tokenizer.tokenizer  # type: ignore[union-attr]
    return SudachiAnalyzer(tokenizer)


_PIPELINE = ["tok2vec", "parser", "ner", "morphologizer", "compound_splitter", "bunsetu_recognizer"]
