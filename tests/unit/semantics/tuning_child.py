"""A fine-tuning in a process of its own, which asks before it goes on; for test_resumption."""

import sys
from pathlib import Path

from kotogura.errors import TrainingInterrupted
from kotogura.platform.interruption import EXIT_CODE, Interruption
from kotogura.semantics.checkpoints import Resumption
from kotogura.semantics.finetuning import fine_tune
from kotogura.semantics.recipes import Recipe
from kotogura.semantics.training_pairs import TrainingPair
from kotogura.semantics.tuning import Step

TOPICS = "会議室予約休暇"
PAIRS = [
    TrainingPair(one + other, other + one + one, one + other) for one in TOPICS for other in TOPICS
]
RECIPE = Recipe(batch_size=8, epochs=2, learning_rate=1e-3)
SEED = 5


def tune(base: Path, output: Path, **options) -> object:
    """Fine-tune as this process does."""
    return fine_tune(
        base,
        PAIRS[:-8],
        output,
        recipe=RECIPE,
        seed=SEED,
        threads=1,
        watched=PAIRS[-8:],
        **options,
    )


def main() -> int:
    """Tune `base` into `output`; after each step tell its number and wait for a line."""
    base, output, checkpoints, every_s = sys.argv[1:]
    interruption = Interruption()
    interruption.listen()

    def ask(step: Step) -> None:
        sys.stdout.write(f"{step.number}\n")
        sys.stdout.flush()
        sys.stdin.readline()

    resumption = Resumption(Path(checkpoints), float(every_s), interruption.asked)
    try:
        tune(Path(base), Path(output), resumption=resumption, on_progress=ask)
    except TrainingInterrupted:
        return EXIT_CODE
    return 0


if __name__ == "__main__":
    sys.exit(main())
