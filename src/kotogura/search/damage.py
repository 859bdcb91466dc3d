"""A failure that a damaged file explains is told as such: a retry doesn't help, a reindex does."""

import time
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from kotogura.errors import CorruptIndex, KotoguraError, StoreUnavailable
from kotogura.index.generations import Generations
from kotogura.index.intact import DIFFERS, is_intact
from kotogura.index.manifest import FileEntry
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

P = ParamSpec("P")
T = TypeVar("T")

LIMIT_BYTES = 256_000_000
"""How much is read to find out: two or three seconds of the thirty that a request has."""
REST_SECONDS = 60.0
"""For how long a tenant's files that were found sound aren't read again."""


class Damage:
    """Looks for damaged files of tenants' current generations."""

    def __init__(
        self,
        generations: Generations,
        files: TenantFiles,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._generations = generations
        self._files = files
        self._clock = clock
        self._found: dict[TenantId, tuple[str, str | None, float]] = {}

    def find(self, tenant: TenantId) -> str | None:
        """Return the name of a file that differs from its digest, or None.

        The smallest are read first, up to `LIMIT_BYTES`; a file that is missing is no such one.
        """
        generation = self._generations.current(tenant)
        if generation is None:
            return None
        manifest, name, at = self._found.get(tenant, ("", None, 0.0))
        fresh = name is not None or self._clock() - at < REST_SECONDS
        if manifest != generation.pointer.manifest or not fresh:
            name = self._look(tenant, generation.manifest.file_entries())
            self._found[tenant] = generation.pointer.manifest, name, self._clock()
        return name

    def _look(self, tenant: TenantId, entries: Iterable[FileEntry]) -> str | None:
        room = LIMIT_BYTES
        for entry in sorted(entries, key=lambda one: (one.size_bytes, one.name)):
            room -= entry.size_bytes
            if room < 0:
                return None
            there = self._files.path(tenant, entry.name).exists()
            if there and not is_intact(tenant, entry, self._files):
                return entry.name
        return None


class Damageable(Protocol):
    """Who answers out of files that may be damaged."""

    damage: Damage


Served = TypeVar("Served", bound=Damageable)


def telling_damage(
    method: Callable[Concatenate[Served, TenantId, P], T],
) -> Callable[Concatenate[Served, TenantId, P], T]:
    """Let a method that fails for no reason of its own raise CorruptIndex where files are damaged.

    A changed byte shows as whatever the next line of code makes of it: an index out of bounds, a
    text that is no UTF-8. Only the digests tell it from a bug.
    """

    @wraps(method)
    def told(served: Served, tenant: TenantId, /, *rest: P.args, **named: P.kwargs) -> T:
        try:
            return method(served, tenant, *rest, **named)
        except Exception as error:
            reasoned = isinstance(error, KotoguraError) and not isinstance(error, StoreUnavailable)
            name = None if reasoned else served.damage.find(tenant)
            if name is None:
                raise
            raise CorruptIndex(f"{name} {DIFFERS}") from error

    return told
