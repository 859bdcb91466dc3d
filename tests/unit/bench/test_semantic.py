"""The benchmark of meaning: what is asked of sentences, and how agreement is counted."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.quality import latency, quality
from bench.semantic import sentence_task
from bench.sts import GradedPair, agreement, read_pairs, spearman

PAIRS = [
    GradedPair("犬が庭で走る。", "庭を犬が走っている。", 4.6),
    GradedPair("犬が庭で走る。", "猫が台所で眠る。", 0.4),
    GradedPair("列車が駅に着く。", "駅に列車が入ってくる。", 4.0),
]


def test_a_sentence_is_asked_for_its_like_among_all_others() -> None:
    others = [
        GradedPair("鳥が鳴く。", "猫が台所で眠る。", 1.0),
        GradedPair("雨。", "雪が積もる。", 2.0),
    ]
    sentences, asked = sentence_task(PAIRS, others)
    texts = {one.id: one.text for one in sentences}
    assert sorted(texts.values()) == sorted(
        ["庭を犬が走っている。", "猫が台所で眠る。", "駅に列車が入ってくる。", "雪が積もる。"]
    )
    assert [(text, texts[wanted]) for text, wanted in asked] == [
        ("犬が庭で走る。", "庭を犬が走っている。"),
        ("列車が駅に着く。", "駅に列車が入ってくる。"),
    ]


@pytest.mark.parametrize(
    ("one", "other", "rho"),
    [
        ([1.0, 2.0, 3.0], [0.2, 0.3, 9.0], 1.0),
        ([1.0, 2.0, 3.0], [3.0, 2.0, 1.0], -1.0),
        ([1.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0], 0.948683),
    ],
)
def test_rho_is_the_correlation_of_ranks(
    one: Sequence[float], other: Sequence[float], rho: float
) -> None:
    assert spearman(np.array(one), np.array(other)) == pytest.approx(rho, abs=1e-6)


def test_agreement_goes_by_cosines() -> None:
    def unit(*angles: float) -> NDArray[np.float32]:
        return np.array([[np.cos(angle), np.sin(angle)] for angle in angles], dtype=np.float32)

    assert agreement(PAIRS, unit(0, 0, 0), unit(0.1, 1.5, 0.2)) == pytest.approx(1.0)
    assert agreement(PAIRS, unit(0, 0, 0), unit(1.5, 0.1, 1.2)) == pytest.approx(-1.0)


def test_pairs_are_read_from_lines(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"sentence1": "あ", "sentence2": "い", "label": 3}\n\n', "utf-8")
    assert read_pairs(path) == [GradedPair("あ", "い", 3.0)]


def test_quality_and_latency_of_a_search() -> None:
    answers = {"a": ["x", "y"], "b": ["z"]}
    asked = [("a", "y"), ("b", "w")]
    assert quality(answers.__getitem__, asked) == {"mrr10": 0.25, "recall10": 0.5}
    assert set(latency(answers.__getitem__, asked)) == {"p50_ms", "p99_ms"}
