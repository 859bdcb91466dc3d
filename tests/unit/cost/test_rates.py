"""A tenant's share of the bill goes by what `kotogura cost` reckons for one more of each."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kotogura.cost.estimate import estimate
from kotogura.cost.inventory import read_inventory
from kotogura.cost.lines import total
from kotogura.cost.prices import price_table
from kotogura.cost.sizes import training_hours
from kotogura.cost.workload import Workload
from kotogura.tenants import rates

ROOT = Path(__file__).parents[3]
PRICES = price_table("us-east-1")


@pytest.fixture(scope="module")
def running() -> Callable[[Workload], float]:
    inventory = read_inventory(ROOT / "template.yaml")
    return lambda workload: total(estimate(inventory, workload, PRICES), "running")


@pytest.mark.parametrize(("mode", "share"), [("words", 0.0), ("meaning", 1.0), ("both", 1.0)])
def test_a_search(running: Callable[[Workload], float], mode: str, share: float) -> None:
    million = Workload(searches=1_000_000, meaning_share=share)
    more = running(replace(million, searches=2_000_000)) - running(million)
    assert more / 1_000_000 == pytest.approx(rates.USD_PER_SEARCH[mode], rel=0.01)


def test_a_minute_of_training(running: Callable[[Workload], float]) -> None:
    minutes = training_hours(100, 4) * 60
    one = (running(Workload(trainings=1)) - running(Workload())) / minutes
    assert one == pytest.approx(rates.USD_PER_TRAINING_MINUTE, rel=0.01)


def test_a_gigabyte_of_index() -> None:
    assert PRICES["efs.infrequent"].usd == rates.USD_PER_INDEX_GB_MONTH
