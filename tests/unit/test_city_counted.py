"""*Carte* of reports and of acts of enforcement: what is withheld is hatched, and has no figure and no order."""

import io
import json
import sqlite3
from datetime import date
from typing import Any

import pytest
from PIL import Image
from query_door import Door, opened

from calanque.console.city import counted, map_files, map_page, map_sql
from calanque.console.city.map_page import chosen
from calanque.console.readers import Reader
from calanque.places import outline_words

ANALYST = Reader(name="analyst", token="t", reads_marts=True)
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
SQUARE = outline_words.SQUARE.format(side=30)
COUNTS = [("m:a0", MAY, 40), ("m:a0", JUNE, 25), ("m:a1", MAY, 12), ("m:a1", JUNE, None), ("m:a2", JUNE, 0)]


def box(west: float, east: float) -> str:
    ring = [[west, 43.3], [east, 43.3], [east, 43.31], [west, 43.31], [west, 43.3]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    areas = [(f"m:a{n}", f"a0:{n}", "area", None, box(5.3 + n / 50, 5.32 + n / 50), SQUARE, True) for n in range(3)]
    areas.append(("m:d", "District", "district", None, box(5.3, 5.36), "city", False))
    for name, west, east in (("ENDOUME", 5.3, 5.313), ("LES ILES", 5.313, 5.35)):
        areas.append((f"m:{name}", name, "neighbourhood", "m:d", box(west, east), "city", False))
    answers = {
        "max(occurred_local_date) as until_date": [("marseille", "noise", date(2026, 6, 30), date(2025, 1, 1))],
        "dim_incident_type": [("noise", "Noise", "Bruit, tapage")],
        "as is_counted": areas,
        "as shown_count": [("bruit", MAY, 2), ("bruit", JUNE, 2), ("salete", MAY, 1)],
        "dim_feed_freshness": [("r", "marseille", "Reports", "City", "Open", "c", date(2026, 6, 30), False)],
        "select area_id, month_start_date": COUNTS,
    }
    return opened(Door(answers), monkeypatch)


def asked(**said: Any) -> Any:
    plain = {"days": "28", "until": "", "city": "", "kind": "all", "against": "year", "area": "", "sort": "figure"}
    return chosen(**{**plain, "layer": "reports", **said})


def page(**said: Any) -> str:
    return bytes(map_page.city_map(ANALYST, "fr", asked(**said)).body).decode()


def test_what_is_withheld_is_hatched_and_stands_last_by_name_however_much_it_is(door: Door) -> None:
    text = page()
    assert "Signalements des habitants, 2026-06" in text and '<option value="bruit" selected>Bruit' in text
    table = text.partition('id="table"')[2].partition("</table>")[0]
    rows = [row.partition("</tr>")[0] for row in table.split("<tr>")[2:]]
    assert [">25<" in rows[0], ">0<" in rows[1], '<abbr title="retenu">▨' in rows[2]] == [True] * 3
    svg = text[text.index("<svg viewBox") : text.index("</svg>")]
    hatched = next(one for one in svg.split("<a ") if "area=m%3Aa1" in one)
    assert 'fill="url(#none)"' in hatched and "step-" not in hatched and "12" not in hatched.partition("<title>")[2]
    assert "▨) : ni l’ordre" in text and "> retenu</span>" in text
    assert text.count('class="outline"') == 2, "areas with names lie over the squares"


def test_a_square_is_called_by_the_named_areas_that_most_of_it_lies_in(door: Door) -> None:
    text = page(sort="name")
    assert "Endoume, Les Iles (a0:0)" in text and ">Les Iles (a0:1)" in text and "District (" not in text


def test_no_file_says_what_is_withheld(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calanque.journal.log.tell", lambda **act: None)
    sheet = bytes(map_files.as_csv(ANALYST, "fr", asked()).body).decode().splitlines()
    assert sheet[0] == "territory;type;first_date;last_date;area_id;area_name;reports;month before;changed"
    assert any(line.endswith(";2026-06-01;2026-07-05;m:a1;Les Iles (a0:1);;12;") for line in sheet), sheet
    features = json.loads(bytes(map_files.as_geojson(ANALYST, "fr", asked()).body))["features"]
    told = {one["id"]: (one["properties"]["figure"], one["properties"]["withheld"]) for one in features}
    assert told == {"m:a0": (25, False), "m:a1": (None, True), "m:a2": (0, False)}
    with Image.open(io.BytesIO(bytes(map_files.as_png(ANALYST, "fr", asked()).body))) as picture:
        assert picture.width > 1_000


def test_two_months_stand_side_by_side_and_an_area_says_its_months(door: Door) -> None:
    text = page(beside="1", area="m:a1")
    assert "<figcaption>2026-06" in text and "<figcaption>2026-05" in text
    months = text.partition('data-table="months"')[2].partition("</table>")[0]
    assert months.index("2026-06") < months.index("▨") < months.index("2026-05") < months.index(">12<")
    assert ">–<" in page(until="2026-05-01"), "of April nobody counted"


def test_acts_are_of_the_city_s_types_and_a_city_without_them_says_so(door: Door) -> None:
    door.rows["as shown_count"] = [("noise", JUNE, 2)]
    assert "Bruit, tapage" in page(layer="acts") and "fct_enforcement_area_month" in door.asked[-1][1]
    door.rows["as shown_count"] = []
    opened_anew(door)
    assert "Aucun flux de cette ville n’a de signalements" in page()


def opened_anew(door: Door) -> None:
    from calanque.console.remembered import forget

    forget()
    door.asked.clear()


def test_hours_days_and_origin_are_conditions_and_a_doubtful_hour_is_in_none() -> None:
    lake = sqlite3.connect(":memory:")
    lake.executescript(
        """create table i (id, occurred_local_hour, occurred_local_weekday, origin, is_hour_doubtful);
        insert into i values (1, 18, 6, 'reported', 0), (2, 17, 7, 'reported', 0), (3, 20, 5, 'enforced', 0),
            (4, 23, 1, 'reported', 1)"""
    )

    def found(*when: str) -> list[int]:
        return [row[0] for row in lake.execute(f"select id from i where true{map_sql.of_when(*when)}")]

    assert found("", "", "") == [1, 2, 3, 4]
    assert (found("18", "", ""), found("12", "", "")) == ([1, 3], [2])
    assert (found("", "weekend", ""), found("", "week", ""), found("", "7", "")) == ([1, 2], [3, 4], [2])
    assert (found("", "", "enforced"), found("18", "weekend", "reported")) == ([3], [1])


def test_a_view_of_hours_says_so_keeps_them_in_its_links_and_asks_for_them(door: Door) -> None:
    door.rows |= {
        "as then_count": [("m:a0", 4, 2)],
        "marts.dim_area": [("m:a0", "Arenc", box(5.3, 5.32), "city")],
    }
    text = page(layer="past", hours="18", weekday="weekend", origin="reported")
    assert "Les faits dont l’heure n’est pas sûre ne sont dans aucune tranche." in text
    assert "hours=18&amp;weekday=weekend&amp;origin=reported" in text
    (sql,) = [sql for _, sql, _ in door.asked if "then_count" in sql]
    assert "occurred_local_hour between 18 and 23 and not is_hour_doubtful" in sql and "origin = 'reported'" in sql


def test_the_questions_name_their_mart_and_escape_what_they_are_given() -> None:
    for mart in counted.LAYERS.values():
        for sql in (counted.offered_sql(mart, "it's"), counted.counts_sql(mart, "x", "it's")):
            assert "it''s" in sql and f"marts.{mart.name}" in sql
