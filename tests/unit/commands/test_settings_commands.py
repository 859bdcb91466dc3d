"""`kotogura dictionary` and `kotogura synonyms`, over the handlers in memory."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kotogura.commands.api import Api
from kotogura.commands.errors import RequestFailed
from kotogura.commands.main import cli
from kotogura.commands.session import Session
from kotogura.errors import InvalidDictionary

WORDS = "湊式点検票,みなとしきてんけんひょう\n湊花子,ミナトハナコ"
RULES = "有休, 年休\n部長 => 管理職\n"


class MemoryApi(Api):
    """Answers as the API does, and keeps what it was asked."""

    def __init__(self) -> None:
        self.kept = {"/dictionary": "", "/synonyms": ""}
        self.asked: list[tuple[str, str, Any, str | None]] = []

    def call(
        self, method: str, path: str, body: Any = None, *, csv: str | None = None
    ) -> dict[str, Any]:
        self.asked.append((method, path, body, csv))
        if method == "PUT":
            self.kept[path] = csv if csv is not None else body["text"]
        text = self.kept[path]
        if "?" in text:
            raise RequestFailed("the API answered 400: line 1: it is wrong")
        count = len(text.splitlines())
        if path == "/synonyms":
            return {"text": text, "rule_count": count}
        started = {"execution_arn": "arn:execution", "next": "the index is being built anew"}
        return {"text": text, "entry_count": count, **(started if method == "PUT" else {})}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> MemoryApi:
    found = MemoryApi()
    monkeypatch.setattr(Session, "deployment", lambda _: None)
    monkeypatch.setattr(Session, "api", lambda *_: found)
    return found


@pytest.fixture
def run(api: MemoryApi) -> Callable[..., Result]:
    def run_command(*arguments: str, **named: Any) -> Result:
        return CliRunner().invoke(cli, [*arguments, "--tenant", "minato-shoji"], **named)

    return run_command


def test_a_dictionary_is_written_from_a_file(
    run: Callable[..., Result], api: MemoryApi, tmp_path: Path
) -> None:
    file = tmp_path / "words.csv"
    file.write_text(WORDS, "utf-8-sig")
    done = run("dictionary", "put", str(file))
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "2 words are kept",
        "the index is being built anew",
        "arn:execution",
    ]
    assert api.asked == [("PUT", "/dictionary", None, WORDS)]


def test_synonyms_are_written_from_standard_input(
    run: Callable[..., Result], api: MemoryApi
) -> None:
    done = run("synonyms", "put", "-", input=RULES)
    assert done.stdout == "2 rules are kept\n"
    assert api.asked == [("PUT", "/synonyms", {"text": RULES}, None)]


@pytest.mark.parametrize(("name", "text"), [("dictionary", WORDS), ("synonyms", RULES)])
def test_what_was_written_is_read_as_it_was(
    run: Callable[..., Result], api: MemoryApi, name: str, text: str
) -> None:
    run(name, "put", "-", input=text)
    assert run(name, "get").stdout.rstrip("\n") == text.rstrip("\n")


@pytest.mark.parametrize("name", ["dictionary", "synonyms"])
def test_both_are_taken_away_by_an_empty_text(
    run: Callable[..., Result], api: MemoryApi, name: str
) -> None:
    run(name, "put", "-", input="甲, こう\n")
    assert run(name, "delete").exit_code == 0
    assert api.kept[f"/{name}"] == ""


def test_the_answer_is_one_json_object_where_that_is_wanted(api: MemoryApi, tmp_path: Path) -> None:
    arguments = ["--json", "synonyms", "put", "-", "--tenant", "minato-shoji"]
    done = CliRunner().invoke(cli, arguments, input=RULES)
    assert json.loads(done.stdout) == {"text": RULES, "rule_count": 2}


def test_a_file_in_another_encoding_is_refused_before_it_is_sent(
    run: Callable[..., Result], api: MemoryApi
) -> None:
    done = run("dictionary", "put", "-", input=WORDS.encode("cp932"))
    assert isinstance(done.exception, InvalidDictionary)
    assert not api.asked


def test_what_the_api_refuses_is_told(run: Callable[..., Result], api: MemoryApi) -> None:
    done = run("synonyms", "put", "-", input="?\n")
    assert isinstance(done.exception, RequestFailed)
    assert "line 1" in str(done.exception)
