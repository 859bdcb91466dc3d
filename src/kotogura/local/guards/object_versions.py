"""Guard: S3's EventBridge events name the object's version, and a deletion names no size.

AWS sends `detail.object["version-id"]` for versioned buckets, and no `size` with `Object Deleted`.
MiniStack knows the version but leaves it out.
"""

import json
from contextvars import ContextVar
from typing import Any

from ministack.services import eventbridge, s3

from kotogura.local.guards.private_names import private, replace

_version_id: ContextVar[str | None] = ContextVar("version_id", default=None)


def install() -> None:
    """Carry the version from S3's event to the bus."""
    fire, dispatch = private(s3, "_fire_s3_event"), private(eventbridge, "_dispatch_event")

    def fire_with_version(*arguments: Any, **keywords: Any) -> Any:
        token = _version_id.set(keywords.get("version_id"))
        try:
            return fire(*arguments, **keywords)
        finally:
            _version_id.reset(token)

    def dispatch_with_version(event: dict[str, Any], *arguments: Any, **keywords: Any) -> Any:
        if event.get("Source") == "aws.s3":
            event = {**event, "Detail": _detail(event["Detail"], event["DetailType"])}
        return dispatch(event, *arguments, **keywords)

    replace(s3, "_fire_s3_event", fire_with_version)
    replace(eventbridge, "_dispatch_event", dispatch_with_version)


def _detail(text: str, detail_type: str) -> str:
    detail = json.loads(text)
    if version_id := _version_id.get():
        detail["object"].setdefault("version-id", version_id)
    if detail_type == "Object Deleted":
        detail["object"].pop("size", None)
    return json.dumps(detail)
