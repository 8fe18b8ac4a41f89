"""Write next week's forecast beside the baseline, then check it."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Asset, dag, get_current_context, task

from calanque.stack.pools import FORECAST_POOL

DOC = """
### Forecast
Scores every cell and type for the week after the last complete one and writes `marts.fct_forecast`: model and
baseline side by
side, with the interval, the model's version and who is served. Then dbt's tests and the gate of the mart.

**If it fails**
- *"There is no model …"*: run `train_risk` first.
- *"… trained on another grid"*: the territory's file has changed; run `transform`, then `train_risk`.
- *"The gate of the marts is not passed"*: the last forecast is not to be shown; the reason is in the sentence.
"""


@dag(
    dag_id="forecast_risk",
    schedule=Asset(name="model/risk", uri="calanque://model/risk"),
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "data-science", "retries": 1, "retry_delay": timedelta(seconds=20), "pool": FORECAST_POOL},
    tags=["ml", "risk", "marts"],
    doc_md=DOC,
)
def forecast_risk() -> None:
    """Declare the forecast of each territory with a model."""

    @task
    def forecast(territory: str) -> dict:
        from calanque.engines.airflow import plainly, skip
        from ml.risk.steps import forecast_territory

        with plainly():
            done = forecast_territory(territory, get_current_context()["dag_run"].run_id)
        if done is None:
            skip("Same data, same model: the forecast stands.")
        return done

    @task(outlets=[Asset(name="marts/forecast", uri="calanque://marts/forecast")])
    def check(done: dict) -> dict:
        from calanque.engines.airflow import plainly
        from calanque.marts.build import check_forecast

        with plainly():
            check_forecast(get_current_context()["dag_run"].run_id)
        return done

    check(forecast.override(task_id="forecast_toronto")("toronto"))


forecast_risk()
