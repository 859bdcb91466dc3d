"""The words of a generation as people wrote them, found by how they begin.

Segments never change, so what is read of one is kept for every generation that has it.
"""

from bisect import bisect_left
from collections.abc import Iterator, Set
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from kotogura.analysis.analyzer import Analyzer
from kotogura.analysis.sounds import hiragana, is_kana, is_sounding, sound
from kotogura.index.manifest import FIELDS, SegmentEntry
from kotogura.index.reader import GenerationReader
from kotogura.index.tables import compute, numbers, read_table
from kotogura.tenants.files import TenantFiles

_POOL_COUNT = 200
"""So many of the most frequent words that match count in each segment."""
_BYTES_PER_SOUND = 120

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class WrittenWord:
    """A word as people wrote it.

    Attributes:
        form: as it stands in documents.
        reading: in hiragana; empty where none is known.
        document_frequency: in how many documents, about: where a word is written in several ways,
            its documents are divided among them by a sample.
    """

    form: str
    reading: str
    document_frequency: int

    def joined(self, other: "WrittenWord | None") -> "WrittenWord":
        """Return the same word in the documents of both, of which there is one at least."""
        if other is None:
            return self
        frequency = self.document_frequency + other.document_frequency
        return WrittenWord(self.form, self.reading or other.reading, frequency)


@dataclass(slots=True, eq=False)
class SegmentForms:
    """The written forms of one segment, the most frequent first."""

    forms: pa.StringArray
    readings: pa.StringArray
    frequencies: NDArray[np.uint32]
    _sounds: list[str] | None = field(default=None)
    _by_sound: tuple[list[str], Rows] | None = field(default=None)

    @property
    def size_bytes(self) -> int:
        """What it takes in memory, how its readings sound included."""
        columns = self.forms.nbytes + self.readings.nbytes + self.frequencies.nbytes
        return int(columns) + _BYTES_PER_SOUND * len(self.frequencies)

    def beginning(self, text: str) -> Rows:
        """Return the rows of words that begin with `text`, or sound as if they did, in order.

        Kana are compared with readings, what is half or wholly in Latin letters with their sounds.
        """
        found = _starting(self.forms, text, ignore_case=True)
        if is_kana(text):
            found = np.union1d(found, _starting(self.readings, hiragana(text)))
        elif is_sounding(text):
            found = np.union1d(found, self._sounding(sound(text)))
        return found

    def spellings(self, text: str) -> Iterator[tuple[str, list[str]]]:
        """Yield what `text` is to be compared with, and `text` as it is compared; by row.

        Those are forms, and for kana and Latin letters readings or sounds.
        """
        yield text, [form.casefold() for form in self.forms.to_pylist()]
        if is_kana(text):
            yield hiragana(text), self.readings.to_pylist()
        elif is_sounding(text):
            yield sound(text), self.sounds()

    def sounds(self) -> list[str]:
        """Return how each row's reading sounds; told once, for it takes most of a comparison."""
        if self._sounds is None:
            self._sounds = [sound(reading) for reading in self.readings.to_pylist()]
        return self._sounds

    def word(self, row: int, entry: SegmentEntry) -> WrittenWord:
        """Return the word of a row; of its documents only the share counts that is live."""
        share = entry.live_count / entry.document_count
        frequency = max(1, round(int(self.frequencies[row]) * share))
        return WrittenWord(self.forms[row].as_py(), self.readings[row].as_py(), frequency)

    def _sounding(self, beginning: str) -> Rows:
        if not beginning:
            return np.zeros(0, dtype=np.int64)
        if self._by_sound is None:
            pairs = sorted((one, row) for row, one in enumerate(self.sounds()) if one)
            self._by_sound = (
                [one for one, _ in pairs],
                np.array([row for _, row in pairs], np.int64),
            )
        sounds, rows = self._by_sound
        first = bisect_left(sounds, beginning)
        return rows[first : bisect_left(sounds, beginning + "\U0010ffff", first)]


class WrittenWords:
    """All written forms of a pinned generation. Not safe for concurrent use."""

    def __init__(self, reader: GenerationReader, files: TenantFiles) -> None:
        self._reader = reader
        self._files = files

    def beginning(self, text: str, limit: int, analyzer: Analyzer) -> list[WrittenWord]:
        """Return the words that begin with `text`, or sound as if they did.

        The most frequent come first, of equally frequent ones the shorter, then by their text.
        Words that no document has any more are left out.

        Raises:
            StoreUnavailable, CorruptIndex: when a segment's forms can't be read.
        """
        found: dict[str, WrittenWord] = {}
        alive: set[str] = set()
        for entry, segment in self.segments():
            for row in segment.beginning(text)[:_POOL_COUNT].tolist():
                word = segment.word(row, entry)
                found[word.form] = word.joined(found.get(word.form))
                if segment.frequencies[row] > len(entry.tombstones):
                    alive.add(word.form)
        ranked = sorted(
            found.values(), key=lambda word: (-word.document_frequency, len(word.form), word.form)
        )
        return self.with_documents(ranked, limit, analyzer, alive)

    def segments(self) -> Iterator[tuple[SegmentEntry, SegmentForms]]:
        """Yield each segment that has live documents, and its forms."""
        cache, tenant = self._reader.cache, self._reader.tenant
        for entry in self._reader.manifest.segments:
            if "forms" not in entry.files or not entry.live_count:
                continue
            key = (tenant, "forms", entry.segment_id)
            forms: SegmentForms | None = cache.get(key)
            if forms is None:
                table = read_table(tenant, entry.files["forms"].name, self._files)
                columns = table.combine_chunks().columns
                forms = SegmentForms(
                    columns[0].chunk(0), columns[1].chunk(0), numbers(columns[2].chunk(0))
                )
                cache.put(key, forms, forms.size_bytes)
            yield entry, forms

    def with_documents(
        self,
        ranked: list[WrittenWord],
        limit: int,
        analyzer: Analyzer,
        alive: Set[str] = frozenset(),
    ) -> list[WrittenWord]:
        """Return the first `limit` of `ranked` that documents without a tombstone have.

        Forms are counted when a segment is written, so a word may have lost its documents since;
        those in `alive` have not.
        """
        found: list[WrittenWord] = []
        for first in range(0, len(ranked), limit):
            some = ranked[first : first + limit]
            doubtful = {
                word.form: _terms(word.form, analyzer) for word in some if word.form not in alive
            }
            postings = self._reader.postings(sorted({*sum(doubtful.values(), ())}))
            there = {
                term
                for (name, term), one in postings.items()
                if name in FIELDS and len(one.documents)
            }
            found += [word for word in some if there.issuperset(doubtful.get(word.form, ()))]
            if len(found) >= limit:
                break
        return found[:limit]


def _terms(form: str, analyzer: Analyzer) -> tuple[str, ...]:
    return tuple(dict.fromkeys(analyzer.analyze(form).terms))


def _starting(column: pa.StringArray, text: str, *, ignore_case: bool = False) -> Rows:
    """Return the rows whose value begins with `text`; none where it is empty."""
    if not text:
        return np.zeros(0, dtype=np.int64)
    mask = compute().starts_with(column, pattern=text, ignore_case=ignore_case)
    return np.flatnonzero(numbers(mask.cast(pa.uint8())))
