"""A fine-tuning whose process is killed goes on from its checkpoint, and ends as if it was not."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

pytestmark = pytest.mark.model
ROOT = Path(__file__).parents[3]
KILLED_AFTER = 4
LOOKED_AFTER = [4, 7, 10]  # a third of the steps, two thirds, all


@pytest.fixture
def unbroken(tiny_bert: Path, tmp_path: Path) -> dict[str, np.ndarray]:
    from .tuning_child import tune  # noqa: PLC0415  imports torch

    (tmp_path / "unbroken").mkdir()
    tune(tiny_bert, tmp_path / "unbroken")
    return load_file(tmp_path / "unbroken" / "model.safetensors")


@contextmanager
def _child(base: Path, output: Path, checkpoints: Path, every_s: float) -> Iterator:
    output.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "tests.unit.semantics.tuning_child"]
    process = subprocess.Popen(
        [*command, str(base), str(output), str(checkpoints), str(every_s)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=60)


def _take_steps(process: subprocess.Popen, last: int) -> None:
    """Let the child go on until it has told step `last` and waits."""
    for step in range(1, last + 1):
        assert process.stdout.readline().strip() == str(step)
        if step < last:
            print(file=process.stdin, flush=True)


def _assert_resumed(base: Path, tmp_path: Path, resumed_at: int, unbroken: dict) -> None:
    from kotogura.semantics.checkpoints import Resumption  # noqa: PLC0415  imports torch

    from .tuning_child import tune  # noqa: PLC0415

    (tmp_path / "resumed").mkdir()
    report = tune(base, tmp_path / "resumed", resumption=Resumption(tmp_path / "checkpoints"))
    assert report.resumed_at == resumed_at
    assert report.steps == report.planned_steps == len(report.losses)
    assert [step for step, _ in report.looks] == LOOKED_AFTER
    weights = load_file(tmp_path / "resumed" / "model.safetensors")
    assert weights.keys() == unbroken.keys()
    for name, weight in unbroken.items():
        np.testing.assert_array_equal(weights[name], weight, err_msg=name)
    assert list((tmp_path / "checkpoints").iterdir()) == []


def test_a_killed_process_loses_what_came_after_its_last_checkpoint(
    tiny_bert: Path, tmp_path: Path, unbroken: dict
):
    with _child(tiny_bert, tmp_path / "killed", tmp_path / "checkpoints", 0) as process:
        _take_steps(process, KILLED_AFTER)
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=60) == -signal.SIGKILL
    assert not (tmp_path / "killed" / "model.safetensors").exists()
    _assert_resumed(tiny_bert, tmp_path, KILLED_AFTER - 1, unbroken)


def test_a_terminated_process_writes_a_checkpoint_of_its_last_step(
    tiny_bert: Path, tmp_path: Path, unbroken: dict
):
    with _child(tiny_bert, tmp_path / "killed", tmp_path / "checkpoints", 3_600) as process:
        _take_steps(process, KILLED_AFTER)
        process.send_signal(signal.SIGTERM)
        print(file=process.stdin, flush=True)
        assert process.wait(timeout=60) == 128 + signal.SIGTERM
    _assert_resumed(tiny_bert, tmp_path, KILLED_AFTER, unbroken)


def test_terminated_then_killed_it_still_goes_on(tiny_bert: Path, tmp_path: Path, unbroken: dict):
    with _child(tiny_bert, tmp_path / "killed", tmp_path / "checkpoints", 3_600) as process:
        _take_steps(process, 2)
        process.send_signal(signal.SIGTERM)
        print(file=process.stdin, flush=True)
        process.wait(timeout=60)
    with _child(tiny_bert, tmp_path / "killed", tmp_path / "checkpoints", 3_600) as process:
        assert process.stdout.readline().strip() == "3"
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
    _assert_resumed(tiny_bert, tmp_path, 2, unbroken)


@pytest.mark.parametrize("damage", ["other pairs", "half a file", "nothing"])
def test_a_checkpoint_that_does_not_fit_is_not_used(
    damage: str, tiny_bert: Path, tmp_path: Path, unbroken: dict
):
    import torch  # noqa: PLC0415

    from kotogura.semantics.checkpoints import (  # noqa: PLC0415
        CHECKPOINT_NAME,
        Checkpoint,
        CheckpointFile,
    )

    folder = tmp_path / "checkpoints"
    folder.mkdir()
    if damage == "other pairs":
        CheckpointFile(folder, "0" * 64).write(Checkpoint(3, (1.0,), 0, -1, {"a": torch.ones(1)}))
    elif damage == "half a file":
        (folder / CHECKPOINT_NAME).write_bytes(b"\x40\0\0\0\0\0\0\0{")
    _assert_resumed(tiny_bert, tmp_path, 0, unbroken)
