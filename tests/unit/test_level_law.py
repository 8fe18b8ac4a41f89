"""The law of a day's count and its scores, against figures of other software and against plain sums."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from ml.level.day_risk import reliability, standing
from ml.level.law import DISPERSIONS, above, crps, log_pmf, past_dispersion, quantile

# count, mean, dispersion, and what scoringrules 0.10 gives: crps_negbinom(count, 1/a, 1/(1 + a*m)).
SCORES = [
    pytest.param(0, 0.3, 0.5, 0.061703459262630794, id="rare"),
    pytest.param(3, 2.5, 1e-4, 0.4576663564279355, id="nearly Poisson"),
    pytest.param(7, 4.0, 0.2, 2.060251698408109, id="spread"),
    pytest.param(25, 18.0, 0.04, 4.60755418520244, id="a type of a city"),
    pytest.param(120, 100.0, 0.01, 13.242339093427702, id="a city"),
    pytest.param(1, 1.0, 1.3, 0.36082372133414087, id="very spread"),
]


def arrays(*values: float) -> list[np.ndarray]:
    return [np.array([value], dtype=float) for value in values]


@pytest.mark.parametrize(("count", "mean", "dispersion", "score"), SCORES)
def test_the_score_is_that_of_other_software(count: int, mean: float, dispersion: float, score: float) -> None:
    assert crps(*arrays(count, mean, dispersion))[0] == pytest.approx(score, rel=1e-7)
    assert crps(*arrays(count, mean * 1.1, dispersion))[0] != pytest.approx(score, rel=1e-3)


def test_the_score_of_many_is_that_of_each_and_of_none_is_nothing() -> None:
    rows = np.array([parameters.values[:3] for parameters in SCORES], dtype=float).T
    assert crps(*rows) == pytest.approx([crps(*arrays(*row))[0] for row in rows.T], abs=1e-9)
    assert crps(*(np.zeros(0),) * 3).shape == (0,)


def test_probabilities_bounds_and_tails_are_those_of_one_law() -> None:
    steps = np.arange(60.0)
    mass = np.exp(log_pmf(steps, np.full(60, 9.0), 0.1))
    assert mass.sum() == pytest.approx(1, abs=1e-6)
    assert mass @ steps == pytest.approx(9, abs=1e-3)
    assert mass @ (steps - 9) ** 2 == pytest.approx(9 + 0.1 * 81, abs=0.05)
    mean, spread = arrays(9.0, 0.1)
    (upper,) = quantile(0.9, mean, spread)
    assert above(np.array([upper]), mean, spread)[0] <= 0.1 < above(np.array([upper - 1]), mean, spread)[0]
    assert stats.poisson(9).sf(12) == pytest.approx(above(np.array([12.0]), mean, DISPERSIONS[:1])[0], abs=1e-3)


@pytest.mark.parametrize("true", [DISPERSIONS[0], 0.06, 0.5])
def test_how_far_days_scatter_is_learnt_from_earlier_weeks_alone(true: float) -> None:
    draw, weeks = np.random.default_rng(3), 150
    size = 1 / true
    mean = draw.uniform(5, 30, (weeks, 7))
    counts = draw.negative_binomial(size, size / (size + mean)).astype(float)
    found, _ = past_dispersion(counts, mean, np.ones((weeks, 7), dtype=bool), 104)
    place = int(np.searchsorted(DISPERSIONS, true))
    assert abs(int(np.searchsorted(DISPERSIONS, found[-1])) - place) <= (3 if place == 0 else 1)
    counts[100:] = 0
    again, _ = past_dispersion(counts, mean, np.ones((weeks, 7), dtype=bool), 104)
    assert again[:101].tolist() == found[:101].tolist()
    assert again[-1] != found[-1]


@pytest.mark.parametrize(
    ("p_above", "risk"), [(0.0, 1), (0.005, 1), (0.055, 6), (0.0999, 10), (0.5, 10)], ids=lambda value: str(value)
)
def test_a_risk_is_the_tenth_in_which_a_probability_stands(p_above: float, risk: int) -> None:
    among = (np.arange(100) + 0.5) / 1000
    assert standing(np.array([p_above]), among).tolist() == [risk]


def test_days_that_are_all_alike_stand_in_the_middle() -> None:
    assert standing(np.array([0.1]), np.full(364, 0.1)).tolist() == [6]


def test_reliability_compares_what_was_said_with_what_happened() -> None:
    said = np.repeat([0.0, 0.5, 1.0], [70, 20, 10])
    happened = np.tile([True, False], 50)
    tenths = reliability(said, happened)
    assert [tenth.day_count for tenth in tenths] == [10] * 10
    assert [tenth.mean_p for tenth in tenths] == [0] * 7 + [0.5] * 2 + [1]
    assert {tenth.observed_rate for tenth in tenths} == {0.5}
    assert all(a.mean_p <= b.mean_p for a, b in pairwise(tenths))
