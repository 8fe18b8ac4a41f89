"""The page *Lac* in a real browser: what each person finds there and what they do not, and each figure again in SQL."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import sign_in
from playwright.sync_api import APIResponse, Browser, FrameLocator, Page, expect
from project import CITIES, FEEDS

from calanque.demo.run import DemoRun
from calanque.engines import deltars, trino
from calanque.engines.airflow_client import Orchestrator
from calanque.settings import Settings

LAC = "/calanque/lac"
DIRTY = "marseille_main_courante"
QUIET = "toronto_incidents"
PEOPLE = ("analyst", "dpo", "engineer")
SEERS = ("dpo", "engineer")
# What may not be in the page of a person at all, shown or hidden.
ABSENT = {
    "analyst": ("<form", "<button", "/runs/", "/lac/batches/", "/lac/feeds/", "governance.", "gate_result"),
    "dpo": ("<form", "<button", "/runs/", "csrf_token"),
    "engineer": (),
}
THERE = {
    "analyst": ("Newest day in it", "risk-toronto", "fct_incidents"),
    "dpo": ("Landed = loaded + quarantined", "/lac/batches/", "wrong_type:occurred_at"),
    "engineer": ("<form", "/runs/", "/dags/feed_toronto_incidents", "/dags/forecast_toronto"),
}
OURS = ", ".join(f"'{feed}'" for feed in FEEDS)


class Visitor:
    """A person who is signed in: in Airflow, with the page in its frame, and beside it at the page alone."""

    def __init__(self, inside: Page, stack: Settings, person: str) -> None:
        self.inside, self.person, self._stack = inside, person, stack
        self.alone = inside.context.new_page()

    def open(self, path: str = LAC) -> Page:
        """Open a page of the console outside of its frame, unless it is open; a picture of it is kept."""
        if self.alone.url != f"{self._stack.airflow_url}{path}":
            answer = self.alone.goto(f"{self._stack.airflow_url}{path}")
            assert answer is not None
            assert answer.status == 200, self.alone.inner_text("body")
            folder = self._stack.home / "screenshots"
            folder.mkdir(exist_ok=True)
            name = re.sub(r"\W+", "_", path.removeprefix("/calanque/")).strip("_")
            self.alone.screenshot(path=folder / f"console-{self.person}-{name}.png", full_page=True)
        return self.alone

    def frame(self) -> FrameLocator:
        """Return the page in its frame, opened by Airflow's menu, or by its own once it is there."""
        frame = self.inside.frame_locator("iframe")
        if self.inside.url == "about:blank":
            self.inside.goto(self._stack.airflow_url)
        if "/plugin/lac" in self.inside.url:
            frame.locator("header a[href='/calanque/lac']").click()
        else:
            self.inside.locator("[data-testid=nav-sidebar] a[href$='/plugin/lac']").click()
        # The first look at tables of runs compiles what reads them: on two busy, slow cores that took over a minute.
        expect(frame.locator("h1")).to_have_text("Lac")
        # The last of the page: its beginning is there before the marts are counted.
        expect(frame.locator("#queries")).to_be_visible()
        return frame

    def send(self, feed: str, **form: str) -> APIResponse:
        """Send the form of a feed's replay."""
        url = f"{self._stack.airflow_url}{LAC}/feeds/{feed}/replay"
        return self.inside.request.post(url, form=form, max_redirects=0)

    def get(self, path: str) -> APIResponse:
        """Ask for an address of the console."""
        return self.inside.request.get(f"{self._stack.airflow_url}{path}")


@pytest.fixture(scope="module")
def visitors(stack: Settings, first: DemoRun, browser: Browser) -> Iterator[dict[str, Visitor]]:
    """Each person, signed in once."""
    yield {person: Visitor(sign_in(browser, stack, person), stack, person) for person in PEOPLE}
    for context in browser.contexts:
        context.close()


def ask(sql: str) -> list[tuple[Any, ...]]:
    return trino.query(sql, "engineer")


