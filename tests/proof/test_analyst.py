"""The analyst's eleven questions, each one query on the marts; and five from the pages alone, in French."""

import csv
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import sign_in
from playwright.sync_api import Browser, Locator, Page, expect
from rich.console import Console
from rich.table import Table
from walking import QUESTIONS, Walk

from calanque.contracts import load_contracts
from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.marts.domains import DOMAINS, territories
from calanque.places.territory import load_territory
from calanque.places.words import WHOLE_CITY
from calanque.runs.batches import read_reports
from calanque.settings import Settings

CITIES = territories("incident")
MOST_CLICKS, WITHIN_S = 5, 60
COUNTED = {
    "reports": ("fct_report_area_month", "category", "report_count"),
    "acts": ("fct_enforcement_area_month", "type", "act_count"),
}


def answer(beginning: str) -> list[tuple[Any, ...]]:
    """Ask the question that begins like this."""
    (question,) = [question for question in QUESTIONS if question.startswith(beginning)]
    return trino.query(QUESTIONS[question])


def test_a_question_about_a_city_counts_that_city_alone(first: DemoRun) -> None:
    """Marseille has break-ins too, and its data end five years later."""
    ((city, of_year),) = [row[:2] for row in answer("Where have break-ins changed") if row[0] == "Toronto"]
    ((expected,),) = trino.query(
        "select count(*) from fct_incidents where territory = 'toronto' and type = 'break_and_enter' "
        "and is_in_territory and occurred_local_date >= date '2021-01-01'"
    )
    assert (city, of_year) == ("Toronto", expected)
    assert sum(weekdays + weekends for _, weekdays, weekends, _ in answer("At which hours")) > 2 * expected
    assert {str(row[0]) for row in answer("Which cells to expect")} == {"2021-12-27"}
    assert {row[2].partition(":")[0] for row in answer("Which cells to expect")} == {"toronto"}
    # Five types, and all together, by model and by counts.
    assert len({row[2:4] for row in answer("How did last week")}) == 6 * 2


@pytest.mark.parametrize("territory", CITIES)
def test_times_are_the_territory_s_and_doubtful_hours_are_flagged(first: DemoRun, territory: str) -> None:
    zone = load_territory(territory).time_zone
    ((rows, wrong, doubtful, heaped),) = trino.query(
        "select count(*), count_if(hour(occurred_local_at) <> occurred_local_hour "
        "or date(occurred_local_at) <> occurred_local_date "
        "or day_of_week(occurred_local_at) <> occurred_local_weekday "
        # Of an hour that comes twice, the local clock does not tell which.
        f"or cast(occurred_at at time zone '{zone}' as timestamp) <> occurred_local_at), "
        "count_if(is_hour_doubtful), count_if(is_hour_doubtful and occurred_local_hour not in (0, 12)) "
        f"from fct_incidents where territory = '{territory}'"
    )
    assert rows > 0
    assert (wrong, heaped) == (0, 0)
    if territory == "toronto":
        assert 10_000 < doubtful < 60_000
    elif territory == "chicago":
        # Shots are heard: nobody writes noon for want of an hour.
        assert doubtful == 0


def test_every_cell_has_its_area_and_every_area_its_shape(first: DemoRun) -> None:
    import shapely

    ((cells, unnamed),) = trino.query("select count(*), count_if(area_name is null) from dim_cell")
    assert (cells > 1000, unnamed) == (True, 0)
    areas = trino.query("select territory, kind, area_name, geometry, cell_count from dim_area")
    shapes = {(city, kind, name): shapely.from_geojson(geometry) for city, kind, name, geometry, _ in areas}
    assert len(shapes) == len(areas)
    assert all(shape.is_valid and not shape.is_empty for shape in shapes.values())
    ((of_toronto,),) = trino.query("select count(*) from dim_cell where territory = 'toronto'")
    assert sum(count for city, kind, *_, count in areas if (city, kind) == ("toronto", "neighbourhood")) == of_toronto
    kinds = Counter((city, kind) for city, kind, *_ in areas)
    # Three of 77 areas, and some quartiers, hold no cell near an incident.
    assert (kinds["chicago", "neighbourhood"], kinds["marseille", "district"]) == (74, 16)
    assert {row[0] for row in trino.query("select distinct territory from dim_cell")} == set(CITIES)
    # Most incidents that name a neighbourhood lie in its shape; its borders are those of cells, so not all do.
    rows = trino.query(
        "select neighbourhood, lon, lat from fct_incidents "
        "where territory = 'toronto' and is_in_territory and rand() < 0.01"
    )
    inside = [shapes["toronto", "neighbourhood", name].covers(shapely.Point(lon, lat)) for name, lon, lat in rows]
    assert sum(inside) / len(inside) > 0.85


