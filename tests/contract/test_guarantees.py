"""`docs/guarantees.md` tells what is tested, and how much of it."""

from tests.attacks.count import PAGE, table, told
from tests.attacks.families import FAMILIES


def test_the_page_counts_the_attacks_that_there_are() -> None:
    assert told(PAGE.read_text("utf-8")) == table(), "run python -m tests.attacks.count"
    assert sum(len(family.attacks) for family in FAMILIES.values()) >= 200
    assert table().startswith("| attacks | count | where |\n")
