"""What a document is called: its key in the bucket, its name, and its id."""

import base64
import hashlib
import unicodedata

from kotogura.errors import InvalidDocumentName, InvalidEvent
from kotogura.tenants.identity import TenantId

_FOLDER = "documents"
_NAME_LIMIT_BYTES = 900  # S3 allows 1,024 for the whole key


def document_id(name: str) -> str:
    """Return the id of the document called `name`: 26 of `a-z2-7`, stable for ever.

    It is the first 128 bits of the name's SHA-256, so an id tells nothing about the name
    and two tenants' documents of one name share an id but never a partition.

    >>> document_id("rules/leave.md")
    'jxndlgixyqnl4kwtcxwxypszka'
    """
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:16]
    return base64.b32encode(digest).decode("ascii").rstrip("=").lower()


def document_key(tenant: TenantId, name: str) -> str:
    """Return the key of the object that holds `tenant`'s document `name`.

    Raises:
        InvalidDocumentName: as `check_name` does.

    >>> document_key(TenantId("minato-shoji"), "rules/leave.md")
    'minato-shoji/documents/rules/leave.md'
    """
    check_name(name)
    return f"{tenant}/{_FOLDER}/{name}"


def parse_document_key(key: str) -> tuple[TenantId, str]:
    """Split an object's key into the tenant and the document's name.

    Raises:
        InvalidEvent: when the key is not below a tenant's documents.
        InvalidTenantId: when its first part can't be a tenant.

    >>> parse_document_key("minato-shoji/documents/rules/leave.md")
    (TenantId('minato-shoji'), 'rules/leave.md')
    """
    tenant, _, rest = key.partition("/")
    folder, _, name = rest.partition("/")
    if folder != _FOLDER or not name:
        raise InvalidEvent("the key is not below <tenant>/documents/")
    return TenantId(tenant), name


def documents_prefix(tenant: TenantId) -> str:
    """Return the prefix below which all of `tenant`'s documents lie.

    >>> documents_prefix(TenantId("minato-shoji"))
    'minato-shoji/documents/'
    """
    return f"{tenant}/{_FOLDER}/"


def check_name(name: str) -> None:
    """Let a name pass that people can read, list and download again.

    Raises:
        InvalidDocumentName: when it is empty, above 900 bytes, not valid Unicode, a folder, holds
            control characters, or leads through `.` or `..`.
    """
    try:
        size_bytes = len(name.encode("utf-8"))
    except UnicodeEncodeError:
        raise InvalidDocumentName("the name is not valid Unicode; rename the file") from None
    if not 0 < size_bytes <= _NAME_LIMIT_BYTES:
        raise InvalidDocumentName(f"a name takes 1 to {_NAME_LIMIT_BYTES} bytes; rename the file")
    if name.endswith("/"):
        raise InvalidDocumentName("a name that ends in / is a folder's")
    if any(unicodedata.category(character) == "Cc" for character in name):
        raise InvalidDocumentName("the name holds control characters; rename the file")
    # Clients walk along the dots of a URL before they ask for it: under this name no file could be
    # sent or fetched by one, and the path would leave the tenant's folder on the way.
    if {".", ".."} & set(name.split("/")):
        raise InvalidDocumentName(
            "the name leads through . or .., which URLs lose; rename the file"
        )
