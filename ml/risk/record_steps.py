"""The two steps that look back: score what was published against what happened, and judge the champion by it."""

import logging
from datetime import UTC, date, datetime
from typing import Any

from numpy.typing import NDArray

from calanque.engines import delta, spark, tracking
from calanque.engines.lineage import How, LineageDataset, Origin
from calanque.engines.tracking import StoredModel, Version
from calanque.errors import CalanqueError
from calanque.places.taxonomy import ALL_TYPES
from calanque.runs import lineage, state
from ml import marts
from ml.drift.rows import INPUT_DRIFT, drift_html
from ml.drift.steps import watch_inputs
from ml.risk.model.forecast_mart import FORECAST
from ml.risk.model.score import require_same_ground
from ml.risk.model.trained import RiskModel
from ml.risk.record import score_mart
from ml.risk.record.monitor import Verdict, judge
from ml.risk.record.promotions import Decision, decide, line_of
from ml.risk.record.reason import retired
from ml.risk.record.score_mart import HIT_RATES, SCORE, Record
from ml.risk.steps import READ, RECORD_FILE, config_of, territory_cube

log = logging.getLogger(__name__)
DRIFT_PAGE = "drift.html"
CELL_WEEK, WEEKS = "marts.fct_cell_week", "marts.fct_territory_week"


