"""A champion made worse retires and everything says why; what stands beside the forecast is written once."""

import json

import pytest

from calanque.demo.run import DemoRun
from calanque.engines import tracking, trino
from calanque.engines.hdfs import lake
from calanque.governance import state
from ml.audit.steps import audit_release
from ml.near_repeat.steps import near_repeat_territory
from ml.risk.promotions import Decision
from ml.risk.steps import forecast_territory, monitor_territory

NAME = "risk-toronto"
LAYER = "select type, event_count, observed, expected, p_value, expected_excess_7d from fct_near_repeat order by type"
DRIFT = "select type, input, has_drifted from fct_input_drift"
ALERTS = "select type, cell_id, expected_excess_7d from fct_near_repeat_alert order by type, cell_id"


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
    before = trino.query(DRIFT)
    told = monitor_territory("toronto", "monitor-kept")
    assert told is not None
    assert sorted(told["drifted"]) == sorted(f"{kind} {name}" for kind, name, has_drifted in before if has_drifted)
    good = tracking.load_model(NAME)
    assert good is not None
    assert told["drift_page"] == tracking.run_page(good.run_id, "drift.html")
    assert tracking.read_text(good.run_id, "drift.html").count("<tr") == len(before) + 1
    assert told["is_kept"], told["reason"]
    assert trino.query("select count(*) from fct_model_promotion where run_id = 'monitor-kept'") == [(0,)]


def test_a_version_is_audited_once(first: DemoRun) -> None:
    assert audit_release("toronto", "same again") is None


def test_the_near_repeat_layer_stands_until_something_changes(first: DemoRun) -> None:
    assert near_repeat_territory("toronto", "same again") is None
    before = trino.query(LAYER), trino.query(ALERTS)
    # Its state forgotten, the step writes the same rows in the place of the old ones.
    lake().delete(f"{state.FOLDER}/near_repeat.toronto.json")
    told = near_repeat_territory("toronto", "written again")
    assert told is not None
    assert told["alert_row_count"] == len(before[1])
    assert (trino.query(LAYER), trino.query(ALERTS)) == before
