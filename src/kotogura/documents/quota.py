"""Whether a tenant may have one more document."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from kotogura.documents.identity import document_id
from kotogura.documents.ledger import DocumentLedger, DocumentRecord, DocumentState
from kotogura.documents.originals import OriginalFile
from kotogura.errors import QuotaReached
from kotogura.tenants.identity import TenantId
from kotogura.tenants.limits import LimitsOf
from kotogura.tenants.usage import Stored

StoredOf = Callable[[TenantId], Stored | None]
"""Tells what a tenant's current generation holds; None before the first."""

Admit = Callable[[TenantId, str], None]
"""Raises QuotaReached where a tenant may not have the document of this id."""

_ASKED_COUNT = 100


def admit_all(_tenant: TenantId, _document_id: str) -> None:
    """Let every document in."""


class Quota:
    """Holds tenants to their documents and to the bytes of their index.

    What is counted is what the current generation holds, so documents that are under way at the
    same time may pass together. A document that is known may be replaced, whatever there is.
    """

    def __init__(self, ledger: DocumentLedger, limits_of: LimitsOf, stored_of: StoredOf) -> None:
        self._ledger = ledger
        self._limits_of = limits_of
        self._stored_of = stored_of

    def check(self, tenant: TenantId, document_id: str) -> None:
        """Let the document in, or say why not.

        Raises:
            QuotaReached: when it is a new one, and there is no room.
        """
        room, remedy = self._room(tenant)
        if room < 1 and _is_new(self._ledger.get(tenant, document_id)):
            raise QuotaReached(remedy)

    def within(self, tenant: TenantId, files: Iterable[OriginalFile]) -> Iterator[OriginalFile]:
        """Yield those of `files` that may be found, in their order.

        Those that were refused for the quota are let in as far as there is room by now.
        """
        room, _ = self._room(tenant)
        waiting = iter(files)
        while some := list(islice(waiting, _ASKED_COUNT)):
            ids = [document_id(one.name) for one in some]
            known = self._ledger.get_many(tenant, ids)
            for file, identity in zip(some, ids, strict=True):
                if _was_refused(known.get(identity)):
                    if room < 1:
                        continue
                    room -= 1
                yield file

    def _room(self, tenant: TenantId) -> tuple[int, str]:
        """Return how many more documents may come, and what to do where none may."""
        limits = self._limits_of(tenant)
        stored = self._stored_of(tenant) or Stored(0, 0)
        if stored.index_bytes >= limits.index_bytes:
            return 0, (
                f"the index has {stored.index_bytes:,} of {limits.index_bytes:,} bytes; "
                "delete documents and wait for the night, or ask an operator for more, "
                "then upload it again"
            )
        return limits.document_count - stored.document_count, (
            f"there are {stored.document_count:,} of {limits.document_count:,} documents; "
            "delete some, or ask an operator for more, then upload it again"
        )


def _is_new(record: DocumentRecord | None) -> bool:
    return record is None or record.state is DocumentState.DELETED or _was_refused(record)


def _was_refused(record: DocumentRecord | None) -> bool:
    return (
        record is not None
        and record.state is DocumentState.QUARANTINED
        and record.reason is not None
        and record.reason.code == QuotaReached.code
    )
