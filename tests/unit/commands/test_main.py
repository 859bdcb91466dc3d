"""The command's last word: exit codes, one line for people, and with `--json` an object."""

import json
from pathlib import Path

import pytest

from kotogura.commands.main import main


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    """Run the command as a shell does; return exit code, standard output and standard error."""
    monkeypatch.setattr("sys.argv", ["kotogura", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    shown = capsys.readouterr()
    code = ended.value.code
    assert isinstance(code, int)
    return code, shown.out, shown.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["search"],
        ["no-such-command"],
        ["token", "--tenant", "A!"],
        ["up", "--port", "99999"],
        ["up", "--page-port", "0"],
        ["serve", "--port", "65536"],
        ["search", "\udcff", "--tenant", "minato-shoji"],
        ["analyze", "\udcff", "--tenant", "minato-shoji"],
        ["tenant", "create", "minato-shoji", "--name", "港商事", "--user", "no address"],
        ["tenant", "create", "minato-shoji", "--name", " ", "--user", "a@example.com"],
        ["tenant", "user", "minato-shoji", "--user", "a@"],
    ],
)
def test_wrong_usage_is_an_object_for_programs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    code, out, err = run(monkeypatch, capsys, "--json", *arguments)
    answer = json.loads(out.splitlines()[-1])
    assert code == 2
    assert answer["ok"] is False
    assert answer["error"]["code"] == "wrong-usage"
    assert answer["error"]["detail"] in err


def test_a_file_that_cannot_be_written_takes_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    chart = tmp_path / "missing" / "chart.svg"
    code, _, err = run(monkeypatch, capsys, "cost", "--chart", str(chart))
    assert code == 1
    assert err.splitlines()[-1] == f"kotogura: {chart}: No such file or directory"


def test_a_defect_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(**_: object) -> None:
        raise OSError("nobody knows")

    monkeypatch.setattr("sys.argv", ["kotogura", "status"])
    monkeypatch.setattr("kotogura.commands.main.cli.main", break_down)
    with pytest.raises(OSError, match="nobody knows"):
        main()


def test_what_is_interrupted_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kotogura.commands.main.Session.deployment", interrupt)
    code, out, err = run(monkeypatch, capsys, "--json", "status")
    assert code == 130
    assert err.splitlines()[-1] == "kotogura: aborted"
    assert json.loads(out)["error"]["code"] == "aborted"
