"""Whether a training that the schedule started is worth it, and the record of what one learned."""

from collections.abc import Sequence
from typing import Any

from kotogura.index.generations import Generation
from kotogura.platform.clock import now
from kotogura.platform.wiring import Parts
from kotogura.semantics.serving import model_folder
from kotogura.semantics.training_need import (
    SMALLEST_CHANGE,
    changed_share,
    decode_learned,
    encode_learned,
    learned_from,
    minutes_spent,
)
from kotogura.semantics.training_pairs import TrainingDocument
from kotogura.tenants.identity import TenantId

_COUNTED_TRAININGS = 200


def reason_to_skip(
    parts: Parts,
    tenant: TenantId,
    training_id: str,
    generation: Generation,
    documents: Sequence[TrainingDocument],
) -> dict[str, Any] | None:
    """Return why a scheduled training is not worth it, or None; one on demand always is."""
    record = parts.trainings.get(tenant, training_id)
    if record is None or record.cause != "schedule":
        return None
    others = [
        other
        for other in parts.trainings.newest(tenant, _COUNTED_TRAININGS)
        if other.training_id != training_id
    ]
    spent = minutes_spent(others, now())
    allowed = parts.limits_of(tenant).training_minutes
    if spent >= allowed:
        detail = f"trainings took {spent:.0f} of {allowed} minutes this month"
        return {"code": "training-budget-spent", "detail": detail}
    model = generation.manifest.model
    if model is None:
        return None
    name = _learned_name(model.digest, model.content_generation)
    if not parts.files.path(tenant, name).is_file():
        return None
    before = decode_learned(parts.files.read(tenant, name))
    share = changed_share(before, learned_from(documents))
    if share >= SMALLEST_CHANGE:
        return None
    detail = (
        f"{share:.1%} of the documents changed since the last training, {SMALLEST_CHANGE:.0%} must"
    )
    return {"code": "too-little-changed", "detail": detail}


def record_learned(
    parts: Parts,
    tenant: TenantId,
    digest: str,
    content_generation: int,
    documents: Sequence[TrainingDocument],
) -> None:
    """Write down which documents the model `digest` learned from, for the next training to see."""
    name = _learned_name(digest, content_generation)
    parts.files.write(tenant, name, encode_learned(learned_from(documents)))


def _learned_name(digest: str, content_generation: int) -> str:
    return f"{model_folder(digest)}/learned-{content_generation:010d}.json"
