"""A city in three files, written while the stack runs: other columns, other codes, another hemisphere and zone of time.

They are written where an engineer writes them, in the lake beside, which is a copy of the project.
"""

import re
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import yaml
from browsing import sign_in
from canary_lake import ROOT, Lake
from playwright.sync_api import Browser, expect

from calanque.demo.run import UPKEEP
from calanque.engines import postgres
from calanque.engines.airflow import Orchestrator

CITY, FEED = "hobart", "hobart_callouts"
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
    said = yaml.safe_load((ROOT / "dags/feeds/chicago_shootings_2022.odcs.yaml").read_text(encoding="utf-8"))
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


def wait_for_listener(orchestrator: Orchestrator, asset: str, dag_id: str) -> None:
    """Wait until a DAG that is there already has been read anew, and waits for a new feed too."""
    limit = time.monotonic() + 90
    while True:
        found = [one for one in orchestrator.get("/assets", name_pattern=asset)["assets"] if one["name"] == asset]
        if any(told["dag_id"] == dag_id for one in found for told in one["scheduled_dags"]):
            return
        assert time.monotonic() < limit, f"{dag_id} does not wait for {asset}"
        time.sleep(1)


@pytest.fixture(scope="module")
def city(lake: Lake) -> Iterator[None]:
    """The three files, and what a partner drops; all of them are taken away again."""
    written = {
        lake.root / "infra" / "territories" / f"{CITY}.yml": TERRITORY,
        lake.root / "expectations" / "landing" / f"{FEED}.yml": yaml.safe_dump({"expectations": GATE}),
        lake.root / "dags" / "feeds" / f"{FEED}.odcs.yaml": contract_of_the_city(),
    }
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    lake.send(FEED, file_of_the_city().encode())
    yield
    for path in written:
        path.unlink()


def named_everywhere(lake: Lake, browser: Browser) -> None:
    """Check that what is told of every city is told of this one: gates, lineage, quality, the summary, the page."""
    of_the_rule = f"from governance.gate_result where subject = '{FEED}' and column_name = 'lon'"
    assert lake.rows(f"select distinct severity, success {of_the_rule}") == [{"severity": "warning", "success": False}]
    (row,) = lake.rows(f"select count(distinct job) as n from governance.lineage_event where event like '%{CITY}%'")
    assert row["n"] > 5
    assert lake.asked(f"select is_late from dim_feed_freshness where feed = '{FEED}'") == [[False]]
    show = "from calanque.demo import summary; from rich.console import Console; Console(width=200)"
    assert re.search(rf"Hobart\W.*{FEED}", lake.python("-c", f"{show}.print(summary.batches())"))
    page = sign_in(browser, lake.settings, "engineer")
    page.goto(f"{lake.settings.airflow_url}/calanque/lac")
    city = page.locator(f"section[aria-labelledby=city-{CITY}]")
    expect(city.locator(f"[data-table=feeds] tr[data-feed={FEED}]")).to_be_visible(timeout=60_000)
    expect(city.locator("[data-table=marts] tr[data-mart=fct_forecast]")).to_be_visible()
    page.context.close()


def test_a_city_is_three_files_from_its_feed_to_its_forecast(lake: Lake, city: None, browser: Browser) -> None:
    feed, chain = f"feed_{FEED}", [f"{step}_{CITY}" for step in ("train", "forecast")]
    orchestrator = lake.orchestrator
    orchestrator.wait_for_dags({feed, "transform", *chain, *UPKEEP}, within_s=90)
    assert orchestrator.import_errors() == []
    wait_for_listener(orchestrator, f"bronze/{FEED}", "transform")
    orchestrator.wake(["transform", *chain])
    lake.wake([feed])
    assert {dag: orchestrator.has_succeeded(dag) for dag in ("transform", *chain)} == dict.fromkeys(
        ("transform", *chain), True
    )
    run = next(run for run in orchestrator.runs() if run.dag_id == chain[1])
    states = {task["task_id"]: task["state"] for task in orchestrator.task_instances(run)}
    assert states["monitor"] in {"success", "skipped"}
    assert {states["forecast"], states["near_repeat"], states["check"]} == {"success"}
    named_everywhere(lake, browser)
    count = 3 * DAYS
    unknown = count // 50
    assert lake.asked(
        "select type, count(*), count_if(is_in_territory), cast(min(occurred_local_at) as varchar) from fct_incidents "
        f"where territory = '{CITY}' group by 1 order by 1"
    ) == [
        ["noise", count // 2 - unknown, count // 2 - unknown, "2025-01-06 07:30:00.000000"],
        ["other", unknown, unknown, "2025-01-22 07:30:00.000000"],
        ["traffic", count // 2, count // 2, "2025-01-06 00:30:00.000000"],
    ]
    assert lake.asked(
        "select count(distinct week_start_date), sum(incident_count) from fct_territory_week "
        f"where territory = '{CITY}'"
    ) == [[30, count]]
    ((served, week, least, most),) = lake.asked(
        "select min(served), cast(min(week_start_date) as varchar), min(lat), max(lat) from fct_forecast as forecasts "
        f"inner join dim_cell as cells on forecasts.cell_id = cells.cell_id where forecasts.territory = '{CITY}'"
    )
    assert (served, week) == ("baseline", "2025-08-04")
    assert -43.1 < least < most < -42.7


def test_a_day_whose_event_was_lost_is_taken_up_by_the_clock_and_rewrites_its_week(lake: Lake, city: None) -> None:
    """From the command line a batch comes in and the scheduler is told nothing; then the hour of `transform` comes."""
    at_rest = f"select step, max(recorded_at) from governance.step where territory <> '{CITY}' group by 1 order by 1"
    others, orchestrator = lake.rows(at_rest), lake.orchestrator
    # What follows from the marts was seen, and is not waited for once more.
    for step in ("train", "forecast"):
        orchestrator.pause(f"{step}_{CITY}")
    seen = {run.dag_run_id for run in orchestrator.runs() if run.dag_id == "transform"}
    lake.send(FEED, written(range(3 * DAYS, 3 * DAYS + 3)).encode())
    lake.command("feeds", "run", FEED)
    assert {run.dag_run_id for run in orchestrator.runs() if run.dag_id == "transform"} == seen
    columns = (
        "next_dagrun",
        "next_dagrun_create_after",
        "next_dagrun_data_interval_start",
        "next_dagrun_data_interval_end",
    )
    come = ", ".join(f"{column} = date_trunc('second', now()) - interval '1 minute'" for column in columns)
    postgres.execute(lake.settings, "airflow", f"update dag set {come} where dag_id = 'transform'")
    limit = time.monotonic() + 60
    while not (by_clock := {run.dag_run_id for run in orchestrator.runs() if run.dag_id == "transform"} - seen):
        assert time.monotonic() < limit, "the clock starts nothing"
        time.sleep(1)
    lake.wait(600)
    (run_id,) = by_clock
    assert run_id.startswith("scheduled__")
    newest = "select max(occurred_local_at), count(*) from fct_incidents where territory = '{CITY}'"
    assert lake.asked(newest.replace("{CITY}", CITY)) == [["2025-08-04 14:30:00", 3 * DAYS + 3]]
    # Of the city's marts one week was written, and of the other cities nothing was done.
    (commit,) = (
        row for row in lake.rows("describe history marts.fct_incidents") if run_id in (row["userMetadata"] or "")
    )
    assert commit["operationParameters"]["predicate"].count("-08-04'") == 1
    assert commit["operationMetrics"]["numOutputRows"] == "3"
    assert lake.rows(at_rest) == others
