"""Training, scoring and the decision: no look ahead, no enforced row, no promotion without its interval."""

import dataclasses
from datetime import date

import numpy as np
import pandas as pd
import pytest
from quick_risk import FIRST, SURE, UNSURE, hot_city, quick_config, square, stamp, weekly_cube
from scipy import sparse

from calanque.errors import CalanqueError
from calanque.places.cells import grid_of_cells
from calanque.places.grid import Grid, unproject
from calanque.places.territory import load_territory
from ml.intervals import Difference
from ml.risk.config import EnforcedException, risk_config
from ml.risk.model.cube import CountCube, build_cube, require_reported
from ml.risk.model.features import Layout, SurfaceStream
from ml.risk.model.forecast_mart import FORECAST
from ml.risk.model.kernels import Kernels
from ml.risk.model.load import first_monday, load_cube
from ml.risk.model.method import CHALLENGER, MethodName
from ml.risk.model.reasons import PARTS
from ml.risk.model.score import Served, expected_counts, forecast, ranks
from ml.risk.model.trained import RiskModel
from ml.risk.record import rolling
from ml.risk.record.card import model_card
from ml.risk.record.plots import calibration_figure, hit_curve_figure
from ml.risk.record.rolling import roll
from ml.risk.record.train import train
from ml.risk.record.validate import promotes, validate
from ml.risk.steps import forecast_frames

WEEKS, GRID = 60, square(30)


def cube_of(events, weeks=WEEKS) -> CountCube:
    return weekly_cube(GRID, events, weeks)


@pytest.fixture(scope="module")
def cube() -> CountCube:
    return cube_of(hot_city(GRID, WEEKS))


@pytest.fixture(scope="module", params=["untold", "told"])
def premises_cube(request, cube) -> CountCube:
    """The same city without its kinds of place, and with them: a type that no shop ever saw, and some untold."""
    if request.param == "untold":
        return cube
    events = hot_city(GRID, WEEKS)
    kinds = pd.Series(np.where(events["cell"] % 3 == 0, "shop", "house")).mask(events["cell"] % 7 == 0)
    return cube_of(events.assign(premises=kinds.where(events["type"] != events["type"].max(), "house")))


@pytest.fixture(scope="module")
def training(cube):
    return train(cube, quick_config())


def test_a_city_that_was_silent_for_a_year_has_its_training(recwarn):
    """Its first weeks hold no incident to learn from."""
    small = square(8)
    events = hot_city(small, WEEKS)
    made = train(weekly_cube(small, events[events["week"] >= 42], WEEKS), quick_config(30))
    assert made.reason.en and RiskModel.from_json(made.model.to_json()).types == made.model.types


def test_a_stream_is_the_decayed_count_of_the_weeks_before(premises_cube):
    cube, config = premises_cube, quick_config()
    layout, stream = Layout(config, cube.premises), SurfaceStream(cube, 30, config)
    for _ in range(5):
        stream.advance()
    by_hand = sum(cube.week(week) * 0.5 ** (7 * (34 - week) / 14) for week in range(35))
    found = stream.surface(layout.own(14.0, 0.0))
    assert np.allclose(found, by_hand / by_hand.sum(axis=1, keepdims=True), atol=1e-5)
    fresh = SurfaceStream(cube, 35, config)
    names = layout.names()
    assert len(names) == layout.count == len(set(names))
    for index, name in enumerate(names):
        surface = stream.surface(index)
        assert np.allclose(surface, fresh.surface(index), atol=1e-6), name
        assert np.allclose(surface.sum(axis=-1), 1, atol=1e-4), name


def test_what_is_gathered_and_mixed_are_the_surfaces(premises_cube):
    stream = SurfaceStream(premises_cube, 40, quick_config())
    kind, cell = np.array([0, 1, 1]), np.array([3, 500, 899])
    found = stream.gather(kind, cell)
    for index in range(stream.layout.count):
        assert np.allclose(found[:, index], stream.surface(index)[kind, cell], rtol=1e-4, atol=1e-9)
    weights = np.random.default_rng(1).dirichlet(np.ones(len(stream.layout.pool)), size=2)
    mixed = stream.mixture(weights, stream.layout.pool)
    assert np.allclose(mixed[kind, cell], (found[:, stream.layout.pool] * weights[kind]).sum(axis=1), rtol=1e-3)


