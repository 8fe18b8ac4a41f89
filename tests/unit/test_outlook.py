"""The page *Prévisions et tendances* without a lake: what it says of days, trends and records, and what it asks."""

import re
import sqlite3
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from query_door import Door, Rows, opened

from calanque.console.outlook import page as outlook
from calanque.console.outlook import sql as outlook_sql
from calanque.console.outlook.page import as_csv, chosen
from calanque.console.outlook.picture import HEIGHT, SIDE, reliability, reliability_ticks, weeks_chart
from calanque.console.outlook.state import MOTIF, Week, bins_of
from calanque.console.readers import Reader
from calanque.console.remembered import forget

SCORES: list[tuple[Any, ...]] = [
    (date(2021, 12, 20), "published", 100, 1.2, 1.1, 0.98, 0.91, 0.2, 0.3, 0.5, 0.6, 0.8, 0.1, 0.2, 0.4, 0.5, 0.7),
    (date(2021, 12, 13), "published", 300, 1.2, 1.1, 0.98, 0.87, 0.1, 0.2, 0.3, 0.4, 0.6, 0.1, 0.1, 0.2, 0.3, 0.5),
]
ANALYST = Reader(name="analyst", token="t", reads_marts=True)
UNTIL = date(2021, 12, 31)
UNPUBLISHED = (0, None, None, None)
TENTHS = (
    '[{"day_count": 36, "mean_p": 0.05, "observed_rate": 0.04}, {"day_count": 30, "mean_p": 0.4, "observed_rate": 0.5}]'
)


def day(kind: str, number: int, risk: int | None, **said: Any) -> tuple[Any, ...]:
    finding = said.get("finding", f"finding {number} <b>")
    return (
        *(
            said.get("area", "all"),
            said.get("name"),
            kind,
            date(2022, 1, number),
            41.5,
            55,
            "model",
            UNTIL,
            52,
            0.31 if risk else None,
            risk,
        ),
        *(f"factors {number}" if risk else None, finding, "reason"),
    )


def trend(area: str, kind: str, count: int, upper: float | None, is_alarm: bool | None) -> tuple[Any, ...]:
    is_above = None if upper is None else count > upper
    name = None if area == "all" else f"Area <{area}>"
    return (
        *(area, name, kind, date(2021, 11, 29), date(2021, 12, 26), count, 10.25, 4.0, upper, is_above, False),
        *(is_alarm, f"{count} of {kind}"),
    )


def answers() -> dict[str, Rows]:
    """Return the answers of the query door, by what each query reads."""
    return {
        "dim_incident_type": [("robbery", "Robbery", "Vol avec violence")],
        "since_date": [("toronto", "robbery", UNTIL, date(2014, 1, 1))],
        "fct_level as": [day("all", 1, 9), day("all", 2, 3), day("robbery", 1, None), day("robbery", 2, None)],
        "span = 'week'\n    and type": [
            (date(2021, 12, 13), 8, 9.5, 16.0, False, False),
            (date(2021, 12, 20), 20, 9.5, 16.0, True, False),
        ],
        "as has_limits": [(True,)],
        "marts.fct_trend": [
            trend("toronto:a1", "robbery", 31, 20.0, True),
            trend("toronto:a2", "robbery", 25, 24.0, False),
            trend("toronto:a3", "robbery", 1, None, None),
            trend("all", "robbery", 57, 80.0, False),
            trend("all", "all", 90, 120.0, False),
        ],
        "marts.fct_forecast_score": SCORES,
        "marts.fct_level_score": [("all", 104, 5.125, 6.0, 0.875, 0.5, 1.25, 0.91, *UNPUBLISHED, TENTHS)],
        "fct_model_promotion": [(datetime(2022, 1, 1, tzinfo=UTC), "risk-toronto", "3", "promoted", "It wins <i>")],
        "marts.fct_factor": [
            ("weekday", "saturday", 416, 900, 1.25, 1.2, 1.3, 7, 1.0, True, "On Saturdays <b>"),
            ("rain", "yes", 5, 4, None, None, None, 0, None, False, "too few"),
            ("premises", "house", 9, 9, None, None, None, 0, None, False, "few"),
            ("event", "public_event", 9, 9, None, None, None, 0, None, False, "few"),
            ("premises", "night_bus", 9, 9, None, None, None, 0, None, False, "few"),
        ],
        "dim_feed_freshness": [("f", "toronto", "Feed", "Police", "licence", "cite", UNTIL, False)],
    }


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    return opened(Door(answers()), monkeypatch)


