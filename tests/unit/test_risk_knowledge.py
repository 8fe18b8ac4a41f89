"""An incident counts from when it was known: nothing that was told later moves what was forecast before."""

from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from quick_risk import FIRST, hot_city, quick_config, square, weekly_cube

from calanque.places.cells import grid_of_cells
from calanque.places.grid import unproject
from calanque.places.territory import load_territory
from ml.delays import IN_TIME_WEEKS
from ml.risk.model.counts import counted, learn_counts
from ml.risk.model.cube import CountCube
from ml.risk.model.features import SurfaceStream
from ml.risk.model.level import weekly_totals
from ml.risk.model.load import load_cube
from ml.risk.model.slots import learn_profiles
from ml.risk.record.card import model_card
from ml.risk.record.delay import delay_cost, known_at_once, sentence
from ml.risk.record.judged import fingerprints
from ml.risk.record.rolling import roll
from ml.risk.record.train import origin_count, too_short, train

WEEKS, GRID, LATE = 60, square(12), 3
CONFIG = quick_config(4)


@pytest.fixture(scope="module")
def events() -> pd.DataFrame:
    made = hot_city(GRID, WEEKS)
    hours = np.random.default_rng(1).integers(0, 24, len(made))
    return made.assign(hour=hours, known=made["week"] + np.where(made.index % 3 == 0, LATE, 0))


def cube_of(events: pd.DataFrame) -> CountCube:
    return weekly_cube(GRID, events, WEEKS)


def moved(events: pd.DataFrame, origin: int) -> pd.DataFrame:
    """Return the city with all incidents elsewhere that had happened but were not known at an origin."""
    unknown = (events["week"] < origin) & (events["known"] >= origin)
    assert unknown.sum() > 5
    return events.assign(cell=events["cell"].where(~unknown, (events["cell"] + 70) % GRID.count))


def test_what_was_known_later_moves_no_forecast_and_no_judgement(events: pd.DataFrame) -> None:
    origin = WEEKS - 4
    asked = (cube_of(one) for one in (events, moved(events, origin)))
    cube, other = asked
    assert (cube.complete_weeks, other.complete_weeks) == (LATE, LATE)
    one, two = (SurfaceStream(made, origin, CONFIG) for made in (cube, other))
    for index in range(one.layout.count):
        assert np.array_equal(one.surface(index), two.surface(index))
    assert np.array_equal(weekly_totals(cube)[:origin], weekly_totals(other)[:origin])
    known, knew = (learn_profiles(made, CONFIG.slots, origin).by_type for made in (cube, other))
    assert np.array_equal(known, knew)
    first, same = (roll(made, CONFIG, 4).weeks[0] for made in (cube, other))
    for method, did in first.methods.items():
        assert np.array_equal(did.hits, same.methods[method].hits), method
        assert np.array_equal(did.log, same.methods[method].log), method


def test_without_a_time_of_knowing_it_would_have_seen_them(events: pd.DataFrame) -> None:
    """The same incidents, had each counted from the week in which it happened: the judgement above can fail."""
    blind, other = (cube_of(one.drop(columns="known")) for one in (events, moved(events, WEEKS - 4)))
    assert blind.as_known is None and blind.complete_weeks == 0
    first, same = (roll(made, CONFIG, 4).weeks[0] for made in (blind, other))
    assert not all(np.array_equal(did.log, same.methods[name].log) for name, did in first.methods.items())


def test_each_is_judged_in_the_week_in_which_it_happened(events: pd.DataFrame) -> None:
    cube = cube_of(events)
    assert np.array_equal(cube.counts.toarray(), known_at_once(cube).counts.toarray())
    for week in (20, WEEKS - 1):
        by_type = cube.week(week).sum(axis=1)
        assert list(by_type) == [(events["week"].eq(week) & events["type"].eq(kind)).sum() for kind in cube.types]
        seen = cube.seen.week(week).sum(axis=1)
        assert list(seen) == [(events["known"].eq(week) & events["type"].eq(kind)).sum() for kind in cube.types]


