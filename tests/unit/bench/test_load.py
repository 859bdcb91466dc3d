"""What the load measurement makes of what its clients heard."""

from collections import Counter

import pytest

from bench.load import phases
from bench.load.clients import Heard, Tenant, together
from bench.load.phases import neighbours, swing_of

QUIET, LIMITED, UNLIMITED = (Tenant("http://127.0.0.1:8080", name) for name in "abc")


def test_only_the_loopback_is_asked() -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1"):
        Tenant("https://api.example.com", "token")


def test_refusals_are_told_apart_from_errors_and_take_no_part_in_times() -> None:
    first = Heard([1.0, 3.0], Counter({200: 2, 429: 5}), late_ms=2.0)
    second = Heard([2.0], Counter({200: 1, 503: 1, 0: 1}), late_ms=7.0)
    heard = together([first, second])
    assert heard.late_ms == 7.0
    figures = heard.figures(2)
    assert (figures["refused"], figures["errors"]) == (5, 2)
    assert (figures["requests_per_second"], figures["answered_per_second"]) == (5.0, 1.5)
    assert (figures["p50_ms"], figures["p99_ms"]) == (2.0, 3.0)


@pytest.mark.parametrize(
    ("alone", "limited", "unlimited", "held", "found"),
    [
        (10.0, 12.0, 20.0, True, True),
        (10.0, 12.1, 20.0, False, True),
        (10.0, 11.0, 12.0, True, False),
        (10.0, float("nan"), 20.0, False, True),
    ],
)
def test_a_neighbour_may_move_anothers_p99_by_a_fifth(
    monkeypatch: pytest.MonkeyPatch,
    alone: float,
    limited: float,
    unlimited: float,
    held: bool,
    found: bool,
) -> None:
    heard = {None: alone, LIMITED: limited, UNLIMITED: unlimited}

    def at_its_share(_: Tenant, loud: Tenant | None, *__: float | None) -> tuple[Heard, Heard]:
        return Heard([heard[loud]]), Heard()

    monkeypatch.setattr(phases, "_at_its_share", at_its_share)
    answer = neighbours(QUIET, LIMITED, UNLIMITED, 1)
    assert (answer["held"], answer["defect_found"]) == (held, found)


def test_memory_swings_by_the_farthest_from_the_median() -> None:
    assert swing_of([100.0] * 5) == 0
    assert swing_of([100.0, 100.0, 94.0]) == pytest.approx(0.06)
