"""What must hold at every moment of a run, and at its end.

Looked at from outside, at the moment a write takes effect, with no turn in between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from kotogura.documents.ledger import DocumentState
from kotogura.errors import CorruptIndex
from kotogura.index.changes import ManifestPointer
from kotogura.index.directory import Directory, Place
from kotogura.index.manifest import FIELDS, FileEntry, Manifest, decode_manifest
from kotogura.index.outcome import Committed
from kotogura.platform.table import Item
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId
from tests.simulation.bucket import Bucket, Event, Text
from tests.simulation.disk import Disk
from tests.simulation.scheduler import Violation
from tests.simulation.table import SimulatedTable


@dataclass(frozen=True, slots=True)
class Seen:
    """A generation as it was published: its manifest, and the live places by document id."""

    manifest: Manifest
    live: Mapping[str, Place]


class Shadow:
    """Reads the real disk below `root` without taking a turn."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, tenant: TenantId, name: str) -> Path:
        """Return where the shadow of a file lies."""
        return self._root / "tenants" / tenant / name


class Invariants:
    """Everything known of the run so far; each method raises Violation when it can't be true."""

    def __init__(self, tenant: TenantId, root: Path, disk: Disk, bucket: Bucket) -> None:
        self.generations: dict[int, Seen] = {}
        self.current: Seen | None = None
        self.answered: dict[tuple[str, str], str] = {}
        self.rolled_back_at = 0
        self.reindexed = False
        self.lossy = False
        self._tenant = tenant
        self._disk = disk
        self._bucket = bucket
        self._directory = Directory(cast("TenantFiles", Shadow(root)))  # it asks for paths alone
        self._needed: set[str] = set()

    # While it runs.

    def published(self, item: Item) -> None:
        """Check the generation that the pointer has just been moved to."""
        fields = {name: item[name] for name in ManifestPointer.model_fields if name in item}
        pointer = ManifestPointer(**fields)
        manifest = self._manifest(pointer.manifest, pointer.sha256)
        _require(manifest.generation == pointer.generation, "the pointer tells its generation")
        before = self.current
        number = before.manifest.generation + 1 if before else 1
        _require(manifest.generation == number, "generations are numbered one by one")
        needed = {pointer.manifest, *manifest.history}
        for one in (manifest, *(self._manifest(name) for name in manifest.history)):
            for entry in one.file_entries():
                self._intact(entry)
                needed.add(entry.name)
        self._needed = needed
        seen = Seen(manifest, self._live(manifest))
        self._statistics(seen)
        self.generations[number] = self.current = seen
        self.reindexed |= self._whose("reindexer")
        if self._whose("rollback"):
            self.rolled_back_at = number
            self.answered = {
                key: outcome
                for key, outcome in self.answered.items()
                if self._is_held(seen, *key, outcome)
            }
            return
        for identity, old in (before.live if before else {}).items():
            self._in_order(identity, old, seen.live.get(identity))
        for identity, version in self.answered:
            self._still(identity, version)

    def removed(self, name: str) -> None:
        """Check that nothing kept needs the file that is about to be removed."""
        inner = name.partition("/")[2]
        _require(inner not in self._needed, f"a kept generation needs {inner}, and it is removed")

    def acknowledged(self, identity: str, version: str, committed: Committed) -> None:
        """Check what a commit said of its change, now and for ever after."""
        if committed.outcome not in ("indexed", "deleted"):
            return
        if committed.generation:
            seen = self.generations.get(committed.generation)
            _require(seen is not None, "a commit names a generation that was published")
            assert seen is not None
            self._holds(seen, identity, version, committed.outcome)
        # What was in when a rollback came may be in no longer.
        if committed.generation >= self.rolled_back_at:
            self.answered[identity, version] = committed.outcome
            self._still(identity, version)

    def pinned(self, manifest: Manifest) -> None:
        """Check that a reader got a generation as it was published."""
        seen = self.generations.get(manifest.generation)
        _require(
            seen is not None and seen.manifest == manifest, "a reader reads what was published"
        )

    # In the end.

    def finished(self, table: SimulatedTable) -> None:
        """Check that truth, index and ledger agree, and that nothing is left over."""
        latest = self._bucket.latest()
        live = self.current.live if self.current else {}
        for identity, place in live.items():
            _require(not self._gone(latest[identity]), f"{identity} is not found once it is gone")
            if latest[identity].bad:
                _require(place.version < latest[identity].sequencer, "what can't be read is not in")
        for identity, event in latest.items():
            if event.text is None:
                continue
            _require(
                identity in live and self._is_newest(live[identity].version, event),
                f"{event.name} is found in its newest version",
            )
            _require(
                _lengths(live[identity]) == event.text.lengths,
                f"{event.name} is found with the text that the bucket holds",
            )
        records = {
            item["document_id"]: item for (_, sk), item in table.items.items() if "DOCUMENT#" in sk
        }
        unknown = {identity for identity in latest if identity not in records}
        if self.lossy:  # nobody was ever told of a file that is gone by now
            unknown = {identity for identity in unknown if not self._gone(latest[identity])}
        _require(not unknown and records.keys() <= latest.keys(), "the ledger knows every document")
        for identity, event in latest.items():
            if identity not in records:
                continue
            record, done = records[identity], self._end(event)
            _require(
                record["state"] == done.value and self._is_newest(record["sequencer"], event),
                f"the ledger tells that {event.name} is {done.value}, not {record['state']}",
            )
        staged = table.keys("STAGED#")
        _require(not staged, f"nothing stays staged, but {len(staged)} changes do")

    def live_texts(self) -> dict[str, Text]:
        """Return what is found, by the documents' names: the texts that the bucket held."""
        return {
            event.name: event.text
            for event in self._bucket.events
            for place in [self.current.live.get(event.document_id) if self.current else None]
            if place is not None and event.text and event.text.lengths == _lengths(place)
        }

    # Parts of the above.

    def _is_newest(self, version: str, event: Event) -> bool:
        """Return whether this is the last change; where its event may be lost, a change before it.

        Those that a reconciliation makes up are told from S3's by what they add to them.
        """
        return version == event.sequencer or (self.lossy and version[:40] <= event.sequencer)

    def _gone(self, event: Event) -> bool:
        return event.text is None and not event.bad

    def _end(self, event: Event) -> DocumentState:
        if event.bad:
            return DocumentState.QUARANTINED
        return DocumentState.DELETED if self._gone(event) else DocumentState.INDEXED

    def _manifest(self, name: str, digest: str | None = None) -> Manifest:
        facts = self._disk.durable_facts(f"{self._tenant}/{name}")
        _require(facts is not None, f"{name} is named and durable")
        assert facts is not None
        _require(digest is None or facts[1] == digest, f"{name} has the digest of its pointer")
        try:
            return decode_manifest(self._disk.durable_bytes(f"{self._tenant}/{name}"))
        except CorruptIndex:
            raise Violation(f"{name} is torn") from None

    def _intact(self, entry: FileEntry) -> None:
        facts = self._disk.durable_facts(f"{self._tenant}/{entry.name}")
        _require(facts is not None, f"{entry.name} is named by a kept generation and durable")
        _require(
            facts == (entry.size_bytes, entry.sha256), f"{entry.name} is what its manifest says"
        )

    def _live(self, manifest: Manifest) -> dict[str, Place]:
        live: dict[str, Place] = {}
        for segment in manifest.segments:
            places = self._directory.places(self._tenant, segment.segment_id)
            _require(len(places) == segment.document_count, "a segment's documents are counted")
            for identity, place in places.items():
                if place.document not in segment.tombstones:
                    _require(identity not in live, f"{identity} is live only once")
                    live[identity] = place
        return live

    def _statistics(self, seen: Seen) -> None:
        _require(seen.manifest.document_count == len(seen.live), "the number of documents is exact")
        for field in FIELDS:
            _require(
                seen.manifest.field_length(field)
                == sum(place.lengths[field] for place in seen.live.values()),
                f"the length of all {field}s is exact",
            )
        for identity, place in seen.live.items():
            _require(
                self._is_text(place, identity), f"{identity} has a text that was written for it"
            )

    def _in_order(self, identity: str, old: Place, new: Place | None) -> None:
        if new is None:
            _require(
                self._may_be_gone(identity, old.version),
                f"{identity} was found, nobody removed it, and it is found no longer",
            )
        else:
            _require(new.version >= old.version, f"{identity} does not go back to an older version")

    def _still(self, identity: str, version: str) -> None:
        _require(self.current is not None, "what is answered is published")
        assert self.current is not None
        self._holds(self.current, identity, version, self.answered[identity, version])

    def _holds(self, seen: Seen, identity: str, version: str, outcome: str) -> None:
        _require(
            self._is_held(seen, identity, version, outcome),
            f"generation {seen.manifest.generation} knows that {identity} was answered as "
            f"{outcome} at {_short(version)}",
        )

    def _is_held(self, seen: Seen, identity: str, version: str, outcome: str) -> bool:
        """Return whether a generation knows of the answered change, or of a later one."""
        place = seen.live.get(identity)
        if place is None:
            return outcome == "deleted" or self._may_be_gone(identity, version)
        if outcome == "indexed":
            return place.version >= version
        # A reindex may bring what came after the removal, under the removal's own number.
        return place.version > version or self._is_text(place, identity, version)

    def _is_text(self, place: Place, identity: str, after: str = "") -> bool:
        """Return whether the document's text was the bucket's, right after a later change."""
        return any(
            event.text.lengths == _lengths(place)
            for event in self._bucket.events
            if event.document_id == identity and event.sequencer > after and event.text
        )

    def _may_be_gone(self, identity: str, version: str) -> bool:
        """Return whether the document was removed since, or a reindex found it unreadable."""
        return any(
            event.document_id == identity
            and event.sequencer > version
            and (event.removal or (event.bad and self.reindexed))
            for event in self._bucket.events
        )

    def _whose(self, name: str) -> bool:
        """Return whether it is the turn of an actor of this name."""
        actor = self._disk.actor
        return actor is not None and actor.name.startswith(name)


def _lengths(place: Place) -> tuple[int, int]:
    return place.lengths["title"], place.lengths["body"]


def _short(version: str) -> str:
    return version.rstrip("0") or "0"


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise Violation(f"it does not hold that {sentence}")
