"""Airflow as its three people meet it, in a real browser and in both languages."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from browsing import sign_in
from playwright.sync_api import Browser, Page, Request, expect
from waiting import HUNG_S, ran

from calanque.demo.run import DemoRun
from calanque.engines.airflow_client import Orchestrator, Run
from calanque.errors import CalanqueError
from calanque.runs.batches import read_reports
from calanque.runs.gates import newest_checks
from calanque.settings import Settings

FEED = "feed_citizen_reports"
QUIET_S = 0.3
WORDS = {
    "en": {"contract": "Legal basis", "documents": "If something fails: runbooks"},
    "fr": {"contract": "Base légale", "documents": "En cas de panne"},
}
MENU = {
    "analyst": {"/", "/dags", "/assets", "/plugin/lac", "/plugin/documents"},
    "dpo": {"/", "/dags", "/assets", "/plugin/lac", "/plugin/documents", "/events"},
    "engineer": {
        *("/", "/dags", "/assets", "/plugin/lac", "/plugin/documents", "/events", "/jobs", "/pools", "/connections")
    },
}
# What a person may not do: buttons, and tabs by where they lead.
NOT_OFFERED = {
    "analyst": ("[data-testid=trigger-dag-button]", "[data-testid=toggle-pause]", "a[href$='/events']"),
    "dpo": ("[data-testid=trigger-dag-button]", "[data-testid=toggle-pause]"),
    "engineer": ("text=Security", "text=Sécurité"),
}
GO = "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }"
# React draws a page that one went to in slices, and keeps the page before until the last: a task of the background
# comes after all of them, however slow the machine.
DRAWN = "() => scheduler.postTask(() => null, {priority: 'background'})"
HREFS = "all => all.map(a => a.getAttribute('href'))"
# Each person in one language; in the other, where everything has full size.
PEOPLE = (("engineer", "en"), ("dpo", "fr"), ("analyst", "fr"))


def visitors(*rest: str) -> list[Any]:
    """Return the people with their languages; those named are looked at in the proof."""
    return [pytest.param(one, marks=[pytest.mark.full] if one[0] in rest else [], id="-".join(one)) for one in PEOPLE]


@pytest.fixture(scope="module")
def run(stack: Settings, first: DemoRun) -> Run:
    """The run of the feed that loaded its batch."""
    orchestrator = Orchestrator(stack)
    runs = [run for run in orchestrator.runs() if run.dag_id == FEED]
    return next(run for run in runs if {task["state"] for task in orchestrator.task_instances(run)} == {"success"})


@pytest.fixture(
    scope="module",
    # Who is offered most and who least; what a DPO opens beyond that is looked at by test_desk.py.
    params=visitors("dpo"),
)
def visit(request: pytest.FixtureRequest, stack: Settings, first: DemoRun, browser: Browser) -> Iterator["Visit"]:
    """A person who has signed in, in one language."""
    yield from visits(stack, browser, *request.param)


def visits(stack: Settings, browser: Browser, person: str, language: str) -> Iterator["Visit"]:
    page = sign_in(browser, stack, person, language)
    page.goto(stack.airflow_url)
    page.wait_for_selector("[data-testid=nav-sidebar]")
    yield Visit(page, stack, person, language)
    page.context.close()


class Visit:
    """A person's walk: every page opened is checked and kept as a picture."""

    def __init__(self, page: Page, settings: Settings, person: str, language: str) -> None:
        self.page, self._settings, self.person, self.words = page, settings, person, WORDS[language]
        self.dags = Orchestrator(settings).dag_ids()
        self._asked, self._asked_at = set[Request](), time.monotonic()
        page.on("request", self._ask)
        for answered in ("requestfinished", "requestfailed"):
            page.on(answered, lambda request: self._asked.discard(request))
        self._name = f"{person}-{language}"
        self._folder = settings.home / "screenshots"

    def open(self, path: str) -> Page:
        """Go to a page of the application as a click on a link does, which loads nothing twice."""
        self.page.evaluate(GO, path)
        # Where a page has one of ours inside, Airflow adds what that shows, sooner or later.
        expect(self.page).to_have_url(re.compile(re.escape(f"{self._settings.airflow_url}{path}") + "(/calanque/.*)?$"))
        self.look(path)
        return self.page

    def _ask(self, request: Request) -> None:
        # The end of an editor's worker is never told.
        if request.resource_type in ("document", "fetch", "xhr"):
            self._asked.add(request)
            self._asked_at = time.monotonic()

    def _settle(self) -> None:
        """Wait until every answer has come, nothing more is asked and what came is drawn."""
        limit = time.monotonic() + HUNG_S
        while self._asked or time.monotonic() - self._asked_at < QUIET_S:
            assert time.monotonic() < limit, {request.url for request in self._asked}
            self.page.wait_for_timeout(50)
        self.page.evaluate(DRAWN)

    def look(self, path: str) -> None:
        """No error box, no refusal; the picture goes to the installation's home, never in the clone."""
        self._settle()
        expect(self.page.locator("[data-testid=nav-sidebar]")).to_be_visible()
        for waiting in ("[data-testid=skeleton]", "[role=progressbar] >> visible=true"):
            expect(self.page.locator(waiting)).to_have_count(0)
        self._settle()
        name = re.sub(r"\W+", "_", re.sub(r"/runs/[^/]+", "/run", path)).strip("_") or "home"
        self._folder.mkdir(exist_ok=True)
        self.page.screenshot(path=self._folder / f"{self._name}-{name}.png")
        assert self.page.locator("[data-testid=error-alert]").count() == 0, path
        assert not re.search(r"(?<![.\d])\b(403|Forbidden|Traceback)\b", self.page.inner_text("body")), path

    def menu(self) -> set[str]:
        """Return where each entry of the menu leads, those behind its buttons included; other sites left out."""
        bar = self.page.locator("[data-testid=nav-sidebar]")
        # What plugins add comes after the rest.
        expect(bar.locator("a[href*='/plugin/']")).to_have_count(2)
        found = set(bar.locator("a").evaluate_all(HREFS))
        for button in bar.locator("button[data-scope=menu]").all():
            button.click()
            items = self.page.locator("[data-scope=menu][data-part=content][data-state=open] a[href]")
            found |= set(items.evaluate_all(HREFS))
            self.page.keyboard.press("Escape")
            expect(self.page.locator("[data-scope=menu][data-part=content][data-state=open]")).to_have_count(0)
        return {path for path in found if path.startswith("/")}


