"""The protocol on any CSV: bad input ends in a sentence, good input in figures and a table."""

import json
from datetime import date
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from rich.console import Console
from typer.testing import CliRunner

from calanque.cli.main import app
from calanque.errors import CalanqueError
from ml.risk.backtest import BacktestRequest, cube_of, run_backtest
from ml.risk.config import risk_config
from ml.risk.cube import UNTOLD
from ml.risk.incidents import MOST_PREMISES, RARE, read_incidents

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


def config():
    given = risk_config()
    challenger = given.challenger.model_copy(update={"fit_weeks": 30, "min_fit_weeks": 20, "iterations": 50})
    backtest = given.backtest.model_copy(update={"bootstrap_draws": 200})
    return given.model_copy(update={"challenger": challenger, "backtest": backtest})


@pytest.fixture(scope="module")
def csv(tmp_path_factory) -> Path:
    return write_city(tmp_path_factory.mktemp("city") / "city.csv")


@pytest.fixture(scope="module")
def boundary(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("area") / "area.geojson"
    feature = {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(SQUARE))}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


def test_the_protocol_runs_and_can_be_written(csv, boundary):
    result, tables = run_backtest(BacktestRequest(csv, 2913, 182.88, 52, boundary, date(2016, 2, 1)), config())
    figures = result["validation"]["all_weeks"]["figures"]
    assert set(figures) == {"counts", "window", "decay", "kde", "pool", "regression", "trees", "stack"}
    assert result["validation"]["first_day"] == "2016-02-01"
    assert result["validation"]["all_weeks"]["week_count"] == 52
    # The cell is given in metres and the CRS counts in feet: 600 ft = 182.88 m.
    assert result["validation"]["cell_area_m2"] == pytest.approx(182.88**2)
    assert result["validation"]["cell_count"] == pytest.approx(7800 * 6670 / 182.88**2, rel=0.05)
    assert figures["counts"]["pai_1pct"] > 5
    assert json.loads(json.dumps(result)) == result
    out = StringIO()
    Console(file=out, width=200).print(*tables)
    for said in (
        "counts, all history",
        "counts, half-life 365 d",
        "counts smoothed, tuned",
        "risk model (mean of three)",
        "all types",
        "robbery",
        "Gain with its 95 % interval, cells of 182.88 m",
    ):
        assert said in out.getvalue()


def test_premises_are_read_where_told_and_the_rare_ones_are_taken_together(csv, tmp_path):
    frame = pd.read_csv(csv)
    common = [f"kind {number:02}" for number in range(MOST_PREMISES)]
    told = pd.Series(np.resize(common, len(frame)))
    told[:3], told[3] = ["hut", "tent", "mill"], None
    frame.assign(premises=told).to_csv(tmp_path / "told.csv", index=False)
    request = BacktestRequest(tmp_path / "told.csv", 2913, 182.88, 52)
    cube, _ = cube_of(request, read_incidents(request.csv_path, request.crs))
    assert cube.premises == (*common, RARE, UNTOLD)
    assert cube_of(request, read_incidents(csv, request.crs))[0].premises == ()


def test_without_boundary_the_hull_stands_in_and_types_can_be_chosen(csv):
    result, _ = run_backtest(BacktestRequest(csv, 26910, 250, 52, types=("robbery",)), config())
    assert result["validation"]["types"] == ["robbery"]
    assert "hull" in result["boundary"]
    assert result["validation"]["last_day"] == "2017-04-19"


def test_the_row_order_does_not_matter(csv, tmp_path):
    shuffled = tmp_path / csv.name
    pd.read_csv(csv).sample(frac=1, random_state=1).to_csv(shuffled, index=False)
    request = {"crs": 26910, "cell_m": 250, "origins": 52}
    assert (
        run_backtest(BacktestRequest(csv, **request), config())[0]
        == run_backtest(BacktestRequest(shuffled, **request), config())[0]
    )


