"""The analyst's eight questions, each one query on the marts, asked at the query door."""

import re

import pytest

from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.settings import settings

TEXT = (settings().root / "infra" / "walks" / "analyst.sql").read_text(encoding="utf-8")
# A question is the first line of its statement, in English and French.
QUESTIONS = dict(re.findall(r"^-- ([^\n]+\? / [^\n]+\?)\n(.*?);\n", TEXT, re.MULTILINE | re.DOTALL))


def test_there_are_eight_questions() -> None:
    assert len(QUESTIONS) == TEXT.count(";\n") == 8


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.partition("?")[0])
def test_a_question_is_one_query_that_answers(first: DemoRun, question: str) -> None:
    assert trino.query(QUESTIONS[question])


def test_times_are_the_territory_s_and_doubtful_hours_are_flagged(first: DemoRun) -> None:
    ((wrong, doubtful, heaped),) = trino.query(
        "select count_if(hour(occurred_local_at) <> occurred_local_hour "
        "or date(occurred_local_at) <> occurred_local_date "
        "or day_of_week(occurred_local_at) <> occurred_local_weekday "
        "or occurred_at at time zone 'America/Toronto' <> with_timezone(occurred_local_at, 'America/Toronto')), "
        "count_if(is_hour_doubtful), count_if(is_hour_doubtful and occurred_local_hour not in (0, 12)) "
        "from fct_incidents where territory = 'toronto'"
    )
    assert (wrong, heaped) == (0, 0)
    assert 10_000 < doubtful < 60_000


def test_every_cell_has_its_area_and_every_area_its_shape(first: DemoRun) -> None:
    import shapely

    ((cells, unnamed),) = trino.query("select count(*), count_if(area_name is null) from dim_cell")
    assert (cells > 1000, unnamed) == (True, 0)
    areas = trino.query("select kind, area_name, geometry, cell_count, area_m2 from dim_area")
    shapes = {(kind, name): shapely.from_geojson(geometry) for kind, name, geometry, *_ in areas}
    assert all(shape.is_valid and not shape.is_empty for shape in shapes.values())
    assert sum(count for kind, _, _, count, _ in areas if kind == "neighbourhood") == cells
    # Most incidents that name a neighbourhood lie in its shape; its borders are those of cells, so not all do.
    rows = trino.query("select neighbourhood, lon, lat from fct_incidents where is_in_territory and rand() < 0.01")
    inside = [shapes["neighbourhood", name].covers(shapely.Point(lon, lat)) for name, lon, lat in rows]
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
        "select feed, last_row_local_date is not null and last_batch_id <> '', is_late, "
        "late_after_at = last_ingested_at + interval '36' hour, marts from dim_feed_freshness order by feed"
    )
    assert [row[:4] for row in rows] == [
        ("citizen_reports", True, False, True),
        ("toronto_incidents", True, False, True),
    ]
    assert "fct_report_area_month" in rows[0][4]
    assert "fct_forecast" in rows[1][4]
