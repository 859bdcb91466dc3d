"""docs/faults.md tells of the faults and the planted defects that there are tests of."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/faults.md").read_text("utf-8")
SUITE = {path: path.read_text("utf-8") for path in (ROOT / "tests/faults").glob("test_*.py")}


def rows(part):
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_page_and_the_suite_name_the_same_faults():
    table = PAGE.partition("<!-- faults -->")[2].partition("<!-- /faults -->")[0]
    told = [row[0] for row in rows(table)]
    marked = [
        name for text in SUITE.values() for name in re.findall(r'mark\.fault\(\s*"([^"]+)"', text)
    ]
    assert len(told) == len(set(told))
    assert sorted(told) == sorted(marked)
    for _, seam, happened, test in rows(table):
        assert seam, test
        assert happened, test


def test_the_page_and_the_suite_name_the_same_planted_defects():
    told = [row[0] for row in rows(PAGE.partition("## What shows that the suite can fail")[2])]
    planted = SUITE[ROOT / "tests/faults/test_planted_defects.py"]
    assert sorted(told) == sorted(re.findall(r'id="([^"]+)"', planted))
