"""Written forms: words as people wrote them in the documents of a segment, with their readings.

A term is a normalised form that perhaps nobody wrote; what is suggested to a person is a form that
stands in the texts. Each word's forms are looked up at a few of its places, evenly spread, and its
document frequency is divided among them as they occur there.

| column | holds |
| --- | --- |
| `form` | the form, in NFKC; each once |
| `reading` | in hiragana; empty where none is known |
| `document_frequency` | in how many documents, live ones of the segment when it was written |

The forms most frequent come first, and equals in order of their text.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from kotogura.analysis.normalization import normalize
from kotogura.analysis.sounds import hiragana, is_kana
from kotogura.index.content import Occurrences, SegmentContent
from kotogura.index.manifest import FIELDS
from kotogura.index.streams import stream_field
from kotogura.index.tables import list_offsets, list_values, numbers

FORM_COUNT = 30_000
"""A segment keeps the forms of so many words at most, the most frequent ones."""
FORMS_AT_LEAST = 2_000
"""A segment of one document may keep so many, and one more for every second document that follows.

A rare word of a large batch waits until the batch is merged with others."""
FORM_LIMIT_CHARACTERS = 40
FORMS_SCHEMA = pa.schema(
    [
        ("form", pa.string()),
        ("reading", pa.string()),
        ("document_frequency", pa.uint32()),
    ]
)

_SAMPLE_COUNT = 3
_WORD = re.compile(r"[^\W\d_]")
_BLANK = re.compile(r"\s")
_HIRAGANA = re.compile("[\u3041-\u3096ー]+")
_KANJI = re.compile("[\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]")

Numbers = NDArray[np.int64]


def form_table(content: SegmentContent, occurrences: Occurrences, starts: Numbers) -> pa.Table:
    """Return the written forms of a segment's words, in the columns told above.

    `starts` has each posting's first occurrence, as `Occurrences.posting_starts` gives it.
    """
    words = _Words.of(occurrences, starts, FORMS_AT_LEAST + len(content.documents) // 2)
    forms: dict[str, tuple[int, str]] = {}
    for name in FIELDS:
        owners, rows = words.sample(name)
        if not len(rows):
            continue
        places = _Places(content, occurrences, name, rows)
        found = list(zip(owners, places.forms, strict=True))
        first_place = dict(zip(reversed(found), reversed(range(len(found))), strict=True))
        sampled = Counter(owners)
        for (word, written), count in Counter(found).items():
            form = normalize(written).text
            if not _is_worth_it(form, words.terms[word]):
                continue
            share = round(words.document_frequencies[word] * count / sampled[word])
            reading = (
                hiragana(form) if is_kana(form) else places.reading(first_place[word, written])
            )
            before = forms.get(form)
            if before is None or before[0] < share:
                forms[form] = max(1, share), reading or (before[1] if before else "")
    ordered = sorted(forms.items(), key=lambda row: (-row[1][0], row[0]))
    return pa.table(
        [
            pa.array([form for form, _ in ordered], pa.string()),
            pa.array([reading for _, (_, reading) in ordered], pa.string()),
            pa.array([frequency for _, (frequency, _) in ordered], pa.uint32()),
        ],
        schema=FORMS_SCHEMA,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Words:
    """The most frequent words of a segment.

    Attributes:
        terms: each word's term.
        in_body: bool, whether it is looked up in the body, else in the title.
        first: int64, the first occurrence of its term there.
        last: int64, the one behind its last.
        document_frequencies: documents that have it in either.
    """

    terms: Sequence[str]
    in_body: NDArray[np.bool_]
    first: Numbers
    last: Numbers
    document_frequencies: list[int]

    @classmethod
    def of(cls, occurrences: Occurrences, starts: Numbers, limit: int) -> "_Words":
        """Return the `limit` most frequent words of `occurrences`, and never above `FORM_COUNT`."""
        size = len(occurrences.dictionary)
        terms, body, title = _words_of(occurrences.dictionary)
        main = np.where(body >= 0, body, title)
        postings = occurrences.term_ids[starts[:-1]].astype(np.int64)
        documents = occurrences.documents[starts[:-1]]
        frequencies = np.bincount(postings, minlength=size)[main]
        # A document that has the word in its title alone counts too.
        partner = np.full(size, -1, dtype=np.int64)
        both = (body >= 0) & (title >= 0)
        partner[title[both]] = body[both]
        in_title = np.flatnonzero(partner[postings] >= 0)
        if len(in_title):
            stride = int(documents.max()) + 1
            keys = postings * stride + documents
            sought = partner[postings[in_title]] * stride + documents[in_title]
            at = np.minimum(np.searchsorted(keys, sought), len(keys) - 1)
            alone = partner[postings[in_title[keys[at] != sought]]]
            frequencies += np.bincount(alone, minlength=size)[main]
        order = np.argsort(-frequencies, kind="stable")[: min(limit, FORM_COUNT)]
        chosen = main[order].astype(np.uint32)
        return cls(
            terms.take(pa.array(order)).to_pylist(),
            body[order] >= 0,
            np.searchsorted(occurrences.term_ids, chosen),
            np.searchsorted(occurrences.term_ids, chosen, side="right"),
            frequencies[order].tolist(),
        )

    def sample(self, name: str) -> tuple[list[int], Numbers]:
        """Return numbers of words that are looked up in field `name`, and a row for each."""
        words = np.flatnonzero(self.in_body == (name == "body"))
        first, last = self.first[words], self.last[words]
        counts = np.minimum(last - first, _SAMPLE_COUNT)
        owners = np.repeat(np.arange(len(words)), counts)
        nth = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts)
        rows = first[owners] + nth * (last - first)[owners] // counts[owners]
        return words[owners].tolist(), rows


def _words_of(dictionary: pa.Table) -> tuple[pa.Array, Numbers, Numbers]:
    """Return the words of a dictionary, and the term id of each in the body and in the title.

    Where a word isn't in one of them, that id is -1.
    """
    fields = pa.array(FIELDS)
    field = pc.fill_null(pc.index_in(dictionary.column("field"), value_set=fields), -1)
    fields_by_id = numbers(field.combine_chunks())
    ids = np.flatnonzero(fields_by_id >= 0)
    terms = dictionary.column("term").combine_chunks().take(pa.array(ids))
    begins = np.ones(
        len(ids), dtype=bool
    )  # a term of both fields stands twice, one behind the other
    begins[1:] = numbers(pc.cast(pc.not_equal(terms[1:], terms[:-1]), pa.uint8())) > 0
    words = np.cumsum(begins) - 1
    by_field = {}
    for number, name in enumerate(FIELDS):
        own = fields_by_id[ids] == number
        by_field[name] = np.full(int(begins.sum()), -1, dtype=np.int64)
        by_field[name][words[own]] = ids[own]
    return terms.take(pa.array(np.flatnonzero(begins))), by_field["body"], by_field["title"]


class _Places:
    """What stands in a field at some occurrences of words, and how it is read."""

    def __init__(
        self, content: SegmentContent, occurrences: Occurrences, name: str, rows: Numbers
    ) -> None:
        """Look up the occurrences in `rows`, at least one, all of them in field `name`."""
        units = pa.concat_tables(content.units[name]).combine_chunks()
        bounds, gap_bounds = list_offsets(units, "advances"), list_offsets(units, "gaps")
        sums = np.cumsum(list_values(units, "advances"), dtype=np.int64)
        gaps = np.append(list_values(units, "gaps"), 0)
        documents, positions, widths = (
            column[rows].astype(np.int64)
            for column in (occurrences.documents, occurrences.positions, occurrences.widths)
        )
        base = bounds[documents]
        before = np.where(base > 0, sums[base - 1], 0)
        last = positions + widths - 1
        starts = sums[base + positions] - before
        ends = sums[base + last + 1] - before
        gapped = gap_bounds[documents] < gap_bounds[documents + 1]
        ends -= gaps[np.where(gapped, gap_bounds[documents] + last, -1)]
        texts = [getattr(document, name) for document in content.documents]
        self.forms = [
            texts[document][start:end]
            for document, start, end in zip(
                documents.tolist(), starts.tolist(), ends.tolist(), strict=True
            )
        ]
        """As the original text has them, by the order of `rows`."""
        units = base + positions
        self._units, self._widths = units.tolist(), widths.tolist()
        asked = np.zeros(int(bounds[-1]), dtype=bool)
        for step in range(int(widths.max())):
            asked[units[widths > step] + step] = True
        self._readings = _Readings(occurrences, name, bounds, asked)

    def reading(self, number: int) -> str:
        """Return the reading of one of them, or nothing."""
        return self._readings.read(self._units[number], self._widths[number])


class _Readings:
    """How some units of a field are read, as far as its analysis tells it."""

    def __init__(
        self,
        occurrences: Occurrences,
        name: str,
        bounds: Numbers,
        asked: NDArray[np.bool_],
    ) -> None:
        """Take the bounds of each document's units among those of all, and which are asked for."""
        fields = occurrences.dictionary.column("field")
        own = pc.equal(fields, stream_field(name, "reading")).combine_chunks()
        rows = np.flatnonzero((numbers(pc.cast(own, pa.uint8())) > 0)[occurrences.term_ids])
        units = bounds[occurrences.documents[rows]] + occurrences.positions[rows]
        some = np.flatnonzero(asked[units])[::-1]  # of several readings the first one stays
        ids, found = np.unique(occurrences.term_ids[rows[some]], return_inverse=True)
        terms = occurrences.dictionary.column("term").take(pa.array(ids)).to_pylist()
        keys = zip(units[some].tolist(), occurrences.widths[rows[some]].tolist(), strict=True)
        self._by_place: dict[tuple[int, int], str] = {
            key: terms[number] for key, number in zip(keys, found.tolist(), strict=True)
        }

    def read(self, unit: int, width: int) -> str:
        """Return the reading of what stands in `width` units from `unit` on, or nothing."""
        whole = self._by_place.get((unit, width))
        if whole is not None:
            return whole
        parts = [self._by_place.get((unit + step, 1)) for step in range(width)]
        return "" if None in parts else "".join(part for part in parts if part)


def _is_worth_it(form: str, term: str) -> bool:
    """Return whether a form is a word that a person would choose from a list.

    Numbers, signs, single letters and the shortest words in hiragana are not, nor is an inflected
    form such as 食べ of 食べる.
    """
    if not form or len(form) > FORM_LIMIT_CHARACTERS or not _WORD.search(form):
        return False
    if _BLANK.search(form) or (len(form) == 1 and not _KANJI.fullmatch(form)):
        return False
    if not _HIRAGANA.fullmatch(form[-1]):
        return True
    return form[-1] == term[-1] and not (len(form) < 3 and _HIRAGANA.fullmatch(form))
