"""The dated table of prices, `prices.json`: each with its unit, region, page and evidence."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent / "prices.json"
REGIONS = ("us-east-1", "ap-northeast-1")


@dataclass(frozen=True)
class Price:
    """What one unit costs in one region.

    Attributes:
        name: key of the table, such as `efs.standard`.
        usd: US dollars for one `unit`, before tax.
        evidence: `vendor`, `third-party` or `memory`: where the figure was seen.
        page: the vendor's public page, to compare with.
    """

    name: str
    usd: float
    unit: str
    evidence: str
    page: str


@dataclass(frozen=True)
class PriceTable:
    """All prices of one region.

    Attributes:
        read_on: the day when the table was made, ISO 8601.
        hours: hours that a month is counted with.
        allowances: units of a price that an account has for nothing each month, by its name.
    """

    region: str
    read_on: str
    hours: float
    prices: Mapping[str, Price]
    allowances: Mapping[str, float]

    def __getitem__(self, name: str) -> Price:
        return self.prices[name]


def price_table(region: str, path: Path = TABLE) -> PriceTable:
    """Return the prices of `region`, one of `REGIONS`.

    Raises:
        KeyError: when a price isn't known there.
    """
    table: dict[str, Any] = json.loads(path.read_text("utf-8"))
    prices = {
        name: Price(
            name,
            entry["regions"][region]["usd"],
            entry["unit"],
            entry["regions"][region]["evidence"],
            entry["page"],
        )
        for name, entry in table["prices"].items()
    }
    return PriceTable(
        region, table["read_on"], table["hours_a_month"], prices, table["allowances"]["monthly"]
    )
