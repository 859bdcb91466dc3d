"""How to train: the settings of a fine-tuning, and which ones suit a corpus.

The scale of 50 is what helped on Japanese manuals; the library's default of 20 makes an E5 model
worse. The learning rate was chosen on documents that judge no model. `docs/fine-tuning.md` tells
what was tried.
"""

import math
from dataclasses import dataclass, replace

from kotogura.semantics.training_batches import GROUP_SIZE

# A small corpus is seen more than once, until there were about this many steps.
_ENOUGH_STEPS = 12
_MOST_EPOCHS = 2


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train.

    Attributes:
        epochs: how often each pair is seen.
        batch_size: pairs that compete with each other.
        learning_rate: at its peak, after a warm-up of a tenth of the steps; falls to zero.
        scale: what cosines are multiplied with before the softmax.
        group_size: how many of a batch are neighbours of each other; see `training_batches`.
        trained_tokens: longer texts are cut here.
        both_ways: passages must find their queries too.
        half_precision: multiply matrices in bfloat16 where the processor can; weights and their
            changes stay float32.
    """

    epochs: int = 1
    batch_size: int = 32
    learning_rate: float = 4e-5
    scale: float = 50.0
    group_size: int = GROUP_SIZE
    trained_tokens: int = 64
    both_ways: bool = False
    half_precision: bool = True


DEFAULT_RECIPE = Recipe()


def suited_recipe(pair_count: int) -> Recipe:
    """Return the recipe for that many pairs: a small corpus is seen twice.

    >>> suited_recipe(64).epochs, suited_recipe(10_000).epochs
    (2, 1)
    """
    steps = math.ceil(pair_count / DEFAULT_RECIPE.batch_size)
    return replace(DEFAULT_RECIPE, epochs=max(1, min(_MOST_EPOCHS, _ENOUGH_STEPS // steps)))
