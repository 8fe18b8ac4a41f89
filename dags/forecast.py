"""Write a city's next week beside the baseline, its days to come, what comes close together and what has changed."""

from datetime import timedelta

from airflow.sdk import dag, task

from calanque.engines import assets
from calanque.engines.airflow_alerts import task_defaults
from calanque.engines.airflow_links import ReturnedLink, with_links
from calanque.marts.domains import territories
from calanque.stack.pools import FORECAST_POOL

DOC = """
### Forecast
Scores each published week against what happened (`marts.fct_forecast_score`) and judges the champion by it: one that
the data have left behind retires, `marts.fct_model_promotion` says why. Inputs that have drifted are in its log, in
`marts.fct_input_drift` and behind *Input drift*; they retire nobody. Then forecasts next week, model beside baseline
(counts alone while no model is): `marts.fct_forecast`, finer `marts.fct_forecast_fine`, by six hours
`marts.fct_forecast_slot`. `marts.fct_near_repeat` and `marts.fct_near_repeat_alert` say what comes close together,
`marts.fct_trend` what changed beyond noise, `marts.fct_level` and `marts.fct_day_risk` what the next seven days hold,
`marts.fct_factor` with what incidents go.

**If it fails**
- *"… written by another version"*, *"… on another grid"*: run `transform`, then the city's `train_…` DAG.
- *"The model retires …"* is no failure: the counts are served until a training wins again.
- *"… pairs lie within …"*: correct `ml/near_repeat/model.yml`, then clear `near_repeat` with what follows.
- *"The gate of the marts is not passed"*: that week is not shown, readers keep the one before; the sentence says why.
"""


def make_dag(territory: str) -> None:
    """Declare the forecast, the near-repeat layer, the trends, the days to come and the factors of a territory."""

    @dag(
        dag_id=f"forecast_{territory}",
        schedule=assets.asset_or_clock("30 6 * * *", assets.risk_model(territory)),
        catchup=False,
        max_active_runs=1,
        default_args=task_defaults("data-science", timedelta(hours=1), pool=FORECAST_POOL),
        tags=["ml", "risk", "near-repeat", "marts", territory],
        doc_md=DOC,
    )
    def forecast_dag() -> None:
        @task(trigger_rule="none_failed")
        def step(module: str, name: str, idle: str) -> dict:
            from importlib import import_module

            from calanque.engines.airflow import run_step

            return run_step(getattr(import_module(module), f"{name}_territory"), territory, idle=idle)

        def step_of(module: str, name: str, idle: str, **more):
            return step.override(task_id=name, **more)(module, name, idle)

        scored = step_of("ml.risk.record_steps", "score", "No published week is newly covered by the data.")
        judged = step_of("ml.risk.record_steps", "monitor", "Nothing new to judge a champion by, or to compare.")
        written = {"outlets": [assets.forecast(territory)]}
        forecast = step_of("ml.risk.steps", "forecast", "The same data and model, or too few weeks.", **written)
        step_of("ml.near_repeat.steps", "near_repeat", "No new data: the near-repeat layer stands.", **written)
        step_of("ml.trend.steps", "trend", "No new data: the trends stand.", **written)
        step_of("ml.level.steps", "level", "No new data: the days stand.", **written)
        step_of("ml.factor.steps", "factor", "No new data: the factors stand.", **written)
        scored >> with_links(judged, ReturnedLink("Input drift", "drift_page")) >> forecast

    forecast_dag()


for one in territories("incident"):
    make_dag(one)
