"""Short histories: counts with their bound from the first month, and a model when its record allows."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from quick_risk import hot_city, square, stamp, weekly_cube, with_hours

from calanque.engines.tracking import Version
from ml.risk import steps
from ml.risk.config import risk_config
from ml.risk.model.counts import COUNTS_VERSION, counted, learn_counts
from ml.risk.model.cube import CountCube
from ml.risk.model.forecast_mart import FORECAST
from ml.risk.model.published import bounds
from ml.risk.model.score import Served
from ml.risk.model.slot_mart import SLOT
from ml.risk.model.slots import published_parents
from ml.risk.record.train import origin_count, too_short

CITY = square(20).refined(3)
EVENTS = with_hours(hot_city(CITY, 104, seed=7, shape=0.1, assault=0.5, robbery=0.15))


def young(weeks: int) -> CountCube:
    """A city with lasting hot cells, known for so many weeks."""
    return weekly_cube(CITY, EVENTS[EVENTS["week"] < weeks], weeks)


@pytest.mark.parametrize("weeks", [4, 34, 104], ids=["a_month", "eight_months", "two_years"])
def test_counts_are_published_with_their_bound(weeks: int) -> None:
    cube = young(weeks)
    made = stamp(cube.day_of(cube.weeks), Served.BASELINE, COUNTS_VERSION)
    published, fine, slots = steps.forecast_frames(cube, None, made)
    assert list(published) == list(FORECAST.columns)
    assert (len(published), len(fine)) == (400 * 2, 3600 * 2)
    for frame in (published, fine, slots):
        assert not frame.isna().any().any()
        assert set(frame["served"]) == {"baseline"}
        assert set(frame["model_version"]) == {"counts"}
        assert np.allclose(frame["expected_count"], frame["baseline_count"])
    assert published["expected_count"].sum() == pytest.approx(cube.counts.sum() / weeks, rel=0.2)
    assert (published["expected_count"] > 0).all()
    assert published["upper_count"].max() > 0
    assert np.allclose(published[[c for c in published if c.startswith("part_")]].sum(axis=1), 1, atol=0.02)
    assert published["reason_en"].str.contains(f"No model yet: slow-decay counts of {weeks} weeks.", regex=False).all()
    assert published["reason_fr"].str.contains("Pas encore de modèle", regex=False).all()
    assert list(slots) == list(SLOT.columns)
    assert len(slots) == 20 * 2 * 28


def test_the_fine_grid_is_published_where_something_is_known_and_says_there_what_it_said() -> None:
    wide = square(60).refined(3)
    # The same incidents, in a corner of a city of nine times the cells.
    row, col = CITY.row_col()
    moved = wide.cell_index((col[EVENTS["cell"]] + 0.5) * wide.cell, (row[EVENTS["cell"]] + 0.5) * wide.cell)
    cube = weekly_cube(wide, EVENTS.assign(cell=moved), 104)
    made = stamp(cube.day_of(cube.weeks), Served.BASELINE, COUNTS_VERSION)
    published, fine, _ = steps.forecast_frames(cube, None, made)
    assert len(published) == 3600 * 2, "every cell has its figure"
    known = published[published["is_known"]].set_index(["cell_id", "type"])["expected_count"]
    assert len(known) < 3600
    assert len(fine) == 9 * len(known)
    sums = fine.groupby(["parent_cell_id", "type"])["expected_count"].sum()
    assert np.allclose(sums.sort_index(), known.sort_index())
    assert np.allclose(fine["lon"], fine["lon"].groupby(fine["cell_id"]).transform("first"))


@pytest.mark.parametrize(
    ("last_week", "english", "french"),
    [
        (
            79,
            "since the week of 2019-07-08, too long to be chance: check the feed. What is expected only fades.",
            "la semaine du 2019-07-08, trop longtemps pour un hasard : vérifiez le flux. Ce qui est attendu",
        ),
        (39, "since the week of 2018-10-01. What is expected only fades. No model", "la semaine du 2018-10-01. Ce"),
        (102, "", ""),
    ],
    ids=["a_feed_that_stopped", "a_type_that_died_out", "a_calm_week"],
)
def test_a_type_that_is_recorded_no_more_is_said_to_be(last_week: int, english: str, french: str) -> None:
    cube = weekly_cube(CITY, EVENTS[(EVENTS["type"] == "assault") | (EVENTS["week"] <= last_week)], 104)
    published, _, _ = steps.forecast_frames(cube, None, stamp(cube.day_of(104), Served.BASELINE, COUNTS_VERSION))
    for column, head, said in (
        ("reason_en", "No incident of this type has been recorded ", english),
        ("reason_fr", "Aucun fait de ce type n’est enregistré depuis ", french),
    ):
        is_said = published[column].str.startswith(head) & published[column].str.contains(said, regex=False)
        assert (is_said == ((published["type"] == "robbery") & bool(said))).all()


def test_what_the_counts_say_of_eight_months_holds_in_the_weeks_after() -> None:
    cube, whole = young(34), young(60)
    assert (whole.counts[:34] != cube.counts).nnz == 0
    learnt = learn_counts(cube, risk_config())
    expected = counted(cube, learnt).published(published_parents(CITY), 400)
    bound = bounds(expected.model, learnt.published_dispersion, 0.9)
    after = np.stack([whole.week(week).reshape(2, CITY.count) for week in range(34, 60)])
    happened = np.stack([[np.bincount(published_parents(CITY), weights=row) for row in week] for week in after])
    top = np.argsort(-expected.model, axis=1)[:, :20]
    caught = np.take_along_axis(happened, top[None], axis=2)
    assert (caught <= np.take_along_axis(bound, top, axis=1)[None]).mean() >= 0.88
    # The cells ranked first are the hot ones: an even ranking would catch 5 %.
    assert caught.sum() / happened.sum() > 0.15


@pytest.mark.parametrize(
    ("weeks", "origins", "told"),
    [
        pytest.param(34, -18, "there can be one in 44 weeks", id="eight_months"),
        pytest.param(77, 25, "there can be one in 1 weeks", id="one_week_short"),
        pytest.param(78, 26, "", id="just_long_enough"),
        pytest.param(104, 52, "", id="two_years"),
        pytest.param(400, 104, "", id="eight_years"),
    ],
)
def test_the_training_takes_the_weeks_there_are_and_says_what_is_missing(weeks: int, origins: int, told: str) -> None:
    cube = SimpleNamespace(weeks=weeks, complete_weeks=0)
    assert origin_count(cube, risk_config()) == origins
    assert (told in too_short(cube, risk_config())) and (bool(told) == bool(too_short(cube, risk_config())))


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A lake of eight months without a model: what is written, logged and recorded is kept."""
    kept = SimpleNamespace(cube=young(34), written={}, states={}, runs=[])
    monkeypatch.setattr(steps.tracking, "find_version", lambda *given: None)
    monkeypatch.setattr(steps.tracking, "load_model", lambda *given: None)
    monkeypatch.setattr(steps.tracking, "log_run", kept.runs.append)
    monkeypatch.setattr(steps.state, "table_versions", lambda tables: dict.fromkeys(tables, 1))
    monkeypatch.setattr(steps.marts, "has_incidents", lambda territory: True)
    monkeypatch.setattr(steps.marts, "shown_versions", lambda territory, tables: dict.fromkeys(tables, 1))
    monkeypatch.setattr(steps.state, "unchanged", lambda step, inputs: False)
    monkeypatch.setattr(steps.state, "record", lambda step, inputs, facts: kept.states.update({step: facts}))
    until = kept.cube.day_of(kept.cube.weeks)
    monkeypatch.setattr(steps, "territory_cube", lambda territory, config: (kept.cube, until))
    monkeypatch.setattr(
        steps.marts, "write_week", lambda written, *_: kept.written.update({one.name: rows for one, rows in written})
    )
    monkeypatch.setattr(steps, "_emit_forecast", lambda *given: None)
    return kept


