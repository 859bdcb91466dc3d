"""The one DynamoDB table: its keys, its items as plain values, its errors as ours."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Key

from kotogura.errors import Throttled
from kotogura.platform.refusals import translating
from kotogura.tenants.identity import TenantId

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource
    from mypy_boto3_dynamodb.service_resource import Table as DynamoTable

TENANTS = "TENANTS"
_THROTTLES = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
}
_BATCH_GET_COUNT = 100

Item = dict[str, Any]


class ConditionFailed(Exception):
    """A conditional write found something else; never leaves `kotogura.platform`."""


_translated = translating(
    "the table",
    dict.fromkeys(_THROTTLES, lambda: Throttled("the table is throttled; try again"))
    | {"ConditionalCheckFailedException": ConditionFailed},
)


def partition(tenant: TenantId) -> str:
    """Return the partition that holds all items of `tenant` but its own record.

    >>> partition(TenantId("minato-shoji"))
    'TENANT#minato-shoji'
    """
    return f"TENANT#{tenant}"


class Table:
    """Reads and writes items. Reads are strongly consistent unless they say otherwise."""

    def __init__(self, resource: "DynamoDBServiceResource", name: str) -> None:
        self._resource = resource
        self._table: DynamoTable = resource.Table(name)

    def get(self, pk: str, sk: str) -> Item | None:
        """Return one item, or None."""
        with _translated():
            answer = self._table.get_item(Key={"pk": pk, "sk": sk}, ConsistentRead=True)
        return _plain(answer["Item"]) if "Item" in answer else None

    def get_many(self, pk: str, sks: Sequence[str]) -> list[Item]:
        """Return the items that exist, in no order."""
        found: list[Item] = []
        for first in range(0, len(sks), _BATCH_GET_COUNT):
            keys = [{"pk": pk, "sk": sk} for sk in sks[first : first + _BATCH_GET_COUNT]]
            asked: Mapping[str, Any] = {self._table.name: {"Keys": keys, "ConsistentRead": True}}
            while asked:
                with _translated():
                    answer = self._resource.batch_get_item(RequestItems=asked)
                found += [_plain(item) for item in answer["Responses"].get(self._table.name, [])]
                asked = answer.get("UnprocessedKeys", {})
        return found

    def query(
        self, pk: str, prefix: str, *, newest_first: bool = False, consistent: bool = True
    ) -> Iterator[Item]:
        """Yield the items of a partition whose sort key begins with `prefix`, in its order.

        An empty `prefix` means all of them. Not `consistent`, they are those of a moment ago, at
        half the price.
        """
        start: Mapping[str, Any] | None = {}
        while start is not None:
            items, start = self._page(
                pk, prefix, start, newest_first=newest_first, consistent=consistent
            )
            yield from items

    def between(self, pk: str, first: str, last: str) -> Iterator[Item]:
        """Yield the items of a partition whose sort keys lie from `first` to `last`, both in."""
        start: Mapping[str, Any] | None = {}
        condition = Key("pk").eq(pk) & Key("sk").between(first, last)
        while start is not None:
            arguments: Item = {"ExclusiveStartKey": start} if start else {}
            with _translated():
                answer = self._table.query(
                    KeyConditionExpression=condition, ConsistentRead=True, **arguments
                )
            yield from map(_plain, answer["Items"])
            start = answer.get("LastEvaluatedKey")

    def page(
        self, pk: str, prefix: str, after: str | None, limit: int
    ) -> tuple[list[Item], str | None]:
        """Return up to `limit` items after the key `after`, and the last key if more follow."""
        start = {"pk": pk, "sk": after} if after else {}
        # One more than is shown: DynamoDB names a last key also where nothing follows it.
        items, last = self._page(pk, prefix, start, limit + 1)
        if len(items) > limit:
            return items[:limit], items[limit - 1]["sk"]
        return items, last["sk"] if last else None

    def put(self, item: Item, condition: str | None = None, **values: Any) -> None:
        """Write an item; with a `condition`, only if it holds, else raise ConditionFailed.

        Values of the condition are given by name and stand in it as `:name`.
        """
        arguments: Item = {"Item": _stored(item)}
        if condition is not None:
            arguments["ConditionExpression"] = condition
        if values:
            arguments["ExpressionAttributeValues"] = _stored(
                {f":{name}": value for name, value in values.items()}
            )
        with _translated():
            self._table.put_item(**arguments)

    def update(self, pk: str, sk: str, changes: Item, condition: str, **values: Any) -> None:
        """Set attributes of an item if `condition` holds, else raise ConditionFailed."""
        names = {f"#{number}": name for number, name in enumerate(changes)}
        stored = {f":{number}": value for number, value in enumerate(changes.values())}
        stored |= {f":{name}": value for name, value in values.items()}
        assignments = ", ".join(f"#{number} = :{number}" for number in range(len(changes)))
        with _translated():
            self._table.update_item(
                Key={"pk": pk, "sk": sk},
                UpdateExpression=f"SET {assignments}",
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=_stored(stored),
            )

    def delete(self, pk: str, sks: Sequence[str]) -> None:
        """Delete items; those that are missing are no error."""
        with _translated(), self._table.batch_writer() as batch:
            for sk in dict.fromkeys(sks):  # DynamoDB refuses a batch that names a key twice
                batch.delete_item(Key={"pk": pk, "sk": sk})

    def _page(
        self,
        pk: str,
        prefix: str,
        start: Mapping[str, Any],
        limit: int | None = None,
        *,
        newest_first: bool = False,
        consistent: bool = True,
    ) -> tuple[list[Item], Mapping[str, Any] | None]:
        arguments: Item = {
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": pk},
            "ConsistentRead": consistent,
            "ScanIndexForward": not newest_first,
        }
        if prefix:  # DynamoDB takes no empty text for a key
            arguments["KeyConditionExpression"] += " AND begins_with(sk, :prefix)"
            arguments["ExpressionAttributeValues"][":prefix"] = prefix
        if start:
            arguments["ExclusiveStartKey"] = start
        if limit is not None:
            arguments["Limit"] = limit
        with _translated():
            answer = self._table.query(**arguments)
        return [_plain(item) for item in answer["Items"]], answer.get("LastEvaluatedKey")


def _plain(value: Any) -> Any:
    """Return `value` with DynamoDB's decimals as int or float."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _stored(value: Any) -> Any:
    """Return `value` with floats as decimals, which is all that DynamoDB takes."""
    if isinstance(value, Mapping):
        return {key: _stored(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_stored(inner) for inner in value]
    return Decimal(str(value)) if isinstance(value, float) else value