def test_counts_on_their_own_are_of_what_was_known(events: pd.DataFrame) -> None:
    young = events[events["week"] < 12]
    one, two = (weekly_cube(GRID, made, 12) for made in (young, moved(young, 12)))
    expected, same = (counted(made, learn_counts(known_at_once(made.seen), CONFIG)) for made in (one, two))
    assert np.array_equal(expected.baseline, same.baseline)
    assert learn_counts(one, CONFIG).floors.shape == (2, 2)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        (lambda week: week, "known at once"),
        (lambda week: week * 0 + WEEKS + 40, "loaded in bulk, years later"),
        (lambda week: week.astype("datetime64[ns]").where(week < 0), "never told"),
    ],
)
def test_where_the_times_of_knowing_say_nothing_each_counts_from_its_week(
    events: pd.DataFrame, known: Callable[[pd.Series], pd.Series], why: str
) -> None:
    told = known(events["week"])
    days = told.to_numpy() if told.dtype.kind == "M" else np.datetime64(FIRST) + 7 * told.to_numpy()
    assert why and load(events, pd.Series(days)).as_known is None


CELLS = pd.DataFrame([(row, col) for row in range(4) for col in range(4)], columns=["row", "col"])


def load(events: pd.DataFrame, known: pd.Series) -> CountCube:
    """Return the cube of the city's first cells as the marts tell it."""
    grid = grid_of_cells(load_territory("marseille"), CELLS)
    spot = events["cell"].to_numpy() % len(CELLS)
    at = [grid_axis[spot] + 0.5 for grid_axis in (CELLS["col"].to_numpy(), CELLS["row"].to_numpy())]
    lon, lat = unproject(grid.crs, grid.x0 + at[0] * grid.cell, grid.y0 + at[1] * grid.cell)
    days = pd.Timestamp(FIRST) + pd.to_timedelta(7 * events["week"], unit="D")
    frame = events[["type"]].assign(
        occurred_local_date=days.dt.date,
        occurred_local_hour=events["hour"],
        lon=lon,
        lat=lat,
        origin="reported",
        known_at=known.to_numpy(),
    )
    until = FIRST + timedelta(days=7 * WEEKS - 1)
    return load_cube(load_territory("marseille"), CELLS, frame, until, FIRST, CONFIG)


def test_a_day_of_knowing_is_one_of_the_city(events: pd.DataFrame) -> None:
    """Sunday 23:30 in UTC is Monday in Marseille: it counts from the next week on."""
    sunday = pd.Timestamp(FIRST) + pd.to_timedelta(7 * events["week"] + 6, unit="D")
    before, after = (load(events, (sunday + pd.Timedelta(hours=hour)).dt.tz_localize("UTC")) for hour in (21.5, 23.5))
    assert before.as_known is None
    assert after.as_known is not None and after.complete_weeks == 1


def test_a_change_of_knowing_is_judged_again(events: pd.DataFrame) -> None:
    later = events.assign(known=events["known"].where(events.index != events.index[events["week"] == 30][0], 40))
    one, two = (fingerprints(cube_of(made)) for made in (events, later))
    assert one[:30] == two[:30]
    assert not set(one[30:]) & set(two[30:])


def test_a_history_is_as_much_longer_as_knowing_takes(events: pd.DataFrame) -> None:
    cube, blind = cube_of(events), cube_of(events.drop(columns="known"))
    asked = quick_config(WEEKS)
    assert origin_count(cube, asked) == origin_count(blind, asked) - LATE
    young = weekly_cube(GRID, events[events["week"] < WEEKS // 2], WEEKS // 2)
    assert "each with 23 weeks before it" in too_short(young, asked)
    assert cube_of(events.assign(known=events["week"] + 30 * (events.index % 5 == 0))).complete_weeks == IN_TIME_WEEKS


def test_what_a_delay_costs_is_said(events: pd.DataFrame) -> None:
    cube = cube_of(events)
    rolled = roll(cube, CONFIG, 4)
    cost = delay_cost(rolled, CONFIG)
    assert set(cost) >= {"log_score", "hit_rate_5pct"}
    assert all(gain.low <= gain.value <= gain.high for gain in cost.values())
    said = sentence(cube, cost, CONFIG)
    assert f"within {LATE} weeks" in said and "against knowing them at once" in said
    at_once = known_at_once(cube)
    cards = [model_card(train(one, CONFIG), CONFIG, "1") for one in (cube, at_once)]
    assert f"within {LATE} weeks of it; what the model learns from is that old." in cards[0]
    assert "nothing tells when an incident was known" in cards[1]
    assert delay_cost(roll(at_once, CONFIG, 4), CONFIG) == {} and sentence(at_once, {}, CONFIG) == ""
