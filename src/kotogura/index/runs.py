"""The folder of a reindex's run: what was planned, what was built, what is to be replaced.

All of a run lies in files, so that a workflow's state holds numbers alone and a run that was
interrupted can be taken up again.
"""

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from kotogura.errors import InvalidArgument, RunIncomplete, RunNotFound
from kotogura.index.manifest import SegmentEntry
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

_FOLDER = "reindex"
_SEGMENT = "/segment-"
_RUN_ID = re.compile(r"[0-9a-f]{32}")


class Batch(BaseModel):
    """One batch of a run: documents to build one segment of.

    A follow-up tells beside each document the `version` of it that came in by another analyzer
    while the run was under way; a batch of the plan's own has none.
    """

    names: list[str]
    sizes_bytes: list[int]
    versions: list[str] = Field(default_factory=list)


class Plan(BaseModel):
    """What `functions/reindex/plan` answers; `run_id` names the run's folder of the store.

    `dictionary` is the digest of the user dictionary that every batch is analysed with.
    The last `follow_up_count` of its batches are follow-ups, which a swap has planned.
    """

    model_config = ConfigDict(frozen=True)

    tenant: str
    run_id: str
    base_generation: int
    batch_count: int
    document_count: int
    dictionary: str | None = None
    follow_up_count: int = 0

    @property
    def batches(self) -> range:
        """The batches' numbers."""
        return range(self.batch_count)

    @property
    def follow_ups(self) -> range:
        """The numbers of the batches that are follow-ups."""
        return range(self.batch_count - self.follow_up_count, self.batch_count)


class Built(BaseModel):
    """What `functions/reindex/build` answers; `segment_id` is None when no document was good."""

    model_config = ConfigDict(frozen=True)

    segment_id: str | None
    document_count: int
    quarantined_count: int


@dataclass(frozen=True, slots=True)
class BuiltBatch:
    """A batch that is built: its segment, if any document was good, and what it followed up."""

    number: int
    segment: SegmentEntry | None
    follow_up: Batch | None


class _Marker(Built):
    """That a batch is built: of which documents, and by which analyzer."""

    batch_sha256: str
    analyzer: str


def check_run_id(value: str) -> str:
    """Return `value` if it is a run's id, 32 hexadecimal digits.

    Raises:
        InvalidArgument: when it is anything else.
    """
    if not _RUN_ID.fullmatch(value):
        raise InvalidArgument("a run's id is 32 hexadecimal digits; leave it out for a new run")
    return value


def batch_name(run_id: str, number: int) -> str:
    """Return where a run keeps the names of one batch's documents."""
    return f"{_FOLDER}/{run_id}/batch-{number:06d}.json"


def entry_name(run_id: str, segment_id: str) -> str:
    """Return where a run keeps the entry of a segment it built."""
    return f"{_FOLDER}/{run_id}{_SEGMENT}{segment_id}.json"


def replaced_name(run_id: str) -> str:
    """Return where a run keeps the ids of the segments that it is going to replace."""
    return f"{_FOLDER}/{run_id}/replaced.json"


def plan_name(run_id: str) -> str:
    """Return where a run keeps its plan, which is written last."""
    return f"{_FOLDER}/{run_id}/plan.json"


def built_name(run_id: str, number: int) -> str:
    """Return where a run keeps that a batch is built; written after its segment's entry."""
    return f"{_FOLDER}/{run_id}/built-{number:06d}.json"


def find_plan(tenant: TenantId, run_id: str, files: TenantFiles) -> Plan | None:
    """Return the plan of a run, or None when it has none yet."""
    name = plan_name(run_id)
    return Plan.model_validate_json(files.read(tenant, name)) if _is(tenant, name, files) else None


def write_plan(tenant: TenantId, planned: Plan, files: TenantFiles) -> None:
    """Write down what a run is going to build."""
    files.write(tenant, plan_name(planned.run_id), planned.model_dump_json().encode())


