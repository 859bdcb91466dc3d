"""Vectors of new segments, by the model that is in service when they are made."""

from collections.abc import Sequence

from kotogura.errors import ModelLost
from kotogura.index.content import IndexedDocument
from kotogura.index.generations import Generations
from kotogura.index.manifest import FileEntry
from kotogura.index.staging import EmbedSegment
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.segment_vectors import embed_segment
from kotogura.semantics.serving import OpenEmbedder, ServingModels
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

INGEST_CHARACTERS = 200_000
"""How much text is embedded while an upload waits: a minute's work of the function's two."""
REINDEX_CHARACTERS = 2_000_000
"""How much text is embedded with a batch of a reindex, which has fifteen minutes."""


def segment_embedder(
    generations: Generations,
    files: TenantFiles,
    longest: int,
    open_embedder: OpenEmbedder | None = None,
) -> EmbedSegment:
    """Return what embeds a new segment; it makes no vectors for a tenant without a model.

    Nor while the model's files are missing, nor for a segment whose bodies have more than `longest`
    characters: `compact` makes those, and until then its documents are found by word only.
    """
    models = ServingModels(files, open_embedder or OnnxEmbedder.open)

    def embed(
        tenant: TenantId, segment_id: str, documents: Sequence[IndexedDocument]
    ) -> dict[str, FileEntry]:
        current = generations.replaceable(tenant)
        model = current.manifest.model if current else None
        if model is None or sum(len(document.body) for document in documents) > longest:
            return {}
        try:
            embedder = models.embedder(tenant, model.digest)
        except ModelLost:
            return {}  # `compact` fails while the model is missing, and says so
        return {model.digest: embed_segment(tenant, segment_id, documents, embedder, files)}

    return embed
