"""The page *Carte* without a lake: classes, outlines, what changed beyond chance, and what each choice asks."""

import io
import json
import re
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from PIL import Image, ImageColor
from query_door import opened

from calanque.console.agenda import state as agenda_state
from calanque.console.city import map_files, map_page, map_sql, map_state
from calanque.console.city.map_area import bounded
from calanque.console.city.map_page import chosen, figure
from calanque.console.city.map_picture import CLASSES, bars, breaks, drawn, legend, step_of
from calanque.console.city.map_png import COLOURS, UP
from calanque.console.city.map_state import View, changes
from calanque.console.city.map_words import WORDS
from calanque.console.readers import Reader, mart_reader
from calanque.console.remembered import FRESH_S, forget, remembered
from calanque.engines import trino
from calanque.engines.trino import NoAnswerError, RefusedQueryError
from calanque.errors import CalanqueError
from calanque.places import outline_words
from calanque.privacy.redact import redact

ANALYST = Reader(name="analyst", token="t", reads_marts=True)
UNTIL = date(2021, 12, 31)


def square(lon: float, lat: float, side: float = 0.01) -> str:
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


AREAS = {f"toronto:a{n}": (f"Quartier <{n}>", square(-79.4 + 0.01 * n, 43.7)) for n in range(6)}
DRAWN = outline_words.COLUMN.format(source="incidents.quarter")
COUNTS = {"toronto:a0": (90, 20), "toronto:a1": (12, 10), "toronto:a2": (5, 60), "toronto:a3": (1, 0)}


