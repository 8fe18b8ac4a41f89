"""The page *Carte* in a real browser, as an analyst in French: find an area by name, see its months, take it away."""

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import sign_in
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.settings import Settings

CITY = "toronto"


@pytest.fixture(scope="module")
def page(stack: Settings, first: DemoRun, browser: Browser) -> Page:
    return sign_in(browser, stack, "analyst", "fr")


def test_an_analyst_finds_an_area_its_months_and_why(page: Page, stack: Settings) -> None:
    page.goto(f"{stack.airflow_url}/calanque/lac")
    page.locator("header").get_by_role("link", name="Carte").click()
    page.locator("select[name=city]").select_option(CITY)
    page.get_by_role("button", name="Montrer").click()
    expect(page.locator("h1")).to_contain_text("Toronto")
    areas = page.locator("#table + p + .scroll tbody tr")
    assert areas.count() == page.locator(".city svg > a").count() > 1
    areas.first.get_by_role("link").click()
    expect(page.locator("#area")).to_be_visible()
    assert page.locator(".bars rect").count() > 12
    page.screenshot(path=stack.home / "screenshots" / "console-analyst-map.png", full_page=True)
    assert Axe().run(page).violations_count == 0
    page.locator("select[name=layer]").select_option("likely")
    page.get_by_role("button", name="Montrer").click()
    expect(page.locator("main")).to_contain_text("Faits attendus la semaine du")
    assert Axe().run(page).violations_count == 0


def test_what_the_map_shows_is_found_again_in_sql(page: Page, stack: Settings, tmp_path: Path) -> None:
    page.goto(f"{stack.airflow_url}/calanque/map?city={CITY}&days=91&lang=fr")
    with page.expect_download() as given:
        page.get_by_role("link", name="Ce tableau en CSV").click()
    given.value.save_as(tmp_path / "areas.csv")
    with page.expect_download() as pictured:
        page.get_by_role("link", name="Cette carte en image").click()
    pictured.value.save_as(stack.home / "screenshots" / "map-given.png")
    with Image.open(stack.home / "screenshots" / "map-given.png") as picture:
        assert picture.width > 1_000
    told = {
        row["area_id"]: row for row in csv.DictReader(io.StringIO((tmp_path / "areas.csv").read_text()), delimiter=";")
    }
    ((until,),) = trino.query(f"select max(occurred_local_date) from fct_incidents where territory = '{CITY}'")
    for name, back in (("incidents", 0), ("before", 364)):
        last = until - timedelta(days=back)
        rows = trino.query(
            f"select area_id, count(*) from fct_incidents where territory = '{CITY}' and is_in_territory "
            f"and occurred_local_date between date '{last - timedelta(days=90)}' and date '{last}' group by 1"
        )
        assert sum(count for _, count in rows) > 100
        assert {area: int(row[name]) for area, row in told.items() if int(row[name])} == dict(rows)


def test_a_reading_of_the_map_is_in_the_journal_with_its_motif(page: Page, stack: Settings) -> None:
    from calanque.journal import log

    log.collect()
    told = (
        "select count(*) from governance.journal where motif = 'page de la carte' and who = 'analyst' and source = '{}'"
    )
    assert trino.query(told.format("query_door"), "dpo")[0][0] > 0
    assert trino.query(told.format("console"), "dpo")[0][0] > 0