def test_each_kind_of_place_is_a_surface_of_its_own():
    events = hot_city(GRID, WEEKS)
    told = cube_of(events.assign(premises=np.where(events["cell"] % 3 == 0, "shop", "house")))
    assert told.premises == ("house", "shop")
    stream, shop = SurfaceStream(told, 40, quick_config()), np.arange(GRID.count) % 3 == 0
    surfaces = dict(zip(stream.layout.names(), range(stream.layout.count), strict=True))
    for name in ("shop 1460d/0m", "all types, shop 1460d/0m"):
        surface = stream.surface(surfaces[name])
        assert np.allclose(surface[:, shop].sum(axis=1), 1, atol=1e-4)
        assert not surface[:, ~shop].any()


@pytest.mark.parametrize("premises", [None, ["shop"] * 4, [None] * 4], ids=["no_column", "one_kind", "never_told"])
def test_premises_that_tell_nothing_add_no_surface(premises):
    events = pd.DataFrame({"week": [0, 1, 2, 3], "cell": [1, 2, 3, 4], "type": ["a", "a", "b", "b"]})
    given = events if premises is None else events.assign(premises=premises)
    assert cube_of(given).premises == ()


def test_few_incidents_are_stamped_as_the_filter_would(monkeypatch):
    """The faster way over a sparse week gives what filtering the raster gives, at the border too."""
    plain = np.zeros((2, GRID.count), dtype=np.float32)
    plain[0, [0, 31, 435]], plain[1, 899] = (1, 2, 1), 3
    kernels, stamped = Kernels(GRID, (400.0,)), Kernels._stamped
    reached = []
    monkeypatch.setattr(Kernels, "_stamped", lambda *given: reached.append(1) or stamped(*given))
    few = kernels._filtered(2.0, sparse.coo_array(plain))
    crowd = np.full_like(plain, 1e-12)
    assert reached == [1]
    assert np.allclose(few, kernels._filtered(2.0, sparse.coo_array(plain + crowd)), atol=1e-6)
    assert reached == [1]


@pytest.mark.parametrize("width_m", [40.0, 120.0, 400.0], ids=["exact", "exact-broad", "filtered"])
def test_a_kernel_keeps_the_mass_and_is_centred_on_the_incident(width_m):
    """One incident near the east edge of its cell spreads more to the east than to the west, and loses nothing."""
    cell = int(GRID.cell_index(np.array([3100.0]), np.array([3100.0]))[0])
    days = np.array([np.datetime64(FIRST)])
    within = (np.array([0.9]), np.array([0.5]))
    one = build_cube(GRID, FIRST, date(2018, 1, 7), days, np.array([cell]), pd.Series(["a"]), within=within)
    weights = np.ones(1, dtype=np.float32)
    [spread] = Kernels(GRID, (width_m,)).spread(one.events, slice(0, 1), weights, 1)
    assert spread.sum() == pytest.approx(1, abs=0.01)
    if width_m < 200:
        assert spread[0, cell + 1] > spread[0, cell - 1]


@pytest.mark.parametrize("planted_week", [WEEKS - 1, WEEKS - 10])
def test_no_look_ahead(monkeypatch, planted_week):
    """A thousand events planted in a quiet cell change no forecast up to and including their own week."""
    events = hot_city(GRID, WEEKS)
    events["premises"] = np.where(events["cell"] % 3 == 0, "shop", "house")
    quiet = int(np.argmin(np.bincount(events["cell"], minlength=GRID.count)))
    one = {"week": planted_week, "cell": quiet, "type": "burglary", "premises": "shop"}
    planted = pd.DataFrame(one, index=range(1000))
    seen: list[dict] = []
    judge = rolling._judge_method

    def watch(rolled, name, counts, shares, level):
        seen[-1].setdefault(name, []).append(np.concatenate([shares.ravel(), level]))
        return judge(rolled, name, counts, shares, level)

    monkeypatch.setattr(rolling, "_judge_method", watch)
    for case in (events, pd.concat([events, planted])):
        seen.append({})
        plain = roll(cube_of(case), quick_config(), 12)
    known = planted_week - plain.first_week
    assert set(seen[0]) == set(MethodName)
    for name in MethodName:
        for before, after in zip(seen[0][name][: known + 1], seen[1][name], strict=False):
            assert np.array_equal(before, after), name
        if known + 1 < len(seen[0][name]):
            assert not np.array_equal(seen[0][name][-1], seen[1][name][-1]), name


