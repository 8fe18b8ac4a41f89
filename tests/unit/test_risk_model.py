"""Training, scoring and the decision: no look ahead, no enforced row, no promotion without its interval."""

import dataclasses
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from calanque.errors import CalanqueError
from calanque.places.cells import cells_frame
from calanque.places.grid import Grid
from calanque.places.territory import load_territory
from ml.risk.card import model_card
from ml.risk.config import EnforcedException, read_config, risk_config
from ml.risk.cube import CountCube, build_cube, cube_from_counts, require_reported
from ml.risk.features import SurfaceStream, surface_names
from ml.risk.metrics import Difference
from ml.risk.model import RiskModel
from ml.risk.plots import calibration_figure, hit_curve_figure
from ml.risk.rolling import roll
from ml.risk.score import FORECAST_COLUMNS, ForecastStamp, Served, forecast, ranks
from ml.risk.train import first_monday, load_cube, train
from ml.risk.validate import promotes, validate

WEEKS, FIRST = 60, date(2018, 1, 1)
STAMP = ForecastStamp("3", "12", Served.MODEL, datetime(2021, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def small_grid() -> Grid:
    """Thirty by thirty cells of a synthetic city."""
    return Grid("here", 2154, 200.0, 0.0, 0.0, np.ones((30, 30), dtype=bool))


def small_config():
    config = risk_config()
    challenger = config.challenger.model_copy(update={"fit_weeks": 20, "min_fit_weeks": 10, "refit_weeks": 8})
    backtest = config.backtest.model_copy(update={"weeks": 20, "bootstrap_draws": 300})
    return config.model_copy(update={"challenger": challenger, "backtest": backtest})


def city(grid, weeks=WEEKS, seed=2):
    """A synthetic city: lasting hot cells shared by two types."""
    generator = np.random.default_rng(seed)
    rate = generator.gamma(0.2, 1.0, grid.count) * 0.4
    frames = []
    for kind, factor in (("burglary", 1.0), ("robbery", 0.4)):
        week, cell = np.nonzero(generator.random((weeks, grid.count)) < 1 - np.exp(-rate * factor))
        frames.append(pd.DataFrame({"week": week, "cell": cell, "type": kind}))
    return pd.concat(frames, ignore_index=True)


def cube_of(grid, events, weeks=WEEKS) -> CountCube:
    days = np.datetime64(FIRST) + 7 * events["week"].to_numpy()
    until = FIRST.toordinal() + 7 * weeks - 1
    return build_cube(grid, FIRST, date.fromordinal(until), days, events["cell"].to_numpy(), events["type"])


@pytest.fixture(scope="module")
def cube(small_grid) -> CountCube:
    return cube_of(small_grid, city(small_grid))


@pytest.fixture(scope="module")
def training(cube):
    return train(cube, small_config())


def test_a_stream_is_the_decayed_count_of_the_weeks_before(cube):
    stream = SurfaceStream(cube, 30, (14.0, 365.0), (0.0, 1.0))
    for _ in range(5):
        stream.advance()
    by_hand = sum(cube.week(week) * 0.5 ** (7 * (34 - week) / 14) for week in range(35))
    assert np.allclose(stream.surface(14.0, 0.0), by_hand, atol=1e-4)
    fresh = SurfaceStream(cube, 35, (14.0, 365.0), (0.0, 1.0))
    assert np.allclose(stream.pool(), fresh.pool(), atol=1e-5)
    assert np.allclose(stream.pool().sum(axis=-1), 1, atol=1e-4)
    assert len(stream.pool()) == len(surface_names((14.0, 365.0), (0.0, 1.0)))


@pytest.mark.parametrize("planted_week", [WEEKS - 1, WEEKS - 10])
def test_no_look_ahead(small_grid, planted_week):
    """A thousand events planted in a quiet cell change no forecast up to and including their own week."""
    events = city(small_grid)
    quiet = int(np.argmin(np.bincount(events["cell"], minlength=small_grid.count)))
    planted = pd.DataFrame({"week": planted_week, "cell": quiet, "type": "burglary"}, index=range(1000))
    plain, signal = (roll(cube_of(small_grid, e), small_config(), 20) for e in (events, pd.concat([events, planted])))
    known = planted_week - plain.first_week
    for name, tally in plain.tallies.items():
        for before, after in zip(tally.probabilities[: known + 1], signal.tallies[name].probabilities, strict=False):
            assert np.array_equal(before, after), name
    if known + 1 < len(signal.happened):
        assert not np.array_equal(plain.tallies["pool"].probabilities[-1], signal.tallies["pool"].probabilities[-1])


def test_a_signal_in_the_past_is_learnt(small_grid):
    events = city(small_grid)
    planted = pd.DataFrame({"week": np.repeat(np.arange(WEEKS), 3), "cell": 5, "type": "burglary"})
    model = train(cube_of(small_grid, pd.concat([events, planted])), small_config()).model
    frame = forecast(cube_of(small_grid, pd.concat([events, planted])), model, STAMP)
    top = frame[(frame["type"] == "burglary") & (frame["rank_model"] == 1)]
    assert top["cell_id"].tolist() == [small_grid.cell_ids()[5]]
    assert 2 < top["expected_count"].iloc[0] < 6


def test_the_history_must_be_long_enough(small_grid):
    with pytest.raises(CalanqueError, match="longer history or fewer origins"):
        validate(cube_of(small_grid, city(small_grid, 35), 35), small_config(), 20)


def counts_frame(**columns):
    frame = {
        "cell_id": "here:0:0",
        "type": "burglary",
        "week_start_date": FIRST,
        "incident_count": 4,
        "origin": "reported",
    }
    return pd.DataFrame([frame, frame | columns])


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        pytest.param(
            counts_frame(origin="enforced"), "4 training incidents were produced by enforcement", id="enforced"
        ),
        pytest.param(counts_frame(origin="guessed"), "unknown origin", id="unknown"),
        pytest.param(counts_frame(origin=None), "unknown origin", id="empty"),
        pytest.param(counts_frame().drop(columns="origin"), "no 'origin'", id="no_column"),
    ],
)
def test_only_reported_rows_train(small_grid, frame, told):
    require_reported(counts_frame())
    with pytest.raises(CalanqueError, match=told):
        cube_from_counts(small_grid, frame, FIRST, date(2018, 6, 1))