def test_reports_by_area_and_month_are_shown_and_give_no_week_away(first: DemoRun) -> None:
    """A month less the weeks that are shown is no report, or eleven with three to spare for the weeks withheld."""
    ((shown, withheld, zeros),) = trino.query(
        "select count_if(not is_suppressed), count_if(is_suppressed), count_if(report_count = 0) "
        "from fct_report_area_month"
    )
    assert zeros > 0
    assert withheld / (shown + withheld) < 0.35
    rests = trino.query(
        "select month.report_count - coalesce(sum(week.report_count), 0), count_if(week.is_suppressed) "
        "from fct_report_area_month as month "
        "inner join dim_area as zone on zone.parent_area_id = month.area_id "
        "inner join fct_report_zone_week as week on week.zone = zone.area_id and week.category = month.category "
        "and date_trunc('month', week.week_start_date) = month.month_start_date "
        "where not month.is_suppressed "
        "group by month.area_id, month.category, month.month_start_date, month.report_count"
    )
    assert len(rests) == shown
    assert [rest for rest, weeks in rests if (weeks == 0) != (rest == 0) or (weeks and rest < max(11, weeks + 3))] == []


def test_freshness_is_in_sql(first: DemoRun) -> None:
    rows = trino.query(
        "select feed, (last_row_local_date is null) = (feed like '%_areas') and last_batch_id <> '', is_late, "
        "date_diff('hour', last_ingested_at, late_after_at), marts from dim_feed_freshness order by feed"
    )
    contracts = sorted(load_contracts().items())
    assert [row[:4] for row in rows] == [(feed, True, False, contract.latency_hours) for feed, contract in contracts]
    # A day and a half by default; of what comes once a month, a month and a half.
    assert {row[3] for row in rows} == {36, 45 * 24}
    marts = {row[0]: row[4] for row in rows}
    shown = trino.query("select feed, last_batch_id, last_refused_share from dim_feed_freshness")
    for feed, batch, refused in shown:
        report = next(one for one in read_reports(feed) if one.batch_id == batch)
        share = report.quarantined_count / report.landed_count
        assert refused == (pytest.approx(share, abs=6e-4) if report.landed_count >= 100 else None), feed
    assert {refused is None for *_, refused in shown} == {True, False}
    assert "fct_report_area_month" in marts["citizen_reports"]
    assert all("fct_forecast" in marts[feed] for feed in DOMAINS["incidents"].feeds)


def test_streets_are_full_by_day_and_fines_are_where_the_city_stops_cars(first: DemoRun) -> None:
    hours = answer("How busy and how loud")
    by_hour = {hour: [row[3] for row in hours if row[2] == hour and row[3] is not None] for hour in (8, 16)}
    assert len({row[1] for row in hours}) == 8 and len(hours) == 8 * 24
    assert min(by_hour[16]) > 5 * max(by_hour[8]) > 0
    assert sum(row[5] for row in hours) > 500
    acts = answer("Where did the police fine")
    assert acts[0][2] == "Obstruction of public space"
    assert all(row[4] is None or row[4] > 10 for row in acts) and any(row[5] for row in acts)


def test_what_is_planned_at_one_place_at_the_same_time_is_told(first: DemoRun) -> None:
    rows = answer("What is planned at one place")
    assert len(rows) > 100 and min(row[6] for row in rows) == 1
    assert {"works", "market", "public_event"} <= {row[2] for row in rows}


def table_of(rows: list[tuple[Any, ...]]) -> str:
    """Return the first rows as a table of text."""
    table = Table(show_header=False)
    for row in rows[:12]:
        table.add_row(*(str(value) for value in row))
    screen = Console(file=StringIO(), width=170, record=True)
    screen.print(table, f"{len(rows):,} rows")
    return screen.export_text()


def test_the_analyst_s_eleven_questions(stack: Settings, browser: Browser, first: DemoRun) -> None:
    """The walk of `infra/walks`: one query each, as the analyst, through the door; pictures are taken."""
    walk = Walk(browser, stack, "analyst")
    for question, query in QUESTIONS.items():
        title, _, _ = question.partition(" / ")
        with walk.question(title):
            rows = trino.query(query)
            assert rows, title
            walk.show(f"{query}\n\n{table_of(rows)}")
    walk.finish()


