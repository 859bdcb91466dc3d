"""Suggestions while typing: the last word of what is typed, completed by words of the documents."""

import re
import unicodedata

from pydantic import BaseModel

from kotogura.analysis.analyzer import Analyzer
from kotogura.errors import AnalyzerMismatch, InvalidQuery
from kotogura.search.opened import OpenGeneration
from kotogura.search.written import WrittenWords

TYPED_LIMIT_CHARACTERS = 200
SUGGESTION_LIMIT = 20

_LAST_WORD = re.compile(r'[^\s"():]*\Z')
"""A query's signs end a word, so that `title:とう` is completed too."""


class Suggestion(BaseModel):
    """One way to go on.

    Attributes:
        text: the whole of what was typed, its last word completed.
        word: that word, as it stands in documents.
        reading: how it is read, in hiragana; empty where that isn't known.
        document_frequency: about how many documents have it.
    """

    text: str
    word: str
    reading: str
    document_frequency: int


class Suggestions(BaseModel):
    """Ways to go on, the most frequent words first; `generation` is the one that answered."""

    generation: int
    suggestions: list[Suggestion]


def suggest(opened: OpenGeneration, typed: str, limit: int, analyzer: Analyzer) -> Suggestions:
    """Complete the last word of `typed`, by how it is written or how it is read.

    Kana match readings from their beginning, Latin letters the sounds of readings in any usual
    spelling, and both match what is written with them. Where nothing is typed, or a blank comes
    last, there are no suggestions.

    Raises:
        InvalidQuery: when `typed` is above 200 characters, or `limit` not 1 to 20.
        AnalyzerMismatch: when the index was made by another analyzer than this one.
    """
    if len(typed) > TYPED_LIMIT_CHARACTERS:
        raise InvalidQuery(f"what is typed is above {TYPED_LIMIT_CHARACTERS} characters")
    if not 1 <= limit <= SUGGESTION_LIMIT:
        raise InvalidQuery(f"limit is 1 to {SUGGESTION_LIMIT}")
    if opened.manifest.analyzer not in {"", analyzer.fingerprint}:
        raise AnalyzerMismatch("the index was made by another analyzer; run reindex")
    before, word = _split(typed)
    words = WrittenWords(opened.reader, opened.files).beginning(word, limit, analyzer)
    return Suggestions(
        generation=opened.manifest.generation,
        suggestions=[
            Suggestion(
                text=before + found.form,
                word=found.form,
                reading=found.reading,
                document_frequency=found.document_frequency,
            )
            for found in words
        ],
    )


def _split(typed: str) -> tuple[str, str]:
    """Return what comes before the last word, and that word in NFKC; it may be nothing.

    >>> _split("旅費 とう"), _split("title:ﾄｳ"), _split("旅費　")
    (('旅費 ', 'とう'), ('title:', 'トウ'), ('旅費　', ''))
    """
    match = _LAST_WORD.search(typed)
    start = match.start() if match else len(typed)
    sign = len(typed[start:]) - len(typed[start:].lstrip("-+"))
    start += sign
    word = unicodedata.normalize("NFKC", typed[start:])
    return typed[:start].lstrip(), word.encode("utf-8", "ignore").decode()
