"""Did you mean: spellings of a query that documents have, where the query itself finds nothing.

Compared are whole words as people wrote them, their readings, and how they sound, by the number of
signs that differ: left out, put in, put in another's place, or changed places with a neighbour.
"""

import re
from collections.abc import Iterator

from kotogura.analysis.analyzer import Analyzer
from kotogura.analysis.normalization import normalize
from kotogura.index.manifest import FIELDS
from kotogura.index.streams import stream_field
from kotogura.search.opened import OpenGeneration
from kotogura.search.resolution import words_of
from kotogura.search.written import WrittenWord, WrittenWords

SPELLING_COUNT = 3
_PIECE_COUNT = 8
"""So many words of a query are looked at; comparing one takes some milliseconds."""
_PIECE_LIMIT_CHARACTERS = 30
_SHORT_CHARACTERS = 3
"""Up to here one sign may differ, beyond two."""
_CANDIDATE_COUNT = 20

_PIECE = re.compile(r'[^\s"“”„()^*:：（）＂＊]+')
_OPERATOR = re.compile(r"AND|OR|NOT|[-−－].*")
_FIELD = re.compile(r"\s*[:：]")
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which no answer can hold."""


def did_you_mean(query: str, opened: OpenGeneration, analyzer: Analyzer) -> list[str]:
    """Return up to three spellings of `query`, the nearest first, of equals the more frequent.

    Words that a document has are left alone. Without any word to mend there are no spellings.
    """
    query = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", query)
    written = WrittenWords(opened.reader, opened.files)
    mended: list[tuple[int, int, list[str]]] = []
    for start, end in _pieces(query):
        piece = normalize(query[start:end]).text.casefold()
        if not 2 <= len(piece) <= _PIECE_LIMIT_CHARACTERS or _is_known(piece, opened, analyzer):
            continue
        near = _near(piece, written)
        found = written.with_documents(near, SPELLING_COUNT, analyzer)
        if found:
            mended.append((start, end, [word.form for word in found]))
    count = max((len(forms) for *_, forms in mended), default=0)
    spellings = [_replaced(query, mended, number) for number in range(count)]
    return [spelling for spelling in dict.fromkeys(spellings) if spelling != query]


def _pieces(query: str) -> Iterator[tuple[int, int]]:
    """Yield where the words of `query` are that it looks for, operators and fields left out.

    >>> [*_pieces("title:東今 AND -会議 予約")]
    [(6, 8), (17, 19)]
    """
    count = 0
    for match in _PIECE.finditer(query):
        if _OPERATOR.fullmatch(match[0]) or _FIELD.match(query, match.end()):
            continue
        yield match.span()
        count += 1
        if count == _PIECE_COUNT:
            return


def _is_known(piece: str, opened: OpenGeneration, analyzer: Analyzer) -> bool:
    """Return whether documents have every word of `piece`; one whose words are dropped is known."""
    reader = opened.reader
    words = words_of(piece, analyzer, reader)
    alternatives = {one for word in words for one in word.alternatives}
    postings = reader.postings(sorted({term for one in alternatives for term in one.terms}))
    there = {key for key, one in postings.items() if len(one.documents)}
    known = {
        one
        for one in alternatives
        for name in FIELDS
        if there.issuperset((stream_field(name, one.stream), term) for term in one.terms)
    }
    return all(not known.isdisjoint(word.alternatives) for word in words)


def _near(piece: str, written: WrittenWords) -> list[WrittenWord]:
    """Return the words nearest to `piece`, in order."""
    # A library of C++ that a search seldom needs.
    from rapidfuzz.distance import OSA  # noqa: PLC0415
    from rapidfuzz.process import extract  # noqa: PLC0415

    words: dict[str, WrittenWord] = {}
    nearness: dict[str, tuple[int, int]] = {}
    for entry, segment in written.segments():
        rows: set[int] = set()
        for text, choices in segment.spellings(piece):
            limit = 1 if len(text) <= _SHORT_CHARACTERS else 2
            near = extract(text, choices, scorer=OSA.distance, score_cutoff=limit, limit=None)
            for choice, distance, row in near:
                form = segment.forms[row].as_py()
                near_by = int(distance), abs(len(choice) - len(text))
                nearness[form] = min(near_by, nearness.get(form, near_by))
                rows.add(row)
        for row in rows:
            word = segment.word(row, entry)
            words[word.form] = word.joined(words.get(word.form))
    ranked = sorted(
        words.values(), key=lambda one: (nearness[one.form], -one.document_frequency, one.form)
    )
    return [word for word in ranked[:_CANDIDATE_COUNT] if word.form.casefold() != piece]


def _replaced(query: str, mended: list[tuple[int, int, list[str]]], number: int) -> str:
    """Return `query` with the spelling of that number in each place, or the last one there."""
    for start, end, forms in reversed(mended):
        query = query[:start] + forms[min(number, len(forms) - 1)] + query[end:]
    return query