def page(language: Any = "en", **said: Any) -> str:
    view = chosen(**{"city": "", "kind": "all", "span": "month", "area": "", **said})
    return bytes(outlook.outlook(ANALYST, language, view).body).decode()


def part(text: str, name: str, until: str) -> str:
    return text.partition(f'id="{name}"')[2].partition(f'id="{until}"')[0]


def test_tomorrow_is_said_first_with_its_risk_and_what_goes_with_it(door: Door) -> None:
    text = page()
    days = part(text, "days", "trends")
    assert "finding 1 &lt;b&gt;" in days and 'risk-9">9</span>' in days and "31%" in days and "factors 1" in days
    assert (
        "Tomorrow is not among these days" in days
        and "<b>" not in days.partition('id="finding"')[2].partition("</p>")[0]
    )
    calendar = part(text, "calendar", "trends")
    # Whoever asks the query door for a type needs its code, and finds it beside the name.
    assert "Robbery</a><small><code>robbery</code></small>" in calendar and "<code>all</code>" not in calendar
    assert "Sat 01/01" in days and "Robbery" in calendar and "“all types” is a forecast of its own" in calendar
    assert "« tous les types » est une prévision à part" in page(language="fr")


def test_days_are_shown_as_they_were_published(door: Door) -> None:
    assert 'id="published"' not in page()
    forget()
    door.rows["marts.fct_level_score"] = [("all", 104, 5.1, 6.0, 0.9, 0.5, 1.3, 0.91, 28, 0.93, 4.5, 5.5, TENTHS)]
    told = part(page(), "published", "reliability")
    assert "days 28, of which 93% stayed within their bound; mean error 4.5 a day" in told and "counts 5.5" in told
    assert "28 jours, dont 93" in part(page(language="fr"), "published", "reliability")


def test_groups_of_areas_have_their_risk_of_the_type_that_is_shown(door: Door) -> None:
    assert 'id="groups"' not in page()
    forget()
    grouped = [day(kind, 1, 7, area="toronto:north", name="North <b>") for kind in ("all", "robbery")]
    door.rows["fct_level as"] += [*grouped, day("robbery", 1, None, area="toronto:south", name="South")]
    groups, calendar = part(page(), "groups", "factors"), part(page(), "calendar", "groups")
    assert "North &lt;b&gt;" in groups and 'risk-7">7</span>' in groups and "South" not in groups
    assert "fewer than one incident a day" in groups and "risk-7" not in calendar
    robbery = part(page(kind="robbery", language="fr"), "groups", "factors")
    assert "South" in robbery and "moins d’un fait par jour" in robbery


def test_what_incidents_go_with_is_what_is_found_and_all_that_was_looked_at_is_there(door: Door) -> None:
    factors = part(page(language="fr"), "factors", "trends")
    found, _, looks = factors.partition("<details")
    assert "Jour de la semaine" in found and "sam" in found.lower() and "7 / 7" in found and "1,25" in found
    assert "On Saturdays &lt;b&gt;" in found and "Pluie" not in found and "Pluie" in looks and "too few" in looks
    for words in ("Lieu\u00a0: maison", "Lieu\u00a0: night bus", "Événement\u00a0: événement public"):
        assert words in looks
    door.rows["marts.fct_factor"] = door.rows["marts.fct_factor"][1:]
    assert "Nothing is found" in part(page(), "factors", "trends")
    door.rows["marts.fct_factor"] = []
    forget()
    assert "Nothing is said of this type yet" in part(page(), "factors", "trends")


def test_a_silent_day_risk_is_a_dash_and_not_a_figure(door: Door) -> None:
    days = part(page(kind="robbery"), "days", "calendar")
    assert 'class="risk ' not in days and days.count("<td>–</td>") >= 2


