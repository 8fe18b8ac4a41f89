"""The protocol on any CSV: bad input ends in a sentence, good input in figures and a table."""

import json
import re
from datetime import date
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
import yaml
from quick_risk import quick_config
from rich.console import Console
from typer.testing import CliRunner

from calanque.cli.main import app
from calanque.errors import CalanqueError
from ml.risk.model.cube import UNTOLD
from ml.risk.record.backtest import BacktestRequest, cube_of, run_backtest
from ml.risk.record.incidents import MOST_PREMISES, RARE, read_incidents

WEEKS = 12
ASKED = {"crs": 32610, "cell_m": 250, "origins": WEEKS}
CONFIG = quick_config(104, fit_weeks=30, min_fit_weeks=20, iterations=50)
REFUSED = yaml.safe_load(Path(__file__).with_name("refused_backtests.yml").read_text(encoding="utf-8"))
SQUARE = shapely.box(-122.70, 45.48, -122.60, 45.54)


def write_city(path: Path, days: int = 7 * 120) -> Path:
    """Write a synthetic city of lasting hot spots in Portland's projection."""
    generator = np.random.default_rng(3)
    spots = np.column_stack([generator.uniform(-122.69, -122.61, 12), generator.uniform(45.49, 45.53, 12)])
    chosen = spots[generator.choice(12, 3000, p=np.arange(1, 13) / 78)]
    lon, lat = (chosen + generator.normal(0, 0.002, chosen.shape)).T
    when = np.datetime64("2015-01-01") + generator.integers(0, days, 3000)
    kind = generator.choice(["burglary", "robbery"], 3000)
    pd.DataFrame({"occurred_at": when, "lon": lon, "lat": lat, "type": kind}).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def csv(tmp_path_factory) -> Path:
    return write_city(tmp_path_factory.mktemp("city") / "city.csv")


@pytest.fixture(scope="module")
def boundary(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("area") / "area.geojson"
    feature = {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(SQUARE))}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def plain(csv):
    """The city judged in its hull."""
    return run_backtest(BacktestRequest(csv, **ASKED), CONFIG)[0]


def test_the_protocol_runs_and_can_be_written(csv, boundary):
    result, tables = run_backtest(BacktestRequest(csv, 2913, 182.88, WEEKS, boundary, date(2016, 2, 1)), CONFIG)
    figures = result["validation"]["all_weeks"]["figures"]
    assert set(figures) == {"decay", "kde", "pool", "regression", "stack"}
    assert result["validation"]["first_day"] == "2016-02-01"
    assert result["validation"]["all_weeks"]["week_count"] == WEEKS
    # The cell is given in metres and the CRS counts in feet: 600 ft = 182.88 m.
    assert result["validation"]["cell_area_m2"] == pytest.approx(182.88**2)
    assert result["validation"]["cell_count"] == pytest.approx(7800 * 6670 / 182.88**2, rel=0.05)
    assert figures["decay"]["pai_1pct"] > 5
    assert json.loads(json.dumps(result)) == result
    shown = _printed(tables)
    for said in ("all types", "robbery", "Gain with its 95 % interval, cells of 182.88 m"):
        assert said in shown


def test_premises_are_read_where_told_and_the_rare_ones_are_taken_together(csv, tmp_path):
    frame = pd.read_csv(csv)
    common = [f"kind {number:02}" for number in range(MOST_PREMISES)]
    told = pd.Series(np.resize(common, len(frame)))
    told[:3], told[3] = ["hut", "tent", "mill"], None
    frame.assign(premises=told).to_csv(tmp_path / "told.csv", index=False)
    request = BacktestRequest(tmp_path / "told.csv", 2913, 182.88, 52)
    cube, _ = cube_of(request, read_incidents(request.csv_path, request.crs), None)
    assert cube.premises == (*common, RARE, UNTOLD)
    assert cube_of(request, read_incidents(csv, request.crs), None)[0].premises == ()


