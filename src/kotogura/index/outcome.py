"""What became of a change that its workflow asked to commit, whoever committed it."""

from dataclasses import dataclass
from typing import Literal

from kotogura.documents.ledger import DocumentRecord, DocumentState
from kotogura.errors import AnalyzerMismatch
from kotogura.index.changes import StagedChange
from kotogura.index.directory import Place


@dataclass(frozen=True, slots=True)
class Committed:
    """What became of one change; `generation` is one in which its effect can be seen.

    A change that is `deferred` stays staged. Whoever asked waits `wait_seconds`, a whole number,
    and asks again with this `generation` as what it has waited for. `published` tells whether this
    call made a new generation, or found its change in already.
    """

    outcome: Literal["indexed", "deleted", "superseded", "deferred"]
    generation: int
    wait_seconds: int = 0
    published: bool = False


def outcome_of(
    record: DocumentRecord | None,
    place: Place | None,
    document_id: str,
    version: str,
    changes: list[StagedChange],
    generation: int,
) -> Committed:
    """Tell what became of the caller's own change, whoever committed it.

    `place` is the document's in the generation that the commit was based on.
    """
    if record is not None and record.sequencer > version:
        return Committed("superseded", generation)
    mine = next((change for change in changes if change.document_id == document_id), None)
    if mine is not None:
        return Committed("indexed" if mine.segment else "deleted", generation)
    # Another commit took it along since the generation was read, and told the ledger where it is.
    if record is not None and record.state in (DocumentState.INDEXED, DocumentState.DELETED):
        deleted = record.state is DocumentState.DELETED
        known = generation if record.generation is None else record.generation
        return Committed("deleted" if deleted else "indexed", known)
    if place is not None and place.version >= version:
        return Committed("indexed", generation)
    raise AnalyzerMismatch("the staged change was refused before or has expired; run reindex")