@pytest.mark.parametrize(
    ("p_above", "shown"),
    [(0.0049, "moins de 1 %"), (0.31, "31 %"), (0.9951, "plus de 99 %"), (None, "–")],
    ids=["below one in a hundred", "between", "nothing is certain", "silent"],
)
def test_a_chance_is_rounded_as_in_the_sentence(door: Door, p_above: float | None, shown: str) -> None:
    row = day("all", 1, 9)
    door.rows["fct_level as"] = [(*row[:9], p_above, *row[10:])]
    assert f'<td class="figure">{shown}</td><td>modèle' in part(page(language="fr"), "days", "calendar")


def test_what_changed_beyond_noise_is_marked_and_what_only_passes_its_own_limit_is_not(door: Door) -> None:
    text = page(language="fr", kind="robbery")
    alarms = part(text, "trends", "weeks")
    assert "1 changement au-delà du bruit" in alarms
    table = alarms.partition('data-table="alarms"')[2]
    first = table.partition("</table>")[0]
    assert "Area &lt;toronto:a1&gt;" in first and "toronto:a2" not in first
    assert "sans limite" in alarms and "57 of robbery" in alarms
    assert "Nothing has changed" not in page() and "1 change beyond noise" in page()
    door.rows["marts.fct_trend"] = door.rows["marts.fct_trend"][1:]
    forget()
    assert "Nothing has changed beyond noise" in page()


def test_a_row_past_its_own_limit_alone_is_explained(door: Door) -> None:
    text = part(page(language="fr", kind="robbery"), "trends", "weeks")
    row = text.partition('data-table="trends"')[2].partition("toronto:a2")[2].partition("</tr>")[0]
    assert row.endswith("<td>au-delà de sa seule limite</td>")
    assert "quelques-uns le sont par hasard" in text
    door.rows["marts.fct_trend"].pop(1)
    forget()
    assert "quelques-uns le sont par hasard" not in page(language="fr", kind="robbery")


@pytest.mark.parametrize(
    ("has_limits", "span", "shown"),
    [
        pytest.param(True, "", "month", id="nobody chose, and four weeks have limits"),
        pytest.param(False, "", "week", id="nobody chose, and four weeks have none"),
        pytest.param(False, "month", "month", id="chosen, without limits"),
        pytest.param(True, "year", "year", id="chosen"),
    ],
)
def test_where_nobody_chose_a_span_the_longer_with_limits_is_shown(
    door: Door, monkeypatch: pytest.MonkeyPatch, has_limits: bool, span: str, shown: str
) -> None:
    door.rows["as has_limits"] = [(has_limits,)]
    text = page(span=span)
    for current in (r'<a href="[^"]*span=(\w+)#trends" aria-current', r"max\(period_end_date\).*span = &#39;(\w+)"):
        assert re.findall(current, text) == [shown]
    # Another city that is chosen in the form has a span of its own, as long as nobody chose one.
    assert re.findall(r'<option value="(\w*)" selected>[^<]*(?:week|year)', text) == [span]
    assert "&amp;span" not in text.partition('id="calendar"')[2].partition("</table>")[0] or span
    monkeypatch.setattr(outlook, "given", lambda *_, **__: None)
    forget()
    door.asked.clear()
    as_csv(ANALYST, "en", chosen(city="", kind="all", span=span, area=""))  # type: ignore[arg-type]
    assert f"span = '{shown}'" in door.asked[-1][1]


def test_each_span_says_what_it_is_held_against(door: Door) -> None:
    assert "with the trend" in page(span="month") and "without a trend" not in page(span="week")
    assert "without a trend" in page(span="year") and "tendance comprise" not in page(span="year", language="fr")


def test_where_no_figure_of_the_type_has_a_limit_nothing_is_said_to_be_unchanged(door: Door) -> None:
    limited, unlimited = trend("all", "robbery", 57, 80.0, False), trend("all", "arson", 3, None, None)
    door.rows["dim_incident_type"].append(("arson", "Arson", "Incendie"))
    door.rows["since_date"].append(("toronto", "arson", UNTIL, date(2014, 1, 1)))
    door.rows["marts.fct_trend"] = [limited, unlimited]
    assert "Nothing has changed beyond noise" in page() and "Nothing has changed" in page(kind="robbery")
    arson = part(page(kind="arson"), "trends", "weeks")
    assert "Nothing has changed" not in arson and 'class="mark good"' not in arson
    assert "Nothing can be said of a change yet." in arson and "3 of arson" in arson
    assert "On ne peut encore rien dire d’un changement." in page(kind="arson", language="fr")


