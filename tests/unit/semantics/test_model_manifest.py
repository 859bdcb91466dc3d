import json
from dataclasses import replace
from pathlib import Path

import pytest

from kotogura.errors import CorruptModel
from kotogura.semantics.model_manifest import ModelFile, ModelManifest

MANIFEST = ModelManifest(
    base="toy",
    dimensions=8,
    maximum_tokens=16,
    query_prefix="query: ",
    passage_prefix="passage: ",
    pooling="mean",
    files={"model.onnx": ModelFile("0" * 64, 10)},
    created_at="2026-04-01T00:00:00+00:00",
    figures={"mrr10_base": 0.5, "served": "tuned"},
)


def test_a_manifest_survives_json():
    assert ModelManifest.from_json(MANIFEST.to_json()) == MANIFEST


def test_version_one_of_the_format_reads_and_writes_for_ever():
    golden = (
        b'{"base":"toy","created_at":"2026-04-01T00:00:00+00:00","digest":'
        b'"932cb3363780ed4533285bce6078ec38ec38ac89d6876b8fb4fb6e95f3e64de0","dimensions":8,'
        b'"figures":{"mrr10_base":0.5,"served":"tuned"},"files":{"model.onnx":{"sha256":"'
        + b"0"
        * 64
        + b'","size_bytes":10}},"format_version":1,"maximum_tokens":16,'
        b'"passage_prefix":"passage: ","pooling":"mean","query_prefix":"query: "}\n'
    )
    assert MANIFEST.to_json() == golden
    assert ModelManifest.from_json(golden) == MANIFEST


def test_the_digest_follows_what_decides_an_embedding_and_nothing_else():
    same = replace(MANIFEST, created_at="2027-01-01T00:00:00+00:00", figures={}, base="other")
    assert same.digest == MANIFEST.digest
    others = [
        replace(MANIFEST, query_prefix=""),
        replace(MANIFEST, maximum_tokens=8),
        replace(MANIFEST, files={"model.onnx": ModelFile("1" * 64, 10)}),
        replace(MANIFEST, files={"other.onnx": ModelFile("0" * 64, 10)}),
    ]
    assert len({other.digest for other in [*others, MANIFEST]}) == 5


@pytest.mark.parametrize(
    "change",
    [
        {"format_version": 2},
        {"digest": "0" * 64},
        {"files": {"../outside": {"sha256": "0" * 64, "size_bytes": 10}}},
        {"files": {"/outside": {"sha256": "0" * 64, "size_bytes": 10}}},
        {"files": {"model.onnx": {}}},
        {"files": ["model.onnx"]},
        {"unknown": 1},
    ],
)
def test_a_manifest_that_was_tampered_with_is_corrupt(change: dict[str, object]):
    fields = {**json.loads(MANIFEST.to_json()), **change}
    with pytest.raises(CorruptModel):
        ModelManifest.from_json(json.dumps(fields).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{}", b"\xff", b"{"])
def test_what_is_no_manifest_is_corrupt(data: bytes):
    with pytest.raises(CorruptModel):
        ModelManifest.from_json(data)


def test_a_folder_without_a_manifest_is_corrupt(tmp_path: Path):
    with pytest.raises(CorruptModel):
        ModelManifest.read(tmp_path)


def test_verify_finds_a_changed_and_a_missing_file(toy_model: Path):
    manifest = ModelManifest.read(toy_model)
    manifest.verify(toy_model)
    graph = toy_model / "model.onnx"
    sound = graph.read_bytes()
    graph.write_bytes(bytes([sound[0] ^ 1]) + sound[1:])
    manifest.check_sizes(toy_model)
    with pytest.raises(CorruptModel, match=r"model\.onnx"):
        manifest.verify(toy_model)
    graph.unlink()
    with pytest.raises(CorruptModel, match=r"model\.onnx"):
        manifest.check_sizes(toy_model)
