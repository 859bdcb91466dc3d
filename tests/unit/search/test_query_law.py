"""Queries with operators equal a plain reading of their tree, document by document.

The oracle walks the tree for one document at a time: words in lists, no arrays, no index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kotogura.index.reader import GenerationReader
from kotogura.search.explain import Explanation
from kotogura.search.phrases import find_phrase, read_phrase
from kotogura.search.service import SearchService
from tests.memory.language import WordAnalyzer
from tests.memory.library import Library

WORDS = ["apple", "apricot", "pear", "plum"]
TYPES = {"md": "markdown", "txt": "text"}


@dataclass(frozen=True)
class Text:
    title: tuple[str, ...]
    body: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Part:
    """A part of a query: how it is written, and its own parts."""

    kind: str
    value: str = ""
    parts: tuple["Part", ...] = ()
    slop: int = 0

    def written(self) -> str:
        inner = [part.written() for part in self.parts]
        first = inner[0] if inner else ""
        forms = {
            "phrase": f'"{self.value}"' + (f"~{self.slop}" if self.slop else ""),
            "prefix": f"{self.value}*",
            "title": f"title:({first})",
            "body": f"body:({first})",
            "type": f"type:{TYPES.get(self.value)}",
            "not": f"-({first})",
            "boost": f"({first})^2.5",
            "and": " AND ".join(f"({one})" for one in inner),
            "or": " OR ".join(f"({one})" for one in inner),
            "run": " ".join(inner),
        }
        return forms.get(self.kind, self.value)

    def holds(self, text: Text, fields: Sequence[str] = ("title", "body")) -> bool:
        words = [getattr(text, field) for field in fields]
        if self.kind in {"title", "body"}:
            return self.parts[0].holds(text, [one for one in fields if one == self.kind])
        if self.kind == "run":
            must = [part.holds(text, fields) for part in self.parts if part.is_required()]
            may = [part.holds(text, fields) for part in self.parts if not part.is_required()]
            return all(must) and (not may or any(may))
        inner = [part.holds(text, fields) for part in self.parts]
        wanted = self.value.split()
        truths = {
            "phrase": lambda: any(placed(wanted, field, self.slop) for field in words),
            "prefix": lambda: any(one.startswith(self.value) for field in words for one in field),
            "type": lambda: text.kind == self.value,
            "not": lambda: not inner[0],
            "and": lambda: all(inner),
            "word": lambda: any(self.value in field for field in words),
        }
        return truths.get(self.kind, lambda: any(inner))()

    def is_required(self) -> bool:
        if self.kind in {"boost", "and", "or"}:
            return all(part.is_required() for part in self.parts)
        return self.kind in {"phrase", "title", "body", "type", "not"}


def placed(wanted: Sequence[str], words: Sequence[str], slop: int) -> list[tuple[int, int]]:
    """Return all (first, last) of `wanted`, in its order or with shifts within `slop`."""
    return in_order(wanted, words, slop) + shifted(wanted, words, slop)


def shifted(wanted: Sequence[str], words: Sequence[str], slop: int) -> list[tuple[int, int]]:
    """Return all (first, last) of different words, each shifted by much the same."""
    if not slop or len(set(wanted)) < len(wanted):
        return []
    each = [[place for place, word in enumerate(words) if word == one] for one in wanted]
    found = []
    for places in product(*each):
        shifts = [place - number for number, place in enumerate(places)]
        if max(shifts) - min(shifts) <= slop:
            found.append((min(places), max(places)))
    return found


def in_order(wanted: Sequence[str], words: Sequence[str], slop: int) -> list[tuple[int, int]]:
    """Return all (first, last) of `wanted` in its order, no more than `slop` words between."""
    chains = [(place, place) for place, word in enumerate(words) if word == wanted[0]]
    for one in wanted[1:]:
        chains = [
            (first, place)
            for first, last in chains
            for place, word in enumerate(words)
            if word == one and place > last
        ]
    return [(first, last) for first, last in chains if last - first + 1 - len(wanted) <= slop]


words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=7).map(tuple)
texts = st.builds(Text, title=words, body=words, kind=st.sampled_from(sorted(TYPES)))
textual = st.one_of(
    st.builds(Part, st.just("word"), st.sampled_from([*WORDS, "quince"])),
    st.builds(Part, st.just("prefix"), st.sampled_from(["ap", "p", "apple", "z"])),
    st.builds(
        Part,
        st.just("phrase"),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
        st.just(()),
        st.integers(0, 3),
    ),
)
leaves = textual | st.builds(Part, st.just("type"), st.sampled_from(sorted(TYPES)))


def wrapped(parts: st.SearchStrategy[Part]) -> st.SearchStrategy[Part]:
    one = st.tuples(parts)
    return st.builds(Part, st.sampled_from(["not", "boost"]), st.just(""), one) | st.builds(
        Part, st.sampled_from(["title", "body"]), st.just(""), st.tuples(textual)
    )


def joined(parts: st.SearchStrategy[Part]) -> st.SearchStrategy[Part]:
    some = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.builds(Part, st.sampled_from(["and", "or"]), st.just(""), some)


trees = st.recursive(leaves, lambda parts: wrapped(parts) | joined(parts), max_leaves=6)
side_by_side = st.lists(leaves | wrapped(trees), min_size=2, max_size=4).map(tuple)
queries = trees | st.builds(Part, st.just("run"), st.just(""), side_by_side)


def fill(library: Library, collection: Sequence[Text]) -> dict[str, Text]:
    names = {f"{number}.{text.kind}": text for number, text in enumerate(collection)}
    for name, text in names.items():
        heading = "# " if text.kind == "md" else ""
        title = heading + " ".join(text.title)
        library.upload(name, " ".join(text.body), title)
    return names


@settings(max_examples=15, deadline=None)
@given(data=st.data(), collection=st.lists(texts, min_size=1, max_size=6))
def test_a_query_finds_what_its_tree_says(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, collection: list[Text]
) -> None:
    library = Library(tmp_path_factory.mktemp("law"))
    names = fill(library, collection)
    if data.draw(st.booleans()):
        library.compact()
    service = library.service()
    for part in data.draw(st.lists(queries, min_size=8, max_size=8)):
        expected = {name for name, text in names.items() if part.holds(text)}
        answer = service.search(library.tenant, part.written(), "words", 100, explain=True)
        assert {hit.name for hit in answer.hits} == expected, part.written()
        assert answer.total == len(expected)
        for hit in answer.hits:
            assert hit.explanation is not None
            assert hit.score is not None
            assert hit.explanation.value == pytest.approx(hit.score, abs=1e-6)
            add_up(hit.explanation)


def add_up(one: Explanation) -> None:
    """Check that sums are sums and that words are worth what their formula says."""
    if one.kind == "sum":
        assert one.value == pytest.approx(sum(part.value for part in one.parts), abs=1e-9)
    elif one.kind in {"word", "prefix", "phrase"}:
        assert one.boost is not None
        assert one.idf is not None
        assert one.frequency is not None
        assert one.damper is not None
        worth = one.boost * one.idf * one.frequency / (one.frequency + one.damper)
        assert one.value == pytest.approx(worth, abs=1e-9)
        assert one.frequency == pytest.approx(
            sum(field.weight * field.frequency for field in one.fields)
        )
    for part in one.parts:
        add_up(part)


@settings(max_examples=15, deadline=None)
@given(
    bodies=st.lists(
        st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=12), min_size=1
    ),
    wanted=st.lists(st.sampled_from(["a", "b", "c", "z"]), min_size=1, max_size=4),
    slop=st.integers(0, 4),
)
def test_a_phrase_stands_where_a_plain_search_finds_it(
    tmp_path_factory: pytest.TempPathFactory,
    bodies: list[list[str]],
    wanted: list[str],
    slop: int,
) -> None:
    library = Library(tmp_path_factory.mktemp("phrase"))
    for number, body in enumerate(bodies[:5]):
        library.upload(f"{number}.txt", " ".join(body), "題")
    reader: GenerationReader = library.reader()
    places = find_phrase(read_phrase(" ".join(wanted), WordAnalyzer()), "body", reader, slop)
    found = set(
        zip(places.documents.tolist(), places.firsts.tolist(), places.lasts.tolist(), strict=True)
    )
    ends = {(document, last) for document, _, last in found}
    assert len(ends) == len(found)
    for document in range(len(bodies[:5])):
        body = reader.documents([document])[document].body.split()
        there = {(first, last) for number, first, last in found if number == document}
        possible = placed(wanted, body, slop)
        assert there <= set(possible)
        assert bool(there) == bool(possible)
        for _, last in in_order(wanted, body, slop):
            assert (document, last) in ends
        if not slop:
            assert there == set(possible)
    reader.close()


def test_an_exclusion_leaves_the_scores_of_words_as_they_are(library: Library) -> None:
    library.upload("0.txt", "apple pear", "x")
    library.upload("1.txt", "apple plum", "x")
    service = SearchService(library.service()._opened, library.words, rescoring=None)
    plain = service.search(library.tenant, "apple pear", "words").hits
    without = service.search(library.tenant, "apple pear -plum", "words").hits
    assert [(hit.name, hit.score) for hit in without] == [
        (hit.name, hit.score) for hit in plain if hit.name == "0.txt"
    ]


def test_a_boost_multiplies(library: Library) -> None:
    library.upload("0.txt", "apple pear", "x")
    service = SearchService(library.service()._opened, library.words, rescoring=None)
    (plain,) = service.search(library.tenant, "apple AND pear", "words").hits
    (boosted,) = service.search(library.tenant, "(apple AND pear)^3", "words").hits
    assert boosted.score == pytest.approx(3 * (plain.score or 0), abs=2e-6)
