"""The page *Carte au fil du temps* without a lake: what is sent to the browser, where its picture lies, its policy."""

import io
import json
import sqlite3
import time
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from airflow.api_fastapi.core_api.security import get_user
from fastapi.testclient import TestClient
from PIL import Image
from query_door import Door, Rows, opened

from calanque.console.app import app
from calanque.console.city import time_page, time_sql
from calanque.console.readers import Reader, mart_reader
from calanque.console.remembered import forget
from calanque.engines import trino
from calanque.engines.trino import NoAnswerError, RefusedQueryError
from calanque.errors import CalanqueError
from calanque.places.grid import project, unit_m
from calanque.places.territory import load_territory

CITY, SIDE = "toronto", 500.0
UNIT = unit_m(load_territory(CITY).crs)
WEST, SOUTH = 627_000.0, 4_833_000.0
# Two rows of three, one square of them missing.
CELLS = [
    (row, col, WEST + (col - 4) * SIDE, SOUTH + (row - 7) * SIDE, SIDE**2, f"toronto:a{row - 7}")
    for row, col in ((7, 4), (7, 5), (7, 6), (8, 4), (8, 6))
]
RING = [[-79.4, 43.7], [-79.3, 43.7], [-79.3, 43.8], [-79.4, 43.7]]
OUTLINE = json.dumps({"type": "Polygon", "coordinates": [RING]})
WEEK, FORECAST = date(2021, 11, 1), date(2021, 12, 27)


def answers() -> dict[str, Rows]:
    """Return the answers of the query door, by what each query reads."""
    return {
        "max(occurred_local_date) as until_date": [(CITY, "robbery", date(2021, 12, 31), date(2014, 1, 1))],
        "dim_incident_type": [("robbery", "Robbery", "Vol avec violence")],
        "dim_feed_freshness": [("permits", CITY, "Permits", "The <city>", "Open", "c", date(2021, 12, 31), True)],
        "marts.dim_area": [("toronto:a0", "<A>", OUTLINE, "City"), ("toronto:a1", "B", OUTLINE, "City")],
        "upper_count\nfrom marts.fct_forecast": [(FORECAST, 0, 1.23456, 1.0, 3), (FORECAST, 3, 0.00005, 0.0, None)],
        "marts.fct_territory_week": [(date(2021, 12, 20),)],
        "marts.fct_cell_week": [(WEEK, 0, 2), (WEEK, 4, 1), (date(2021, 11, 15), 0, 7)],
        "marts.fct_planned_event": [
            ("AT-1", "works", datetime(2021, 11, 1, 8), datetime(2021, 11, 2, 18), -79.3, 43.7, None, None),
            ("AT-2", "procession", datetime(2021, 11, 2, 8), datetime(2021, 11, 2, 11), -79.3, 43.7, 900,
             "LINESTRING (-79.3 43.7, -79.31 43.72)"),
        ],
        "marts.fct_event_conflict": [("AT-1", "9", datetime(2021, 11, 2, 8), datetime(2021, 11, 2, 10))],
        "fct_observation_hour": [("temperature", "degree_celsius", -79.3, 43.7, 4.5, 0),
                                 ("passers_by", "persons", -79.3, 43.7, None, 3)],
        "select row, col": CELLS,
    }  # fmt: skip


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    return opened(Door(answers()), monkeypatch)


@pytest.fixture
def page(door: Door) -> Iterator[TestClient]:
    app.dependency_overrides = {
        get_user: lambda: None,
        mart_reader: lambda: Reader(name="ana", token="t", reads_marts=True),
    }
    yield TestClient(app, base_url="http://testserver/")
    app.dependency_overrides = {}