def figure(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def table(page: Page, name: str) -> list[tuple[str, str, list[str]]]:
    """Return each row of a kind of table on the page: its section's heading, its first cell, and all of its cells."""
    return [
        tuple(row)
        for row in page.locator(f"[data-table={name}] tbody tr").evaluate_all(
            "rows => rows.map(row => [row.closest('section').querySelector('h2').id, "
            "row.dataset.feed || row.dataset.mart || row.dataset.model, [...row.cells].map(cell => cell.innerText)])"
        )
    ]


@pytest.mark.parametrize("person", PEOPLE)
def test_each_person_finds_in_the_menu_what_is_theirs_and_nothing_else(
    visitors: dict[str, Visitor], person: str
) -> None:
    frame = visitors[person].frame()
    html = frame.locator("html").inner_html()
    assert [text for text in THERE[person] if text not in html] == []
    assert [text for text in ABSENT[person] if text in html] == []
    cities = frame.locator("h2[id^=city-]").all_inner_texts()
    assert {"Marseille", "Toronto"} <= set(cities)
    assert frame.locator("[data-table=feeds] tbody tr").count() == len(FEEDS)


class Facts:
    """What SQL says, asked once: the pages of all people are held against it."""

    def __init__(self) -> None:
        marts = sorted(name for (name,) in ask("show tables from marts"))
        self.counts = dict(ask(" union all ".join(f"select '{name}', count(*) from marts.{name}" for name in marts)))
        self.incidents = dict(ask("select territory, count(*) from marts.fct_incidents group by territory"))
        ((self.late,),) = ask("select count(*) from marts.dim_feed_freshness where now() > late_after_at")
        self.promised_hours = dict(ask("select feed, promised_hours from marts.dim_feed_freshness"))
        self.decisions = ask(
            "select territory, max_by(decision, decided_at), max_by(reason, decided_at), max_by(reason_fr, decided_at) "
            "from marts.fct_model_promotion group by territory"
        )
        self.weeks = dict(ask("select territory, max(week_start_date) from marts.fct_forecast group by territory"))
        self.rates = ask(
            "select territory, round(100 * avg(hit_rate_5pct)) from marts.fct_forecast_score "
            "where type = 'all' and record = 'back_test' and method = 'model' group by territory"
        )
        newest = (
            "select feed, batch_id, max_by(row(landed_count, loaded_count, quarantined_count, state), recorded_at) as "
            "told, max_by(reasons, recorded_at) as reasons, max(updated_at) as at from governance.batch "
            f"where feed in ({OURS}) group by feed, batch_id"
        )
        (self.day,) = ask(
            "select count(*), sum(told[1]), sum(told[2]), sum(told[3]), count_if(told[4] = 'refused') "
            f"from ({newest}) where at > now() - interval '24' hour"
        )
        self.batches = ask(
            f"select feed, max_by(batch_id, at), max_by(told, at), max_by(reasons, at) from ({newest}) group by feed"
        )
        self.gates = ask(
            "select subject, count(*), count_if(success) from governance.gate_result "
            f"where tier = 'landing' and subject in ({OURS}) and (subject, recorded_at) in (select subject, "
            "max(recorded_at) from governance.gate_result where tier = 'landing' group by subject) group by subject"
        )


@pytest.fixture(scope="module")
def facts(first: DemoRun) -> Facts:
    """What SQL says now."""
    return Facts()


@pytest.mark.parametrize("person", PEOPLE)
def test_what_is_served_and_what_is_late_is_found_again_in_sql(
    visitors: dict[str, Visitor], facts: Facts, person: str
) -> None:
    page = visitors[person].open()
    rows = {(city, mart): figure(cells[1]) for city, mart, cells in table(page, "marts")}
    names = {mart for _, mart in rows}
    assert {name: sum(n for (_, mart), n in rows.items() if mart == name) for name in names} == facts.counts
    assert set(facts.incidents) == set(CITIES)
    for city, count in facts.incidents.items():
        assert rows[f"city-{city}", "fct_incidents"] == count
    assert figure(page.inner_text("#rows-served")) == sum(facts.counts.values())
    assert figure(page.inner_text("#marts-served")) == len(facts.counts)
    assert figure(page.inner_text("#forecasts-served")) == len(facts.weeks)
    assert figure(page.inner_text("#feeds-late")) == facts.late
    said = {feed: cells[1] for _, feed, cells in table(page, "feeds")}
    assert facts.promised_hours.keys() == said.keys()
    assert all(f"promised: {hours} h" in said[feed] for feed, hours in facts.promised_hours.items())


@pytest.mark.parametrize("person", PEOPLE)
def test_models_are_found_again_in_sql(visitors: dict[str, Visitor], facts: Facts, person: str) -> None:
    models = {city: cells for _, city, cells in table(visitors[person].open(), "model")}
    assert set(models) == set(facts.weeks) == set(CITIES)
    assert {city for city, *_ in facts.decisions} == {QUIET.partition("_")[0]}
    assert all("none yet" in models[city][2] for city in models.keys() - {city for city, *_ in facts.decisions})
    for city, decision, reason, _ in facts.decisions:
        assert decision in models[city][2]
        assert reason in models[city][2]
    for city, rate in facts.rates:
        assert f"model {rate:.0f}%" in models[city][3]
    for city, week in facts.weeks.items():
        assert f"{week}" in models[city][4]


def test_a_decision_has_its_reason_in_french_where_the_page_is_french(
    visitors: dict[str, Visitor], facts: Facts
) -> None:
    pages = (visitors["analyst"].open(f"{LAC}?lang={language}") for language in ("fr", "en"))
    french, english = ({city: cells for _, city, cells in table(page, "model")} for page in pages)
    assert facts.decisions
    for city, _, reason, reason_fr in facts.decisions:
        assert reason_fr in french[city][2] and reason in english[city][2]


@pytest.mark.parametrize("person", SEERS)
def test_what_came_in_and_what_was_refused_is_found_again_in_sql(
    visitors: dict[str, Visitor], facts: Facts, person: str
) -> None:
    page = visitors[person].open()
    places = ("batches-in", "rows-landed", "rows-loaded", "rows-quarantined", "batches-refused")
    assert tuple(figure(page.inner_text(f"#{place}")) for place in places) == tuple(facts.day)
    said = {feed: cells for _, feed, cells in table(page, "feeds")}
    for feed, batch_id, told, reasons in facts.batches:
        cells = said[feed]
        assert batch_id in cells[2]
        assert cells[3] == f"{told[0]:,} = {told[1]:,} + {told[2]:,}"
        lines = [line.split() for line in cells[4].splitlines() if line != "–"]
        assert {reason: figure(count) for count, reason in lines} == (reasons or {})
    for feed, total, passed in facts.gates:
        assert said[feed][5] == f"{passed} of {total} true"


def test_each_query_of_the_page_runs_as_it_stands(visitors: dict[str, Visitor]) -> None:
    shown = {person: visitors[person].open().locator("pre[data-query]").all_text_contents() for person in PEOPLE}
    for sql in shown["engineer"]:
        assert ask(sql)
    assert shown["dpo"] == shown["engineer"]
    assert set(shown["analyst"]) < set(shown["engineer"])
    assert len(shown["analyst"]) == 6


def test_from_a_mark_to_batch_rule_and_rows_in_three_clicks(visitors: dict[str, Visitor]) -> None:
    frame = visitors["dpo"].frame()  # the first click; the engineer's three are in test_walks.py
    frame.locator(f"tr[data-feed={DIRTY}] a.mark").click()
    ((batch_id, reasons),) = ask(
        f"select batch_id, reasons from governance.batch where feed = '{DIRTY}' order by recorded_at desc limit 1"
    )
    expect(frame.locator("h1")).to_contain_text(batch_id)
    said = {
        row.get_attribute("data-rule"): figure(row.locator("td").last.inner_text())
        for row in frame.locator("[data-table=rules] tbody tr").all()
    }
    assert said == reasons
    rule = "wrong_type:occurred_at"
    frame.locator(f"tr[data-rule='{rule}'] a").click()
    expect(frame.locator("#rows")).to_contain_text(rule)
    held = [
        row
        for row in deltars.read_rows(f"quarantine.{DIRTY}", [("_batch_id", "=", batch_id)])
        if rule in row["reasons"]
    ]
    shown = [row.locator("td").all_inner_texts() for row in frame.locator("[data-table=rows] tbody tr").all()]
    assert {f"{file}#{number}" for file, number, _ in shown} <= {row["_row"] for row in held}
    assert len(shown) == min(50, len(held)) == min(50, reasons[rule])
    html = frame.locator("html").inner_html()
    values = {str(value) for row in held for value in json.loads(row["payload"]).values() if len(str(value)) > 7}
    assert values
    assert [value for value in values if value in html] == []


@pytest.mark.parametrize("path", [f"/feeds/{DIRTY}", f"/batches/{DIRTY}/b0123456789abcdef"])
def test_an_analyst_opens_no_batch_by_its_address(visitors: dict[str, Visitor], path: str) -> None:
    assert visitors["analyst"].get(f"{LAC}{path}").status == 403
    assert visitors["dpo"].get(f"{LAC}{path}").status == (404 if "batches" in path else 200)


def test_a_day_that_has_not_come_is_refused_with_a_sentence(visitors: dict[str, Visitor]) -> None:
    page = visitors["engineer"].open(f"{LAC}/feeds/{QUIET}")
    page.locator("input[type=date]").fill("2099-01-01")
    page.locator("section[aria-labelledby=replay] button").click()
    expect(page.locator("main")).to_contain_text("That day has not come for this feed")


def test_nobody_else_replays_and_no_form_without_its_seal(visitors: dict[str, Visitor], stack: Settings) -> None:
    runs = len(Orchestrator(stack).runs())
    page = visitors["engineer"].open()
    right = page.locator(f"tr[data-feed={QUIET}] input[name=csrf_token]").get_attribute("value") or ""
    other = page.locator(f"tr[data-feed={DIRTY}] input[name=csrf_token]").get_attribute("value") or ""
    assert right != other
    form = {"day": "2026-11-01", "csrf_token": right}
    assert {person: visitors[person].send(QUIET, **form).status for person in ("analyst", "dpo")} == {
        "analyst": 403,
        "dpo": 403,
    }
    for seal in ("", "0.0", other):
        answer = visitors["engineer"].send(QUIET, day="2026-11-01", csrf_token=seal)
        assert answer.status == 403
        assert "open the page again" in answer.text()
    assert visitors["engineer"].send(QUIET, day="2026-11-01").status == 403
    assert len(Orchestrator(stack).runs()) == runs


def serious(page: Page) -> list[tuple[str, list[str]]]:
    violations = Axe().run(page).response["violations"]
    grave = [one for one in violations if one["impact"] in {"serious", "critical"}]
    return [(one["id"], node["target"]) for one in grave for node in one["nodes"]]


@pytest.mark.parametrize(
    ("person", "language", "scheme", "is_deep"),
    [
        pytest.param("engineer", "en", "light", True, id="engineer"),
        pytest.param("engineer", "en", "dark", False, id="engineer-dark", marks=pytest.mark.full),
        pytest.param("dpo", "fr", "dark", True, id="dpo-french-dark"),
        pytest.param("analyst", "fr", "light", False, id="analyst-french", marks=pytest.mark.full),
    ],
)
def test_nothing_serious_stands_in_the_way_of_anybody(
    visitors: dict[str, Visitor], person: str, language: str, scheme: str, is_deep: bool
) -> None:
    visitor, paths = visitors[person], [LAC]
    if is_deep:
        ((batch_id,),) = ask(f"select max(batch_id) from governance.batch where feed = '{DIRTY}'")
        paths += [f"{LAC}/feeds/{DIRTY}", f"{LAC}/batches/{DIRTY}/{batch_id}"]
    visitor.alone.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in paths:
        page = visitor.open(f"{path}?lang={language}")
        assert page.locator("html").get_attribute("lang") == language
        assert serious(page) == [], path


def test_what_is_serious_is_found(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html><body><input><p style='color: #ccc; background: #fff'>pale</p></body></html>")
    assert {"html-has-lang", "label", "color-contrast"} <= {name for name, _ in serious(page)}
    page.close()
