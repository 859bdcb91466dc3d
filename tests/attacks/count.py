"""Counts the attacks for `docs/guarantees.md`: `python -m tests.attacks.count` writes its table."""

import sys
from pathlib import Path

from tests.attacks.families import FAMILIES

PAGE = Path(__file__).parents[2] / "docs" / "guarantees.md"
_BEGIN, _END = "<!-- attacks -->\n", "<!-- /attacks -->\n"


def table() -> str:
    """Return the table of families, with how many attacks each has."""
    rows = [
        f"| {family.title} | {len(family.attacks)} | `tests/attacks/{name}.py` |"
        for name, family in FAMILIES.items()
    ]
    total = sum(len(family.attacks) for family in FAMILIES.values())
    head = ["| attacks | count | where |", "| --- | ---: | --- |"]
    return "\n".join([*head, *rows, f"| together | {total} | |"]) + "\n"


def told(page: str) -> str:
    """Return the table that `page` holds."""
    return page.partition(_BEGIN)[2].partition(_END)[0]


def main() -> None:
    """Write the table into the page."""
    page = PAGE.read_text("utf-8")
    PAGE.write_text(page.replace(_BEGIN + told(page), _BEGIN + table()), "utf-8")
    sys.stdout.write(table())


if __name__ == "__main__":
    main()
