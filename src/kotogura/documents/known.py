"""What the ledger knows of a tenant's documents, small enough to be held for a million of them."""

from array import array
from bisect import bisect_left
from datetime import datetime
from enum import IntEnum
from zlib import crc32

from kotogura.documents.ledger import DocumentRecord, DocumentState
from kotogura.documents.originals import OriginalFile

_IN_ORDER = str.maketrans("234567abcdefghijklmnopqrstuvwxyz", "0123456789abcdefghijklmnopqrstuv")
_PREFIX_LENGTH = 12  # of an id's 26 characters: 60 bits


class Mark(IntEnum):
    """What is to be expected of a document."""

    SETTLED = 0
    ABSENT = 1  # there should be no file
    UNSETTLED = 2
    SEEN = 3  # its file was listed


class KnownDocuments:
    """Marks of documents by id: 21 bytes for each.

    A document is told by the first 60 bits of its id, and a file by 32 of its ETag. So two may be
    taken for one, once in a blue moon; whatever this says is a reason to look, and no more.
    """

    def __init__(self) -> None:
        self._ids = array("Q")
        self._claimed_ms = array("Q")
        self._etags = array("I")
        self._marks = array("B")

    def add(self, record: DocumentRecord) -> None:
        """Add a record; records come in the order of their ids, as the ledger yields them."""
        if record.state is DocumentState.DELETED:
            mark = Mark.ABSENT
        elif record.state in (DocumentState.INDEXED, DocumentState.UNPACKED):
            mark = Mark.SETTLED
        else:
            mark = Mark.UNSETTLED
        self._ids.append(_prefix(record.document_id))
        self._claimed_ms.append(_milliseconds(record.claimed_at))
        self._etags.append(_etag(record.etag))
        self._marks.append(mark)

    def see(self, document_id: str, file: OriginalFile) -> bool:
        """Note that the document has a file; return whether both surely agree."""
        at = self._find(document_id)
        if at is None:
            return False
        mark = self._marks[at]
        self._marks[at] = Mark.SEEN
        etag = self._etags[at]
        same = not etag or etag == _etag(file.etag)
        return mark == Mark.SETTLED and same and not self._is_older(at, file)

    def is_older(self, document_id: str, file: OriginalFile) -> bool:
        """Return whether the document has a file, and work on it began before `file` was put."""
        at = self._find(document_id)
        return at is not None and self._marks[at] != Mark.ABSENT and self._is_older(at, file)

    def is_without_file(self, document_id: str) -> bool:
        """Return whether the document should have had a file, and none was seen."""
        at = self._find(document_id)
        return at is not None and self._marks[at] in (Mark.SETTLED, Mark.UNSETTLED)

    def without_file_count(self) -> int:
        """Return how many documents should have had a file, and none was seen."""
        return sum(self._marks.count(mark) for mark in (Mark.SETTLED, Mark.UNSETTLED))

    def _is_older(self, at: int, file: OriginalFile) -> bool:
        return self._claimed_ms[at] < _milliseconds(file.modified_at)

    def _find(self, document_id: str) -> int | None:
        prefix = _prefix(document_id)
        at = bisect_left(self._ids, prefix)
        return at if at < len(self._ids) and self._ids[at] == prefix else None


def _prefix(document_id: str) -> int:
    """Return the beginning of an id as a number, in the order of ids as texts.

    >>> _prefix("2" * 26) < _prefix("7" + "z" * 25) < _prefix("a" + "2" * 25)
    True
    """
    return int(document_id[:_PREFIX_LENGTH].translate(_IN_ORDER), 32)


def _milliseconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000) if moment else 0


def _etag(etag: str) -> int:
    """Return 32 bits of an ETag; 0 where it isn't known."""
    return crc32(etag.encode()) or 1 if etag else 0
