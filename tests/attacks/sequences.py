"""Random sequences of what tenants do beside each other: nobody ever sees another's canary.

`python -m tests.attacks.sequences --steps 10000` takes that many steps, by other seeds each time.
"""

import argparse
import math
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.attacks.reuse import QUESTIONS, ask
from tests.attacks.world import ATTACKER, VICTIM, TenantId, World

CANARIES = {ATTACKER: "zqvxakagi", VICTIM: "zqvxmomiji", TenantId("minato-2"): "zqvxsusuki"}
SEQUENCE_STEPS = 40
_TENANTS = st.sampled_from(list(CANARIES))
_NAMES = st.sampled_from(["rules/yakusoku.txt", "a.txt", "kanaria/b.txt"])
_WORDS = st.lists(
    st.sampled_from(["kanaria", "kyuuka", "ryohi", "himitsu"]), min_size=1, max_size=6
)


class Tenants(RuleBasedStateMachine):
    """Three tenants in one process; each has its canary in all that it writes."""

    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="attacks-"))
        self.world = World(self.folder)
        self.cursors = ["x"]
        self.names: set[tuple[TenantId, str]] = set()
        for tenant in CANARIES:
            self.world.register(tenant)

    @rule(tenant=_TENANTS, name=_NAMES, words=_WORDS)
    def put(self, tenant: TenantId, name: str, words: list[str]) -> None:
        canary, text = CANARIES[tenant], " ".join(words)
        data = f"{canary} {text}\n{text} {canary} {words[0]}{canary}".encode()
        self.world.put(tenant, name, data, {"busho": f"{words[0]}{canary}", "tag": canary})
        self.names.add((tenant, name))
        Tenants.steps += 1

    @rule(tenant=_TENANTS, name=_NAMES)
    def remove(self, tenant: TenantId, name: str) -> None:
        if (tenant, name) in self.names:
            self.world.remove(tenant, name)
            self.names.remove((tenant, name))
        Tenants.steps += 1

    @rule(tenant=_TENANTS)
    def write_synonyms(self, tenant: TenantId) -> None:
        body = {"text": f"kyuuka, {CANARIES[tenant]}"}
        seen = self.world.ask("PUT", "/synonyms", body=body, tenant=tenant)
        assert seen.status == 200
        Tenants.steps += 1

    @rule(tenant=_TENANTS, digest=st.sampled_from(["0123456789abcdef", "fedcba9876543210"]))
    def train(self, tenant: TenantId, digest: str) -> None:
        if any(owner == tenant for owner, _ in self.names):
            self.world.library(tenant).promote(digest)
        Tenants.steps += 1

    @rule(tenant=_TENANTS)
    def compact(self, tenant: TenantId) -> None:
        if any(owner == tenant for owner, _ in self.names):
            self.world.library(tenant).compact()
        Tenants.steps += 1

    @rule()
    def restart(self) -> None:
        self.world.start()
        Tenants.steps += 1

    @rule(tenant=_TENANTS, name=st.sampled_from(list(QUESTIONS)))
    def ask(self, tenant: TenantId, name: str) -> None:
        self._look(tenant, ask(self.world, QUESTIONS[name], tenant=tenant).text)

    @rule(tenant=_TENANTS, data=st.data())
    def page(self, tenant: TenantId, data: st.DataObject) -> None:
        cursor = data.draw(st.sampled_from(self.cursors))
        asked = [("q", "kanaria kyuuka"), ("mode", "words"), ("limit", "1")]
        first = self.world.ask("GET", "/search", asked, tenant=tenant)
        if first.status == 200 and first.json["cursor"]:
            self.cursors.append(first.json["cursor"])
        seen = self.world.ask("GET", "/search", [*asked, ("cursor", cursor)], tenant=tenant)
        self._look(tenant, first.text + seen.text)

    def _look(self, tenant: TenantId, text: str) -> None:
        Tenants.steps += 1
        for other, canary in CANARIES.items():
            assert other == tenant or canary not in text, f"{tenant} sees what is {other}'s"
        log = self.world.log.getvalue()
        assert not any(canary in log for canary in CANARIES.values()), "the log shows a canary"

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def run(steps: int, *, derandomize: bool = False) -> int:
    """Take about so many steps; return how many were taken. Raises as soon as anything crosses."""
    Tenants.steps = 0
    while Tenants.steps < steps:
        left = math.ceil((steps - Tenants.steps) / SEQUENCE_STEPS)
        run_state_machine_as_test(
            Tenants,
            settings=settings(
                max_examples=left,
                stateful_step_count=SEQUENCE_STEPS,
                derandomize=derandomize,
                database=None,
                phases=[Phase.generate],  # what fails is told as it is: smaller takes too long
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
        if derandomize:
            break
    return Tenants.steps


def main() -> None:
    """Run what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000, help="how many")
    os.environ |= {"POWERTOOLS_METRICS_NAMESPACE": "Kotogura", "POWERTOOLS_TRACE_DISABLED": "true"}
    started = time.monotonic()
    done = run(parser.parse_args().steps)
    sys.stdout.write(f"{done} steps in {time.monotonic() - started:.0f} s: nothing crossed\n")


if __name__ == "__main__":
    main()
