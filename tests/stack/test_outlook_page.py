"""The page *Prévisions et tendances* in a real browser, as an analyst in French, and its figures again in SQL."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import sign_in
from playwright.sync_api import Browser, Page, expect

from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.settings import Settings

CITY, YOUNG = "toronto", "marseille"


@pytest.fixture(scope="module")
def page(stack: Settings, first: DemoRun, browser: Browser) -> Page:
    return sign_in(browser, stack, "analyst", "fr")


def figures(page: Page, name: str) -> list[list[str]]:
    rows = page.locator(f"[data-table={name}] tbody tr")
    return [
        [*cells] for cells in rows.evaluate_all("rows => rows.map(row => [...row.cells].map(one => one.innerText))")
    ]


def test_an_analyst_sees_tomorrow_what_changed_and_how_good_it_was(page: Page, stack: Settings) -> None:
    page.goto(f"{stack.airflow_url}/calanque/lac")
    page.locator("header").get_by_role("link", name="Prévisions et tendances").click()
    page.locator("select[name=city]").select_option(CITY)
    page.get_by_role("button", name="Montrer").click()
    expect(page.locator("h1")).to_contain_text("Toronto")
    page.screenshot(path=stack.home / "screenshots" / "console-analyst-outlook.png", full_page=True)
    assert Axe().run(page).violations_count == 0
    days = figures(page, "days")
    rows = trino.query(
        "select forecast_date, upper_count, risk from fct_level left join fct_day_risk using (territory, area_id, "
        f"type, forecast_date) where territory = '{CITY}' and area_id = 'all' and type = 'all' and data_until_date = "
        f"(select max(data_until_date) from fct_level where territory = '{CITY}') order by forecast_date"
    )
    assert [one[0][-5:] for one in days] == [f"{day:%d/%m}" for day, *_ in rows] and len(rows) == 7
    assert [one[3] for one in days] == [str(upper) for _, upper, _ in rows]
    assert [one[1] for one in days] == ["–" if risk is None else str(risk) for *_, risk in rows]
    expect(page.locator("#record + p")).to_contain_text("4 dernières semaines")


def test_what_changed_beyond_noise_is_found_again_in_sql_and_opens_its_weeks(page: Page, stack: Settings) -> None:
    for span in ("week", "month", "year"):
        page.goto(f"{stack.airflow_url}/calanque/outlook?city={CITY}&span={span}&lang=fr")
        ((alarms, areas),) = trino.query(
            "select count_if(is_alarm), count(distinct area_id) from fct_trend as t "
            f"where territory = '{CITY}' and span = '{span}' and period_end_date = (select max(period_end_date) from "
            "fct_trend where territory = t.territory and span = t.span)"
        )
        assert len(figures(page, "alarms")) == min(alarms, 30), span
        assert len(figures(page, "trends")) == areas - 1 > 10
    page.locator("summary", has_text=re.compile("Tous les secteurs")).click()
    page.locator("[data-table=trends] tbody a").first.click()
    expect(page.locator("#weeks")).to_be_visible()
    assert page.locator(".chart rect").count() == 52


def test_what_incidents_go_with_is_what_sql_finds_and_in_the_words_of_the_reader(page: Page, stack: Settings) -> None:
    page.goto(f"{stack.airflow_url}/calanque/outlook?city={CITY}&kind=assault&lang=fr")
    found = trino.query(
        "select incident_count, finding_fr from fct_factor where is_found and type = 'assault' "
        f"and territory = '{CITY}' order by finding_fr"
    )
    shown = sorted((int(re.sub(r"\D", "", row[2])), row[4]) for row in figures(page, "factors"))
    assert sorted(found) == shown and len(shown) > 5
    assert all(finding.startswith("Violences, Toronto : ") for _, finding in shown)
    assert any("le samedi" in finding for _, finding in shown)


def test_a_young_city_has_a_sentence_where_it_has_no_limit(page: Page, stack: Settings) -> None:
    page.goto(f"{stack.airflow_url}/calanque/outlook?city={YOUNG}&span=month&lang=fr")
    expect(page.locator("#trends ~ p").nth(1)).to_contain_text("Pas de limite")
    page.goto(f"{stack.airflow_url}/calanque/outlook?city={YOUNG}&lang=fr")
    expect(page.locator(".links [aria-current]")).to_have_text("la dernière semaine")
    assert len(figures(page, "days")) == 7


def test_the_dpo_reads_no_forecast_here(stack: Settings, first: DemoRun, browser: Browser) -> None:
    asked = sign_in(browser, stack, "dpo").request
    assert asked.get(f"{stack.airflow_url}/calanque/outlook").status == 403
