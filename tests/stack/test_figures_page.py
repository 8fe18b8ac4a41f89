"""The one page of who is elected, in a real browser: their area by its name, and no other door."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import sign_in
from playwright.sync_api import Browser, Page, expect

from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.settings import Settings

CITY = "marseille"
WITHHELD, NOT_COVERED = "▨", "–"


@pytest.fixture(scope="module")
def page(stack: Settings, first: DemoRun, browser: Browser) -> Page:
    return sign_in(browser, stack, "elected", "fr")


def test_an_elected_member_finds_their_area_by_its_name_and_nothing_small(page: Page, stack: Settings) -> None:
    # Airflow's own pages have nothing for them: they are sent on.
    page.goto(stack.airflow_url)
    expect(page.locator("h1")).to_contain_text("Chiffres publiés")
    assert page.url == f"{stack.airflow_url}/calanque/figures"
    ((area, name),) = trino.query(
        "select area_id, max(area_name) from fct_report_area_month inner join dim_area using (area_id) "
        "where report_count > 0 group by area_id order by max(report_count) desc, area_id limit 1"
    )
    page.locator("input[name=find]").fill(name)
    page.get_by_role("button", name="Montrer").click()
    expect(page.locator("h1")).to_contain_text(name)
    rows = page.locator("[data-table=reports] tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(one => one.innerText.replace(/\\s/g, '')))"
    )
    kinds = page.locator("[data-table=reports] thead th").count() - 1
    told = trino.query(
        "select month_start_date, category, report_count from fct_report_area_month "
        f"where area_id = '{area}' order by 1 desc, 2",
        "elected",
    )
    known = {(f"{month:%Y-%m}", kind): count for month, kind, count in told}
    order = sorted({kind for _, kind in known})
    assert len(order) == kinds
    for month, *cells in rows:
        wanted = [known.get((month, kind), NOT_COVERED) for kind in order]
        assert cells == [WITHHELD if count is None else f"{count}" for count in wanted]
    shown = [int(cell) for _, *cells in rows for cell in cells if cell not in (WITHHELD, NOT_COVERED)]
    assert any(shown) and [count for count in shown if 0 < count < 11] == []
    page.screenshot(path=stack.home / "screenshots" / "console-elected-figures.png", full_page=True)
    assert Axe().run(page).violations_count == 0


def test_every_other_door_of_the_console_and_of_airflow_is_closed_to_them(page: Page, stack: Settings) -> None:
    paths = ("lac", "map", "map/time", "outlook", "agenda", "journal", "register", "lineage", "retention", "", "dags/x")
    asked = {path: page.request.get(f"{stack.airflow_url}/calanque/{path}").status for path in paths}
    assert asked == dict.fromkeys(paths, 403)
    assert page.request.get(f"{stack.airflow_url}/calanque/api/v1/collections/fct_cell_week/items").status == 403
    assert page.request.get(f"{stack.airflow_url}/api/v2/dags").status == 403


def test_the_dpo_opens_what_is_published_as_who_is_elected_and_no_other_row(
    stack: Settings, first: DemoRun, browser: Browser
) -> None:
    """What is withheld from the elected is withheld here too: the door is asked as they are."""
    page = sign_in(browser, stack, "dpo")
    page.goto(f"{stack.airflow_url}/calanque/figures?city=marseille")
    assert page.get_by_role("heading", level=1).inner_text()
    assert page.request.get(f"{stack.airflow_url}/calanque/map").status == 403
    page.context.close()
