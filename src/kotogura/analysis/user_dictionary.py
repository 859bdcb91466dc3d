"""A user dictionary compiled: from words in Sudachi's columns to the file that Sudachi maps."""

import csv
import hashlib
import importlib.metadata
import io
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import sudachidict_core
from sudachipy import errors, sudachipy

from kotogura.analysis.kanji import fold_kanji
from kotogura.analysis.normalization import normalize
from kotogura.errors import InvalidDictionary

_REVISION = 1
"""Raise it with every change of this module that changes what is compiled of equal words."""
_MADE_AT = slice(8, 16)
"""Where Sudachi's header tells when the file was made."""
_HEADWORD = 0


def source_of(entries: Sequence[Sequence[str]]) -> bytes:
    r"""Return the canonical CSV of `entries`: what Sudachi compiles, headwords as it finds them.

    The analyzer folds old kanji, and Sudachi widths and case, before any word is looked up. A
    headword that is written otherwise would be met in no text.

    >>> source_of([["ＡＢ社", "1"]]).decode()
    'ab社,1\n'
    """
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerows([_headword(entry[_HEADWORD]), *entry[_HEADWORD + 1 :]] for entry in entries)
    return written.getvalue().encode()


def digest_of(source: bytes) -> str:
    """Return 64 hexadecimal digits over a canonical CSV and all that compiles it."""
    facts = [
        f"revision={_REVISION}",
        f"sudachipy={importlib.metadata.version('sudachipy')}",
        f"sudachidict-core={importlib.metadata.version('sudachidict-core')}",
        "",
    ]
    return hashlib.sha256("\n".join(facts).encode() + source).hexdigest()


def compile_dictionary(source: bytes) -> bytes:
    """Return the dictionary that Sudachi compiles of a canonical CSV; equal ones give equal bytes.

    Raises:
        InvalidDictionary: when Sudachi refuses it, which valid entries never are.
    """
    system = Path(sudachidict_core.__file__).parent / "resources" / "system.dic"
    with TemporaryDirectory() as folder:
        lexicon, compiled = Path(folder) / "words.csv", Path(folder) / "words.dic"
        lexicon.write_bytes(source)
        try:
            sudachipy.build_user_dic(system=system, lex=[lexicon], output=compiled)
        except errors.SudachiError:
            raise InvalidDictionary(
                "the dictionary can't be compiled; write it in the short form"
            ) from None
        data = bytearray(compiled.read_bytes())
    data[_MADE_AT] = bytes(8)
    return bytes(data)


def _headword(word: str) -> str:
    return unicodedata.normalize("NFKC", fold_kanji(normalize(word).text).lower())