class Door:
    """The query door, by what each query reads; says who asked, why and what."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.is_late = False
        self.week, self.served = date(2022, 1, 3), "model"

    def query(self, sql: str, user: str, motif: Any = None) -> list[tuple[Any, ...]]:
        self.asked.append((user, sql, motif))
        answers: dict[str, list[tuple[Any, ...]]] = {
            "max(occurred_local_date) as until_date": [
                ("toronto", "robbery", UNTIL, date(2014, 1, 1)),
                ("toronto", "noise", date(2021, 6, 30), date(2021, 5, 1)),
            ],
            "dim_incident_type": [("robbery", "Robbery", "Vol avec violence")],
            "marts.dim_area": [(area, *told, DRAWN) for area, told in AREAS.items()],
            "weather_value": [("rain", "millimetre", 12.5), ("temperature", "degree_celsius", 21.25)],
            "finding_": [("On Mondays, <b> fewer.",)],
            "most_expected_count": [("works", 3, None), ("market", 1, 900)],
            "then_count": [(area, *pair) for area, pair in COUNTS.items()],
            "month_start_date": [(date(2021, 10, 1), 4), (date(2021, 12, 1), 9)],
            "dim_feed_freshness": [
                ("toronto_incidents", "toronto", "Incidents", "Police <b>", "Open", "c", UNTIL, self.is_late)
            ],
            "reason_": [("toronto:1:2", "robbery", 1.25, 3, 0.61, "Because <b>", 2.75)],
            "marts.fct_forecast_score": [
                ("model", "published", date(2021, 12, 20), 52, 41, 0.34, 0.98, 0.3),
                ("baseline", "published", date(2021, 12, 20), 52, 41, None, 0.97, 0.25),
            ],
            "baseline_count": [("toronto:a0", self.week, 1.5, 1.25, self.served, UNTIL)],
        }
        return next(rows for name, rows in answers.items() if name in sql)


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    return opened(Door(), monkeypatch)


def view(**said: Any) -> View:
    """Return the view that an address asks for."""
    plain = {"days": "28", "until": "", "city": "", "layer": "past", "kind": "all", "against": "year", "area": ""}
    return chosen(**{**plain, "sort": "figure", **said})


def page(language: Any = "en", **said: Any) -> str:
    return bytes(map_page.city_map(ANALYST, language, view(**said)).body).decode()


def test_what_rose_beyond_chance_is_marked_and_what_is_small_is_not(door: Door) -> None:
    assert changes(list(COUNTS.values())) == [1, 0, -1, 0]
    assert changes([]) == [] and changes([(0, 0)] * 3) == [0, 0, 0]
    text = page()
    assert "1 area has more than chance allows" in text and "1 area has less" in text
    table = text.partition('id="table"')[2]
    assert table.index("&lt;0&gt;") < table.index("&lt;1&gt;") and "90</td>" in table
    assert page(sort="change").partition('id="table"')[2].index("&lt;0&gt;") < table.index("&lt;5&gt;")


def test_where_nothing_changed_hardly_anything_is_marked() -> None:
    """Of cities of 140 areas in which both counts are of one mean, in one of twenty an area is marked."""
    draw = np.random.default_rng(7)
    means = draw.gamma(1.5, 8.0, size=(200, 140))
    marked = [any(changes(list(zip(draw.poisson(one), draw.poisson(one), strict=True)))) for one in means[:60]]
    assert np.mean(marked) < 0.1
    risen = changes([(int(draw.poisson(3 * mean)), int(draw.poisson(mean))) for mean in np.full(140, 30.0)])
    assert np.mean(risen) > 0.9


def test_a_picture_has_every_area_in_its_place_and_no_name_is_taken_for_html(door: Door) -> None:
    text = page(language="fr", area="toronto:a0")
    svg = text[text.index("<svg viewBox") : text.index("</svg>") + 6]
    drawn_areas = ElementTree.fromstring(svg).findall("./a")
    assert (
        len(drawn_areas) == len(AREAS)
        and "<0>" not in text
        and "<b>" not in text.partition("<main")[2].replace("<b>Faits", "")
    )
    made = drawn(AREAS, {"toronto:a0": 3.0}, [])
    lefts = [float(one.path[1:].split(",")[0]) for one in made.shapes]
    assert lefts == sorted(lefts) and [one.step for one in made.shapes] == [CLASSES - 1, *[None] * 5]
    assert max(float(point.split(",")[0]) for point in made.shapes[-1].path[1:-1].split()) <= made.width


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ([], []),
        ([3.0], []),
        ([2.0, 2.0, 2.0], []),
        ([0.0, 0.0, 0.0, 0.0, 9.0], [0.0]),
        ([0, 0, 1, 2, 3, 4], [0, 1, 2, 3]),
        ([0, *range(1, 9)], [0, 2, 4, 6]),
        ([float(n) for n in range(1, 11)], [2.0, 4.0, 6.0, 8.0]),
    ],
)
def test_classes_hold_as_many_areas_each_as_can_be(figures: list[float], expected: list[float]) -> None:
    assert breaks(figures) == expected
    assert not figures or step_of(max(figures), breaks(figures)) == CLASSES - 1
    assert step_of(None, []) is None


def test_where_nothing_happened_is_the_lightest_and_every_other_figure_darker() -> None:
    figures = [*[0] * 90, 1, 1, 1, 2, 5]
    assert legend([], breaks([])) == [], "where all is withheld there is no class"
    assert legend(figures, breaks(figures)) == [(0, None, 0), (3, 0, 1), (4, 1, 5)]
    assert legend([0, 0, 3], breaks([0, 0, 3])) == [(0, None, 0), (4, 0, 3)]
    assert legend([0, 0], breaks([0, 0])) == [(0, None, 0)]
    half = [0.0, 0.5, 1.0]
    classes = [map_page.class_of(start, end, "en") for _, start, end in legend(half, breaks(half))]
    assert classes == ["0", "over 0, up to 0.50", "over 0.50, up to 1.0"]


def test_a_view_asks_for_its_days_its_type_and_its_city_with_its_motif(door: Door) -> None:
    page(kind="robbery", days="7", against="before", until="2021-06-30")
    (past,) = [sql for _, sql, _ in door.asked if "then_count" in sql]
    assert "between date '2021-06-24' and date '2021-06-30'" in past and "type = 'robbery'" in past
    assert "between date '2021-06-17' and date '2021-06-23'" in past
    assert {(user, motif) for user, _, motif in door.asked} == {("analyst", map_state.MOTIF)}
    page(until="2099-01-01")
    assert "date '2021-12-31'" in [sql for _, sql, _ in door.asked if "then_count" in sql][-1]


def test_what_was_asked_a_moment_ago_is_not_asked_again_but_for_another_role(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    page()
    once = len(door.asked)
    page()
    assert len(door.asked) == once
    map_page.city_map(
        Reader(name="engineer", token="t", reads_marts=True, sees_batches=True, operates=True), "en", view()
    )
    assert len(door.asked) == 2 * once and {user for user, *_ in door.asked[once:]} == {"engineer"}
    now = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now + FRESH_S)
    page()
    assert len(door.asked) == 3 * once


def test_of_many_who_ask_at_once_one_is_heard_and_a_question_that_failed_is_asked_again() -> None:
    asked: list[str] = []
    may_answer, is_away = threading.Event(), True

    def ask(text: str) -> str:
        asked.append(text)
        if is_away:
            raise CalanqueError("The query door does not answer.")
        may_answer.wait(30)
        return text.upper()

    question = remembered(ask)
    with pytest.raises(CalanqueError):
        question("a")
    is_away = False
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(question, text) for text in "aaaaaab"]
        may_answer.set()
        assert [one.result() for one in answers] == [*"AAAAAAB"]
    assert sorted(asked) == ["a", "a", "b"]


def test_two_periods_stand_side_by_side_in_the_same_classes(door: Door) -> None:
    text = page(beside="1")
    now, then = re.findall("<figure.*?</figure>", text, re.DOTALL)
    assert "from 2021-12-04 to 2021-12-31" in now and "from 2020-12-05 to 2021-01-01" in then
    # Ninety now and sixty then are of the same class, the highest, and five is of a lower one.
    steps = r'class="step-(\d)[^"]*"><title>Quartier &lt;(\d)'
    here, there = ({area: int(step) for step, area in re.findall(steps, one)} for one in (now, then))
    assert here["0"] == there["2"] == CLASSES - 1 > here["2"] > there["3"]
    assert " up" in now and " up" not in then and "côte à côte" in page(language="fr") and "<figure" not in page()
    assert "beside=1" in text.partition('id="table"')[2], "a link of the page keeps both"
    likely = page(layer="likely", beside="1")
    assert "<figcaption>the model" in likely and "<figcaption>plain counts" in likely
    assert "<figure" not in page(kind="noise", beside="1"), "before the first incident is no period"


def test_what_is_likely_says_who_serves_and_an_area_says_why(door: Door) -> None:
    text = page(language="fr", layer="likely", area="toronto:a0")
    assert "la semaine du 2022-01-03, par le modèle" in text and "1,5" in text and "Because &lt;b&gt;" in text
    area = text.partition('id="area"')[2]
    assert "Au plus, 9 fois sur 10" in area and "61\u202f%" in area.replace("\xa0", "\u202f").replace(" %", "\u202f%")
    assert "2021-11" in text, "a month in which nothing happened is a bar too"
    assert [bar.total for bar in bars([(UNTIL, 4), (UNTIL, 0)])] == [4, 0]


def test_an_area_says_what_is_planned_in_it_in_the_days_after(door: Door) -> None:
    text = page(language="fr", area="toronto:a0").partition('id="area"')[2]
    assert "Du 2022-01-01 au 2022-01-07" in text and 'href="/calanque/agenda?city=toronto&amp;week=2022-01-01"' in text
    rows = text.partition('data-table="planned"')[2].partition("</table>")[0]
    assert rows.index("travaux") < rows.index(">3<") < rows.index("marché") < rows.index(">900<")
    (sql,) = [sql for _, sql, _ in door.asked if "most_expected_count" in sql]
    assert "not is_cancelled" in sql and "area_id = 'toronto:a0'" in sql


def test_an_area_says_what_the_weather_was_and_what_such_incidents_go_with(door: Door) -> None:
    text = page(language="fr", area="toronto:a0", kind="robbery").partition('id="area"')[2]
    told = text.partition('data-list="weather"')[2].partition("</p>")[0].replace("\u202f", " ").replace("\u00a0", " ")
    assert "du 2021-12-04 au 2021-12-31" in told and "pluie 12,5 mm, température 21,2 °C." in told
    assert "<li>On Mondays, &lt;b&gt; fewer.</li>" in text
    assert 'href="/calanque/outlook?city=toronto&amp;kind=robbery#factors"' in text
    (sql,) = [sql for _, sql, _ in door.asked if "finding_fr" in sql]
    assert "type = 'robbery'" in sql and "is_found" in sql


def test_the_fullest_squares_are_so_by_all_their_types_or_by_the_one_that_is_chosen(door: Door) -> None:
    """Noise alone is most in a, both types together in d."""
    counts = {"a": (5.0, 0.0), "b": (4.0, 0.5), "c": (3.0, 0.25), "d": (2.5, 4.0), "e": (9.0, 9.0)}
    kinds = ("noise", "robbery", "waste", "fire")
    lake = sqlite3.connect(":memory:")
    lake.create_function("if", -1, lambda is_so, then, otherwise=None: then if is_so else otherwise)
    lake.executescript(
        """attach ':memory:' as marts;
        create table marts.dim_cell (territory, cell_id, area_id);
        create table marts.fct_forecast (territory, cell_id, type, week_start_date, served, model_version,
            expected_count, baseline_count, upper_count, p_at_least_one, reason_en)"""
    )
    for cell, pair in counts.items():
        lake.execute("insert into marts.dim_cell values (?, ?, ?)", ("toronto", cell, "x" if cell == "e" else "a1"))
        for kind, count in zip(kinds, (*pair, 0.25, 0.0), strict=True):
            row = ("toronto", cell, kind, "2022-01-03", "model", "3", count, 0, 9, 0.5, f"{kind} of {cell}")
            lake.execute(f"insert into marts.fct_forecast values ({', '.join('?' * len(row))})", row)

    def asked(kind: str) -> list[Any]:
        return lake.execute(map_sql.why("toronto", kind, "a1", "en")).fetchall()

    together = asked("all")
    assert [(row[0], row[1], row[-1]) for row in together] == [
        *(("d", "robbery", 6.75), ("d", "noise", 6.75), ("d", "waste", 6.75)),
        *(("a", "noise", 5.25), ("a", "waste", 5.25), ("a", "fire", 5.25)),
        *(("b", "noise", 4.75), ("b", "robbery", 4.75), ("b", "waste", 4.75)),
    ]
    assert together[0][2:6] == (4.0, 9, 0.5, "robbery of d")
    assert [row[0] for row in asked("noise")] == ["a", "b", "c"]
    assert "2,8 tous types ensemble" in page("fr", area="toronto:a0")
    assert "tous types ensemble" not in page("fr", kind="robbery", area="toronto:a0")


def test_plain_counts_that_serve_have_no_map_beside_them_and_no_bound_of_the_model(door: Door) -> None:
    door.served = "baseline"
    text = page(layer="likely", beside="1", area="toronto:a0")
    assert "<figcaption>" not in text and "there is no second map" in text
    assert "come on their own at that rate" not in text, "as the door gives a bound"
    assert bounded(("c", "robbery", 0.25, None, None, "why", 1.0)) == (
        "c",
        "robbery",
        0.25,
        1,
        pytest.approx(0.2212, abs=1e-4),
        "why",
        1.0,
        True,
    )
    assert bounded(("c", "robbery", 0.25, 3, 0.5, "why", 1.0)) == ("c", "robbery", 0.25, 3, 0.5, "why", 1.0, False)
    own = "if(forecasts.served = 'model' or forecasts.model_version = 'counts', forecasts.p_at_least_one)"
    assert any(own in sql for _, sql, _ in door.asked)


def test_a_week_that_has_begun_is_said_to_have(door: Door) -> None:
    assert "some of its days" not in page(layer="likely")
    door.week = date(2021, 12, 27)
    forget()
    assert "The data hold some of its days already" in page(layer="likely")


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (None, 0, "0"),
        (None, 2, "0 to 2"),
        (0, 1, "1"),
        (1, 3, "2 to 3"),
        (None, 0.5, "up to 0.50"),
        (0.5, 2.0, "over 0.50, up to 2.0"),
    ],
)
def test_whole_counts_are_classes_of_whole_numbers(start: float | None, end: float, text: str) -> None:
    assert map_page.class_of(start, end, "en") == text


def test_what_is_likely_says_how_the_last_forecast_did_beside_plain_counts(door: Door) -> None:
    told = page(layer="likely").partition('id="record"')[2].partition('id="sources"')[0]
    assert "published for the week of 2021-12-20: 41 incidents happened" in told
    assert (
        told.index("the model") < told.index("34%") < told.index("30%") < told.index("plain counts") < told.index("25%")
    )
    assert re.search(r'<div class="scroll"[^>]*>\s*<table class="dense" data-table="record">', told)
    assert "the same, weeks: 52" in told and 'id="record"' not in page()


def test_a_week_that_is_over_and_whose_incidents_are_not_known_is_not_said_to_go_on(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def query(sql: str, user: str, motif: Any = None) -> list[tuple[Any, ...]]:
        rows = door.query(sql, user, motif)
        return [(row[0], "back_test", *row[2:]) for row in rows] if "fct_forecast_score" in sql else rows

    monkeypatch.setattr(trino, "query", query)
    told = page("fr", layer="likely").partition('id="record"')[2]
    assert "Les faits d’aucune semaine de prévision publiée ne sont encore tous connus" in told
    assert "semaine du 2021-12-20, refaite" in told
    assert "The incidents of no week of a published forecast are all known yet" in page("en", layer="likely")


def test_a_type_of_which_nothing_is_published_yet_keeps_its_record() -> None:
    class MaxBy:
        """The query door's `max_by`: the value of the row whose key is largest."""

        def __init__(self) -> None:
            self.rows: list[tuple[str, float]] = []

        def step(self, value: float, key: str) -> None:
            self.rows.append((key, value))

        def finalize(self) -> float:
            return max(self.rows)[1]

    lake = sqlite3.connect(":memory:")
    lake.create_aggregate("max_by", 2, MaxBy)
    lake.executescript(
        """attach ':memory:' as marts; create table marts.fct_forecast_score (
            territory, type, week_start_date, record, method, event_count, hit_rate_5pct, coverage)"""
    )
    scores = [("robbery", "back_test", 0.25), ("robbery", "published", 0.5), ("arson", "back_test", 0.75)]
    for kind, record, rate in scores:
        row = ("toronto", kind, "2021-12-20", record, "model", 9, rate, 0.9)
        lake.execute(f"insert into marts.fct_forecast_score values ({', '.join('?' * len(row))})", row)

    def found(kind: str) -> list[Any]:
        rows = lake.execute(map_sql.record("toronto", kind)).fetchall()
        return [(record, rate) for _, record, *_, rate in rows]

    assert (found("robbery"), found("arson")) == ([("published", 0.5)], [("back_test", 0.75)])


