"""Rolling back the model alone: one that served before serves again, over today's documents."""

from collections.abc import Iterator
from dataclasses import dataclass

from kotogura.errors import CommitConflict, CorruptIndex, ModelNotFound, StoreUnavailable
from kotogura.index.commit import ATTEMPT_COUNT, Pause
from kotogura.index.generations import Generations
from kotogura.index.manifest import FileEntry, Manifest, ModelEntry, SegmentEntry, decode_manifest
from kotogura.semantics.serving import model_folder
from kotogura.tenants.files import TenantFiles
from kotogura.tenants.identity import TenantId

_LEAST = ("model.json", "model.onnx", "tokenizer.json")


@dataclass(frozen=True, slots=True)
class ModelRollback:
    """What a rollback of the model did.

    Attributes:
        generation: the one that was published, or the newest if nothing had to change.
        model: digest of the model that serves now.
        previous: digest of the one that served before.
        unembedded_document_count: documents that are found by word only until
            `promotion.embed_missing` has made their vectors by this model.
    """

    generation: int
    model: str
    previous: str
    unembedded_document_count: int


def roll_back_model(
    tenant: TenantId,
    digest: str | None,
    generations: Generations,
    files: TenantFiles,
    pause: Pause,
) -> ModelRollback:
    """Bring a model of a kept generation back into service; the documents stay as they are.

    A document that is in the same segment as then has its vectors still. Those that came in or were
    merged since get theirs later, and nothing is compared with another model's vectors meanwhile.
    A rollback can be rolled back, as long as both models are named by generations that are kept.

    Args:
        tenant: whose model it is.
        digest: the model to serve, or the beginning of its digest; None takes the one that served
            before the present one.
        generations: the tenant's generations.
        files: the tenant's files.
        pause: waits between two attempts.

    Raises:
        ModelNotFound: no kept generation names such a model, or two models begin like that.
        CorruptIndex: a file of that model is missing.
        CommitConflict: other commits won every race; a retry helps.
    """
    for attempt in range(1, ATTEMPT_COUNT + 1):
        base = generations.current(tenant)
        if base is None or base.manifest.model is None:
            raise ModelNotFound("no model is in service yet; train one")
        serving = base.manifest.model
        kept = [base.manifest, *_kept(tenant, base.manifest, files)]
        model = _choose(kept, serving.digest, digest)
        if model.digest == serving.digest:
            return ModelRollback(base.manifest.generation, model.digest, model.digest, 0)
        _require_files(tenant, model, files)
        vectors = _vectors(kept, model.digest)
        segments = tuple(
            segment.model_copy(update={"vectors": _of(model.digest, vectors, segment)})
            for segment in base.manifest.segments
        )
        published = generations.publish(
            tenant, base, segments=segments, content_changed=False, model=model
        )
        if published is not None:
            bare = sum(segment.live_count for segment in segments if not segment.vectors)
            number = published.manifest.generation
            return ModelRollback(number, model.digest, serving.digest, bare)
        pause(attempt)
    raise CommitConflict("the rollback lost every race; try again")


def _kept(tenant: TenantId, current: Manifest, files: TenantFiles) -> Iterator[Manifest]:
    """Yield the earlier generations that can be read, the newest first."""
    for name in current.history:
        try:
            yield decode_manifest(files.read(tenant, name))
        except StoreUnavailable:
            raise CorruptIndex("a kept generation's manifest is missing; train again") from None


def _choose(kept: list[Manifest], serving: str, digest: str | None) -> ModelEntry:
    models: dict[str, ModelEntry] = {}
    for manifest in kept:
        if manifest.model is not None:
            models.setdefault(manifest.model.digest, manifest.model)
    if digest is None:
        wanted = [name for name in models if name != serving][:1]
    else:
        wanted = [name for name in models if name.startswith(digest)]
    if len(wanted) != 1:
        others = ", ".join(name for name in models if name != serving) or "none"
        raise ModelNotFound(f"name one of the earlier models that are kept: {others}")
    return models[wanted[0]]


def _require_files(tenant: TenantId, model: ModelEntry, files: TenantFiles) -> None:
    needed = {f"{model_folder(model.digest)}/{name}" for name in _LEAST} | {model.words.name}
    if not needed <= set(files.names(tenant, "models")):
        raise CorruptIndex("a file of that model is missing; choose another, or train again")


def _vectors(kept: list[Manifest], digest: str) -> dict[str, FileEntry]:
    """Return each segment's vectors by the model, wherever a kept generation names them."""
    return {
        segment.segment_id: segment.vectors[digest]
        for manifest in reversed(kept)
        for segment in manifest.segments
        if digest in segment.vectors
    }


def _of(digest: str, vectors: dict[str, FileEntry], segment: SegmentEntry) -> dict[str, FileEntry]:
    entry = vectors.get(segment.segment_id)
    return {} if entry is None else {digest: entry}