def test_a_short_history_fails_no_training_and_says_why(lake: SimpleNamespace) -> None:
    told = steps.train_territory("here", "tonight")
    assert told is not None
    assert (told["model_version"], told["champion"], lake.runs) == ("none", "none", [])
    assert "The data hold 34 whole weeks" in told["decision"]
    assert lake.states["train.here"] == told


def test_a_territory_without_a_model_is_forecast_all_the_same(lake: SimpleNamespace) -> None:
    told = steps.forecast_territory("here", "tonight")
    assert told is not None
    assert (told["served"], told["model_version"], told["row_count"]) == ("baseline", "counts", 800)
    assert set(lake.written) == {"marts.fct_forecast", "marts.fct_forecast_fine", "marts.fct_forecast_slot"}


def test_less_than_a_month_is_not_forecast(lake: SimpleNamespace) -> None:
    lake.cube = young(3)
    assert steps.forecast_territory("here", "tonight") is None
    assert lake.written == {}


@pytest.mark.parametrize(("alias", "served"), [("champion", "model"), ("challenger", "baseline")])
def test_a_forecast_that_stands_loads_no_model(
    lake: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, alias: str, served: str
) -> None:
    asked: list[tuple[str, Any]] = []
    monkeypatch.setattr(
        steps.tracking, "find_version", lambda _, name, *__: Version("7", "r") if name == alias else None
    )
    monkeypatch.setattr(steps.tracking, "load_model", lambda *_: pytest.fail("the files are not asked for"))
    monkeypatch.setattr(steps.state, "unchanged", lambda *given: not asked.append(given))
    assert steps.forecast_territory("here", "tonight") is None
    ((step, inputs),) = asked
    assert (step, inputs["model"], inputs["served"], lake.written) == ("forecast.here", "7", served, {})