def test_before_any_model_what_is_likely_has_no_record(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    def query(sql: str, user: str, motif: Any = None) -> list[tuple[Any, ...]]:
        if "fct_forecast_score" in sql:
            raise RefusedQueryError("TABLE_NOT_FOUND", "no")
        return door.query(sql, user, motif)

    monkeypatch.setattr(trino, "query", query)
    assert "No forecast has been held against a whole week" in page(layer="likely")


def test_a_layer_says_whose_data_it_shows_and_that_they_are_late(door: Door) -> None:
    told = page(language="fr").partition('id="sources"')[2]
    assert "Police &lt;b&gt;" in told and "2021-12-31" in told and "à l’heure" in told
    assert "1 flux" not in page(language="fr")
    door.is_late = True
    forget()
    text = page(language="fr")
    assert "1 flux d’où viennent ces chiffres est en retard" in text and "en retard</span>" in text
    assert 'href="#sources"' in text


def test_a_link_holds_the_view_and_every_file_is_told(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr("calanque.journal.log.tell", lambda **act: told.append(act))
    one = view(city="toronto", kind="robbery", until="2021-06-30")
    assert one.link(area="toronto:a1") == (
        "/calanque/map?city=toronto&layer=past&kind=robbery&days=28&against=year&until=2021-06-30&area=toronto%3Aa1&sort=figure"
    )
    sheet = bytes(map_files.as_csv(ANALYST, "en", one).body).decode()
    header, row, *rest = sheet.splitlines()
    assert header == "territory;type;first_date;last_date;area_id;area_name;incidents;before;changed" and len(rest) == 5
    assert row.startswith("toronto;robbery;2021-06-03;2021-06-30;toronto:a") and row.rpartition(";")[2] in (
        "-1",
        "0",
        "1",
    )
    likely = bytes(map_files.as_csv(ANALYST, "en", one._replace(layer="likely")).body).decode().splitlines()[1]
    assert ";2022-01-03;2022-01-09;" in likely and likely.endswith(";"), "nothing is tested of what is likely"
    found = json.loads(bytes(map_files.as_geojson(ANALYST, "en", one).body))
    assert len(found["features"]) == 6 and found["features"][0]["properties"]["figure"] == 90
    assert {(act["who"], act["action"]) for act in told} == {("analyst", "communication")}
    assert [act["row_count"] for act in told] == [6, 1, 6]


def test_what_began_later_is_not_said_to_have_risen_and_what_lags_not_to_have_fallen(door: Door) -> None:
    text = page(kind="noise")
    assert "2021-06-03 to 2021-06-30" in text and "begin on 2021-05-01 only" in text
    assert "than chance allows</span>" in text and 'class="mark watch"' not in text
    # Nobody counted before: there is no 0.
    sheet = bytes(map_files.as_csv(ANALYST, "en", view(kind="noise")).body).decode().splitlines()
    assert all(line.endswith(";;") for line in sheet[1:])
    assert "2021-04-04 to 2021-05-01" in page(kind="noise", until="2000-01-01"), "the first day that there is"


def test_rows_of_marts_are_not_for_the_dpo() -> None:
    engineer = Reader(name="engineer", token="t", reads_marts=True, sees_batches=True, operates=True)
    assert mart_reader(engineer).reads_marts and mart_reader(ANALYST).reads_marts
    with pytest.raises(HTTPException, match="Marts are for analysts"):
        mart_reader(Reader(name="dpo", token="t", sees_batches=True, sees_journal=True))


def test_what_is_not_there_is_a_sentence(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "choose one of Toronto" in page(city="atlantis")
    assert "This city has no such area" in page(area="nowhere")
    assert 'href="/calanque/agenda' in page(city="atlantis"), "the menu leads on"
    page()

    monkeypatch.setattr(trino, "query", away)
    forget()
    for answer in (map_page.city_map(ANALYST, "en", view()), map_files.as_csv(ANALYST, "en", view())):
        assert answer.status_code == 503 and b"does not answer" in answer.body
    forget()
    monkeypatch.setattr(trino, "query", lambda *_, **__: [])
    assert map_page.city_map(ANALYST, "en", view()).status_code == 404


def test_a_choice_that_no_incident_answers_is_a_sentence(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    told, ask = WORDS["en"]["none_found"], trino.query

    def query(sql: str, user: str, motif: Any = None) -> list[tuple[Any, ...]]:
        return [] if "then_count" in sql else ask(sql, user, motif=motif)

    assert told not in page()
    forget()
    monkeypatch.setattr(trino, "query", query)
    assert told in page(origin="enforced")
    same = dict.fromkeys(COUNTS, (3, 3))
    forget()
    monkeypatch.setattr(trino, "query", lambda sql, user, motif=None: (
        [(area, *pair) for area, pair in same.items()] if "then_count" in sql else ask(sql, user, motif=motif)
    ))  # fmt: skip
    assert WORDS["en"]["none_changed"] in page()


def asks() -> Reader:
    """Return who asks, in a request of their own."""
    return Reader(name="analyst", token="t", reads_marts=True)


def away(*_: Any, **__: Any) -> Any:
    raise NoAnswerError("The query door at an address does not answer.")


def test_while_the_door_is_silent_the_last_picture_stays_for_an_hour_and_says_how_old_it_is(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shown(**said: Any) -> str:
        return bytes(map_page.city_map(asks(), "en", view(**said)).body).decode()

    told, answering = "The query door does not answer.", shown()
    now, ask = time.monotonic(), trino.query
    monkeypatch.setattr(trino, "query", away)
    assert shown() == answering, "what was there a moment ago is of now"
    monkeypatch.setattr("time.monotonic", lambda: now + 5 * 60)
    silent = shown()
    assert f"{told} This is what it said 5 minutes ago" in silent and told not in answering
    assert silent.count("<path") == answering.count("<path")
    assert map_page.city_map(asks(), "en", view(days=7)).status_code == 503, "what nobody has seen is not there"
    refused = map_files.as_csv(asks(), "fr", view())
    assert refused.status_code == 503 and "le fichier sera fait" in bytes(refused.body).decode()

    def half(sql: str, user: str, motif: Any = None) -> Any:
        return away() if "then_count" in sql else ask(sql, user, motif=motif)

    monkeypatch.setattr(trino, "query", half)
    assert f"{told} This is what it said 5 minutes ago" in shown(), "one old answer is enough"
    monkeypatch.setattr("time.monotonic", lambda: now + 61 * 60)
    assert map_page.city_map(asks(), "en", view()).status_code == 503
    monkeypatch.setattr(trino, "query", ask)
    assert told not in shown()


def test_who_is_refused_is_not_told_later_what_they_were_told_before(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert map_page.city_map(asks(), "en", view()).status_code == 200
    now = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now + 5 * 60)

    def refused(*_: Any, **__: Any) -> Any:
        raise RefusedQueryError("PERMISSION_DENIED", "no")

    for query in (refused, away):
        monkeypatch.setattr(trino, "query", query)
        assert map_page.city_map(asks(), "en", view()).status_code == 503


def test_figures_are_written_as_a_language_writes_them() -> None:
    assert [figure(12_345, "fr"), figure(0.042, "fr"), figure(1.25, "en")] == ["12\u202f345", "0,04", "1.2"]
    assert WORDS["en"].keys() == WORDS["fr"].keys()
    assert "''" in map_sql.areas("it's")


@pytest.mark.parametrize("layer", ["past", "likely"])
def test_the_picture_that_is_given_is_the_map_with_its_colours_and_edges(
    door: Door, monkeypatch: pytest.MonkeyPatch, layer: str
) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr("calanque.journal.log.tell", lambda **act: told.append(act))
    answer = map_files.as_png(ANALYST, "fr", view(layer=layer))
    assert (answer.media_type, told[0]["action"], told[0]["who"]) == ("image/png", "communication", "analyst")
    with Image.open(io.BytesIO(bytes(answer.body))) as picture:
        assert picture.width > 1_000 and picture.height > 200
        seen = {colour for _, colour in picture.convert("RGB").getcolors(picture.width * picture.height) or ()}
        edge = picture.convert("L").crop((picture.width - 8, 0, picture.width, picture.height))
        assert edge.getextrema() == (255, 255), "nothing is cut on the right"
    darkest, up = ImageColor.getrgb(COLOURS[-1]), ImageColor.getrgb(UP)
    assert darkest in seen and (up in seen) is (layer == "past")


def test_whose_outlines_are_drawn_is_told_in_the_language_of_the_page(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Contours\u00a0: Nom d’après incidents.quarter ; forme" in page("fr")
    assert "Outlines: Name from incidents.quarter; shape" in page()
    captions: list[Any] = []

    def png(drawn: Any, changed: Any, caption: Any) -> bytes:
        captions.append(caption)
        return b""

    monkeypatch.setattr(map_files, "png", png)
    monkeypatch.setattr("calanque.journal.log.tell", lambda **act: None)
    map_files.as_png(ANALYST, "fr", view())
    assert "Nom d’après incidents.quarter" in captions[0].cited[-1]
    squares, union = outline_words.SQUARE.format(side=30), outline_words.UNION.format(source="quarters")
    assert outline_words.origin_of(squares, "fr").startswith("Bloc de 30 x 30 carrés")
    assert outline_words.origin_of(union, "fr") == "Réunion des contours de ses secteurs, d’après quarters."
    assert outline_words.origin_of("Somebody drew it.", "fr") == "Somebody drew it."


def test_motifs_of_our_own_pages_are_kept_as_they_are() -> None:
    motifs = [trino.OWN_MOTIF, map_state.MOTIF, agenda_state.MOTIF]
    assert [found.text for found in redact(motifs)] == motifs


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("", 200),
        ("?city=&until=&area=", 200),
        ("?until=2021-02-31", 200),
        ("?until=0001-01-01", 422),
        ("?city='--", 422),
        ("?days=5", 422),
        ("/areas.csv", 200),
        ("/areas.geojson?city=toronto", 200),
        ("/areas.png?city=toronto", 200),
        ("/areas.png?layer=likely", 200),
        ("/areas.png?city=paris", 404),
    ],
)
def test_an_address_is_answered_by_its_page_or_refused(
    door: Door, monkeypatch: pytest.MonkeyPatch, address: str, status: int
) -> None:
    monkeypatch.setattr("calanque.journal.log.tell", lambda **act: None)
    app = FastAPI()
    app.include_router(map_page.router)
    app.include_router(map_files.router)
    app.dependency_overrides[mart_reader] = lambda: ANALYST
    assert TestClient(app).get(f"/map{address}").status_code == status
