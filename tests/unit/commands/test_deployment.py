"""Which deployment a command talks to."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kotogura.commands import deployment
from kotogura.commands.deployment import Deployment
from kotogura.commands.errors import NoDeployment


def stack_with(monkeypatch: pytest.MonkeyPatch, *outputs: tuple[str, str]) -> None:
    """Let the account have one stack, with these outputs."""
    found: dict[str, Any] = {"StackName": "kotogura-foundation"}
    if outputs:
        found["Outputs"] = [{"OutputKey": key, "OutputValue": value} for key, value in outputs]
    formation = SimpleNamespace(describe_stacks=lambda **_: {"Stacks": [found]})
    monkeypatch.setattr(deployment.boto3, "client", lambda _: formation)


def test_a_stack_without_an_api_is_told_by_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stack_with(monkeypatch)
    with pytest.raises(NoDeployment, match="kotogura-foundation"):
        Deployment.find(tmp_path, "kotogura-foundation")


def test_a_stack_in_an_account_is_known_by_its_outputs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stack_with(monkeypatch, ("ApiUrl", "https://api.example.com"), ("TableName", "table"))
    found = Deployment.find(tmp_path, "kotogura-dev")
    assert (found.endpoint, found.api_url) == (None, "https://api.example.com")
    assert found.outputs["TableName"] == "table"
