"""The page *Carte au fil du temps* in a real browser, as an analyst in French: its clock, its figures, its link."""

import csv
import random
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import sign_in
from playwright.sync_api import Browser, Page, expect

from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.settings import Settings

CITY, NUMBERS = "toronto", 30
READY = "body[data-map=ready]"
BY_AREA = f"""select cells.area_name, sum(incident_count)
from fct_cell_week as weeks
inner join dim_cell as cells on weeks.cell_id = cells.cell_id
where weeks.territory = '{CITY}' and week_start_date between date '{{}}' and date '{{}}'
group by 1"""


@pytest.fixture(scope="module")
def errors() -> list[str]:
    return []


@pytest.fixture(scope="module")
def page(stack: Settings, first: DemoRun, browser: Browser, errors: list[str]) -> Iterator[Page]:
    page = sign_in(browser, stack, "analyst", "fr")
    page.on("pageerror", lambda error: errors.append(f"{error}"))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(f"{stack.airflow_url}/calanque/map?city={CITY}")
    page.get_by_role("link", name="Au fil du temps").click()
    page.wait_for_selector(READY)
    yield page
    page.context.close()


def inked(page: Page) -> int:
    """Return how many pixels of the map are as dark and as blue as a full square is over white."""
    found: int = page.evaluate(
        """() => new Promise((done) => { map.once("render", () => {
        const canvas = map.getCanvas(), copy = document.createElement("canvas");
        copy.width = canvas.width; copy.height = canvas.height;
        const drawn = copy.getContext("2d"); drawn.drawImage(canvas, 0, 0);
        const { data } = drawn.getImageData(0, 0, copy.width, copy.height); let found = 0;
        for (let at = 0; at < data.length; at += 4) if (data[at + 2] - data[at] > 50 && data[at + 3] > 250) found++;
        done(found); }); map.triggerRepaint(); })"""
    )
    return found


def figure(text: str) -> float:
    return float(text.replace("\u202f", "").replace("\xa0", "").replace(",", "."))


def test_squares_are_drawn_by_scripts_of_this_server_and_everybody_s_tools_read_them(
    page: Page, stack: Settings, errors: list[str]
) -> None:
    expect(page.locator("h1")).to_contain_text("Carte au fil du temps : Toronto")
    assert inked(page) > 50
    page.locator("[name=layer][value=cells]").uncheck()
    page.evaluate("() => new Promise((done) => { map.once('idle', done); map.triggerRepaint(); })")
    assert inked(page) == 0, "what was counted are no squares"
    page.locator("[name=layer][value=cells]").check()
    page.screenshot(path=stack.home / "screenshots" / "console-analyst-time.png", full_page=True)
    assert Axe().run(page).violations_count == 0
    expect(page.locator("#planned")).to_contain_text("Aucun flux de cette ville")
    assert errors == []


def test_thirty_numbers_of_the_screen_are_found_again_in_sql(page: Page) -> None:
    draw, looked_at = random.Random(7), 0
    last = page.evaluate("counts.weeks") - 1
    while looked_at < NUMBERS:
        weeks, at = draw.choice((1, 4, 13, 52)), draw.randint(60, last)
        page.locator("#weeks").select_option(f"{weeks}")
        page.locator("#at").fill(f"{at}")
        until = date.fromisoformat(page.locator("#week").inner_text())
        told = dict(trino.query(BY_AREA.format(until - timedelta(weeks=weeks - 1), until)))
        rows = page.locator("[data-table=areas] tbody tr")
        shown = [(row.locator("th").inner_text(), figure(row.locator("td").inner_text())) for row in rows.all()]
        total = figure(page.locator("#said").inner_text().partition(" faits")[0])
        assert total == sum(told.values()) and shown
        for name, count in draw.sample(shown, min(4, len(shown))):
            assert told[name] == count, (name, until, weeks)
            looked_at += 1
        assert shown[0][1] == max(told.values()), "the area with the most is first"


