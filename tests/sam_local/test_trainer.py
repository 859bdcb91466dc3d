"""The trainer's image: a folder, a memory limit, no network, and a machine that is taken back."""

import pytest

from kotogura.platform.interruption import EXIT_CODE
from kotogura.semantics.trainings import TrainingState
from tests.integration.conftest import MINATO, RunningSystem
from tests.sam_local.training import TRAINING_ID, Training

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]


def test_a_training_that_spot_takes_back_saves_a_checkpoint_and_ends(training: Training) -> None:
    assert training.first.exit_code == EXIT_CODE, training.first.output[-3000:]
    assert training.checkpoint_step > 0
    assert training.between.state is not TrainingState.FAILED


def test_the_next_one_goes_on_from_the_checkpoint_and_its_model_serves(
    training: Training, system: RunningSystem
) -> None:
    assert training.second.exit_code == 0, training.second.output[-3000:]
    assert training.record.state in {TrainingState.PROMOTED, TrainingState.KEPT}
    figures = training.record.figures or {}
    assert figures["resumed_at"] == training.checkpoint_step
    assert figures["steps"] > training.checkpoint_step
    models = system.state / "store" / "tenants" / MINATO / "models"
    assert (models / figures["model"] / "model.onnx").is_file()
    assert not (models / f".{TRAINING_ID}-checkpoint").exists()


def test_it_had_no_network_and_stayed_within_its_memory(training: Training) -> None:
    for run in (training.first, training.second):
        assert list(run.inspected["NetworkSettings"]["Networks"]) == ["none"]
        assert run.inspected["HostConfig"]["Memory"] == 4 * 2**30
        assert run.inspected["State"]["OOMKilled"] is False
        assert run.inspected["Config"]["User"] == "1000:1000"
