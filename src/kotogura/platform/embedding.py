"""Vectors of new segments, by the model that is in service when they are made."""

from collections.abc import Sequence

from kotogura.index.content import IndexedDocument
from kotogura.index.generations import Generations
from kotogura.index.manifest import FileEntry
from kotogura.index.staging import EmbedSegment
from kotogura.semantics.embedder import OnnxEmbedder
from kotogura.semantics.segment_vectors import embed_segment
from kotogura.semantics.serving import ServingModels
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId


def segment_embedder(generations: Generations, files: TenantFiles) -> EmbedSegment:
    """Return what embeds a new segment; it makes no vectors for a tenant without a model."""
    models = ServingModels(files, OnnxEmbedder.open)

    def embed(
        tenant: TenantId, segment_id: str, documents: Sequence[IndexedDocument]
    ) -> dict[str, FileEntry]:
        current = generations.current(tenant)
        model = current.manifest.model if current else None
        if model is None:
            return {}
        embedder = models.embedder(tenant, model.digest)
        return {model.digest: embed_segment(tenant, segment_id, documents, embedder, files)}

    return embed
