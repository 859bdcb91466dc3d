"""What holds for every implementation of `StagedChanges`."""

import pytest

from kotogura.index.changes import StagedChange, StagedChanges
from kotogura.index.manifest import FileEntry, SegmentEntry
from kotogura.platform.pointers import TableStagedChanges
from kotogura.tenants.identity import TenantId
from tests.conformance.conftest import choice
from tests.memory.changes import MemoryStagedChanges


@pytest.fixture(params=choice("memory", "table"))
def staged(request: pytest.FixtureRequest) -> StagedChanges:
    if request.param == "memory":
        return MemoryStagedChanges()
    return TableStagedChanges(request.getfixturevalue("table"))


def segment(name: str) -> SegmentEntry:
    entry = FileEntry(name=f"segments/{name}/terms.parquet", size_bytes=3, sha256="f" * 64)
    return SegmentEntry(
        segment_id=name,
        analyzer="0123456789abcdef",
        document_count=1,
        field_lengths={"title": 2, "body": 30},
        files={"terms": entry},
        vectors={"digest": entry},
    )


ADDED = StagedChange(document_id="b", version="02", segment=segment("one"), title="旅費規程")
REMOVED = StagedChange(document_id="a", version="03", segment=None)
FIRST = StagedChange(document_id="c", version="01", segment=segment("two"))


def test_changes_come_back_whole_and_by_version(staged: StagedChanges, minato: TenantId) -> None:
    for change in (ADDED, REMOVED, FIRST):
        staged.add(minato, change)
    assert list(staged.all(minato)) == [FIRST, ADDED, REMOVED]


def test_staging_again_replaces(staged: StagedChanges, minato: TenantId) -> None:
    again = ADDED.model_copy(update={"segment": segment("three")})
    staged.add(minato, ADDED)
    staged.add(minato, again)
    assert list(staged.all(minato)) == [again]


def test_two_versions_of_a_document_both_wait(staged: StagedChanges, minato: TenantId) -> None:
    later = ADDED.model_copy(update={"version": "05"})
    staged.add(minato, later)
    staged.add(minato, ADDED)
    assert list(staged.all(minato)) == [ADDED, later]


def test_forgotten_changes_are_gone_and_the_rest_stays(
    staged: StagedChanges, minato: TenantId
) -> None:
    for change in (ADDED, REMOVED, FIRST):
        staged.add(minato, change)
    staged.discard(minato, [ADDED, FIRST])
    assert list(staged.all(minato)) == [REMOVED]
    staged.discard(minato, [ADDED, REMOVED, REMOVED])
    staged.discard(minato, [])
    assert list(staged.all(minato)) == []


def test_more_changes_than_one_call_takes_are_kept_and_forgotten(
    staged: StagedChanges, minato: TenantId
) -> None:
    changes = [
        StagedChange(document_id=f"{number:03d}", version="01", segment=None)
        for number in range(60)
    ]
    for change in changes:
        staged.add(minato, change)
    assert list(staged.all(minato)) == changes
    staged.discard(minato, changes)
    assert list(staged.all(minato)) == []


def test_two_tenants_changes_are_apart(
    staged: StagedChanges, minato: TenantId, other: TenantId
) -> None:
    staged.add(minato, ADDED)
    staged.discard(other, [ADDED])
    assert list(staged.all(other)) == []
    assert list(staged.all(minato)) == [ADDED]
