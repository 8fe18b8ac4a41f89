"""What an engineer writes while the stack runs: a city in three files, a right contract, and two wrong ones.

All of it is written at once where it belongs, in the copy of the project; nothing is restarted. The city has other
columns, other codes, another hemisphere and zone of time; one of the wrong contracts was right and has loaded a batch.
What comes of the city, up to its forecast, is shown in the proof.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO

import postgres
import pytest
import yaml
from browsing import sign_in
from playwright.sync_api import Browser, expect
from project import SOURCE, command, root, send
from rich.console import Console
from waiting import ENDED_S, SEEN_S, ended, tags, until

from calanque.demo import summary
from calanque.demo.run import DemoRun
from calanque.engines import spark, trino
from calanque.engines.airflow_client import Orchestrator
from calanque.settings import Settings

CITY, FEED = "hobart", "hobart_callouts"
CHAIN = [f"{step}_{CITY}" for step in ("train", "forecast")]
TERRITORY = """
name: hobart
title: Hobart
time_zone: Australia/Hobart
crs: 28355 # GDA94 / MGA zone 55, metres
cell_m: 500
bounding_box: {lon_min: 147.20, lat_min: -43.00, lon_max: 147.45, lat_max: -42.78}
boundary: {rule: box}
zones: {kind: cells, source: grid}
codes: {HOON: traffic, PARTY: noise}
"""
# A rule that no other feed has: nothing is called out from the sea east of the city. The first call is.
BETWEEN = "expect_column_values_to_be_between"
GATE = [
    {"expectation": BETWEEN, "column": "lon", "kwargs": {"max_value": 147.44}, "severity": "warning"},
    {"expectation": BETWEEN, "column": "lat", "kwargs": {"max_value": -42.7}, "severity": "critical"},
]
FIRST = datetime(2025, 1, 6, 0, 30)  # a Monday there, still Sunday in UTC
DAYS = 30 * 7
CODES = ("HOON", "PARTY", "QUOLL")


def file_of_the_city() -> str:
    """Three calls a day for thirty weeks, none with a person in it; every fiftieth is of a kind that nobody mapped."""
    return written(range(3 * DAYS))


def written(calls: range) -> str:
    """Some of the calls as a file."""
    lines = ["logged;what;east;south"]
    for n in calls:
        at = FIRST + timedelta(days=n // 3, hours=7 * (n % 3))
        code = "QUOLL" if n % 50 == 49 else CODES[n % 2]
        lines.append(
            f"{at:%d/%m/%Y %H:%M};{code};{147.25 + n % 17 / 100 if n else 147.445:.4f};{-42.95 + n % 13 / 100:.4f}"
        )
    return "\n".join(lines) + "\n"


def contract_of_the_city() -> str:
    """The contract of another city's feed, with this one's source, columns and what they fill."""
    said = yaml.safe_load((SOURCE / "dags/feeds/chicago_shootings_2022.odcs.yaml").read_text(encoding="utf-8"))
    changed = {
        "territory": CITY,
        "timeZone": "Australia/Hobart",
        "isSynthetic": True,
        "source": {"kind": "drop", "pattern": f"{FEED}.csv"},
        "fileFormat": {"type": "csv", "delimiter": ";", "encoding": "UTF-8", "multiline": False},
        "duplicates": {"key": ["call_id"], "action": "keep"},
        "validFrom": "2025-01-01",
        "gates": [FEED],
    }
    kept = {item["property"]: item["value"] for item in said["customProperties"]}
    properties = [{"property": name, "value": value} for name, value in (kept | changed).items()]

    def column(name: str, kind: str, sources: str, **more: object) -> dict[str, object]:
        logical = {"double": "number", "timestamp": "timestamp"}.get(kind, "string")
        made = {"logicalType": logical, "physicalType": kind, "required": True, "classification": "open"}
        return {"name": name, "description": name, **made, "transformSourceObjects": sources.split(), **more}

    def told(**properties: str) -> list[dict[str, str]]:
        return [{"property": name, "value": value} for name, value in properties.items()]

    at = "to_utc_timestamp(try_to_timestamp(logged, 'dd/MM/yyyy HH:mm'), 'Australia/Hobart')"
    bronze = [
        column(
            "call_id",
            "string",
            "logged what east south",
            transformLogic="sha2(concat_ws('|', logged, what, east, south), 256)",
            customProperties=told(fills="incident_id"),
        ),
        column("logged_at", "timestamp", "logged", transformLogic=at, customProperties=told(fills="occurred_at")),
        column("kind", "string", "what", customProperties=told(fills="type")),
        column("lon", "double", "east"),
        column("lat", "double", "south"),
        *(column(name, "double", "east south", customProperties=told(projected=name)) for name in ("x_m", "y_m")),
    ]
    landing = [
        {"name": name, "logicalType": "string", "classification": "open", "description": name}
        for name in ("logged", "what", "east", "south")
    ]
    schema = [
        {"name": "landing", "physicalType": "file", "properties": landing},
        {"name": "bronze", "physicalType": "table", "properties": bronze},
    ]
    whole = said | {"id": FEED, "name": "Call-outs of Hobart", "customProperties": properties, "schema": schema}
    return yaml.safe_dump(whole, allow_unicode=True, sort_keys=False)


RIGHT, WRONG, BOMB, TURNED = "test_right", "test_wrong", "test_bomb", "marseille_main_courante"
# 340 bytes, and a thousand million values for a reader that follows them.
NINE_LEVELS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{below}'] * 9)}]\n" for below, name in zip("abcdefgh", "bcdefghi", strict=True)
)
RIGHT_ROWS = (
    "date;amount;plate\n31/12/2025 23:59;35,00;AA-123-BB\n01/01/2026 00:10;135;CC-456-DD\n"
    "01/01/0013 00:10;35;EE-789-FF\n01/01/9999 00:10;35;GG-321-HH\n"
)
COUNTS = "select type, count(*) from fct_incidents where territory = 'marseille' group by type order by 1"


def fixture(path: str, name: str) -> str:
    """Return a contract of the tests under a name of its own, of whose four rows two may be refused."""
    text = (SOURCE / "tests" / "contracts" / f"{path}.odcs.yaml").read_text(encoding="utf-8")
    text = re.sub(r"^id: \w+$", f"id: {name}", text, flags=re.MULTILINE).replace('"*.csv"', f'"{name}.csv"')
    return text.replace("maxRefusedRate, value: 0.05", "maxRefusedRate, value: 0.5")


@pytest.fixture(scope="module")
def orchestrator(stack: Settings) -> Orchestrator:
    """The orchestrator, asked as the engineer."""
    return Orchestrator(stack)


@pytest.fixture(scope="module")
def before(first: DemoRun) -> list[tuple[object, ...]]:
    """What the marts show of the feed whose contract is about to become wrong."""
    return trino.query(COUNTS)


@pytest.fixture(scope="module")
def arrived(orchestrator: Orchestrator, before: object) -> Iterator[None]:
    """Everything written at once, and one wait until Airflow has read it; all of it is taken away again."""
    feeds, infra, gates = (
        root() / "dags" / "feeds",
        root() / "infra" / "territories",
        root() / "expectations" / "landing",
    )
    turned = feeds / f"{TURNED}.odcs.yaml"
    right = turned.read_text(encoding="utf-8")
    files = {
        infra / f"{CITY}.yml": TERRITORY,
        gates / f"{FEED}.yml": yaml.safe_dump({"expectations": GATE}),
        feeds / f"{FEED}.odcs.yaml": contract_of_the_city(),
        feeds / f"{RIGHT}.odcs.yaml": fixture("good", RIGHT),
        feeds / f"{WRONG}.odcs.yaml": fixture("bad/every_night", WRONG),
        feeds / f"{BOMB}.odcs.yaml": NINE_LEVELS,
    }
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    turned.write_text(right.replace("'@yearly'", "toutes les nuits"), encoding="utf-8")
    assert turned.read_text(encoding="utf-8") != right
    send(FEED, file_of_the_city().encode())
    send(RIGHT, RIGHT_ROWS.encode())
    orchestrator.wait_for_dags({*(f"feed_{feed}" for feed in (FEED, RIGHT, WRONG, BOMB)), *CHAIN}, within_s=SEEN_S)
    until(lambda: "transform" in listeners(orchestrator, f"bronze/{FEED}"), "transform does not wait for the new feed")
    until(lambda: "wrong contract" in tags(orchestrator, f"feed_{TURNED}"), "the DAG does not say that it is wrong")
    orchestrator.wake([f"feed_{RIGHT}"])
    yield
    turned.write_text(right, encoding="utf-8")
    for path in files:
        path.unlink()
    until(lambda: "wrong contract" not in tags(orchestrator, f"feed_{TURNED}"), "the right contract is not read")


def listeners(orchestrator: Orchestrator, asset: str) -> set[str]:
    """Return the DAGs that wait for an asset."""
    found = orchestrator.pages("/assets", "assets", name_pattern=asset)
    return {dag["dag_id"] for one in found if one["name"] == asset for dag in one["scheduled_dags"]}


def test_a_wrong_contract_stops_its_own_feed_alone(
    stack: Settings, orchestrator: Orchestrator, arrived: None, browser: Browser
) -> None:
    assert orchestrator.import_errors() == []
    until(lambda: orchestrator.has_run(f"feed_{WRONG}"), "a new wrong contract is quiet")
    run = ended(orchestrator, f"feed_{WRONG}")
    assert run.state == "failed", "nobody has woken it"
    until(lambda: ended(orchestrator, f"feed_{TURNED}").state == "failed", "one that was right waits for its clock")
    page = sign_in(browser, stack, "engineer")
    page.goto(f"{stack.airflow_url}/dags?search=feed_{WRONG}")
    expect(page.get_by_text(f"feed_{WRONG}").first).to_be_visible()
    page.goto(f"{stack.airflow_url}/dags/feed_{WRONG}/runs/{run.dag_run_id}/tasks/contract?try_number=1")
    sentence = page.get_by_text("the schedule 'toutes les nuits' is no cron expression")
    expect(sentence.first).to_be_visible()
    assert page.locator("[data-testid=error-alert]").count() == 0
    page.context.close()


def test_a_right_contract_is_a_dag_with_its_pool_and_lands_to_bronze(orchestrator: Orchestrator, arrived: None) -> None:
    pools = {pool["name"]: pool["slots"] for pool in orchestrator.pages("/pools", "pools")}
    assert pools[f"bronze_{RIGHT}"] == 1
    assert ended(orchestrator, f"feed_{RIGHT}").state == "success"
    rows = spark.rows(f"SELECT amount_eur FROM bronze.{RIGHT} ORDER BY amount_eur")
    assert [row["amount_eur"] for row in rows] == [35.0, 135.0]
    reasons = [row["reason"] for row in spark.rows(f"SELECT explode(reasons) AS reason FROM quarantine.{RIGHT}")]
    assert reasons == ["date_out_of_bounds:written_at"] * 2


@pytest.fixture(scope="module")
def forecast(orchestrator: Orchestrator, arrived: None) -> None:
    """The city, loaded, built and forecast by what its feed began."""
    orchestrator.wake(["transform", *CHAIN, f"feed_{FEED}"])
    until(lambda: all(map(orchestrator.has_succeeded, CHAIN)), "the city has no forecast", ENDED_S)
    orchestrator.wait(datetime.now(UTC), lambda run: None, ENDED_S)


@pytest.mark.full
def test_a_city_is_three_files_from_its_feed_to_its_forecast(
    stack: Settings, orchestrator: Orchestrator, forecast: None, browser: Browser
) -> None:
    runs = [run for run in orchestrator.runs() if run.dag_id == CHAIN[1]]
    told = [{task["task_id"]: task["state"] for task in orchestrator.task_instances(run)} for run in runs]
    # The clock may have started one that found nothing to do.
    states = next(states for states in told if states["forecast"] == "success")
    assert states["monitor"] in {"success", "skipped"}
    assert {states["forecast"], states["near_repeat"]} == {"success"}
    named_everywhere(stack, browser)
    count = 3 * DAYS
    unknown = count // 50
    assert trino.query(
        "select type, count(*), count_if(is_in_territory), cast(min(occurred_local_at) as varchar) from fct_incidents "
        f"where territory = '{CITY}' group by 1 order by 1"
    ) == [
        ("noise", count // 2 - unknown, count // 2 - unknown, "2025-01-06 07:30:00.000000"),
        ("other", unknown, unknown, "2025-01-22 07:30:00.000000"),
        ("traffic", count // 2, count // 2, "2025-01-06 00:30:00.000000"),
    ]
    assert trino.query(
        "select count(distinct week_start_date), sum(incident_count) from fct_territory_week "
        f"where territory = '{CITY}'"
    ) == [(30, count)]
    ((served, week, least, most),) = trino.query(
        "select min(served), cast(min(week_start_date) as varchar), min(lat), max(lat) from fct_forecast as forecasts "
        f"inner join dim_cell as cells on forecasts.cell_id = cells.cell_id where forecasts.territory = '{CITY}'"
    )
    assert (served, week) == ("baseline", "2025-08-04")
    assert -43.1 < least < most < -42.7


def named_everywhere(stack: Settings, browser: Browser) -> None:
    """Check that what is told of every city is told of this one: gates, lineage, quality, the summary, the page."""
    of_the_rule = f"from governance.gate_result where subject = '{FEED}' and column_name = 'lon'"
    assert [tuple(row) for row in spark.rows(f"select distinct severity, success {of_the_rule}")] == [
        ("warning", False)
    ]
    (row,) = spark.rows(f"select count(distinct job) as n from governance.lineage_event where event like '%{CITY}%'")
    assert row["n"] > 5
    assert trino.query(f"select is_late from dim_feed_freshness where feed = '{FEED}'") == [(False,)]
    screen = Console(width=200, record=True, file=StringIO())
    screen.print(summary.batches())
    assert re.search(rf"Hobart\W.*{FEED}", screen.export_text())
    page = sign_in(browser, stack, "engineer")
    page.goto(f"{stack.airflow_url}/calanque/lac")
    city = page.locator(f"section[aria-labelledby=city-{CITY}]")
    expect(city.locator(f"[data-table=feeds] tr[data-feed={FEED}]")).to_be_visible()
    expect(city.locator("[data-table=marts] tr[data-mart=fct_forecast]")).to_be_visible()
    page.context.close()


@pytest.mark.full
def test_a_contract_that_becomes_wrong_takes_nothing_from_the_marts(
    forecast: None, before: list[tuple[object, ...]]
) -> None:
    """Its city's other marts were built anew meanwhile. Of a mart that two feeds share, `tests/proof` asks the same."""
    assert len(before) > 1
    assert trino.query(COUNTS) == before


