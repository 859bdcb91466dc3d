"""Runs the faults and writes what happened: `python -m tests.faults.table`.

The page is written only where every fault was survived.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "faults.md"
BEGIN, END = "<!-- faults -->", "<!-- /faults -->"


class Recorder:
    """Notes each fault with what its test saw."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str, str]] = []
        self._faults: dict[str, tuple[str, str]] = {}

    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        for item in items:
            mark = item.get_closest_marker("fault")
            if mark is not None:
                self._faults[item.nodeid] = mark.args

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when != "call" or not report.passed or report.nodeid not in self._faults:
            return
        [what] = [told for name, told in report.user_properties if name == "happened"]
        name, seam = self._faults[report.nodeid]
        file, _, test = report.nodeid.partition("::")
        self.rows.append((name, seam, what, f"`{Path(file).name}`: `{test.partition('[')[0]}`"))


def table(rows: Sequence[tuple[str, str, str, str]]) -> str:
    """Return the rows as Markdown, in the order in which they were seen."""
    lines = ["| fault | put in at | what happened | test |", "| --- | --- | --- | --- |"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def main() -> int:
    """Run the faults and write the page; return pytest's exit code."""
    recorder = Recorder()
    folder = str(Path(__file__).parent)
    code = pytest.main(["-q", folder, *sys.argv[1:]], plugins=[recorder])
    if code:
        return int(code)
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    made = f"{before}{BEGIN}\n{table(recorder.rows)}\n{END}{after}"
    PAGE.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
