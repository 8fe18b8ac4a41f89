"""The page *Agenda* in a real browser, as an analyst in French: what collides in a week, why, and what is done."""

import csv
import io
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import sign_in
from playwright.sync_api import Browser, Page, expect

from calanque.console.agenda.page import DECIDE
from calanque.console.readers import seal
from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.settings import Settings

WEEK = "2026-06-08"
# What one of the week's nights lies in; a conflict of a moment alone, at its beginning.
IN_THE_WEEK = (
    "from fct_event_conflict where territory = 'marseille' and date(starts_local_at) <= date '2026-06-14' and "
    "greatest(ends_local_at - interval '1' second, starts_local_at) >= timestamp '2026-06-08'"
)


@pytest.fixture(scope="module")
def page(stack: Settings, first: DemoRun, browser: Browser) -> Page:
    return sign_in(browser, stack, "analyst", "fr")


def test_an_analyst_finds_what_collides_and_why_and_says_what_is_done(page: Page, stack: Settings) -> None:
    page.goto(f"{stack.airflow_url}/calanque/lac")
    page.locator("header").get_by_role("link", name="Agenda").click()
    expect(page.locator("h1")).to_contain_text("Agenda : Marseille")
    page.locator("input[name=week]").fill(WEEK)
    page.get_by_role("button", name="Montrer").click()
    rows = page.locator("[data-table=conflicts] tbody tr")
    ((told,),) = trino.query(f"select count(*) {IN_THE_WEEK}")
    assert rows.count() == told > 5
    page.screenshot(path=stack.home / "screenshots" / "console-analyst-agenda.png", full_page=True)
    assert Axe().run(page).violations_count == 0
    chosen = rows.first.get_attribute("data-conflict")
    row = page.locator(f"[data-conflict='{chosen}']")
    expect(row).to_contain_text(" m, ")
    row.locator("select").select_option("measures")
    row.get_by_role("button", name="Décider").click()
    expect(row).to_contain_text("accepté : avec des mesures, par analyst le")
    ((state, who),) = trino.query(
        "select state, decided_by from governance.conflict_decision "
        f"where conflict_id = '{chosen}' order by recorded_at desc limit 1",
        "engineer",
    )
    assert (state, who) == ("accepted", "analyst")
    row.locator("select").select_option("to_handle")
    row.get_by_role("button", name="Décider").click()
    expect(row).to_contain_text("à traiter, par analyst le")


def test_an_area_of_the_map_and_the_file_say_the_same_as_sql(page: Page, stack: Settings, tmp_path: Path) -> None:
    page.goto(f"{stack.airflow_url}/calanque/agenda?city=marseille&week={WEEK}&lang=fr")
    found = trino.query(
        f"select area_id, count(*) {IN_THE_WEEK} and area_id is not null group by 1 order by 2 desc, 1 limit 1"
    )
    ((area, count),) = found
    page.goto(f"{stack.airflow_url}/calanque/agenda?city=marseille&week={WEEK}&area={area}&lang=fr")
    assert page.locator("[data-table=conflicts] tbody tr").count() == count
    with page.expect_download() as given:
        page.get_by_role("link", name="Ces conflits en CSV").click()
    given.value.save_as(tmp_path / "conflicts.csv")
    lines = list(csv.DictReader(io.StringIO((tmp_path / "conflicts.csv").read_text()), delimiter=";"))
    assert len(lines) == count and {line["state"] for line in lines} <= {"to_handle", "handled", "accepted"}


def test_the_dpo_opens_no_agenda_and_sees_who_decided(stack: Settings, first: DemoRun, browser: Browser) -> None:
    page = sign_in(browser, stack, "dpo", "fr")
    asked = page.context.request
    assert asked.get(f"{stack.airflow_url}/calanque/agenda").status == 403
    form = {"conflict_id": "same_place:a:b", "decision": "handled", "csrf_token": seal("dpo", DECIDE)}
    assert asked.post(f"{stack.airflow_url}/calanque/agenda/decide?city=marseille", form=form).status == 403
    from calanque.journal import log

    log.collect()
    told = trino.query(
        "select count(*) from governance.journal where action = 'modification' and who = 'analyst' "
        "and any_match(objects, one -> one like 'governance.conflict_decision:%')",
        "dpo",
    )
    assert told[0][0] >= 2
    page.context.close()
