"""Spans reach whoever listens, and cost next to nothing while nobody does."""

from collections.abc import Iterator
from contextlib import contextmanager

from kotogura.spans import Span, listening, span


class Counts:
    def __init__(self) -> None:
        self.found: dict[str, int] = {}

    def count(self, **counts: int) -> None:
        self.found |= counts


def test_a_span_is_told_to_the_listener_and_to_nobody_afterwards() -> None:
    told: list[tuple[str, dict[str, int]]] = []

    @contextmanager
    def listener(name: str) -> Iterator[Span]:
        counts = Counts()
        yield counts
        told.append((name, counts.found))

    with listening(listener), span("outer") as outer, span("inner") as inner:
        inner.count(terms=2)
        outer.count(hits=1)
    with span("unheard") as unheard:
        unheard.count(hits=3)
    assert told == [("inner", {"terms": 2}), ("outer", {"hits": 1})]