@pytest.mark.full
def test_a_day_whose_event_was_lost_is_taken_up_by_the_clock_and_rewrites_its_week(
    stack: Settings, orchestrator: Orchestrator, forecast: None
) -> None:
    """From the command line a batch comes in and the scheduler is told nothing; then the hour of `transform` comes."""
    at_rest = f"select step, max(recorded_at) from governance.step where territory <> '{CITY}' group by 1 order by 1"
    others = spark.rows(at_rest)
    # What follows from the marts was seen, and is not waited for once more.
    for dag_id in CHAIN:
        orchestrator.pause(dag_id)
    seen = {run.dag_run_id for run in orchestrator.runs() if run.dag_id == "transform"}
    send(FEED, written(range(3 * DAYS, 3 * DAYS + 3)).encode())
    command("feeds", "run", FEED)
    assert {run.dag_run_id for run in orchestrator.runs() if run.dag_id == "transform"} == seen
    columns = (
        "next_dagrun",
        "next_dagrun_create_after",
        "next_dagrun_data_interval_start",
        "next_dagrun_data_interval_end",
    )
    come = ", ".join(f"{column} = date_trunc('second', now()) - interval '1 minute'" for column in columns)
    postgres.execute(stack, "airflow", f"update dag set {come} where dag_id = 'transform'")
    by_clock: set[str] = set()

    def has_begun() -> bool:
        by_clock.update({run.dag_run_id for run in orchestrator.runs() if run.dag_id == "transform"} - seen)
        return bool(by_clock)

    until(has_begun, "the clock starts nothing")
    (run_id,) = by_clock
    assert ended(orchestrator, "transform", run_id).state == "success"
    assert run_id.startswith("scheduled__")
    newest = f"select cast(max(occurred_local_at) as varchar), count(*) from fct_incidents where territory = '{CITY}'"
    assert trino.query(newest) == [("2025-08-04 14:30:00.000000", 3 * DAYS + 3)]
    # Of the city's marts one week was written, and of the other cities nothing was done.
    (commit,) = (
        row for row in spark.rows("describe history marts.fct_incidents") if run_id in (row["userMetadata"] or "")
    )
    assert commit["operationParameters"]["predicate"].count("-08-04'") == 1
    assert commit["operationMetrics"]["numOutputRows"] == "3"
    assert spark.rows(at_rest) == others
