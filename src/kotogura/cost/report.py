"""A month's bill beside its peers, as data, as text and as a chart."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from kotogura.cost.estimate import estimate
from kotogura.cost.inventory import Inventory
from kotogura.cost.lines import Line, after_allowances, total
from kotogura.cost.peers import Peer, peers
from kotogura.cost.prices import PriceTable
from kotogura.cost.workload import Workload

_BAR = 460
_ROW = 34
_LEFT = 300


@dataclass(frozen=True)
class Report:
    """A bill, and those of its peers for the same month."""

    workload: Workload
    prices: PriceTable
    lines: list[Line]
    peers: list[Peer]

    @property
    def idle(self) -> float:
        """US dollars when nobody does anything, at list price."""
        return total(self.lines, "idle")

    @property
    def running(self) -> float:
        """US dollars on top for what is done, at list price."""
        return total(self.lines, "running")

    @property
    def own_account(self) -> tuple[float, float]:
        """Idle and running US dollars when nothing else uses the account's allowances."""
        totals = after_allowances(self.lines, self.prices.allowances)
        return totals["idle"], totals["running"]

    def bills(self) -> list[tuple[str, float, float]]:
        """Return name, idle and running US dollars of everything that is compared."""
        compared = [("Kotogura, list price", self.idle, self.running)]
        compared.append(("Kotogura, alone in its account", *self.own_account))
        for peer in self.peers:
            idle, running = total(peer.lines, "idle"), total(peer.lines, "running")
            least = max(peer.least, idle)
            compared.append((peer.name, least, max(0.0, idle + running - least)))
        return compared

    def as_json(self) -> dict[str, Any]:
        """Return all of it."""
        return {
            "region": self.prices.region,
            "prices_read_on": self.prices.read_on,
            "workload": vars(self.workload),
            "lines": [line.as_json() for line in self.lines],
            "idle_usd": self.idle,
            "running_usd": self.running,
            "own_account": dict(zip(("idle_usd", "running_usd"), self.own_account, strict=True)),
            "compared": [
                {"name": name, "idle_usd": idle, "running_usd": running}
                for name, idle, running in self.bills()
            ],
            "peers": [
                {
                    "name": peer.name,
                    "note": peer.note,
                    "least_usd": peer.least,
                    "lines": [line.as_json() for line in peer.lines],
                }
                for peer in self.peers
            ],
        }


def report(inventory: Inventory, workload: Workload, prices: PriceTable) -> Report:
    """Return the bill of a month.

    Raises:
        LookupError: when the template lacks a resource that the model of consumption knows.
    """
    lines = estimate(inventory, workload, prices)
    return Report(workload, prices, lines, peers(workload, prices))


def tables(made: Report) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Yield heading, columns and rows of each table."""
    columns = ["service", "what", "arithmetic", "USD", "price by", "basis"]
    for phase, heading in (("idle", "Idle"), ("running", "On top, running")):
        rows = [_row(line) for line in made.lines if line.phase == phase]
        yield heading, columns, rows
    rows = [[name, *_money(idle, running)] for name, idle, running in made.bills()]
    yield "Beside others", ["", "idle", "running", "together"], rows
    notes = {peer.lines[0].service: peer.note for peer in made.peers}
    rows = [
        [*_row(line), notes.pop(line.service, "")] for peer in made.peers for line in peer.lines
    ]
    yield "How the others come about", [*columns, "note"], rows


def _row(line: Line) -> list[str]:
    usd = f"{line.usd:.2f}" if abs(line.usd) >= 0.005 else f"{line.usd:.4f}"
    return [line.service, line.what, line.arithmetic, usd, line.price.evidence, line.basis]


def _money(idle: float, running: float) -> list[str]:
    return [f"{idle:.2f}", f"{running:.2f}", f"{idle + running:.2f}"]


def markdown(made: Report) -> str:
    """Return the tables as Markdown."""
    parts = []
    for heading, columns, rows in tables(made):
        head = [f"### {heading}", "", f"| {' | '.join(columns)} |"]
        head.append(f"|{' --- |' * len(columns)}")
        parts.append("\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows)]))
    return "\n\n".join(parts) + "\n"


def chart(made: Report) -> str:
    """Return a bar for each bill as SVG: idle dark, running light, each with its figure."""
    bills = made.bills()
    widest = max(idle + running for _, idle, running in bills) or 1.0
    height = 60 + _ROW * len(bills)
    workload = made.workload
    title = (
        f"USD a month in {made.prices.region}: {workload.tenants} tenants of"
        f" {workload.megabytes:g} MB, {workload.searches:,} searches"
    )
    width = _LEFT + _BAR + 160
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"',
        '  font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="10" y="24" font-weight="bold">{escape(title)}</text>',
    ]
    for row, (name, idle, running) in enumerate(bills):
        top, middle = 42 + row * _ROW, 58 + row * _ROW
        first, second = idle / widest * _BAR, running / widest * _BAR
        figures = f"{idle:.2f} + {running:.2f}"
        drawn += [
            f'<text x="{_LEFT - 10}" y="{middle}" text-anchor="end">{escape(name)}</text>',
            _bar(_LEFT, top, first, "#1f4e79"),
            _bar(_LEFT + first, top, second, "#8fb8de"),
            f'<text x="{_LEFT + first + second + 8:.1f}" y="{middle}">{figures}</text>',
        ]
    return "\n".join([*drawn, "</svg>"]) + "\n"


def _bar(left: float, top: int, width: float, colour: str) -> str:
    return f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="22" fill="{colour}"/>'
