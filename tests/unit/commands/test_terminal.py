import pytest
from rich.text import Text

from kotogura.commands.terminal import Lines, Terminal


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_log_tells_how_far_it_is_every_ten_seconds() -> None:
    written: list[str] = []
    clock = Clock()
    lines = Lines(written.append, "fine-tuning for minato", None, clock)
    for second in range(1, 26):
        clock.now = second
        lines.show(second, 40, "fine-tuning for minato: fine-tune")
    assert written == [
        "fine-tuning for minato",
        "fine-tuning for minato: fine-tune: 10 of 40",
        "fine-tuning for minato: fine-tune: 20 of 40",
    ]


def test_a_log_does_not_repeat_itself() -> None:
    written: list[str] = []
    clock = Clock()
    lines = Lines(written.append, "uploading", 3, clock)
    for second in range(0, 100, 5):
        clock.now = second
        lines.show(1)
    assert written == ["uploading: 3", "uploading: 1 of 3"]


def test_a_hit_has_its_name_in_a_line_that_can_be_copied(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    name = f"rules/{'とても長い名前' * 5}.txt"
    snippet = {"text": "空港での\n日当を定める。", "start": 0, "highlights": [[0, 2]]}
    hits = [{"name": name, "score": 12.3456, "snippet": snippet}]
    Terminal(as_json=False).hits(hits)
    shown = capsys.readouterr().out
    assert shown.splitlines() == [f" 12.346  {name}", "         空港での 日当を定める。"]
    Terminal(as_json=True).hits(hits)
    assert capsys.readouterr().out == ""


def test_a_table_is_folded_for_people_alone(capsys: pytest.CaptureFixture[str]) -> None:
    execution = "reindex.20261127T223206668Z-minato-shoji-none"
    row: list[str | Text] = [execution, "running", "2026-11-27T22:32:06.684Z", "a reason"]
    Terminal(as_json=False).rows(["execution", "state", "started", "error"], [row])
    assert capsys.readouterr().out.splitlines()[1].split() == [
        execution,
        "running",
        "2026-11-27T22:32:06.684Z",
        "a",
        "reason",
    ]


def test_a_note_is_one_line_of_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    note = "refused: image.png: " + "convert the file " * 10
    Terminal(as_json=False).note(note)
    assert capsys.readouterr().err.splitlines() == [note]
