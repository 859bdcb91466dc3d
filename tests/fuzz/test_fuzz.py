"""A few hundred random documents and queries; `make fuzz` does twenty thousand."""

import json
from pathlib import Path

import pytest

from tests.fuzz.fuzzing import run_round
from tests.fuzz.laws import broken_laws


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, socket_disabled: None) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "fuzz")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Kotogura")
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "CRITICAL")


@pytest.mark.parametrize("seed", ["suite/0", "suite/1"])
def test_whatever_is_indexed_and_asked_the_laws_hold(seed: str, tmp_path: Path) -> None:
    report = run_round(seed, 250, tmp_path)
    assert report.broken == []
    assert report.answers["200"] > 100
    assert report.highlights > 100
    assert report.documents["indexed"] > 150


def hit(**changes: object) -> dict[str, object]:
    snippet = {"text": "本文だ", "start": 1, "highlights": [[1, 3]]} | changes
    return {"document_id": "a", "score": 1.0, "snippet": snippet, "title_highlights": []}


def answer(*hits: dict[str, object], status: int = 200) -> dict[str, object]:
    content = {"hits": hits, "total": len(hits)}
    return {"statusCode": status, "body": json.dumps(content, ensure_ascii=False)}


@pytest.mark.parametrize(
    ("planted", "law"),
    [
        (answer(status=500), "status 500"),
        (answer(hit() | {"score": float("nan")}), "no number"),
        (answer(hit(), hit() | {"score": 2.0}), "order"),
        (answer(hit(text="本文で")), "not what stands there"),
        (answer(hit(highlights=[[1, 1]])), "empty"),
        (answer(hit(highlights=[[3, 5]])), "outside"),
        (answer(hit(highlights=[[2, 4], [1, 3]])), "ascend"),
        (answer(hit(html="<b>本文だ")), "another tag"),
        (answer(hit(html="<mark>本文</mark>")), "another text"),
        (answer(hit() | {"title_highlights": [[0, 9]]}), "title: a highlight lies outside"),
        (answer(hit(text="\ud800")), "no Unicode"),
    ],
)
def test_a_broken_law_is_noticed(planted: dict[str, object], law: str) -> None:
    document = {"body": "の本文だ。", "title": "題"}
    assert any(law in told for told in broken_laws(planted, lambda _: document))


def test_a_sound_answer_breaks_no_law() -> None:
    sound = answer(hit(), hit(html="<mark>本文</mark>だ"))
    assert list(broken_laws(sound, lambda _: {"body": "の本文だ。", "title": "題"})) == []