def test_the_page_loads_scripts_of_this_server_alone_and_holds_the_view(page: TestClient) -> None:
    answer = page.get("/map/time?city=toronto&week=2021-11-15&weeks=13&layers=cells,present,evil&lang=fr")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy and "unsafe-inline" not in policy.partition("style-src")[0]
    text = answer.text
    state = json.loads(text.partition('id="state">')[2].partition("</script>")[0])
    assert state["week"] == "2021-11-15" and state["weeks"] == 13 and state["layers"] == ["cells", "present"]
    assert "Carte au fil du temps" in text and "<script>" not in text and "onclick" not in text
    assert "http" not in text.partition("<main")[2].replace("https://www.w3.org", "")
    for name in ("maplibre-gl.js", "maplibre-gl.css", "time.js", "time.css"):
        assert f"/calanque/map/time/static/{name}" in text
        file = page.get(f"/map/time/static/{name}")
        assert (
            file.status_code == 200
            and ("css" if name.endswith("css") else "javascript") in file.headers["content-type"]
        )
    assert page.get("/map/time/static/state.py").status_code == 422
    assert "1 flux d’où viennent ces chiffres est en retard" in text and "The &lt;city&gt;" in text


def test_what_is_sent_of_the_squares_says_their_area_and_where_the_picture_lies(page: TestClient) -> None:
    said = page.get(f"/map/time/ground.json?city={CITY}").json()
    assert said["cells"] == [[7, 4, 0], [7, 5, 0], [7, 6, 0], [8, 4, 1], [8, 6, 1]]
    assert (said["row"], said["col"], said["height"], said["width"]) == (7, 4, 2, 3)
    assert said["areas"] == [["toronto:a0", "<A>"], ["toronto:a1", "B"]]
    lon, lat = zip(*said["corners"], strict=True)
    x, y = project(load_territory(CITY).crs, np.array(lon), np.array(lat))
    east, north = WEST + 3 * SIDE, SOUTH + 2 * SIDE
    assert np.allclose(x * UNIT, [WEST, east, east, WEST], atol=0.2)
    assert np.allclose(y * UNIT, [north, north, SOUTH, SOUTH], atol=0.2)


def test_weeks_count_from_the_first_and_go_on_to_the_last_whole_one(page: TestClient, door: Door) -> None:
    said = page.get(f"/map/time/weeks.json?city={CITY}&kind=robbery").json()
    assert (said["first"], said["weeks"]) == ("2021-11-01", 8)
    assert list(zip(said["week"], said["cell"], said["count"], strict=True)) == [(0, 0, 2), (0, 4, 1), (2, 0, 7)]
    assert said["likely"] == {
        "week": "2021-12-27",
        "cell": [0, 3],
        "expected": [1.235, 0.00005],
        "baseline": [1.0, 0.0],
        "upper": [3, None],
    }
    assert sum("type = 'robbery'" in sql for _, sql, _ in door.asked) == 2
    assert {(user, motif) for user, _, motif in door.asked} == {("analyst", "page de la carte")}
    door.rows |= {"marts.fct_cell_week": [], "marts.fct_territory_week": [(None,)]}
    assert page.get(f"/map/time/weeks.json?city={CITY}").json()["first"] is None