def test_a_written_exception_is_logged(small_grid, caplog):
    exception = EnforcedException(
        reason="Impounds are wanted for the parking study.", decision_record="0099-impounds.md"
    )
    cube_from_counts(small_grid, counts_frame(origin="enforced"), FIRST, date(2018, 6, 1), exception)
    assert "0099-impounds.md" in caplog.text


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        pytest.param(counts_frame(cell_id="here:99:99"), "dim_cell does not hold", id="unknown_cell"),
        pytest.param(counts_frame().drop(columns="incident_count"), "lack the column 'incident_count'", id="column"),
        pytest.param(counts_frame().assign(week_start_date=date(2030, 1, 7)), "No complete week", id="no_week"),
    ],
)
def test_counts_that_do_not_fit_are_refused(small_grid, frame, told):
    with pytest.raises(CalanqueError, match=told):
        cube_from_counts(small_grid, frame, FIRST, date(2018, 6, 1))


@pytest.mark.parametrize(("until", "weeks"), [(date(2018, 1, 14), 2), (date(2018, 1, 15), 2), (date(2018, 1, 20), 2)])
def test_a_week_under_way_is_left_out(small_grid, until, weeks):
    later = counts_frame(week_start_date=date(2018, 1, 15))
    cube = cube_from_counts(small_grid, later, FIRST, until)
    assert (cube.weeks, cube.day_of(cube.weeks), cube.counts.sum()) == (weeks, date(2018, 1, 15), 4)


@pytest.mark.parametrize(
    ("day", "monday"),
    [(date(2014, 1, 1), date(2014, 1, 6)), (date(2014, 1, 6), date(2014, 1, 6)), (date(2014, 1, 5), date(2014, 1, 6))],
)
def test_first_monday(day, monday):
    assert first_monday(day) == monday


def test_load_cube_from_the_marts():
    territory = load_territory("marseille")
    cells = pd.DataFrame({"row": [3, 3, 4], "col": [7, 8, 7]})
    counts = counts_frame().assign(cell_id="marseille:3:8")
    cube = load_cube(territory, cells, counts, date(2018, 3, 1), FIRST, small_config())
    assert cube.week(0).tolist() == [[0, 8, 0]]


def test_the_model_survives_its_json(training):
    assert RiskModel.from_json(training.model.to_json()) == training.model
    with pytest.raises(CalanqueError, match="train again"):
        RiskModel.from_json('{"name": "risk"}')


def test_the_forecast_has_a_row_for_every_cell_and_type(cube, training):
    frame = forecast(cube, training.model, STAMP)
    assert tuple(frame) == FORECAST_COLUMNS
    assert len(frame) == cube.grid.count * 2
    assert not frame.isna().any().any()
    assert (frame["week_start_date"] == cube.day_of(WEEKS)).all()
    assert (frame["lower_count"] <= frame["upper_count"]).all()
    assert (frame["expected_count"] > 0).all()
    totals = frame.groupby("type")[["expected_count", "baseline_count"]].sum()
    assert np.allclose(totals["expected_count"], totals["baseline_count"], rtol=1e-4)
    for column in ("rank_model", "rank_baseline"):
        assert frame.groupby("type")[column].apply(lambda r: sorted(r) == list(range(1, cube.grid.count + 1))).all()
    assert frame.equals(forecast(cube, training.model, STAMP))


