"""Functions that are killed, as Lambda does for want of memory, or run out of time."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from kotogura.documents.ledger import DocumentState
from tests.faults.conftest import HOSHINO, MINATO, FaultySystem, Happened
from tests.integration.conftest import eventually

pytestmark = [pytest.mark.stack, pytest.mark.enable_socket]

STACK = "local stack"


@pytest.mark.parametrize(
    ("step", "word"),
    [
        pytest.param(
            "IngestFunction",
            "提灯",
            marks=pytest.mark.fault("ingest killed while it reads a file", STACK),
        ),
        pytest.param(
            "TokenizeFunction",
            "風車",
            marks=pytest.mark.fault(
                "tokenize killed for want of memory while it builds a segment", STACK
            ),
        ),
        pytest.param(
            "CommitFunction",
            "羅針盤",
            marks=pytest.mark.fault("commit killed while it publishes", STACK),
        ),
    ],
)
def test_a_step_that_is_killed_is_repeated(
    system: FaultySystem, happened: Happened, step: str, word: str
) -> None:
    name = f"killed/{step}.txt"
    before = system.version(MINATO, name)
    with system.frozen(step) as worker:
        system.put(MINATO, name, f"止められた文書\n{word}が回る。")
        system.kill_in_work(worker, step)
        assert system.names_found(HOSHINO, "灯台") == ["steady.txt"]
        record = system.settled(MINATO, name, after=before)
    assert record.state is DocumentState.INDEXED
    assert system.names_found(MINATO, word) == [name]
    assert "steady.txt" in system.names_found(MINATO, "灯台")
    happened("the step is repeated by another process, and the document is found")


@pytest.mark.fault("quarantine killed while it records a reason", STACK)
def test_a_quarantine_that_is_killed_is_repeated(system: FaultySystem, happened: Happened) -> None:
    name = "killed/quarantine.txt"
    with system.frozen("QuarantineFunction") as worker:
        system.put(MINATO, name, b"\x00\xff\x00\xfe" * 8)
        system.kill_in_work(worker, "QuarantineFunction")
        record = system.settled(MINATO, name)
    assert record.state is DocumentState.QUARANTINED
    assert record.reason is not None
    assert record.reason.code == "undecodable-text"
    system.delete(MINATO, name)
    happened("the step is repeated, and the document's owner sees the reason")


@pytest.mark.parametrize(
    ("step", "workflow"),
    [
        pytest.param(
            "CompactFunction",
            "Compact",
            marks=pytest.mark.fault("compact killed while it merges", STACK),
        ),
        pytest.param(
            "ReindexBuildFunction",
            "Reindex",
            marks=pytest.mark.fault("reindex killed while it builds", STACK),
        ),
        pytest.param(
            "ReindexSwapFunction",
            "Reindex",
            marks=pytest.mark.fault("reindex killed while it swaps", STACK),
        ),
        pytest.param(
            "ReconcileFunction",
            "Reconcile",
            marks=pytest.mark.fault("reconcile killed while it compares", STACK),
        ),
    ],
)
def test_upkeep_that_is_killed_is_repeated(
    system: FaultySystem, happened: Happened, step: str, workflow: str
) -> None:
    before = system.names_found(MINATO, "灯台")
    assert "steady.txt" in before
    with system.frozen(step) as worker, ThreadPoolExecutor(1) as others:
        running = others.submit(system.run_workflow, workflow, {"tenant": MINATO})
        system.kill_in_work(worker, step)
        assert system.names_found(MINATO, "灯台") == before
        assert running.result()["status"] == "SUCCEEDED"
    assert system.names_found(MINATO, "灯台") == before
    happened("the step is repeated; the generation before is searched meanwhile")


@pytest.mark.fault("search killed while it answers", STACK)
def test_a_search_that_is_killed_fails_alone(system: FaultySystem, happened: Happened) -> None:
    with system.frozen("SearchFunction") as worker, ThreadPoolExecutor(1) as others:
        asked = others.submit(system.ask, MINATO, "灯台")
        system.kill_in_work(worker, "SearchFunction")
        status, _ = asked.result()
    assert status >= 500
    assert "steady.txt" in system.names_found(MINATO, "灯台")
    happened("this one request fails with 5xx, and the next is answered")


@pytest.mark.fault("ingest out of time", STACK)
def test_a_step_that_takes_too_long_is_ended_and_repeated(
    system: FaultySystem, happened: Happened
) -> None:
    name = "slow/once.txt"
    with time_limit(system, "IngestFunction", 2), system.frozen("IngestFunction"):
        system.put(MINATO, name, "遅れた文書\n水時計の水。")
        record = system.settled(MINATO, name)
    assert record.state is DocumentState.INDEXED
    assert system.names_found(MINATO, "水時計") == [name]
    happened("it is ended at its limit and repeated once, and the document is found")


@pytest.mark.fault("ingest out of time again and again", STACK)
def test_a_document_whose_steps_all_run_out_of_time_is_shown_and_taken_in_later(
    system: FaultySystem, happened: Happened
) -> None:
    name = "slow/twice.txt"
    with time_limit(system, "IngestFunction", 1), system.frozen("IngestFunction") as first:
        system.put(MINATO, name, "二度遅れた文書\n日時計の影。")
        eventually(lambda: None if first.alive else True, "the first try to be ended")
        freeze_the_next(system, "IngestFunction")
        record = system.settled(MINATO, name)
    assert record.state is DocumentState.QUARANTINED
    assert record.reason is not None
    assert record.reason.code == "internal"
    assert "steady.txt" in system.names_found(MINATO, "灯台")
    _, mended = system.command("reconcile", "--tenant", MINATO, "--older-than", "0")
    assert mended["tenants"][0]["found"]["failed"] >= 1
    assert system.settled(MINATO, name, after=record.sequencer).state is DocumentState.INDEXED
    happened(
        "quarantined as `internal`, the execution fails and thereby alarms; `reconcile` tries it "
        "again in the night, up to three times"
    )


@contextmanager
def time_limit(system: FaultySystem, logical_id: str, seconds: int) -> Iterator[None]:
    """Give a function less time, as a deployment could."""
    functions = system.deployment.functions
    found = system.deployment_resource(logical_id)
    before = functions.get_function_configuration(FunctionName=found)["Timeout"]
    functions.update_function_configuration(FunctionName=found, Timeout=seconds)
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=found, Timeout=before)


def freeze_the_next(system: FaultySystem, logical_id: str) -> None:
    """Stop the process that takes the function's next event, once it has begun."""

    def probe() -> bool | None:
        pool = system.pool(logical_id)
        for worker in list(pool._busy) if pool else []:
            if worker.alive and worker._api.initialized:
                os.kill(worker._process.pid, signal.SIGSTOP)
                return True
        return None

    eventually(probe, "the next try")