def test_an_area_that_is_clicked_is_asked_for_by_its_name(door: Door) -> None:
    text = page(kind="robbery", area="toronto:a2")
    (weeks,) = [sql for _, sql, _ in door.asked if "span = 'week'\n    and type" in sql]
    assert "area_id = 'toronto:a2'" in weeks and "type = 'robbery'" in weeks
    assert "25 of robbery" in part(text, "weeks", "record")
    assert {(user, motif) for user, _, motif in door.asked if "fct_trend" in _} <= {("analyst", MOTIF)}


def test_the_record_weighs_each_week_by_its_incidents(door: Door) -> None:
    record = part(page(), "record", "level")
    assert (
        "400 incidents" in record
        and "35%" in record
        and "25%" in record
        and "as they were published" in record
        and "1.20</td>" in record
    )
    assert re.search(r'<div class="scroll"[^>]*>\s*<table class="dense" data-table="record">', record)
    heads = re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", record.partition("</thead>")[0])
    assert heads[-2:] == ["Squares within bound", "ranked first"]
    assert '98%</td><td class="figure">91%</td></tr>' in record and '98%</td><td class="figure">87%</td></tr>' in record
    level = part(page(), "level", "sources")
    assert "5.1 incidents a day" in level and "0.875 [0.500, 1.250]" in level and "It wins &lt;i&gt;" in level


def test_a_week_that_is_over_and_whose_incidents_are_not_known_is_not_said_to_go_on(door: Door) -> None:
    door.rows["marts.fct_forecast_score"] = [(row[0], "back_test", *row[2:]) for row in SCORES]
    assert "Les faits d’aucune semaine publiée ne sont encore tous connus" in part(page("fr"), "record", "level")
    assert "The incidents of no published week are all known yet" in part(page(), "record", "level")


ARSON = ("arson", 0, "back_test")
LAST_MONDAY = date(2021, 12, 20)
RECORDS = {
    # weeks before the last one that were published of robbery, by a training of all 15; what is said of the last four
    "none": ((), "The incidents of no published week are all known yet", "Les faits d’aucune semaine publiée"),
    "one": ((0,), "As published: 1 of these 4 weeks.", "Telles que publiées : 1 de ces 4 semaines."),
    "the last four": ((0, 1, 2, 3), "Forecasts as they were published.", "Les prévisions telles que publiées."),
    "older ones alone": ((5, 6), "As published: 0 of these 4 weeks.", "Telles que publiées : 0 de ces 4 semaines."),
}


@pytest.mark.parametrize("which", RECORDS)
def test_a_published_week_takes_the_place_of_its_back_test_and_of_no_other(door: Door, which: str) -> None:
    published, english, french = RECORDS[which]
    robbery = {"back_test": range(15), "published": published}
    lake = scored([*[("robbery", week, record) for record in robbery for week in robbery[record]], ARSON])
    rows = lake.execute(outlook_sql.scores("toronto", "robbery")).fetchall()
    weeks = [LAST_MONDAY - timedelta(weeks=week) for week in range(13)]
    assert [row[0] for row in rows] == [str(week) for week in weeks]
    assert [row[1] for row in rows] == ["published" if week in published else "back_test" for week in range(13)]
    assert {row[3] for row in rows if row[1] == "published"} <= {2.0} and {row[5:7] for row in rows} == {(0.9, 0.8)}
    # A type of which nothing is published yet keeps its own.
    assert [row[:2] for row in lake.execute(outlook_sql.scores("toronto", "arson"))] == [("2021-12-20", "back_test")]
    door.rows["marts.fct_forecast_score"] = [(week, *row[1:]) for week, row in zip(weeks, rows, strict=True)]
    record = part(page(), "record", "curve")
    assert english in record and french in part(page("fr"), "record", "curve")
    column = re.findall(r"<tr><th [^>]*>[^<]*</th><td>(\w+)</td>", record)
    assert column == ["published" if week in published else "replayed" for week in range(13)]


