"""Guard: `dynamodb:LeadingKeys` has the partition keys that a request names.

MiniStack never sets it. `ForAllValues` is true of no values at all, so that such a condition would
let everybody through.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from ministack.core import iam_actions
from ministack.services import dynamodb

from kotogura.local.guards.private_names import private, replace

_Json = dict[str, Any]
_known: dict[str, _Json] = {}
_EQUALITY = re.compile(r"([#\w.]+)\s*=\s*(:\w+)")


def install() -> None:
    """Add the key to what a request is judged by."""
    service_context = private(iam_actions, "dynamodb_service_context")
    private(dynamodb, "_tables")

    def with_leading_keys(body: bytes) -> _Json:
        context = dict(service_context(body))
        if keys := _leading_keys(body):
            context["dynamodb:LeadingKeys"] = keys
        return context

    replace(iam_actions, "dynamodb_service_context", with_leading_keys)


def _leading_keys(body: bytes) -> list[str]:
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return []
    if not isinstance(request, dict):
        return []
    return sorted({str(value) for key in _keys(request) for value in key.values()})


def _keys(request: _Json) -> Iterator[_Json]:
    """Yield the partition keys, each as DynamoDB writes a value: `{"S": "TENANT#minato"}`."""
    if "TableName" in request:
        yield from _item_key(request["TableName"], request.get("Key") or request.get("Item"))
        yield from _queried_keys(request)
    for table, asked in (request.get("RequestItems") or {}).items():
        if isinstance(asked, dict):
            for key in asked.get("Keys", []):
                yield from _item_key(table, key)
            continue
        for write in asked:
            item = (write.get("PutRequest") or {}).get("Item")
            yield from _item_key(table, item or (write.get("DeleteRequest") or {}).get("Key"))
    for item in request.get("TransactItems") or []:
        for part in item.values():
            yield from _item_key(part.get("TableName", ""), part.get("Key") or part.get("Item"))


def _item_key(table: str, item: _Json | None) -> Iterator[_Json]:
    if item and (found := item.get(_partition_key(table, None) or "")):
        yield found


def _queried_keys(request: _Json) -> Iterator[_Json]:
    name = _partition_key(request["TableName"], request.get("IndexName"))
    names = request.get("ExpressionAttributeNames") or {}
    values = request.get("ExpressionAttributeValues") or {}
    for left, right in _EQUALITY.findall(request.get("KeyConditionExpression") or ""):
        if names.get(left, left) == name and right in values:
            yield values[right]
    condition = (request.get("KeyConditions") or {}).get(name or "") or {}
    yield from condition.get("AttributeValueList") or []


def _partition_key(table: str, index: str | None) -> str | None:
    name = table.rpartition("/")[2]
    # A request for a table that is gone is judged as before, and then told that it is gone.
    found = dynamodb._tables.get(name) or _known.get(name) or {}
    _known[name] = found
    schema = found.get("KeySchema") or []
    if index is not None:
        indexes = (found.get("GlobalSecondaryIndexes") or []) + (
            found.get("LocalSecondaryIndexes") or []
        )
        schema = next((one["KeySchema"] for one in indexes if one["IndexName"] == index), [])
    return next((key["AttributeName"] for key in schema if key["KeyType"] == "HASH"), None)
