"""The handler of `functions/tokenize`: terms by GiNZA, vectors by the model in service."""

from collections.abc import Mapping
from typing import Any

from kotogura.analysis.analyzers import Analyzers
from kotogura.analysis.tokenizers import ginza_analyzer
from kotogura.index.dictionaries import dictionary_path
from kotogura.index.staging import stage_document
from kotogura.platform.embedding import INGEST_CHARACTERS, segment_embedder
from kotogura.platform.telemetry import Event, Handler, Telemetry
from kotogura.platform.wiring import Parts
from kotogura.tenants.identity import TenantId


def tokenize_handler() -> Handler:
    """Return the handler that stages an extracted document; see `Tokenized` for its answer."""
    parts = Parts.from_environment()
    analyzers = Analyzers(ginza_analyzer(), dictionary_path(parts.files))
    embed = segment_embedder(parts.generations, parts.files, INGEST_CHARACTERS)

    def work(event: Event) -> Mapping[str, Any]:
        tenant = TenantId(event["tenant"])
        current = parts.generations.current(tenant)
        dictionary = current.manifest.dictionary if current else None
        return stage_document(
            tenant,
            event["document_id"],
            event["sequencer"],
            event["writing"],
            analyzer=analyzers.of(tenant, dictionary),
            embed=embed,
            files=parts.files,
            staged=parts.staged,
            dictionary=dictionary,
        ).model_dump()

    return Telemetry().step(work)
