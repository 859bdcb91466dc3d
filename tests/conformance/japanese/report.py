"""`python -m tests.conformance.japanese.report`: what passes, by group, and what fails.

It always ends well: the tests judge, this tells. `--lucene JAR_OR_FOLDER` asks Lucene's Kuromoji
beside us, `--markdown` prints the table of docs/japanese.md.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.conformance.japanese.cases import Grade, NumberedCase, all_cases
from tests.conformance.japanese.kuromoji import (
    KuromojiMissing,
    find_jar,
    kuromoji_outcomes,
    lucene_version,
)
from tests.conformance.japanese.outcomes import Count, Outcome, counts, total
from tests.conformance.japanese.product import Product

_DOCUMENT = Path(__file__).parents[3] / "docs" / "japanese.md"
_GRADES: tuple[Grade, ...] = ("must", "should")


def product_outcomes(cases: Sequence[NumberedCase]) -> tuple[Outcome, ...]:
    """Return what the product makes of `cases`, in their order."""
    with tempfile.TemporaryDirectory() as scratch:
        product = Product(Path(scratch))
        return tuple(Outcome(case, product.answer(case)) for case in cases)


def table(outcomes: Sequence[Outcome], peer: Sequence[Outcome] = ()) -> list[str]:
    """Return the lines of a Markdown table by group, `peer`'s columns beside ours if any."""
    names = ["Kotogura", "Kuromoji"] if peer else ["Kotogura"]
    heads = [f"{name}: {grade}" for name in names for grade in _GRADES]
    lines = [
        f"| group | {' | '.join(heads)} |",
        "| --- " + "| ---: " * len(heads) + "|",
    ]
    ours, theirs = counts(outcomes), counts(peer)
    for group, grades in ours.items():
        cells = [grades, theirs[group]] if peer else [grades]
        lines.append(_row(group.replace("_", " "), cells))
    sides = [outcomes, peer] if peer else [outcomes]
    lines.append(
        _row("**all**", [{grade: total(one, grade) for grade in _GRADES} for one in sides])
    )
    return lines


def documented_cells() -> list[list[str]]:
    """Return what docs/japanese.md says of us: group and both counts, row by row."""
    lines = _DOCUMENT.read_text(encoding="utf-8").splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("| group |"))
    found = []
    for line in lines[first + 2 :]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.split("|")[1:4]])
    return found


def failures(outcomes: Sequence[Outcome]) -> list[str]:
    """Return a line for each case that isn't as expected, those that must pass first."""
    failed = [one for one in outcomes if not one.passed]
    return [one.line for grade in _GRADES for one in failed if one.case.case.grade == grade]


def _row(name: str, sides: Sequence[dict[Grade, Count]]) -> str:
    cells = [str(side[grade]) for side in sides for grade in _GRADES]
    return f"| {name} | {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suite and print what came of it; return 0."""
    parser = argparse.ArgumentParser(description="what passes of the Japanese conformance suite")
    parser.add_argument("--lucene", type=Path, metavar="JAR_OR_FOLDER", help="ask Kuromoji as well")
    parser.add_argument("--markdown", action="store_true", help="the table alone")
    parser.add_argument("--group", help="one group alone, by its file's name without .yaml")
    chosen = parser.parse_args(arguments)
    cases = [one for one in all_cases() if chosen.group in (None, one.group)]
    outcomes = product_outcomes(cases)
    peer: tuple[Outcome, ...] = ()
    if chosen.lucene:
        try:
            jar = find_jar(chosen.lucene)
            with tempfile.TemporaryDirectory() as scratch:
                peer = kuromoji_outcomes(cases, jar, Path(scratch))
            sys.stderr.write(f"Kuromoji of Lucene {lucene_version(jar)}\n")
        except KuromojiMissing as missing:
            sys.stderr.write(f"{missing}\n")
    lines = table(outcomes, peer)
    if not chosen.markdown:
        lines += failures(outcomes)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
