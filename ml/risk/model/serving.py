"""The model as MLflow serves it: incidents of a territory in, the forecast as it is published out.

Everything it needs is in its folder: the model, and the ground it forecasts (the territory's file, its cells, the first
valid date). Nothing of the lake is read, and no table.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from calanque.closed import Closed
from calanque.errors import CalanqueError
from calanque.places.cells import grid_of_cells
from calanque.places.grid import unproject
from calanque.places.territory import Territory
from ml.risk.model.cube import UNTOLD
from ml.risk.model.load import load_cube
from ml.risk.model.publish import published_forecast
from ml.risk.model.score import ForecastStamp, Served, expected_counts
from ml.risk.model.trained import RiskModel

MODEL_FILE, GROUND_FILE = "model.json", "ground.json"
AS_OF = "as_of"
INPUTS = {
    "type": "string",
    "occurred_local_date": "string",
    "occurred_local_hour": "long",
    "lon": "double",
    "lat": "double",
    "origin": "string",
    "premises": "string",
    "known_at": "string",
}
"""One row an incident, all of the territory since its first valid date: its date as 2021-12-31, its hour 0 to 23.

`known_at` is when it was known, UTC, as 2021-12-31 08:30; without it each counts from the week in which it happened.
"""
OPTIONAL = ("premises", "known_at")
OUTPUTS = {
    "cell_id": "string",
    "type": "string",
    "week_start_date": "string",
    "expected_count": "double",
    "upper_count": "integer",
    "p_at_least_one": "double",
    "baseline_count": "double",
}
PARAMS = {AS_OF: ""}
"""Last day that the incidents cover, as 2021-12-31; empty for the latest of them."""
CODE = (
    "calanque/__init__.py",
    "calanque/closed.py",
    "calanque/errors.py",
    "calanque/settings.py",
    "calanque/yaml_file.py",
    "calanque/places",
    "ml/__init__.py",
    "ml/delays.py",
    "ml/french.py",
    "ml/hours.py",
    "ml/intervals.py",
    "ml/silence.py",
    "ml/risk/__init__.py",
    "ml/risk/config.py",
    "ml/risk/model.yml",
    "ml/risk/model",
)
"""What of this repository a forecast runs on; it travels with the model."""
_REQUIRED = (
    *("mlflow", "numpy", "pandas", "scipy", "pydantic", "pydantic-settings", "pyyaml"),
    *("pyproj", "shapely", "tzdata"),
)


class Ground(Closed):
    """The territory that a model forecasts; `cells` are row and column of each published cell."""

    territory: Territory
    valid_from: date
    cells: tuple[tuple[int, int], ...]

    @property
    def frame(self) -> pd.DataFrame:
        """The cells as `load_cube` takes them."""
        return pd.DataFrame(list(self.cells), columns=["row", "col"])


def ground_of(territory: Territory, cells: pd.DataFrame, valid_from: date) -> Ground:
    """Return the ground of a territory from the rows of `marts.dim_cell`."""
    pairs = zip(cells["row"].astype(int), cells["col"].astype(int), strict=True)
    return Ground(territory=territory, valid_from=valid_from, cells=tuple(sorted(pairs)))


def requirements() -> tuple[str, ...]:
    """Return the packages that a forecast needs, pinned to those it was made with."""
    return tuple(f"{name}=={version(name)}" for name in _REQUIRED)


def example(model: RiskModel, ground: Ground) -> pd.DataFrame:
    """Return made-up incidents that fit the model, one of each type and kind of place, in its last week."""
    grid = grid_of_cells(ground.territory, ground.frame)
    row, col = ground.cells[0]
    lon, lat = unproject(
        grid.crs, np.array([grid.x0 + (col + 0.5) * grid.cell]), np.array([grid.y0 + (row + 0.5) * grid.cell])
    )
    day = (model.trained_until - timedelta(days=1)).isoformat()
    kinds = [None if kind == UNTOLD else kind for kind in model.premises] or [None]
    rows = [
        (kind, day, 13, float(lon[0]), float(lat[0]), "reported", premises, None)
        for kind, premises in product(model.types, kinds)
    ]
    return pd.DataFrame(rows, columns=list(INPUTS))


class ServedForecast:
    """What `mlflow.pyfunc.load_model` returns: `predict` gives next week's forecast as `marts.fct_forecast` has it."""

    def __init__(self, model: RiskModel, ground: Ground) -> None:
        """Take what was read from the model's folder."""
        self.model, self.ground = model, ground

    def predict(self, incidents: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Return the forecast of the first week that the incidents do not cover whole, columns `OUTPUTS`.

        Args:
            incidents: columns `INPUTS`; rows after `as_of` are not read.
            params: `as_of`, see `PARAMS`.

        Raises:
            CalanqueError: if the incidents are not those of the territory, or the model does not know their types.
        """
        days = pd.to_datetime(incidents["occurred_local_date"]).dt.date
        as_of = str((params or {}).get(AS_OF) or "")
        until = _day(as_of) if as_of else days.max()
        known = incidents[days <= until].reset_index(drop=True)
        cube = load_cube(
            self.ground.territory, self.ground.frame, known, until, self.ground.valid_from, self.model.config
        )
        stamp = ForecastStamp(self.model.name, "", "", Served.MODEL, datetime.now(UTC), until)
        rows = published_forecast(cube, expected_counts(cube, self.model), self.model, stamp)
        rows["week_start_date"] = rows["week_start_date"].astype(str)
        return rows[list(OUTPUTS)]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CalanqueError(f"'{AS_OF}' must be a day such as 2021-12-31, not '{text}'.") from error


def _load_pyfunc(path: str) -> ServedForecast:
    """Return the model of a folder; the name is the one that MLflow asks a loader for."""
    folder = Path(path)
    model = RiskModel.from_json((folder / MODEL_FILE).read_text(encoding="utf-8"))
    return ServedForecast(model, Ground.model_validate_json((folder / GROUND_FILE).read_text(encoding="utf-8")))
