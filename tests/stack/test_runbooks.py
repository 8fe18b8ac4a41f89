"""What the runbooks of a day and of a refused batch say, done as they say it: in the browser, and their commands."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote

import pytest
from browsing import sign_in
from playwright.sync_api import Browser, Page, expect
from project import SOURCE, root
from waiting import SEEN_S, ended

from calanque.contracts import load_contract
from calanque.demo.run import DemoRun
from calanque.engines import deltars
from calanque.engines.airflow_client import Orchestrator, Run
from calanque.runs.batches import read_reports
from calanque.settings import Settings

FEED = "test_by_day"
HEADER = "date;amount;plate\n"
GOOD, BAD = f"{HEADER}01/11/2026 10:00;35,00;AA-123-BB\n", f"{HEADER}yesterday;35,00;AA-123-BB\n"
BLOCK = re.compile(r"^```\n(.+?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def orchestrator(stack: Settings, first: DemoRun) -> Iterator[Orchestrator]:
    """The orchestrator, with a feed more, whose files are by day."""
    asked, path = Orchestrator(stack), root() / "dags" / "feeds" / f"{FEED}.odcs.yaml"
    text = (SOURCE / "tests" / "contracts" / "good.odcs.yaml").read_text(encoding="utf-8")
    text = re.sub(r"^id: \w+$", f"id: {FEED}", text, flags=re.MULTILINE)
    path.write_text(text.replace('"*.csv"', f'"{FEED}_{{date}}.csv"'), encoding="utf-8")
    asked.wait_for_dags({f"feed_{FEED}"}, within_s=SEEN_S)
    yield asked
    path.unlink()


@pytest.fixture(scope="module")
def days(stack: Settings, orchestrator: Orchestrator) -> list[date]:
    """The day before yesterday, of which nothing came, and the one before it, whose file is to be refused."""
    today = load_contract(FEED).day_at(datetime.now(UTC))
    newest, oldest = (today - timedelta(days=back) for back in (2, 3))
    send(stack, oldest, BAD)
    return [newest, oldest]


def send(stack: Settings, day: date, text: str) -> None:
    (stack.home / "drop" / f"{FEED}_{day}.csv").write_text(text.replace("01/11/2026", f"{day:%d/%m/%Y}"), "utf-8")


@pytest.fixture(scope="module")
def page(stack: Settings, browser: Browser) -> Iterator[Page]:
    """The feed's page, as the engineer sees it."""
    found = sign_in(browser, stack, "engineer")
    yield found
    found.context.close()


def shown(page: Page, stack: Settings) -> dict[str, str]:
    """Open the feed's page; returns its days that are to be healed."""
    page.goto(f"{stack.airflow_url}/calanque/lac/feeds/{FEED}")
    folder = stack.home / "screenshots"
    folder.mkdir(exist_ok=True)
    page.screenshot(path=folder / "days-to-heal.png", full_page=True)
    found = page.locator("li[data-day]").evaluate_all("all => all.map(one => [one.dataset.day, one.dataset.state])")
    return dict(found)


def started(orchestrator: Orchestrator, page: Page) -> Run:
    """Return the run that a button has started, once it has ended."""
    status = page.get_by_role("status")
    expect(status).to_contain_text("The run is started")
    (run_id,) = re.findall(r"/runs/([^/?]+)", status.locator("a").get_attribute("href") or "")
    return ended(orchestrator, f"feed_{FEED}", unquote(run_id))


def test_a_refused_and_a_missing_day_are_replayed_by_their_button(
    stack: Settings, orchestrator: Orchestrator, days: list[date], page: Page
) -> None:
    newest, oldest = days
    orchestrator.pause(f"feed_{FEED}", False)
    shown(page, stack)
    form = page.locator("section[aria-labelledby=replay]")
    form.locator("input[type=date]").fill(f"{oldest}")
    form.locator("button").click()
    refused = started(orchestrator, page)
    assert refused.state == "failed"
    found = shown(page, stack)
    assert (found[f"{oldest}"], found[f"{newest}"]) == ("refused", "missing")
    send(stack, newest, GOOD)
    page.locator(f"li[data-day='{newest}'] button").click()
    assert started(orchestrator, page).state == "success"
    # A good day since does not hide the refused one.
    found = shown(page, stack)
    assert (found[f"{oldest}"], found.get(f"{newest}")) == ("refused", None)
    send(stack, oldest, GOOD)
    page.locator(f"li[data-day='{oldest}'] button").click()
    healed = started(orchestrator, page)
    # A day that was run is cleared, not doubled.
    assert (healed.state, healed.dag_run_id) == ("success", refused.dag_run_id)
    assert orchestrator.get(f"/dags/feed_{FEED}/dagRuns/{healed.dag_run_id}")["triggering_user_name"] == "engineer"
    assert not {f"{day}" for day in days} & shown(page, stack).keys()
    assert deltars.row_count(f"bronze.{FEED}") == 2


@pytest.mark.parametrize("name", ["replay-a-day", "refused-batch"])
def test_the_commands_of_a_runbook_run_as_they_stand(name: str, orchestrator: Orchestrator, days: list[date]) -> None:
    batch = next(report for report in read_reports(FEED) if report.state == "refused")
    text = (SOURCE / "infra" / "runbooks" / f"{name}.md").read_text(encoding="utf-8")
    for asked, is_said in (("<feed>", FEED), ("toronto_incidents", FEED), ("<batch>", batch.batch_id)):
        text = text.replace(asked, is_said)
    told = ""
    for block in BLOCK.findall(text):
        command = block.replace(".venv/bin/python", sys.executable)
        done = subprocess.run(["bash", "-ec", command], cwd=root(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]
        told += done.stdout
    assert batch.batch_id in told
    assert ("wrong_type:written_at" if name == "refused-batch" else "published") in told
