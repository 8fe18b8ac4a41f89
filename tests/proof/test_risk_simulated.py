"""The forecast on a city whose true intensity is known: calibrated, covered, and ranked nearly as the truth would."""

import numpy as np
import pytest
from city_cube import city_cube

from calanque.twin.city import City
from calanque.twin.city_config import CityConfig, Contagion, IncidentType
from ml.risk.config import risk_config
from ml.risk.model.method import CHALLENGER
from ml.risk.record import rolling

WEEKS = 52
TYPES = (
    IncidentType(name="burglary", weekly_total=60.0, over_dispersion=0.5),
    IncidentType(
        name="theft", weekly_total=150.0, contagion=Contagion(branching_ratio=0.3, decay_days=7, distance_m=150)
    ),
)


@pytest.fixture(scope="module")
def judged():
    """A year of forecasts, with the shares given to each cell."""
    city = City(CityConfig(weeks=234, types=TYPES))
    cube = city_cube(city, city.run(1).incidents)
    given: list[np.ndarray] = []
    judge = rolling._judge_method

    def watch(rolled, name, counts, shares, level):
        if name == CHALLENGER:
            given.append(shares)
        return judge(rolled, name, counts, shares, level)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rolling, "_judge_method", watch)
        return city, rolling.roll(cube, risk_config(), WEEKS), given


def test_every_decile_holds_what_was_expected_within_a_tenth(judged):
    _, rolled, _ = judged
    ratios = [part.observed / part.expected for part in rolled.shown[CHALLENGER].reliability.calibration()]
    assert len(ratios) == 10
    assert all(abs(ratio - 1) <= 0.1 for ratio in ratios), ratios


def test_nine_in_ten_counts_stay_below_the_bound(judged):
    _, rolled, _ = judged
    reliability = rolled.shown[CHALLENGER].reliability
    assert reliability.covered_of > 10_000
    assert 0.88 <= reliability.covered_count / reliability.covered_of <= 0.92


def test_the_ranking_is_within_two_points_of_the_true_intensity(judged):
    """Expected hits at 5 % of the area under the true intensity, by our ranking and by its own."""
    city, rolled, given = judged
    top, ours, best, total = rolled.top_counts[-1], 0.0, 0.0, 0.0
    for week, shares in enumerate(given, start=rolled.first_week):
        for told, truth in zip(shares, city.intensity(week), strict=True):
            ours += truth[np.argsort(-told)[:top]].sum()
            best += np.sort(truth)[-top:].sum()
            total += truth.sum()
    assert 0 <= (best - ours) / total < 0.02
    # An even ranking would catch 5 %: the bar means something.
    assert best / total > 0.3
