"""What an S3 event says: which document of which tenant changed, and when in that key's order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kotogura.documents.identity import document_id, documents_prefix, parse_document_key
from kotogura.errors import InvalidEvent
from kotogura.tenants.identity import TenantId

_SEQUENCER = re.compile(r"[0-9A-Fa-f]{1,40}")
_SEQUENCER_WIDTH = 40
_SUCCESSOR = re.compile(rf"[0-9A-F]{{{2 * _SEQUENCER_WIDTH}}}")
_TAIL_WIDTH = 8
_KINDS: dict[str, Literal["created", "deleted"]] = {
    "Object Created": "created",
    "Object Deleted": "deleted",
}

OLDEST = "0" * _SEQUENCER_WIDTH
"""The sequencer of a file that was there before any event about it was seen."""

RECONCILIATION = "kotogura.reconciliation"
"""The source of events that no bucket sent: somebody looked, and saw what had been missed."""


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """One change of one object, as the event tells it.

    Attributes:
        tenant: whose prefix the object lies under.
        name: the document's name, the key below `<tenant>/documents/`.
        document_id: the id made of the name.
        kind: whether the object was written or removed.
        sequencer: 40 hexadecimal digits, or 80 for a change of its description alone, or one that
            was missed; the greater text is the later change of the same document.
        version_id: the object's version, or None when the event doesn't say.
        size_bytes: the object's size; 0 for a removal.
        marker: whether a removal only put a delete marker before older versions.
        etag: of the object's bytes, as a listing tells it; empty where the event doesn't.
    """

    tenant: TenantId
    name: str
    document_id: str
    kind: Literal["created", "deleted"]
    sequencer: str
    version_id: str | None
    size_bytes: int
    marker: bool = False
    etag: str = ""


def parse_event(event: Mapping[str, Any]) -> DocumentChange:
    """Read an S3 event as EventBridge delivers it. Keys there are not form-encoded.

    Raises:
        InvalidEvent: when it isn't such an event or not about a tenant's document.
        InvalidTenantId: when the key's first part can't be a tenant.
    """
    try:
        kind = _KINDS[event["detail-type"]]
        detail = event["detail"]
        thing = detail["object"]
        key = thing["key"]
        sequencer = thing["sequencer"]
        version_id = thing.get("version-id")
        size_bytes = thing["size"] if kind == "created" else 0
        marker = detail.get("deletion-type") == "Delete Marker Created"
        etag = thing.get("etag", "")
        source = event["source"]
    except (AttributeError, KeyError, TypeError):
        raise InvalidEvent("not an S3 object event from EventBridge") from None
    texts = isinstance(key, str) and isinstance(etag, str) and isinstance(version_id, str | None)
    if source not in ("aws.s3", RECONCILIATION) or not texts:
        raise InvalidEvent("not an S3 object event from EventBridge")
    if type(size_bytes) is not int or size_bytes < 0:
        raise InvalidEvent("the event has no usable size")
    tenant, name = parse_document_key(key)
    return DocumentChange(
        tenant=tenant,
        name=name,
        document_id=document_id(name),
        kind=kind,
        sequencer=(normalize_sequencer if source == "aws.s3" else _check_successor)(sequencer),
        version_id=version_id,
        size_bytes=size_bytes,
        marker=marker,
        etag=etag.strip('"'),
    )


def missed_event(
    tenant: TenantId,
    name: str,
    *,
    after: str,
    size_bytes: int | None,
    etag: str = "",
    time: str,
) -> dict[str, Any]:
    """Return the event of a change of `name` that no event told of, as `parse_event` reads it.

    It means what the bucket holds by now, in whatever version.

    Args:
        tenant: whose document it is.
        name: the document's name, which need not be one that a document may have.
        after: the sequencer of the last change that is known.
        size_bytes: the file's size, or None where there is no file any more.
        etag: as the bucket's listing tells it.
        time: when it was seen, ISO 8601.
    """
    thing: dict[str, Any] = {
        "key": documents_prefix(tenant) + name,
        "sequencer": successor(after),
    }
    if size_bytes is not None:
        thing |= {"size": size_bytes, "etag": etag}
    return {
        "source": RECONCILIATION,
        "detail-type": "Object Deleted" if size_bytes is None else "Object Created",
        "time": time,
        "detail": {"object": thing},
    }


def successor(sequencer: str) -> str:
    """Return the first sequencer after `sequencer`: S3 tells none between the two.

    >>> "0A".ljust(40, "0") < successor("0A") < successor(successor("0A")) < "0A" + "0" * 37 + "1"
    True
    >>> successor("0A") < "0A".ljust(40, "0") + "07"  # a later change of its description
    True
    """
    width = 2 * _SEQUENCER_WIDTH
    return f"{int(sequencer.ljust(width, '0'), 16) + 1:0{width}X}"


def successions(sequencer: str) -> int:
    """Return how often `successor` was taken since S3 told of a change last.

    >>> successions(successor(successor("0A")))
    2
    """
    tail = sequencer[2 * _SEQUENCER_WIDTH - _TAIL_WIDTH :]  # S3's own end in zeros there
    return int(tail, 16) if tail else 0


def redescription(
    change: DocumentChange, name: str, sequencer: str, size_bytes: int, etag: str = ""
) -> DocumentChange:
    """Return the change of the document `name` that `change`, of its `.meta.json`, amounts to.

    Sequencers of two keys can't be compared. So the new one is that of the document's own last
    change, followed by that of its description's: in text order it lies after the document's last
    change and earlier ones of the description, and before any later change of the document, which
    will read the description anew.

    Args:
        change: the change of the description.
        name: the document's name.
        sequencer: the last one that is known of the document.
        size_bytes: the document's size.
        etag: the last one that is known of the document.

    >>> "0A" < "0A" + "07" < "0A" + "08" < "0B"
    True
    """
    return DocumentChange(
        tenant=change.tenant,
        name=name,
        document_id=document_id(name),
        kind="created",
        sequencer=sequencer[:_SEQUENCER_WIDTH] + change.sequencer,
        version_id=None,
        size_bytes=size_bytes,
        etag=etag,
    )


def normalize_sequencer(sequencer: object) -> str:
    """Return `sequencer` so that text order is the order of the changes of one key.

    S3's rule: pad the shorter of two with zeros on the right, then compare as text.

    Raises:
        InvalidEvent: when it is not 1 to 40 hexadecimal digits.

    >>> normalize_sequencer("0055AED6DCD90281E5") < normalize_sequencer("0055aed6dcd90281e6")
    True
    """
    if not isinstance(sequencer, str) or _SEQUENCER.fullmatch(sequencer) is None:
        raise InvalidEvent("the event has no usable sequencer")
    return sequencer.upper().ljust(_SEQUENCER_WIDTH, "0")


def _check_successor(sequencer: object) -> str:
    if not isinstance(sequencer, str) or _SUCCESSOR.fullmatch(sequencer) is None:
        raise InvalidEvent("the event has no usable sequencer")
    return sequencer
