"""The two steps a DAG runs: train (and decide who is champion), forecast (and write the mart)."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from calanque.engines import delta, lineage, tracking
from calanque.engines.lineage import How, LineageDataset, Origin
from calanque.errors import CalanqueError
from calanque.governance import state
from calanque.places.cells import cells_frame
from calanque.places.territory import load_territory
from ml import marts
from ml.drift.rows import drift_html
from ml.drift.steps import watch_inputs
from ml.risk.card import model_card
from ml.risk.config import RiskConfig, risk_config
from ml.risk.model import RiskModel
from ml.risk.monitor import judge
from ml.risk.plots import calibration_figure, hit_curve_figure
from ml.risk.promotions import Decision, decide
from ml.risk.reasons import PARTS
from ml.risk.score import ForecastStamp, Served, expected_counts, forecast
from ml.risk.slot_mart import SLOT, slot_lineage, slot_rows
from ml.risk.train import load_cube, train

if TYPE_CHECKING:
    import pandas as pd

    from ml.risk.cube import CountCube
    from ml.risk.train import Training

log = logging.getLogger(__name__)
READ = (marts.INCIDENTS, marts.CELLS, "marts.fct_cell_week")
DRIFT_PAGE = "drift.html"
FIGURES = (
    "territory string, cell_id string, type string, week_start_date date, expected_count double, "
    "lower_count int, upper_count int, baseline_count double, rank_model int, rank_baseline int, is_known boolean, "
    "part_recent double, part_year double, part_long double, part_other_types double, part_background double, "
)
COMMENT = "Expected incidents of next week beside the baseline. One row per cell, type and week."
FORECAST = marts.WeekTable(
    "marts.fct_forecast",
    FIGURES + "reason_en string, reason_fr string, model_name string, model_version string, served string, "
    "data_version string, forecast_at timestamp",
    COMMENT,
)
FINE = marts.WeekTable(
    "marts.fct_forecast_fine",
    FIGURES + "model_name string, model_version string, served string, forecast_at timestamp, parent_cell_id string, "
    "lon double, lat double",
    COMMENT,
)


def _cube(territory: str, config: RiskConfig) -> CountCube:
    """Return the incidents of a territory from the marts; only what was reported, unless an exception is written."""
    incidents = marts.read_incidents(territory)
    until, first = incidents["occurred_local_date"].max(), marts.valid_from(territory)
    return load_cube(load_territory(territory), marts.read_cells(territory), incidents, until, first, config)


def train_territory(territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Train, back-test, log to MLflow and move the aliases; nothing when data and code are those of the last training.

    Returns:
        Registry version, whether it is champion, the reason, and the metrics; None when nothing had changed.

    Raises:
        CalanqueError: if the marts are missing or too short, or MLflow does not answer.
    """
    inputs = state.table_versions(READ) | {"code": marts.code_version()}
    step, name = f"train.{territory}", tracking.registered_name("risk", territory)
    if state.unchanged(step, inputs):
        log.info("The model %s was trained on these data with this code; nothing to do.", name)
        return None
    config = risk_config()
    log.info("Reading the incidents of %s and back-testing %s weeks.", territory, config.backtest.weeks)
    training = train(_cube(territory, config), config)
    logged = tracking.log_run(_run_record(name, territory, training, config, inputs, run_id))
    decision = Decision.PROMOTED if training.is_promoted else Decision.REFUSED
    champion = decide(territory, name, logged.model_version, decision, training.reason, run_id)
    _emit_training(name, run_id, logged.model_version, inputs)
    facts = {"model_version": logged.model_version, "champion": champion or "none", "decision": training.reason}
    state.record(step, inputs, facts)
    return facts | {"metrics": training.validation.metrics(), "run_page": tracking.run_page(logged.run_id)}


def _run_record(
    name: str, territory: str, training: Training, config: RiskConfig, inputs: dict[str, int | str], run_id: str
) -> tracking.RunRecord:
    validation, data_version = training.validation, marts.data_version(READ, inputs)
    decision = {"code": str(inputs["code"]), "decision": training.reason}
    return tracking.RunRecord(
        experiment=name,
        run_name=run_id,
        registered_name=name,
        model_json=training.model.to_json(),
        params=config.parameters(),
        metrics=validation.metrics() | training.slots.metrics(),
        tags={"territory": territory, "data_version": data_version, **decision},
        figures={"hit_curve.png": hit_curve_figure(validation), "calibration.png": calibration_figure(validation)},
        texts={"card.md": model_card(training, config, data_version)},
    )