def test_ties_are_ranked_at_random_but_always_the_same():
    tied = ranks(np.zeros((1, 100), dtype=np.float32))
    assert tied.tolist() != [list(range(1, 101))]
    assert np.array_equal(tied, ranks(np.zeros((1, 100), dtype=np.float32)))


def test_a_model_serves_only_its_own_ground(cube, training, small_grid):
    moved = Grid("here", 2154, 200.0, small_grid.x0 + 1, small_grid.y0, small_grid.mask)
    with pytest.raises(CalanqueError, match="another grid"):
        forecast(cube_of(moved, city(moved)), training.model, STAMP)
    events = city(small_grid).query("type == 'burglary'")
    with pytest.raises(CalanqueError, match="knows the types"):
        forecast(cube_of(small_grid, events), training.model, STAMP)


SURE, UNSURE, WORSE = (
    Difference(0.01, 0.002, 0.02, 3),
    Difference(0.01, -0.001, 0.02, 1.9),
    Difference(-0.02, -0.03, -0.01, -4),
)


@pytest.mark.parametrize(
    ("baseline", "gains", "promoted"),
    [
        pytest.param("decay", {}, True, id="wins_both"),
        pytest.param("decay", {"log_score": UNSURE}, False, id="log_score_not_sure"),
        pytest.param("decay", {"hit_rate_5pct": UNSURE}, False, id="hits_at_5_not_sure"),
        pytest.param("decay", {"hit_rate_1pct": UNSURE}, True, id="hits_at_1_may_be_equal"),
        pytest.param("decay", {"hit_rate_1pct": WORSE}, False, id="hits_at_1_below"),
        pytest.param("counts", {"hit_rate_5pct": UNSURE}, False, id="must_beat_all_history_too"),
        pytest.param("counts", {"log_score": WORSE}, False, id="worse_than_all_history"),
    ],
)
def test_promotion(training, baseline, gains, promoted):
    sure = dict.fromkeys(training.validation.all_weeks.differences["decay"]["pool"], SURE)
    differences = {name: {"pool": sure | (gains if name == baseline else {})} for name in ("decay", "counts")}
    span = dataclasses.replace(training.validation.all_weeks, differences=differences)
    decision, sentence = promotes(dataclasses.replace(training.validation, all_weeks=span), small_config())
    assert decision is promoted
    assert sentence.endswith(".")
    assert ("stays" in sentence) is not promoted


def test_a_pool_on_noise_is_not_promoted(small_grid):
    generator = np.random.default_rng(4)
    events = pd.DataFrame(
        {"week": np.repeat(np.arange(WEEKS), 30), "cell": generator.integers(0, small_grid.count, WEEKS * 30)}
    )
    outcome = train(cube_of(small_grid, events.assign(type="burglary")), small_config())
    assert not outcome.is_promoted
    assert abs(outcome.validation.all_weeks.figures["pool"]["log_score"]) < 0.05


def test_the_card_says_what_the_results_say(training):
    card = model_card(training, small_config(), "12")
    assert training.reason in card
    assert f"{training.validation.all_weeks.figures['pool']['hit_rate_5pct']:.2%}" in card
    for said in ("Training table version: 12", "never persons", "left out, and refused by the code", "20 weekly"):
        assert said in card, said
    metrics = training.validation.metrics()
    assert {"pool.hit_rate_5pct", "gain.log_score.low", "decay.brier"} <= metrics.keys()


def test_the_figures_are_drawn(training, tmp_path):
    for draw in (hit_curve_figure, calibration_figure):
        path = tmp_path / f"{draw.__name__}.png"
        draw(training.validation).savefig(path)
        assert path.stat().st_size > 5000


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param("half_life_days: 365\n", "half_life_days: 30\n", "baseline.half_life_days", id="straw_man"),
        pytest.param("name: risk", "name: risk\nperson_score: 1", "person_score", id="unknown_key"),
        pytest.param("[0, 1, 2, 4]", "[1, 2]", "widths_cells", id="plain_counts_missing"),
        pytest.param("[14, 56, 365, 1460]", "[14, 56]", "half-life", id="baseline_missing"),
        pytest.param("horizon_weeks: 1", "horizon_weeks: 9", "horizon_weeks", id="other_horizon"),
        pytest.param("min_fit_weeks: 26", "min_fit_weeks: 500", "min_fit_weeks", id="min_above_fit"),
    ],
)
def test_model_yml_is_closed(tmp_path, old, new, told):
    from ml.risk.config import MODEL_FILE

    text = MODEL_FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "model.yml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CalanqueError, match=told):
        read_config(path)
    assert risk_config().parameters()["baseline.half_life_days"] == "365.0"


def test_a_frame_of_cells_is_the_grid(small_grid):
    assert len(cells_frame(small_grid)) == small_grid.count
