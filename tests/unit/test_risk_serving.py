"""What MLflow serves: the published forecast, from incidents, where only what the model asks for can be imported."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from mlflow.pyfunc import load_model
from quick_risk import FIRST, hot_city, last_day, quick_config, stamp, with_hours

from calanque.engines import tracking
from calanque.errors import CalanqueError
from calanque.places.cells import grid_of_cells
from calanque.places.grid import unproject
from calanque.places.territory import load_territory
from ml.risk.model import serving
from ml.risk.model.load import load_cube
from ml.risk.model.publish import published_forecast
from ml.risk.model.score import expected_counts
from ml.risk.model.serving import Ground, ServedForecast, ground_of
from ml.risk.record.train import train
from ml.risk.steps import served_model

MARSEILLE, WEEKS = load_territory("marseille"), 50
CELLS = pd.DataFrame([(60 + row, 60 + col) for row in range(8) for col in range(8)], columns=["row", "col"])
UNTIL = last_day(WEEKS)
KEY = ["cell_id", "type"]
# Nothing but Python, what the requirements bring in, and the code that travels with the model.
CLEAN = """
import re, sys
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
place, uri, alone = sys.argv[1:]
sys.path = [path for path in sys.path if "site-packages" in path or path.startswith(sys.base_prefix)]
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
def plain(name):
    return re.sub(r"[-_.]+", "-", re.match(r"[\\w.-]+", name)[0]).lower()
asked, found = [plain(line) for line in open(alone) if line.strip()], set()
while asked:
    name = asked.pop()
    if name not in found:
        try:
            needs = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        found.add(name)
        asked += [plain(need) for need in needs if "extra ==" not in need]
ours = {"calanque", "ml"}
tops = {top for top, names in packages_distributions().items() if found.isdisjoint(map(plain, names))} - ours
class Refuse:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in tops:
            raise ModuleNotFoundError(f"No module named '{name}': it is not among the requirements", name=name)
sys.meta_path.insert(0, Refuse)
for name in ("calanque", "pyspark", "airflow"):
    try:
        __import__(name)
    except ModuleNotFoundError:
        continue
    raise SystemExit(f"{name} can be imported: the place is not clean")
