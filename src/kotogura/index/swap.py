"""The swap: segments that a reindex built take the place of those it found when it began.

Segments committed in between are kept. Of two versions of a document the later one counts, of two
equal ones the newly built, and a document removed in between stays removed. What came in by another
analyzer, as all does before a new user dictionary is in, is read and built again first.
"""

import json
from collections.abc import Callable, Sequence
from functools import partial

from kotogura.documents.identity import document_id
from kotogura.documents.ledger import DocumentLedger, DocumentRecord, DocumentState
from kotogura.errors import (
    AnalyzerMismatch,
    CommitConflict,
    DictionaryChanged,
    IndexLost,
    RunIncomplete,
)
from kotogura.index.commit import ATTEMPT_COUNT, Pause
from kotogura.index.directory import Directory, Place
from kotogura.index.generations import Generation, Generations
from kotogura.index.manifest import Manifest, SegmentEntry
from kotogura.index.reindex import plan_follow_up
from kotogura.index.runs import BuiltBatch, Plan, built_of_run, read_plan, replaced_name
from kotogura.index.tombstones import bury, live_places
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

Places = Callable[[SegmentEntry], dict[str, Place]]
Locate = Callable[[str], Place | None]
Rebuild = Callable[[int], object]
"""Builds the batch of this number of the run, as `reindex.build` does."""

SMALL_DOCUMENT_COUNT = 500
SMALL_BYTES = 2_000_000
"""Follow-ups up to this size the swap builds itself, to be done before the next commit."""

FOLLOW_UP_COUNT = 200
"""So many follow-ups are a sign that documents come in faster than they can be built."""


def swap(
    tenant: TenantId,
    run_id: str,
    *,
    generations: Generations,
    directory: Directory,
    ledger: DocumentLedger,
    files: TenantFiles,
    pause: Pause,
    rebuild: Rebuild,
    wanted: Callable[[], str | None] | None = None,
) -> Generation:
    """Publish the segments that run `run_id` built. Repeatable.

    What came in by another analyzer since the plan is planned as follow-ups of the run. A few
    documents are built here, by `rebuild`, and the race is run again; more are left to the
    workflow, which resumes the run. `wanted` tells the digest of the user dictionary that the
    tenant wants at that moment: of two runs, the one for the earlier one must not end last.

    Raises:
        DictionaryChanged: when the run was planned for another dictionary; start a new one.
        RunNotFound: when there is no such run.
        RunIncomplete: when a batch of the run is not built, or follow-ups have just been planned;
            resume the run.
        CommitConflict: when other commits won every race; a retry helps.
        AnalyzerMismatch: when the run's own segments are of several analyzers, or too many
            documents of another one came in; run reindex again.
    """
    read_plan(tenant, run_id, files)
    replaced = set(json.loads(files.read(tenant, replaced_name(run_id))))

    def places(segment: SegmentEntry) -> dict[str, Place]:
        return directory.places(tenant, segment.segment_id)

    for attempt in range(1, ATTEMPT_COUNT + 1):
        planned = read_plan(tenant, run_id, files)
        if wanted is not None and wanted() != planned.dictionary:
            raise DictionaryChanged("the user dictionary has changed since; start a new run")
        built = built_of_run(tenant, planned, files)
        own = [batch.segment for batch in built if batch.segment]
        base = generations.replaceable(tenant)
        known = {segment.segment_id for segment in own}
        later = [
            segment
            for segment in (base.manifest.segments if base else ())
            if segment.segment_id not in replaced | known
        ]
        locate = partial(_located, directory, tenant, base.manifest) if base else _nowhere
        unfit = _unfit(planned, own, later)
        segments = resolve(tenant, built, later, unfit, places, locate, ledger)
        rest = [segment for segment in segments if segment.segment_id in unfit]
        if rest:
            _follow_up(tenant, planned, rest, files, rebuild)
            continue
        if len({segment.analyzer for segment in segments}) > 1:
            raise AnalyzerMismatch("the run has segments of several analyzers; start a new one")
        published = generations.publish(
            tenant,
            base,
            segments=segments,
            content_changed=True,
            model=generations.model_left(tenant, base.manifest.model) if base else None,
            dictionary=planned.dictionary,
        )
        if published is not None:
            _settle(tenant, published, places, ledger)
            return published
        pause(attempt)
    raise CommitConflict("the swap lost every race; try again")


def _unfit(
    planned: Plan, own: Sequence[SegmentEntry], later: Sequence[SegmentEntry]
) -> frozenset[str]:
    """Return which segments of `later` were made by another analyzer than the run's."""
    analyzer = own[0].analyzer if own else None
    return frozenset(
        segment.segment_id
        for segment in later
        if segment.dictionary != planned.dictionary
        or (analyzer is not None and segment.analyzer != analyzer)
    )