def scored(rows: list[tuple[str, int, str]]) -> sqlite3.Connection:
    """Return a lake of scores of (type, weeks before the last, record): of 2.0 where published, else of 1.0."""
    lake = sqlite3.connect(":memory:")
    lake.create_function("if", 2, lambda is_so, then: then if is_so else None)
    rates = ", ".join(f"hit_rate_{percent}pct" for percent in outlook_sql.AREA_PERCENTS)
    lake.executescript(
        f"""attach ':memory:' as marts; create table marts.fct_forecast_score (
            territory, type, week_start_date, record, method, event_count, log_score, coverage,
            coverage_flagged, {rates})"""
    )
    for kind, weeks_before, record in rows:
        week = str(LAST_MONDAY - timedelta(weeks=weeks_before))
        figures = (10, 2.0 if record == "published" else 1.0, 0.9, 0.8, *[0.5] * 5)
        for method in ("model", "baseline"):
            row = ("toronto", kind, week, record, method, *figures)
            lake.execute(f"insert into marts.fct_forecast_score values ({', '.join('?' * len(row))})", row)
    return lake


def test_small_gains_are_written_as_in_the_sentence_on_the_model(door: Door) -> None:
    door.rows["marts.fct_level_score"] = [("all", 104, 5.125, 6.0, -0.0004, -0.003, 0.009, 0.91, *UNPUBLISHED, TENTHS)]
    assert "0,000 [-0,003 ; 0,009]" in page(language="fr")
    assert "counts: 0.000 [-0.003, 0.009]" in page()


@pytest.mark.parametrize(
    ("error", "french", "english"),
    [
        (0.374, "0,37 fait par jour", "0.37 incidents a day"),
        (1.84, "1,8 fait par jour", "1.8 incidents a day"),
        (1.96, "2,0 faits par jour", "2.0 incidents a day"),
    ],
    ids=["less than one", "less than two", "two as shown"],
)
def test_french_has_the_plural_from_two_on(door: Door, error: float, french: str, english: str) -> None:
    door.rows["marts.fct_level_score"] = [("all", 104, error, 6.0, 0.1, 0.1, 0.1, 0.91, *UNPUBLISHED, TENTHS)]
    assert french in page(language="fr") and english in page()


def test_the_colours_of_weeks_are_explained_where_they_are_seen(door: Door) -> None:
    weeks = part(page(language="fr"), "weeks", "record")
    assert '<i class="key more"></i> Au-dessus de la limite haute.' in weeks and "key less" not in weeks
    assert "<summary>Les semaines en tableau</summary>" in weeks
    door.rows["span = 'week'\n    and type"] = [(date(2021, 12, 13), 1, 9.5, 16.0, False, True)]
    forget()
    weeks = part(page(language="fr"), "weeks", "record")
    assert '<i class="key less"></i> Au-dessous de la limite basse, qui n’est pas tracée.' in weeks
    assert "key more" not in weeks


def test_a_city_that_counts_serve_has_its_record_too(door: Door) -> None:
    door.rows["marts.fct_forecast_score"] = [(*row[:3], None, *row[4:7], *[None] * 5, *row[12:]) for row in SCORES]
    record = part(page(), "record", "level")
    assert "400 incidents" in record and "plain counts 25%" in record and "model 35" not in record
    assert 'polyline class="baseline"' in record and 'polyline class="model"' not in record


def test_what_places_caught_is_drawn_and_told_by_the_part_of_the_area(door: Door) -> None:
    curve = part(page(language="fr"), "curve", "level")
    rows = curve.partition("<tbody>")[2].partition("</tbody>")[0]
    assert rows.count("<tr>") == 5
    assert '1 %</th><td class="figure">12 %</td><td class="figure">10 %' in rows
    assert '20 %</th><td class="figure">65 %</td><td class="figure">55 %' in rows
    # The part of the area to the right, of 20 %; what it caught upwards.
    assert 'points="0,200 10.0,175.0 20.0,155.0 50.0,130.0 100.0,110.0 200.0,70.0"' in curve
    texts = re.findall(r"<text[^>]*>(.*?)</text>", curve)
    assert texts == ["0 %", "10 %", "20 %", "0 %", "50 %", "100 %", "Part du territoire", "Part des faits"]
    # A week scored before there were so many parts of the area.
    first, older = SCORES
    before = (*older[:8], None, older[9], None, None, older[12], None, older[14], None, None)
    door.rows["marts.fct_forecast_score"] = [before]
    forget()
    known = part(page(), "curve", "level").partition("<tbody>")[2].partition("</tbody>")[0]
    assert ">5%</text>" in page() and ">20%</text>" not in page() and 'x2="200" y2="190"' in page()
    assert known.count("<tr>") == 2 and "1%</th>" in known and "5%</th>" in known
    door.rows["marts.fct_forecast_score"] = [first, before]
    forget()
    assert '20%</th><td class="figure">80%</td><td class="figure">70%' in part(page(), "curve", "level")


