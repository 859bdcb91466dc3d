"""Files that a model has beside segments in service: its vectors, and what finds them quickly."""

from collections.abc import Mapping
from typing import Literal

from kotogura.index.generations import Generation, Generations
from kotogura.index.manifest import FileEntry, ModelEntry
from kotogura.tenants.identity import TenantId


def publish_model_files(
    tenant: TenantId,
    base: Generation,
    model: ModelEntry,
    kind: Literal["vectors", "neighbours"],
    made: Mapping[str, FileEntry],
    generations: Generations,
) -> int:
    """Publish a generation in which segments of `base` have files of `model` that they lacked.

    Args:
        tenant: whose segments they are.
        base: the generation that the files were made for.
        model: the one it names.
        kind: what the files are.
        made: each segment's file, by the segment's id.
        generations: the tenant's generations.

    Returns:
        How many segments got a file; none where another commit came first.
    """
    if not made:
        return 0
    segments = tuple(
        segment.model_copy(update={kind: {model.digest: made[segment.segment_id]}})
        if segment.segment_id in made
        else segment
        for segment in base.manifest.segments
    )
    published = generations.publish(
        tenant, base, segments=segments, content_changed=False, model=model
    )
    return len(made) if published else 0