def frame_of(cube, model, until=date(2019, 2, 24)):
    return forecast(cube.grid.cell_ids(), cube, expected_counts(cube, model), model.dispersion, 0.9, stamp(until))


def test_a_signal_in_the_past_is_learnt():
    events = hot_city(GRID, WEEKS)
    planted = pd.DataFrame({"week": np.repeat(np.arange(WEEKS), 3), "cell": 5, "type": "burglary"})
    model = train(cube_of(pd.concat([events, planted])), quick_config()).model
    frame = frame_of(cube_of(pd.concat([events, planted])), model)
    top = frame[(frame["type"] == "burglary") & (frame["rank_model"] == 1)]
    assert top["cell_id"].tolist() == [GRID.cell_ids()[5]]
    assert 2 < top["expected_count"].iloc[0] < 6


def test_the_history_must_be_long_enough():
    with pytest.raises(CalanqueError, match="longer history or fewer origins"):
        validate(cube_of(hot_city(GRID, 35), 35), quick_config(), 20)


MARSEILLE = load_territory("marseille")
CELLS = pd.DataFrame({"row": [60, 60, 61], "col": [60, 61, 60]})


def incidents_frame(**columns):
    """Five incidents in the second cell of CELLS, the last one changed."""
    grid = grid_of_cells(MARSEILLE, CELLS)
    lon, lat = unproject(grid.crs, np.array([grid.x0 + 61.2 * grid.cell]), np.array([grid.y0 + 60.7 * grid.cell]))
    when = {"occurred_local_date": FIRST, "occurred_local_hour": 13}
    row = {"type": "burglary", "lon": lon[0], "lat": lat[0], "origin": "reported"} | when
    return pd.DataFrame([row] * 4 + [row | columns])


def marts_cube(frame, until=date(2018, 6, 1), config=None):
    return load_cube(MARSEILLE, CELLS, frame, until, FIRST, config or quick_config())


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        pytest.param(
            incidents_frame(origin="enforced"), "1 training incidents were produced by enforcement", id="enforced"
        ),
        pytest.param(incidents_frame(origin="guessed"), "unknown origin", id="unknown"),
        pytest.param(incidents_frame(origin=None), "unknown origin", id="empty"),
        pytest.param(incidents_frame().drop(columns="origin"), "no 'origin'", id="no_column"),
        pytest.param(incidents_frame(lat=43.9), "dim_cell does not hold", id="unknown_cell"),
        pytest.param(incidents_frame().drop(columns="lon"), "lack the column 'lon'", id="column"),
        pytest.param(incidents_frame().assign(occurred_local_date=date(2030, 1, 7)), "No complete week", id="no_week"),
    ],
)
def test_only_reported_rows_that_fit_train(frame, told):
    require_reported(incidents_frame())
    with pytest.raises(CalanqueError, match=told):
        marts_cube(frame)


def test_a_written_exception_is_logged(caplog):
    exception = EnforcedException(
        reason="Impounds are wanted for the parking study.", decision_record="0099-impounds.md"
    )
    config = quick_config()
    training = config.training.model_copy(update={"enforced_exception": exception})
    marts_cube(incidents_frame(origin="enforced"), config=config.model_copy(update={"training": training}))
    assert "0099-impounds.md" in caplog.text


@pytest.mark.parametrize("day", [14, 15, 20])
def test_a_week_under_way_is_left_out(day):
    cube = marts_cube(incidents_frame(occurred_local_date=date(2018, 1, 15)), date(2018, 1, day))
    assert (cube.weeks, cube.day_of(cube.weeks), cube.counts.sum()) == (2, date(2018, 1, 15), 4)


def test_the_cube_of_the_marts_is_on_the_fine_grid():
    cube = marts_cube(incidents_frame())
    factor = quick_config().fine_factor
    assert cube.grid.count == len(CELLS) * factor**2
    coarse = cube.grid.coarsened(factor, "marseille")
    assert coarse.cell_ids() == ["marseille:60:60", "marseille:60:61", "marseille:61:60"]
    parents = coarse.parents(factor)
    assert np.bincount(parents, weights=cube.week(0)[0]).tolist() == [0, 5, 0]


@pytest.mark.parametrize(
    ("day", "monday"),
    [(date(2014, 1, 1), date(2014, 1, 6)), (date(2014, 1, 6), date(2014, 1, 6)), (date(2014, 1, 5), date(2014, 1, 6))],
)
def test_first_monday(day, monday):
    assert first_monday(day) == monday