class Analyst:
    """Somebody at a page, whose every click and choice is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks = page, 0

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def choose(self, name: str, value: str) -> None:
        self.clicks += 1
        self.page.locator(f"select[name={name}]").select_option(value)

    def show(self) -> None:
        self.click(self.page.get_by_role("button", name="Montrer"))


@pytest.fixture(scope="module")
def page(stack: Settings, first: DemoRun, browser: Browser) -> Page:
    return sign_in(browser, stack, "analyst", "fr")


@contextmanager
def question(page: Page, stack: Settings, name: str) -> Iterator[Analyst]:
    """Begin at *Lac*, as whoever opens the console does, and keep a picture of where the answer is read."""
    page.goto(f"{stack.airflow_url}/calanque/lac")
    asking, began = Analyst(page), time.monotonic()
    yield asking
    assert asking.clicks <= MOST_CLICKS and time.monotonic() - began <= WITHIN_S
    page.screenshot(path=stack.home / "screenshots" / f"pages-{name}.png", full_page=True)


def to_map(asking: Analyst) -> None:
    asking.click(asking.page.locator("header").get_by_role("link", name="Carte"))


def test_where_did_break_ins_rise_this_month_beyond_noise(page: Page, stack: Settings) -> None:
    with question(page, stack, "rise") as asking:
        to_map(asking)
        asking.choose("city", "toronto")
        asking.show()
        asking.choose("kind", "break_and_enter")
        asking.show()
        expect(page.locator("h1")).to_contain_text("Toronto")
        expect(page.locator("main")).to_contain_text("Sont marqués les écarts que le hasard donnerait")
        marked = page.locator("#table + p + .scroll tbody tr .mark.watch").count()
        assert page.locator(".city svg > a path.up").count() == marked
        told = page.locator("main > p .mark.watch", has_text="que le hasard")
        assert told.count() == (1 if marked else 0)


def test_what_was_another_a_year_before_is_seen_side_by_side(page: Page, stack: Settings) -> None:
    with question(page, stack, "pair") as asking:
        to_map(asking)
        asking.choose("city", "toronto")
        asking.click(page.get_by_label("deux cartes côte à côte"))
        asking.show()
        expect(page.locator("figcaption")).to_have_count(2)
        ((then_first, then_last),) = trino.query(
            "select max(occurred_local_date) - interval '391' day, max(occurred_local_date) - interval '364' day "
            "from fct_incidents where territory = 'toronto'"
        )
        expect(page.locator("figcaption").last).to_have_text(f"du {then_first} au {then_last}")


def test_who_is_elected_finds_their_area_by_its_name(stack: Settings, first: DemoRun, browser: Browser) -> None:
    page = sign_in(browser, stack, "elected", "fr")
    page.goto(stack.airflow_url)
    asking = Analyst(page)
    page.locator("input[name=find]").fill("endoume")
    asking.show()
    expect(page.locator("h1")).to_contain_text("Endoume")
    assert asking.clicks <= MOST_CLICKS and page.locator("[data-table=reports] tbody tr").count() > 1
    page.screenshot(path=stack.home / "screenshots" / "pages-elected.png", full_page=True)
    page.context.close()


def test_which_planned_events_collide_next_week_and_why(page: Page, stack: Settings) -> None:
    with question(page, stack, "collide") as asking:
        asking.click(page.locator("header").get_by_role("link", name="Agenda"))
        row = page.locator("[data-table=conflicts] tbody tr").first
        expect(row).to_contain_text(" m, ")
        rules = {label for (label,) in trino.query("select distinct label_fr from fct_event_conflict")}
        assert row.locator("b").inner_text() in rules


def test_why_is_this_area_red_and_how_sure_is_it(page: Page, stack: Settings) -> None:
    with question(page, stack, "why") as asking:
        to_map(asking)
        asking.choose("city", "toronto")
        asking.choose("layer", "likely")
        asking.show()
        asking.click(page.locator("#table ~ .scroll tbody tr").first.get_by_role("link"))
        row = page.locator("#area ~ .scroll tbody tr").first
        cell = row.locator("th code").inner_text()
        ((upper, sure),) = trino.query(
            f"select upper_count, p_at_least_one from fct_forecast where cell_id = '{cell}' "
            "and week_start_date = (select max(week_start_date) from fct_forecast where territory = 'toronto') "
            "order by if(served = 'model', expected_count, baseline_count) desc limit 1"
        )
        figures = ["".join(one.split()) for one in row.locator("td.figure").all_inner_texts()]
        assert figures[1:] == [f"{upper:.0f}", f"{100 * sure:.0f}%"]
        expect(page.locator("#area ~ .scroll thead").first).to_contain_text("Au plus, 9 fois sur 10")


def test_how_did_the_last_forecast_do(page: Page, stack: Settings) -> None:
    with question(page, stack, "record") as asking:
        to_map(asking)
        asking.choose("city", "toronto")
        asking.choose("layer", "likely")
        asking.show()
        rows = page.locator("[data-table=record] tbody tr")
        assert [rows.nth(at).locator("th").inner_text() for at in range(2)] == ["le modèle", "comptage simple"]
        ((rate,),) = trino.query(
            "select max_by(hit_rate_5pct, (record, week_start_date)) from fct_forecast_score "
            "where territory = 'toronto' and type = 'all' and method = 'model'"
        )
        assert rows.first.locator("td").first.inner_text().rstrip("%\u202f\xa0 ") == f"{100 * rate:.0f}"


def test_what_is_planned_and_measured_where_something_happens(page: Page, stack: Settings) -> None:
    with question(page, stack, "time") as asking:
        to_map(asking)
        asking.choose("city", "marseille")
        asking.show()
        asking.click(page.get_by_role("link", name="Au fil du temps"))
        page.wait_for_selector("body[data-map=ready]")
        asking.click(page.locator("[name=layer][value=present]"))
        expect(page.locator("#measured")).to_contain_text("lieux mesurés")
        week = page.locator("#week").inner_text()
        until, since = f"date '{week}' + interval '7' day", f"date '{week}' - interval '21' day"
        told = (
            "select count(*), count_if(event_id in (select id from fct_event_conflict "
            "cross join unnest(array[first_event_id, second_event_id]) as ids (id) where territory = 'marseille' "
            f"and starts_local_at < {until} and ends_local_at >= {since})), count_if(cells.cell_id is null) "
            "from fct_planned_event as events left join dim_cell as cells on events.cell_id = cells.cell_id "
            f"where events.territory = 'marseille' and events.kind not in {WHOLE_CITY} "
            f"and not is_cancelled and starts_local_at < {until} and ends_local_at > {since}"
        )
        ((count, conflicting, off),) = trino.query(told)
        shown = page.locator("#planned").inner_text().replace("\u202f", "")
        assert shown == f"{count} événements prévus, dont {conflicting} en conflit, et {off} sans lieu sur la carte"
        page.evaluate("() => new Promise((done) => { map.once('idle', done); map.triggerRepaint(); })")
        assert page.evaluate("map.queryRenderedFeatures({ layers: ['routes'] }).length"), "processions have their way"


def test_which_data_are_stale(page: Page, stack: Settings) -> None:
    with question(page, stack, "stale") as asking:
        asking.click(page.locator("header").get_by_role("link", name="Agenda"))
        told = page.locator("[data-table=sources] tbody tr")
        mine = trino.query(
            "select feed, now() > late_after_at from dim_feed_freshness "
            "where territory = 'marseille' and contains(split(marts, ', '), 'fct_event_conflict')"
        )
        assert told.count() == len(mine) > 1
        for feed, is_late in mine:
            title = load_contracts()[feed].titled("fr")
            expect(told.filter(has_text=title).first).to_contain_text("en retard" if is_late else "à l’heure")


def to_outlook(asking: Analyst) -> None:
    """Open *Prévisions et tendances* of the city that has a history: in three clicks, one is left."""
    asking.click(asking.page.locator("header").get_by_role("link", name="Prévisions et tendances"))
    asking.choose("city", "toronto")
    asking.show()
    assert asking.clicks < MOST_CLICKS - 1


def test_is_tomorrow_unusual_and_why(page: Page, stack: Settings) -> None:
    with question(page, stack, "tomorrow") as asking:
        to_outlook(asking)
        asking.click(page.locator("[data-table=calendar] tbody a[href*='kind=assault']"))
        ((finding, factors),) = trino.query(
            "select finding_fr, factors_fr from fct_day_risk where territory = 'toronto' and type = 'assault' "
            "and forecast_date = (select min(forecast_date) from fct_level where territory = 'toronto' and "
            "data_until_date = (select max(data_until_date) from fct_level where territory = 'toronto'))"
        )
        expect(page.locator("#finding")).to_have_text(finding)
        expect(page.locator("[data-table=days] tbody tr").first).to_contain_text(factors)


def test_what_changed_beyond_noise_this_month(page: Page, stack: Settings) -> None:
    with question(page, stack, "changed") as asking:
        to_outlook(asking)
        rows = trino.query(
            "select area_id, type from fct_trend where territory = 'toronto' and span = 'month' and is_alarm "
            "and period_end_date = (select max(period_end_date) from fct_trend where territory = 'toronto' "
            "and span = 'month')"
        )
        assert page.locator("[data-table=alarms] tbody tr").count() == min(len(rows), 30)
        said = f"{len(rows)} changement" if rows else "Rien n’a changé au-delà du bruit"
        expect(page.locator("#trends ~ p .mark").first).to_contain_text(said)


def test_how_good_were_the_forecasts_last_month(page: Page, stack: Settings) -> None:
    with question(page, stack, "good") as asking:
        to_outlook(asking)
        ((model, counts),) = trino.query(
            "with weeks as (select method, event_count, hit_rate_5pct, dense_rank() over (order by week_start_date "
            "desc) as place from fct_forecast_score where territory = 'toronto' and type = 'all' and (record = "
            "'published' or week_start_date not in (select week_start_date from fct_forecast_score where territory = "
            "'toronto' and type = 'all' and record = 'published'))), of_method as (select method, "
            "sum(hit_rate_5pct * event_count) / sum(event_count) as rate from weeks where place <= 4 group by method) "
            "select max(if(method = 'model', rate)), max(if(method = 'baseline', rate)) from of_method"
        )
        told = "".join(page.locator("#record + p").inner_text().split())
        assert f"{100 * model:.0f}%" in told and f"{100 * counts:.0f}%" in told


@pytest.mark.parametrize("layer", COUNTED)
def test_counts_by_area_are_those_of_the_mart_and_what_is_withheld_is_in_no_file(
    page: Page, stack: Settings, layer: str
) -> None:
    mart, kind, count = COUNTED[layer]
    rows = trino.query(
        f"select {kind}, month_start_date, count_if(is_suppressed) from {mart} where territory = 'marseille' "
        f"group by 1, 2 having count_if(is_suppressed) between 1 and count(*) - 3 order by 3 desc, 1, 2"
    )
    chosen, month, withheld = rows[0]
    view = f"city=marseille&layer={layer}&kind={chosen}&until={month}&lang=fr"
    page.goto(f"{stack.airflow_url}/calanque/map?{view}")
    expect(page.locator("#table ~ .scroll tbody td:first-of-type abbr[title=retenu]")).to_have_count(withheld)
    assert page.locator(".city svg > a path[fill='url(#none)']").count() == withheld
    assert page.locator("select[name=kind]").input_value() == chosen
    page.screenshot(path=stack.home / "screenshots" / f"map-{layer}.png", full_page=True)
    assert Axe().run(page).violations_count == 0
    told = dict(
        trino.query(
            f"select area_id, {count} from {mart} where territory = 'marseille' and {kind} = '{chosen}' "
            f"and month_start_date = date '{month}'"
        )
    )
    sheet = page.context.request.get(f"{stack.airflow_url}/calanque/map/areas.csv?{view}").text()
    given = {row["area_id"]: row[layer] for row in csv.DictReader(sheet.splitlines(), delimiter=";")}
    assert given == {area: "" if value is None else f"{value}" for area, value in told.items()}
    drawn = json.loads(page.context.request.get(f"{stack.airflow_url}/calanque/map/areas.geojson?{view}").text())
    assert {one["id"]: one["properties"]["figure"] for one in drawn["features"]} == told
    # One more click: the months of an area.
    page.locator("#table ~ .scroll tbody th a").first.click()
    expect(page.locator("[data-table=months] tbody tr").first).to_be_visible()


def test_one_quantity_has_a_scale_that_ends_with_the_highest_mean(page: Page, stack: Settings) -> None:
    day = "2026-06-22"
    view = f"city=marseille&layers=present&quantity=passers_by&week={day}&lang=fr"
    page.goto(f"{stack.airflow_url}/calanque/map/time?{view}")
    page.wait_for_selector("body[data-map=ready]")
    expect(page.locator("#measures b")).to_have_text("passants")
    means = [
        mean
        for (mean,) in trino.query(
            f"select avg(mean_value) from fct_observation_hour where territory = 'marseille' "
            f"and quantity = 'passers_by' and observed_local_date between date '{day}' and date '{day}' + interval '6' "
            "day group by cell_id"
        )
    ]
    assert page.evaluate("figures.filter((one) => one.quantity === 'passers_by').length") == len(means)
    (most,) = re.findall(r"jusqu’à ([\d\s,]+)$", page.locator("#measures span").last.inner_text())
    assert float("".join(most.split()).replace(",", ".")) == pytest.approx(max(means), abs=0.1)
    page.screenshot(path=stack.home / "screenshots" / "time-quantity.png", full_page=True)
    assert Axe().run(page).violations_count == 0
