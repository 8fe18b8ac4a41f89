"""Near-repeat over many lives: silent where none is planted, found where it is, of the planted size."""

from datetime import timedelta

import numpy as np
import pytest
from contagious_city import CONFIG, NEAR, band_of, changed, city, incidents_of
from scipy import stats

from calanque.twin.city import City
from calanque.twin.city_config import Contagion, HotSpots
from ml.near_repeat.alert import alert_layer
from ml.near_repeat.knox import knox_test

SEEDS = range(10)
SILENT = {
    "plain": city(),
    "strong-season": city(season_amplitude=0.9),
    "few-hot-spots": city(hot_spots=HotSpots(count=5, share=0.8, width_m=150)),
    "residents-only": City(city(contagion=NEAR).config.null_data()),
}


@pytest.mark.parametrize("name", SILENT)
def test_silent_when_no_contagion_is_planted(name) -> None:
    reports = [knox_test(SILENT[name].grid, "burglary", incidents_of(SILENT[name], seed)) for seed in SEEDS]
    assert min(band_of(report, 400, 14).observed for report in reports) > 20
    # Each test may be wrong once in 1 / significance: so many in a thousand sets of seeds would be more.
    allowed = stats.binom.ppf(0.999, len(SEEDS), CONFIG.knox.significance)
    assert sum(any(band.is_significant for band in report.bands) for report in reports) <= allowed
    p_values = [band_of(report, 400, 7).p_value for report in reports]
    assert stats.kstest(p_values, "uniform").pvalue > 0.001


@pytest.mark.parametrize(
    ("kind", "is_found"),
    [
        pytest.param({"contagion": NEAR}, True, id="planted"),
        pytest.param({"contagion": NEAR, "season_amplitude": 0.9}, True, id="planted-under-a-season"),
        pytest.param({"contagion": NEAR.model_copy(update={"distance_m": 3000})}, False, id="planted-far-away"),
    ],
)
def test_found_when_planted_close(kind, is_found) -> None:
    town = city(**kind)
    reports = [knox_test(town.grid, "burglary", incidents_of(town, seed)) for seed in SEEDS]
    assert sum(report.is_found for report in reports) >= 9 if is_found else sum(r.is_found for r in reports) <= 2


@pytest.mark.parametrize("branching", [0.1, 0.3])
def test_the_planted_size_is_recovered(branching) -> None:
    """Over bands that hold whole clusters, the excess pairs an incident are those of the branching process."""
    config = changed(distance_edges_m=(100, 200, 400), last_days=(7, 40))
    excess = []
    for seed in SEEDS:
        near = Contagion(branching_ratio=branching, decay_days=4, distance_m=60)
        town = city(contagion=near)
        report = knox_test(town.grid, "burglary", incidents_of(town, seed), config)
        excess.append(sum(band.observed - band.expected for band in report.bands) / report.event_count)
    pairs = ((1 - branching) ** -2 - 1) / 2
    assert np.mean(excess) == pytest.approx(pairs, rel=0.2)


def test_the_alert_says_about_the_true_excess() -> None:
    """Week after week, against what the city knows: the size within a third, and at the right cells."""
    planted = city(contagion=NEAR)
    incidents = incidents_of(planted, 1)
    said, true, agreement = 0.0, 0.0, []
    for week in range(70, 104, 3):
        first_day = planted.config.first_day + timedelta(weeks=week)
        past = incidents[incidents["week"] < week]
        layer = alert_layer(knox_test(planted.grid, "burglary", past), planted.grid, past, first_day)
        assert not layer.cells.empty
        excess = np.zeros(planted.grid.count)
        excess[layer.cells["cell_index"]] = layer.cells["expected_excess_7d"]
        truth = planted.intensity(week, past)[0] - planted.intensity(week, past.iloc[:0])[0]
        said, true = said + excess.sum(), true + truth.sum()
        agreement.append(np.corrcoef(excess, truth)[0, 1])
    assert said == pytest.approx(true, rel=0.33)
    assert np.mean(agreement) > 0.7
