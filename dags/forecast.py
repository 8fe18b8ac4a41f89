"""Write next week's forecast beside the baseline, and the near-repeat layer; then check both."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, dag, get_current_context, task

from calanque.engines.airflow_links import ReturnedLink, with_links
from calanque.stack.pools import FORECAST_POOL

FORECAST = Asset(name="marts/forecast", uri="calanque://marts/forecast")
DOC = """
### Forecast
Scores each published week against what happened (`marts.fct_forecast_score`) and judges the champion by it: one that
the data have left behind retires, `marts.fct_model_promotion` says why. Inputs that have drifted are in its log, in
`marts.fct_input_drift` and behind *Input drift*; they retire nobody. Then forecasts next week, model beside baseline
(counts alone while no model is): `marts.fct_forecast`, finer `marts.fct_forecast_fine`, by six hours
`marts.fct_forecast_slot`. `marts.fct_near_repeat` and `marts.fct_near_repeat_alert` say what comes close together.

**If it fails**
- *"… written by another version"*: run `train_risk` first.
- *"The model retires …"* is no failure: the counts are served until a training wins again.
- *"… trained on another grid"*: the territory's file has changed; run `transform`, then `train_risk`.
- *"… pairs lie within …"*: correct `ml/near_repeat/model.yml`, then clear `near_repeat_toronto` with what follows.
- *"The gate of the marts is not passed"*: the last forecast is not to be shown; the reason is in the sentence.
"""


@dag(
    dag_id="forecast_risk",
    schedule=Asset(name="model/risk", uri="calanque://model/risk"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "data-science", "retries": 1, "retry_delay": timedelta(seconds=20), "pool": FORECAST_POOL},
    tags=["ml", "risk", "near-repeat", "marts"],
    doc_md=DOC,
)
def forecast_risk() -> None:
    """Declare the forecast and the near-repeat layer of each territory with a model."""

    @task(trigger_rule="none_failed")
    def step(module: str, name: str, territory: str, idle: str) -> dict:
        from importlib import import_module

        from calanque.engines.airflow import run_step

        return run_step(getattr(import_module(module), f"{name}_territory"), territory, idle=idle)

    def step_of(module: str, name: str, idle: str):
        return step.override(task_id=f"{name}_toronto")(module, name, "toronto", idle)

    @task(trigger_rule="none_failed_min_one_success", outlets=[FORECAST])
    def check() -> None:
        from calanque.engines.airflow import plainly
        from calanque.marts.build import check_forecast

        with plainly():
            check_forecast(get_current_context()["dag_run"].run_id)

    scored = step_of("ml.risk.record_steps", "score", "No published week is newly covered by the data.")
    judged = step_of("ml.risk.record_steps", "monitor", "No champion to judge, and no new data to compare.")
    forecast = step_of("ml.risk.steps", "forecast", "The same data and model, or too few weeks: nothing to forecast.")
    near = step_of("ml.near_repeat.steps", "near_repeat", "Same data, same code: the near-repeat layer stands.")
    scored >> with_links(judged, ReturnedLink("Input drift", "drift_page")) >> forecast
    [forecast, near] >> check()


forecast_risk()
