"""`kotogura model rollback`: what it asks for, and what it says."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from kotogura.commands.deployment import Deployment
from kotogura.commands.model import model
from kotogura.commands.session import Session
from kotogura.commands.terminal import Terminal
from kotogura.errors import ModelNotFound
from tests.memory.functions import UpkeepOf
from tests.memory.library import Library


class Workflows:
    """A Step Functions client that starts whatever it is asked to."""

    def __init__(self) -> None:
        self.started: list[dict[str, Any]] = []

    def start_execution(self, **arguments: Any) -> dict[str, str]:
        self.started.append(arguments)
        return {"executionArn": "arn:execution"}


@pytest.fixture
def library(tmp_path: Any) -> Library:
    made = Library(tmp_path)
    made.upload("a.txt", "apple")
    for digest in ("first", "second"):
        for name in ("model.json", "model.onnx", "tokenizer.json"):
            made.files.write(made.tenant, f"models/{digest}/{name}", b"{}")
        made.promote(digest)
    return made


@pytest.fixture
def deployment(library: Library) -> Deployment:
    outputs = {"UpkeepFunctionName": "upkeep", "CompactStateMachineArn": "arn:compact"}
    made = Deployment(None, "", outputs)
    made.__dict__.update(functions=UpkeepOf(library), workflows=Workflows())
    return made


def run(deployment: Deployment, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    monkeypatch.setattr(Session, "deployment", lambda _: deployment)
    session: Any = Session(None, None, Terminal(False))  # type: ignore[arg-type]
    return CliRunner().invoke(
        model, ["rollback", "--tenant", "minato-shoji", *arguments], obj=session
    )


def test_the_model_before_serves_again(
    library: Library, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(deployment, monkeypatch)
    assert done.exit_code == 0
    assert "model first serves from generation 4 on, after second" in done.output
    assert library.manifest.model is not None
    assert library.manifest.model.digest == "first"


def test_documents_that_wait_for_their_vectors_are_told_and_embedded(
    library: Library, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.upload("b.txt", "pear")
    done = run(deployment, monkeypatch, "--model", "first", "--json")
    assert done.exit_code == 0
    answer = json.loads(done.output.splitlines()[-1])
    assert (answer["model"], answer["unembedded_document_count"]) == ("first", 1)
    workflows: Any = deployment.workflows
    (started,) = workflows.started
    assert started.pop("name").endswith("-minato-shoji-rollback")
    assert started == {"stateMachineArn": "arn:compact", "input": '{"tenant": "minato-shoji"}'}


def test_a_model_that_is_not_kept_is_refused(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run(deployment, monkeypatch, "--model", "third")
    assert isinstance(done.exception, ModelNotFound)
    assert "first" in str(done.exception)