def _follow_up(
    tenant: TenantId,
    planned: Plan,
    rest: Sequence[SegmentEntry],
    files: TenantFiles,
    rebuild: Rebuild,
) -> None:
    """Plan what counts in `rest` as follow-ups of the run, and build them if they are small."""
    if planned.follow_up_count >= FOLLOW_UP_COUNT:
        raise AnalyzerMismatch("documents come in faster than they are built; run reindex later")
    longer, batches = plan_follow_up(tenant, planned, rest, files)
    count = sum(len(batch.names) for batch in batches)
    if count > SMALL_DOCUMENT_COUNT or sum(sum(one.sizes_bytes) for one in batches) > SMALL_BYTES:
        raise RunIncomplete("documents came in while it ran; resume the run")
    for number in range(planned.batch_count, longer.batch_count):
        rebuild(number)


def _read_again(built: Sequence[BuiltBatch]) -> dict[str, tuple[int, str]]:
    """Return the last follow-up's number, and the version that it followed up, by document id."""
    return {
        document_id(name): (batch.number, version)
        for batch in built
        if batch.follow_up
        for name, version in zip(batch.follow_up.names, batch.follow_up.versions, strict=True)
    }


def resolve(
    tenant: TenantId,
    built: Sequence[BuiltBatch],
    later: Sequence[SegmentEntry],
    unfit: frozenset[str],
    places: Places,
    locate: Locate,
    ledger: DocumentLedger,
) -> tuple[SegmentEntry, ...]:
    """Return the segments of `built` and `later` with tombstones, so that none counts twice.

    A follow-up has read its documents again: what an earlier batch built of them counts no more,
    nor does the version that it followed up, also where the document couldn't be read any more.
    `unfit` are ids of segments by another analyzer, `locate` tells where a document is in the
    generation to be replaced.
    """
    again = _read_again(built)
    fresh: dict[str, tuple[SegmentEntry, Place]] = {}
    buried: dict[str, list[Place]] = {}
    own = [(batch.number, batch.segment) for batch in built if batch.segment]
    for number, entry in own:
        for name, place in places(entry).items():
            if name in again and again[name][0] > number:
                buried.setdefault(entry.segment_id, []).append(place)
            else:
                fresh[name] = (entry, place)
    kept: set[str] = set()
    for entry in later:
        for name, place in live_places(entry, places(entry)):
            rival = fresh.get(name)
            is_built = rival is not None and rival[1].version >= place.version
            is_read = (
                entry.segment_id in unfit and name in again and again[name][1] >= place.version
            )
            if is_built or is_read:
                buried.setdefault(entry.segment_id, []).append(place)
            else:
                kept.add(name)
    records = ledger.get_many(tenant, sorted(fresh))
    for name, (entry, place) in fresh.items():
        if name in kept or _is_gone(records.get(name), place, locate):
            buried.setdefault(entry.segment_id, []).append(place)
    entries = (*(entry for _, entry in own), *later)
    marked = (bury(entry, buried.get(entry.segment_id, [])) for entry in entries)
    return tuple(entry for entry in marked if entry.live_count)


def _is_gone(record: DocumentRecord | None, place: Place, locate: Locate) -> bool:
    """Return whether a built document has been removed since.

    A later change that is known may be a removal that is in already while the ledger is still to
    be told: then the generation hasn't got the document. If the change is not in yet, its own
    commit will find whatever the swap published.
    """
    if record is None or record.sequencer < place.version:
        return False
    if record.state is DocumentState.DELETED:
        return True
    return record.sequencer > place.version and locate(record.document_id) is None


def _located(
    directory: Directory, tenant: TenantId, manifest: Manifest, document_id: str
) -> Place | None:
    """Return where a document is in the generation to be replaced, as far as that is there."""
    try:
        return directory.locate(tenant, manifest, document_id)
    except IndexLost:
        return None


def _nowhere(_: str) -> Place | None:
    return None


def _settle(
    tenant: TenantId, published: Generation, places: Places, ledger: DocumentLedger
) -> None:
    """Record as indexed what waited for its commit, or was quarantined, and is in now."""
    live = {
        name: place
        for entry in published.manifest.segments
        for name, place in live_places(entry, places(entry))
    }
    for name, record in ledger.get_many(tenant, sorted(live)).items():
        place = live[name]
        if record.state is not DocumentState.INDEXED and record.sequencer == place.version:
            ledger.settle(
                tenant,
                name,
                place.version,
                DocumentState.INDEXED,
                generation=published.manifest.generation,
                title=place.title,
            )
