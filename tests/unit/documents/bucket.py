"""A versioned bucket in memory that also tells the events S3 would send of its changes."""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from kotogura.documents.lines import fingerprint
from kotogura.documents.originals import Original, OriginalFile
from kotogura.tenants.identity import TenantId

ROOT = Path(__file__).parents[3]
MINATO = TenantId("minato-shoji")
Event = dict[str, Any]


def sample_event(name: str) -> Event:
    """Return one of the events in `events/`."""
    event: Event = json.loads((ROOT / "events" / f"{name}.json").read_text("utf-8"))
    return event


CREATED = sample_event("s3-object-created")
MARKED = sample_event("s3-object-deleted")
ERASED = sample_event("s3-object-permanently-deleted")


def changed_event(event: Event, **changes: Any) -> Event:
    """Return a copy of `event` whose object has `changes`; None leaves a field out."""
    event = copy.deepcopy(event)
    for field, value in changes.items():
        event["detail"]["object"][field.replace("_", "-")] = value
        if value is None:
            del event["detail"]["object"][field.replace("_", "-")]
    return event


class VersionedBucket:
    """Implements `OriginalFolders`; every change returns its event. None is a delete marker."""

    def __init__(self) -> None:
        self._versions: dict[tuple[TenantId, str], dict[str, bytes | None]] = {}
        self._numbers = count(1)
        self._written_at: dict[tuple[TenantId, str, str], str] = {}
        self.now: Callable[[], str] = lambda: ""
        self.bytes_read = 0
        self.written: list[str] = []
        self.removed: list[str] = []

    def put(self, name: str, data: bytes, tenant: TenantId = MINATO) -> Event:
        """Write a new version."""
        return self._add(CREATED, tenant, name, data, size=len(data))

    def remove(self, name: str, tenant: TenantId = MINATO) -> Event:
        """Put a delete marker before the versions."""
        return self._add(MARKED, tenant, name, None)

    def erase(self, name: str, version_id: str, tenant: TenantId = MINATO) -> Event:
        """Delete one version, or a delete marker, for ever."""
        del self._versions[tenant, name][version_id]
        return self._event(ERASED, tenant, name, version_id)

    def version_ids(self, name: str, tenant: TenantId = MINATO) -> list[str]:
        """Return the ids of the versions and markers that are left, the oldest first."""
        return list(self._versions.get((tenant, name), {}))

    def current(self, name: str, tenant: TenantId = MINATO) -> bytes | None:
        """Return what anybody who asks for `name` gets."""
        return next(reversed(self._versions.get((tenant, name), {}).values()), None)

    def read(
        self, tenant: TenantId, name: str, version_id: str | None, limit_bytes: int
    ) -> bytes | None:
        """Return the object's bytes, or at most `limit_bytes` + 1; None when it isn't there."""
        versions = self._versions.get((tenant, name), {})
        data = versions.get(version_id) if version_id else self.current(name, tenant)
        self.bytes_read += len(data or b"")
        return None if data is None else data[: limit_bytes + 1]

    def fetch(
        self, tenant: TenantId, name: str, version_id: str | None, limit_bytes: int
    ) -> Original | None:
        """Return the object as `read` does."""
        data = self.read(tenant, name, version_id, limit_bytes)
        return None if data is None else Original(data)

    def exists(self, tenant: TenantId, name: str) -> bool:
        """Return whether the name has a current version."""
        return self.current(name, tenant) is not None

    def list(self, tenant: TenantId, below: str = "") -> list[OriginalFile]:
        """Return the current files whose names begin with `below`."""
        files = []
        for name in sorted(name for owner, name in self._versions if owner == tenant):
            data = self.current(name, tenant)
            if data is not None and name.startswith(below):
                written_at = self._written_at[tenant, name, self.version_ids(name, tenant)[-1]]
                files.append(OriginalFile(name, len(data), fingerprint(data), written_at))
        return files

    def write_many(self, tenant: TenantId, files: Mapping[str, bytes]) -> None:
        """Write new versions; what was written is told by `written`."""
        for name, data in files.items():
            self.put(name, data, tenant)
            self.written.append(name)

    def remove_many(self, tenant: TenantId, names: Sequence[str]) -> None:
        """Put delete markers; what was removed is told by `removed`."""
        for name in names:
            self.remove(name, tenant)
            self.removed.append(name)

    def _add(
        self, event: Event, tenant: TenantId, name: str, data: bytes | None, **fields: Any
    ) -> Event:
        number = next(self._numbers)
        version_id = f"v{number}"
        self._versions.setdefault((tenant, name), {})[version_id] = data
        self._written_at[tenant, name, version_id] = self.now()
        if data is not None:
            fields["etag"] = fingerprint(data)
        return self._told(event, tenant, name, version_id, number, **fields)

    def _event(self, event: Event, tenant: TenantId, name: str, version_id: str) -> Event:
        return self._told(event, tenant, name, version_id, next(self._numbers))

    @staticmethod
    def _told(
        event: Event, tenant: TenantId, name: str, version_id: str, number: int, **fields: Any
    ) -> Event:
        return changed_event(
            event,
            key=f"{tenant}/documents/{name}",
            version_id=version_id,
            sequencer=f"0065E1A2{number:010X}",
            **fields,
        )