def test_the_model_survives_its_json(cube, training):
    read_back = RiskModel.from_json(training.model.to_json())
    assert read_back.to_json() == training.model.to_json()
    assert frame_of(cube, read_back).equals(frame_of(cube, training.model))
    with pytest.raises(CalanqueError, match="train again"):
        RiskModel.from_json('{"name": "risk"}')


def test_the_forecast_has_a_row_for_every_cell_and_type(cube, training):
    frame = frame_of(cube, training.model)
    assert list(frame) == list(FORECAST.columns)
    assert len(frame) == cube.grid.count * 2
    assert not frame.isna().any().any()
    assert (frame["week_start_date"] == cube.day_of(WEEKS)).all()
    assert (frame["p_at_least_one"] <= frame["expected_count"] + 1e-12).all()
    assert ((frame["upper_count"] > 0) == (frame["p_at_least_one"] > 1 - 0.9)).all()
    assert frame["upper_count"].gt(0).any()
    assert (frame["expected_count"] > 0).all()
    totals = frame.groupby("type")[["expected_count", "baseline_count"]].sum()
    assert np.allclose(totals["expected_count"], totals["baseline_count"], rtol=1e-4)
    for column in ("rank_model", "rank_baseline"):
        assert frame.groupby("type")[column].apply(lambda r: sorted(r) == list(range(1, cube.grid.count + 1))).all()
    assert frame.equals(frame_of(cube, training.model))
    assert np.allclose(frame[list(PARTS)].sum(axis=1), 1, atol=0.02)
    known = frame[frame["is_known"]]
    assert known["reason_en"].str.fullmatch(r"Mostly .+ \(\d+ %\)( and .+ \(\d+ %\))?\.").all()
    assert known["reason_fr"].str.startswith("Surtout ").all()


def test_a_type_that_is_alone_is_not_told_of_others():
    alone = cube_of(hot_city(GRID, WEEKS, burglary=0.4))
    reasons = frame_of(alone, train(alone, quick_config()).model)[["part_other_types", "reason_en"]]
    assert (reasons["part_other_types"] == 0).all()
    assert not reasons["reason_en"].str.contains("other types").any()


def test_what_stands_beside_the_model_is_the_best_of_the_plain_counts_and_said_where_it_serves(cube, training):
    figures, model = training.validation.all_weeks.figures, training.model
    assert model.baseline == max(("decay", "kde"), key=lambda name: figures[name]["log_score"]) != "kde"
    other = model.model_copy(update={"baseline": MethodName.KDE})
    shown, plain = (expected_counts(cube, one).baseline for one in (model, other))
    assert not np.allclose(shown, plain)
    for served in Served:
        rows, _, _ = forecast_frames(cube, model, stamp(cube.day_of(cube.weeks), served))
        assert rows["reason_en"].str.contains("the best of the plain counts by its record.").all() == (
            served == "baseline"
        )
        assert rows["reason_fr"].str.contains("Montré à la place du modèle").all() == (served == "baseline")


@pytest.mark.parametrize(
    ("until", "begun"),
    [
        pytest.param(date(2019, 2, 24), False, id="whole_weeks_only"),
        pytest.param(date(2019, 2, 25), True, id="one_day_of_the_week"),
        pytest.param(date(2019, 3, 1), True, id="most_of_it"),
    ],
)
def test_a_week_that_the_data_have_begun_says_so(cube, training, until, begun):
    """The week from Monday 25 February is forecast from the weeks up to the Sunday before, whatever the data hold."""
    frame = frame_of(cube, training.model, until)
    assert (frame["data_until_date"] == until).all()
    english = f"This week had begun: the data reach {until}, only whole weeks are used, up to 2019-02-24."
    assert frame["reason_en"].str.endswith(english).all() == begun
    assert frame["reason_fr"].str.contains("Cette semaine avait commencé").all() == begun


def test_what_is_published_adds_up(training, cube):
    fine = expected_counts(cube, training.model)
    parent = np.arange(GRID.count) // 9
    published = fine.published(parent, 100)
    assert np.allclose(published.model.sum(axis=1), fine.model.sum(axis=1))
    assert np.allclose(published.parts.sum(axis=0), 1, atol=0.02)
    assert published.model[0, 4] == pytest.approx(fine.model[0, 36:45].sum())