def test_of_each_type_as_of_the_whole_whatever_the_order_of_rows_and_a_stray_point(csv, plain, tmp_path):
    assert "hull" in plain["boundary"]
    assert plain["validation"]["last_day"] == "2017-04-19"
    shuffled = tmp_path / csv.name
    frame = pd.read_csv(csv).sample(frac=1, random_state=1)
    frame.to_csv(shuffled, index=False)
    assert run_backtest(BacktestRequest(shuffled, **ASKED), CONFIG)[0] == plain
    frame.loc[frame.index[frame["type"] == "robbery"][7], "lon"] = 0.0
    frame.to_csv(shuffled, index=False)
    result, _ = run_backtest(BacktestRequest(shuffled, **ASKED, types=("robbery",)), CONFIG)
    assert result["validation"]["types"] == ["robbery"]
    assert (result["astray_count"], result["incident_count"]) == (1, (frame["type"] == "robbery").sum() - 1)


def test_incidents_known_later_count_later_and_the_cost_is_said(csv, plain, tmp_path):
    told, tables = run_backtest(BacktestRequest(csv, **ASKED, known_after_days=20), CONFIG)
    assert [one["validation"]["complete_weeks"] for one in (told, plain)] == [3, None]
    assert plain["delay_cost"] == {}
    model, at_once = (one["validation"]["all_weeks"]["figures"]["stack"]["log_score"] for one in (told, plain))
    assert told["delay_cost"]["log_score"]["value"] == pytest.approx(model - at_once, abs=1e-9)
    assert "95 in 100 of a week's within 3 weeks of it" in " ".join(_printed(tables).split())
    frame = pd.read_csv(csv, parse_dates=["occurred_at"])
    frame.assign(known_at=frame["occurred_at"] + pd.Timedelta(days=20)).to_csv(tmp_path / csv.name, index=False)
    assert run_backtest(BacktestRequest(tmp_path / csv.name, **ASKED), CONFIG)[0] == told


def test_what_was_loaded_at_once_long_after_asks_for_no_longer_history(csv):
    incidents = read_incidents(csv, BacktestRequest(csv, **ASKED).crs)
    assert [incidents.known_after(days).late_weeks for days in (0, 20, 50)] == [0, 3, 8]
    assert incidents.known_after(3_000).late_weeks == 0


def test_the_hull_does_not_follow_a_point_far_out(csv, plain, tmp_path):
    path, frame = tmp_path / csv.name, pd.read_csv(csv)
    # Some 125 km to the east; the concave hull reached for it, and most of the "city" was empty country.
    frame.loc[frame.index[0], ["occurred_at", "lon", "lat"]] = ["2015-01-01", -121.05, 45.5]
    frame.to_csv(path, index=False)
    told, tables = run_backtest(BacktestRequest(path, **ASKED), CONFIG)
    assert (told["far_out_count"], plain["far_out_count"]) == (1, 0)
    assert told["area_km2"] == pytest.approx(plain["area_km2"], rel=0.02)
    gained, truly = (r["validation"]["all_weeks"]["figures"]["stack"]["hit_rate_5pct"] for r in (told, plain))
    assert gained == pytest.approx(truly, abs=0.02)
    shown = _printed(tables)
    assert f"{told['area_km2']:,.0f} km²" in shown
    assert "1 of 3,000 points lie far out" in " ".join(shown.split())


FILES = {
    "missing_column": (lambda f: f.drop(columns="type"), "lacks the column 'type'"),
    "known_some_day": (lambda f: f.assign(known_at="soon"), "'known_at' is not a date"),
    "no_rows": (lambda f: f.head(0), "no incident"),
    "points_elsewhere": (lambda f: f.assign(lon=f["lon"].mask(f.index < 100, 12.0)), "100 of 3,000 points"),
    "exchanged": (lambda f: f.rename(columns={"lon": "lat", "lat": "lon"}), "not exchanged"),
    "weeks_only": (lambda f: f[f["occurred_at"] < "2015-02-19"], "too short a history"),
}


