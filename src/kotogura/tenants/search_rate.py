"""How fast a tenant may search: one token bucket, out of which processes lease in lots.

A process lets a few searches pass by itself, so that a tenant who searches now and then costs no
write. Beyond those it leases tokens, one conditional write for as many as a second's worth, and
forgets what is left of them after `LEASE_SECONDS`.

With `n` processes, any `t` seconds admit at most
`burst + rate * (t + LEASE_SECONDS) + n * OWN_COUNT * (1 + t / OWN_SECONDS)` searches, however
their requests interleave: a token used in that time was leased at most `LEASE_SECONDS` before it.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kotogura.errors import StoreUnavailable, Throttled, TooManySearches
from kotogura.tenants.identity import TenantId
from kotogura.tenants.limits import Limits, LimitsOf

OWN_COUNT = 5
"""So many searches a process lets pass by itself at once …"""
OWN_SECONDS = 10.0
"""… and as many again in so many seconds."""
LEASE_SECONDS = 10.0
LEASE_LIMIT = 50
_REFUSAL_SECONDS = 0.25  # for so long a process doesn't ask again
_BLIND_SECONDS = 1.0
_ATTEMPTS = 4
_SKEW_SECONDS = 60.0
_KNOWN_TENANTS = 10_000
_TOO_FAST = "the tenant searches faster than it may; wait, or ask an operator for a higher limit"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens that a tenant had left at a time, in seconds since 1970."""

    tokens: float
    at: float

    def refilled(self, limits: Limits, now: float) -> "Bucket":
        """Return the bucket as it is `now`.

        A clock behind the one that wrote it adds nothing. One that is far behind shows that the
        other was wrong, and begins anew with what is left: waiting for it might take for ever.

        >>> Bucket(0.0, 100.0).refilled(Limits(searches_per_second=2), 103.0)
        Bucket(tokens=6.0, at=103.0)
        >>> Bucket(3.0, 100.0).refilled(Limits(searches_per_second=2), 99.0)
        Bucket(tokens=3.0, at=100.0)
        """
        if self.at - now > _SKEW_SECONDS:
            return Bucket(min(self.tokens, limits.search_burst), now)
        gained = max(0.0, now - self.at) * limits.searches_per_second
        return Bucket(min(limits.search_burst, self.tokens + gained), max(self.at, now))


class Buckets(Protocol):
    """Where buckets are. One suite, `tests/conformance/test_search_rate.py`, holds for all."""

    def get(self, tenant: TenantId) -> Bucket | None:
        """Return the tenant's bucket, or None where it has none: a full one."""

    def replace(self, tenant: TenantId, expected: Bucket | None, new: Bucket) -> bool:
        """Replace `expected` by `new` in one conditional write; False if it was another by then."""


@dataclass(slots=True)
class _Held:
    """What this process has for one tenant; times are of a clock that never goes back."""

    own: float
    own_at: float
    leased: int = 0
    leased_until: float = 0.0
    refused_until: float = 0.0


class SearchRate:
    """Admits searches or refuses them. One thread at a time calls it."""

    def __init__(
        self,
        buckets: Buckets,
        limits_of: LimitsOf,
        on_blind: Callable[[], None] = lambda: None,
        *,
        wall_clock: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make one for this process.

        Args:
            buckets: shared by all processes.
            limits_of: asked before each lease.
            on_blind: told when limits or buckets can't be reached.
            wall_clock: seconds since 1970, which processes share.
            clock: seconds of this process, which never go back.
        """
        self._buckets = buckets
        self._limits_of = limits_of
        self._on_blind = on_blind
        self._wall_clock = wall_clock
        self._clock = clock
        self._held: OrderedDict[TenantId, _Held] = OrderedDict()

    def admit(self, tenant: TenantId) -> None:
        """Let one search of the tenant pass.

        When buckets can't be reached, a process lets a second's worth pass each second: it is not
        for the lack of a limit that nobody can search.

        Raises:
            TooManySearches: when the tenant searched faster than it may.
        """
        now = self._clock()
        held = self._of(tenant, now)
        if held.own >= 1:
            held.own -= 1
            return
        if now >= held.leased_until:
            held.leased = 0
        if held.leased == 0:
            if now < held.refused_until:
                raise TooManySearches(_TOO_FAST, 1)
            self._lease(tenant, held, now)
        held.leased -= 1

    def _of(self, tenant: TenantId, now: float) -> _Held:
        """Return what is held for the tenant; those who were away longest are forgotten."""
        held = self._held.setdefault(tenant, _Held(OWN_COUNT, now))
        self._held.move_to_end(tenant)
        if len(self._held) > _KNOWN_TENANTS:
            self._held.popitem(last=False)
        held.own = min(OWN_COUNT, held.own + (now - held.own_at) * OWN_COUNT / OWN_SECONDS)
        held.own_at = now
        return held

    def _lease(self, tenant: TenantId, held: _Held, now: float) -> None:
        limits: Limits | None = None
        try:
            limits = self._limits_of(tenant)
            leased, wait_seconds = self._take(tenant, limits)
        except (StoreUnavailable, Throttled):
            self._on_blind()
            held.leased = min(LEASE_LIMIT, (limits or Limits()).searches_per_second)
            held.leased_until = held.refused_until = now + _BLIND_SECONDS
            return
        if not leased:
            held.refused_until = now + max(wait_seconds, _REFUSAL_SECONDS)
            raise TooManySearches(_TOO_FAST, math.ceil(wait_seconds))
        held.leased, held.leased_until = leased, now + LEASE_SECONDS

    def _take(self, tenant: TenantId, limits: Limits) -> tuple[int, float]:
        """Return how many tokens were taken, and in how many seconds there will be one if none."""
        wanted = min(LEASE_LIMIT, limits.searches_per_second)
        for _ in range(_ATTEMPTS):
            known = self._buckets.get(tenant)
            at = self._wall_clock()
            bucket = (known or Bucket(limits.search_burst, at)).refilled(limits, at)
            count = min(wanted, math.floor(bucket.tokens))
            if count < 1:
                if known is not None and known.at > bucket.at:
                    self._buckets.replace(tenant, known, bucket)  # its clock was wrong
                return 0, (1 - bucket.tokens) / limits.searches_per_second
            if self._buckets.replace(tenant, known, Bucket(bucket.tokens - count, bucket.at)):
                return count, 0.0
        return 0, _REFUSAL_SECONDS  # so many processes lease at once that there is no hurry
