"""The page *Carte* in a real browser, as an analyst in French: find an area by name, see its months, take it away."""

import csv
import io
import re
import time
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import sign_in
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from calanque.console.remembered import FRESH_S
from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.settings import Settings
from calanque.stack import supervisor
from calanque.stack.lifecycle import restart

CITY = "toronto"
SCREENS = {"laptop": (1366, 768), "tablet": (820, 1180), "wall": (3840, 2160)}
FITS = "document.documentElement.scrollWidth <= window.innerWidth"


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


def test_a_link_that_was_sent_leads_through_the_sign_in(stack: Settings, first: DemoRun, browser: Browser) -> None:
    context = browser.new_context(locale="fr-FR")
    page = context.new_page()
    page.goto(f"{stack.airflow_url}/calanque/map?city={CITY}&days=91")
    page.fill("[name=username]", "analyst")
    page.fill("[name=password]", stack.secret("password_analyst"))
    page.locator("[type=submit]").click()
    expect(page.locator("h1")).to_contain_text("Carte : Toronto")
    assert page.url.endswith(f"/calanque/map?city={CITY}&days=91")
    context.close()


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


@pytest.mark.full
def test_two_periods_side_by_side_fit_a_laptop_a_tablet_and_a_wall_in_english(
    stack: Settings, browser: Browser
) -> None:
    page = sign_in(browser, stack, "analyst", "en")
    for name, (width, height) in SCREENS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{stack.airflow_url}/calanque/map?city={CITY}&days=91")
        page.get_by_label("two maps side by side").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("figcaption").last).to_have_text(re.compile("^from [-0-9]+ to [-0-9]+$"))
        left, right = (one.bounding_box() for one in page.locator("figure svg").all())
        assert left and right and left["width"] == right["width"] > 0.3 * min(width, 1400)
        assert left["y"] == right["y"], "one beside the other"
        assert page.evaluate(FITS), f"{name}: nothing lies beside the screen"
        page.screenshot(path=stack.home / "screenshots" / f"map-pair-{name}.png")
        page.get_by_role("link", name="Over time").click()
        page.wait_for_selector("body[data-map=ready]")
        assert page.evaluate(FITS), f"{name}: over time"
        page.screenshot(path=stack.home / "screenshots" / f"time-{name}.png")
    assert Axe().run(page).violations_count == 0
    page.go_back()
    assert Axe().run(page).violations_count == 0
    page.context.close()


def test_a_reading_of_the_map_is_in_the_journal_with_its_motif(page: Page, stack: Settings) -> None:
    from calanque.journal import log

    log.collect()
    told = (
        "select count(*) from governance.journal where motif = 'page de la carte' and who = 'analyst' and source = '{}'"
    )
    assert trino.query(told.format("query_door"), "dpo")[0][0] > 0
    assert trino.query(told.format("console"), "dpo")[0][0] > 0


@pytest.mark.full
def test_while_the_door_is_down_the_last_picture_stays_and_says_so(page: Page, stack: Settings) -> None:
    seen, unseen = (f"{stack.airflow_url}/calanque/{path}?city={CITY}&lang=fr" for path in ("map/time", "agenda"))
    page.goto(seen)
    page.wait_for_selector("body[data-map=ready]")
    said = page.locator("#said").inner_text()
    supervisor.stop_one(stack, "trino")
    try:
        time.sleep(FRESH_S)
        page.goto(seen)
        page.wait_for_selector("body[data-map=ready]")
        expect(page.get_by_role("alert")).to_contain_text("La porte des requêtes ne répond pas.")
        assert page.locator("#said").inner_text() == said
        page.screenshot(path=stack.home / "screenshots" / "time-silent.png")
        page.goto(unseen)
        expect(page.locator(".why")).to_contain_text("La porte des requêtes ne répond pas")
    finally:
        restart(stack, "trino")
    page.goto(seen)
    page.wait_for_selector("body[data-map=ready]")
    expect(page.get_by_role("alert")).to_have_count(0)
