"""What holds for every implementation of `TrainingLog`."""

import pytest

from kotogura.platform.tenants import TableTrainings
from kotogura.semantics.trainings import TrainingLog, TrainingState
from kotogura.tenants.identity import TenantId
from tests.conformance.conftest import choice
from tests.memory.tenants import MemoryTrainings


@pytest.fixture(params=choice("memory", "table"))
def trainings(request: pytest.FixtureRequest) -> TrainingLog:
    if request.param == "memory":
        return MemoryTrainings()
    return TableTrainings(request.getfixturevalue("table"))


def test_an_update_makes_the_record(trainings: TrainingLog, minato: TenantId) -> None:
    assert trainings.get(minato, "20260101T000000Z-1") is None
    trainings.update(minato, "20260101T000000Z-1", {"state": "running", "cause": "schedule"})
    record = trainings.get(minato, "20260101T000000Z-1")
    assert record is not None
    assert record.training_id == "20260101T000000Z-1"
    assert (record.state, record.cause) == (TrainingState.RUNNING, "schedule")


def test_later_updates_leave_the_rest_as_it_was(trainings: TrainingLog, minato: TenantId) -> None:
    trainings.update(minato, "t1", {"state": "running", "started_at": "2026-01-01T00:00:00Z"})
    progress = {"stage": "fine-tune", "step": 3, "steps": 12, "loss": 0.25}
    trainings.update(minato, "t1", {"progress": progress})
    figures = {"mrr10_base": 0.5, "mrr10_tuned": 1.0, "served": "tuned"}
    trainings.update(minato, "t1", {"state": "promoted", "figures": figures})
    record = trainings.get(minato, "t1")
    assert record is not None
    assert record.state is TrainingState.PROMOTED
    assert record.started_at == "2026-01-01T00:00:00Z"
    assert record.progress == progress
    assert record.figures == figures
    assert record.reason is None


def test_the_newest_trainings_come_first_and_no_more_than_asked(
    trainings: TrainingLog, minato: TenantId, other: TenantId
) -> None:
    trainings.update(other, "t9", {"state": "running"})
    for number in (2, 4, 1, 3):
        trainings.update(minato, f"t{number}", {"state": "kept"})
    assert [one.training_id for one in trainings.newest(minato)] == ["t4", "t3", "t2", "t1"]
    assert [one.training_id for one in trainings.newest(minato, 2)] == ["t4", "t3"]
    assert trainings.get(other, "t1") is None
