"""Defects of the kinds that the faults are for: each planted one is found by its test."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from kotogura.index import merge
from kotogura.index.generations import Generations
from kotogura.search import damage
from tests.faults import test_processes, test_storage
from tests.faults.conftest import FaultySystem
from tests.unit.index import test_damage

pytestmark = pytest.mark.enable_socket

FAILED = (Exception, pytest.fail.Exception)
"""As a test fails: by what it asserts, by what it waited for in vain, or by what it ran into."""


@contextmanager
def without_retries_of(system: FaultySystem, *errors: str) -> Iterator[None]:
    """Let `ingest` give up at the first of these errors."""
    workflows, arn = system.deployment.workflows, system.deployment.outputs["IngestStateMachineArn"]
    before = workflows.describe_state_machine(stateMachineArn=arn)["definition"]
    machine = json.loads(before)
    for state in machine["States"].values():
        for rule in state.get("Retry", []):
            rule["ErrorEquals"] = [one for one in rule["ErrorEquals"] if one not in errors]
        state["Retry"] = [rule for rule in state.get("Retry", []) if rule["ErrorEquals"]]
        if not state["Retry"]:
            del state["Retry"]
    workflows.update_state_machine(stateMachineArn=arn, definition=json.dumps(machine))
    try:
        yield
    finally:
        workflows.update_state_machine(stateMachineArn=arn, definition=before)


def ignored(_: str) -> None:
    """Note nothing: what is seen here is no fault that was survived."""


def throttled(system: FaultySystem) -> None:
    test_storage.test_writes_that_are_throttled_come_in_the_end(system, ignored)


def killed(system: FaultySystem) -> None:
    test_processes.test_a_step_that_is_killed_is_repeated(
        system, ignored, "IngestFunction", "走馬灯"
    )


def no_digests(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(merge, "check_intact", lambda *_: None)


def no_look_for_damage(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(damage.Damage, "find", lambda *_: None)


def no_page_checksums(patch: pytest.MonkeyPatch) -> None:
    opened = pq.ParquetFile

    def careless(*arguments: Any, **named: Any) -> Any:
        return opened(*arguments, **named | {"page_checksum_verification": False})

    patch.setattr(pq, "ParquetFile", careless)
    patch.setattr(test_damage, "FLIPS", 80)  # most break the compression, and are told by that


def no_way_around_a_manifest(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Generations, "replaceable", Generations.current)


@pytest.mark.stack
@pytest.mark.parametrize(
    ("errors", "fault"),
    [
        pytest.param(("Throttled",), throttled, id="no retry where the table throttles"),
        pytest.param(("Runtime.ExitError",), killed, id="no retry where a process was killed"),
    ],
)
def test_a_missing_retry_is_found(
    system: FaultySystem, errors: tuple[str, ...], fault: Callable[[FaultySystem], None]
) -> None:
    with without_retries_of(system, *errors), pytest.raises(FAILED):
        fault(system)


@pytest.mark.parametrize(
    ("plant", "test"),
    [
        pytest.param(
            no_digests,
            test_damage.test_a_merge_passes_no_damage_on,
            id="a merge that compares no digests",
        ),
        pytest.param(
            no_look_for_damage,
            partial(
                test_damage.test_a_changed_bit_is_told_as_damage_or_changes_nothing_but_a_number,
                kind="postings",
            ),
            id="a search that never looks whether a file is damaged",
        ),
        pytest.param(
            no_page_checksums,
            partial(
                test_damage.test_a_changed_bit_is_told_as_damage_or_changes_nothing_but_a_number,
                kind="texts",
            ),
            id="a reader that skips the checksums of pages",
        ),
        pytest.param(
            no_way_around_a_manifest,
            partial(
                test_damage.test_a_reindex_needs_nothing_of_a_damaged_manifest,
                how=test_damage.flip,
            ),
            id="a reindex that needs the manifest that it replaces",
        ),
    ],
)
def test_a_missing_check_is_found(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    plant: Callable[[pytest.MonkeyPatch], None],
    test: Callable[..., None],
) -> None:
    library = test_damage.library_in(tmp_path)
    plant(monkeypatch)
    with pytest.raises(FAILED):
        test(library=library)