def test_each_person_opens_what_their_menu_offers(visit: Visit, run: Run) -> None:
    visit.open("/")
    menu = visit.menu()
    assert MENU[visit.person] <= menu
    assert not [path for path in menu if "/users" in path or "/roles" in path or "/permissions" in path]
    for path in sorted(menu):
        visit.open(path)
    page = visit.open("/dags")
    expect(page.locator("[data-testid=dag-id]")).to_have_count(len(visit.dags))
    page = visit.open(f"/dags/{FEED}")
    expect(page.locator("[data-testid=dag-id]")).to_have_count(0)
    for selector in NOT_OFFERED[visit.person]:
        assert page.locator(f"{selector} >> visible=true").count() == 0, selector
    if visit.person == "engineer":
        expect(page.locator("[data-testid=trigger-dag-button] >> visible=true")).to_have_count(1)
    page.locator("[data-testid=markdown-button]").click()
    expect(page.get_by_text(visit.words["contract"]).first).to_be_visible()
    visit.look(f"/dags/{FEED}/docs")
    visit.open(f"/dags/{FEED}/runs/{run.dag_run_id}")


@pytest.mark.parametrize("visit", visitors("dpo", "analyst"), indirect=True)
def test_each_tab_of_a_dag_opens(visit: Visit) -> None:
    page = visit.open(f"/dags/{FEED}")
    tabs = page.locator(f"a[href^='/dags/{FEED}/'] >> visible=true")
    paths = {path for path in tabs.evaluate_all(HREFS) if path.count("/") == 3 and "?" not in path}
    assert len(paths) >= 6
    for path in sorted(paths):
        visit.open(path)


@pytest.mark.parametrize("visit", visitors("dpo", "analyst"), indirect=True)
def test_graphs_are_drawn(visit: Visit) -> None:
    page = visit.open("/dags/transform")
    page.keyboard.press("g")
    expect(page.locator(".react-flow__node").nth(1)).to_be_visible()
    visit.look("/dags/transform/graph")
    page.keyboard.press("g")
    page = visit.open("/assets/1")
    expect(page.locator(".react-flow__node").nth(1)).to_be_visible()
    visit.look("/assets/graph")


def test_documents_open_inside_airflow(visit: Visit) -> None:
    page = visit.open("/plugin/documents")
    inside = page.frame_locator("iframe")
    expect(inside.get_by_text(visit.words["documents"])).to_be_visible()
    inside.locator("a[href='/calanque/runbooks/refused-batch']").click()
    expect(inside.get_by_text("It is over when")).to_be_visible()
    visit.look("/plugin/documents/runbook")
    visit.open(f"/dags/{FEED}/plugin/dag-documents")
    expect(page.frame_locator("iframe").get_by_text(visit.words["contract"])).to_be_visible()


def test_the_log_of_a_gate_is_read_at_once_by_those_who_may(visit: Visit, run: Run) -> None:
    if visit.person == "analyst":
        page = visit.open(f"/dags/{FEED}/runs/{run.dag_run_id}")
        links = page.locator("a[href*='/runs/'][href*='/tasks/']")
        expect(links.first).to_be_visible()
        assert set(links.evaluate_all("all => all.map(a => getComputedStyle(a).pointerEvents)")) == {"none"}
        return
    page = visit.open(f"/dags/{FEED}/runs/{run.dag_run_id}/tasks/gate")
    expect(page.get_by_text("Gate citizen_reports of citizen_reports passed")).to_be_visible()
    for path in ("/calanque/contracts/citizen_reports", "/calanque/runbooks/refused-batch"):
        expect(page.locator(f"a[href$='{path}']").first).to_be_visible()
    visit.look("/gate/log")


