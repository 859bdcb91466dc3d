"""How a fine-tuning went, in as few points as a chart can show."""

import pytest

pytestmark = pytest.mark.model  # training_figures imports torch


def _course(losses: list[float], looks: list[tuple[int, float]]) -> list:
    from kotogura.semantics.finetuning import FineTuningReport  # noqa: PLC0415  imports torch
    from kotogura.semantics.training_figures import course_of  # noqa: PLC0415

    steps = len(losses)
    report = FineTuningReport(
        steps, steps, 1.0, tuple(losses), stopped_early=False, looks=tuple(looks)
    )
    return [(point.step, point.loss, point.score) for point in course_of(report, limit=5)]


def test_a_short_training_has_a_point_for_each_step():
    assert _course([3.0, 2.0, 1.0], []) == [(1, 3.0, None), (2, 2.0, None), (3, 1.0, None)]


def test_a_long_one_has_the_mean_loss_between_its_points_and_scores_where_they_were_measured():
    losses = [float(step) for step in range(100, 0, -1)]
    assert _course(losses, [(33, 0.41234), (100, 0.5)]) == [
        (33, 84.0, 0.4123),
        (66, 51.0, None),
        (100, 17.5, 0.5),
    ]


def test_its_points_end_with_the_last_step_and_never_grow_beyond_the_limit():
    for steps in (1, 2, 5, 6, 7, 1_000):
        looks = [(step, 0.5) for step in sorted({max(1, steps // 3), steps})]
        course = _course([1.0] * steps, looks)
        assert course[-1][0] == steps
        assert len(course) <= 5
