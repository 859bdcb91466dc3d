"""A whole training by the trainer's task, over a small real BERT: kept, skipped, interrupted."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kotogura.errors import TrainingInterrupted
from kotogura.index.directory import Directory
from kotogura.platform.folder import FolderFiles
from kotogura.platform.interruption import Interruption
from kotogura.platform.settings import Settings
from kotogura.semantics.serving import model_folder
from kotogura.semantics.trainings import TrainingState
from kotogura.tenants.registry import TenantRecord
from tests.memory.library import Library
from tests.memory.openings import MemoryOpenings
from tests.memory.tenants import MemoryTenants, MemoryTrainings
from tests.unit.semantics.conftest import write_tiny_bert
from tests.unit.semantics.test_training import describe_again

pytestmark = pytest.mark.model
TOPICS = "会議室予約休暇"


@pytest.fixture
def parts(tmp_path: Path) -> Any:
    from kotogura.semantics.export import export_onnx  # noqa: PLC0415  imports torch

    base = tmp_path / "base"
    write_tiny_bert(base)
    export_onnx(base)
    describe_again(base)
    library = Library(tmp_path / "scratch")
    library.files = FolderFiles(tmp_path / "store")
    library.directory = Directory(library.files)
    for number in range(12):
        title = TOPICS[number % 7] * 2 + TOPICS[number // 2]
        body = f"{title}について、全員に説明します。その{number}の決まりは会議室で読めます。"
        library.upload(f"rules/{number}.txt", body, title)
    settings = Settings.from_environment(
        {"KOTOGURA_TABLE": "table", "KOTOGURA_BASE_MODEL": str(base)}
    )
    tenants = MemoryTenants()
    tenants.create(TenantRecord(library.tenant, "港商事"))
    return SimpleNamespace(
        settings=settings,
        tenants=tenants,
        openings=MemoryOpenings(),
        files=library.files,
        generations=library.generations,
        trainings=MemoryTrainings(),
        limits_of=lambda _: settings.limits,
        library=library,
    )


class AfterOneStep(Interruption):
    """Comes when it was asked for once."""

    def __init__(self) -> None:
        super().__init__()
        self._answers = iter([False])

    def asked(self) -> bool:
        return next(self._answers, True)


def _run(parts: Any, training_id: str, cause: str, interruption: Interruption | None = None) -> Any:
    from kotogura.platform.trainer import run  # noqa: PLC0415  imports torch

    tenant = parts.library.tenant
    parts.trainings.update(tenant, training_id, {"state": "running", "cause": cause})
    logger: Any = SimpleNamespace(info=lambda *_, **__: None)
    return run(parts, tenant, training_id, logger, interruption or Interruption())


def test_trainings_are_kept_skipped_and_compared_with_what_serves(parts: Any) -> None:
    library = parts.library
    first = _run(parts, "1", "schedule")
    assert first.state in {TrainingState.KEPT, TrainingState.PROMOTED}
    assert first.figures["rival"] == "base"
    served = library.manifest.model
    assert served.digest == first.figures["model"]
    assert library.files.path(library.tenant, model_folder(served.digest)).is_dir()
    assert all(served.digest in segment.vectors for segment in library.manifest.segments)

    second = _run(parts, "2", "schedule")
    assert (second.state, second.reason["code"]) == (TrainingState.SKIPPED, "too-little-changed")
    assert library.manifest.model == served

    library.upload("rules/new.txt", "新しい決まりを全員に説明します。", "暇休の会議")
    third = _run(parts, "3", "schedule")
    assert third.figures["rival"] == "in-service"
    if third.state is TrainingState.KEPT:
        assert third.reason["code"] in {"no-gain", "gain-uncertain", "forgets"}
        assert library.manifest.model.digest == served.digest
    assert library.manifest.model.content_generation > served.content_generation
    models = library.files.path(library.tenant, "models")
    assert not [path for path in models.iterdir() if path.name.endswith("-checkpoint")]


def test_what_people_opened_is_learned_from_while_their_tenant_wants_it(parts: Any) -> None:
    library = parts.library
    known = [record.document_id for record in library.ledger.page(library.tenant).records]
    for one in known:
        parts.openings.note(library.tenant, "みんなに話すこと", one)
    assert _run(parts, "1", "demand").figures["opened_pairs"] == 0
    parts.tenants.set_learning(library.tenant, from_openings=True)
    figures = _run(parts, "2", "demand").figures
    assert figures["opened_pairs"] == len(known) == 12
    assert figures["labelled_pairs"] == 0


def test_a_training_that_was_interrupted_goes_on_when_it_is_started_again(parts: Any) -> None:
    with pytest.raises(TrainingInterrupted):
        _run(parts, "1", "demand", AfterOneStep())
    assert parts.library.manifest.model is None
    outcome = _run(parts, "1", "demand")
    assert outcome.figures["resumed_at"] == 1
    assert outcome.figures["steps"] == outcome.figures["planned_steps"] > 1
    assert parts.library.manifest.model.digest == outcome.figures["model"]
