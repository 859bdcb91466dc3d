"""The table in memory: what the product's own ledger, pointers and texts are kept in by tests."""

from collections.abc import Iterator, Sequence
from typing import Any

from kotogura.platform.table import Item
from tests.simulation.table import SimulatedTable


class _Calm:
    """Lets every operation happen as it is asked for."""

    def read(self, _: str, effect: Any) -> Any:
        return effect()

    def write(self, _kind: str, _name: str, effect: Any) -> None:
        effect()


class MemoryTable(SimulatedTable):
    """The simulation's table without its faults."""

    def __init__(self) -> None:
        self.items = {}
        self.on_pointer = lambda _: None
        self._faults: Any = _Calm()
        self._page_size = 100

    def page(
        self, pk: str, prefix: str, after: str | None, limit: int
    ) -> tuple[list[Item], str | None]:
        """Return up to `limit` items after the key `after`, and the last key if more follow."""
        keys = self._after(pk, prefix, after, newest_first=False)
        shown = keys[:limit]
        return [dict(self.items[pk, sk]) for sk in shown], shown[-1] if len(keys) > limit else None

    def between(self, pk: str, first: str, last: str) -> Iterator[Item]:
        """Yield the items from one sort key to another."""
        for owner, sk in sorted(self.items):
            if owner == pk and first <= sk <= last:
                yield dict(self.items[owner, sk])

    def update(self, pk: str, sk: str, changes: Item, condition: str, **values: Any) -> None:
        """Set attributes of an item, creating it where the condition allows that."""
        self._check((pk, sk), condition, values)
        self.items[pk, sk] = {"pk": pk, "sk": sk, **self.items.get((pk, sk), {}), **changes}

    def of(self, pks: Sequence[str]) -> dict[tuple[str, str], Item]:
        """Return all items of some partitions, for whoever looks from outside."""
        return {key: item for key, item in self.items.items() if key[0] in pks}
