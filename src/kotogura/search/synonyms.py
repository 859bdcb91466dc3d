"""Synonyms at query time: words of a query get those of the tenant's rules as alternatives.

A word and its synonyms count as one word: how often it stands in a document is how often the most
frequent of them does, and its document frequency that of all. Nothing is indexed for them, so a
change holds for the next query that looks for it.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from kotogura.analysis.analyzer import Analyzer
from kotogura.errors import UnanalyzableText
from kotogura.search.query_words import Alternative, Alternatives, QueryWord, query_words
from kotogura.tenants.identity import TenantId
from kotogura.tenants.synonyms import SynonymRule, parse_synonyms
from kotogura.tenants.texts import TenantTexts

LOOK_SECONDS = 5.0
"""A change is seen after so many seconds at most."""
KEPT_TENANT_COUNT = 64

_Key = tuple[Alternative, ...]
"""The first alternative of each word of a source, side by side."""


@dataclass(frozen=True, slots=True)
class Synonyms:
    """A tenant's rules as an analyzer reads them; without any it costs nothing.

    Attributes:
        by_first: for the first word of a source, all its sources, the longest first, each with the
            alternatives that it gets.
    """

    by_first: dict[Alternative, list[tuple[_Key, Alternatives]]] = field(default_factory=dict)

    @classmethod
    def of(cls, rules: Sequence[SynonymRule], analyzer: Analyzer) -> "Synonyms":
        """Return what `rules` mean to queries that `analyzer` reads.

        What the analyzer drops altogether or refuses is left out: no indexed text has it.
        """
        read: dict[str, tuple[QueryWord, ...]] = {}
        for rule in rules:
            for word in (*rule.sources, *rule.targets):
                if word not in read:
                    read[word] = _read(word, analyzer)
        found: dict[_Key, dict[Alternative, None]] = {}
        for rule in rules:
            targets = {one: None for word in rule.targets for one in _target(read[word])}
            for word in rule.sources:
                if read[word]:
                    found.setdefault(_key(read[word]), {}).update(targets)
        by_first: dict[Alternative, list[tuple[_Key, Alternatives]]] = {}
        for key in sorted(found, key=len, reverse=True):
            by_first.setdefault(key[0], []).append((key, tuple(found[key])))
        return cls(by_first)

    def expand(self, words: tuple[QueryWord, ...]) -> tuple[QueryWord, ...]:
        """Return `words` with the synonyms of each as further alternatives.

        Where a rule's source is several words, one more word stands for all of them, as a compound
        stands beside its parts.
        """
        if not self.by_first or not words:
            return words
        places = {(word.position, word.width): word for word in words}
        outer = _outer(words)
        numbers = {(word.position, word.width): number for number, word in enumerate(outer)}
        for word in words:
            number = numbers.get((word.position, word.width))
            for key, targets in self.by_first.get(word.alternatives[0], ()):
                run = (word,) if number is None else outer[number : number + len(key)]
                if _key(run) == key and _side_by_side(run):
                    _add(places, run, targets)
        return tuple(sorted(places.values(), key=lambda word: (word.position, -word.width)))


class SynonymRules:
    """All tenants' synonyms, read again every few seconds. Not safe for concurrent use."""

    def __init__(
        self,
        store: TenantTexts,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._clock = clock
        self._kept: OrderedDict[TenantId, tuple[float, str, str, Synonyms]] = OrderedDict()

    def of(self, tenant: TenantId, analyzer: Analyzer) -> Synonyms:
        """Return the tenant's synonyms, as they were at most `LOOK_SECONDS` ago.

        They are as `analyzer` reads them, which differs once the tenant has a new dictionary.

        Raises:
            StoreUnavailable, Throttled: when they can't be read; a retry may help.
        """
        now = self._clock()
        kept = self._kept.get(tenant)
        if kept is not None and kept[2] != analyzer.fingerprint:
            kept = None
        if kept is not None and now - kept[0] < LOOK_SECONDS:
            self._kept.move_to_end(tenant)
            return kept[3]
        stored = self._store.get(tenant)
        if kept is not None and kept[1] == stored.version:
            synonyms = kept[3]
        else:
            synonyms = Synonyms.of(parse_synonyms(stored.text), analyzer)
        self._kept[tenant] = now, stored.version, analyzer.fingerprint, synonyms
        self._kept.move_to_end(tenant)
        if len(self._kept) > KEPT_TENANT_COUNT:
            self._kept.popitem(last=False)
        return synonyms


NO_SYNONYMS = Synonyms()


def _read(word: str, analyzer: Analyzer) -> tuple[QueryWord, ...]:
    try:
        return _outer(query_words(word, analyzer))
    except UnanalyzableText:
        return ()


def _outer(words: tuple[QueryWord, ...]) -> tuple[QueryWord, ...]:
    """Return the words that lie in no other of the text's own."""
    found: list[QueryWord] = []
    covered = 0
    for word in words:
        if word.position >= covered and not word.extra:
            found.append(word)
            covered = word.position + word.width
    return tuple(found)


def _key(words: Sequence[QueryWord]) -> _Key:
    return tuple(word.alternatives[0] for word in words)


def _side_by_side(words: Sequence[QueryWord]) -> bool:
    """Return whether nothing but a blank or a dropped word lies between `words`."""
    return all(
        0 <= later.position - word.position - word.width <= 1 for word, later in pairwise(words)
    )


def _target(words: tuple[QueryWord, ...]) -> Alternatives:
    """Return the alternatives that a synonym of these words is; of several, all must stand."""
    if len(words) == 1:
        return words[0].alternatives
    terms: list[str] = []
    for word in words:
        own = next((one.terms for one in word.alternatives if one.stream == "word"), ())
        if not own:
            return ()
        terms += own
    return (Alternative("word", tuple(terms)),) if terms else ()


def _add(
    places: dict[tuple[int, int], QueryWord], run: Sequence[QueryWord], targets: Alternatives
) -> None:
    """Give the word that `run` is, or stands for, these alternatives."""
    first, last = run[0], run[-1]
    place = first.position, last.position + last.width - first.position
    known = places.get(place)
    own = known.alternatives if known else _target(tuple(run))
    alternatives = tuple(dict.fromkeys((*own, *targets)))
    if known is not None:
        places[place] = known._replace(alternatives=alternatives)
    elif alternatives:
        places[place] = QueryWord(alternatives, first.start, last.end, *place)
