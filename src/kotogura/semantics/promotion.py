"""Promotion: a model comes into service together with its vectors, by one commit.

A generation names its model, so a query is never embedded by one model and compared with
another's vectors, not even in the second of the switch.
"""

from collections.abc import Callable

from kotogura.errors import CommitConflict
from kotogura.index.commit import ATTEMPT_COUNT
from kotogura.index.generations import Generation, Generations
from kotogura.index.manifest import FileEntry, ModelEntry, SegmentEntry
from kotogura.semantics.model_files import publish_model_files
from kotogura.tenants.identity import TenantId

EmbedEntry = Callable[[SegmentEntry], FileEntry]
"""Writes the new model's vectors of one published segment."""

EmbedByModel = Callable[[str, SegmentEntry], FileEntry]
"""Writes the vectors of one published segment by the model of this digest."""


def promote(
    tenant: TenantId,
    digest: str,
    words: FileEntry,
    content_generation: int,
    embed: EmbedEntry,
    generations: Generations,
) -> Generation:
    """Bring the model `digest` into service; every segment gets its vectors first.

    Documents that come in meanwhile are embedded in a next round, so each round has less to do.
    Repeating a promotion is safe. A crash leaves the old model in service or the new one.

    Args:
        tenant: whose model it is.
        digest: the model's name; its files must be durable already.
        words: the vectors of the tenant's vocabulary by this model.
        content_generation: the generation whose documents it learned from.
        embed: writes one segment's vectors.
        generations: the tenant's generations.

    Raises:
        CommitConflict: when other commits won every race; a retry helps.
    """
    embedded: dict[str, FileEntry] = {}
    model = ModelEntry(digest=digest, words=words, content_generation=content_generation)
    for _ in range(ATTEMPT_COUNT * 4):
        base = generations.current(tenant)
        segments: list[SegmentEntry] = []
        for segment in base.manifest.segments if base else ():
            entry = segment.vectors.get(digest) or embedded.get(segment.segment_id)
            if entry is None:
                entry = embedded[segment.segment_id] = embed(segment)
            near = segment.neighbours.get(digest)
            kept = {"vectors": {digest: entry}, "neighbours": {digest: near} if near else {}}
            segments.append(segment.model_copy(update=kept))
        published = generations.publish(
            tenant, base, segments=tuple(segments), content_changed=False, model=model
        )
        if published is not None:
            return published
    raise CommitConflict("the promotion lost every race; start the training again")


def embed_missing(
    tenant: TenantId,
    embed: EmbedByModel,
    generations: Generations,
    may_begin: Callable[[], bool] = lambda: True,
) -> int:
    """Embed segments that have no vectors: made around a promotion, or too long for the upload.

    Until then their documents are found by word only. What was embedded is published though other
    commits come first, where the segment and the model still are in service; the model never
    changes by it.

    Args:
        tenant: whose segments they are.
        embed: writes one segment's vectors.
        generations: the tenant's generations.
        may_begin: asked before each segment; when there is no time for one more, the rest stays for
            the next call.

    Returns:
        How many segments got vectors.
    """
    base = generations.current(tenant)
    model = base.manifest.model if base else None
    if base is None or model is None:
        return 0
    entries: dict[str, FileEntry] = {}
    for segment in base.manifest.segments:
        if model.digest not in segment.vectors and may_begin():
            entries[segment.segment_id] = embed(model.digest, segment)
    for _ in range(ATTEMPT_COUNT):
        base = generations.current(tenant)
        current = base.manifest.model if base else None
        if base is None or current is None or current.digest != model.digest:
            return 0
        there = {
            segment.segment_id: entries[segment.segment_id]
            for segment in base.manifest.segments
            if segment.segment_id in entries and model.digest not in segment.vectors
        }
        count = publish_model_files(tenant, base, current, "vectors", there, generations)
        if count or not there:
            return count
    raise CommitConflict("the vectors lost every race; start compact again")
