"""A feed that is late is an alarm in Airflow, by the scheduler, and the mart made from it says so on *Lac*."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import sign_in
from playwright.sync_api import Browser, expect
from waiting import ran

from calanque.demo.run import WATCH, DemoRun
from calanque.engines import spark
from calanque.engines.airflow_client import Orchestrator
from calanque.settings import Settings

# The check of all forecasts, which the watch begins with, takes as long as ten pages.
pytestmark = pytest.mark.full
FEED, MART = "marseille_main_courante", "fct_incidents"


def moved(days: int) -> None:
    """Move the last batch of the feed to another time, in the reports and in the mart of freshness."""
    by = f"make_dt_interval({days})"
    spark.rows(f"update governance.batch set updated_at = updated_at + {by} where feed = '{FEED}'")
    spark.rows(f"update marts.dim_feed_freshness set late_after_at = late_after_at + {by} where feed = '{FEED}'")


def frames_in(line: dict[str, Any]) -> bool:
    """Whether a line of a task's log tells where in the code an error came from."""
    return any(error.get("frames") for error in line.get("error_detail") or [])


@pytest.fixture
def late(first: DemoRun) -> Iterator[None]:
    """A batch that came long ago."""
    moved(-30)
    yield
    moved(30)


def test_a_late_feed_fails_its_watch_and_is_said_on_the_mart(stack: Settings, late: None, browser: Browser) -> None:
    orchestrator = Orchestrator(stack)
    run = ran(orchestrator, WATCH)
    assert run.state == "failed"
    (checked,) = (task for task in orchestrator.task_instances(run) if task["task_id"] == "forecasts")
    assert checked["state"] == "success"
    said = orchestrator.last_error(run, "late", 1)
    assert said.startswith(f"A feed is late. {FEED}: nothing new within its 36 hours") and MART in said
    # Airflow prints its own frames after any other exception.
    (log,) = (stack.logs / "airflow" / f"dag_id={WATCH}").glob(f"run_id={run.dag_run_id}/task_id=late/attempt=1.log")
    assert [one for one in map(json.loads, log.read_text(encoding="utf-8").splitlines()) if frames_in(one)] == []
    page = sign_in(browser, stack, "analyst")
    page.goto(f"{stack.airflow_url}/calanque/lac")
    rows = page.locator(f"section[aria-labelledby=city-marseille] [data-table=marts] tr[data-mart={MART}] .mark.bad")
    expect(rows).to_have_text(f"{FEED} is late")
    page.screenshot(path=stack.home / "screenshots" / "late-feed.png", full_page=True)
    page.context.close()


def test_without_a_late_feed_the_watch_is_green_and_forecasts_are_not_checked_again(
    stack: Settings, first: DemoRun
) -> None:
    """What all cities published is checked together, some times a day: last by the run that found the feed late."""
    orchestrator = Orchestrator(stack)
    run = ran(orchestrator, WATCH)
    assert run.state == "success"
    assert "was checked as it stands; nothing to do" in orchestrator.log_text(run, "forecasts")
