"""The simulator finds bugs: each of these is planted, and some early seed tells of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kotogura.documents.ledger import DocumentRecord
from kotogura.index import commit, janitor, merge, swap
from kotogura.index.changes import ManifestPointer, StagedChange, StagedChanges
from kotogura.index.commit import Committer
from kotogura.index.directory import Place
from kotogura.index.generations import Generation, Generations
from kotogura.index.manifest import Manifest, SegmentEntry
from kotogura.platform.folder import FolderFiles
from kotogura.platform.pointers import TablePointers
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId
from tests.simulation import upkeep
from tests.simulation.disk import DiskSystem
from tests.simulation.run import scratch
from tests.simulation.simulation import simulate

SEEDS = 400

Plant = Callable[[pytest.MonkeyPatch], None]


def a_pointer_that_moves_before_its_manifest_is_written(patch: pytest.MonkeyPatch) -> None:
    publish = Generations.publish

    def wrong(self: Generations, *arguments: Any, **keywords: Any) -> Generation | None:
        late: list[tuple[Any, ...]] = []
        files = self._files

        class Late:
            def write(self, *written: Any) -> None:
                late.append(written)

        self._files = Late()  # type: ignore[assignment]
        try:
            return publish(self, *arguments, **keywords)
        finally:
            self._files = files
            for written in late:
                files.write(*written)

    patch.setattr(Generations, "publish", wrong)


def tombstones_whose_lengths_are_not_counted(patch: pytest.MonkeyPatch) -> None:
    def wrong(segment: SegmentEntry, places: Iterable[Place]) -> SegmentEntry:
        dead = {*segment.tombstones, *(place.document for place in places)}
        return segment.model_copy(update={"tombstones": tuple(sorted(dead))})

    patch.setattr(commit, "bury", wrong)
    patch.setattr(swap, "bury", wrong)


def staged_changes_forgotten_before_the_pointer_moves(patch: pytest.MonkeyPatch) -> None:
    publish = Committer._publish

    def wrong(
        self: Committer, tenant: TenantId, base: Generation | None, changes: list[StagedChange]
    ) -> int | None:
        self._staged.discard(tenant, changes)
        return publish(self, tenant, base, changes)

    patch.setattr(Committer, "_publish", wrong)


def a_ledger_that_is_told_before_the_pointer_moves(patch: pytest.MonkeyPatch) -> None:
    publish = Committer._publish

    def wrong(
        self: Committer, tenant: TenantId, base: Generation | None, changes: list[StagedChange]
    ) -> int | None:
        self._settle(tenant, changes, base.manifest.generation + 1 if base else 1)
        return publish(self, tenant, base, changes)

    patch.setattr(Committer, "_publish", wrong)


def a_commit_that_brings_back_what_a_later_change_removed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(commit, "_is_stale", lambda change, records: False)


def a_change_that_is_taken_for_stale_by_its_own_record(patch: pytest.MonkeyPatch) -> None:
    def wrong(change: StagedChange, records: Mapping[str, DocumentRecord]) -> bool:
        record = records.get(change.document_id)
        return record is not None and record.sequencer >= change.version

    patch.setattr(commit, "_is_stale", wrong)


def a_commit_that_takes_a_lost_race_for_won(patch: pytest.MonkeyPatch) -> None:
    move = TablePointers.move

    def wrong(
        self: TablePointers,
        tenant: TenantId,
        expected: ManifestPointer | None,
        new: ManifestPointer,
    ) -> bool:
        move(self, tenant, expected, new)
        return True

    patch.setattr(TablePointers, "move", wrong)


def a_merge_that_publishes_over_whatever_came_meanwhile(patch: pytest.MonkeyPatch) -> None:
    publish = Generations.publish

    def wrong(
        self: Generations, tenant: TenantId, base: Generation | None, **keywords: Any
    ) -> Generation | None:
        if not keywords["content_changed"]:
            base = self.current(tenant)
        return publish(self, tenant, base, **keywords)

    patch.setattr(Generations, "publish", wrong)


def a_merge_that_takes_the_dead_along(patch: pytest.MonkeyPatch) -> None:
    merge_segments = merge.merge_segments

    def wrong(tenant: TenantId, segments: Sequence[SegmentEntry], *rest: Any) -> SegmentEntry:
        alive = [one.model_copy(update={"tombstones": ()}) for one in segments]
        return merge_segments(tenant, alive, *rest)

    patch.setattr(merge, "merge_segments", wrong)


def a_reindex_that_brings_back_what_was_removed_since(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(swap, "_is_gone", lambda record, place, locate: False)


def a_janitor_without_patience(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(janitor, "_FOLDERS", dict.fromkeys(janitor._FOLDERS, 0.0))


def a_janitor_that_keeps_no_earlier_generation(patch: pytest.MonkeyPatch) -> None:
    def wrong(tenant: TenantId, manifest: Manifest, files: TenantFiles) -> Iterator[Manifest]:
        return iter(())

    patch.setattr(janitor, "_kept", wrong)


def a_janitor_that_does_not_look_at_what_is_staged(patch: pytest.MonkeyPatch) -> None:
    class Nothing:
        def all(self, tenant: TenantId) -> Sequence[StagedChange]:
            return []

    def wrong(
        tenant: TenantId, generations: Generations, files: TenantFiles, staged: StagedChanges
    ) -> int:
        return janitor.sweep(tenant, generations, files, Nothing())  # type: ignore[arg-type]

    patch.setattr(upkeep, "sweep", wrong)


def a_janitor_that_does_not_look_at_what_a_reindex_built(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(janitor, "built_segments", lambda tenant, files: iter(()))


def files_that_are_renamed_before_they_are_synced(patch: pytest.MonkeyPatch) -> None:
    def wrong(self: DiskSystem, descriptor: int) -> None:
        if self._disk._open[descriptor][1] is None:
            self._disk.sync(descriptor)

    patch.setattr(DiskSystem, "fsync", wrong)


def folders_that_are_never_synced(patch: pytest.MonkeyPatch) -> None:
    def wrong(self: DiskSystem, descriptor: int) -> None:
        if self._disk._open[descriptor][1] is not None:
            self._disk.sync(descriptor)

    patch.setattr(DiskSystem, "fsync", wrong)


def files_that_are_written_in_place(patch: pytest.MonkeyPatch) -> None:
    def wrong(self: FolderFiles, tenant: TenantId, name: str, data: bytes) -> None:
        path = self.path(tenant, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        with suppress(OSError):
            self.path(tenant, name).disk.settle()  # type: ignore[attr-defined]

    patch.setattr(FolderFiles, "write", wrong)


PLANTS: Sequence[Plant] = (
    a_pointer_that_moves_before_its_manifest_is_written,
    tombstones_whose_lengths_are_not_counted,
    staged_changes_forgotten_before_the_pointer_moves,
    a_ledger_that_is_told_before_the_pointer_moves,
    a_commit_that_brings_back_what_a_later_change_removed,
    a_change_that_is_taken_for_stale_by_its_own_record,
    a_commit_that_takes_a_lost_race_for_won,
    a_merge_that_publishes_over_whatever_came_meanwhile,
    a_merge_that_takes_the_dead_along,
    a_reindex_that_brings_back_what_was_removed_since,
    a_janitor_without_patience,
    a_janitor_that_keeps_no_earlier_generation,
    a_janitor_that_does_not_look_at_what_is_staged,
    a_janitor_that_does_not_look_at_what_a_reindex_built,
    files_that_are_renamed_before_they_are_synced,
    folders_that_are_never_synced,
    files_that_are_written_in_place,
)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_it_finds(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    with scratch() as folder:
        for seed in range(SEEDS):
            if simulate(seed, Path(folder) / "store").violation is not None:
                return
    pytest.fail(f"{SEEDS} seeds did not tell of it")
