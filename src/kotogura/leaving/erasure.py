"""Erasing a tenant: marked, stopped, removed from every place, looked for again, and proven.

Each step may be repeated, so an erasure that broke off goes on when it is asked for again. The mark
comes first: from then on nothing is taken in for the tenant, neither uploads nor the events of
their own removal. What had begun before, a step of a workflow or a file being sent, may still write
for a while; an erasure that is repeated after `SETTLING_SECONDS` finds that too, and is final.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from kotogura import __version__
from kotogura.errors import TenantNotFound
from kotogura.leaving.errors import ErasureIncomplete
from kotogura.leaving.objects import TenantObjects
from kotogura.tenants.identity import TenantId
from kotogura.tenants.registry import TenantRegistry

FORMAT = "kotogura-erasure"
FORMAT_VERSION = 1
SETTLING_SECONDS = 1_800
"""Signed uploads are valid for 15 minutes, and no function that had begun lives longer."""
_ROUND_COUNT = 5

Say = Callable[[str], None]
Pause = Callable[[int], None]


class Erasable(Protocol):
    """A place where something of one tenant is kept."""

    @property
    def place(self) -> str:
        """Where that is, for people: no name of a document."""

    def remove(self) -> Mapping[str, int]:
        """Remove all of it and return counts by kind. Idempotent."""

    def left(self) -> int:
        """Look again, and return how much there is."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A place whose `remove` returns one number, of `kind`."""

    kind: str
    inner: Any

    @property
    def place(self) -> str:
        """Where that is."""
        return str(self.inner.place)

    def remove(self) -> Mapping[str, int]:
        """Remove all of it."""
        return {self.kind: self.inner.remove()}

    def left(self) -> int:
        """Return how much there is."""
        return int(self.inner.left())


@dataclass(frozen=True, slots=True)
class ErasableObjects:
    """The tenant's objects, and uploads in parts that have not come to their end."""

    objects: TenantObjects
    on_progress: Callable[[int], None] = lambda _: None

    @property
    def place(self) -> str:
        """Where they lie."""
        return self.objects.place

    def remove(self) -> Mapping[str, int]:
        """Remove all versions and delete markers."""
        counts = {"unfinished_uploads": self.objects.abort_unfinished()}
        counts |= {"object_versions": 0, "delete_markers": 0}
        while versions := next((page for page in self.objects.pages() if page), None):
            self.objects.remove(versions)
            markers = sum(one.is_delete_marker for one in versions)
            counts["delete_markers"] += markers
            counts["object_versions"] += len(versions) - markers
            self.on_progress(counts["delete_markers"] + counts["object_versions"])
        return counts

    def left(self) -> int:
        """Return how many versions, delete markers and uploads there are."""
        uploads = sum(1 for _ in self.objects.unfinished())
        return uploads + sum(len(page) for page in self.objects.pages())


@dataclass(frozen=True, slots=True)
class Remnant:
    """What stays for a while by its nature, why, and what it tells."""

    what: str
    days: int
    why: str

    def facts(self) -> dict[str, Any]:
        """Return it for the proof."""
        return {"what": self.what, "days": self.days, "why": self.why}


@dataclass(slots=True)
class _Removed:
    counts: dict[str, int] = field(default_factory=dict)
    left: int = 0

    def add(self, counts: Mapping[str, int]) -> None:
        for kind, number in counts.items():
            self.counts[kind] = self.counts.get(kind, 0) + number


def erase(
    tenant: TenantId,
    tenants: TenantRegistry,
    places: Sequence[Erasable],
    remnants: Sequence[Remnant],
    *,
    clock: Callable[[], str],
    pause: Pause,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Erase the tenant from `places`, in their order, and return the proof.

    Args:
        tenant: who is erased.
        tenants: the register, which keeps a mark for `ERASED_SECONDS`.
        places: everywhere something of it is kept. All are looked at again after all are cleared.
        remnants: what no erasure reaches.
        clock: the time now, ISO 8601 in UTC.
        pause: waits before another round, where a step that had begun wrote something meanwhile.
        say: hears what is being done.

    Raises:
        TenantNotFound: when nothing is kept of such a tenant, nor that it was erased.
        ErasureIncomplete: when something is left after some rounds; repeat it.
    """
    began_at = clock()
    known = tenants.get(tenant) or tenants.erased_at(tenant)
    if known is None and not any(place.left() for place in places):
        raise TenantNotFound(f"nothing is kept of a tenant {tenant}")
    erased_at = tenants.mark_erased(tenant, began_at)
    removed = {place.place: _Removed() for place in places}
    for round_number in range(1, _ROUND_COUNT + 1):
        for place in places:
            say(f"erasing {place.place}")
            removed[place.place].add(place.remove())
        for place in places:
            removed[place.place].left = place.left()
        if not any(one.left for one in removed.values()):
            break
        pause(round_number)
    left = [place for place, one in removed.items() if one.left]
    if left:
        raise ErasureIncomplete(
            f"something is left in {'; '.join(left)}: repeat the command in some minutes"
        )
    final_after = datetime.fromisoformat(erased_at) + timedelta(seconds=SETTLING_SECONDS)
    ended_at = clock()
    return proven(
        {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "release": __version__,
            "tenant": str(tenant),
            "erased_at": erased_at,
            "began_at": began_at,
            "ended_at": ended_at,
            "final_after": final_after.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "final": datetime.fromisoformat(began_at) >= final_after,
            "places": [
                {"place": place, "removed": one.counts, "left": one.left}
                for place, one in removed.items()
            ],
            "stays": [remnant.facts() for remnant in remnants],
        }
    )


def proven(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return `facts` with their `digest`: SHA-256 of them as JSON, keys in order, no blanks.

    >>> proven({"b": 1, "a": 2})["digest"][:12]
    'd3626ac30a87'
    """
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {**facts, "digest": hashlib.sha256(text.encode()).hexdigest()}