import mlflow, pandas
mlflow.set_tracking_uri(uri)
model = mlflow.pyfunc.load_model("models:/risk-here@champion")
incidents = pandas.read_csv(place + "/incidents.csv", dtype={"occurred_local_date": str})
model.predict(incidents, params={"as_of": open(place + "/as_of").read()}).to_csv(place + "/found.csv")
"""


@pytest.fixture(scope="module")
def incidents() -> pd.DataFrame:
    """A year of two types in sixty-four cells, at two kinds of place."""
    generator, grid = np.random.default_rng(4), grid_of_cells(MARSEILLE, CELLS)
    made = with_hours(hot_city(grid, WEEKS, assault=2.0, robbery=0.8))
    row, col = (CELLS[axis].to_numpy()[made["cell"]] + generator.random(len(made)) for axis in ("row", "col"))
    lon, lat = unproject(grid.crs, grid.x0 + col * grid.cell, grid.y0 + row * grid.cell)
    days = pd.Timestamp(FIRST) + pd.to_timedelta(7 * made["week"] + made["day"], unit="D")
    told = {
        "occurred_local_date": days.dt.strftime("%Y-%m-%d"),
        "occurred_local_hour": made["hour"],
        "origin": "reported",
    }
    premises = np.where(generator.random(len(made)) < 0.5, "house", "shop")
    known = days + pd.to_timedelta(generator.choice([0.4, 3, 12], len(made)), unit="D")
    told |= {"premises": premises, "known_at": known.dt.strftime("%Y-%m-%d %H:%M")}
    return made[["type"]].assign(**told, lon=lon, lat=lat)


@pytest.fixture(scope="module")
def ground() -> Ground:
    return ground_of(MARSEILLE, CELLS, FIRST)


@pytest.fixture(scope="module")
def made(incidents, ground):
    """A model, and the forecast of the week after its data as the mart would have it."""
    config = quick_config(6, fit_weeks=15, min_fit_weeks=8, refit_weeks=15, zeros_a_week=100)
    cube = load_cube(MARSEILLE, CELLS, incidents, UNTIL, FIRST, config)
    model = train(cube, config).model
    return model, published_forecast(cube, expected_counts(cube, model), model, stamp(UNTIL))


def same(found: pd.DataFrame, published: pd.DataFrame) -> None:
    assert list(found) == list(serving.OUTPUTS)
    assert len(found) == len(published) == 64 * 2
    both = found.merge(published, on=KEY, suffixes=("", "_published"), validate="one_to_one")
    assert len(both) == len(published)
    assert (both["week_start_date"] == both["week_start_date_published"].astype(str)).all()
    assert (both["upper_count"] == both["upper_count_published"]).all()
    for column in ("expected_count", "p_at_least_one", "baseline_count"):
        assert np.allclose(both[column], both[f"{column}_published"], rtol=1e-6), column


@pytest.fixture(scope="module")
def uri(made, ground, tmp_path_factory) -> str:
    """A registry whose champion is the model."""
    folder = tmp_path_factory.mktemp("registry")
    uri = f"sqlite:///{folder}/tracking.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        served, tables = served_model(made[0], ground), {"marts.fct_incidents": 12, "marts.dim_cell": "absent"}
        name, text = "risk-here", made[0].to_json()
        record = tracking.RunRecord("risk", "train", name, text, {}, {}, {}, tables=tables, served=served)
        tracking.set_alias(name, tracking.CHAMPION, tracking.log_run(record, uri).model_version, uri)
        yield uri


def test_mlflow_returns_the_published_forecast_in_a_clean_environment(uri, made, incidents, tmp_path) -> None:
    import mlflow

    mlflow.set_tracking_uri(uri)
    stored = mlflow.artifacts.download_artifacts("models:/risk-here@champion", dst_path=str(tmp_path / "model"))
    incidents.to_csv(tmp_path / "incidents.csv", index=False)
    (tmp_path / "as_of").write_text(UNTIL.isoformat(), encoding="utf-8")
    (tmp_path / "clean.py").write_text(CLEAN, encoding="utf-8")
    command = [sys.executable, "-I", str(tmp_path / "clean.py"), str(tmp_path), uri, f"{stored}/requirements.txt"]
    done = subprocess.run(
        command, cwd=Path(uri.removeprefix("sqlite:///")).parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = pd.read_csv(tmp_path / "found.csv", index_col=0)
    same(found, made[1])


def test_a_model_that_is_logged_leaves_the_path_of_imports_as_it_was(uri) -> None:
    assert not [entry for entry in sys.path if entry.endswith("/code")]


def test_the_champion_says_what_goes_in_and_what_comes_out(uri, made, monkeypatch) -> None:
    import mlflow

    # The loader puts the model's code first on the path.
    monkeypatch.setattr(sys, "path", list(sys.path))
    mlflow.set_tracking_uri(uri)
    info = mlflow.models.get_model_info("models:/risk-here@champion")
    assert info.signature.inputs.input_names() == list(serving.INPUTS)
    assert info.signature.outputs.input_names() == list(serving.OUTPUTS)
    assert [param.name for param in info.signature.params] == ["as_of"]
    loaded = load_model("models:/risk-here@champion")
    found = loaded.predict(loaded.input_example)
    assert len(found) == 64 * 2
    assert set(found["week_start_date"]) == {made[0].trained_until.isoformat()}


def test_the_run_says_which_tables_it_read(uri) -> None:
    import mlflow

    mlflow.set_tracking_uri(uri)
    stored = tracking.load_model("risk-here", uri=uri)
    assert stored is not None
    inputs = mlflow.MlflowClient().get_run(stored.run_id).inputs.dataset_inputs
    assert {(found.dataset.name, found.dataset.digest) for found in inputs} == {
        ("marts.fct_incidents", "12"),
        ("marts.dim_cell", "absent"),
    }


def test_rows_after_the_day_asked_for_are_not_read(made, ground, incidents) -> None:
    served, early = ServedForecast(made[0], ground), "2018-11-04"
    known = incidents[incidents["occurred_local_date"] <= early]
    found = served.predict(incidents, {"as_of": early})
    assert found.equals(served.predict(known, {"as_of": early}))
    assert set(found["week_start_date"]) == {"2018-11-05"}
    same(served.predict(incidents, {"as_of": UNTIL.isoformat()}), made[1])


@pytest.mark.parametrize(
    ("change", "params", "told"),
    [
        pytest.param({}, {"as_of": "yesterday"}, "must be a day such as 2021-12-31", id="day"),
        pytest.param({"type": "arson"}, {}, "knows the types", id="types"),
        pytest.param({"origin": "enforced"}, {}, "produced by enforcement", id="enforced"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(made, ground, incidents, change, params, told) -> None:
    with pytest.raises(CalanqueError, match=told):
        ServedForecast(made[0], ground).predict(incidents.assign(**change), params)