def test_tomorrow_is_the_city_s_own(door: Door) -> None:
    """Where the first day after the data is today, the second is the one that is asked about."""
    view = chosen(city="toronto", kind="all", span="month", area="")
    city = outlook.found(view, ANALYST, "en")
    values = outlook._values(view, city, "en", datetime(2022, 1, 1, 23, tzinfo=UTC))
    assert values["tomorrow"].day == date(2022, 1, 2)
    # At three in the morning of UTC it is still the day before in Toronto.
    assert outlook._values(view, city, "en", datetime(2022, 1, 2, 3, tzinfo=UTC))["tomorrow"].day == date(2022, 1, 2)
    assert outlook._values(view, city, "en", datetime(2022, 1, 2, 6, tzinfo=UTC))["tomorrow"] is None


def test_before_anything_is_forecast_the_page_says_so(door: Door) -> None:
    marts = ("level", "trend", "factor", "forecast_score", "level_score", "model_promotion")
    door.missing = tuple(f"fct_{mart}" for mart in marts)
    text = page()
    assert "There are no trends" in page(span="")
    for sentence in (
        "No day is forecast here yet",
        "There are no trends",
        "No forecast has been held",
        "no record of days",
    ):
        assert sentence in text


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param({"city": "atlantis"}, 404, id="no such city"),
        pytest.param({"kind": "no_such_type"}, 200, id="no such type is all"),
        pytest.param({"area": "nowhere"}, 200, id="no such area"),
    ],
)
def test_a_wrong_link_is_a_sentence(door: Door, said: dict[str, str], status: int) -> None:
    view = chosen(**{"city": "", "kind": "all", "span": "month", "area": "", **said})  # type: ignore[arg-type]
    answer = outlook.outlook(ANALYST, "en", view)
    assert answer.status_code == status


def test_trends_are_given_as_a_file_and_the_journal_is_told(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []

    def given(asking: Reader, data: bytes, name: str, kind: str, **what: Any) -> Any:
        told.append(what)
        return data

    monkeypatch.setattr(outlook, "given", given)
    data: Any = as_csv(ANALYST, "en", chosen(city="", kind="all", span="month", area=""))
    header, *rows = [line.split(";") for line in data.decode("utf-8-sig").splitlines()]
    assert header[:4] == ["territory", "area_id", "area_name", "type"] and {row[0] for row in rows} == {"toronto"}
    assert told == [{"objects": ("console.outlook",), "row_count": 5, "motif": MOTIF}]


def test_a_chart_keeps_bars_under_their_limit_and_bad_weeks_apart() -> None:
    weeks = [Week(UNTIL, 5, 4.0, 10.0, False, False), Week(UNTIL, 20, None, None, None, None)]
    chart = weeks_chart(weeks)
    assert [bar.height for bar in chart.bars] == [HEIGHT / 4, HEIGHT] and len(chart.upper.split()) == 1
    assert weeks_chart([]).bars == [] == weeks_chart([]).dates
    assert [day for _, day in weeks_chart(weeks * 3).dates] == [UNTIL] * 3
    assert [share for _, share in reliability_ticks([(0.1, 0.2, 5), (0.4, 0.4, 5)])] == [0, 0.2, 0.4]
    assert reliability([(0.1, 0.2, 5), (0.4, 0.4, 5)]) == [(SIDE / 4, SIDE / 2), (SIDE, 0.0)]
    assert bins_of(None) == [] and bins_of(TENTHS)[0] == (0.05, 0.04, 36)