def test_a_gate_says_each_expectation_in_ten_lines(stack: Settings, run: Run) -> None:
    lines = said(Orchestrator(stack).log_text(run, "gate"))
    # Each holds here: its severity would stand before one that fails.
    checks = [line for line in lines if re.match(r"expect_\w+ ", line)]
    assert len(checks) == len(newest_checks("citizen_reports", read_reports("citizen_reports")[0].batch_id)) > 5
    assert all(re.search(r"holds \(.*\d.*\)\.$", line) for line in checks), checks
    assert len(lines) <= len(checks) + 10, lines


def test_dbt_says_each_model_with_rows_seconds_and_tests(stack: Settings, first: DemoRun) -> None:
    orchestrator = Orchestrator(stack)
    runs = [run for run in orchestrator.runs() if run.dag_id == "transform"]
    text = "\n".join(
        orchestrator.log_text(run, task["task_id"])
        for run in runs
        for task in orchestrator.task_instances(run)
        if task["state"] == "success"
    )
    # Marts are built where no reader looks; Toronto's rows are most.
    said = re.findall(
        r"^silver__marts\.fct_incidents: ([\d,]+) rows in [\d.]+ s, (\d+) of \2 tests pass\.$", text, re.MULTILINE
    )
    assert max(int(rows.replace(",", "")) for rows, _ in said) > 50_000
    assert " START " not in text


def test_a_green_run_has_no_red_line(stack: Settings, first: DemoRun) -> None:
    orchestrator = Orchestrator(stack)
    red = []
    for run in orchestrator.runs():
        for task in (task for task in orchestrator.task_instances(run) if task["state"] == "success"):
            path = (
                f"/dags/{run.dag_id}/dagRuns/{run.dag_run_id}/taskInstances/{task['task_id']}/logs/{task['try_number']}"
            )
            content = orchestrator.get(path, full_content=True)["content"]
            red += [
                f"{task['task_id']}: {line['event']}" for line in content if line.get("level") in {"error", "critical"}
            ]
    assert red == []


# The colour in which a page of Airflow paints what has a name in its theme.
PAINTED = """name => {
    const box = document.createElement('div');
    box.style.color = `var(--chakra-colors-${name})`;
    document.body.append(box);
    return getComputedStyle(box).color;
}"""


def test_nothing_to_do_is_said_in_the_log_and_looks_calm(stack: Settings, first: DemoRun, browser: Browser) -> None:
    orchestrator = Orchestrator(stack)
    run = ran(orchestrator, "feed_toronto_incidents")
    states = {task["task_id"]: task["state"] for task in orchestrator.task_instances(run)}
    assert set(states.values()) == {"skipped"}
    assert said(orchestrator.log_text(run, "land"))[-1].endswith("is already loaded: nothing to do.")
    page = sign_in(browser, stack, "engineer")
    page.goto(f"{stack.airflow_url}/dags/{run.dag_id}/runs/{run.dag_run_id}")
    badge = page.locator("[data-testid=task-row], tr, div").get_by_text("Skipped", exact=True).first
    expect(badge).to_be_visible()
    shades = [page.evaluate(PAINTED, name) for name in ("skipped-solid", "stone-400", "success-solid")]
    assert shades[0] == shades[1] != shades[2]
    page.context.close()


def test_a_run_of_a_day_that_has_not_come_says_so(stack: Settings, first: DemoRun) -> None:
    orchestrator = Orchestrator(stack)
    before = len(orchestrator.runs())
    with pytest.raises(CalanqueError, match=r"has not come yet.*n’est pas encore venue"):
        orchestrator.trigger(FEED, datetime.now(UTC) + timedelta(days=40))
    assert len(orchestrator.runs()) == before


def test_a_dag_that_a_person_paused_is_not_woken(stack: Settings, first: DemoRun) -> None:
    orchestrator = Orchestrator(stack)
    orchestrator.pause(FEED)
    try:
        assert orchestrator.wake([FEED, "transform"]) == [FEED]
        assert orchestrator.get(f"/dags/{FEED}")["is_paused"]
    finally:
        orchestrator.pause(FEED, False)


def said(text: str) -> list[str]:
    """Return the lines between what Airflow says before a task and after it."""
    lines = text.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("Worker startup parse")) + 2
    end = next(
        number
        for number, line in enumerate(lines)
        if line.startswith(("::group::Post Execute", "Done. Returned value"))
    )
    return lines[begin:end]
