"""The workflow `ingest`: one execution for each time that an event is delivered."""

from collections.abc import Callable
from functools import partial

from kotogura.documents.intake import quarantine, receive
from kotogura.documents.ledger import Reason
from kotogura.errors import AnalyzerMismatch, DocumentError
from kotogura.index.changes import stage_removal
from kotogura.index.outcome import Committed
from kotogura.index.staging import stage_document
from tests.simulation.bucket import Event
from tests.simulation.scheduler import Violation
from tests.simulation.steps import STEP_LIMIT, Lost, do
from tests.simulation.world import TENANT, Process, World


class Execution:
    """One execution of `ingest` for one delivered event."""

    def __init__(self, world: World, event: Event, lose: Callable[[Event], None]) -> None:
        self._world = world
        self._event = event
        self._lose = lose
        self._writing = ""

    def run(self) -> None:
        """Extract, tokenize, commit; write down what can't be done, as the state machine does."""
        with self._world.scheduler.held():
            try:
                try:
                    self._run()
                except (DocumentError, AnalyzerMismatch) as error:
                    self._world.scheduler.note("is quarantined", error.code)
                    do(self._world, partial(self._quarantine, Reason(error.code, error.detail)))
            except Lost:
                self._world.scheduler.note("is lost")
                self._lose(self._event)

    def _run(self) -> None:
        outcome = do(self._world, self._extract)
        if outcome == "extracted":
            self._perhaps_cut()
            do(self._world, self._tokenize)
        self._perhaps_cut()
        if outcome == "skipped":
            return
        try:
            self._commit()
        except AnalyzerMismatch:
            if outcome != "extracted":
                raise
            self._world.scheduler.note("is tokenized once more")
            do(self._world, self._tokenize)
            self._perhaps_cut()
            self._commit()

    def _perhaps_cut(self) -> None:
        """End between two steps, whatever went well."""
        share = self._world.character.cut_share
        if self._world.faults.active and self._world.random.random() < share:
            raise Lost

    def _commit(self) -> None:
        """Commit, and come back as often as the answer is to wait."""
        identity, version = self._event.document_id, self._event.sequencer
        waited_for: int | None = None
        for _ in range(STEP_LIMIT):
            committed = do(self._world, partial(self._ask, waited_for))
            self._world.scheduler.note("is answered", committed.outcome)
            self._world.invariants.acknowledged(identity, version, committed)
            if committed.outcome != "deferred":
                return
            waited_for = committed.generation
            self._world.scheduler.sleep(committed.wait_seconds)
        raise Violation(f"a commit was put off {STEP_LIMIT} times")

    def _ask(self, waited_for: int | None, process: Process) -> Committed:
        identity, version = self._event.document_id, self._event.sequencer
        return process.committer.commit(TENANT, identity, version, waited_for=waited_for)

    def _extract(self, process: Process) -> str:
        intake = receive(self._event.event, process.originals, process.ledger, process.files)
        self._writing = intake.writing or ""
        if intake.outcome == "removed":
            stage_removal(TENANT, intake.document_id, intake.sequencer, process.staged)
        return intake.outcome

    def _quarantine(self, reason: Reason, process: Process) -> None:
        quarantine(self._event.event, reason, process.ledger)

    def _tokenize(self, process: Process) -> None:
        stage_document(
            TENANT,
            self._event.document_id,
            self._event.sequencer,
            self._writing,
            analyzer=process.analyzer,
            embed=process.embed,
            files=process.files,
            staged=process.staged,
        )
