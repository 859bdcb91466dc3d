"""How a text is cut into words, for people to look at."""

from dataclasses import dataclass

from kotogura.analysis.analyzer import SudachiAnalyzer
from kotogura.analysis.kanji import fold_kanji
from kotogura.analysis.morphemes import morphemes
from kotogura.analysis.normalization import normalize


@dataclass(frozen=True, slots=True)
class CutWord:
    """A word where it stands in the text, in code points, and the terms that it is found by."""

    surface: str
    normalized: str
    reading: str
    part_of_speech: str
    start: int
    end: int
    terms: tuple[str, ...]


def cut(text: str, analyzer: SudachiAnalyzer) -> list[CutWord]:
    """Return the words of `text` in order; one without terms is dropped from the index.

    Raises:
        UnanalyzableText: when Sudachi refuses a character.
    """
    normalized = normalize(text)
    tokens = analyzer.analyze(text).tokens
    words = []
    for offset, morpheme in morphemes(fold_kanji(normalized.text), analyzer.tokenizer):
        start, end = normalized.original_span(offset + morpheme.begin(), offset + morpheme.end())
        within = (one.term for one in tokens if start <= one.start and one.end <= end)
        words.append(
            CutWord(
                surface=text[start:end],
                normalized=morpheme.normalized_form(),
                reading=morpheme.reading_form(),
                part_of_speech="-".join(
                    part for part in morpheme.part_of_speech()[:4] if part != "*"
                ),
                start=start,
                end=end,
                terms=tuple(dict.fromkeys(within)),
            )
        )
    return words
