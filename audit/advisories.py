"""`python -m audit.advisories`: known vulnerabilities of the pins, by pip-audit and npm audit.

Both ask databases on the network, and pip-audit says "no known vulnerabilities" of packages that
its database didn't know as well as of sound ones. So one package is asked for first; where nothing
answers, that is said, and nothing is called sound. Exit codes: 0 sound, or not asked; 1 a known
vulnerability; 3 not asked although `--strict` wants it.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_PINS = ("constraints.txt", "constraints-aws.txt", "constraints-audit.txt")
_SECONDS = 600
Run = Callable[[Sequence[str], Path], str]


@dataclass(frozen=True, slots=True)
class Audit:
    """What became of one set of pins.

    Attributes:
        asked: how many packages the database knew.
        known: vulnerabilities, as `package version: id`.
        missing: why nothing, or not everything, could be asked; empty when all was.
    """

    source: str
    asked: int
    known: tuple[str, ...] = ()
    missing: str = ""

    def __str__(self) -> str:
        if self.known:
            return f"{self.source}: {'; '.join(self.known)}"
        if self.missing:
            return f"{self.source}: NOT AUDITED - {self.missing}"
        return f"{self.source}: {self.asked} packages, no known vulnerability"


def audit_python(pins: Path, run: Run) -> Audit:
    """Return what pip-audit says of a file of pins; what it doesn't know counts as missing."""
    lines = [line for line in pins.read_text("utf-8").splitlines() if "==" in line]
    with TemporaryDirectory() as folder:
        probe = Path(folder) / "probe.txt"
        probe.write_text(lines[0] + "\n", "utf-8")
        if _skipped(_pip_audit(probe, run)):
            return Audit(pins.name, 0, missing=f"the database doesn't answer for {lines[0]}")
    report = _pip_audit(pins, run)
    known = tuple(
        f"{one['name']} {one['version']}: {found['id']}"
        for one in report["dependencies"]
        for found in one.get("vulns", [])
    )
    skipped = _skipped(report)
    missing = f"the database doesn't know {', '.join(skipped[:5])}" if skipped else ""
    return Audit(pins.name, len(report["dependencies"]) - len(skipped), known, missing)


def audit_npm(folder: Path, run: Run) -> Audit:
    """Return what npm audit says of a folder's lock file."""
    source = str(folder / "package-lock.json")
    report = _object(run(["npm", "audit", "--json"], folder))
    if "vulnerabilities" not in report:
        return Audit(source, 0, missing=str(report.get("message", "npm's registry doesn't answer")))
    known = tuple(f"{name}: {one['severity']}" for name, one in report["vulnerabilities"].items())
    return Audit(source, report["metadata"]["dependencies"]["total"], known)


def _pip_audit(pins: Path, run: Run) -> dict[str, Any]:
    command = [".venv-audit/bin/pip-audit", "--requirement", str(pins), "--no-deps"]
    command += ["--disable-pip", "--format", "json", "--progress-spinner", "off"]
    report = _object(run(command, Path()))
    return report if "dependencies" in report else {"dependencies": [{"skip_reason": "no answer"}]}


def _skipped(report: dict[str, Any]) -> list[str]:
    return [one.get("name", "?") for one in report["dependencies"] if "skip_reason" in one]


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _run(command: Sequence[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
    )
    return done.stdout


def main(arguments: Sequence[str], run: Run = _run) -> int:
    """Audit all pins, say what came of it, and return the exit code."""
    parser = argparse.ArgumentParser("python -m audit.advisories", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="fail where nothing can be asked")
    strict = parser.parse_args(arguments).strict
    audits = [audit_python(Path(name), run) for name in _PINS]
    locks = sorted(Path().glob("package-lock.json")) + sorted(Path().glob("*/package-lock.json"))
    audits += [audit_npm(lock.parent, run) for lock in locks]
    for audit in audits:
        print(audit)
    if any(audit.known for audit in audits):
        return 1
    if not any(audit.missing for audit in audits):
        return 0
    print("What is not audited is not known to be sound: run it where the databases answer.")
    return 3 if strict else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
