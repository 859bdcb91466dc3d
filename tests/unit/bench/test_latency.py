import itertools
import math

from bench.latency import percentile, spread_sample, time_each


def test_the_median_of_an_even_count_is_a_value_that_was_measured():
    assert percentile([3.0, 1.0, 2.0, 10.0], 0.5) == 2.0


def test_the_99th_percentile_of_300_leaves_three_above():
    assert percentile([float(value) for value in range(300)], 0.99) == 296.0


def test_the_extremes_are_the_least_and_the_greatest():
    assert percentile([2.0, 1.0, 3.0], 0.0) == 1.0
    assert percentile([2.0, 1.0, 3.0], 1.0) == 3.0


def test_nothing_has_no_percentile():
    assert math.isnan(percentile([], 0.5))


def test_a_sample_is_spread_evenly_and_always_the_same():
    sample = spread_sample(4442)
    assert len(set(sample)) == 300
    assert sample == spread_sample(4442)
    ordered = sorted(sample)
    assert {after - before for before, after in itertools.pairwise(ordered)} == {14, 15}


def test_a_sample_of_fewer_questions_is_all_of_them():
    assert sorted(spread_sample(5)) == [0, 1, 2, 3, 4]


def test_every_input_is_timed_once_in_its_order():
    asked: list[int] = []
    times = time_each([3, 1, 2], asked.append)
    assert asked == [3, 1, 2]
    assert len(times) == 3
    assert all(time >= 0 for time in times)
