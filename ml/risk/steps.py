"""The two steps that look ahead: train (and decide who is champion), forecast (and write the marts)."""

import json
import logging
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from calanque.engines import tracking
from calanque.engines.lineage import LineageDataset
from calanque.engines.served_model import ServedModel
from calanque.marts.domains import DOMAINS
from calanque.places.territory import load_territory
from calanque.runs import lineage, state
from ml import marts
from ml.risk.config import RiskConfig, risk_config
from ml.risk.model import serving
from ml.risk.model.counts import COUNTS_VERSION, FEWEST_WEEKS, Publishes, counted, learn_counts
from ml.risk.model.cube import CountCube
from ml.risk.model.forecast_mart import FINE, FORECAST
from ml.risk.model.load import load_cube
from ml.risk.model.publish import fine_forecast, published_forecast
from ml.risk.model.score import ForecastStamp, Served, expected_counts
from ml.risk.model.serving import Ground
from ml.risk.model.slot_mart import SLOT, slot_rows
from ml.risk.model.trained import RiskModel
from ml.risk.record import score_mart
from ml.risk.record.card import head, model_card
from ml.risk.record.kept import keep_weeks, kept_weeks
from ml.risk.record.plots import calibration_figure, hit_curve_figure
from ml.risk.record.promotions import PROMOTIONS, Decision, decide
from ml.risk.record.train import Training, origin_count, too_short, train

log = logging.getLogger(__name__)
READ = (marts.INCIDENTS, marts.CELLS)
READ_COLUMNS = ("incident_id", "occurred_local_date", "occurred_local_hour", "known_at", "cell_id")
COPIED = {"territory": marts.INCIDENTS, "type": marts.INCIDENTS, "cell_id": marts.CELLS}
MADE = (
    *("week_start_date", "slot_date", "slot_start_hour", "lon", "lat", "reason_en", "reason_fr", "served"),
    *("model_name", "model_version", "data_version", "forecast_at"),
)
NOT_AUDITED = "not audited yet"
RECORD_FILE = "record.json"
"""Artefact of a training's run: the weeks of its back-test, as rows of `marts.fct_forecast_score`."""


def config_of(territory: str) -> RiskConfig:
    """Return the parameters for a territory: its own grid is the finest where its incidents are told by cell."""
    config, feeds = risk_config(), DOMAINS["incidents"].contracts
    is_by_cell = any((one.territory, one.place_grain) == (territory, "cell") for one in feeds)
    return config.model_copy(update={"fine_factor": 1}) if is_by_cell else config


def territory_cube(territory: str, config: RiskConfig) -> tuple[CountCube, date]:
    """Return the incidents of a territory from the marts, and the last day they hold.

    Only what was reported counts, unless an exception is written.
    """
    read = marts.read_incidents if config.training.enforced_exception else marts.read_reported
    incidents = read(territory)
    until, first = incidents["occurred_local_date"].max(), marts.valid_from(territory)
    return load_cube(load_territory(territory), marts.read_cells(territory), incidents, until, first, config), until


