"""What sort of run a seed gives, so that some are about what others never come across."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Character:
    """A run's circumstances.

    Attributes:
        paced: whether commits keep a pace.
        folds: whether commits merge what they bring.
        kept_generation_count: how many generations can be rolled back to, the newest included.
        cut_share: how often an execution ends between two steps.
        bad_share: how many of the written files can't be read.
        change_count: how often the tenant writes or removes a file.
        name_count: among how many files.
        rest_seconds: how long the tenant rests in between, at most.
        compactor_count, janitor_count, reindexer_count, reader_count: how many of them come.
        night_count: how often more time passes than the grace period is long.
        rollback_count: how often somebody brings an earlier generation back.
        release_count: how often another analyzer is released.
        lost_share: how many events are never delivered, not even in the end.
    """

    paced: bool
    folds: bool
    kept_generation_count: int
    cut_share: float
    bad_share: float
    change_count: int
    name_count: int
    rest_seconds: float
    compactor_count: int
    janitor_count: int
    reindexer_count: int
    reader_count: int
    night_count: int
    rollback_count: int
    release_count: int
    lost_share: float = 0.0  # not drawn: such runs are directed, and end with a reconciliation

    @classmethod
    def draw(cls, random: Random) -> "Character":
        """Return a character."""
        return cls(
            paced=random.random() < 0.7,
            folds=random.random() < 0.7,
            kept_generation_count=random.choice([2, 3, 4, 10]),
            cut_share=random.choice([0.0, 0.03, 0.3]),
            bad_share=random.choice([0.0, 0.0, 0.2]),
            change_count=random.randint(2, 7),
            name_count=random.choice([1, 2, 3, 3]),
            rest_seconds=random.choice([1.0, 10.0]),
            compactor_count=random.choice([0, 1, 2, 6]),
            janitor_count=random.choice([0, 1, 2, 4]),
            reindexer_count=random.choice([0, 0, 1, 2]),
            reader_count=random.choice([0, 1, 2, 4]),
            night_count=random.choice([0, 1, 2]),
            rollback_count=random.choice([0, 0, 0, 0, 1, 2]),
            release_count=int(random.random() < 0.1),
        )
