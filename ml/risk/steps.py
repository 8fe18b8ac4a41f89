"""The two steps a DAG runs: train (and decide who is champion), forecast (and write the mart)."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from calanque.contracts import load_contracts
from calanque.engines import delta, lineage, spark, tracking
from calanque.engines.lineage import How, LineageDataset, Origin
from calanque.errors import CalanqueError
from calanque.governance import state
from calanque.places.cells import cells_frame
from calanque.places.territory import load_territory
from calanque.settings import settings
from ml.risk.card import model_card
from ml.risk.config import RiskConfig, risk_config
from ml.risk.model import RiskModel
from ml.risk.monitor import judge
from ml.risk.plots import calibration_figure, hit_curve_figure
from ml.risk.promotions import Decision, decide
from ml.risk.reasons import PARTS
from ml.risk.score import ForecastStamp, Served, expected_counts, forecast
from ml.risk.slot_mart import TABLE as SLOTS
from ml.risk.slot_mart import slot_lineage, slot_rows, write_slots
from ml.risk.train import load_cube, train

if TYPE_CHECKING:
    import pandas as pd

    from ml.risk.cube import CountCube
    from ml.risk.train import Training

log = logging.getLogger(__name__)
READ = ("marts.fct_incidents", "marts.dim_cell", "marts.fct_cell_week")
FORECAST, FINE = "marts.fct_forecast", "marts.fct_forecast_fine"
FIGURES = (
    "territory string, cell_id string, type string, week_start_date date, expected_count double, "
    "lower_count int, upper_count int, baseline_count double, rank_model int, rank_baseline int, is_known boolean, "
    "part_recent double, part_year double, part_long double, part_other_types double, part_background double, "
)
SCHEMA = FIGURES + (
    "reason_en string, reason_fr string, model_name string, model_version string, served string, data_version string, "
    "forecast_at timestamp"
)
FINE_SCHEMA = FIGURES + (
    "model_name string, model_version string, served string, forecast_at timestamp, parent_cell_id string, "
    "lon double, lat double"
)


def _cube(territory: str, config: RiskConfig) -> CountCube:
    """Return the incidents of a territory from the marts; only what was reported, unless an exception is written."""
    cells = spark.sql(f"select cell_id, row, col from marts.dim_cell where territory = '{territory}'").toPandas()
    zone = load_territory(territory).time_zone
    incidents = spark.sql(
        "select type, occurred_local_date, lon, lat, origin, "
        f"hour(from_utc_timestamp(occurred_at, '{zone}')) as occurred_local_hour "
        f"from marts.fct_incidents where territory = '{territory}' and is_in_territory"
    ).toPandas()
    if incidents.empty:
        raise CalanqueError(
            f"There is no incident of '{territory}' in marts.fct_incidents: run its feed and the marts first."
        )
    until = incidents["occurred_local_date"].max()
    return load_cube(load_territory(territory), cells, incidents, until, _valid_from(territory), config)


def _valid_from(territory: str) -> date:
    dates = [
        c.valid_from
        for c in load_contracts().values()
        if c.territory == territory and c.domain == "incidents" and c.valid_from
    ]
    if not dates:
        raise CalanqueError(f"No contract of incidents for '{territory}' declares its first valid date (valid_from).")
    return min(dates)


def train_territory(territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Train, back-test, log to MLflow and move the aliases; nothing when data and code are those of the last training.

    Returns:
        Registry version, whether it is champion, the reason, and the metrics; None when nothing had changed.

    Raises:
        CalanqueError: if the marts are missing or too short, or MLflow does not answer.
    """
    inputs = state.table_versions(READ) | {"code": _code()}
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
    return facts | {"metrics": training.validation.metrics(), "mlflow_run": logged.run_id}


