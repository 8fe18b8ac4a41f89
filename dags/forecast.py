"""Write next week's forecast beside the baseline, and the near-repeat layer; then check both."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, dag, get_current_context, task

from calanque.engines.airflow_links import ReturnedLink, with_links
from calanque.stack.pools import FORECAST_POOL

FORECAST = Asset(name="marts/forecast", uri="calanque://marts/forecast")
DOC = """
### Forecast
Judges the champion on the last eight weeks: one that breaks its promise retires, and `marts.fct_model_promotion` says
why; inputs that have drifted are in its log, in `marts.fct_input_drift` and behind *Input drift*; they retire nobody.
Then scores next week, model beside baseline: `marts.fct_forecast`, finer `marts.fct_forecast_fine`, by six hours
`marts.fct_forecast_slot`. `marts.fct_near_repeat` and `marts.fct_near_repeat_alert` say what comes close together.

**If it fails**
- *"There is no model …"*, *"… written by another version"*: run `train_risk` first.
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

    @task
    def monitor(territory: str) -> dict:
        from calanque.engines.airflow import run_step
        from ml.risk.steps import monitor_territory

        return run_step(monitor_territory, territory, idle="No champion to judge, and no new data to compare.")

    @task(trigger_rule="none_failed")
    def forecast(territory: str) -> dict:
        from calanque.engines.airflow import run_step
        from ml.risk.steps import forecast_territory

        return run_step(forecast_territory, territory, idle="Same data, same model: the forecast stands.")

    @task
    def near_repeat(territory: str) -> dict:
        from calanque.engines.airflow import run_step
        from ml.near_repeat.steps import near_repeat_territory

        return run_step(near_repeat_territory, territory, idle="Same data, same code: the near-repeat layer stands.")

    @task(trigger_rule="none_failed_min_one_success", outlets=[FORECAST])
    def check() -> None:
        from calanque.engines.airflow import plainly
        from calanque.marts.build import check_forecast

        with plainly():
            check_forecast(get_current_context()["dag_run"].run_id)

    forecast_toronto = forecast.override(task_id="forecast_toronto")("toronto")
    monitor_toronto = monitor.override(task_id="monitor_toronto")("toronto")
    with_links(monitor_toronto, ReturnedLink("Input drift", "drift_page")) >> forecast_toronto
    [forecast_toronto, near_repeat.override(task_id="near_repeat_toronto")("toronto")] >> check()


forecast_risk()
