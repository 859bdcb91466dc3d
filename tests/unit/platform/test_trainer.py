"""What the trainer's task does around a training: whether it is worth it, and how it ends."""

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kotogura.errors import TrainingBudgetSpent, TrainingInterrupted
from kotogura.platform.clock import now
from kotogura.platform.folder import FolderFiles
from kotogura.platform.interruption import EXIT_CODE, Interruption
from kotogura.platform.settings import Settings
from kotogura.platform.training_skips import reason_to_skip
from kotogura.platform.training_workflow import TrainingWorkflow
from kotogura.semantics.training_need import encode_learned, learned_from
from kotogura.semantics.training_pairs import TrainingDocument
from kotogura.semantics.trainings import CoursePoint, TrainingState
from kotogura.tenants.identity import TenantId
from kotogura.tenants.limits import Limits
from kotogura.tenants.registry import TenantRecord
from tests.memory.tenants import MemoryTenants, MemoryTrainings

pytestmark = pytest.mark.model  # the trainer imports torch
TENANT = TenantId("minato-shoji")
TRAINING = "20260401T000000000Z-minato-shoji"
MODEL = SimpleNamespace(digest="ab" * 32, content_generation=7)
DOCUMENTS = [TrainingDocument(str(number), f"規程{number}", "本文。") for number in range(40)]


@dataclass
class MemoryParts:
    """What the trainer needs of `Parts`."""

    settings: Settings
    files: FolderFiles
    trainings: MemoryTrainings = field(default_factory=MemoryTrainings)
    own: dict[str, int] = field(default_factory=dict)

    def limits_of(self, _: TenantId) -> Limits:
        return self.settings.limits.with_own(self.own)


@pytest.fixture
def parts(tmp_path: Path) -> MemoryParts:
    settings = Settings.from_environment(
        {
            "KOTOGURA_TABLE": "table",
            "KOTOGURA_TENANT": str(TENANT),
            "KOTOGURA_TRAINING_ID": TRAINING,
            "KOTOGURA_TRAINING_MINUTES": "60",
        }
    )
    return MemoryParts(settings, FolderFiles(tmp_path))


def _begin(parts: MemoryParts, cause: str) -> None:
    changes = {"state": "running", "cause": cause, "started_at": now()}
    parts.trainings.update(TENANT, TRAINING, changes)


def _learn(parts: MemoryParts, documents: list[TrainingDocument]) -> None:
    name = f"models/{MODEL.digest}/learned-0000000007.json"
    parts.files.write(TENANT, name, encode_learned(learned_from(documents)))


def _spend_an_hour(trainings: MemoryTrainings) -> None:
    month = now()[:7]
    changes = {
        "state": "kept",
        "started_at": f"{month}-01T00:00:00.000Z",
        "ended_at": f"{month}-01T01:00:00.000Z",
    }
    trainings.update(TENANT, "19990101T000000000Z-earlier", changes)


def _reason(parts: Any, documents: list[TrainingDocument], model: Any = MODEL) -> Any:
    generation: Any = SimpleNamespace(manifest=SimpleNamespace(model=model))
    return reason_to_skip(parts, TENANT, TRAINING, generation, documents)


def test_a_scheduled_training_is_skipped_while_too_little_changed(parts: MemoryParts) -> None:
    _begin(parts, "schedule")
    _learn(parts, DOCUMENTS[:-1])
    reason = _reason(parts, DOCUMENTS)
    assert reason["code"] == "too-little-changed"
    assert "2.5%" in reason["detail"]
    _learn(parts, DOCUMENTS[:-2])
    assert _reason(parts, DOCUMENTS) is None


def test_a_training_on_demand_is_never_skipped(parts: MemoryParts) -> None:
    _begin(parts, "demand")
    _learn(parts, DOCUMENTS)
    _spend_an_hour(parts.trainings)
    assert _reason(parts, DOCUMENTS) is None


def test_the_first_training_and_one_after_an_older_release_are_worth_it(parts: MemoryParts) -> None:
    _begin(parts, "schedule")
    assert _reason(parts, DOCUMENTS, model=None) is None
    assert _reason(parts, DOCUMENTS) is None  # no file tells what the model learned from


