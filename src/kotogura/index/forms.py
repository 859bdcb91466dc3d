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
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.analysis.normalization import normalize
from kotogura.analysis.sounds import hiragana, is_kana
from kotogura.index.content import Occurrences, SegmentContent
from kotogura.index.manifest import FIELDS
from kotogura.index.streams import stream_field
from kotogura.index.tables import list_offsets, list_values

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
        seen: dict[tuple[int, str], list[int]] = {}
        for number, key in enumerate(zip(owners, places.forms, strict=True)):
            seen.setdefault(key, []).append(number)
        sampled = np.bincount(owners, minlength=len(words.terms)).tolist()
        for (word, written), numbers in seen.items():
            form = normalize(written).text
            if not _is_worth_it(form, words.terms[word]):
                continue
            share = round(words.document_frequencies[word] * len(numbers) / sampled[word])
            reading = hiragana(form) if is_kana(form) else places.reading(numbers[0])
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
        document_frequencies: int64, documents that have it in either.
    """

    terms: Sequence[str]
    in_body: NDArray[np.bool_]
    first: Numbers
    last: Numbers
    document_frequencies: Numbers

    @classmethod
    def of(cls, occurrences: Occurrences, starts: Numbers, limit: int) -> "_Words":
        """Return the `limit` most frequent words of `occurrences`, and never above `FORM_COUNT`."""
        size = len(occurrences.terms)
        words: dict[str, dict[str, int]] = {}
        for term_id, (term, name) in enumerate(occurrences.terms):
            if name in FIELDS:
                words.setdefault(term, {})[name] = term_id
        body, title = (
            np.array([found.get(name, -1) for found in words.values()], dtype=np.int64)
            for name in ("body", "title")
        )
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
        terms = list(words)
        chosen = main[order].astype(np.uint32)
        return cls(
            [terms[word] for word in order.tolist()],
            body[order] >= 0,
            np.searchsorted(occurrences.term_ids, chosen),
            np.searchsorted(occurrences.term_ids, chosen, side="right"),
            frequencies[order],
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
        self._units, self._widths = (base + positions).tolist(), widths.tolist()
        self._readings = _Readings(occurrences, name, bounds)

    def reading(self, number: int) -> str:
        """Return the reading of one of them, or nothing."""
        return self._readings.read(self._units[number], self._widths[number])


class _Readings:
    """How the units of a field are read, as far as its analysis tells it."""

    def __init__(self, occurrences: Occurrences, name: str, bounds: Numbers) -> None:
        """Take the bounds of each document's units among those of all."""
        self._terms = occurrences.terms
        self._single = np.full(int(bounds[-1]), -1, dtype=np.int64)
        self._wide: dict[tuple[int, int], int] = {}
        field = stream_field(name, "reading")
        own = np.array([one == field for _, one in occurrences.terms], dtype=bool)
        rows = np.flatnonzero(own[occurrences.term_ids])[::-1]  # of several the first one stays
        units = bounds[occurrences.documents[rows]] + occurrences.positions[rows]
        widths, term_ids = occurrences.widths[rows], occurrences.term_ids[rows]
        single = widths == 1
        self._single[units[single]] = term_ids[single]
        self._wide = dict(
            zip(
                zip(units[~single].tolist(), widths[~single].tolist(), strict=True),
                term_ids[~single].tolist(),
                strict=True,
            )
        )

    def read(self, unit: int, width: int) -> str:
        """Return the reading of what stands in `width` units from `unit` on, or nothing."""
        if width > 1 and (unit, width) in self._wide:
            return self._terms[self._wide[unit, width]][0]
        ids = self._single[unit : unit + width].tolist()
        return "" if -1 in ids else "".join(self._terms[term_id][0] for term_id in ids)


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
