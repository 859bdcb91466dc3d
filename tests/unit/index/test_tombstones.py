"""Tombstones of a segment, however many there are."""

import pytest

from kotogura.index.directory import Place
from kotogura.index.manifest import SegmentEntry
from kotogura.index.tombstones import bury, live_places

DOCUMENT_COUNT = 60_000


@pytest.mark.timeout(10)
def test_the_live_documents_of_a_large_worn_segment_are_told_at_once() -> None:
    places = {
        str(number): Place("s" * 32, number, "1", "", {"title": 0, "body": 1})
        for number in range(DOCUMENT_COUNT)
    }
    segment = SegmentEntry(
        segment_id="s" * 32,
        analyzer="a" * 16,
        document_count=DOCUMENT_COUNT,
        field_lengths={"body": DOCUMENT_COUNT},
        files={},
    )
    worn = bury(segment, [place for place in places.values() if place.document % 3])
    found = dict(live_places(worn, places))
    assert list(found) == [str(number) for number in range(0, DOCUMENT_COUNT, 3)]
    assert worn.live_count == len(found)
    assert worn.tombstone_lengths == {"title": 0, "body": DOCUMENT_COUNT - len(found)}