def train_territory(territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Train, back-test, log to MLflow and move the aliases; nothing when data and code are those of the last training.

    Returns:
        Registry version, whether it is champion, the reason, and the metrics; None when nothing had changed. While the
        history is too short to judge a model there is none, and the reason says how much is missing.

    Raises:
        CalanqueError: if the marts are missing, or MLflow does not answer.
    """
    inputs = marts.shown_versions(territory, READ) | {"code": marts.code_version(territory)}
    step, name = f"train.{territory}", tracking.registered_name("risk", territory)
    if state.unchanged(step, inputs) and _is_registered(step, name):
        log.info("The model %s was trained on these data with this code; nothing to do.", name)
        return None
    if not marts.has_incidents(territory):
        return None
    config = config_of(territory)
    log.info("Reading the incidents of %s and back-testing %s weeks at most.", territory, config.backtest.weeks)
    cube, _ = territory_cube(territory, config)
    if why := too_short(cube, config):
        log.info("No model of %s yet: %s", territory, why)
        facts = {"model_version": "none", "champion": "none", "decision": why}
        state.record(step, inputs, facts)
        return facts
    kept = kept_weeks(territory, config, cube, origin_count(cube, config))
    training = train(cube, config, kept)
    keep_weeks(territory, config, cube, training.judged, run_id)
    ground = serving.ground_of(load_territory(territory), marts.read_cells(territory), marts.valid_from(territory))
    logged = tracking.log_run(_run_record(name, ground, training, config, inputs, run_id))
    decision = Decision.PROMOTED if training.is_promoted else Decision.REFUSED
    champion = decide(territory, name, logged.model_version, decision, training.reason, run_id)
    _emit_training(territory, run_id, logged.model_version, inputs)
    facts = {"model_version": logged.model_version, "champion": champion or "none", "decision": training.reason.en}
    state.record(step, inputs, facts)
    return facts | {"metrics": training.validation.metrics(), "run_page": tracking.run_page(logged.run_id)}


def _is_registered(step: str, name: str) -> bool:
    """Tell whether the version of the last training is still there: one that was deleted is trained again."""
    last = state.last_state(step)
    return last is not None and last.outputs["model_version"] == (
        tracking.alias_version(name, tracking.CHALLENGER) or "none"
    )


def _run_record(
    name: str, ground: Ground, training: Training, config: RiskConfig, inputs: dict[str, int | str], run_id: str
) -> tracking.RunRecord:
    validation, data_version = training.validation, marts.data_version(READ, inputs)
    card = model_card(training, config, data_version)
    decision = {"code": str(inputs["code"]), "decision": training.reason.en}
    return tracking.RunRecord(
        experiment=name,
        run_name=run_id,
        registered_name=name,
        model_json=training.model.to_json(),
        params=config.parameters(),
        metrics=validation.metrics() | training.slots.metrics(),
        tags={"territory": ground.territory.name, "data_version": data_version, "audit": NOT_AUDITED, **decision},
        figures={"hit_curve.png": hit_curve_figure(validation), "calibration.png": calibration_figure(validation)},
        texts={
            "card.md": card,
            RECORD_FILE: json.dumps(score_mart.back_test_rows(training.weeks)),
        },
        tables={table: inputs[table] for table in READ},
        served=served_model(training.model, ground),
        about=head(card),
    )


def served_model(model: RiskModel, ground: Ground) -> ServedModel:
    """Return how a model answers MLflow: incidents in, the published forecast out."""
    return ServedModel(
        loader=serving.__name__,
        files={serving.GROUND_FILE: ground.model_dump_json()},
        code=serving.CODE,
        inputs=serving.INPUTS,
        optional=tuple(name for name in serving.OPTIONAL if not (name == "premises" and model.premises)),
        outputs=serving.OUTPUTS,
        params=serving.PARAMS,
        example=serving.example(model, ground),
        requirements=serving.requirements(),
    )


def forecast_territory(territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Write next week's forecast of a territory to `marts.fct_forecast`, model and baseline side by side.

    The champion serves; without one, the newest challenger is shown beside the baseline, the best of the plain counts
    by its record, and the baseline serves. Where no model was ever trained, slow-decay counts are published. Every
    reason says so.

    Returns:
        The week, the rows, who serves; None when data, model and code have not changed, or the data hold less than a
        month.
    """
    name = tracking.registered_name("risk", territory)
    champion = tracking.alias_version(name)
    asked = {"model": champion or tracking.alias_version(name, tracking.CHALLENGER) or COUNTS_VERSION}
    asked["served"] = _served(champion).value
    step = f"forecast.{territory}"
    inputs = marts.due(step, territory, READ, f"The forecast of {territory} stands", **asked)
    if inputs is None:
        return None
    started_at = datetime.now(UTC).replace(microsecond=0)
    stored, served = _publisher(name)
    version = stored.model_version if stored else COUNTS_VERSION
    model = RiskModel.from_json(stored.model_json) if stored else None
    cube, until = territory_cube(territory, model.config if model else config_of(territory))
    if model is None and cube.weeks < FEWEST_WEEKS:
        log.info("%s holds %d whole weeks: counts are published from %d.", territory, cube.weeks, FEWEST_WEEKS)
        return None
    stamp = ForecastStamp(risk_config().name, version, marts.data_version(READ, inputs), served, started_at, until)
    published, fine, slots = forecast_frames(cube, model, stamp)
    week, written = published["week_start_date"].iloc[0], ((FORECAST, published), (FINE, fine), (SLOT, slots))
    marts.write_week(written, territory, week, "forecast", run_id)
    _emit_forecast(territory, run_id, version, inputs, started_at)
    state.record(step, inputs, state.table_versions([table.name for table, _ in written]))
    log.info("Forecast of %s for the week of %s: %s rows, served: %s.", territory, week, len(published), served.value)
    rows = {"row_count": len(published), "fine_row_count": len(fine), "slot_row_count": len(slots)}
    return {"week_start_date": str(week), **rows, "served": served.value, "model_version": version}


def _publisher(name: str) -> tuple[tracking.StoredModel | None, Served]:
    """Return the model that publishes, None where there is none that can be used, and who serves."""
    champion = tracking.load_model(name, tracking.CHAMPION)
    stored = champion or tracking.load_model(name, tracking.CHALLENGER)
    if stored and not stored.model_json:  # of an earlier release: nobody can use it
        return None, Served.BASELINE
    return stored, _served(champion)


def _served(champion: object) -> Served:
    return Served.MODEL if champion else Served.BASELINE


def forecast_frames(
    cube: CountCube, model: RiskModel | None, stamp: ForecastStamp
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the rows of the published grid, those of the fine one, which the model was trained on, and the slots.

    Args:
        cube: the incidents on the fine grid.
        model: None where counts are published for want of one.
        stamp: written on every row.
    """
    made_by: Publishes
    if model is None:
        made_by = learn_counts(cube, risk_config())
        expected, stamp = counted(cube, made_by), replace(stamp, note=made_by.note)
    else:
        made_by, expected = model, expected_counts(cube, model)
        if stamp.served is Served.BASELINE:
            stamp = replace(stamp, note=model.note)
    published = published_forecast(cube, expected, made_by, stamp)
    log.info("%s: %d cells of %g m.", cube.grid.name, cube.grid.count, cube.grid.cell)
    return published, fine_forecast(cube, expected, made_by, stamp), slot_rows(cube, made_by, published)


def _emit_training(territory: str, run_id: str, version: str, inputs: dict[str, int | str]) -> None:
    name = tracking.registered_name("risk", territory)
    decided = marts.lineage_output(PROMOTIONS, (), {}, tuple(PROMOTIONS.columns))
    made = [LineageDataset(name=f"models:/{name}", version=version), decided]
    lineage.emit(f"train.{name}", run_id, marts.lineage_inputs(READ, inputs), made, territory=territory)


def _emit_forecast(territory: str, run_id: str, version: str, inputs: state.Fingerprint, started_at: datetime) -> None:
    name, sources = tracking.registered_name("risk", territory), marts.lineage_inputs(READ, inputs)
    if version != COUNTS_VERSION:
        sources.append(LineageDataset(name=f"models:/{name}", version=version))
    made = [marts.lineage_output(table, READ_COLUMNS, COPIED, MADE) for table in (FORECAST, FINE, SLOT)]
    lineage.emit(f"forecast.{name}", run_id, sources, made, started_at, territory=territory)
