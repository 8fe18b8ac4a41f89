"""Contracts that come to a running stack: a wrong one stops its own feed alone, a right one is a DAG with its pool.

They are copied to where an engineer copies them: `dags/feeds/` of the lake beside, which is a copy of the project.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from browsing import sign_in
from canary_lake import PERSONAL, Lake
from drop_feed import contract_of
from in_formats import COLUMNS, WAYS, typed
from in_formats import ROWS as SAME_ROWS
from playwright.sync_api import Browser, expect

from calanque.engines.airflow import Orchestrator, Run

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "contracts"
SEEN_S = 60
FEEDS = {f"feed_{feed}" for feed in PERSONAL}
ROWS = (
    "date;amount;plate\n31/12/2025 23:59;35,00;AA-123-BB\n01/01/2026 00:10;135;CC-456-DD\n"
    "01/01/0013 00:10;35;EE-789-FF\n01/01/9999 00:10;35;GG-321-HH\n"
)


@pytest.fixture
def copied(lake: Lake) -> Iterator[Callable[[str], str]]:
    """Copies a contract of the tests under a name of its own; all of them are taken away again."""
    orchestrator, names = lake.orchestrator, []

    def copy(fixture: str) -> str:
        name = f"test_{uuid.uuid4().hex[:8]}"
        text = (FIXTURES / f"{fixture}.odcs.yaml").read_text(encoding="utf-8")
        text = text.replace(f"id: {Path(fixture).name}\n", f"id: {name}\n").replace('"*.csv"', f'"{name}-*.csv"')
        # Two rows of four are to be refused.
        text = text.replace("maxRefusedRate, value: 0.05", "maxRefusedRate, value: 0.5")
        names.append(name)
        (lake.root / "dags" / "feeds" / f"{name}.odcs.yaml").write_text(text, encoding="utf-8")
        orchestrator.wait_for_dags({f"feed_{name}"} | FEEDS, within_s=SEEN_S)
        return name

    yield copy
    for name in names:
        (lake.root / "dags" / "feeds" / f"{name}.odcs.yaml").unlink(missing_ok=True)
        for path in (lake.settings.home / "drop").glob(f"{name}-*.csv"):
            path.unlink()


def test_a_wrong_contract_stops_its_own_feed_alone(lake: Lake, copied: Callable[[str], str], browser: Browser) -> None:
    wrong = f"feed_{copied('bad/every_night')}"
    orchestrator = lake.orchestrator
    assert orchestrator.import_errors() == []
    page = sign_in(browser, lake.settings, "engineer")
    page.goto(f"{lake.settings.airflow_url}/dags?search={wrong}", wait_until="networkidle")
    expect(page.get_by_text(wrong).first).to_be_visible(timeout=60_000)
    orchestrator.pause(wrong, is_paused=False)
    run = ended(orchestrator, wrong)
    assert run.state == "failed"
    page.goto(
        f"{lake.settings.airflow_url}/dags/{wrong}/runs/{run.dag_run_id}/tasks/contract?try_number=1",
        wait_until="networkidle",
    )
    expect(page.get_by_text("the schedule 'toutes les nuits' is no cron expression").first).to_be_visible(
        timeout=60_000
    )
    page.goto(f"{lake.settings.airflow_url}/dags?search=feed_citizen_reports", wait_until="networkidle")
    expect(page.get_by_text("feed_citizen_reports").first).to_be_visible(timeout=60_000)
    assert page.locator("[data-testid=error-alert]").count() == 0
    page.context.close()


def test_a_right_contract_is_a_dag_with_its_pool_and_lands_to_bronze(
    lake: Lake, copied: Callable[[str], str], browser: Browser
) -> None:
    name = copied("good")
    (lake.settings.home / "drop").mkdir(exist_ok=True)
    (lake.settings.home / "drop" / f"{name}-1.csv").write_text(ROWS, encoding="utf-8")
    orchestrator, dag = lake.orchestrator, f"feed_{name}"
    orchestrator.pause(dag, is_paused=False)
    started = time.monotonic()
    while f"bronze_{name}" not in (pools := {pool["name"]: pool["slots"] for pool in pools_of(orchestrator)}):
        assert time.monotonic() - started < SEEN_S, "no pool"
        time.sleep(1)
    assert pools[f"bronze_{name}"] == 1
    assert ended(orchestrator, dag).state == "success"
    rows = lake.rows(f"SELECT amount_eur FROM bronze.{name} ORDER BY amount_eur")
    assert [row["amount_eur"] for row in rows] == [35.0, 135.0]
    reasons = lake.rows(f"SELECT explode(reasons) AS reason FROM quarantine.{name}")
    assert {row["reason"] for row in reasons} == {"out_of_range:written_at"}
    assert len(reasons) == 2
    page = sign_in(browser, lake.settings, "engineer")
    page.goto(f"{lake.settings.airflow_url}/pools", wait_until="networkidle")
    expect(page.get_by_text(f"bronze_{name}").first).to_be_visible(timeout=60_000)
    page.context.close()


FORMATS = ("geojson", "json", "jsonl", "parquet", "xlsx")


@pytest.fixture
def added(lake: Lake) -> Iterator[dict[str, str]]:
    """A contract of each format, with its file in the drop folder; the feeds' names by format."""
    drop, contracts = lake.settings.home / "drop", lake.root / "dags" / "feeds"
    drop.mkdir(exist_ok=True)
    names = {form: f"test_{form}_{uuid.uuid4().hex[:8]}" for form in FORMATS}
    written = []
    for form, name in names.items():
        description, write = WAYS[form]
        contract = contract_of(name)
        said = {"fileFormat": description, "source": {"kind": "drop", "pattern": f"{name}.*"}, "gates": []}
        for item in contract["customProperties"]:
            item["value"] = said.get(item["property"], item["value"])
        written += [drop / f"{name}.{form}", contracts / f"{name}.odcs.yaml"]
        written[-2].write_bytes(write(SAME_ROWS))
        written[-1].write_text(yaml.safe_dump(contract), encoding="utf-8")
    yield names
    for path in written:
        path.unlink(missing_ok=True)