def _rewrite(column, value, count=1):
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame = frame.astype(object)
        frame.loc[frame.index[7 : 7 + count], column] = value
        return frame

    return change


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(lambda f: f.drop(columns="type"), "lacks the column 'type'", id="missing_column"),
        pytest.param(lambda f: f.head(0), "no incident", id="no_rows"),
        pytest.param(_rewrite("occurred_at", "yesterday"), "line 9: 'occurred_at' is not a date", id="date"),
        pytest.param(_rewrite("occurred_at", "03/04/2016"), "line 9", id="ambiguous_date"),
        pytest.param(_rewrite("occurred_at", "2016-03"), "line 9: 'occurred_at' is a month or a year", id="a_month"),
        pytest.param(_rewrite("occurred_at", "2099-01-01"), "line 9: 'occurred_at' is still to come", id="to_come"),
        pytest.param(_rewrite("occurred_at", "9999-12-31"), "line 9: 'occurred_at' is ", id="end_of_time"),
        pytest.param(_rewrite("lon", "west"), "line 9: 'lon' is not a number", id="longitude"),
        pytest.param(_rewrite("lat", None), "line 9: 'lat' is not a number", id="empty_latitude"),
        pytest.param(_rewrite("type", None), "line 9: no 'type'", id="empty_type"),
        pytest.param(_rewrite("lon", 12.0, 100), "100 of 3,000 points", id="points_elsewhere"),
        pytest.param(lambda f: f.rename(columns={"lon": "lat", "lat": "lon"}), "not exchanged", id="exchanged"),
    ],
)
def test_a_bad_file_ends_in_a_sentence(csv, tmp_path, change, told):
    path = tmp_path / "bad.csv"
    change(pd.read_csv(csv)).to_csv(path, index=False)
    with pytest.raises(CalanqueError, match=told):
        run_backtest(BacktestRequest(path, 2913, 182.88, 52), config())


def test_a_stray_point_is_counted_not_hidden(csv, tmp_path):
    path = tmp_path / "stray.csv"
    _rewrite("lon", 0.0)(pd.read_csv(csv)).to_csv(path, index=False)
    result, _ = run_backtest(BacktestRequest(path, 26910, 250, 52), config())
    assert (result["astray_count"], result["incident_count"]) == (1, 2999)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"crs": 4326}, "not projected", id="degrees"),
        pytest.param({"crs": 3857}, "1 m as 1.43 m.*EPSG:32610", id="web_mercator"),
        pytest.param({"crs": 2154}, "lie outside the area of EPSG:2154", id="crs_of_another_country"),
        pytest.param({"cell_m": 0}, "--cell", id="no_cell"),
        pytest.param({"cell_m": 0.5}, "larger cell", id="tiny_cell"),
        pytest.param({"origins": 0}, "--origins", id="no_origin"),
        pytest.param({"start": date(2017, 1, 1)}, "end after the last incident", id="start_too_late"),
        pytest.param({"start": date(2014, 1, 1)}, "No incident lies before", id="start_too_early"),
        pytest.param({"types": ("arson",)}, "choose among burglary, robbery", id="unknown_type"),
        pytest.param({"csv_path": Path("nowhere.csv")}, "nowhere.csv does not exist", id="no_file"),
        pytest.param({"boundary": Path("nowhere.geojson")}, "nowhere.geojson does not exist", id="no_boundary"),
    ],
)
def test_a_bad_request_ends_in_a_sentence(csv, changed, told):
    request = {"csv_path": csv, "crs": 2913, "cell_m": 182.88, "origins": 52} | changed
    with pytest.raises(CalanqueError, match=told):
        run_backtest(BacktestRequest(**request), config())


