"""All that the table holds of a tenant, item by item."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kotogura.platform.search_rate import rate_partition
from kotogura.platform.table import TENANTS, Item, Table, partition
from kotogura.tenants.identity import TenantId

_BATCH_COUNT = 500
KINDS = {
    "DOCUMENT": "documents",
    "STAGED": "staged",
    "TRAINING": "trainings",
    "USAGE": "usage",
    "OPENING": "openings",
    "MANIFEST": "index",
    "SYNONYMS": "settings",
    "DICTIONARY": "settings",
}
"""What an item is about, by how its sort key begins."""
OTHERS = "others"


@dataclass(frozen=True, slots=True)
class TenantItems:
    """One tenant's items; the record in the register of tenants is not among them."""

    table: Table
    tenant: TenantId

    @property
    def place(self) -> str:
        """Where they lie, for people."""
        return f"table: {', '.join(self._partitions)}"

    @property
    def _partitions(self) -> tuple[str, ...]:
        return partition(self.tenant), rate_partition(self.tenant)

    def all(self) -> Iterator[Item]:
        """Yield every item, in the order of its key."""
        for pk in self._partitions:
            yield from self.table.query(pk, "")

    def record(self) -> Item | None:
        """Return the tenant's record in the register, or None."""
        return self.table.get(TENANTS, self.tenant)

    def remove(self) -> dict[str, int]:
        """Remove every item; return how many of each kind. Idempotent."""
        counts: dict[str, int] = {}
        for pk in self._partitions:
            sks = [item["sk"] for item in self.table.query(pk, "")]
            for first in range(0, len(sks), _BATCH_COUNT):
                self.table.delete(pk, sks[first : first + _BATCH_COUNT])
            for sk in sks:
                counts[kind_of(sk)] = counts.get(kind_of(sk), 0) + 1
        return counts

    def left(self) -> int:
        """Return how many items there are."""
        return sum(1 for _ in self.all())


def kind_of(sk: str) -> str:
    """Return what an item is about by its sort key; "others" for what is not known here.

    >>> kind_of("DOCUMENT#vewhbpqkl6xn24e3n4ho2sdgom"), kind_of("MANIFEST"), kind_of("BUCKET")
    ('documents', 'index', 'others')
    """
    return KINDS.get(sk.partition("#")[0], OTHERS)


def plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as JSON can hold it: what is binary in base64."""
    return {name: _plain(value) for name, value in item.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, list | set | frozenset):
        return [_plain(inner) for inner in value]
    if isinstance(value, str | int | float | None):
        return value
    return base64.b64encode(bytes(value)).decode("ascii")
