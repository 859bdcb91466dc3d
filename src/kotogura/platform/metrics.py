"""Every metric that the code emits, into the namespace `Kotogura`.

Each has the dimensions `service` and `stage`; a distinct pair costs 0.30 USD a month while anything
emits it. So what AWS counts for nothing (calls, errors and their durations, by function) is not
counted again, and what only tells one from another (a tenant, a failure's code, a cold start) is a
field of the log line. `docs/metrics.md` describes the same list, which a test holds.
"""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """CloudWatch's units, those that are used."""

    COUNT = "Count"
    MILLISECONDS = "Milliseconds"
    SECONDS = "Seconds"
    NONE = "None"


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        name: as CloudWatch shows it.
        unit: of its values.
        services: what emits it: values of the dimension `service`.
        dimensions: what it has beside `service` and `stage`.
        fields: what stands beside it in the log line.
    """

    name: str
    unit: Unit
    services: tuple[str, ...]
    dimensions: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


STEPS = ("ingest", "tokenize", "commit", "compact", "reindex", "upkeep", "usage", "reconcile")
APIS = ("search", "manage")

SEARCH_DURATION = Metric(
    "SearchDuration", Unit.MILLISECONDS, ("search",), ("mode",), ("tenant", "cold_start")
)
REQUEST_FAILURES = Metric("RequestFailures", Unit.COUNT, APIS, fields=("code",))
STEP_FAILURES = Metric("StepFailures", Unit.COUNT, STEPS, fields=("code",))
QUARANTINED = Metric("Quarantined", Unit.COUNT, ("ingest",), fields=("code", "tenant"))
INGEST_LAG = Metric("IngestLag", Unit.MILLISECONDS, ("commit",), fields=("tenant",))
GENERATIONS = Metric("Generations", Unit.COUNT, ("commit",), fields=("tenant",))
RECONCILED = Metric("ReconciledDocuments", Unit.COUNT, ("reconcile",), fields=("tenant",))
TRAINING_DURATION = Metric(
    "TrainingDuration", Unit.SECONDS, ("trainer",), fields=("state", "tenant")
)
TRAINING_SCORE = Metric("TrainingScore", Unit.NONE, ("trainer",), fields=("state", "tenant"))
TRAINING_GAIN = Metric("TrainingGain", Unit.NONE, ("trainer",), fields=("state", "tenant"))

METRICS = (
    SEARCH_DURATION,
    REQUEST_FAILURES,
    STEP_FAILURES,
    QUARANTINED,
    INGEST_LAG,
    GENERATIONS,
    RECONCILED,
    TRAINING_DURATION,
    TRAINING_SCORE,
    TRAINING_GAIN,
)
