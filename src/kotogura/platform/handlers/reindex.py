"""The handlers of `functions/reindex`: plan a run, build its segments, swap them in."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import uuid4

from kotogura.analysis.analyzers import Analyzers
from kotogura.analysis.tokenizers import ginza_analyzer
from kotogura.index.compiling import wanted_digest
from kotogura.index.dictionaries import dictionary_path
from kotogura.index.reindex import build, plan
from kotogura.index.runs import Built, check_run_id, read_plan
from kotogura.index.swap import swap
from kotogura.platform.clock import pause
from kotogura.platform.embedding import REINDEX_CHARACTERS, segment_embedder
from kotogura.platform.telemetry import Event, Handler, Telemetry
from kotogura.platform.wiring import Parts
from kotogura.tenants.identity import TenantId


def plan_handler() -> Handler:
    """Return the handler that lists a tenant's files in batches; see `Plan` for its answer.

    With a `run_id`, that run goes on; without, or if there is none of it yet, one begins.
    """
    parts = Parts.from_environment()

    def work(event: Event) -> Mapping[str, Any]:
        tenant, run_id = TenantId(event["tenant"]), check_run_id(event.get("run_id") or uuid4().hex)
        return plan(
            tenant,
            run_id,
            parts.originals,
            parts.generations,
            parts.files,
            parts.dictionaries.get(tenant).text,
            parts.quota.within,
        ).model_dump()

    return Telemetry().step(work)


def build_handler() -> Handler:
    """Return the handler that builds one batch's segment; see `Built` for its answer."""
    build_batch = _builder(Parts.from_environment())

    def work(event: Event) -> Mapping[str, Any]:
        tenant, run_id = TenantId(event["tenant"]), check_run_id(event["run_id"])
        return build_batch(tenant, run_id, event["batch"]).model_dump()

    return Telemetry().step(work)


def _builder(parts: Parts) -> Callable[[TenantId, str, int], Built]:
    """Return what builds a batch of a tenant's run, by the dictionary that the run names."""
    analyzers = Analyzers(ginza_analyzer(), dictionary_path(parts.files))
    embed = segment_embedder(parts.generations, parts.files, REINDEX_CHARACTERS)

    def build_batch(tenant: TenantId, run_id: str, number: int) -> Built:
        planned = read_plan(tenant, run_id, parts.files)
        return build(
            tenant,
            run_id,
            number,
            originals=parts.originals,
            ledger=parts.ledger,
            analyzer=analyzers.of(tenant, planned.dictionary),
            embed=embed,
            files=parts.files,
            read=parts.read,
        )

    return build_batch


def swap_handler() -> Handler:
    """Return the handler that publishes a run's segments, and answers what is found now."""
    parts = Parts.from_environment()
    build_batch = _builder(parts)

    def work(event: Event) -> Mapping[str, Any]:
        tenant, run_id = TenantId(event["tenant"]), check_run_id(event["run_id"])
        generation = swap(
            tenant,
            run_id,
            generations=parts.generations,
            directory=parts.directory,
            ledger=parts.ledger,
            files=parts.files,
            pause=pause,
            rebuild=partial(build_batch, tenant, run_id),
            wanted=lambda: wanted_digest(parts.dictionaries.get(tenant).text),
        )
        return {
            "tenant": tenant,
            "run_id": run_id,
            "generation": generation.manifest.generation,
            "document_count": generation.manifest.document_count,
        }

    return Telemetry().step(work)