def test_ties_are_ranked_at_random_but_always_the_same():
    tied = ranks(np.zeros((1, 100), dtype=np.float32))
    assert tied.tolist() != [list(range(1, 101))]
    assert np.array_equal(tied, ranks(np.zeros((1, 100), dtype=np.float32)))


def test_a_model_serves_only_its_own_ground(cube, training):
    moved = Grid("here", 2154, 200.0, GRID.x0 + 1, GRID.y0, GRID.mask)
    with pytest.raises(CalanqueError, match="another grid"):
        expected_counts(weekly_cube(moved, hot_city(moved, WEEKS), WEEKS), training.model)
    events = hot_city(GRID, WEEKS).query("type == 'burglary'")
    with pytest.raises(CalanqueError, match="knows the types"):
        expected_counts(cube_of(events), training.model)
    told = hot_city(GRID, WEEKS).assign(premises=lambda frame: np.where(frame["cell"] % 3 == 0, "shop", "house"))
    with pytest.raises(CalanqueError, match="knows the premises none"):
        expected_counts(cube_of(told), training.model)


WORSE = Difference(-0.02, -0.03, -0.01, -4)


@pytest.mark.parametrize(
    ("baseline", "gains", "promoted"),
    [
        pytest.param("decay", {}, True, id="wins_both"),
        pytest.param("decay", {"log_score": UNSURE}, False, id="log_score_not_sure"),
        pytest.param("decay", {"hit_rate_5pct": UNSURE, "hit_rate_1pct": UNSURE}, True, id="hits_may_be_level"),
        pytest.param("decay", {"hit_rate_1pct": WORSE}, False, id="hits_at_1_below"),
        pytest.param("kde", {"hit_rate_5pct": WORSE}, False, id="hits_at_5_below"),
        pytest.param("kde", {"log_score": UNSURE}, False, id="must_beat_the_tuned_smoothing_too"),
        pytest.param("kde", {"log_score": WORSE}, False, id="worse_than_the_tuned_smoothing"),
    ],
)
def test_promotion(training, baseline, gains, promoted):
    sure = dict.fromkeys(training.validation.all_weeks.differences["decay"][CHALLENGER], SURE)
    differences = {name: {CHALLENGER: sure | (gains if name == baseline else {})} for name in ("decay", "kde")}
    span = dataclasses.replace(training.validation.all_weeks, differences=differences)
    decision, sentence = promotes(dataclasses.replace(training.validation, all_weeks=span), quick_config())
    assert decision is promoted
    assert sentence.en.endswith(".") and sentence.fr.endswith(".")
    assert ("stays" in sentence.en) == ("reste" in sentence.fr) == (not promoted)


def test_a_model_of_noise_is_not_promoted():
    generator = np.random.default_rng(4)
    events = pd.DataFrame(
        {"week": np.repeat(np.arange(WEEKS), 30), "cell": generator.integers(0, GRID.count, WEEKS * 30)}
    )
    outcome = train(cube_of(events.assign(type="burglary")), quick_config())
    assert not outcome.is_promoted
    assert abs(outcome.validation.all_weeks.figures[CHALLENGER]["log_score"]) < 0.08


def test_the_card_says_what_the_results_say(training):
    assert risk_config().parameters()["baseline.half_life_days"] == "365.0"
    card = model_card(training, quick_config(), "12")
    assert training.reason.en in card
    assert f"{training.validation.all_weeks.figures[CHALLENGER]['hit_rate_5pct']:.2%}" in card
    for said in ("Training table version: 12", "never persons", "left out, and refused by the code", "20 weekly"):
        assert said in card, said
    served = training.validation.coverage
    assert len(served) >= 2 and all("all" in by_type and len(by_type) > 1 for by_type in served.values())
    for method, by_type in served.items():
        for kind, (every, flagged) in by_type.items():
            assert f"| {kind} | {method} | {every:.1%} | {flagged:.1%} |" in card
    metrics = training.validation.metrics()
    assert {"stack.hit_rate_5pct", "gain.log_score.low", "decay.brier"} <= metrics.keys()


def test_the_figures_are_drawn(training, tmp_path):
    for draw in (hit_curve_figure, calibration_figure):
        path = tmp_path / f"{draw.__name__}.png"
        draw(training.validation).savefig(path)
        assert path.stat().st_size > 5000
