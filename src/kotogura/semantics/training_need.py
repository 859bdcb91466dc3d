"""Whether a training is worth its price: what changed since the last, and what is left to spend."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from kotogura.semantics.training_pairs import TrainingDocument
from kotogura.semantics.trainings import TrainingRecord

SMALLEST_CHANGE = 0.05
"""The share of documents that must have changed before a scheduled training runs."""

Learned = Mapping[str, str]
"""What a model learned from: 16 digits of each document's SHA-256, by its id."""


def learned_from(documents: Iterable[TrainingDocument]) -> dict[str, str]:
    """Return what tells whether a document is still as it was."""
    return {
        document.document_id: hashlib.sha256(
            f"{document.title}\0{document.body}".encode("utf-8", "surrogatepass")
        ).hexdigest()[:16]
        for document in documents
    }


def encode_learned(learned: Learned) -> bytes:
    """Return its JSON, which `decode_learned` reads."""
    return json.dumps(learned, sort_keys=True, separators=(",", ":")).encode()


def decode_learned(data: bytes) -> dict[str, str]:
    """Read what `encode_learned` wrote; anything else is as good as nothing learned."""
    try:
        read = json.loads(data)
    except ValueError:
        return {}
    if not isinstance(read, dict):
        return {}
    return {str(name): str(digest) for name, digest in read.items()}


def changed_share(before: Learned, now: Learned) -> float:
    """Return which part of the documents was added, changed or removed: 0 to 1.

    >>> changed_share({"a": "1", "b": "1"}, {"a": "1", "b": "2", "c": "1", "d": "1"})
    0.75
    >>> changed_share({}, {})
    0.0
    """
    every = before.keys() | now.keys()
    changed = sum(before.get(name) != now.get(name) for name in every)
    return changed / len(every) if every else 0.0


def minutes_spent(records: Sequence[TrainingRecord], at: str) -> float:
    """Return how long the trainings that began in the month of `at` took, those that run included.

    Args:
        records: the tenant's trainings.
        at: ISO 8601 in UTC.
    """
    month = at[:7]
    return sum(
        training_minutes(record, at) for record in records if record.started_at.startswith(month)
    )


def training_minutes(record: TrainingRecord, at: str) -> float:
    """Return how long a training took, or has taken by `at` if it runs."""
    spent = datetime.fromisoformat(record.ended_at or at) - datetime.fromisoformat(
        record.started_at
    )
    return max(0.0, spent.total_seconds() / 60)
