"""What an S3 event says: which document of which tenant changed, and when in that key's order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kotogura.documents.identity import document_id, parse_document_key
from kotogura.errors import InvalidEvent
from kotogura.tenants.identity import TenantId

_SEQUENCER = re.compile(r"[0-9A-Fa-f]{1,40}")
_SEQUENCER_WIDTH = 40
_KINDS: dict[str, Literal["created", "deleted"]] = {
    "Object Created": "created",
    "Object Deleted": "deleted",
}

OLDEST = "0" * _SEQUENCER_WIDTH
"""The sequencer of a file that was there before any event about it was seen."""


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """One change of one object, as the event tells it.

    Attributes:
        tenant: whose prefix the object lies under.
        name: the document's name, the key below `<tenant>/documents/`.
        document_id: the id made of the name.
        kind: whether the object was written or removed.
        sequencer: 40 hexadecimal digits, or 80 for a change of its description alone; the greater
            text is the later change of the same document.
        version_id: the object's version, or None when the event doesn't say.
        size_bytes: the object's size; 0 for a removal.
        marker: whether a removal only put a delete marker before older versions.
    """

    tenant: TenantId
    name: str
    document_id: str
    kind: Literal["created", "deleted"]
    sequencer: str
    version_id: str | None
    size_bytes: int
    marker: bool = False


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
        ours = event["source"] == "aws.s3"
    except (AttributeError, KeyError, TypeError):
        raise InvalidEvent("not an S3 object event from EventBridge") from None
    if not ours or not isinstance(key, str) or not isinstance(version_id, str | None):
        raise InvalidEvent("not an S3 object event from EventBridge")
    if type(size_bytes) is not int or size_bytes < 0:
        raise InvalidEvent("the event has no usable size")
    tenant, name = parse_document_key(key)
    return DocumentChange(
        tenant=tenant,
        name=name,
        document_id=document_id(name),
        kind=kind,
        sequencer=normalize_sequencer(sequencer),
        version_id=version_id,
        size_bytes=size_bytes,
        marker=marker,
    )


def redescription(
    change: DocumentChange, name: str, sequencer: str, size_bytes: int
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
