"""A champion made worse retires and everything says why; what stands beside the forecast is written once."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from calanque.demo.run import DemoRun
from calanque.engines import delta, spark, tracking, trino
from calanque.engines.hdfs import lake
from ml import marts
from ml.near_repeat.steps import near_repeat_territory
from ml.risk.model.forecast_mart import FORECAST
from ml.risk.record.promotions import Decision
from ml.risk.record.score_mart import SCORE, score_frame
from ml.risk.record_steps import monitor_territory, score_territory
from ml.risk.steps import forecast_territory

CITY = "toronto"
NAME = f"risk-{CITY}"
LAYER = (
    "select type, event_count, observed, expected, p_value, expected_excess_7d from fct_near_repeat "
    "where territory = 'toronto' order by type"
)
DRIFT = "select type, input, has_drifted from fct_input_drift where territory = 'toronto'"
ALERTS = (
    "select type, cell_id, expected_excess_7d from fct_near_repeat_alert where territory = 'toronto' "
    "order by type, cell_id"
)


@pytest.fixture
def worse(first: DemoRun):
    """Register the champion with its regression turned round, and give it the alias; the true one comes back after."""
    good = tracking.load_model(NAME)
    assert good is not None
    document = json.loads(good.model_json)
    regression = document["fitted"]["regression"]
    regression["coefficients"] = [[-value for value in row] for row in regression["coefficients"]]
    record = tracking.RunRecord(NAME, "worse on purpose", NAME, json.dumps(document), {}, {}, {})
    version = tracking.log_run(record).model_version
    tracking.set_alias(NAME, tracking.CHAMPION, version)
    left_behind(version)
    yield version
    spark.rows(f"delete from {SCORE.name} where territory = '{CITY}' and model_version = '{version}'")
    tracking.set_alias(NAME, tracking.CHALLENGER, good.model_version)
    tracking.set_alias(NAME, tracking.CHAMPION, good.model_version)
    forecast_territory(CITY, "after the test")


def left_behind(version: str) -> None:
    """Write the record of a version that lost half a nat to the counts in each of forty published weeks."""
    mondays = [date(2024, 1, 8) + timedelta(weeks=week) for week in range(40)]
    figures = {"type": "all", "record": "published", "model_version": version, "event_count": 500}
    figures |= {"hit_rate_1pct": 0.1, "hit_rate_5pct": 0.3, "coverage": 0.99, "coverage_flagged": 0.93}
    rows = [
        {**figures, "week_start_date": monday.isoformat(), "method": method, "log_score": score}
        for monday in mondays
        for method, score in (("model", 0.6), ("baseline", 1.1))
    ]
    frame = score_frame(rows, CITY, datetime(2024, 11, 1, tzinfo=UTC))
    marts.write_rows([(SCORE, frame)], f"model_version = '{version}'", "test", "test")


def test_a_worse_champion_retires_and_everything_says_why(worse: str) -> None:
    told = monitor_territory(CITY, "monitor-test")
    assert told is not None
    assert (told["model_version"], told["is_kept"]) == (worse, False)
    assert "retires" in told["reason"]
    assert tracking.alias_version(NAME) is None
    rows = trino.query(
        "select decision, reason, run_id from fct_model_promotion "
        f"where territory = '{CITY}' and model_version = '{worse}' order by decided_at"
    )
    assert rows == [(Decision.RETIRED.value, told["reason"], "monitor-test")]
    forecast_territory(CITY, "monitor-test")
    for table in ("fct_forecast", "fct_forecast_fine", "fct_forecast_slot"):
        served = f"select distinct served from {table} where territory = '{CITY}'"
        assert trino.query(served) == [("baseline",)], table
    # A second look changes nothing: there is no champion any more.
    assert monitor_territory(CITY, "monitor-test-2") is None


@pytest.fixture
def published_before(first: DemoRun) -> Iterator[date]:
    """Put the forecast of the demo a week back, as if it had been published for the last week that the data cover."""
    week = date(2021, 12, 20)
    of_week = "territory = 'toronto' and week_start_date = '2021-12-27'"
    frame = spark.sql(f"select * from {FORECAST.name} where {of_week}").toPandas()
    marts.write_week([(FORECAST, frame.assign(week_start_date=week))], "toronto", week, "test", "test")
    yield week
    spark.rows(f"delete from {FORECAST.name} where week_start_date = '{week}'")
    spark.rows(f"delete from {SCORE.name} where record = 'published' and week_start_date = '{week}'")


def test_a_published_week_is_scored_once_the_data_cover_it(published_before: date) -> None:
    told = score_territory("toronto", "score-test")
    assert told is not None
    assert told["weeks"] == [str(published_before)]
    rows = trino.query(
        "select type, method, event_count, coverage, hit_rate_5pct from fct_forecast_score "
        f"where record = 'published' and week_start_date = date '{published_before}'"
    )
    assert {row[1] for row in rows} == {"model", "baseline"}
    # The same figures by other ways: the incidents counted, the cells that stayed within their bound.
    happened = dict(
        trino.query(
            "select type, incident_count from fct_territory_week "
            f"where territory = 'toronto' and week_start_date = date '{published_before}'"
        )
    )
    assert {row[0]: row[2] for row in rows if row[0] != "all"} == happened
    ((within,),) = trino.query(
        "select avg(if(coalesce(c.incident_count, 0) <= f.upper_count, 1.0e0, 0.0e0)) from fct_forecast f "
        "left join fct_cell_week c "
        "on c.territory = f.territory and c.cell_id = f.cell_id and c.type = f.type "
        f"and c.week_start_date = f.week_start_date where f.week_start_date = date '{published_before}'"
    )
    (pooled,) = [row for row in rows if row[:2] == ("all", "model")]
    assert pooled[3] == pytest.approx(within)
    assert pooled[4] > 0.2
    assert score_territory("toronto", "score-test-again") is None


@pytest.fixture
def trial() -> Iterator[str]:
    yield "marts.fct_trial"
    spark.rows("drop table if exists marts.fct_trial")
    lake().delete(delta.table_path("marts.fct_trial"))


def test_a_table_of_an_earlier_version_keeps_its_weeks(first: DemoRun, trial: str) -> None:
    """The bound of before meant something else: it is emptied; the rest of the week stays and every column is told."""
    before = marts.WeekTable(
        trial, "territory string, week_start_date date, lower_count int, upper_count int, figure double", "Old."
    )
    columns = [
        ("territory", "string", "City. / Ville."),
        ("week_start_date", "date", "Monday. / Lundi."),
        ("upper_count", "int", "At most. / Au plus."),
        ("chance", "double", "Its chance. / La chance."),
        ("figure", "double", "It. / Lui."),
    ]
    after = marts.WeekTable.described(trial, columns, "New. One row per week.", renewed={"upper_count": "lower_count"})
    row = {"territory": "here", "lower_count": 0, "upper_count": 3, "figure": 1.5, "chance": 0.5}
    for number, table in enumerate((before, after, after)):
        week = date(2021, 12, 6) + timedelta(weeks=number)
        frame = pd.DataFrame([row | {"week_start_date": week}])
        marts.write_week([(table, frame)], "here", week, "test", "test")
    found = spark.rows(f"select upper_count, chance, figure from {trial} order by week_start_date")
    assert [tuple(entry) for entry in found] == [(None, None, 1.5), (3, 0.5, 1.5), (3, 0.5, 1.5)]
    assert spark.columns(trial) == columns
    # What no file declares is shown to nobody, though it lies among the marts.
    with pytest.raises(trino.RefusedQueryError, match="PERMISSION_DENIED"):
        trino.query("show columns from fct_trial")


def test_the_true_champion_goes_on(first: DemoRun) -> None:
    before = trino.query(DRIFT)
    # Its verdict forgotten, it is judged again; of one that stands nothing is said.
    spark.rows("delete from governance.step where step = 'monitor.toronto'")
    told = monitor_territory("toronto", "monitor-kept")
    assert told is not None
    assert monitor_territory("toronto", "monitor-again") is None
    assert sorted(told["drifted"]) == sorted(f"{kind} {name}" for kind, name, has_drifted in before if has_drifted)
    good = tracking.load_model(NAME)
    assert good is not None
    assert told["drift_page"] == tracking.run_page(good.run_id, "drift.html")
    assert tracking.read_text(good.run_id, "drift.html").count("<tr") == len(before) + 1
    assert told["is_kept"], told["reason"]
    assert trino.query("select count(*) from fct_model_promotion where run_id = 'monitor-kept'") == [(0,)]


def test_the_near_repeat_layer_stands_until_something_changes(first: DemoRun) -> None:
    assert near_repeat_territory("toronto", "same again") is None
    before = trino.query(LAYER), trino.query(ALERTS)
    # Its state forgotten, the step writes the same rows in the place of the old ones.
    spark.rows("delete from governance.step where step = 'near_repeat.toronto'")
    told = near_repeat_territory("toronto", "written again")
    assert told is not None
    assert told["alert_row_count"] == len(before[1])
    assert (trino.query(LAYER), trino.query(ALERTS)) == before