def test_the_hull_does_not_follow_a_point_far_out(csv, tmp_path):
    path, frame = tmp_path / csv.name, pd.read_csv(csv)
    # Some 125 km to the east; the concave hull reached for it, and most of the "city" was empty country.
    frame.loc[frame.index[0], ["occurred_at", "lon", "lat"]] = ["2015-01-01", -121.05, 45.5]
    frame.to_csv(path, index=False)
    asked = {"crs": 32610, "cell_m": 250, "origins": 52}
    told, tables = run_backtest(BacktestRequest(path, **asked), config())
    plain, _ = run_backtest(BacktestRequest(csv, **asked), config())
    assert (told["far_out_count"], plain["far_out_count"]) == (1, 0)
    assert told["area_km2"] == pytest.approx(plain["area_km2"], rel=0.02)
    gained, truly = (r["validation"]["all_weeks"]["figures"]["stack"]["hit_rate_5pct"] for r in (told, plain))
    assert gained == pytest.approx(truly, abs=0.02)
    shown = _printed(tables)
    assert f"{told['area_km2']:,.0f} km²" in shown
    assert "1 of 3,000 points lie far out" in " ".join(shown.split())


def _printed(tables) -> str:
    out = StringIO()
    Console(file=out, width=250).print(*tables)
    return out.getvalue()


def test_calgary_keeps_its_area_whatever_a_stray_point_does(shared, tmp_path):
    source = pd.read_csv(shared / "calgary-traffic" / "traffic.csv.gz")
    names = {"start_dt": "occurred_at", "longitude": "lon", "latitude": "lat"}
    frame = source.rename(columns=names)[[*names.values()]].dropna().assign(type="traffic")
    areas = []
    for name, rows in (("plain", frame), ("stray", frame)):
        rows = rows.copy()
        if name == "stray":
            rows.iloc[0, rows.columns.get_indexer(["lon", "lat"])] = [-110.0, 51.0]
        path = tmp_path / f"{name}.csv"
        rows.to_csv(path, index=False)
        request = BacktestRequest(path, 3776, 250, 52)
        cube, _ = cube_of(request, read_incidents(path, request.crs))
        areas.append(cube.grid.count * cube.grid.area_m2 / 1e6)
    assert areas[0] == pytest.approx(areas[1], rel=0.01)
    assert areas[0] == pytest.approx(743, rel=0.05)


@pytest.mark.parametrize(
    ("weeks", "asked", "origins", "is_decided", "told"),
    [
        pytest.param(120, 110, 80, True, "80 are forecast, not the 110 asked for", id="fewer_than_asked"),
        pytest.param(34, 52, 18, False, "18 forecasts are fewer than 26: they decide nothing", id="eight_months"),
    ],
)
def test_a_short_history_gives_what_it_can_and_says_what_it_can_not(tmp_path, weeks, asked, origins, is_decided, told):
    path = write_city(tmp_path / "young.csv", days=7 * weeks)
    result, tables = run_backtest(BacktestRequest(path, 26910, 250, asked), config())
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


def test_a_history_of_weeks_is_refused(tmp_path):
    path = write_city(tmp_path / "newborn.csv", days=7 * 7)
    with pytest.raises(CalanqueError, match="too short a history"):
        run_backtest(BacktestRequest(path, 26910, 250, 52), config())


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("not json", "not readable as GeoJSON", id="not_json"),
        pytest.param("[]", "not readable as GeoJSON", id="a_list"),
        pytest.param('{"type": "Point", "coordinates": [-122.6, 45.5]}', "no polygon", id="a_point"),
        pytest.param('{"type": "FeatureCollection", "features": []}', "no polygon", id="empty"),
        pytest.param(
            shapely.to_geojson(shapely.box(-122.4, 45.4, -122.3, 45.45)), "inside the boundary", id="elsewhere"
        ),
    ],
)
def test_a_bad_boundary_ends_in_a_sentence(csv, tmp_path, text, told):
    path = tmp_path / "area.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CalanqueError, match=told):
        run_backtest(BacktestRequest(csv, 2913, 182.88, 52, path), config())
