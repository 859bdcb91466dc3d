"""The swap: segments that a reindex built take the place of those it found when it began.

Segments committed in between are kept. Of two versions of a document the later one counts, of two
equal ones the newly built, and a document removed in between stays removed.
"""

import json
from collections.abc import Callable, Sequence
from functools import partial

from kotogura.documents.ledger import DocumentLedger, DocumentRecord, DocumentState
from kotogura.errors import AnalyzerMismatch, CommitConflict, DictionaryChanged
from kotogura.index.commit import ATTEMPT_COUNT, Pause
from kotogura.index.directory import Directory, Place
from kotogura.index.generations import Generation, Generations
from kotogura.index.manifest import SegmentEntry
from kotogura.index.runs import built_of_run, read_plan, replaced_name
from kotogura.index.tombstones import bury
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

Places = Callable[[SegmentEntry], dict[str, Place]]
Locate = Callable[[str], Place | None]
AS_PLANNED = ""
"""No dictionary's digest: whichever the run was planned for."""


def swap(
    tenant: TenantId,
    run_id: str,
    *,
    generations: Generations,
    directory: Directory,
    ledger: DocumentLedger,
    files: TenantFiles,
    pause: Pause,
    dictionary: str | None = AS_PLANNED,
) -> Generation:
    """Publish the segments that run `run_id` built. Repeatable.

    `dictionary` is the digest of the user dictionary that the tenant wants now: of two runs, the
    one for the earlier dictionary must not end last.

    Raises:
        DictionaryChanged: when the run was planned for another dictionary; start a new one.
        RunNotFound: when there is no such run.
        RunIncomplete: when a batch of the run is not built; resume the run.
        CommitConflict: when other commits won every race; a retry helps.
        AnalyzerMismatch: when documents of another analyzer came in; run reindex again.
    """
    planned = read_plan(tenant, run_id, files)
    if dictionary not in {AS_PLANNED, planned.dictionary}:
        raise DictionaryChanged("the user dictionary has changed since; start a new run")
    built = built_of_run(tenant, run_id, files)
    replaced = set(json.loads(files.read(tenant, replaced_name(run_id))))
    replaced -= {segment.segment_id for segment in built}

    def places(segment: SegmentEntry) -> dict[str, Place]:
        return directory.places(tenant, segment.segment_id)

    for attempt in range(1, ATTEMPT_COUNT + 1):
        base = generations.current(tenant)
        known = {segment.segment_id for segment in built}
        later = [
            segment
            for segment in (base.manifest.segments if base else ())
            if segment.segment_id not in replaced | known
        ]
        locate = partial(directory.locate, tenant, base.manifest) if base else _nowhere
        segments = resolve(tenant, built, later, places, locate, ledger)
        if len({segment.analyzer for segment in segments}) > 1:
            raise AnalyzerMismatch("documents of another analyzer came in; run reindex again")
        published = generations.publish(
            tenant,
            base,
            segments=segments,
            content_changed=True,
            model=base.manifest.model if base else None,
            dictionary=planned.dictionary,
        )
        if published is not None:
            _settle(tenant, published, places, ledger)
            return published
        pause(attempt)
    raise CommitConflict("the swap lost every race; try again")


def resolve(
    tenant: TenantId,
    built: Sequence[SegmentEntry],
    later: Sequence[SegmentEntry],
    places: Places,
    locate: Locate,
    ledger: DocumentLedger,
) -> tuple[SegmentEntry, ...]:
    """Return `built` and `later` with tombstones, so that no document counts twice.

    `locate` tells where a document is in the generation to be replaced.
    """
    fresh = {name: (entry, place) for entry in built for name, place in places(entry).items()}
    buried: dict[str, list[Place]] = {}
    kept: set[str] = set()
    for entry in later:
        for name, place in places(entry).items():
            if place.document in entry.tombstones:
                continue
            rival = fresh.get(name)
            if rival is not None and rival[1].version >= place.version:
                buried.setdefault(entry.segment_id, []).append(place)
            else:
                kept.add(name)
    records = ledger.get_many(tenant, sorted(fresh))
    for name, (entry, place) in fresh.items():
        if name in kept or _is_gone(records.get(name), place, locate):
            buried.setdefault(entry.segment_id, []).append(place)
    marked = (bury(entry, buried.get(entry.segment_id, [])) for entry in (*built, *later))
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


def _nowhere(_: str) -> Place | None:
    return None


def _settle(
    tenant: TenantId, published: Generation, places: Places, ledger: DocumentLedger
) -> None:
    """Record as indexed what waited for its commit, or was quarantined, and is in now."""
    live = {
        name: place
        for entry in published.manifest.segments
        for name, place in places(entry).items()
        if place.document not in entry.tombstones
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