def test_the_clock_goes_by_keyboard_into_what_is_likely_and_its_link_holds_the_view(
    page: Page, stack: Settings
) -> None:
    page.locator("#at").focus()
    page.keyboard.press("End")
    expect(page.locator("#said")).to_contain_text("faits attendus la semaine du 2021-12-27")
    ((expected,),) = trino.query(
        "select sum(if(served = 'model', expected_count, baseline_count)) from fct_forecast "
        f"where territory = '{CITY}' and week_start_date = date '2021-12-27'"
    )
    told = figure(page.locator("#said").inner_text().partition(" faits")[0])
    assert told == pytest.approx(expected, rel=0.01)
    expect(page.locator("#legend")).to_contain_text("Attendus dans un carré")
    page.keyboard.press("ArrowLeft")
    page.locator("[name=layer][value=planned]").uncheck()
    expect(page).to_have_url(f"{stack.airflow_url}/calanque/map/time?city={CITY}&kind=all&week=2021-12-20&weeks="
                             f"{page.locator('#weeks').input_value()}&layers=cells")  # fmt: skip
    said = page.locator("#said").inner_text()
    page.reload()
    page.wait_for_selector(READY)
    expect(page.locator("#said")).to_have_text(said)
    assert not page.locator("[name=layer][value=planned]").is_checked()
    by_area = page.locator("#by-area")
    assert "until=2021-12-26" in (by_area.get_attribute("href") or "")
    page.locator(".maplibregl-ctrl-zoom-in").click()
    expect(page).to_have_url(re.compile(r"&seen=-79[.\d]+%2C43[.\d]+%2C[.\d]+$"))
    seen = page.evaluate("[...map.getCenter().toArray(), map.getZoom()]")
    page.reload()
    page.wait_for_selector(READY)
    assert page.evaluate("[...map.getCenter().toArray(), map.getZoom()]") == pytest.approx(seen, abs=0.01)


def test_a_click_on_a_square_says_its_figure(page: Page, stack: Settings) -> None:
    page.goto(f"{stack.airflow_url}/calanque/map/time?city={CITY}&week=2021-12-20&weeks=4&layers=cells")
    page.wait_for_selector(READY)
    page.locator("#map").scroll_into_view_if_needed()
    spot = page.evaluate(
        """() => { const cell = sums.indexOf(sums.reduce((a, b) => Math.max(a, b))), [row, col] = ground.cells[cell];
        const [nw, ne, , sw] = ground.corners, x = (col - ground.col + 0.5) / ground.width;
        const y = 1 - (row - ground.row + 0.5) / ground.height;
        const at = [0, 1].map((n) => nw[n] + x * (ne[n] - nw[n]) + y * (sw[n] - nw[n]));
        const { x: px, y: py } = map.project(at), area = ground.areas[ground.cells[cell][2]][1];
        return [px, py, sums[cell], area]; }"""
    )
    page.locator("#map canvas").click(position={"x": spot[0], "y": spot[1]})
    expect(page.locator("#picked")).to_contain_text(spot[3])
    said = page.locator("#picked").evaluate("one => one.firstChild.textContent")
    assert figure(said.rpartition(": ")[2].removesuffix(" faits")) == spot[2]
    page.locator("#picked a").click()
    expect(page.locator("h2#area")).to_have_text(spot[3])


def test_tables_are_sorted_by_keyboard_and_the_squares_are_given_as_shown(page: Page, stack: Settings) -> None:
    page.goto(f"{stack.airflow_url}/calanque/map/time?city={CITY}&week=2021-12-20&weeks=13&layers=cells")
    page.wait_for_selector(READY)
    heads = page.locator("[data-table=areas] thead th")
    met = page.evaluate(
        "new Set(ground.cells.filter(([,, area], at) => area >= 0 && sums[at]).map((cell) => cell[2])).size"
    )
    assert met > 15
    expect(page.locator("[data-table=areas] tbody tr")).to_have_count(met, timeout=20_000)
    heads.first.get_by_role("button").focus()
    page.keyboard.press("Enter")
    names = page.locator("[data-table=areas] tbody th").all_inner_texts()
    in_order = page.evaluate("names => names.toSorted((a, b) => a.localeCompare(b, 'fr', { numeric: true }))", names)
    assert names == in_order
    assert [head.get_attribute("aria-sort") for head in heads.all()] == ["ascending", "none"]
    told = page.evaluate("[...sums].map((count, at) => [ground.cells[at].slice(0, 2).join(':'), count])")
    with page.expect_download() as given:
        page.get_by_role("link", name="Ces carrés en CSV").click()
    rows = csv.DictReader(given.value.path().read_text().splitlines(), delimiter=";")
    found = {row["cell_id"].removeprefix(f"{CITY}:"): float(row["figure"]) for row in rows}
    assert found == {cell: count for cell, count in told if count}


def test_the_dpo_opens_no_map(stack: Settings, browser: Browser) -> None:
    page = sign_in(browser, stack, "dpo", "fr")
    for path in ("", "/weeks.json?city=toronto", "/ground.json?city=toronto"):
        assert page.context.request.get(f"{stack.airflow_url}/calanque/map/time{path}").status == 403
    page.context.close()
