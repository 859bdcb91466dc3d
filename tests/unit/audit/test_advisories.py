"""An audit that could not ask says so; it never calls a package sound that nobody looked up."""

import json
from pathlib import Path

import pytest

from audit import advisories

UNKNOWN = "Dependency not found on PyPI and could not be audited"


def answering(skipped=(), vulnerable=(), npm='{"vulnerabilities": {}}'):
    """A runner of commands whose databases know all but `skipped`."""

    def run(command, _folder):
        if command[0] == "npm":
            return npm
        pins = Path(command[command.index("--requirement") + 1]).read_text("utf-8").split()
        found = []
        for name, version in (pin.split("==") for pin in pins):
            if name in skipped:
                found.append({"name": name, "skip_reason": UNKNOWN})
            else:
                vulnerabilities = [{"id": "PYSEC-1"}] if name in vulnerable else []
                found.append({"name": name, "version": version, "vulns": vulnerabilities})
        return json.dumps({"dependencies": found, "fixes": []})

    return run


@pytest.fixture
def pins(tmp_path):
    path = tmp_path / "constraints.txt"
    path.write_text("arrow==1.4.0\nclick==8.5.1\n", "utf-8")
    return path


def test_pins_without_a_known_vulnerability_are_counted(pins):
    audit = advisories.audit_python(pins, answering())
    assert str(audit) == "constraints.txt: 2 packages, no known vulnerability"


def test_a_known_vulnerability_is_told_with_its_id(pins):
    audit = advisories.audit_python(pins, answering(vulnerable=["click"]))
    assert audit.known == ("click 8.5.1: PYSEC-1",)


def test_a_database_that_knows_nothing_is_not_taken_for_a_sound_set(pins):
    audit = advisories.audit_python(pins, answering(skipped=["arrow", "click"]))
    assert "NOT AUDITED" in str(audit)
    assert audit.asked == 0


def test_a_database_that_knows_some_is_not_taken_for_a_sound_set(pins):
    audit = advisories.audit_python(pins, answering(skipped=["click"]))
    assert "NOT AUDITED - the database doesn't know click" in str(audit)


def test_a_tool_that_breaks_is_not_taken_for_a_sound_set(pins):
    assert "NOT AUDITED" in str(advisories.audit_python(pins, lambda *_: "Traceback"))


def test_npm_without_an_answer_is_not_taken_for_a_sound_set(tmp_path):
    refusal = json.dumps({"message": "405 Method Not Allowed"})
    audit = advisories.audit_npm(tmp_path, lambda *_: refusal)
    assert "NOT AUDITED - 405 Method Not Allowed" in str(audit)


def test_a_vulnerability_that_npm_knows_is_told(tmp_path):
    answer = {
        "vulnerabilities": {"left": {"severity": "high"}},
        "metadata": {"dependencies": {"total": 3}},
    }
    assert advisories.audit_npm(tmp_path, lambda *_: json.dumps(answer)).known == ("left: high",)


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--strict"], 3)])
def test_only_a_strict_audit_fails_when_nothing_can_be_asked(arguments, code, capsys):
    assert advisories.main(arguments, lambda *_: "") == code
    assert "NOT AUDITED" in capsys.readouterr().out
