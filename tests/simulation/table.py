"""A table below the product's ledger, pointers and staged changes: DynamoDB's item operations.

Only what it promises holds: one item is written at once and on a condition; a batch and a query of
several pages are not, and others come in between.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from kotogura.platform.table import ConditionFailed, Item, Table
from tests.simulation.faults import Faults

_CLAUSE = re.compile(r"(\w+) (=|<>|<|<=|>|>=) :(\w+)")
_EXISTENCE = re.compile(r"attribute_(not_)?exists\((\w+)\)")
_KINDS = {"MANIFEST": "pointer", "DOCUMENT": "ledger", "STAGED": "staged"}
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    "<>": lambda left, right: bool(left != right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
}


class SimulatedTable(Table):
    """One table in memory. `on_pointer` hears of each manifest pointer as it is written."""

    def __init__(self, faults: Faults) -> None:
        self.items: dict[tuple[str, str], Item] = {}
        self.on_pointer: Callable[[Item], None] = lambda item: None
        self._faults = faults
        self._page_size = faults.scheduler.random.choice([1, 2, 100])

    def get(self, pk: str, sk: str) -> Item | None:
        """Return one item, or None."""
        return self._faults.read(f"get {_short(sk)}", lambda: _copy(self.items.get((pk, sk))))

    def get_many(self, pk: str, sks: Sequence[str]) -> list[Item]:
        """Return the items that exist, each as it is when its turn comes."""
        found = (self.get(pk, sk) for sk in sks)
        return [item for item in found if item is not None]

    def query(
        self, pk: str, prefix: str, *, newest_first: bool = False, consistent: bool = True
    ) -> Iterator[Item]:
        """Yield the items whose sort key begins with `prefix`, page by page."""
        last = None
        while True:
            keys = self._faults.read(
                f"query {prefix}", partial(self._after, pk, prefix, last, newest_first)
            )
            page = [dict(self.items[pk, sk]) for sk in keys[: self._page_size]]
            yield from page
            if len(keys) <= self._page_size:
                return
            last = page[-1]["sk"]

    def put(self, item: Item, condition: str | None = None, **values: Any) -> None:
        """Write an item; with a `condition`, only if it holds, else raise ConditionFailed."""
        key = item["pk"], item["sk"]

        def effect() -> None:
            self._check(key, condition, values)
            self.items[key] = dict(item)
            if item["sk"] == "MANIFEST":
                self.on_pointer(item)

        self._faults.write(f"put {_kind(item['sk'])}", _short(item["sk"]), effect)

    def update(self, pk: str, sk: str, changes: Item, condition: str, **values: Any) -> None:
        """Set attributes of an item if `condition` holds, else raise ConditionFailed."""

        def effect() -> None:
            self._check((pk, sk), condition, values)
            self.items[pk, sk] = {**self.items[pk, sk], **changes}

        self._faults.write(f"update {_kind(sk)}", _short(sk), effect)

    def delete(self, pk: str, sks: Sequence[str]) -> None:
        """Delete items one by one; those that are missing are no error."""
        for sk in dict.fromkeys(sks):
            effect = partial(self.items.pop, (pk, sk), None)
            self._faults.write(f"delete {_kind(sk)}", _short(sk), effect)

    def expire(self, seconds: float) -> None:
        """Delete what has had its time."""
        self.items = {
            key: item
            for key, item in self.items.items()
            if item.get("expires_at", seconds) >= seconds
        }

    def keys(self, prefix: str) -> list[str]:
        """Return all sort keys that begin with `prefix`, for whoever looks from outside."""
        return sorted(sk for _, sk in self.items if sk.startswith(prefix))

    def _after(self, pk: str, prefix: str, after: str | None, newest_first: bool) -> list[str]:
        keys = sorted(
            (sk for owner, sk in self.items if owner == pk and sk.startswith(prefix)),
            reverse=newest_first,
        )
        if after is None:
            return keys
        return [sk for sk in keys if (sk < after if newest_first else sk > after)]

    def _check(
        self, key: tuple[str, str], condition: str | None, values: Mapping[str, Any]
    ) -> None:
        if condition is None:
            return
        item = self.items.get(key, {})
        if not any(
            all(_holds(clause, item, values) for clause in part.split(" AND "))
            for part in condition.split(" OR ")
        ):
            raise ConditionFailed


def _holds(clause: str, item: Item, values: Mapping[str, Any]) -> bool:
    existence = _EXISTENCE.fullmatch(clause)
    if existence:
        return (existence[2] in item) != bool(existence[1])
    compared = _CLAUSE.fullmatch(clause)
    assert compared is not None, f"a condition that the simulated table does not know: {clause}"
    name, comparison, value = compared.groups()
    return name in item and _COMPARE[comparison](item[name], values[value])


def _copy(item: Item | None) -> Item | None:
    return dict(item) if item is not None else None


def _kind(sk: str) -> str:
    head = sk.partition("#")[0]
    return _KINDS.get(head, head.lower())


def _short(sk: str) -> str:
    """Return a sort key as the trace tells it: zeros that fill a sequencer left out."""
    return re.sub(r"0{12,}", "~", sk)
