"""What text becomes, what it takes to train on it, and what a function's time is called."""

from kotogura.cost import consumption as used
from kotogura.cost.inventory import Inventory
from kotogura.cost.workload import Workload


def index_gb(workload: Workload) -> float:
    """Return the size of all tenants' segments without vectors, in the newest generation."""
    return workload.text_gb * used.INDEX_PER_TEXT


def vectors_gb(text_gb: float) -> float:
    """Return the size of the vectors of that much text."""
    return text_gb * 1000 * used.PASSAGES_PER_MB * used.VECTOR_BYTES / 1e9


def training_hours(megabytes: float, vcpus: float) -> float:
    """Return how long one training of a tenant takes, its container's start included."""
    passages = megabytes * used.PASSAGES_PER_MB
    pairs = min(used.PAIRS_A_TRAINING, passages)
    core_seconds = (
        pairs / used.PAIRS_PER_SECOND
        + used.MEASURING_CORE_SECONDS
        + passages / used.PASSAGES_PER_SECOND
    )
    return (core_seconds / vcpus + used.TRAINER_START_SECONDS) / 3600


def duration_price(inventory: Inventory) -> str:
    """Return the name of the price of the functions' time."""
    architectures = inventory.named("SearchFunction").value("Architectures", ["x86_64"])
    return "lambda.gb-second-arm" if "arm64" in architectures else "lambda.gb-second"
