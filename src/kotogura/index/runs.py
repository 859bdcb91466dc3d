"""The folder of a reindex's run: what was planned, what was built, what is to be replaced."""

from collections.abc import Iterator

from kotogura.index.manifest import SegmentEntry
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

_FOLDER = "reindex"
_SEGMENT = "/segment-"


def batch_name(run_id: str, number: int) -> str:
    """Return where a run keeps the names of one batch's documents."""
    return f"{_FOLDER}/{run_id}/batch-{number:06d}.json"


def entry_name(run_id: str, segment_id: str) -> str:
    """Return where a run keeps the entry of a segment it built."""
    return f"{_FOLDER}/{run_id}{_SEGMENT}{segment_id}.json"


def replaced_name(run_id: str) -> str:
    """Return where a run keeps the ids of the segments that it is going to replace."""
    return f"{_FOLDER}/{run_id}/replaced.json"


def built_segments(tenant: TenantId, files: TenantFiles) -> Iterator[SegmentEntry]:
    """Yield the segments that all runs built whose folders are still there.

    A file whose writing was cut short lies beside them under another name, and says nothing.
    """
    for name in files.names(tenant, _FOLDER):
        if _SEGMENT in name and name.endswith(".json"):
            yield SegmentEntry.model_validate_json(files.read(tenant, name))
