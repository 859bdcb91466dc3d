"""An attack, and what must be true after it: nothing of the victim's was shown or changed."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from string import Template
from typing import Any

from tests.attacks.canary import shows
from tests.attacks.world import ATTACKER, VICTIM, World

REFUSED = frozenset({400, 401, 403, 404, 409, 413, 415, 422})
ANY = REFUSED | {200, 201, 202}
"""What is answered in peace; anything else is a failure of ours, which an attacker may repeat."""


@dataclass(frozen=True)
class Attack:
    """What an attacker does to a world; what it may not be answered, it asserts itself."""

    name: str
    carry_out: Callable[[World], object]

    def __str__(self) -> str:
        return self.name


def mount(world: World, attack: Attack) -> None:
    """Carry `attack` out, and assert that it came to nothing."""
    before = world.state(VICTIM)
    running = set(world.workflows.executions)
    world.objects.touched.clear()
    world.answers.clear()
    world.log.seek(0)
    world.log.truncate()
    with world.heard():
        attack.carry_out(world)
    for seen in world.answers:
        assert not shows(seen.text), f"the answer shows what is the victim's: {seen.text[:300]}"
        assert seen.status in ANY, f"answered with {seen.status}: {seen.body[:300]}"
    assert not shows(world.log.getvalue()), "the log shows what is the victim's"
    strange = [key for key in world.objects.touched if not key.startswith(f"{ATTACKER}/")]
    assert strange == [], "objects of others were asked for"
    for arn in world.workflows.executions.keys() - running:
        told = json.loads(world.workflows.executions[arn]["input"])
        assert told["tenant"] == ATTACKER, "a workflow was started for the victim"
    assert world.state(VICTIM) == before, "something of the victim's has changed"


def request(
    name: str,
    method: str,
    path: str,
    query: Sequence[tuple[str, str]] | str = (),
    body: Any = None,
    *,
    answers: Collection[int] = REFUSED,
    headers: Mapping[str, str] | None = None,
) -> Attack:
    """Return an attack that is one request; `$name` in its texts is a fact of the world.

    Args:
        name: what it tries.
        method: in capitals.
        path: as it is once decoded.
        query: parameters, or the query string as it is.
        body: what is sent as JSON; bytes are sent as they are.
        answers: the statuses that are right.
        headers: beside the attacker's own token.
    """

    def carry_out(world: World) -> None:
        def fill(text: str) -> str:
            return Template(text).safe_substitute(world.facts)

        asked = fill(query) if isinstance(query, str) else [(key, fill(one)) for key, one in query]
        sent = body
        if isinstance(body, dict):
            sent = {key: fill(one) if isinstance(one, str) else one for key, one in body.items()}
        seen = world.ask(method, fill(path), asked, sent, headers=headers)
        assert seen.status in answers, f"{seen.status}: {seen.body[:300]}"

    return Attack(name, carry_out)
