"""Tombstones: documents of a segment that no longer count, though the segment never changes."""

from collections.abc import Iterable, Iterator, Mapping

from kotogura.index.directory import Place
from kotogura.index.manifest import FIELDS, SegmentEntry


def bury(segment: SegmentEntry, places: Iterable[Place]) -> SegmentEntry:
    """Return `segment` with tombstones on `places`, its statistics kept exact."""
    fresh = {place.document: place for place in places if place.document not in segment.tombstones}
    return segment.model_copy(
        update={
            "tombstones": tuple(sorted({*segment.tombstones, *fresh})),
            "tombstone_lengths": {
                name: segment.tombstone_lengths.get(name, 0)
                + sum(place.lengths[name] for place in fresh.values())
                for name in FIELDS
            },
        }
    )


def live_places(segment: SegmentEntry, places: Mapping[str, Place]) -> Iterator[tuple[str, Place]]:
    """Yield the id and the place of each document of `segment` that has no tombstone."""
    buried = frozenset(segment.tombstones)
    return ((name, place) for name, place in places.items() if place.document not in buried)
