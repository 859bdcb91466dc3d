"""The demonstration: two tenants, their documents, a training each, and three kinds of search."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kotogura.commands.accounts import Accounts
from kotogura.commands.api import Api
from kotogura.commands.deployment import Deployment
from kotogura.commands.errors import UploadIncomplete
from kotogura.commands.terminal import Terminal
from kotogura.commands.training import run_training
from kotogura.commands.uploads import find_files, upload
from kotogura.semantics.trainings import TrainingRecord, TrainingState
from kotogura.tenants.identity import TenantId
from kotogura.tenants.roles import Role

INDEXING_DEADLINE_SECONDS = 240.0
SHOWN_HIT_COUNT = 3
_SERVING = {TrainingState.PROMOTED, TrainingState.KEPT}


@dataclass
class Stopwatch:
    """Seconds that each stage took."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the body's time to the stage `name`."""
        begun = time.monotonic()
        try:
            yield
        finally:
            spent = time.monotonic() - begun
            self.seconds[name] = round(self.seconds.get(name, 0.0) + spent, 2)


def run_demo(
    deployment: Deployment, state: Path, samples: Path, terminal: Terminal, watch: Stopwatch
) -> dict[str, Any]:
    """Run the demonstration; what was made by an earlier run is not made again.

    Returns:
        What `kotogura demo --json` prints: for each tenant the documents, the workflow executions,
        the training and the searches; and the seconds of each stage.

    Raises:
        UploadIncomplete: when a sample document can't be found.
        TrainingFailed: when a training fails.
        RequestFailed: when a search fails.
    """
    plan = json.loads((samples / "demo.json").read_text(encoding="utf-8"))
    accounts = Accounts(deployment, state)
    tenants = {TenantId(entry["tenant"]): entry for entry in plan["tenants"]}
    reports: dict[str, dict[str, Any]] = {}
    with watch.stage("tenants"):
        for tenant, entry in tenants.items():
            accounts.create(tenant, entry["name"], entry["users"][0]["name"], "weekly")
            for user in entry["users"]:
                accounts.admit(tenant, user["name"], Role(user["role"]))
    with watch.stage("indexing"):
        for tenant in tenants:
            reports[tenant] = {"documents": _upload(deployment, tenant, samples, terminal)}
    for tenant, entry in tenants.items():
        api = Api(deployment.api_url, accounts.token(tenant))
        with watch.stage("training"):
            reports[tenant]["training"] = _train(deployment, api, tenant, terminal)
        with watch.stage("searching"):
            reports[tenant]["searches"] = _search(api, entry["searches"])
        _show(terminal, entry["name"], reports[tenant])
    return {
        "ok": not list(_unexpected(reports)),
        "api_url": deployment.api_url,
        "tenants": reports,
        "executions": _executions(deployment),
        "seconds": watch.seconds,
    }


def unexpected_searches(report: Mapping[str, Any]) -> Iterator[str]:
    """Yield the searches of a report that found nothing sensible, as `tenant kind`."""
    return _unexpected(report["tenants"])


def _unexpected(reports: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for tenant, report in reports.items():
        for kind, search in report["searches"].items():
            if not search["expected"]:
                yield f"{tenant} {kind}"


def _upload(
    deployment: Deployment, tenant: TenantId, samples: Path, terminal: Terminal
) -> dict[str, Any]:
    report = upload(
        deployment, tenant, find_files([samples / tenant]), terminal, INDEXING_DEADLINE_SECONDS
    )
    if report.quarantined:
        first = report.quarantined[0]
        detail = first.reason.detail if first.reason else "no reason was recorded"
        raise UploadIncomplete(f"{first.name} of {tenant} is quarantined: {detail}")
    return {
        "uploaded": report.uploaded,
        "unchanged": report.unchanged,
        "indexed": report.indexed,
    }


def _train(
    deployment: Deployment, api: Api, tenant: TenantId, terminal: Terminal
) -> dict[str, Any]:
    """Train once for each corpus: a model that knows every document is not trained again."""
    newest = next(
        (record for record in deployment.trainings.newest(tenant) if record.state in _SERVING), None
    )
    if newest is not None and not _is_outdated(deployment, tenant):
        execution = {"arn": newest.execution_arn, "status": "SUCCEEDED"}
        return {**_facts(newest), "execution": execution, "reused": True}
    record, execution = run_training(deployment, api, tenant, terminal)
    return {**_facts(record), "execution": execution, "reused": False}


def _is_outdated(deployment: Deployment, tenant: TenantId) -> bool:
    pointer = deployment.pointers.get(tenant)
    return pointer is None or pointer.trained_generation != pointer.content_generation


def _facts(record: TrainingRecord) -> dict[str, Any]:
    return {
        "training_id": record.training_id,
        "state": record.state.value,
        "figures": dict(record.figures or {}),
    }


def _search(api: Api, searches: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Ask the three searches; `expected` tells whether a sensible hit is among the first."""
    words = api.search(searches["words"]["query"], "words", SHOWN_HIT_COUNT)
    meaning = api.search(searches["meaning"]["query"], "meaning", SHOWN_HIT_COUNT)
    similar = api.similar_words(searches["similar_words"]["word"])
    found = {hit["word"] for hit in similar["hits"]}
    return {
        "words": {
            "query": searches["words"]["query"],
            "expected": _is_expected(words, searches["words"]),
            **words,
        },
        "meaning": {
            "query": searches["meaning"]["query"],
            "expected": _is_expected(meaning, searches["meaning"]),
            **meaning,
        },
        "similar_words": {
            "expected": bool(found & set(searches["similar_words"]["expect_any"])),
            **similar,
        },
    }


def _is_expected(answer: Mapping[str, Any], search: Mapping[str, Any]) -> bool:
    return any(hit["name"] in search["expect"] for hit in answer["hits"])


def _show(terminal: Terminal, name: str, report: Mapping[str, Any]) -> None:
    searches = report["searches"]
    figures = report["training"]["figures"]
    terminal.heading(f"{name}: {report['documents']['indexed']} documents")
    terminal.line(
        f"model: {report['training']['state']}, held-out MRR@10 "
        f"{figures.get('mrr10_base')} -> {figures.get('mrr10_tuned')}"
    )
    terminal.heading(f"by word: {searches['words']['query']}")
    terminal.hits(searches["words"]["hits"])
    terminal.heading(f"by meaning: {searches['meaning']['query']}")
    terminal.hits(searches["meaning"]["hits"])
    terminal.heading(f"similar words: {searches['similar_words']['word']}")
    terminal.line(
        "  ".join(
            f"{hit['word']} {hit['similarity']:.3f}" for hit in searches["similar_words"]["hits"]
        )
    )


def _executions(deployment: Deployment) -> dict[str, dict[str, int]]:
    """Count the executions of each workflow by their status."""
    counts: dict[str, dict[str, int]] = {}
    for workflow in ("Ingest", "Train"):
        arn = deployment.outputs[f"{workflow}StateMachineArn"]
        pages = deployment.workflows.get_paginator("list_executions").paginate(stateMachineArn=arn)
        states: dict[str, int] = {}
        for page in pages:
            for execution in page["executions"]:
                states[execution["status"]] = states.get(execution["status"], 0) + 1
        counts[workflow.lower()] = states
    return counts
