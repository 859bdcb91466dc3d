"""The commit: staged changes become the next generation, several at once where they wait.

Whoever commits takes along everything that is staged; the loser of a race finds its own change
already in, or tries again on the new generation. While generations follow each other quickly, a
commit is put off until the newest is old enough, and mostly finds its change in by then. Every step
may be repeated after a crash.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Literal

from kotogura.documents.ledger import DocumentLedger, DocumentRecord, DocumentState
from kotogura.errors import AnalyzerMismatch, CommitConflict, CorruptIndex, StoreUnavailable
from kotogura.index.changes import StagedChange, StagedChanges, parted
from kotogura.index.directory import Directory, Place
from kotogura.index.folding import Fold
from kotogura.index.generations import Generation, Generations
from kotogura.index.manifest import Manifest, ModelEntry, SegmentEntry
from kotogura.index.outcome import Committed, outcome_of
from kotogura.index.pacing import Pacing
from kotogura.index.tombstones import bury
from kotogura.spans import span
from kotogura.tenants.identity import TenantId

ATTEMPT_COUNT = 8

Pause = Callable[[int], None]
"""Waits before attempt number `n` (1, 2, …), longer each time and with jitter."""


class Committer:
    """Commits staged changes. Safe to run many times at once, for one tenant or several.

    Without `pacing` nothing is put off; without `fold` each document stays in its own segment.
    """

    def __init__(
        self,
        generations: Generations,
        staged: StagedChanges,
        ledger: DocumentLedger,
        directory: Directory,
        pause: Pause,
        *,
        pacing: Pacing | None = None,
        fold: Fold | None = None,
    ) -> None:
        self._generations = generations
        self._staged = staged
        self._ledger = ledger
        self._directory = directory
        self._pause = pause
        self._pacing = pacing
        self._fold = fold

    def commit(
        self, tenant: TenantId, document_id: str, version: str, *, waited_for: int | None = None
    ) -> Committed:
        """Commit the staged change of `document_id` at `version`, and all that wait beside it.

        Idempotent: a change that is in already is answered as it was the first time.

        Args:
            tenant: whose document it is.
            document_id: whose change it is.
            version: the change's sequencer.
            waited_for: the generation whose window the caller has waited out. Whatever the clocks
                say, it is not put off behind that one again.

        Raises:
            CommitConflict: when other commits won every race; a retry helps.
            AnalyzerMismatch: when the index was made by another analyzer; run `reindex` first.
            CorruptIndex: when what was staged is damaged; upload the document again.
        """
        for attempt in range(1, ATTEMPT_COUNT + 1):
            ended = self._ended(tenant, document_id, version)
            if ended is not None:
                return ended
            base = self._generations.current(tenant)
            early = self._early(tenant, base, document_id, version, waited_for)
            if early is not None:
                return early
            waiting = self._staged.all(tenant)
            # The ledger is read after the generation, so a later change that is in it is known.
            ids = {change.document_id for change in waiting} | {document_id}
            records = self._ledger.get_many(tenant, sorted(ids))
            stale, current = parted(waiting, partial(_is_stale, records=records))
            changes = self._fitting(tenant, base, current, document_id, version)
            try:
                with span("publish-generation") as publishing:
                    generation = self._publish(tenant, base, changes)
                    publishing.count(changes=len(changes))
            except (CorruptIndex, StoreUnavailable):
                if not self._drop_damaged(tenant, changes, document_id, version):
                    raise
                continue
            if generation is not None:
                self._settle(tenant, changes, generation)
                self._staged.discard(tenant, [*stale, *changes])
                place = self._place(tenant, base.manifest if base else None, document_id)
                record = records.get(document_id)
                told = outcome_of(record, place, document_id, version, changes, generation)
                before = base.manifest.generation if base else 0
                return replace(told, published=generation > before)
            self._pause(attempt)
        raise CommitConflict(f"{ATTEMPT_COUNT} attempts to commit lost their race; try again")

    def _ended(self, tenant: TenantId, document_id: str, version: str) -> Committed | None:
        """Answer a change whose end the ledger knows, which costs one read; else None.

        After a burst's commit, all who waited for it come here.
        """
        record = self._ledger.get(tenant, document_id)
        if record is None or record.sequencer != version or record.generation is None:
            return None
        if record.state is DocumentState.INDEXED:
            return self._done(tenant, document_id, version, "indexed", record.generation)
        if record.state is DocumentState.DELETED:
            return self._done(tenant, document_id, version, "deleted", record.generation)
        return None

    def _early(
        self,
        tenant: TenantId,
        base: Generation | None,
        document_id: str,
        version: str,
        waited_for: int | None,
    ) -> Committed | None:
        """Answer without publishing while `base` has its window to itself; None when it has not.

        A change that is in `base` is done, even if whoever committed it didn't tell the ledger yet.
        """
        if self._pacing is None or base is None or base.manifest.generation == waited_for:
            return None
        age_seconds = self._generations.age_seconds(base)
        wait_seconds = self._pacing.wait_seconds(base.manifest, age_seconds)
        if wait_seconds == 0:
            return None
        generation = base.manifest.generation
        place = self._directory.locate(tenant, base.manifest, document_id)
        if place is None or place.version < version:
            return Committed("deferred", generation, wait_seconds)
        if place.version > version:
            return self._done(tenant, document_id, version, "superseded", generation)
        self._ledger.settle(
            tenant,
            document_id,
            version,
            DocumentState.INDEXED,
            generation=generation,
            title=place.title,
        )
        return self._done(tenant, document_id, version, "indexed", generation)

    def _done(
        self,
        tenant: TenantId,
        document_id: str,
        version: str,
        outcome: Literal["indexed", "deleted", "superseded"],
        generation: int,
    ) -> Committed:
        """Forget the staged change, which an execution beside this one may have staged again."""
        change = StagedChange(document_id=document_id, version=version, segment=None)
        self._staged.discard(tenant, [change])
        return Committed(outcome, generation)

    def _fitting(
        self,
        tenant: TenantId,
        base: Generation | None,
        changes: list[StagedChange],
        document_id: str,
        version: str,
    ) -> list[StagedChange]:
        """Leave out what another analyzer made; raise if the caller's own change is among it.

        Others' changes stay staged, so that their own commits learn why they are not in.
        """

        def has_dictionary(segment: SegmentEntry) -> bool:
            return base is None or segment.dictionary == base.manifest.dictionary

        arrived = [change.segment for change in changes if change.segment is not None]
        analyzer = next((one.analyzer for one in arrived if has_dictionary(one)), "")
        if base is not None and base.manifest.segments:
            analyzer = base.manifest.analyzer

        def fits(change: StagedChange) -> bool:
            segment = change.segment
            return segment is None or (has_dictionary(segment) and segment.analyzer == analyzer)

        fitting, unfit = parted(changes, fits)
        own = [c for c in unfit if (c.document_id, c.version) == (document_id, version)]
        if own:
            self._staged.discard(tenant, own)
            raise AnalyzerMismatch("the index was made by another analyzer; run reindex")
        return fitting

    def _drop_damaged(
        self, tenant: TenantId, changes: list[StagedChange], document_id: str, version: str
    ) -> bool:
        """Forget staged changes that can't be read for good, so that they stop nobody else.

        Returns:
            Whether there were any.

        Raises:
            CorruptIndex: when the caller's own is among them.
        """
        fold = self._fold
        damaged = [
            change
            for change in changes
            if fold and change.segment and fold.is_damaged(tenant, change.segment)
        ]
        self._staged.discard(tenant, damaged)
        if any((c.document_id, c.version) == (document_id, version) for c in damaged):
            raise CorruptIndex("what was staged is damaged; upload the document again")
        return bool(damaged)

    def _publish(
        self, tenant: TenantId, base: Generation | None, changes: list[StagedChange]
    ) -> int | None:
        """Return the generation that has `changes` in it; None if another commit came first."""
        manifest = base.manifest if base else None
        segments = {entry.segment_id: entry for entry in manifest.segments} if manifest else {}
        arrived: list[SegmentEntry] = []
        fresh = changed = False
        for change in changes:
            place = self._place(tenant, manifest, change.document_id)
            if place is not None and place.version >= change.version:
                continue
            # Also the removal of what isn't in takes a generation: a commit under way, which read
            # the ledger before it, may be about to bring the document, and must lose its race.
            fresh = True
            changed |= place is not None or change.segment is not None
            if place is not None:
                segments[place.segment_id] = bury(segments[place.segment_id], [place])
            if change.segment is not None:
                arrived.append(change.segment)
        if not fresh:
            return manifest.generation if manifest else 0
        kept = tuple(segment for segment in segments.values() if segment.live_count)
        model = manifest.model if manifest else None
        published = self._generations.publish(
            tenant,
            base,
            segments=self._folded(tenant, kept, arrived, model),
            content_changed=changed,
            model=model,
            burst=self._next_burst(base),
        )
        return published.manifest.generation if published else None

    def _folded(
        self,
        tenant: TenantId,
        kept: tuple[SegmentEntry, ...],
        arrived: list[SegmentEntry],
        model: ModelEntry | None,
    ) -> tuple[SegmentEntry, ...]:
        if self._fold is None:
            return (*kept, *arrived)
        return self._fold(tenant, kept, arrived, model.digest if model else None)

    def _next_burst(self, base: Generation | None) -> int:
        if self._pacing is None or base is None:
            return 0
        return self._pacing.next_burst(base.manifest, self._generations.age_seconds(base))

    def _place(self, tenant: TenantId, manifest: Manifest | None, document_id: str) -> Place | None:
        return self._directory.locate(tenant, manifest, document_id) if manifest else None

    def _settle(self, tenant: TenantId, changes: list[StagedChange], generation: int) -> None:
        for change in changes:
            self._ledger.settle(
                tenant,
                change.document_id,
                change.version,
                DocumentState.INDEXED if change.segment else DocumentState.DELETED,
                generation=generation,
                title=change.title,
            )


def _is_stale(change: StagedChange, records: Mapping[str, DocumentRecord]) -> bool:
    record = records.get(change.document_id)
    return record is not None and record.sequencer > change.version
