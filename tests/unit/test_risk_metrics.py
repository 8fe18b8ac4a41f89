"""Every figure of the protocol against a number computed by hand."""

import math

import numpy as np
import pytest

from ml.intervals import Judging, paired_bootstrap
from ml.risk.model.features import weekly_decay
from ml.risk.model.kernels import shares
from ml.risk.model.level import weekly_level
from ml.risk.model.metrics import (
    any_probability,
    at_most,
    best_hits,
    dispersion_of,
    expected_hits,
    hit_curve,
    log_gain,
    pai,
    top_cell_count,
)
from ml.risk.model.pool import fit_weights
from ml.risk.record.reliability import Reliability

RULES = Judging(bootstrap_draws=2000, bootstrap_coverage=0.95, seed=1)


@pytest.mark.parametrize(
    ("score", "events", "top", "hits"),
    [
        pytest.param([3, 2, 1, 0], [5, 1, 1, 0], 1, 5, id="no_tie"),
        pytest.param([3, 2, 1, 0], [5, 1, 1, 0], 2, 6, id="two_cells"),
        pytest.param([1, 1, 1, 1], [4, 0, 0, 0], 1, 1, id="all_tied_catch_their_share"),
        pytest.param([9, 1, 1, 1], [2, 3, 0, 0], 2, 3, id="one_sure_cell_and_a_third_of_three_tied"),
        pytest.param([0, 0, 0, 7], [1, 1, 1, 0], 3, 2, id="zeros_tied_below_a_sure_miss"),
        pytest.param([2, 2, 1, 1], [1, 1, 1, 1], 4, 4, id="everything_flagged"),
    ],
)
def test_hits_with_ties_at_their_expectation(score, events, top, hits):
    score, events = np.array(score, dtype=float), np.array(events, dtype=float)
    assert expected_hits(score, events, top) == pytest.approx(hits)
    order = np.random.default_rng(0).permutation(len(score))
    assert expected_hits(score[order], events[order], top) == pytest.approx(hits)


def test_hit_curve_agrees_with_hits():
    generator = np.random.default_rng(6)
    score, events = generator.integers(0, 5, 200).astype(float), generator.poisson(0.4, 200).astype(float)
    given = (0.01, 0.05, 0.2, 0.5, 1.0)
    assert np.allclose(
        hit_curve(score, events, given), [expected_hits(score, events, top_cell_count(200, s)) for s in given]
    )


@pytest.mark.parametrize(
    ("cells", "share", "count"), [(10_060, 0.01, 101), (11_437, 0.05, 572), (20, 0.01, 1), (100, 1.0, 100)]
)
def test_top_cell_count(cells, share, count):
    assert top_cell_count(cells, share) == count


def test_pai_uses_the_area_really_flagged_and_pei_the_best_hits():
    assert pai(0.2, 5, 100) == pytest.approx(4.0)
    assert best_hits(np.array([0.0, 3, 1, 0, 2]), 2) == 5


@pytest.mark.parametrize(
    ("share", "events", "gain"),
    [
        pytest.param([0.25] * 4, [1, 2, 0, 0], 0.0, id="uniform_gains_nothing"),
        pytest.param([0.5, 0.25, 0.125, 0.125], [1, 0, 0, 0], math.log(2), id="twice_the_uniform"),
        pytest.param([0.5, 0.25, 0.125, 0.125], [1, 0, 0, 2], math.log(2) + 2 * math.log(0.5), id="a_miss_costs"),
    ],
)
def test_log_gain(share, events, gain):
    assert log_gain(np.array(share), np.array(events, dtype=float)) == pytest.approx(gain)


@pytest.mark.parametrize(
    ("days", "factor"), [(7, 0.5), (14, 0.5**0.5), (365, 0.5 ** (7 / 365)), (math.inf, 1.0)], ids=str
)
def test_weekly_decay(days, factor):
    assert weekly_decay(days) == pytest.approx(factor)


def test_weekly_level_weighs_the_latest_weeks_most():
    assert weekly_level(np.array([[8.0], [2.0]]), 7) == pytest.approx([(0.5 * 8 + 2) / 1.5])
    assert weekly_level(np.array([[4.0], [4.0], [4.0]]), 56) == pytest.approx([4.0])


def test_weeks_in_which_the_feeds_said_nothing_do_not_lower_the_level():
    back = np.array([[30.0, 2.0]] * 20 + [[0.0, 0.0]] * 78 + [[30.0, 0.0]] * 3)
    assert weekly_level(back, 56)[0] == pytest.approx(30)
    assert weekly_level(back, 56)[1] < 0.1


@pytest.mark.parametrize(
    ("mean", "dispersion", "probability"),
    [(0.0, 0.0, 0.0), (1.0, 0.0, 1 - math.exp(-1)), (1.0, 1.0, 0.5), (2.0, 0.5, 1 - (1 / 2) ** 2)],
)
def test_probability_of_any(mean, dispersion, probability):
    assert any_probability(np.array([mean]), dispersion) == pytest.approx([probability])