def test_a_feed_of_each_format_is_added_by_one_file_without_a_restart(lake: Lake, added: dict[str, str]) -> None:
    orchestrator = lake.orchestrator
    orchestrator.wait_for_dags({f"feed_{name}" for name in added.values()} | FEEDS, within_s=SEEN_S)
    for name in added.values():
        orchestrator.pause(f"feed_{name}", is_paused=False)
    assert {form: ended(orchestrator, f"feed_{name}").state for form, name in added.items()} == dict.fromkeys(
        FORMATS, "success"
    )
    chosen = ", ".join(f"CAST({column} AS string) AS {column}" for column in COLUMNS)
    parts = [f"SELECT '{form}' AS form, {chosen} FROM bronze.{name}" for form, name in added.items()]
    rows = lake.rows(" UNION ALL ".join(parts))
    expected = sorted(tuple(str(typed(row)[column]) for column in COLUMNS) for row in SAME_ROWS)
    found = {form: sorted(tuple(r[c] for c in COLUMNS) for r in rows if r["form"] == form) for form in FORMATS}
    assert found == dict.fromkeys(FORMATS, expected)


def pools_of(orchestrator: Orchestrator) -> list[dict[str, object]]:
    return list(orchestrator.get("/pools", limit=100)["pools"])


def ended(orchestrator: Orchestrator, dag: str, within_s: int = 300) -> Run:
    """Return the run that a DAG began when it was let, once it has ended."""
    deadline = time.monotonic() + within_s
    while not (runs := [run for run in orchestrator.runs() if run.dag_id == dag and run.end_date]):
        assert time.monotonic() < deadline, f"{dag} did not end"
        time.sleep(2)
    return runs[0]
