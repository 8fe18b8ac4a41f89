"""The analyst's eleven questions, each one query on the marts, asked at the query door."""

from collections import Counter
from io import StringIO
from typing import Any

import pytest
from playwright.sync_api import Browser
from rich.console import Console
from rich.table import Table
from walking import QUESTIONS, Walk

from calanque.contracts import load_contracts
from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.marts.domains import DOMAINS, territories
from calanque.places.territory import load_territory
from calanque.settings import Settings

CITIES = territories("incident")


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
