"""What a first start does before there is a stack."""

from pathlib import Path

import pytest

from kotogura.commands import running
from kotogura.commands.terminal import Terminal
from kotogura.local.errors import PortInUse
from kotogura.semantics import base_model


def test_a_port_in_use_is_told_before_the_base_model_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made: list[Path] = []

    def in_use(port: int) -> None:
        raise PortInUse(f"port {port} is in use")

    monkeypatch.setattr(running, "require_free", in_use)
    monkeypatch.setattr(base_model, "import_base_model", lambda folder, **_: made.append(folder))
    with pytest.raises(PortInUse):
        running.run_up(tmp_path, tmp_path, 4566, 4600, Terminal(as_json=True), iam=False)
    assert made == []
