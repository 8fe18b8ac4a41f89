"""The week shared out over its hours: the truth of a simulated city is found, nothing is read ahead, sums hold."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from city_cube import city_cube
from quick_risk import FIRST, SURE, UNSURE, hot_city, last_day, quick_config, square, stamp, weekly_cube, with_hours

from calanque.places.grid import Grid
from calanque.places.taxonomy import ALL_TYPES
from calanque.twin.city import City
from calanque.twin.city_config import CityConfig, IncidentType
from ml.risk.config import risk_config
from ml.risk.model.cube import build_cube
from ml.risk.model.publish import published_forecast
from ml.risk.model.score import Served, expected_counts
from ml.risk.model.slot_mart import SLOT, slot_rows
from ml.risk.model.slots import SLOTS, Profile, learn_profiles, place_shares, shrunk, slot_events
from ml.risk.record.card import model_card
from ml.risk.record.slot_record import judge_slots, served_by
from ml.risk.record.train import train

WEEKS, CITY_WEEKS = 60, 110
NIGHT = IncidentType(name="brawl", weekly_total=600.0, slot_weights=(2.5, 0.3, 0.7, 1.5))
DAY = IncidentType(name="theft", weekly_total=400.0, slot_weights=(0.3, 1.0, 1.8, 0.9))
RARE = IncidentType(name="rare", weekly_total=1.0, slot_weights=(0.7, 0.8, 1.4, 1.1))


@pytest.fixture(scope="module")
def simulated():
    """A city with a type of the night, one of the day and a rare one, and its cube."""
    city = City(CityConfig(rows=30, cols=30, weeks=CITY_WEEKS, types=(NIGHT, DAY, RARE)))
    return city, city_cube(city, city.run(3).incidents)


def true_counts(city: City, last: int) -> np.ndarray:
    """Expected incidents of the weeks learnt on, types x slots."""
    return sum(city.slot_intensity(week).sum(axis=2) for week in range(last - risk_config().slots.weeks, last))


def test_the_true_shares_are_found_within_a_tenth(simulated):
    city, cube = simulated
    truth = true_counts(city, cube.weeks)
    found = learn_profiles(cube, risk_config().slots, cube.weeks).by_type
    shares = truth / truth.sum(axis=1, keepdims=True)
    many = truth >= 100
    assert many.sum() > 40
    assert np.abs(found[many] / shares[many] - 1).max() <= 0.1
    # The two profiles differ by far more than that: the bar means something.
    assert np.abs(shares[0] / shares[2] - 1).max() > 1
    # A rare type leans on all types: far nearer to the truth than its own counts.
    rare = cube.types.index("rare")
    events = slot_events(cube, np.ones((3, 24)), cube.weeks - risk_config().slots.weeks, cube.weeks)
    own = np.bincount(events.slot[events.kind == rare], minlength=SLOTS)
    assert np.abs(found[rare] - shares[rare]).sum() < 0.8 * np.abs(own / own.sum() - shares[rare]).sum()


def test_a_city_without_places_of_their_own_has_their_types_profile(simulated):
    city, cube = simulated
    config = quick_config()
    profiles = learn_profiles(cube, config.slots, cube.weeks)
    shares = place_shares(cube, profiles, config.slots, cube.weeks)
    assert shares.shape == (3, SLOTS, city.grid.count)
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-4)
    record = judge_slots(cube, config, tuple(range(cube.weeks - 6, cube.weeks)))
    gain = record.gains[ALL_TYPES][Profile.PLACE][Profile.TYPE]
    assert gain.low < 0, gain
    assert record.gains["theft"][Profile.TYPE][Profile.ALL_TYPES].low > 0
    assert record.served[cube.types.index("theft")] is Profile.TYPE


@pytest.fixture(scope="module")
def grid() -> Grid:
    """Thirty by thirty cells, cut in 3 x 3 from ten by ten published ones."""
    return square(10, 600.0).refined(3)


@pytest.fixture(scope="module")
def events(grid):
    return with_hours(hot_city(grid, WEEKS, burglary=0.28, robbery=0.12))


@pytest.fixture(scope="module")
def trained(grid, events):
    cube = weekly_cube(grid, events, WEEKS)
    return cube, train(cube, quick_config())


def learnt(cube, until):
    config = risk_config().slots
    profiles = learn_profiles(cube, config, until)
    return profiles.all_types, profiles.by_type, profiles.hour_weights, place_shares(cube, profiles, config, until)


def test_nothing_is_read_ahead(grid, events):
    """A thousand incidents on one night, planted from the origin on, change no profile; one week before, they do."""
    planted = pd.DataFrame({"week": 40, "day": 4, "hour": 2, "cell": 450, "type": "robbery"}, index=range(1000))
    plain, changed = (weekly_cube(grid, case, WEEKS) for case in (events, pd.concat([events, planted])))
    for before, after in zip(learnt(plain, 40), learnt(changed, 40), strict=True):
        assert np.array_equal(before, after)
    assert not np.allclose(learnt(plain, 41)[1], learnt(changed, 41)[1], atol=0.01)
    records = [judge_slots(cube, quick_config(), tuple(range(30, 40))) for cube in (plain, changed)]
    assert records[0].scores == records[1].scores


def test_a_place_of_the_night_is_told_from_its_type(grid, events):
    busy = pd.DataFrame({"week": np.repeat(np.arange(WEEKS), 20), "day": 5, "hour": 2, "cell": 455, "type": "robbery"})
    shares = learnt(weekly_cube(grid, pd.concat([events, busy]), WEEKS), WEEKS)[3][1]
    parent = grid.coarsened(3, "here").parents(3)[455]
    assert shares[5 * 4, parent] > 1.5 * shares[5 * 4, 0]


def test_a_type_that_changes_is_no_trait_of_a_place(grid, events):
    """By day for fifty weeks, by night for the last ten: every cell has the profile of now."""
    moved = events.assign(hour=np.where(events["week"] < 50, 8, 20) + events["hour"] % 4)
    cube = weekly_cube(grid, moved, WEEKS)
    config = risk_config().slots.model_copy(update={"weeks": 10, "place_weeks": WEEKS})
    profiles = learn_profiles(cube, config, WEEKS)
    shares = place_shares(cube, profiles, config, WEEKS)
    assert shares.reshape(2, 7, 4, -1)[:, :, 1:3].sum(axis=(1, 2)).max() < 0.3


def test_a_heap_at_noon_is_not_learnt(grid, events):
    config = risk_config().slots
    truth = learn_profiles(weekly_cube(grid, events, WEEKS), config, WEEKS)
    unknown = events.sample(1500, random_state=1).assign(hour=12)
    found = learn_profiles(weekly_cube(grid, pd.concat([events, unknown]), WEEKS), config, WEEKS)
    assert found.hour_weights[0, 12] < 0.3
    assert (found.hour_weights[:, [1, 11, 13, 23]] == 1).all()
    afternoon = slice(2, None, 4)
    assert found.all_types[afternoon].sum() == pytest.approx(truth.all_types[afternoon].sum(), abs=0.02)


def test_hours_that_are_not_told_give_equal_shares(grid, events):
    days = np.datetime64(FIRST) + 7 * events["week"].to_numpy()
    cube = build_cube(grid, FIRST, last_day(WEEKS), days, events["cell"].to_numpy(), events["type"])
    all_types, by_type, _, places = learnt(cube, WEEKS)
    for shares in (all_types, by_type, places):
        assert np.allclose(shares, 1 / SLOTS)
    record = judge_slots(cube, quick_config(), (50, 51))
    assert record.served == (Profile.ALL_TYPES,) * 2
    assert record.incident_count == 0


@pytest.mark.parametrize(
    ("counts", "near_prior"),
    [pytest.param([[5.0, 0.0]], True, id="few"), pytest.param([[9000.0, 1000.0]], False, id="many")],
)
def test_few_counts_lean_on_the_prior(counts, near_prior):
    [found] = shrunk(np.array(counts), np.array([0.5, 0.5]))
    assert found.sum() == pytest.approx(1)
    assert bool(found[0] < 0.88) is near_prior


@pytest.mark.parametrize(
    ("place", "kind", "served"),
    [
        pytest.param({}, {}, Profile.PLACE, id="all_sure"),
        pytest.param({Profile.TYPE: UNSURE}, {}, Profile.TYPE, id="place_no_better_than_type"),
        pytest.param({Profile.FLAT: UNSURE}, {Profile.ALL_TYPES: UNSURE}, Profile.ALL_TYPES, id="nothing_sure"),
        pytest.param({Profile.ALL_TYPES: UNSURE}, {}, Profile.TYPE, id="place_no_better_than_all"),
    ],
)
def test_the_finest_sure_profile_serves(place, kind, served):
    order = list(Profile)
    gains = {finer: dict.fromkeys(order[:position], SURE) for position, finer in enumerate(order)}
    gains[Profile.PLACE] |= place
    gains[Profile.TYPE] |= kind
    assert served_by(gains) is served


@pytest.mark.parametrize("served", list(Served))
def test_the_slots_of_the_flagged_cells_add_up_to_their_week(trained, served):
    cube, training = trained
    model = training.model
    published = published_forecast(cube, expected_counts(cube, model), model, stamp(date(2019, 2, 24), served))
    rows = slot_rows(cube, model, published)
    assert list(rows) == list(SLOT.columns)
    assert not rows.isna().any().any()
    flagged = published[published["rank_model" if served is Served.MODEL else "rank_baseline"] <= 5]
    assert len(rows) == len(flagged) * SLOTS == 2 * 5 * SLOTS
    grain = ["cell_id", "type", "slot_date", "slot_start_hour"]
    assert not rows.duplicated(grain).any()
    assert set(rows["slot_start_hour"]) == {0, 6, 12, 18}
    assert (rows["slot_date"].min(), rows["slot_date"].max()) == (date(2019, 2, 25), date(2019, 3, 3))
    sums = rows.groupby(["cell_id", "type"])[["expected_count", "baseline_count"]].sum()
    weeks = flagged.set_index(["cell_id", "type"]).loc[sums.index]
    for column in sums:
        assert np.allclose(sums[column], weeks[column], rtol=0, atol=1e-9)
    assert ((rows["upper_count"] > 0) == (rows["p_at_least_one"] > 1 - 0.9)).all()
    assert (rows["p_at_least_one"] <= rows["expected_count"] + 1e-12).all()


def test_the_card_and_the_metrics_tell_the_record(trained):
    _, training = trained
    card = model_card(training, quick_config(), "12")
    assert "## Slots of six hours" in card
    for name, profile in zip(training.model.types, training.slots.served, strict=True):
        assert any(line.startswith(f"| {name} ") and line.endswith(f"| {profile} |") for line in card.splitlines())
    metrics = training.slots.metrics()
    assert {"slots.type.log_score", "slots.type_minus_all_types.low", "slots.place_minus_flat"} <= metrics.keys()
