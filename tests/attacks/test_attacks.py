"""No attack shows, changes or removes a byte of another tenant's."""

from collections.abc import Callable

import pytest

from tests.attacks.attack import Attack, mount
from tests.attacks.families import FAMILIES, Family
from tests.attacks.world import World

ATTACKS = [
    pytest.param(family, attack, id=f"{name}: {attack}")
    for name, family in FAMILIES.items()
    for attack in family.attacks
]


@pytest.mark.parametrize(("family", "attack"), ATTACKS)
def test_nothing_crosses(
    world_of: Callable[[Family], World], family: Family, attack: Attack
) -> None:
    mount(world_of(family), attack)
