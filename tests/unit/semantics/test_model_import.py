"""Import of foreign models; each is made here, with random weights."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kotogura.errors import CorruptModel, InvalidArgument, ModelUnreachable, UnsuitableModel
from kotogura.semantics.base_models import DEFAULT_NAME, KNOWN_MODELS
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.model_hub import HubModel
from kotogura.semantics.model_manifest import ModelManifest

from .conftest import MOMENT
from .foreign_models import unigram, word_piece, write_model

TEXTS = ["会議室の予約を取り消す。", "休暇は三日前までに申請します。", "予約", "A4の会議 10日"]
ASKED = {"query": "問い: ", "document": "文: "}


def import_model(*arguments: Any, **options: Any) -> ModelManifest:
    from kotogura.semantics import model_import  # noqa: PLC0415  imports torch

    return model_import.import_model(*arguments, created_at=MOMENT, **options)


def originals(folder: Path, texts: list[str]) -> Any:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415  imports torch

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    return model.encode(texts, prompt="", normalize_embeddings=True, show_progress_bar=False)


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    return write_model(tmp_path / "foreign", word_piece(), prompts=ASKED)


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_an_imported_model_embeds_as_the_original(tmp_path: Path, pooling: str):
    folder = write_model(tmp_path / "foreign", word_piece(), pooling=pooling, prompts=ASKED)
    manifest = import_model(str(folder), tmp_path / "base")
    assert manifest.pooling == pooling
    assert (manifest.query_prefix, manifest.passage_prefix) == ("問い: ", "文: ")
    assert (manifest.dimensions, manifest.maximum_tokens) == (32, 64)
    assert manifest.base.startswith("foreign@")
    assert manifest.figures["cosine_original"] >= 0.999
    expected = originals(folder, [f"文: {text}" for text in TEXTS])
    shutil.rmtree(folder)
    embedder = OnnxEmbedder.open(tmp_path / "base")
    cosines = (embedder.embed_passages(TEXTS) * expected).sum(axis=1)
    assert cosines.min() >= 0.999
    np.testing.assert_array_equal(embedder.embed_queries([""]), np.zeros((1, 32)))
    assert embedder.measure.room < 64


def test_an_encoder_with_windows_of_attention_is_exported_too(tmp_path: Path):
    folder = write_model(tmp_path / "foreign", word_piece(), kind="modernbert", prompts=ASKED)
    import_model(str(folder), tmp_path / "base")
    expected = originals(folder, [f"問い: {text}" for text in TEXTS])
    embedder = OnnxEmbedder.open(tmp_path / "base")
    assert (embedder.embed_queries(TEXTS) * expected).sum(axis=1).min() >= 0.999


def test_a_vocabulary_for_a_hundred_languages_is_trimmed(tmp_path: Path):
    tokenizer = unigram(foreign=600)
    folder = write_model(tmp_path / "foreign", tokenizer, kind="xlm-roberta")
    manifest = import_model(str(folder), tmp_path / "base", known_as=DEFAULT_NAME)
    assert manifest.base.startswith(f"{DEFAULT_NAME}@")
    assert (manifest.query_prefix, manifest.passage_prefix) == ("query: ", "passage: ")
    assert manifest.figures["vocabulary"] == "trimmed"
    assert manifest.figures["vocabulary_size"] <= tokenizer.get_vocab_size() - 600
    expected = originals(folder, [f"passage: {text}" for text in TEXTS])
    embedder = OnnxEmbedder.open(tmp_path / "base")
    assert (embedder.embed_passages(TEXTS) * expected).sum(axis=1).min() >= 0.999


def test_a_vocabulary_for_japanese_stays_whole(tmp_path: Path):
    tokenizer = unigram(foreign=5)
    folder = write_model(tmp_path / "foreign", tokenizer, kind="xlm-roberta", prompts=ASKED)
    manifest = import_model(str(folder), tmp_path / "base")
    assert manifest.figures["vocabulary"] == "whole"
    assert manifest.figures["vocabulary_size"] == tokenizer.get_vocab_size()


def test_an_import_repeats_itself_and_is_not_done_twice(foreign: Path, tmp_path: Path):
    first = import_model(str(foreign), tmp_path / "base")
    heard: list[str] = []
    again = import_model(str(foreign), tmp_path / "base", on_progress=heard.append)
    other = import_model(str(foreign), tmp_path / "other")
    assert heard == []
    assert first.digest == again.digest == other.digest
    other.verify(tmp_path / "other")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_another_model_takes_the_place_of_the_one_before(foreign: Path, tmp_path: Path):
    before = import_model(str(foreign), tmp_path / "base")
    after = import_model(str(foreign), tmp_path / "base", known_as="cl-nagoya/ruri-v3-30m")
    assert (after.query_prefix, after.passage_prefix) == ("検索クエリ: ", "検索文書: ")
    assert before.digest != after.digest == ModelManifest.read(tmp_path / "base").digest


def test_an_imported_model_can_be_fine_tuned(foreign: Path, tmp_path: Path):
    from kotogura.semantics.finetuning import fine_tune  # noqa: PLC0415  imports torch
    from kotogura.semantics.recipes import Recipe  # noqa: PLC0415
    from kotogura.semantics.training_pairs import TrainingPair  # noqa: PLC0415

    import_model(str(foreign), tmp_path / "base")
    pairs = [TrainingPair(f"休暇{n}", f"{n}の休暇を取ります。", str(n)) for n in range(4)]
    (tmp_path / "tuned").mkdir()
    report = fine_tune(tmp_path / "base", pairs, tmp_path / "tuned", recipe=Recipe(batch_size=4))
    assert report.steps == 1
    assert (tmp_path / "tuned" / "2_Normalize" / "config.json").is_file()


class ShelfHub:
    """A hub with one model; `reachable` is whether it answers, `fetched` what it gave before."""

    def __init__(self, folder: Path, *, reachable: bool = True, fetched: bool = False) -> None:
        self.asked: list[tuple[str, str | None]] = []
        weights = (folder / "model.safetensors").read_bytes()
        self.folder, self.reachable, self.fetched = folder, reachable, fetched
        self.digests = {"model.safetensors": hashlib.sha256(weights).hexdigest()}

    def describe(self, name: str, revision: str | None) -> HubModel:
        self.asked.append((name, revision))
        if not self.reachable:
            raise ConnectionError
        return HubModel(revision or "c0ffee", self.digests)

    def download(self, name: str, revision: str | None, *, cached: bool) -> Path:
        self.asked.append((name, revision))
        if cached and not self.fetched:
            raise FileNotFoundError
        self.fetched = True
        return self.folder


def test_a_model_of_the_hub_is_named_by_its_commit_and_is_there_without_a_network(
    foreign: Path, tmp_path: Path
):
    hub = ShelfHub(foreign)
    name = "cl-nagoya/ruri-v3-30m"
    manifest = import_model(name, tmp_path / "base", revision="abc123", hub=hub)
    assert manifest.base == f"{name}@abc123"
    assert hub.asked == [(name, "abc123")] * 2
    assert manifest.query_prefix == KNOWN_MODELS[name].query_prefix
    hub.reachable = False
    import_model(name, tmp_path / "later", hub=hub).verify(tmp_path / "later")


def test_without_a_hub_the_error_names_the_remedy(foreign: Path, tmp_path: Path):
    hub = ShelfHub(foreign, reachable=False)
    with pytest.raises(ModelUnreachable, match="import that") as raised:
        import_model(DEFAULT_NAME, tmp_path / "base", hub=hub)
    assert "\n" not in raised.value.detail
    assert not (tmp_path / "base").exists()


def test_weights_that_differ_from_their_digest_are_refused(foreign: Path, tmp_path: Path):
    hub = ShelfHub(foreign)
    hub.digests["model.safetensors"] = "0" * 64
    with pytest.raises(CorruptModel, match="digest"):
        import_model(DEFAULT_NAME, tmp_path / "base", hub=hub)
    with pytest.raises(CorruptModel, match="digest"):
        import_model(str(foreign), tmp_path / "base", sha256="0" * 64)


class _Answer:
    status_code = 404


def test_a_name_that_the_hub_does_not_know_is_refused(foreign: Path, tmp_path: Path):
    hub = ShelfHub(foreign)

    def refuse(*_: Any) -> HubModel:
        error = OSError()
        error.response = _Answer()  # type: ignore[attr-defined]
        raise error

    hub.describe = refuse  # type: ignore[method-assign]
    with pytest.raises(UnsuitableModel, match="no public model"):
        import_model("nobody/nothing", tmp_path / "base", hub=hub)


def _change(folder: Path, name: str, **changes: Any) -> None:
    path = folder / name
    settings = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(settings | changes))


def test_what_embeds_in_another_way_is_refused(foreign: Path, tmp_path: Path):
    def refused(match: str) -> None:
        with pytest.raises(UnsuitableModel, match=match):
            import_model(str(foreign), tmp_path / "base")

    _change(foreign, "sentence_bert_config.json", do_lower_case=True)
    refused("lower case")
    _change(foreign, "sentence_bert_config.json", do_lower_case=False)
    _change(foreign, "1_Pooling/config.json", pooling_mode_lasttoken=True)
    refused("lasttoken")
    _change(foreign, "1_Pooling/config.json", pooling_mode_lasttoken=False, include_prompt=False)
    refused("prefix")
    _change(foreign, "1_Pooling/config.json", include_prompt=True)
    dense = {"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"}
    modules = json.loads((foreign / "modules.json").read_text())
    (foreign / "modules.json").write_text(json.dumps([*modules, dense]))
    refused("Dense")
    (foreign / "modules.json").write_text(json.dumps(modules))
    _change(foreign, "tokenizer_config.json", word_tokenizer_type="mecab")
    refused("MeCab")
    (foreign / "model.safetensors").rename(foreign / "pytorch_model.bin")
    refused("model.safetensors")
    (foreign / "config.json").unlink()
    refused("config.json")


def test_a_model_that_needs_mecab_is_not_even_fetched(foreign: Path, tmp_path: Path):
    hub = ShelfHub(foreign, reachable=False)
    with pytest.raises(UnsuitableModel, match="MeCab"):
        import_model("sonoisa/sentence-bert-base-ja-mean-tokens-v2", tmp_path / "base", hub=hub)


def test_an_unknown_name_for_a_folders_prefixes_is_refused(foreign: Path, tmp_path: Path):
    with pytest.raises(InvalidArgument, match="known models"):
        import_model(str(foreign), tmp_path / "base", known_as="nobody/nothing")
