"""The simulated city: what it draws is what it says, and what is seen of it is not all."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from city_cube import city_cube
from pydantic import ValidationError

from calanque.errors import CalanqueError
from calanque.places.grid import project
from calanque.twin.city import INCIDENT_COLUMNS, RECORD_COLUMNS, City
from calanque.twin.city_config import CityConfig, Contagion, Deprivation, HotSpots, IncidentType
from calanque.twin.city_surfaces import spread_map, spread_points

NEAR = Contagion(branching_ratio=0.5, decay_days=5, distance_m=200)


def small(weeks=40, **changes) -> CityConfig:
    kind = {"weekly_total": 400, "hot_spots": HotSpots(count=8), **changes.pop("kind", {})}
    types = (IncidentType(name="theft", **kind), IncidentType(name="assault", weekly_total=60))
    return CityConfig(**{"rows": 20, "cols": 24, "weeks": weeks, "types": types, **changes})


def even(city) -> np.ndarray:
    return np.full(city.grid.count, 1 / city.grid.count)


def z_of(observed, expected) -> np.ndarray:
    return (np.asarray(observed) - expected) / np.sqrt(expected)


@pytest.fixture(scope="module")
def city() -> City:
    return City(small())


@pytest.fixture(scope="module")
def contagious() -> City:
    return City(small(kind={"contagion": NEAR}))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"weeks": 0}, id="no-week"),
        pytest.param({"wekks": 10}, id="typo"),
        pytest.param({"first_day": date(2022, 1, 4)}, id="not-a-monday"),
        pytest.param({"discovery_rate": 1.5}, id="not-a-probability"),
        pytest.param({"types": ()}, id="no-type"),
        pytest.param({"types": (IncidentType(name="a", weekly_total=1),) * 2}, id="type-twice"),
        pytest.param({"deprivation": {"reporting_rates": (1, 1, 1, 1, 1.1)}}, id="reporting-above-one"),
        pytest.param({"kind": {"hot_spots": {"count": 0, "share": 0.5}}}, id="share-of-no-spot"),
        pytest.param({"kind": {"slot_weights": (0, 0, 0, 0)}}, id="no-hour"),
        pytest.param({"kind": {"contagion": {**NEAR.model_dump(), "branching_ratio": 1}}}, id="explodes"),
    ],
)
def test_a_wrong_city_is_refused(change) -> None:
    with pytest.raises(ValidationError):
        small(**change)


def test_frames_have_their_columns_and_agree_with_the_grid(city) -> None:
    run = city.run(3)
    assert tuple(run.incidents.columns) == INCIDENT_COLUMNS
    frame = city.simulate(3)
    assert tuple(frame.columns) == RECORD_COLUMNS
    assert str(frame["occurred_at"].dt.tz) == "UTC"
    assert frame["occurred_at"].is_monotonic_increasing
    degrees = project(2154, frame["lon"].to_numpy(), frame["lat"].to_numpy())
    np.testing.assert_allclose(degrees, (frame["x"], frame["y"]), atol=0.01)
    assert (city.grid.cell_index(frame["x"].to_numpy(), frame["y"].to_numpy()) == frame["cell_index"]).all()
    week = (frame["occurred_at"] - pd.Timestamp(city.config.first_day, tz="UTC")).dt.days // 7
    assert (week == frame["week"]).all()
    assert set(frame["origin"]) == {"reported", "enforced"}
    assert ((frame["origin"] == "reported") == frame["is_reported"]).all()


def test_same_seed_same_life_and_another_seed_another(city) -> None:
    pd.testing.assert_frame_equal(city.simulate(5), City(small()).simulate(5))
    assert not city.simulate(5).equals(city.simulate(6))
    assert (City(small()).population == city.population).all()
    assert not (City(small(layout_seed=14)).population == city.population).all()


def test_classes_hold_as_many_cells_and_rates_follow_them(city) -> None:
    assert np.bincount(city.deprivation_class)[1:].tolist() == [96] * 5
    for number, rate in enumerate(city.config.deprivation.reporting_rates, start=1):
        assert set(city.reporting_rate[city.deprivation_class == number]) == {rate}
    # Smooth: neighbours are mostly of one class.
    square = city.deprivation_class.reshape(city.grid.mask.shape)
    assert (np.abs(np.diff(square, axis=1)) <= 1).mean() > 0.9


LIVES = {
    "plain": small(),
    "season": small(kind={"season_amplitude": 0.8}),
    "even-in-place": small(uniform_over_population=True),
    "contagion": small(kind={"contagion": NEAR}),
    "no-burn-in": small(weeks=8, burn_in_weeks=0, kind={"contagion": NEAR}),
    "wide-contagion": small(kind={"contagion": Contagion(branching_ratio=0.6, decay_days=20, distance_m=900)}),
}


@pytest.mark.parametrize("name", LIVES)
def test_what_happens_is_what_the_intensity_says(name) -> None:
    city = City(LIVES[name])
    expected = np.stack([city.slot_intensity(week) for week in range(city.config.weeks)])
    lives = [city.run(seed).incidents for seed in range(12)]
    theft = pd.concat(lives)[lambda frame: frame["type"] == city.types[1]]
    assert city.types[1] == "theft"
    mean = expected[:, 1] * len(lives)
    # Clusters widen the counts by up to 1 / (1 - branching) on the standard deviation.
    contagion = city.sources[1].kind.contagion
    bound = 4.5 / (1 - contagion.branching_ratio if contagion else 1)
    slot = theft["occurred_at"].dt.dayofweek * 4 + theft["occurred_at"].dt.hour // 6
    assert np.abs(z_of(np.bincount(theft["week"], minlength=len(mean)), mean.sum((1, 2)))).max() < bound
    assert np.abs(z_of(np.bincount(slot, minlength=28), mean.sum((0, 2)))).max() < bound
    by_cell = np.bincount(theft["cell_index"], minlength=city.grid.count)
    spread = z_of(by_cell, mean.sum((0, 1)))
    assert 0.8 < spread.std() < 1.15 * bound / 4.5
    assert abs(z_of(by_cell.sum(), mean.sum())) < bound


def test_a_wrong_intensity_is_noticed(city, contagious) -> None:
    by_cell = np.bincount(city.run(1).incidents["cell_index"], minlength=city.grid.count)
    shuffled = np.random.default_rng(1).permutation(sum(city.intensity(week).sum(0) for week in range(40)))
    assert z_of(by_cell, shuffled).std() > 2
    assert contagious.intensity(30)[1].sum() != pytest.approx(
        contagious.intensity(30, city.run(1).incidents.iloc[:0])[1].sum(), rel=0.1
    )


def test_the_weekly_total_holds_over_a_year_with_contagion() -> None:
    city = City(small(weeks=52, rows=60, cols=60, kind={"contagion": NEAR}))
    total = np.mean([city.intensity(week)[1].sum() for week in range(52)])
    assert total == pytest.approx(400, rel=0.02)


def test_given_the_past_the_count_is_better_known(contagious) -> None:
    """The past explains part of the counts: unbiased, and a better log score than the mean over all pasts."""
    gains, residuals = [], []
    for seed in range(3):
        incidents = contagious.run(seed).incidents
        cube = city_cube(contagious, incidents)
        for week in range(6, 40, 3):
            happened = cube.week(week)[1]
            known, mean = contagious.intensity(week, incidents)[1], contagious.intensity(week)[1]
            gains.append(np.sum(happened * np.log(known / mean)) - (known - mean).sum())
            residuals.append((happened.sum() - known.sum()) / np.sqrt(known.sum()))
    assert np.mean(gains) > 4 * np.std(gains) / np.sqrt(len(gains))
    # Incidents of the week set others off within it, so residuals are wider than Poisson ones.
    assert abs(np.mean(residuals)) < 4 * 1.5 / np.sqrt(len(residuals))


def test_the_future_is_not_read(contagious) -> None:
    incidents = contagious.run(1).incidents
    before = incidents[incidents["week"] < 20]
    np.testing.assert_array_equal(contagious.intensity(20, incidents), contagious.intensity(20, before))
    assert not np.array_equal(contagious.intensity(21, incidents), contagious.intensity(21, before))


@pytest.mark.parametrize("dispersion", [0.0, 2.0])
def test_over_dispersion_widens_the_cells_weeks(dispersion) -> None:
    city = City(small(kind={"over_dispersion": dispersion}))
    cube = city_cube(city, city.run(2).incidents)
    mean = np.stack([city.intensity(week)[1] for week in range(40)])
    counts = np.stack([cube.week(week)[1] for week in range(40)])
    estimate = ((counts - mean) ** 2 - mean).sum() / (mean**2).sum()
    assert estimate == pytest.approx(dispersion, abs=0.05 + 0.2 * dispersion)


def test_null_data_follow_residents_only() -> None:
    config = small(kind={"contagion": NEAR, "over_dispersion": 1.0}, uniform_over_population=False)
    null, city = City(config.null_data()), City(config)
    share = null.population / null.population.sum()
    for by_cell in null.intensity(3):
        np.testing.assert_allclose(by_cell / by_cell.sum(), share)
    theft = city.intensity(3)[1]
    assert np.abs(theft / theft.sum() - share).sum() > 0.3
    assert len(set(null.reporting_rate)) == 1
    assert (null.population == city.population).all()
    assert city_cube(null, null.simulate(1)).types == null.types


def test_reports_come_at_the_rate_of_the_class() -> None:
    city = City(small(deprivation=Deprivation(reporting_rates=(0.9, 0.7, 0.5, 0.3, 0.1))))
    run = city.run(1)
    number = city.deprivation_class[run.incidents["cell_index"]]
    for index, rate in enumerate((0.9, 0.7, 0.5, 0.3, 0.1), start=1):
        seen = run.is_reported[number == index]
        assert abs(seen.mean() - rate) < 4 * np.sqrt(rate * (1 - rate) / len(seen))


def test_patrols_find_in_proportion_to_where_they_go() -> None:
    city = City(small(discovery_rate=0.2, deprivation=Deprivation(reporting_rates=(0.4,) * 5)))
    run, share = city.run(4), even(city)
    share[: city.grid.count // 2] *= 1.6
    share[city.grid.count // 2 :] *= 0.4
    hidden = run.incidents[~run.is_reported]
    found = pd.concat([run.observe(week, share) for week in range(40)])[lambda frame: frame["origin"] == "enforced"]
    for half, rate in ((True, 0.32), (False, 0.08)):
        of_half = (hidden["cell_index"] < city.grid.count // 2) == half
        caught = ((found["cell_index"] < city.grid.count // 2) == half).sum()
        assert abs(caught / of_half.sum() - rate) < 4 * np.sqrt(rate / of_half.sum())
    np.testing.assert_array_equal(
        run.recorded(share).to_numpy(), pd.concat([run.observe(week, share) for week in range(40)]).to_numpy()
    )


def test_patrols_change_what_is_found_not_what_is_reported(city) -> None:
    run, all_in_one = city.run(1), np.zeros(city.grid.count)
    all_in_one[run.incidents["cell_index"].mode()[0]] = 1
    here, everywhere = run.observe(7, all_in_one), run.observe(7, even(city))
    reported = [frame[frame["is_reported"]].reset_index(drop=True) for frame in (here, everywhere)]
    pd.testing.assert_frame_equal(*reported)
    assert here.loc[~here["is_reported"], "cell_index"].nunique() <= 1
    assert not here.equals(everywhere)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        pytest.param(lambda city: city.intensity(-1), "no week", id="before-the-first"),
        pytest.param(lambda city: city.intensity(40), "no week", id="after-the-last"),
        pytest.param(lambda city: city.run(1).observe(40, even(city)), "no week", id="not-to-be-seen"),
        pytest.param(lambda city: city.run(1).observe(0, even(city)[:-1]), "each of the 480 cells", id="cells-missing"),
        pytest.param(lambda city: city.run(1).observe(0, even(city) * 2), "sum to 1", id="sum-of-two"),
        pytest.param(lambda city: city.run(1).observe(0, even(city) * np.nan), "sum to 1", id="not-a-number"),
        pytest.param(lambda city: city.run(1).observe(0, np.eye(1, 480)[0] * 2 - even(city)), "0 or more", id="low"),
        pytest.param(
            lambda city: city_cube(city, city.run(9).incidents.iloc[:0]), "No complete week", id="no-incident"
        ),
    ],
)
def test_what_a_city_has_not_is_refused(city, call, said) -> None:
    with pytest.raises(CalanqueError, match=said):
        call(city)


@pytest.mark.parametrize("width_m", [1.0, 120.0, 700.0])
def test_spread_keeps_the_mass_and_matches_draws(city, width_m) -> None:
    draw, grid = np.random.default_rng(3), city.grid
    middle = np.array([10.3]), np.array([12.6])
    x, y = grid.x0 + grid.cell * middle[0], grid.y0 + grid.cell * middle[1]
    share = spread_points(grid, x, y, np.ones(1), width_m)
    moved = draw.normal(0, width_m, (2, 40_000))
    drawn = np.bincount(grid.cell_index(x + moved[0], y + moved[1]) + 1, minlength=grid.count + 1)[1:] / 40_000
    assert share.sum() == pytest.approx(drawn.sum(), abs=2e-3)
    assert np.abs(share - drawn).max() < 0.012
    one = np.eye(1, grid.count, 250)[0]
    start = draw.random((2, 40_000))
    col, row = 250 % grid.cols, 250 // grid.cols
    x, y = grid.x0 + grid.cell * (col + start[0]) + moved[0], grid.y0 + grid.cell * (row + start[1]) + moved[1]
    drawn = np.bincount(grid.cell_index(x, y) + 1, minlength=grid.count + 1)[1:] / 40_000
    assert np.abs(spread_map(grid, one, width_m) - drawn).max() < 0.012


def test_the_cube_holds_every_incident_in_its_week(city) -> None:
    incidents = city.run(9).incidents
    cube = city_cube(city, incidents)
    assert (cube.weeks, cube.types, cube.counts.sum()) == (40, city.types, len(incidents))
    fifth = incidents[(incidents["week"] == 5) & (incidents["type"] == "theft")]
    np.testing.assert_array_equal(cube.week(5)[1], np.bincount(fifth["cell_index"], minlength=city.grid.count))
