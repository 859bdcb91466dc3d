"""The bucket: versioned files of one tenant, the events about them, and thereby the truth.

Each text has a length that no other has, so that a document's lengths tell which text it holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from kotogura.documents.changes import normalize_sequencer, parse_event
from kotogura.documents.identity import document_id, document_key
from kotogura.documents.lines import fingerprint
from kotogura.documents.originals import Original, OriginalFile
from kotogura.documents.reconciliation import Repair
from kotogura.tenants.identity import TenantId
from tests.simulation.faults import Faults

WORDS = ("apple", "pear", "plum", "fig", "kaki")
BAD_BYTES = b"\x00\xff\x00\xfe" * 8


@dataclass(frozen=True, slots=True)
class Text:
    """What one version of a file says."""

    title: str
    body: str

    @property
    def lengths(self) -> tuple[int, int]:
        """Return the number of words in title and body."""
        return len(self.title.split()), len(self.body.split())


@dataclass(frozen=True, slots=True)
class Event:
    """One change of one file: its event, and what the file said right after.

    `text` is None when the file is gone or can't be read; of the latter it is `bad`.
    """

    number: int
    name: str
    document_id: str
    sequencer: str
    text: Text | None
    removal: bool
    bad: bool
    event: dict[str, Any]


@dataclass(slots=True)
class _Version:
    written_at: str
    version_id: str
    data: bytes | None  # None is a delete marker
    text: Text | None


class Bucket:
    """Implements `OriginalFolders` for the tenant it belongs to."""

    def __init__(self, tenant: TenantId, faults: Faults) -> None:
        self.events: list[Event] = []
        self._tenant = tenant
        self._faults = faults
        self._versions: dict[str, list[_Version]] = {}
        self._written = 0

    # What the tenant does.

    def put(self, name: str, random: Random, *, bad: bool = False) -> Event:
        """Write a new version of a file, or one that nobody can read."""
        self._written += 1
        words = (random.choice(WORDS) for _ in range(self._written + 1))
        text = Text(random.choice(WORDS), " ".join(words))
        data = f"{text.title}\n{text.body}".encode()
        data = BAD_BYTES if bad else data
        version = _Version(self._now(), f"v{self._written}", data, None if bad else text)
        self._versions.setdefault(name, []).append(version)
        return self._tell(name, version, size=len(data))

    def mark(self, name: str) -> Event:
        """Remove a file as people do: its versions stay below a delete marker."""
        self._written += 1
        version = _Version(self._now(), f"v{self._written}", None, None)
        self._versions.setdefault(name, []).append(version)
        return self._tell(name, version, deletion="Delete Marker Created")

    def erase(self, name: str, random: Random) -> Event | None:
        """Remove one version of a file for good; None when there is none."""
        versions = self._versions.get(name, [])
        if not versions:
            return None
        version = versions.pop(random.randrange(len(versions)))
        return self._tell(name, version, deletion="Permanently Deleted")

    def missed(self, repair: Repair) -> Event:
        """Return the change that a reconciliation makes up for one that no event told of."""
        change = parse_event(repair.event)
        text = self.current(change.name)
        return Event(
            number=0,
            name=change.name,
            document_id=change.document_id,
            sequencer=change.sequencer,
            text=text,
            removal=change.kind == "deleted",
            bad=self._is_bad(change.name),
            event=dict(repair.event),
        )

    # What is true.

    def current(self, name: str) -> Text | None:
        """Return what a file says now."""
        versions = self._versions.get(name)
        return versions[-1].text if versions else None

    def _is_bad(self, name: str) -> bool:
        return self._data(name) == BAD_BYTES

    def latest(self) -> dict[str, Event]:
        """Return the last event about each file, by document id."""
        return {event.document_id: event for event in self.events}

    # What the product asks for.

    def read(
        self, tenant: TenantId, name: str, version_id: str | None, limit_bytes: int
    ) -> bytes | None:
        """Return the object's bytes; None when it isn't there."""

        def effect() -> bytes | None:
            versions = self._versions.get(name, [])
            if version_id is None:
                return versions[-1].data if versions else None
            return next((one.data for one in versions if one.version_id == version_id), None)

        return self._faults.read(f"read {name} of the bucket", effect)

    def fetch(
        self, tenant: TenantId, name: str, version_id: str | None, limit_bytes: int
    ) -> Original | None:
        """Return the object; None when it isn't there."""
        data = self.read(tenant, name, version_id, limit_bytes)
        return None if data is None else Original(data)

    def exists(self, tenant: TenantId, name: str) -> bool:
        """Return whether the name has a current version."""
        return self._faults.read(f"look for {name} in the bucket", lambda: self._exists(name))

    def list(self, tenant: TenantId, below: str = "") -> Iterator[OriginalFile]:
        """Yield the current files whose names begin with `below`."""
        for name in self._faults.read("list the bucket", lambda: sorted(self._versions)):
            versions = self._versions[name]
            data = versions[-1].data if versions else None
            if name.startswith(below) and data is not None:
                yield OriginalFile(name, len(data), fingerprint(data), versions[-1].written_at)

    def write_many(self, tenant: TenantId, files: Mapping[str, bytes]) -> None:
        """Refuse: no tenant here has files of JSON Lines, which alone are unpacked."""
        raise NotImplementedError

    def remove_many(self, tenant: TenantId, names: Sequence[str]) -> None:
        """Refuse: no tenant here has files of JSON Lines, which alone are unpacked."""
        raise NotImplementedError

    def _now(self) -> str:
        return self._faults.scheduler.clock.now()

    def _exists(self, name: str) -> bool:
        return self._data(name) is not None

    def _data(self, name: str) -> bytes | None:
        versions = self._versions.get(name)
        return versions[-1].data if versions else None

    def _tell(self, name: str, version: _Version, *, size: int = 0, deletion: str = "") -> Event:
        number = len(self.events) + 1
        sequencer = f"{number:08X}"
        thing: dict[str, Any] = {"key": document_key(self._tenant, name), "sequencer": sequencer}
        thing["version-id"] = version.version_id
        detail: dict[str, Any] = {"object": thing}
        if deletion:
            detail["deletion-type"] = deletion
        else:
            thing |= {"size": size, "etag": fingerprint(version.data or b"")}
        event = Event(
            number=number,
            name=name,
            document_id=document_id(name),
            sequencer=normalize_sequencer(sequencer),
            text=self.current(name),
            removal=bool(deletion),
            bad=self._is_bad(name),
            event={
                "source": "aws.s3",
                "detail-type": "Object Deleted" if deletion else "Object Created",
                "detail": detail,
            },
        )
        self.events.append(event)
        return event
