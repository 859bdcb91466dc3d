"""Clients that ask over the loopback: some as fast as they are answered, some at a fixed pace."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import urllib3

from bench.latency import percentile

WORDS = ("空港", "有給", "育児", "契約", "会議室 予約", "出張", "精算", "勤務")
TIMEOUT_SECONDS = 30.0


@dataclass
class Heard:
    """What clients heard: how long good answers took, and how many there were by status.

    A status of 0 stands for an answer that never came.
    """

    times_ms: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    late_ms: float = 0.0

    def figures(self, seconds: float) -> dict[str, float | dict[str, int]]:
        """Return what a report tells of `seconds` of it."""
        errors = sum(count for status, count in self.statuses.items() if status not in (200, 429))
        return {
            "requests_per_second": round(self.statuses.total() / seconds, 1),
            "answered_per_second": round(self.statuses[200] / seconds, 1),
            "p50_ms": round(percentile(self.times_ms, 0.50), 2),
            "p95_ms": round(percentile(self.times_ms, 0.95), 2),
            "p99_ms": round(percentile(self.times_ms, 0.99), 2),
            "errors": errors,
            "refused": self.statuses[429],
        }


@dataclass(frozen=True)
class Tenant:
    """Who asks: where, and by which token."""

    url: str
    token: str

    def __post_init__(self) -> None:
        if urlsplit(self.url).hostname != "127.0.0.1":
            raise ValueError("load is for 127.0.0.1 alone")


def _asker(tenant: Tenant, heard: Heard) -> Callable[[str], None]:
    """Return what asks one question and notes the answer; each thread has its own connection."""
    pool = urllib3.PoolManager(
        retries=False, timeout=TIMEOUT_SECONDS, headers={"Authorization": f"Bearer {tenant.token}"}
    )

    def ask(words: str) -> None:
        start = time.perf_counter()
        try:
            answer = pool.request("GET", f"{tenant.url}/search?mode=words&q={quote(words)}")
        except urllib3.exceptions.HTTPError:
            heard.statuses[0] += 1
            return
        heard.statuses[answer.status] += 1
        if answer.status == 200:
            heard.times_ms.append((time.perf_counter() - start) * 1000)

    return ask


@contextmanager
def asking(tenant: Tenant, threads: int, per_second: float | None = None) -> Iterator[list[Heard]]:
    """Let `threads` clients ask while the body runs; what they heard is whole after it.

    With `per_second` all of them together send so many a second, whether answers come or not, as
    far as so many threads can; without, each asks again as soon as it is answered.
    """
    ended = threading.Event()
    heard = [Heard() for _ in range(threads)]

    def run(number: int) -> None:
        ask, began = _asker(tenant, heard[number]), time.monotonic()
        step = threads / per_second if per_second else 0.0
        for turn, words in enumerate(itertools.islice(itertools.cycle(WORDS), number, None)):
            due = began + (turn + number / threads) * step
            if ended.wait(max(0.0, due - time.monotonic())):
                return
            heard[number].late_ms = max(heard[number].late_ms, (time.monotonic() - due) * 1000)
            ask(words)

    clients = [threading.Thread(target=run, args=(one,), daemon=True) for one in range(threads)]
    for client in clients:
        client.start()
    try:
        yield heard
    finally:
        ended.set()
        for client in clients:
            client.join(TIMEOUT_SECONDS + 5)


def together(heard: list[Heard]) -> Heard:
    """Return what several clients heard as one."""
    return Heard(
        [one for part in heard for one in part.times_ms],
        sum((part.statuses for part in heard), Counter()),
        max((part.late_ms for part in heard), default=0.0),
    )
