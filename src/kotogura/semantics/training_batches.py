"""Which pairs compete in one batch: batches of neighbours, so that a wrong passage is a near miss.

In a batch every passage is a wrong answer to all other queries. Drawn by chance they are easily
told apart and teach little. Here a batch is made of groups of pairs whose words are alike: hard
negatives that cost no further passage to embed.
"""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kotogura.semantics.training_pairs import TrainingPair

GROUP_SIZE = 4
_WIDTH = 2_048


def plan_batches(
    pairs: Sequence[TrainingPair],
    *,
    batch_size: int,
    epochs: int,
    seed: int,
    group_size: int = GROUP_SIZE,
) -> list[list[int]]:
    """Return the batches of all epochs as positions in `pairs`.

    Each epoch has every pair once, in an order of its own. A batch holds no query, passage or
    document twice as long as others are left; where that can't be, it is smaller. A batch of one
    pair teaches nothing and is left out. The same arguments give the same batches.

    Args:
        pairs: what to train on.
        batch_size: pairs to a batch, at least 2.
        epochs: how often each pair is seen.
        seed: of the order.
        group_size: how many of a batch are neighbours of each other; 1 draws by chance alone.
    """
    words = _words(pairs) if group_size > 1 else None
    batches: list[list[int]] = []
    for epoch in range(epochs):
        order = np.random.default_rng([seed, epoch]).permutation(len(pairs))
        batches += _fill(pairs, _in_groups(order, words, group_size), batch_size)
    return [batch for batch in batches if len(batch) > 1]


def _in_groups(
    order: NDArray[np.int64], words: NDArray[np.float32] | None, group_size: int
) -> list[int]:
    """Return `order` with each pair followed by those of the rest that are most like it."""
    if words is None:
        return [int(index) for index in order]
    free = np.ones(len(order), dtype=bool)
    grouped: list[int] = []
    for index in order:
        if not free[index]:
            continue
        free[index] = False
        grouped.append(int(index))
        likeness = np.where(free, words @ words[index], -1.0)
        nearest = np.argsort(-likeness, kind="stable")[: group_size - 1]
        nearest = nearest[free[nearest]]
        free[nearest] = False
        grouped += [int(near) for near in nearest]
    return grouped


def _fill(pairs: Sequence[TrainingPair], order: Sequence[int], size: int) -> list[list[int]]:
    """Put each pair into the earliest open batch that has neither its texts nor its document."""
    done: list[list[int]] = []
    open_batches: list[tuple[list[int], set[tuple[str, str]]]] = []
    for index in order:
        pair = pairs[index]
        marks = {("q", pair.query), ("p", pair.passage), ("d", pair.document_id)}
        place = next((entry for entry in open_batches if not entry[1] & marks), None)
        if place is None:
            place = ([], set())
            open_batches.append(place)
        place[0].append(index)
        place[1].update(marks)
        if len(place[0]) == size:
            done.append(place[0])
            open_batches.remove(place)
    return done + [batch for batch, _ in open_batches]


def _words(pairs: Sequence[TrainingPair]) -> NDArray[np.float32]:
    """Return what each passage is about, as rows of length 1: its pairs of characters, hashed.

    Rare pairs of characters count more (by the logarithm of the inverse document frequency).
    """
    counts = np.zeros((len(pairs), _WIDTH), dtype=np.float32)
    for row, pair in zip(counts, pairs, strict=True):
        text = f"{pair.query}\n{pair.passage}"
        for start in range(len(text) - 1):
            row[zlib.crc32(text[start : start + 2].encode("utf-8", "replace")) % _WIDTH] += 1
    frequencies = (counts > 0).sum(axis=0)
    rows = np.log1p(counts) * np.log((1 + len(pairs)) / (1 + frequencies)).astype(np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[np.float32] = rows / np.where(lengths > 0, lengths, 1)
    return unit