@pytest.mark.parametrize("dispersion", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("mean", [0.01, 0.7, 4.0, 25.0])
def test_at_most_n_nine_times_in_ten_and_not_at_most_one_less(mean, dispersion):
    generator = np.random.default_rng(8)
    rate = mean if dispersion == 0 else generator.gamma(1 / dispersion, mean * dispersion, 20_000)
    drawn = generator.poisson(rate, 20_000)
    (bound,) = at_most(np.array([mean]), dispersion, 0.9)
    assert bound.dtype == np.int32
    assert (drawn <= bound).mean() >= 0.89
    assert (drawn <= bound - 1).mean() < 0.91


@pytest.mark.parametrize("dispersion", [0.0, 0.8])
def test_the_bound_is_0_exactly_where_one_or_more_has_a_chance_of_a_tenth_at_most(dispersion):
    mean = np.geomspace(1e-4, 5, 2000)
    assert np.array_equal(at_most(mean, dispersion, 0.9) == 0, any_probability(mean, dispersion) <= 1 - 0.9)


def test_dispersion_is_found_again_and_never_negative():
    generator = np.random.default_rng(9)
    mean = np.full(200_000, 2.0)
    drawn = generator.poisson(generator.gamma(2, mean / 2))
    spread = float(((drawn - mean) ** 2 - mean).sum())
    assert dispersion_of(spread, float((mean**2).sum())) == pytest.approx(0.5, abs=0.03)
    assert dispersion_of(-3.0, 2.0) == 0.0
    assert dispersion_of(1.0, 0.0) == 0.0


def test_bootstrap_is_paired_by_week():
    generator = np.random.default_rng(10)
    events = np.full(60, 100.0)
    baseline = generator.normal(30, 10, 60)
    gain = paired_bootstrap(baseline + 1, baseline, events, RULES)
    assert gain.value == pytest.approx(0.01)
    assert gain.low == pytest.approx(0.01)
    same = paired_bootstrap(baseline, baseline, events, RULES)
    assert (same.value, same.z) == (0.0, 0.0)
    noise = paired_bootstrap(generator.normal(30, 10, 60), baseline, events, RULES)
    assert noise.low < 0 < noise.high


def judged(told: float, weeks: int = 40) -> Reliability:
    """Weeks of a city of 2,000 cells whose counts are Poisson, told at `told` times their true mean."""
    generator = np.random.default_rng(11)
    mean = generator.gamma(0.3, 2.0, (2, 2000))
    reliability = Reliability(2, 0.9, 200, seed=1)
    for _ in range(weeks):
        reliability.take(reliability.judge(told * mean, generator.poisson(mean).astype(np.float32)))
    return reliability


def test_calibration_by_decile():
    bins = judged(1.0).calibration()
    assert sum(b.count for b in bins) == 40 * 4000
    assert max(abs(b.count - 16_000) for b in bins) < 1600
    assert all(abs(b.observed - b.expected) < 4 * b.expected**0.5 + 1 for b in bins)
    assert [b.expected for b in bins] == sorted(b.expected for b in bins)
    assert all(b.observed / b.expected < 0.6 for b in judged(2.0).calibration()[-5:])


@pytest.mark.parametrize(
    ("told", "low", "high"),
    [(1.0, 0.89, 0.91), (0.7, 0.0, 0.87), (1.5, 0.93, 1.0)],
    ids=["right", "too-low", "too-high"],
)
def test_the_judge_of_the_method_tells_a_forecast_that_is_off(told, low, high):
    reliability = judged(told)
    assert low <= reliability.covered_count / reliability.covered_of <= high


def test_shares_sum_to_one_and_nothing_known_is_uniform():
    assert shares(np.array([[1.0, 3.0], [0.0, 0.0]], dtype=np.float32)).tolist() == [[0.25, 0.75], [0.5, 0.5]]


def test_weights_go_to_the_surface_that_knew():
    generator = np.random.default_rng(12)
    knew = generator.uniform(0.01, 0.02, (500, 1))
    shares_given = np.hstack([knew, np.full((500, 1), 0.001), np.zeros((500, 1))]).astype(np.float32)
    weights = fit_weights(shares_given, np.ones(500, dtype=np.float32), 200, 0.1)
    assert weights.sum() == pytest.approx(1.0)
    assert weights[0] > 0.98
    assert (weights > 0).all()


def test_weights_climb_the_log_score():
    generator = np.random.default_rng(13)
    given = generator.dirichlet(np.full(3, 0.5), 400).astype(np.float32) + 1e-6
    number = generator.integers(1, 4, 400).astype(np.float32)
    scores = [float(number @ np.log(given @ fit_weights(given, number, n, 0.0))) for n in (1, 5, 50, 500)]
    assert scores == sorted(scores)
    assert scores[-1] > float(number @ np.log(given @ np.full(3, 1 / 3)))
