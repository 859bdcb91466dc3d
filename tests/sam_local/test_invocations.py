"""Every function with every event that is meant for it, by the real `sam local invoke`.

`sam local invoke` ends with 0 when a handler fails, so each answer is judged by what it says. The
events are told in the order of a tenant's day: what one makes, later ones find.
"""

import pytest

from tests.contract.test_events import FUNCTIONS
from tests.sam_local.stages import STAGES, Day, Step

pytestmark = [pytest.mark.stack, pytest.mark.model, pytest.mark.enable_socket]

STEPS = [step for stage in STAGES for step in stage]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.function}-{step.event}")
def test_a_function_answers_its_event(step: Step, day: Day) -> None:
    day.judge(step)


def test_no_function_and_no_event_is_left_out() -> None:
    told: dict[str, set[str]] = {}
    for step in STEPS:
        told.setdefault(step.function, set()).add(step.event)
    assert told == {function: set(names) for function, names in FUNCTIONS.items()}