def planned_dictionaries(tenant: TenantId, files: TenantFiles) -> Iterator[str]:
    """Yield the digests of the user dictionaries of all runs whose folders are still there."""
    for name in files.names(tenant, _FOLDER):
        if name.endswith("/plan.json"):
            planned = Plan.model_validate_json(files.read(tenant, name))
            if planned.dictionary is not None:
                yield planned.dictionary


def read_plan(tenant: TenantId, run_id: str, files: TenantFiles) -> Plan:
    """Return the plan of a run.

    Raises:
        RunNotFound: when there is none, or none any more.
    """
    plan = find_plan(tenant, run_id, files)
    if plan is None:
        raise RunNotFound("there is no such run of reindex; start a new one")
    return plan


def mark_built(
    tenant: TenantId,
    run_id: str,
    number: int,
    batch: bytes,
    analyzer: str,
    built: Built,
    files: TenantFiles,
) -> None:
    """Write down that the batch whose file holds `batch` is built."""
    digest = hashlib.sha256(batch).hexdigest()
    marker = _Marker(**built.model_dump(), batch_sha256=digest, analyzer=analyzer)
    files.write(tenant, built_name(run_id, number), marker.model_dump_json().encode())


def find_built(
    tenant: TenantId, run_id: str, number: int, batch: bytes, analyzer: str, files: TenantFiles
) -> Built | None:
    """Return what was built of this very batch by this analyzer, or None."""
    name = built_name(run_id, number)
    if not _is(tenant, name, files):
        return None
    marker = _Marker.model_validate_json(files.read(tenant, name))
    same = marker.batch_sha256 == hashlib.sha256(batch).hexdigest() and marker.analyzer == analyzer
    return Built(**marker.model_dump(include=set(Built.model_fields))) if same else None


def built_of_run(tenant: TenantId, planned: Plan, files: TenantFiles) -> list[BuiltBatch]:
    """Return the batches of a run, all of which are built, in their order.

    Raises:
        RunIncomplete: when a batch is missing; run the workflow again with the run's id.
    """
    return [_built(tenant, planned, number, files) for number in planned.batches]


def _built(tenant: TenantId, planned: Plan, number: int, files: TenantFiles) -> BuiltBatch:
    run_id, name = planned.run_id, built_name(planned.run_id, number)
    incomplete = RunIncomplete("a batch of the run is not built yet; resume the run")
    if not _is(tenant, name, files):
        raise incomplete
    marker = _Marker.model_validate_json(files.read(tenant, name))
    follow_up = None
    if number in planned.follow_ups:
        data = files.read(tenant, batch_name(run_id, number))
        if marker.batch_sha256 != hashlib.sha256(data).hexdigest():
            raise incomplete  # two swaps at once planned under this number, and the later stays
        follow_up = Batch.model_validate_json(data)
    if marker.segment_id is None:
        return BuiltBatch(number, None, follow_up)
    entry = files.read(tenant, entry_name(run_id, marker.segment_id))
    return BuiltBatch(number, SegmentEntry.model_validate_json(entry), follow_up)


def built_count(tenant: TenantId, run_id: str, files: TenantFiles) -> int:
    """Return how many batches of a run are built."""
    prefix = f"{_FOLDER}/{run_id}/built-"
    names = files.names(tenant, f"{_FOLDER}/{run_id}")
    return sum(name.startswith(prefix) and name.endswith(".json") for name in names)


def built_segments(tenant: TenantId, files: TenantFiles) -> Iterator[SegmentEntry]:
    """Yield the segments that all runs built whose folders are still there.

    A file whose writing was cut short lies beside them under another name, and says nothing.
    """
    for name in files.names(tenant, _FOLDER):
        if _SEGMENT in name and name.endswith(".json"):
            yield SegmentEntry.model_validate_json(files.read(tenant, name))


def _is(tenant: TenantId, name: str, files: TenantFiles) -> bool:
    return not math.isinf(files.age_seconds(tenant, name))