def test_what_the_door_said_before_it_fell_silent_is_sent_with_its_age(
    page: TestClient, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/map/time/weeks.json?city={CITY}&kind=robbery"
    of_now = page.get(address)

    def away(*_: Any, **__: Any) -> Any:
        raise NoAnswerError("The query door at an address does not answer.")

    now = time.monotonic()
    monkeypatch.setattr(trino, "query", away)
    monkeypatch.setattr("time.monotonic", lambda: now + 300)
    said = page.get(address)
    assert "age" not in of_now.headers and 299 <= int(said.headers["age"]) <= 301
    assert said.content == of_now.content
    assert page.get(f"/map/time/present.json?city={CITY}&week=2021-12-13").status_code == 503


def test_what_is_planned_and_measured_is_sent_and_what_is_withheld_is_not(page: TestClient, door: Door) -> None:
    said = page.get(f"/map/time/planned.json?city={CITY}").json()
    works, way = said["events"]
    assert works == {"id": "AT-1", "kind": "works", "starts": "2021-11-01T08:00", "ends": "2021-11-02T18:00",
                     "lon": -79.3, "lat": 43.7, "persons": None, "route": []}  # fmt: skip
    assert (way["kind"], way["route"]) == ("procession", [[-79.3, 43.7], [-79.31, 43.72]])
    assert said["conflicts"] == [["AT-1", "9", "2021-11-02T08:00", "2021-11-02T10:00"]]
    figures = page.get(f"/map/time/present.json?city={CITY}&week=2021-11-15").json()["figures"]
    assert [(one["mean"], one["withheld"]) for one in figures] == [(4.5, 0), (None, 3)]
    assert "between date '2021-11-15' and date '2021-11-21'" in door.asked[-1][1]


def test_an_event_outside_the_squares_is_sent_without_a_place_and_a_holiday_is_not() -> None:
    lake = sqlite3.connect(":memory:")
    lake.executescript(
        f"""attach ':memory:' as marts;
        create table marts.dim_cell (territory, cell_id, lon, lat);
        insert into marts.dim_cell values ('{CITY}', 'c', -79.3, 43.7);
        create table marts.fct_planned_event (territory, event_id, kind, starts_local_at, ends_local_at,
            expected_count, route, is_cancelled, cell_id);
        insert into marts.fct_planned_event values
            ('{CITY}', '1', 'works', 4, 5, null, null, false, 'c'), ('{CITY}', '2', 'works', 3, 5, 9, null, false, 'x'),
            ('{CITY}', '3', 'public_event', 2, 5, null, null, false, null),
            ('{CITY}', '4', 'works', 1, 5, null, null, true, 'c'),
            ('{CITY}', '5', 'school_holiday', 1, 5, null, null, false, null)"""
    )
    rows = lake.execute(time_sql.planned(CITY)).fetchall()
    assert [(row[0], *row[4:6]) for row in rows] == [("1", -79.3, 43.7), ("2", None, None), ("3", None, None)]


def test_what_can_not_be_shown_is_said(page: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "choose one of Toronto" in page.get("/map/time?city=atlantis&lang=en").text
    assert page.get("/map/time/ground.json?city=a'b").status_code == 422
    for path in ("ground.json?", "weeks.json?", "planned.json?", "present.json?week=2025-01-06&"):
        answer = page.get(f"/map/time/{path}city=atlantis")
        assert (answer.status_code, "choose one of" in answer.json()["detail"]) == (404, True)

    def away(*_: Any, **__: Any) -> Any:
        raise CalanqueError("The query door does not answer.")

    monkeypatch.setattr(trino, "query", away)
    for path in ("ground.json?city=toronto", "weeks.json?city=toronto", "planned.json?city=toronto"):
        answer = page.get(f"/map/time/{path}")
        assert (answer.status_code, answer.json()["detail"]) == (503, "The query door does not answer.")
    assert page.get("/map/time").status_code == 503


def test_a_city_with_incidents_alone_has_its_weeks(
    page: TestClient, monkeypatch: pytest.MonkeyPatch, door: Door
) -> None:
    def query(sql: str, user: str, motif: Any = None) -> list[tuple[Any, ...]]:
        if any(mart in sql for mart in ("fct_forecast", "_event", "fct_observation_hour")):
            raise RefusedQueryError("TABLE_NOT_FOUND", "no")
        return door.query(sql, user, motif)

    monkeypatch.setattr(trino, "query", query)
    assert page.get(f"/map/time/planned.json?city={CITY}").json()["events"] == []
    assert page.get(f"/map/time/present.json?city={CITY}&week=2021-11-15").json()["figures"] == []
    said = page.get(f"/map/time/weeks.json?city={CITY}").json()
    assert said["weeks"] == 8 and said["likely"] is None


def test_each_layer_says_its_feeds_and_a_link_keeps_the_event_and_the_quantity(page: TestClient, door: Door) -> None:
    text = page.get("/map/time?city=toronto&event=works&quantity=rain&lang=en").text
    sources = text.partition('data-table="sources"')[2].partition("</table>")[0]
    assert [sources.count(f'<tr data-of="{layer}"') for layer in time_page.LAYERS] == [1, 1, 1]
    assert "Permits" in sources and "The &lt;city&gt;" in sources and "2021-12-31" in sources and "late" in sources
    state = json.loads(text.partition('id="state">')[2].partition("</script>")[0])
    assert (state["event"], state["quantity"]) == ("works", "rain")
    assert page.get("/map/time?event=<b>").status_code == 422


def test_the_squares_of_a_view_are_given_as_files_and_the_journal_is_told(
    page: TestClient, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr("calanque.journal.log.tell", lambda **act: told.append(act))
    of = f"city={CITY}&week=2021-11-15&weeks=4&lang=en"
    sheet = page.get(f"/map/time/squares.csv?{of}").text.splitlines()
    assert sheet == [
        "territory;type;cell_id;area_id;area_name;first_date;last_date;figure;is_expected;upper_count;baseline_count",
        "toronto;all;toronto:7:4;toronto:a0;<A>;2021-11-01;2021-11-21;9;False;;",
        "toronto;all;toronto:8:6;toronto:a1;B;2021-11-01;2021-11-21;1;False;;",
    ]
    (first, _) = page.get(f"/map/time/squares.geojson?{of}").json()["features"]
    assert (first["id"], first["properties"]["figure"]) == ("toronto:7:4", 9)
    lon, lat = zip(*first["geometry"]["coordinates"][0][:3], strict=True)
    x, y = project(load_territory(CITY).crs, np.array(lon), np.array(lat))
    assert np.allclose(x * UNIT, [WEST, WEST + SIDE, WEST + SIDE], atol=0.2)
    assert np.allclose(y * UNIT, [SOUTH, SOUTH, SOUTH + SIDE], atol=0.2)
    answer = page.get(f"/map/time/squares.png?{of}")
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.width > 1_000 and answer.headers["cache-control"] == "no-store"
    assert [(act["who"], act["row_count"], act["motif"]) for act in told] == [("ana", 2, "page de la carte")] * 3


@pytest.mark.parametrize(
    ("address", "rows"),
    [
        ("week=2021-12-27", [("2021-12-27", "1.235", "True"), ("2021-12-27", "5e-05", "True")]),
        ("", []),
        ("week=2021-11-01&weeks=1&kind=robbery", [("2021-11-01", "2", "False"), ("2021-11-01", "1", "False")]),
        ("week=2001-01-01&weeks=52", [("2021-11-01", "2", "False"), ("2021-11-01", "1", "False")]),
    ],
)
def test_a_file_is_of_the_week_the_clock_stands_at(
    page: TestClient, monkeypatch: pytest.MonkeyPatch, address: str, rows: list[tuple[str, ...]]
) -> None:
    monkeypatch.setattr("calanque.journal.log.tell", lambda **act: None)
    sheet = page.get(f"/map/time/squares.csv?city={CITY}&{address}").text.splitlines()[1:]
    assert [(row.split(";")[5], *row.split(";")[7:9]) for row in sheet] == rows
    assert all((row.split(";")[10] != "") == (row.split(";")[8] == "True") for row in sheet), "what plain counts expect"
    assert page.get(f"/map/time/squares.png?city={CITY}&{address}").status_code == 200


def test_no_file_is_of_a_city_without_weeks_or_of_none(page: TestClient, door: Door) -> None:
    assert page.get("/map/time/squares.csv?city=atlantis").status_code == 404
    far = page.get(f"/map/time/squares.csv?city={CITY}&week=2099-01-05&lang=en")
    assert far.status_code == 404 and "Nothing is known of the week of 2099-01-05." in far.text
    door.rows |= {"marts.fct_cell_week": [], "marts.fct_territory_week": [(None,)]}
    forget()
    assert "No week of incidents" in page.get(f"/map/time/squares.geojson?city={CITY}").text
    assert page.get(f"/map/time/squares.exe?city={CITY}").status_code == 422


def test_a_city_without_squares_has_no_picture(page: TestClient, door: Door) -> None:
    door.rows["select row, col"] = []
    assert "corners" not in page.get(f"/map/time/ground.json?city={CITY}").json()


def test_both_languages_say_the_same() -> None:
    english, french = time_page.WORDS["en"], time_page.WORDS["fr"]
    assert english.keys() == french.keys() and english["of_script"].keys() == french["of_script"].keys()
    for key, text in english["of_script"].items():
        assert text.count("{") == french["of_script"][key].count("{"), key
