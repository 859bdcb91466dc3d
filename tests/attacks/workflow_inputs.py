"""Inputs of workflows and steps that a member made up, and requests that start them."""

from collections.abc import Callable, Mapping
from string import Template
from typing import Any
from unittest import mock

from kotogura.errors import KotoguraError
from kotogura.platform import embedding
from kotogura.platform.handlers import commit, ingest, reindex, tokenize, upkeep
from kotogura.platform.service.api import Context
from kotogura.platform.wiring import Parts
from tests.attacks.attack import ANY, Attack, request
from tests.attacks.canary import shows
from tests.attacks.world import ATTACKER, VICTIM, World
from tests.memory.sentences import shared_analyzer

STEPS: Mapping[str, Callable[[], Any]] = {
    "ingest": ingest.ingest_handler,
    "quarantine": ingest.quarantine_handler,
    "tokenize": tokenize.tokenize_handler,
    "commit": commit.commit_handler,
    "plan": reindex.plan_handler,
    "build": reindex.build_handler,
    "swap": reindex.swap_handler,
    "upkeep": upkeep.upkeep_handler,
}
_UP = "../../minato-shoji"
_STAGED = {"document_id": "a" * 26, "sequencer": "0" * 40, "writing": "f" * 32}
_RUN = "0" * 32

FORGED: dict[str, tuple[str, dict[str, Any]]] = {
    **{
        f"{step}: a tenant that is {name}": (step, {**_STAGED, "run_id": _RUN, "batch": 0,
            "action": "inspect", "tenant": tenant})
        for step in ("tokenize", "commit", "plan", "build", "swap", "upkeep")
        for name, tenant in {
            "a path": f"minato/../{VICTIM}",
            "two": [ATTACKER, VICTIM],
            "a star": "*",
            "nothing": "",
            "in capitals": VICTIM.upper(),
        }.items()
    },
    "tokenize: a document that leads up": ("tokenize", {**_STAGED, "document_id": f"{_UP}/x"}),
    "tokenize: what the victim staged": ("tokenize", dict(zip(_STAGED,
        (f"{_UP}/staging/$document_of", "$sequencer_of", "$writing_of"), strict=True))),
    "tokenize: a sequencer that leads up": ("tokenize", {**_STAGED, "sequencer": f"/{_UP}/x"}),
    "tokenize: a writing that leads up": ("tokenize", {**_STAGED, "writing": f"/{_UP}/staging/x"}),
    "tokenize: a writing of the victim's segment": ("tokenize",
        {**_STAGED, "writing": f"x/../{_UP}/segments/$segment/x"}),
    "commit: a document of the victim's": ("commit", {**_STAGED, "document_id": "$only"}),
    "commit: a partition": ("commit", {**_STAGED, "document_id": f"TENANT#{VICTIM}"}),
    "plan: a run that leads up": ("plan", {"run_id": f"{_UP}/reindex/x"}),
    "plan: a run in capitals": ("plan", {"run_id": "A" * 32}),
    "build: a run that leads up": ("build", {"run_id": f"{_UP}/reindex/x", "batch": 0}),
    "build: a run that isn't there": ("build", {"run_id": _RUN, "batch": 0}),
    "swap: a run that leads up": ("swap", {"run_id": f"{_UP}/reindex/x"}),
    "swap: a run that isn't there": ("swap", {"run_id": _RUN}),
    "upkeep: a run that leads up": ("upkeep", {"action": "progress", "run_id": f"{_UP}/x"}),
    "upkeep: a model that leads up": ("upkeep",
        {"action": "rollback-model", "model": f"{_UP}/models/0123456789abcdef"}),
    "upkeep: a generation of the victim's": ("upkeep", {"action": "rollback", "generation": 4_000}),
    "upkeep: a generation that is a path": ("upkeep",
        {"action": "rollback", "generation": f"{_UP}/$manifest"}),
    "upkeep: an action that isn't there": ("upkeep", {"action": "__class__"}),
    "quarantine: an event of no bucket": ("quarantine",
        {"error": {"Error": "x"}, "event": {"source": "x"}}),
    "ingest: an event of no bucket": ("ingest", {"source": "aws.s3", "detail": {}}),
    "ingest: an event that is a list": ("ingest", {"source": ["aws.s3"], "detail": []}),
}  # fmt: skip


def _filled(value: Any, world: World) -> Any:
    if not isinstance(value, str):
        return value
    staged = world.facts["staged"].removeprefix("staging/").removesuffix(".json").split("-")
    parts = zip(("document_of", "sequencer_of", "writing_of"), staged, strict=True)
    return Template(value).safe_substitute(world.facts, **dict(parts))


def _step(step: str, forged: dict[str, Any]) -> Callable[[World], None]:
    def carry_out(world: World) -> None:
        event = {"tenant": ATTACKER} | {name: _filled(one, world) for name, one in forged.items()}
        context: Any = Context("a-request", "a-step")
        with (
            mock.patch.object(Parts, "from_environment", return_value=world.parts),
            mock.patch.object(embedding.OnnxEmbedder, "open", world.parts.open_embedder),
            mock.patch.object(tokenize, "ginza_analyzer", shared_analyzer),
            mock.patch.object(reindex, "ginza_analyzer", shared_analyzer),
        ):
            try:
                told = str(STEPS[step]()(event, context))
                assert step != "tokenize", "what was made up was staged"
            except KotoguraError as error:
                told = error.detail
        assert not shows(told)

    return carry_out


_TOLD = {
    "a tenant": {"tenant": "$victim"},
    "a training": {"training_id": "$training", "tenant": "$victim"},
    "an input": {"input": '{"tenant": "$victim"}'},
    "an execution": {"name": "$execution", "execution_arn": "$execution_arn"},
    "a workflow": {"stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:other"},
    "a run": {"run_id": "../../$victim"},
}

ATTACKS = (
    *(Attack(name, _step(step, told)) for name, (step, told) in FORGED.items()),
    *(
        request(f"{method} {path} with {name}", method, path, "tenant=$victim", told, answers=ANY)
        for method, path in (("POST", "/trainings"), ("POST", "/reindex"))
        for name, told in _TOLD.items()
    ),
    *(
        request(f"a model that is {model}", "POST", "/model/rollback", body={"model": model},
                answers=ANY)
        for model in (f"{_UP}/models/0123456789abcdef", "*", "0" * 64, "0123456789abcdef", "..")
    ),
    request("a schedule for the victim", "PUT", "/schedule", "tenant=$victim",
            {"cadence": "off", "tenant": "$victim"}, answers=ANY),
    request("a cadence that is a workflow's input", "PUT", "/schedule", body={"cadence": {"a": 1}}),
)  # fmt: skip