def score_territory(territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Write to `marts.fct_forecast_score` how each published week did, once the data cover it whole, and the back-test.

    Returns:
        The weeks newly scored, and the version whose back-test was written anew; None when there is nothing to add.

    Raises:
        CalanqueError: if the marts are missing, or MLflow does not answer.
    """
    challenger = tracking.find_version(tracking.registered_name("risk", territory), tracking.CHALLENGER)
    version = challenger.model_version if challenger else "none"
    inputs = (
        state.table_versions((FORECAST.name,))
        | marts.shown_versions(territory, (CELL_WEEK, WEEKS))
        | {"code": marts.code_version(territory), "model": version}
    )
    step, scored_at = f"score.{territory}", datetime.now(UTC).replace(microsecond=0)
    if state.unchanged(step, inputs):
        log.info("The forecasts of %s are scored as far as the data reach; nothing to do.", territory)
        return None
    is_new = _write_back_test(territory, challenger, scored_at, run_id)
    weeks = _unscored(territory) if inputs[FORECAST.name] != "absent" else []
    for week in weeks:
        rows = score_mart.published_rows(_outcome(territory, week))
        where = f"territory = '{territory}' and record = '{Record.PUBLISHED}' and week_start_date = '{week}'"
        marts.write_rows([(SCORE, score_mart.score_frame(rows, territory, scored_at))], where, "score", run_id)
    state.record(step, inputs, state.table_versions([SCORE.name]))
    if not (weeks or is_new):
        log.info("No published week of %s is newly covered by the data, and no training is new.", territory)
        return None
    read = marts.lineage_inputs((FORECAST.name, CELL_WEEK, WEEKS), inputs)
    lineage.emit(step, run_id, read, [_score_lineage()], scored_at, territory=territory)
    log.info("%d published weeks of %s are newly scored; back-test of version %s.", len(weeks), territory, version)
    return {"weeks": [str(week) for week in weeks], "back_test_of": version}


def _write_back_test(territory: str, challenger: Version | None, scored_at: datetime, run_id: str) -> bool:
    """Write the weeks of the newest training unless they are there; without one the table is made all the same."""
    rows = score_mart.from_text(tracking.read_text(challenger.run_id, RECORD_FILE)) if challenger else []
    version = challenger.model_version if challenger else "none"
    where = f"territory = '{territory}' and record = '{Record.BACK_TEST}'"
    if spark.table_exists(SCORE.name):
        held = {row[0] for row in spark.rows(f"select distinct model_version from {SCORE.name} where {where}")}
        if held == ({version} if rows else set()):
            return False
    frame = score_mart.score_frame([row | {"model_version": version} for row in rows], territory, scored_at)
    marts.write_rows([(SCORE, frame)], where, "score", run_id)
    return True


def _unscored(territory: str) -> list[date]:
    """Return the Mondays of the published weeks that the data cover whole and that have no score yet."""
    done = f"select week_start_date from {SCORE.name} where territory = '{territory}' and record = '{Record.PUBLISHED}'"
    found = spark.rows(
        f"select distinct week_start_date from {FORECAST.name} where territory = '{territory}' and week_start_date <= "
        f"(select max(week_start_date) from {WEEKS} where territory = '{territory}') "
        f"and week_start_date not in ({done}) order by week_start_date"
    )
    return [row["week_start_date"] for row in found]


def _outcome(territory: str, week: date) -> Any:
    """Return the published rows of a week with what then happened."""
    return spark.sql(
        "select f.cell_id, f.type, f.week_start_date, f.expected_count, f.baseline_count, f.upper_count, "
        f"f.model_version, coalesce(c.incident_count, 0) as incident_count from {FORECAST.name} f "
        f"left join {CELL_WEEK} c on c.territory = f.territory and c.cell_id = f.cell_id and c.type = f.type "
        "and c.week_start_date = f.week_start_date "
        f"where f.territory = '{territory}' and f.week_start_date = '{week}'"
    ).toPandas()


def _score_lineage() -> LineageDataset:
    expected = tuple(
        Origin(dataset=FORECAST.name, column=name, how=How.AGGREGATION)
        for name in ("expected_count", "baseline_count", "upper_count")
    )
    happened = (Origin(dataset=CELL_WEEK, column="incident_count", how=How.AGGREGATION),)
    copied = ("territory", "type", "week_start_date", "model_version")
    origins: dict[str, tuple[Origin, ...]] = {n: (Origin(dataset=FORECAST.name, column=n),) for n in copied}
    origins |= {"event_count": happened}
    origins |= dict.fromkeys((*HIT_RATES, "log_score", "coverage", "coverage_flagged"), (*expected, *happened))
    version = delta.data_version(SCORE.name)
    return LineageDataset(name=SCORE.name, columns=SCORE.columns, version=version, origins=origins)


def monitor_territory(territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Compare the inputs with their past, judge the champion by its published weeks, retire it when it was left behind.

    A champion that this code or these data cannot use any more retires too. Drift alone retires nobody; a retirement's
    reason names the inputs that have drifted.

    Returns:
        Version, whether it goes on, the reason, the inputs that have drifted (`<type> <input>`), and the address of the
        page that shows them; without a champion version and page are absent. None when nothing is new to judge by.

    Raises:
        CalanqueError: if the marts are missing, or MLflow does not answer.
    """
    name, step = tracking.registered_name("risk", territory), f"monitor.{territory}"
    inputs = _judged_by(territory, tracking.alias_version(name))
    if state.unchanged(step, inputs):
        log.info("Nothing is new of %s since its champion was last judged; nothing to do.", territory)
        return None
    if not marts.has_incidents(territory):
        return None
    drift = watch_inputs(territory, run_id)
    stored = tracking.load_model(name)
    if stored is None:
        log.info("There is no champion of %s: the counts are served.", name)
        state.record(step, inputs, state.table_versions([INPUT_DRIFT.name]))
        return {"is_kept": False, "reason": "There is no champion.", "drifted": drift.drifted}
    verdict = _verdict(territory, stored)
    reason = verdict.reason.and_also(*drift.sentences)
    log.info("%s version %s: %s", name, stored.model_version, reason.en)
    if not verdict.is_kept:
        inputs = _judged_by(territory, decide(territory, name, stored.model_version, Decision.RETIRED, reason, run_id))
    tracking.write_texts(stored.run_id, {DRIFT_PAGE: drift_html(drift)})
    state.record(step, inputs, state.table_versions([INPUT_DRIFT.name]))
    return {
        "model_version": stored.model_version,
        "is_kept": verdict.is_kept,
        "reason": reason.en,
        "drifted": drift.drifted,
        "drift_page": tracking.run_page(stored.run_id, DRIFT_PAGE),
    }


def _judged_by(territory: str, champion: str | None) -> state.Fingerprint:
    """Return what a verdict depends on; of the scores, those of this city alone are new to it."""
    scored = state.last_state(f"score.{territory}")
    return marts.shown_versions(territory, READ) | {
        SCORE.name: scored.outputs.get(SCORE.name, "absent") if scored else "absent",
        "code": marts.code_version(territory),
        "model": champion or "none",
    }


def _verdict(territory: str, stored: StoredModel) -> Verdict:
    cube, _ = territory_cube(territory, config_of(territory))
    try:
        model = RiskModel.from_json(stored.model_json)
        require_same_ground(cube, model)
    except CalanqueError as error:
        why = retired(str(error), "il ne convient plus à ces données ou à ce code ; relancez l’apprentissage.")
        return Verdict(0, 0.0, False, why)
    return judge(published_gains(territory, line_of(territory, stored.model_version)), model.promised_gain)


def published_gains(territory: str, versions: tuple[str, ...]) -> NDArray[Any]:
    """Return what some versions won over the counts in each published week, oldest first, nats an incident."""
    listed = ", ".join(f"'{version}'" for version in versions)
    found = spark.sql(
        "select max(log_score) filter (where method = 'model') - max(log_score) filter (where method = 'baseline') "
        f"as gain from {SCORE.name} where territory = '{territory}' and record = '{Record.PUBLISHED}' "
        f"and type = '{ALL_TYPES}' and model_version in ({listed}) "
        "group by week_start_date order by week_start_date"
    ).toPandas()
    return found["gain"].dropna().to_numpy(dtype=float)