def _refused(csv: Path, **request) -> str:
    with pytest.raises(CalanqueError) as refused:
        run_backtest(
            BacktestRequest(**{"csv_path": csv, "crs": 2913, "cell_m": 182.88, "origins": 52} | request), CONFIG
        )
    return str(refused.value)


@pytest.mark.parametrize(("change", "told"), FILES.values(), ids=FILES)
def test_a_bad_file_ends_in_a_sentence(csv, tmp_path, change, told):
    change(pd.read_csv(csv)).to_csv(tmp_path / "bad.csv", index=False)
    assert told in _refused(tmp_path / "bad.csv")


@pytest.mark.parametrize(
    ("what", "name", "value", "told"),
    [pytest.param(what, *case, id=name) for what, cases in REFUSED.items() for name, case in cases.items()],
)
def test_a_bad_value_request_or_boundary_ends_in_a_sentence(csv, tmp_path, what, name, value, told):
    path, request = tmp_path / "given", {name: value} if what == "requests" else {}
    if what == "values":
        frame = pd.read_csv(csv).astype(object)
        frame.loc[7, name] = value
        frame.to_csv(path, index=False)
    elif what == "boundaries":
        path.write_text(value, encoding="utf-8")
        request = {"boundary": path}
    assert re.search(told, _refused(path if what == "values" else csv, **request))


@pytest.mark.parametrize("name", ["csv_path", "boundary"])
def test_a_file_that_is_not_there_is_named(csv, name):
    assert "nowhere.csv does not exist" in _refused(csv, **{name: Path("nowhere.csv")})


def test_a_boundary_that_is_not_there_is_named_before_a_short_history(csv, tmp_path):
    short = FILES["weeks_only"][0](pd.read_csv(csv))
    short.to_csv(tmp_path / "short.csv", index=False)
    told = _refused(tmp_path / "short.csv", **(ASKED | {"boundary": Path("nowhere.geojson")}))
    assert "nowhere.geojson does not exist" in told


def _printed(tables) -> str:
    out = StringIO()
    Console(file=out, width=250).print(*tables)
    return out.getvalue()


@pytest.mark.parametrize(
    ("weeks", "asked", "origins", "is_decided", "told"),
    [
        pytest.param(66, 52, 26, True, "26 are forecast, not the 52 asked for", id="fewer_than_asked"),
        pytest.param(34, 52, 18, False, "18 forecasts are fewer than 26: they decide nothing", id="eight_months"),
    ],
)
def test_a_short_history_gives_what_it_can_and_says_what_it_can_not(tmp_path, weeks, asked, origins, is_decided, told):
    path = write_city(tmp_path / "young.csv", days=7 * weeks)
    result, tables = run_backtest(BacktestRequest(path, 26910, 250, asked), CONFIG)
    assert (result["origins_asked"], result["origins"]) == (asked, origins)
    assert result["validation"]["all_weeks"]["week_count"] == origins
    assert result["decision"]["is_decided"] is is_decided
    assert any(told in sentence for sentence in result["limits"])
    shown = " ".join(_printed(tables).split())
    assert told in shown
    assert ("too few to decide anything" in shown) is not is_decided
    if not is_decided:
        assert result["decision"]["is_promoted"] is False
        assert "beats" not in shown


@pytest.mark.parametrize(
    ("target", "told"),
    [
        pytest.param("nowhere/result.json", "its folder does not exist", id="no_folder"),
        pytest.param(".", "it can not be written", id="a_folder"),
    ],
)
def test_an_unwritable_result_is_said_before_the_run(tmp_path, target, told):
    arguments = ["backtest", "--incidents", "missing.csv", "--crs", "26910", "--cell", "250"]
    run = CliRunner().invoke(app, [*arguments, "--json", str(tmp_path / target)])
    assert isinstance(run.exception, CalanqueError)
    assert told in str(run.exception)
