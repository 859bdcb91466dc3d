"""One line of a bill: a quantity, a price, and their product."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kotogura.cost.prices import Price, PriceTable

Phase = Literal["idle", "running"]


@dataclass(frozen=True)
class Line:
    """What one thing costs in a month.

    Attributes:
        phase: `idle` costs are there when nobody does anything; `running` ones come on top.
        quantity: in the price's units.
        basis: how the quantity came about.
    """

    phase: Phase
    service: str
    what: str
    quantity: float
    price: Price
    basis: str

    @property
    def usd(self) -> float:
        """US dollars a month, before tax and before what an account has for nothing."""
        return self.quantity * self.price.usd

    @property
    def arithmetic(self) -> str:
        """The multiplication, as text."""
        return f"{_figure(self.quantity)} {self.price.unit} × {_figure(self.price.usd)}"

    def as_json(self) -> dict[str, Any]:
        """Return what `--json` shows of it."""
        return {
            "phase": self.phase,
            "service": self.service,
            "what": self.what,
            "quantity": self.quantity,
            "unit": self.price.unit,
            "price_usd": self.price.usd,
            "price": self.price.name,
            "price_evidence": self.price.evidence,
            "amount_usd": self.usd,
            "basis": self.basis,
        }


class Bill:
    """Makes lines with the prices of one region."""

    def __init__(self, prices: PriceTable) -> None:
        self._prices = prices

    def line(
        self, phase: Phase, service: str, what: str, quantity: float, price: str, basis: str
    ) -> Line:
        """Return one line; `price` is a name of the table."""
        return Line(phase, service, what, quantity, self._prices[price], basis)


def total(lines: Iterable[Line], phase: Phase) -> float:
    """Return the US dollars of one phase."""
    return sum(line.usd for line in lines if line.phase == phase)


def after_allowances(lines: Iterable[Line], allowances: Mapping[str, float]) -> dict[Phase, float]:
    """Return the US dollars of each phase once an account's monthly allowances are used up.

    Idle lines use them first, since they come whatever happens.
    """
    left = dict(allowances)
    totals: dict[Phase, float] = {"idle": 0.0, "running": 0.0}
    for line in sorted(lines, key=lambda one: one.phase != "idle"):
        free = min(line.quantity, left.get(line.price.name, 0.0))
        left[line.price.name] = left.get(line.price.name, 0.0) - free
        totals[line.phase] += (line.quantity - free) * line.price.usd
    return totals


def _figure(value: float) -> str:
    """Return a number with four significant digits, without an exponent.

    >>> _figure(0.0000166667), _figure(1_000_000), _figure(23.66)
    ('0.00001667', '1,000,000', '23.66')
    """
    if value == 0:
        return "0"
    if value >= 1000:
        return f"{value:,.0f}"
    text = f"{value:.4g}"
    if "e" in text:
        text = f"{value:.12f}".rstrip("0")
        first = next(index for index, sign in enumerate(text) if sign in "123456789")
        text = f"{value:.{first + 2}f}".rstrip("0")
    return text