def forecast_territory(territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Write next week's forecast of a territory to `marts.fct_forecast`, model and baseline side by side.

    The champion serves; without one, the newest challenger is shown beside the baseline and the baseline serves.

    Returns:
        The week, the rows, who serves; None when data, model and code have not changed.

    Raises:
        CalanqueError: if no model was ever trained.
    """
    name = tracking.registered_name("risk", territory)
    champion = tracking.load_model(name, tracking.CHAMPION)
    stored = champion or tracking.load_model(name, tracking.CHALLENGER)
    if stored is None:
        raise CalanqueError(f"There is no model '{name}' in the registry: run the training first.")
    served = Served.MODEL if champion else Served.BASELINE
    made_by = {"code": marts.code_version(), "model": stored.model_version, "served": served.value}
    inputs = state.table_versions(READ) | made_by
    step = f"forecast.{territory}"
    if state.unchanged(step, inputs):
        log.info("The forecast of %s stands: same data, same model; nothing to do.", territory)
        return None
    started_at = datetime.now(UTC).replace(microsecond=0)
    stamp = ForecastStamp(stored.model_version, marts.data_version(READ, inputs), served, started_at)
    published, fine, slots = forecast_frames(territory, RiskModel.from_json(stored.model_json), stamp)
    week, written = published["week_start_date"].iloc[0], ((FORECAST, published), (FINE, fine), (SLOT, slots))
    for table, frame in written:
        marts.write_week(table, frame, territory, week, "forecast", run_id)
    _emit_forecast(name, run_id, stored.model_version, inputs, started_at)
    state.record(step, inputs, state.table_versions([table.name for table, _ in written]))
    log.info("Forecast of %s for the week of %s: %s rows, served: %s.", territory, week, len(published), served.value)
    return {
        "week_start_date": str(week),
        "row_count": len(published),
        "fine_row_count": len(fine),
        "slot_row_count": len(slots),
        "served": served.value,
        "model_version": stored.model_version,
    }


def forecast_frames(
    territory: str, model: RiskModel, stamp: ForecastStamp
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the rows of the published grid, those of the fine one, which the model was trained on, and the slots."""
    cube = _cube(territory, model.config)
    coarse = cube.grid.coarsened(model.config.fine_factor, territory)
    expected = expected_counts(cube, model)
    parent = coarse.parents(model.config.fine_factor)
    published = forecast(coarse.cell_ids(), cube, expected.published(parent, coarse.count), model, stamp)
    cells = cells_frame(cube.grid)
    fine = forecast(cube.grid.cell_ids(), cube, expected, model, stamp)
    ids, types = np.array(coarse.cell_ids(), dtype=object)[parent], len(cube.types)
    fine["parent_cell_id"] = np.tile(ids, types)
    fine["lon"], fine["lat"] = np.tile(cells["lon"].to_numpy(), types), np.tile(cells["lat"].to_numpy(), types)
    log.info("%s: %d cells of %g m, published as %d.", territory, cube.grid.count, cube.grid.cell, coarse.count)
    return published, fine, slot_rows(cube, model, published)


def monitor_territory(territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Compare the inputs with their past, judge the champion on the last weeks, retire it when it breaks its promise.

    Drift alone retires nobody; a retirement's reason names the inputs that have drifted.

    Returns:
        Version, whether it goes on, the reason, the inputs that have drifted (`<type> <input>`), and the address of the
        page that shows them; without a champion version and page are absent. None when there is no champion, and the
        same data were compared before.

    Raises:
        CalanqueError: if the marts are missing, or MLflow does not answer.
    """
    drift, is_new = watch_inputs(territory, run_id)
    name = tracking.registered_name("risk", territory)
    stored = tracking.load_model(name, tracking.CHAMPION)
    if stored is None:
        log.info("There is no champion of %s: the counts are served.", name)
        return {"is_kept": False, "reason": "There is no champion.", "drifted": drift.drifted} if is_new else None
    model = RiskModel.from_json(stored.model_json)
    verdict = judge(_cube(territory, model.config), model)
    reason = f"{verdict.reason}{drift.told}"
    log.info("%s version %s: %s", name, stored.model_version, reason)
    if not verdict.is_kept:
        decide(territory, name, stored.model_version, Decision.RETIRED, reason, run_id)
    tracking.write_texts(stored.run_id, {DRIFT_PAGE: drift_html(drift)})
    return {
        "model_version": stored.model_version,
        "is_kept": verdict.is_kept,
        "reason": reason,
        "drifted": drift.drifted,
        "drift_page": tracking.run_page(stored.run_id, DRIFT_PAGE),
    }


def _emit_training(name: str, run_id: str, version: str, inputs: dict[str, int | str]) -> None:
    model = LineageDataset(name=f"models:/{name}", version=version)
    lineage.emit(f"train.{name}", run_id, marts.lineage_inputs(READ, inputs), [model])


def _emit_forecast(name: str, run_id: str, version: str, inputs: dict[str, int | str], started_at: datetime) -> None:
    counted = (
        Origin(dataset="marts.fct_incidents", column="incident_id", how=How.AGGREGATION),
        Origin(dataset="marts.fct_incidents", column="occurred_local_date", how=How.AGGREGATION),
        Origin(dataset="marts.fct_incidents", column="cell_id", how=How.AGGREGATION),
    )
    copied = {"territory": "territory", "type": "type"}
    origins: dict[str, tuple[Origin, ...]] = {
        column: (Origin(dataset="marts.fct_incidents", column=source),) for column, source in copied.items()
    }
    origins |= {"cell_id": (Origin(dataset="marts.dim_cell", column="cell_id"),)}
    figures = ("expected_count", "lower_count", "upper_count", "baseline_count", "rank_model", "rank_baseline")
    origins |= dict.fromkeys((*figures, "is_known", *PARTS), counted)
    target = LineageDataset(
        name=FORECAST.name, columns=FORECAST.columns, version=delta.data_version(FORECAST.name), origins=origins
    )
    sources = [*marts.lineage_inputs(READ, inputs), LineageDataset(name=f"models:/{name}", version=version)]
    lineage.emit(f"forecast.{name}", run_id, sources, [target, slot_lineage()], started_at)
