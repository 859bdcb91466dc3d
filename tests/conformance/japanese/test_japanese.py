"""Every case that must pass does, nearly all that should, and the table claims no more."""

from collections.abc import Callable

import pytest

from tests.conformance.japanese.cases import NumberedCase, all_cases
from tests.conformance.japanese.outcomes import Outcome, total
from tests.conformance.japanese.report import documented_cells, table

_LEAST_SHARE = 0.97
_MUSTS = [one for one in all_cases() if one.case.grade == "must"]
_SHOULDS = [one for one in all_cases() if one.case.grade == "should"]

Run = Callable[[NumberedCase], Outcome]


@pytest.mark.parametrize("case", _MUSTS, ids=lambda one: one.name)
def test_what_must_be_found_is_and_nothing_else(case: NumberedCase, run: Run) -> None:
    outcome = run(case)
    assert outcome.passed, f"{outcome.line}\n{case.case.reason}"


def test_nearly_all_that_should_be_found_is(run: Run) -> None:
    outcomes = [run(one) for one in _SHOULDS]
    failed = [one.line for one in outcomes if not one.passed]
    share = total(outcomes, "should").share
    assert share >= _LEAST_SHARE, "\n".join([f"{share:.3f} pass", *failed])


def test_the_documented_table_claims_no_more_than_passes(run: Run) -> None:
    passed = [line.split("|")[1:4] for line in table([run(one) for one in all_cases()])[2:]]
    documented = documented_cells()
    assert [row[0] for row in documented] == [row[0].strip() for row in passed]
    for claimed, ours in zip(documented, passed, strict=True):
        for claim, cell in zip(claimed[1:], ours[1:], strict=True):
            assert _total(claim) == _total(cell.strip()), claimed[0]
            assert _passed(claim) <= _passed(cell.strip()), claimed[0]


def _passed(cell: str) -> int:
    return 0 if cell == "–" else int(cell.split("/", maxsplit=1)[0])


def _total(cell: str) -> str:
    return cell.rsplit("/", maxsplit=1)[-1]