def test_a_scheduled_training_is_skipped_when_the_months_minutes_are_spent(
    parts: MemoryParts,
) -> None:
    _begin(parts, "schedule")
    _spend_an_hour(parts.trainings)
    assert _reason(parts, DOCUMENTS)["code"] == "training-budget-spent"
    parts.own["training_minutes"] = 6_000
    assert _reason(parts, DOCUMENTS) is None


def test_a_training_on_demand_is_refused_when_the_months_minutes_are_spent() -> None:
    trainings, tenants = MemoryTrainings(), MemoryTenants()
    tenants.create(TenantRecord(TENANT, "港商事"))
    _spend_an_hour(trainings)
    untouched: Any = None
    workflow = TrainingWorkflow(trainings, tenants, untouched, "arn:train", minutes_per_month=60)
    with pytest.raises(TrainingBudgetSpent, match="KOTOGURA_TRAINING_MINUTES"):
        workflow.start(TENANT)


@pytest.fixture
def main(parts: MemoryParts, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., int]]:
    """The task's `main` over `parts`, with another `run`."""
    from kotogura.platform import trainer  # noqa: PLC0415  imports torch

    before = signal.getsignal(signal.SIGTERM)

    def call(run: Callable[..., Any]) -> int:
        wiring = SimpleNamespace(from_environment=lambda: parts)
        monkeypatch.setattr(trainer, "Parts", wiring)
        monkeypatch.setattr(trainer, "run", run)
        return trainer.main()

    yield call
    signal.signal(signal.SIGTERM, before)


def test_an_interrupted_training_stays_running_and_is_started_again(
    parts: MemoryParts, main: Callable[..., int]
) -> None:
    _begin(parts, "schedule")

    def run(*arguments: Any) -> Any:
        interruption: Interruption = arguments[-1]
        interruption.check()
        signal.raise_signal(signal.SIGTERM)
        assert interruption.asked()
        interruption.check()

    assert main(run) == EXIT_CODE == 143
    record = parts.trainings.get(TENANT, TRAINING)
    assert record is not None
    assert record.state is TrainingState.RUNNING


def test_a_skip_and_a_refusal_tell_their_reason(
    parts: MemoryParts, main: Callable[..., int]
) -> None:
    from kotogura.platform.trainer import Outcome  # noqa: PLC0415  imports torch

    for state in (TrainingState.SKIPPED, TrainingState.KEPT):
        reason = {"code": "no-gain", "detail": "the held-out queries rank no better"}
        outcome = Outcome(state, {"steps": 1}, reason)
        assert main(lambda *_, outcome=outcome: outcome) == 0
        record = parts.trainings.get(TENANT, TRAINING)
        assert record is not None
        assert (record.state, record.reason) == (state, reason)
        assert record.ended_at


def test_the_course_of_a_training_stands_in_its_record(
    parts: MemoryParts, main: Callable[..., int]
) -> None:
    from kotogura.platform.trainer import Outcome  # noqa: PLC0415  imports torch

    course = [CoursePoint(step=4, loss=1.25), CoursePoint(step=8, loss=0.75, score=0.5)]
    outcome = Outcome(TrainingState.PROMOTED, {"steps": 8}, course=course)
    assert main(lambda *_: outcome) == 0
    record = parts.trainings.get(TENANT, TRAINING)
    assert record is not None
    assert record.course == course


def test_progress_outside_of_fine_tuning_ends_an_interrupted_training(parts: MemoryParts) -> None:
    from kotogura.platform.training_reports import reporter  # noqa: PLC0415  imports torch
    from kotogura.semantics.training import TrainingProgress  # noqa: PLC0415

    _begin(parts, "demand")
    interruption = Interruption()
    logger: Any = SimpleNamespace(info=lambda *_, **__: None)
    untyped: Any = parts
    report = reporter(untyped, TENANT, TRAINING, logger, interruption)
    told = TrainingProgress("fine-tune", 3, 9, 0.5, 0.8, 12.0)
    report(told)
    record = parts.trainings.get(TENANT, TRAINING)
    assert record is not None
    assert record.progress == {
        "stage": "fine-tune",
        "step": 3,
        "steps": 9,
        "loss": 0.5,
        "score": 0.8,
        "seconds_left": 12.0,
    }
    interruption._hear(signal.SIGTERM, None)
    report(told)
    with pytest.raises(TrainingInterrupted):
        report(TrainingProgress("embed"))
