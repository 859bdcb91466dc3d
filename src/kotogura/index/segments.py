"""The segments of a generation as they are stored, and documents numbered through all of them.

A segment's ordinals follow those of the segments before it.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from kotogura.index.manifest import Manifest
from kotogura.index.stored import StoredSegment
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

Numbers = NDArray[np.int64]


class Segments:
    """Opens each segment when it is first asked for.

    Attributes:
        bases: int64 [segments + 1], the number of each segment's first document, and in the end how
            many documents there are.
    """

    def __init__(self, tenant: TenantId, manifest: Manifest, files: TenantFiles) -> None:
        self._tenant = tenant
        self._entries = manifest.segments
        self._files = files
        counts = [entry.document_count for entry in manifest.segments]
        self.bases: Numbers = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
        self._firsts: list[int] = self.bases[:-1].tolist()
        self._stored: dict[int, StoredSegment] = {}

    def __getitem__(self, segment: int) -> StoredSegment:
        found = self._stored.get(segment)
        if found is None:
            found = StoredSegment(self._tenant, self._entries[segment], self._files)
            self._stored[segment] = found
        return found

    @property
    def document_count(self) -> int:
        """How many documents there are, those with a tombstone too."""
        return int(self.bases[-1])

    def first(self, segment: int) -> int:
        """Return the number of the first document of `segment`."""
        return int(self.bases[segment])

    def locate(self, number: int) -> tuple[int, int]:
        """Return the segment and the ordinal of one document."""
        segment = bisect_right(self._firsts, number) - 1
        return segment, number - self._firsts[segment]

    def of(self, documents: Numbers) -> Numbers:
        """Return the segment of each of `documents`."""
        numbers: Numbers = np.searchsorted(self.bases, documents, side="right") - 1
        return numbers

    def group(self, documents: Sequence[int]) -> Iterator[tuple[int, Numbers]]:
        """Yield each segment that `documents` lie in, and their ordinals there."""
        numbers = np.array(sorted(set(documents)), dtype=np.int64)  # of ten, faster than np.unique
        if len(self._firsts) == 1 and len(numbers):
            yield 0, numbers
            return
        segments = self.of(numbers)
        for segment in np.unique(segments).tolist():
            yield segment, numbers[segments == segment] - self.bases[segment]
