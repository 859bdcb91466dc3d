"""A whole text is the mean of its passages."""

from pathlib import Path

import numpy as np
import pytest

from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.passages import split_passages
from kotogura.semantics.whole_texts import embed_text, unit_mean


def test_a_long_text_is_the_mean_of_its_passages(toy_model: Path):
    embedder = OnnxEmbedder.open(toy_model)
    text = "会議室の予約。" * 20
    passages = [one.text(text) for one in split_passages(text, embedder.measure)]
    assert len(passages) > 2
    mean = embedder.embed_passages(passages).sum(axis=0)
    vector = embed_text(embedder, text)
    assert vector == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)


def test_what_stands_at_the_end_is_heard(toy_model: Path):
    embedder = OnnxEmbedder.open(toy_model)
    text = "会議室の予約。" * 20
    assert (embed_text(embedder, text) != embed_text(embedder, f"{text}休暇休暇休暇")).any()


@pytest.mark.parametrize("text", ["", " \n\u3000", "한국어", "😀" * 3000])
def test_a_text_that_means_nothing_has_no_vector(toy_model: Path, text: str):
    assert embed_text(OnnxEmbedder.open(toy_model), text) is None


def test_no_mean_is_made_of_nothing_or_of_what_cancels_out():
    assert unit_mean(np.zeros((0, 3), dtype=np.float32)) is None
    assert unit_mean(np.array([[1, 0], [-1, 0]], dtype=np.float32)) is None
