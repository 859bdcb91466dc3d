"""Batches: every pair once an epoch, no text twice in one, and neighbours together."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from kotogura.semantics.training_batches import plan_batches
from kotogura.semantics.training_pairs import TrainingPair

TEXTS = st.text(alphabet="休暇申請経費", min_size=1, max_size=4)
PAIRS = st.lists(st.builds(TrainingPair, TEXTS, TEXTS, TEXTS), max_size=30)


@given(PAIRS, st.integers(2, 8), st.integers(1, 3), st.integers(0, 3), st.integers(1, 5))
def test_a_plan_repeats_no_text_within_a_batch_and_no_pair_within_an_epoch(
    pairs: list[TrainingPair], size: int, epochs: int, seed: int, group_size: int
):
    batches = plan_batches(pairs, batch_size=size, epochs=epochs, seed=seed, group_size=group_size)
    assert batches == plan_batches(
        pairs, batch_size=size, epochs=epochs, seed=seed, group_size=group_size
    )
    for batch in batches:
        assert 2 <= len(batch) <= size
        for part in ("query", "passage", "document_id"):
            values = [getattr(pairs[index], part) for index in batch]
            assert len(set(values)) == len(values)
    seen = Counter(index for batch in batches for index in batch)
    assert all(count <= epochs for count in seen.values())


def test_unlike_pairs_are_all_used_and_orders_differ_between_epochs_and_seeds():
    pairs = [TrainingPair(f"問{n}", f"答え{n}", str(n)) for n in range(64)]
    batches = plan_batches(pairs, batch_size=8, epochs=2, seed=1)
    assert len(batches) == 16
    for half in (batches[:8], batches[8:]):
        assert sorted(index for batch in half for index in batch) == list(range(64))
    assert batches[:8] != batches[8:]
    assert batches != plan_batches(pairs, batch_size=8, epochs=2, seed=2)


def test_neighbours_by_words_share_a_batch():
    subjects = ["休暇の申請と承認", "経費の精算と領収書", "会議室の予約と取消", "防災の訓練と備蓄"]
    pairs = [
        TrainingPair(f"{subject}{n}", f"{subject}について、その{n}。", f"{subject}{n}")
        for n in range(4)
        for subject in subjects
    ]
    for batch in plan_batches(pairs, batch_size=4, epochs=1, seed=0, group_size=4):
        assert len({pairs[index].query[:3] for index in batch}) == 1
    by_chance = plan_batches(pairs, batch_size=4, epochs=1, seed=0, group_size=1)
    assert any(len({pairs[index].query[:3] for index in batch}) > 1 for batch in by_chance)
