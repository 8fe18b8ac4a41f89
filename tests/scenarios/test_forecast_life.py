"""A champion made worse on purpose retires within one run of the monitor, and mart, registry and run say why."""

import json

import pytest

from calanque.demo.run import DemoRun
from calanque.engines import tracking, trino
from ml.risk.promotions import Decision
from ml.risk.steps import forecast_territory, monitor_territory

NAME = "risk-toronto"


@pytest.fixture
def worse(first: DemoRun):
    """Register the champion with its regression turned round, and give it the alias; the true one comes back after."""
    good = tracking.load_model(NAME)
    assert good is not None
    document = json.loads(good.model_json)
    document["regression_coefficients"] = [[-value for value in row] for row in document["regression_coefficients"]]
    record = tracking.RunRecord(NAME, "worse on purpose", NAME, json.dumps(document), {}, {}, {})
    version = tracking.log_run(record).model_version
    tracking.set_alias(NAME, tracking.CHAMPION, version)
    yield version
    tracking.set_alias(NAME, tracking.CHALLENGER, good.model_version)
    tracking.set_alias(NAME, tracking.CHAMPION, good.model_version)
    forecast_territory("toronto", "after the test")


def test_a_worse_champion_retires_and_everything_says_why(worse: str) -> None:
    told = monitor_territory("toronto", "monitor-test")
    assert told is not None
    assert (told["model_version"], told["is_kept"]) == (worse, False)
    assert "retires" in told["reason"]
    assert tracking.alias_version(NAME) is None
    rows = trino.query(
        f"select decision, reason, run_id from fct_model_promotion where model_version = '{worse}' order by decided_at"
    )
    assert rows == [(Decision.RETIRED.value, told["reason"], "monitor-test")]
    forecast_territory("toronto", "monitor-test")
    assert trino.query("select distinct served from fct_forecast") == [("baseline",)]
    assert trino.query("select distinct served from fct_forecast_fine") == [("baseline",)]
    assert trino.query("select distinct served from fct_forecast_slot") == [("baseline",)]
    # A second look changes nothing: there is no champion any more.
    assert monitor_territory("toronto", "monitor-test-2") is None


def test_the_true_champion_goes_on(first: DemoRun) -> None:
    told = monitor_territory("toronto", "monitor-kept")
    assert told is not None
    assert told["is_kept"], told["reason"]
    assert trino.query("select count(*) from fct_model_promotion where run_id = 'monitor-kept'") == [(0,)]