def _run_record(
    name: str, territory: str, training: Training, config: RiskConfig, inputs: dict[str, int | str], run_id: str
) -> tracking.RunRecord:
    validation, data_version = training.validation, _data_version(inputs)
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
    stored, is_champion = tracking.load_model(name, tracking.CHAMPION), True
    if stored is None:
        stored, is_champion = tracking.load_model(name, tracking.CHALLENGER), False
    if stored is None:
        raise CalanqueError(f"There is no model '{name}' in the registry: run the training first.")
    served = Served.MODEL if is_champion else Served.BASELINE
    inputs = state.table_versions(READ) | {"code": _code(), "model": stored.model_version, "served": served.value}
    step = f"forecast.{territory}"
    if state.unchanged(step, inputs):
        log.info("The forecast of %s stands: same data, same model; nothing to do.", territory)
        return None
    started_at = datetime.now(UTC).replace(microsecond=0)
    stamp = ForecastStamp(stored.model_version, _data_version(inputs), served, started_at)
    published, fine, slots = forecast_frames(territory, RiskModel.from_json(stored.model_json), stamp)
    _write(FORECAST, SCHEMA, published, territory, run_id)
    _write(FINE, FINE_SCHEMA, fine, territory, run_id)
    write_slots(slots, territory, run_id)
    _emit_forecast(name, run_id, stored.model_version, inputs, started_at)
    state.record(step, inputs, state.table_versions([FORECAST, FINE, SLOTS]))
    week, rows = published.week_start_date.iloc[0], {"row_count": len(published), "fine_row_count": len(fine)}
    log.info("Forecast of %s for the week of %s: %s rows, served: %s.", territory, week, len(published), served.value)
    return {
        "week_start_date": str(week),
        **rows,
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


def _write(table: str, schema: str, frame: pd.DataFrame, territory: str, run_id: str) -> None:
    grain = "One row per cell, type and week."
    spark.sql(
        f"create table if not exists {table} ({schema}) using delta partitioned by (territory) "
        f"location '{settings().hdfs_uri}/lake/{table.replace('.', '/')}' "
        f"comment 'Expected incidents of next week beside the baseline. {grain}'"
    )
    columns = [part.strip().split(" ")[0] for part in schema.split(",")]
    rows = spark.session().createDataFrame(frame[columns], schema=schema).coalesce(1)
    # Earlier weeks stay: a forecast is judged later by what then happened.
    where = f"territory = '{territory}' and week_start_date = '{frame.week_start_date.iloc[0]}'"
    with spark.user_metadata({"step": "forecast", "run_id": run_id}):
        rows.write.format("delta").mode("overwrite").option("replaceWhere", where).saveAsTable(table)


def monitor_territory(territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Judge the champion on the last weeks and retire it when it no longer keeps its promise.

    Returns:
        Version, whether it goes on, the reason, and types whose totals have drifted; None when there is no champion.

    Raises:
        CalanqueError: if the marts are missing, or MLflow does not answer.
    """
    name = tracking.registered_name("risk", territory)
    stored = tracking.load_model(name, tracking.CHAMPION)
    if stored is None:
        log.info("There is no champion of %s: the counts are served.", name)
        return None
    model = RiskModel.from_json(stored.model_json)
    verdict = judge(_cube(territory, model.config), model)
    log.info("%s version %s: %s", name, stored.model_version, verdict.reason)
    for kind, z in verdict.drift.items():
        log.warning("The weekly total of '%s' has moved by %+.1f standard errors: look at its feed.", kind, z)
    if not verdict.is_kept:
        decide(territory, name, stored.model_version, Decision.RETIRED, verdict.reason, run_id)
    return {
        "model_version": stored.model_version,
        "is_kept": verdict.is_kept,
        "reason": verdict.reason,
        "drift": verdict.drift,
    }


def _code() -> str:
    root = settings().root
    return state.code_hash(root / "ml", root / "calanque" / "places", root / "infra" / "territories")


def _data_version(inputs: dict[str, int | str]) -> str:
    return ", ".join(f"{table}@{inputs[table]}" for table in READ)


def _inputs(inputs: dict[str, int | str]) -> list[LineageDataset]:
    return [LineageDataset(name=table, version=inputs[table]) for table in READ]


def _emit_training(name: str, run_id: str, version: str, inputs: dict[str, int | str]) -> None:
    model = LineageDataset(name=f"models:/{name}", version=version)
    lineage.emit(f"train.{name}", run_id, _inputs(inputs), [model])


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
    columns = dict(part.strip().split(" ") for part in SCHEMA.split(","))
    target = LineageDataset(name=FORECAST, columns=columns, version=delta.data_version(FORECAST), origins=origins)
    sources = [*_inputs(inputs), LineageDataset(name=f"models:/{name}", version=version)]
    lineage.emit(f"forecast.{name}", run_id, sources, [target, slot_lineage()], started_at)
