"""One product for all cases, and a report by group at the end of the run."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance.japanese.cases import NumberedCase
from tests.conformance.japanese.outcomes import Outcome
from tests.conformance.japanese.product import Product
from tests.conformance.japanese.report import table

_OUTCOMES = pytest.StashKey[dict[str, Outcome]]()


@pytest.fixture(scope="session")
def run(
    tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Callable[[NumberedCase], Outcome]:
    """Return what runs a case, once however often it is asked."""
    product = Product(Path(tmp_path_factory.mktemp("japanese")))
    outcomes = pytestconfig.stash.setdefault(_OUTCOMES, {})

    def outcome(case: NumberedCase) -> Outcome:
        if case.name not in outcomes:
            outcomes[case.name] = Outcome(case, product.answer(case))
        return outcomes[case.name]

    return outcome


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tell what passed by group, of the cases that were run."""
    outcomes = config.stash.get(_OUTCOMES, {})
    if outcomes:
        terminalreporter.section("Japanese conformance")
        in_order = sorted(outcomes.values(), key=lambda one: (one.case.group, one.case.number))
        for line in table(in_order):
            terminalreporter.line(line)
