from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kotogura.errors import CorruptModel
from kotogura.semantics.embedder import OnnxEmbedder, mean_of_tokens, pool
from kotogura.semantics.model_manifest import ModelManifest

from .conftest import TOY_DIMENSIONS, write_toy_model

TEXTS = st.lists(st.text(max_size=30), max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(TEXTS)
def test_any_text_gets_a_finite_vector_of_length_one_or_zero(toy_model: Path, texts: list[str]):
    vectors = OnnxEmbedder.open(toy_model).embed_queries(texts)
    assert vectors.shape == (len(texts), TOY_DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    lengths = np.linalg.norm(vectors, axis=1)
    assert (np.isclose(lengths, 1, atol=1e-5) | (lengths == 0)).all()


@pytest.mark.parametrize("text", ["", " ", "\n\t\u3000"])
def test_a_blank_text_is_similar_to_nothing(toy_model: Path, text: str):
    assert not OnnxEmbedder.open(toy_model).embed_queries([text]).any()


@pytest.mark.parametrize("text", ["한국어", "😀" * 500, "한 국 어"])
def test_a_text_of_unknown_characters_alone_is_similar_to_nothing(toy_model: Path, text: str):
    embedder = OnnxEmbedder.open(toy_model)
    assert not embedder.embed_queries([text]).any()
    assert not embedder.embed_passages([text]).any()
    assert embedder.embed_queries([f"会議{text}"]).any()


@pytest.mark.parametrize("text", ["\ud800", "\x00", "\u200b", "한국어", "😀" * 500])
def test_odd_texts_get_a_vector(toy_model: Path, text: str):
    assert np.isfinite(OnnxEmbedder.open(toy_model).embed_passages([text])).all()


def test_a_text_has_the_same_vector_alone_and_in_company(toy_model: Path):
    texts = ["会議室", "", "休暇の予約", "会議室" * 20, "予"]
    together = OnnxEmbedder.open(toy_model, threads=3).embed_passages(texts)
    alone = OnnxEmbedder.open(toy_model)
    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_array_equal(alone.embed_passages([text])[0], vector)


def test_what_lies_beyond_the_maximum_is_not_heard(toy_model: Path):
    embedder = OnnxEmbedder.open(toy_model)
    long, longer = embedder.embed_queries(["会議" * 1000, "会議" * 1000 + "休暇"])
    np.testing.assert_array_equal(long, longer)


def test_queries_and_passages_have_prefixes_of_their_own(toy_model: Path):
    embedder = OnnxEmbedder.open(toy_model)
    assert (embedder.embed_queries(["会議"]) != embedder.embed_passages(["会議"])).any()


def test_blanks_around_and_within_a_text_do_not_matter(toy_model: Path):
    embedder = OnnxEmbedder.open(toy_model)
    tidy, untidy = embedder.embed_queries(["会議 休暇", "\u3000会議 \n\n休暇 "])
    np.testing.assert_array_equal(tidy, untidy)


def test_progress_ends_with_all_texts(toy_model: Path):
    heard: list[tuple[int, int]] = []
    embedder = OnnxEmbedder.open(toy_model, threads=2)
    embedder.embed_passages(["会議"] * 70, lambda done, total: heard.append((done, total)))
    assert heard == [(32, 70), (64, 70), (70, 70)]


def test_the_embedder_is_named_by_its_manifest(toy_model: Path):
    embedder = OnnxEmbedder.open(toy_model)
    assert embedder.digest == ModelManifest.read(toy_model).digest
    assert embedder.dimensions == TOY_DIMENSIONS


def test_no_texts_give_no_vectors(toy_model: Path):
    assert OnnxEmbedder.open(toy_model).embed_queries([]).shape == (0, TOY_DIMENSIONS)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "model.json"])
def test_a_damaged_model_is_refused(toy_model: Path, name: str):
    path = toy_model / name
    path.write_bytes(b"\x00" * path.stat().st_size)
    with pytest.raises(CorruptModel):
        OnnxEmbedder.open(toy_model)


def test_a_model_with_another_pooling_is_refused(tmp_path: Path):
    manifest = write_toy_model(tmp_path / "toy")
    fields = {name: getattr(manifest, name) for name in ("base", "dimensions", "maximum_tokens")}
    ModelManifest.describe(
        tmp_path / "toy", **fields, query_prefix="", passage_prefix="", pooling="max", created_at=""
    ).write(tmp_path / "toy")
    with pytest.raises(CorruptModel, match="max"):
        OnnxEmbedder.open(tmp_path / "toy")


def test_a_text_may_be_its_first_token():
    tokens = np.array([[[3, 4], [0, 2]]], dtype=np.float32)
    np.testing.assert_allclose(pool(tokens, np.array([[1, 1]]), "cls"), [[0.6, 0.8]], rtol=1e-6)


def test_padding_is_no_part_of_the_mean():
    tokens = np.array([[[2, 0], [0, 2], [9, 9]]], dtype=np.float32)
    mean = mean_of_tokens(tokens, np.array([[1, 1, 0]]))
    np.testing.assert_allclose(mean, [[2**-0.5, 2**-0.5]], rtol=1e-6)


def test_a_mean_that_is_not_finite_becomes_zero():
    tokens = np.full((1, 1, 2), np.nan, dtype=np.float32)
    assert mean_of_tokens(tokens, np.array([[1]])).tolist() == [[0.0, 0.0]]
