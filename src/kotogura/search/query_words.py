"""What a piece of a query asks for: its words, and the ways each may stand in the index."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from kotogura.analysis.analyzer import AnalyzedText, Analyzer
from kotogura.analysis.kanji import fold_kanji
from kotogura.analysis.katakana import fold_v, katakana, respellings
from kotogura.analysis.latin import SIGNED
from kotogura.analysis.normalization import normalize
from kotogura.analysis.romaji import readings_of_letters
from kotogura.analysis.sounds import hiragana, is_kana
from kotogura.analysis.vocabulary import is_japanese
from kotogura.errors import AnalyzerMismatch
from kotogura.index.streams import Stream
from kotogura.search.successors import SUCCESSORS

_SHORTEST_READING = 2
_SHORTEST_LETTERS = 3
_WIDEST = 8
_KEPT_COUNT = 8_192
_COMPOUND = re.compile("[\u3400-\u4dbf\u4e00-\u9fffァ-ヺー々]{3,12}")
_OKURIGANA = re.compile("^([\u4e00-\u9fff])[ぁ-ん]([\u4e00-\u9fff][ぁ-ん]*)$")
"""打ち切り, which stands as 打 and 切り where a document leaves ち out and Sudachi cuts it."""
_CAUSATIVE = re.compile("[\u4e00-\u9fff]+[わかがたなばまら]さ")
"""買わさ of 買わされた, which is 買う; 動かさ of 動かされた may be 動く or 動かす."""
_U_ROW = dict(zip("わかがたなばまら", "うくぐつぬぶむる", strict=True))
_KATAKANA = re.compile("[ァ-ヺ]")
_ALONE = re.compile(
    r"(?<!\w)(?:[ぁ-ゖァ-ヺーｦ-ﾟ]{2,40}|[A-Za-zāīūēōâîûêôĀĪŪĒŌ]+(?:['’-][A-Za-zāīūēōâîûêô]+)*)(?!\w)"
)
_SAME = {
    "百": "100",
    "千": "1000",
    "万": "10000",
    "億": "100000000",
    "零": "0",
    "無し": "なし",
    "なし": "無し",
    **SUCCESSORS,
}
"""What Sudachi keeps apart; 千 and the like are numbers to it only among digits."""
_WRITTEN = {"ほか": "外"}
"""Kana that Sudachi takes for one kanji and that are written with another as well."""
_COUNTED = {"1人": "一人", "2人": "二人", "20歳": "二十歳"}
"""Numbers that have a reading of their own, so that Sudachi has them as words."""
_COUNTS = {word: (number[:-1], number[-1]) for number, word in _COUNTED.items()}


class Alternative(NamedTuple):
    """One way in which a word may stand in the index.

    Attributes:
        stream: where its terms are to be looked for.
        terms: they stand at consecutive positions, all of them; nearly always there is one.
    """

    stream: Stream
    terms: tuple[str, ...]


Alternatives = tuple[Alternative, ...]


class QueryWord(NamedTuple):
    """A word of a query. It stands where any of its alternatives does, and counts once.

    Attributes:
        alternatives: at least one; all that may be, until `resolution.resolved` has left those
            that a generation knows.
        start: where it begins in the query's text, in code points.
        end: where it ends, exclusive.
        position: the unit of the query's text at which it begins; dropped words are units too.
        width: how many units it takes. A compound is followed by its parts, which lie within.
        instead: whether its parts count only where a generation has no alternative of it, as a
            word in kana that was cut for want of a dictionary's help.
        extra: whether it counts only where a generation has it: neighbours that are one word in
            some documents, as 芝公園 within an address.
    """

    alternatives: tuple[Alternative, ...]
    start: int
    end: int
    position: int
    width: int
    instead: bool = False
    extra: bool = False


def query_words(
    text: str, analyzer: Analyzer, index_fingerprint: str = ""
) -> tuple[QueryWord, ...]:
    """Return the words of `text`, ordered by position, a compound before its parts.

    Words that are one place of the text, such as commit and コミット, are alternatives of one.
    Nothing is left out: a word that the text has twice is there twice.

    Raises:
        AnalyzerMismatch: when the index was made by another analyzer than this one.
        UnanalyzableText: when the analyzer refuses the text.
    """
    if index_fingerprint and analyzer.fingerprint != index_fingerprint:
        raise AnalyzerMismatch("the index was made by another analyzer; run reindex")
    analyzed = analyzer.analyze(text)
    places: dict[tuple[int, int], tuple[str, ...]] = {}
    columns = zip(analyzed.terms, analyzed.positions, analyzed.widths, strict=True)
    for term, position, width in columns:
        place = position, width
        others = places.get(place)
        places[place] = (term,) if others is None else (*others, term)
    words: dict[tuple[int, int], QueryWord] = {}
    starts, ends = analyzed.unit_starts, analyzed.unit_ends
    before: QueryWord | None = None
    free = 0  # the first unit behind it
    for place, terms in places.items():
        position, width = place
        start, end = starts[position], ends[position + width - 1]
        instead = width > 1 and SIGNED.fullmatch(terms[0]) is not None
        extra = width > 1 and terms[0].isdigit()
        alternatives = _alternatives(terms, text[start:end], text.startswith("され", end - 1))
        word = QueryWord(alternatives, start, end, position, width, instead, extra)
        words[place] = word
        if position >= free:  # no part of a compound
            if before is not None and before.end == start and before.width + width < _WIDEST:
                joined = text[before.start : end]
                _add_neighbours(words, before, word, joined)
            before, free = word, position + width
    more = list(_alone(text, analyzed, analyzer))
    for word in more:
        place = word.position, word.width
        known = words.get(place)
        words[place] = word if known is None else _joined(known, word)
    found = list(words.values())
    if more or len(found) > len(places):
        found.sort(key=lambda word: (word.position, -word.width))
    return tuple(found)


@lru_cache(_KEPT_COUNT)  # audit: cache-without-tenant - by the words alone, of no index
def _alternatives(terms: tuple[str, ...], written: str, passive: bool) -> Alternatives:
    """Return how a word with these terms may stand in an index, written as it is.

    A verb may be `passive`: it ends in さ, and れる follows.
    """
    written = fold_kanji(normalize(written).text)
    found = [Alternative("word", (term,)) for term in terms]
    if terms[0] in _SAME:
        found.append(Alternative("word", (_SAME[terms[0]],)))
    if terms[0] in _COUNTS:
        found.append(Alternative("word", _COUNTS[terms[0]]))
    if written in _WRITTEN:
        found.append(Alternative("word", (_WRITTEN[written],)))
    if passive and _CAUSATIVE.fullmatch(written) and terms[0] == written[:-1] + "す":
        found.append(Alternative("word", (written[:-2] + _U_ROW[written[-2]],)))
    others = respellings(terms[0])
    found += [Alternative("word", (one,)) for one in others]
    found += [Alternative("word", pieces) for pieces in _OKURIGANA.findall(written)]
    if is_kana(written):
        reading = hiragana(fold_v(written))
        if len(reading) >= _SHORTEST_READING and hiragana(terms[0]) == reading:
            found.append(Alternative("reading", (reading,)))
    if is_japanese(written):
        pairs = _pairs(written)
        if pairs:
            found.append(Alternative("gram", pairs))
            found += [Alternative("gram", _pairs(one)) for one in others if one[-1] != "ー"]
        elif not is_kana(written):
            found.append(Alternative("gram", (written,)))
    return tuple(found)


def _pairs(written: str) -> tuple[str, ...]:
    return tuple(written[place : place + 2] for place in range(len(written) - 1))


def _add_neighbours(
    words: dict[tuple[int, int], QueryWord], one: QueryWord, other: QueryWord, text: str
) -> None:
    """Add two words, one beside the other, as the one that they may be elsewhere."""
    alternatives = _compound(text)
    width = one.width + other.width
    if alternatives and (one.position, width) not in words:
        words[one.position, width] = QueryWord(
            alternatives, one.start, other.end, one.position, width, extra=True
        )


@lru_cache(_KEPT_COUNT)  # audit: cache-without-tenant - by the words alone, of no index
def _compound(text: str) -> Alternatives:
    written = fold_kanji(normalize(text).text)
    if written in _COUNTED:
        return (Alternative("word", (_COUNTED[written],)),)
    return (Alternative("word", (written,)),) if _COMPOUND.fullmatch(written) else ()


def _alone(text: str, analyzed: AnalyzedText, analyzer: Analyzer) -> Iterator[QueryWord]:
    """Yield the words in kana or Latin letters that stand by themselves, by what they sound like.

    Whoever types them so may mean any word of that sound, and the dictionary may cut them anyhow.
    """
    starts, ends = analyzed.unit_starts, analyzed.unit_ends
    for match in _ALONE.finditer(text):
        start, end = match.span()
        if start not in starts or end not in ends:
            continue
        position = starts.index(start)
        width = ends.index(end) + 1 - position
        written = normalize(match[0]).text
        if is_kana(written):
            found = list(_sounding(written, analyzer))
        else:
            found = [Alternative("reading", (one,)) for one in _spelt(written, analyzed, position)]
        if found and width > 0:
            yield QueryWord(tuple(found), start, end, position, width, instead=width > 1)


def _sounding(written: str, analyzer: Analyzer) -> Iterator[Alternative]:
    """Yield readings equal to a word in kana, and the word in the other kana."""
    for spelling in (written, *respellings(katakana(written))):
        yield Alternative("reading", (hiragana(fold_v(spelling)),))
    if is_japanese(written):
        pairs = _pairs(written)
        yield Alternative("gram", pairs)
    for other in (hiragana(written), katakana(written)):
        if other != written:
            found = analyzer.analyze(other)
            if len(found.terms) == 1 and found.widths[0] == len(found.unit_starts):
                yield Alternative("word", (found.terms[0],))


def _spelt(written: str, analyzed: AnalyzedText, position: int) -> tuple[str, ...]:
    """Return the readings that Latin letters spell, unless the dictionary knows them as English."""
    english = any(
        _KATAKANA.search(term)
        for term, place in zip(analyzed.terms, analyzed.positions, strict=True)
        if place == position
    )
    if english or len(written) < _SHORTEST_LETTERS:
        return ()
    return readings_of_letters(written)


def _joined(one: QueryWord, other: QueryWord) -> QueryWord:
    both = dict.fromkeys((*one.alternatives, *other.alternatives))
    return one._replace(alternatives=tuple(both))
