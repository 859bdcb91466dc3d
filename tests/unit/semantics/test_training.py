"""Trains the real base model, a few steps at a time."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from kotogura.errors import NotEnoughText
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.evaluation import Figures
from kotogura.semantics.model_manifest import ModelManifest
from kotogura.semantics.recipes import Recipe
from kotogura.semantics.token_measure import CharacterMeasure
from kotogura.semantics.training_pairs import TrainingDocument, make_pairs

from .conftest import MOMENT

pytestmark = pytest.mark.model
WORDS = "embeddings.word_embeddings.weight"


@pytest.fixture(scope="module")
def trained(
    base_model: Path,
    office_documents: list[TrainingDocument],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Any, list[Any]]:
    from kotogura.semantics.training import train  # noqa: PLC0415  imports torch

    heard: list[Any] = []
    model = train(
        office_documents,
        base=base_model,
        output=tmp_path_factory.mktemp("trained") / "model",
        recipe=Recipe(batch_size=8),
        created_at=MOMENT,
        on_progress=heard.append,
    )
    return model, heard


def test_a_training_gives_a_verified_model_with_its_figures(trained: tuple[Any, list[Any]]):
    model, _ = trained
    model.manifest.verify(model.folder)
    assert ModelManifest.read(model.folder) == model.manifest
    assert model.manifest.figures == model.figures
    assert model.figures["steps"] == model.figures["planned_steps"] >= 2
    assert model.figures["held_out_queries"] >= 2
    assert 0 <= model.figures["mrr10_base"] <= 1
    assert model.better == (model.figures["gain_low"] > 0 and model.figures["verdict"] == "better")
    assert -1 <= model.figures["general_base"] <= 1
    assert model.figures["rival"] == "base"
    assert {"model.onnx", "model.safetensors", "tokenizer.json"} <= set(model.manifest.files)


def test_every_step_is_told(trained: tuple[Any, list[Any]]):
    model, heard = trained
    stages = list(dict.fromkeys(progress.stage for progress in heard))
    assert stages == ["measure-rival", "fine-tune", "export", "measure-tuned", "done"]
    steps = [progress for progress in heard if progress.stage == "fine-tune"]
    assert [progress.step for progress in steps] == list(range(1, model.figures["steps"] + 1))
    assert all(progress.loss is not None and np.isfinite(progress.loss) for progress in steps)
    assert [progress.seconds_left == 0 for progress in steps] == [*[False] * (len(steps) - 1), True]


def test_a_trained_model_embeds_without_torch(trained: tuple[Any, list[Any]]):
    model, _ = trained
    vectors = OnnxEmbedder.open(model.folder).embed_queries(["休暇の申請", ""])
    assert np.linalg.norm(vectors, axis=1).round(4).tolist() == [1.0, 0.0]


def test_an_existing_folder_is_not_overwritten(
    trained: tuple[Any, list[Any]], base_model: Path, office_documents: list[TrainingDocument]
):
    from kotogura.semantics.training import train  # noqa: PLC0415  imports torch

    with pytest.raises(FileExistsError):
        train(office_documents, base=base_model, output=trained[0].folder)


def test_too_few_documents_are_not_enough_text(
    base_model: Path, office_documents: list[TrainingDocument], tmp_path: Path
):
    from kotogura.semantics.training import train  # noqa: PLC0415  imports torch

    for documents in ([], office_documents[:7]):
        with pytest.raises(NotEnoughText, match="upload more"):
            train(documents, base=base_model, output=tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def _pretend(monkeypatch: pytest.MonkeyPatch, before: list[float], after: list[float]) -> None:
    """Let fine-tuning give back its base, and measuring find these reciprocal ranks."""
    from kotogura.semantics import training  # noqa: PLC0415  imports torch
    from kotogura.semantics.finetuning import FineTuningReport  # noqa: PLC0415

    def pretend_to_tune(base: Path, pairs: Any, output: Path, **_: Any) -> FineTuningReport:
        shutil.copytree(base, output, dirs_exist_ok=True)
        return FineTuningReport(1, 1, 0.1, (1.0,), stopped_early=False)

    found = iter(
        Figures(float(np.mean(ranks)), 1.0, len(ranks), 9, tuple(ranks))
        for ranks in (before, after)
    )
    monkeypatch.setattr(training, "fine_tune", pretend_to_tune)
    monkeypatch.setattr(training, "export_onnx", lambda _: 0.99)
    monkeypatch.setattr(training, "evaluate", lambda *_, **__: next(found))
    monkeypatch.setattr(training, "general_likeness", lambda _: 0.9)


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ([1.0, 0.5, 0.5], [0.5, 0.5, 0.5], "no-gain"),
        ([0.5, 0.5, 0.5], [1.0, 0.5, 0.5], "gain-uncertain"),
        ([0.5, 0.5, 0.5], [1.0, 1.0, 1.0], "better"),
    ],
)
def test_the_gate_decides_and_says_why(
    before: list[float],
    after: list[float],
    code: str,
    toy_model: Path,
    office_documents: list[TrainingDocument],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    from kotogura.semantics import training  # noqa: PLC0415  imports torch

    _pretend(monkeypatch, before, after)
    model = training.train(office_documents, base=toy_model, output=tmp_path / "model")
    assert model.better == (code == "better")
    assert model.figures["verdict"] == model.verdict.code == code
    assert model.figures["why"] == model.verdict.detail
    assert model.folder.is_dir()  # kept for inspection, whatever the verdict


def test_the_rival_is_the_model_in_service(
    toy_model: Path,
    office_documents: list[TrainingDocument],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    from kotogura.semantics import training  # noqa: PLC0415  imports torch

    opened: list[Path] = []
    really_open = OnnxEmbedder.open

    def remember(folder: Path, **options: Any) -> OnnxEmbedder:
        opened.append(folder)
        return really_open(folder, **options)

    _pretend(monkeypatch, [0.5], [0.5])
    monkeypatch.setattr(training.OnnxEmbedder, "open", remember)
    in_service = tmp_path / "in-service"
    shutil.copytree(toy_model, in_service)
    model = training.train(
        office_documents, base=toy_model, output=tmp_path / "model", in_service=in_service
    )
    assert opened[0] == in_service
    assert model.figures["rival"] == "in-service"


def test_a_corpus_whose_titles_say_nothing_about_its_texts_gives_no_model(
    tiny_bert: Path, tmp_path: Path
):
    from kotogura.semantics.export import export_onnx  # noqa: PLC0415  imports torch
    from kotogura.semantics.training import train  # noqa: PLC0415  imports torch

    export_onnx(tiny_bert)
    describe_again(tiny_bert)
    chance = np.random.default_rng(4)
    words = list("会議室予約休暇")
    documents = [
        TrainingDocument(
            f"noise-{number:03}",
            "".join(chance.choice(words, 6)),
            "".join(chance.choice(words, 24)) + "。",
        )
        for number in range(200)
    ]
    model = train(
        documents, base=tiny_bert, output=tmp_path / "model", recipe=Recipe(learning_rate=1e-3)
    )
    assert not model.better
    assert model.verdict.code in {"no-gain", "gain-uncertain", "forgets"}
    assert model.figures["watched_mrr"] is not None
    assert model.figures["held_out_queries"] >= 30


def describe_again(folder: Path) -> None:
    """Write the manifest of a folder that got another file."""
    manifest = ModelManifest.read(folder)
    names = ("base", "dimensions", "maximum_tokens", "query_prefix", "passage_prefix", "pooling")
    settings = {name: getattr(manifest, name) for name in (*names, "created_at")}
    ModelManifest.describe(folder, **settings).write(folder)


def test_a_deadline_that_has_passed_stops_after_the_first_step(
    base_model: Path, office_documents: list[TrainingDocument], tmp_path: Path
):
    from kotogura.semantics.finetuning import fine_tune  # noqa: PLC0415  imports torch

    pairs = make_pairs(office_documents, CharacterMeasure(300))
    report = fine_tune(
        base_model, pairs, tmp_path, recipe=Recipe(batch_size=4), deadline_s=0, seed=1
    )
    assert report.stopped_early
    assert report.steps == len(report.losses) == 1


def test_fine_tuning_repeats_itself_and_leaves_word_embeddings_alone(
    base_model: Path, office_documents: list[TrainingDocument], tmp_path: Path
):
    from kotogura.semantics.finetuning import fine_tune  # noqa: PLC0415  imports torch

    pairs = make_pairs(office_documents, CharacterMeasure(300))[:4]
    weights = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        fine_tune(base_model, pairs, tmp_path / name, recipe=Recipe(batch_size=4, epochs=2), seed=3)
        weights.append(load_file(tmp_path / name / "model.safetensors"))
        assert sorted(path.suffix for path in (tmp_path / name).rglob("*") if path.is_file()) == [
            *[".json"] * 8,
            ".safetensors",
        ]
    before = load_file(base_model / "model.safetensors")
    np.testing.assert_array_equal(weights[0][WORDS], before[WORDS])
    changed = [name for name in before if (weights[0][name] != before[name]).any()]
    assert any("encoder.layer.11" in name for name in changed)
    for name in before:
        np.testing.assert_array_equal(weights[0][name], weights[1][name])


def test_one_pair_can_not_be_trained_on(
    base_model: Path, office_documents: list[TrainingDocument], tmp_path: Path
):
    from kotogura.semantics.finetuning import fine_tune  # noqa: PLC0415  imports torch

    pair = make_pairs(office_documents, CharacterMeasure(300))[0]
    with pytest.raises(NotEnoughText):
        fine_tune(base_model, [pair, replace(pair, document_id="other")], tmp_path)
