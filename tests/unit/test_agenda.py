"""The page *Agenda* without a lake: which week it opens, what it says of a conflict, and who decides about it."""

import re
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from calanque.console import readers
from calanque.console.agenda import page as agenda
from calanque.console.agenda import sql as agenda_sql
from calanque.console.agenda import state as agenda_state
from calanque.console.agenda.page import DECIDE, calendar, chosen, lasting
from calanque.console.agenda.state import Event, View, extents, found
from calanque.console.agenda.words import DAYS, WORDS
from calanque.console.readers import Reader, mart_reader, reader, seal
from calanque.console.remembered import forget
from calanque.engines import trino
from calanque.engines.trino import RefusedQueryError
from calanque.errors import CalanqueError
from calanque.places.words import EVENTS as KINDS

ANALYST = Reader(name="analyst", token="t", reads_marts=True, decides=True)
MONDAY = date(2026, 6, 8)
SQUARE = '{"type": "Polygon", "coordinates": [[[5.3, 43.2], [5.4, 43.2], [5.4, 43.3], [5.3, 43.2]]]}'
NOON = datetime(2026, 6, 10, 12)
CONFLICT = (
    *(
        "access_closed:AT-1:9",
        "access_closed",
        "Works close the access",
        "Des travaux ferment l’accès",
        "AT-1",
        "works",
    ),
    *("9", "public_event", NOON, NOON.replace(hour=15), 180, 40, 1200, False, "marseille:a0", "Quartier <0>"),
    *(None, None, None, None),
)
EVENTS = [
    ("AT-1", "works", datetime(2026, 6, 1, 8), datetime(2026, 6, 11), None, False, "Quartier <0>"),
    ("9", "public_event", NOON, NOON.replace(hour=15), 1200, False, "Quartier <0>"),
    ("10", "public_event", NOON, NOON.replace(hour=15), None, True, None),
]


class Lake:
    """The query door by what each query reads, and the decisions that are kept."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.kept: list[dict[str, Any]] = []
        self.told: list[dict[str, Any]] = []
        self.answers: dict[str, list[tuple[Any, ...]]] = {
            "first_week": [("marseille", date(2026, 5, 4), date(2026, 6, 29))],
            "conflict_count": [(MONDAY, 1), (date(2026, 6, 15), 3)],
            "conflicts.label_en": [CONFLICT],
            "dim_feed_freshness": [
                ("permits", "marseille", "Occupations", "Ville", "synthetic", "c", MONDAY, True, 0.012),
                ("events", "marseille", "Événements", "Ville", "synthetic", "c", MONDAY, False),
            ],
            "events.is_cancelled": EVENTS,
            "select distinct territory": [("chicago",), ("marseille",)],
            "marts.dim_area\n": [
                ("marseille:a0", "Quartier <0>", SQUARE, "City"),
                ("marseille:a1", "B", SQUARE, "City"),
            ],
        }

    def say(self, name: str, rows: list[tuple[Any, ...]]) -> None:
        self.answers[name] = rows
        forget()

    def query(self, sql: str, user: str, motif: Any = None) -> list[tuple[Any, ...]]:
        self.asked.append((user, motif))
        return next(rows for name, rows in self.answers.items() if name in sql)

    def append(self, table: Any, rows: list[dict[str, Any]]) -> None:
        self.kept += [row | {"recorded_at": datetime(2026, 6, 1, 9, len(self.kept), tzinfo=UTC)} for row in rows]

    def read(self, table: Any, **equal: Any) -> list[dict[str, Any]]:
        return [row for row in self.kept if row["territory"] == equal["territory"]]


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Lake:
    made = Lake()
    forget()
    monkeypatch.setattr(trino, "query", made.query)
    monkeypatch.setattr(agenda_state.store, "append", made.append)
    monkeypatch.setattr(agenda_state.store, "read", made.read)
    monkeypatch.setattr("calanque.journal.log.tell", lambda **act: made.told.append(act))
    return made


@pytest.fixture
def client(lake: Lake) -> TestClient:
    app = FastAPI()
    app.include_router(agenda.router)
    app.dependency_overrides[mart_reader] = lambda: ANALYST
    return TestClient(app, follow_redirects=False)


def opened(today: date, week: str = "", hour: int = 12) -> str:
    """Return the week that a link opens on a day, at an hour UTC."""
    now = datetime(today.year, today.month, today.day, hour, tzinfo=UTC)
    return found(View("", week, "", "", ""), extents(ANALYST), ANALYST, now, "en")[0].week


def test_the_week_after_this_one_is_opened_and_else_the_last_with_a_conflict(lake: Lake) -> None:
    assert opened(date(2026, 6, 3)) == "2026-06-08"
    assert opened(date(2026, 6, 7)) == "2026-06-08"
    assert opened(date(2026, 6, 7), hour=23) == "2026-06-15", "it is Monday there"
    assert opened(date(2026, 1, 1)) == "2026-05-04", "nothing is planned before"
    assert opened(date(2026, 11, 30)) == "2026-06-15"
    assert opened(date(2026, 11, 30), "2026-06-14") == "2026-06-08"
    lake.say("conflict_count", [])
    assert opened(date(2026, 11, 30)) == "2026-06-29"
    assert set(lake.asked) == {("analyst", agenda_state.MOTIF)}


def test_a_week_that_is_not_the_next_one_says_so(client: TestClient) -> None:
    assert "nothing begins. Shown is one" in client.get("/agenda?lang=en").text
    assert "nothing begins. Shown is one" not in client.get("/agenda?lang=en&week=2026-06-10").text


def test_a_conflict_says_which_rule_which_events_how_far_how_long_and_how_sure(client: TestClient) -> None:
    text = client.get("/agenda?week=2026-06-10&lang=fr").text
    row = text[text.index('<tr data-conflict="access_closed:AT-1:9"') :].partition("</tr>")[0]
    for words in ("Des travaux ferment l’accès", "AT-1", "à 40 m, 3 h ensemble", "1 200 personnes", "à vérifier"):
        assert words in row.replace("\u202f", " "), words
    assert "3 h ensemble\u202f; 1\u202f200 personnes" in row
    assert (
        '<select name="rule"><option value="">toutes<' in text and '<select name="state"><option value="">tous<' in text
    )
    assert "Quartier &lt;0&gt;" in text and "<0>" not in text
    assert "3 événements commencent ou durent, dont 1 annulés" in text
    assert "travaux" in text.partition('data-table="calendar"')[2]
    assert "1 flux d’où viennent ces chiffres est en retard" in text
    sources = text.partition('id="sources"')[2].replace("\u202f", " ").replace("\u00a0", " ")
    assert "Occupations" in sources and "1,2 %" in sources
    assert sources.count('<td class="figure">–</td>') == 1, "of a small batch"


def test_only_holidays_and_weather_are_of_the_whole_city(client: TestClient, lake: Lake) -> None:
    whole = [
        (event, kind, NOON, NOON, None, False, None) for event, kind in (("H", "school_holiday"), ("B1", "dry_wind"))
    ]
    lake.say("events.is_cancelled", [*EVENTS, *whole])

    def places(language: str) -> dict[str, str]:
        table = client.get(f"/agenda?lang={language}").text.partition('data-table="events"')[2].partition("</table>")[0]
        rows = re.findall(r"<code>(.*?)</code>(.*?)</tr>", table)
        return {event: re.findall(r"<td>(.*?)</td>", row)[1] for event, row in rows}

    assert places("fr") == {
        "AT-1": "Quartier &lt;0&gt;",
        "9": "Quartier &lt;0&gt;",
        "10": "lieu inconnu ou hors des secteurs",
        "H": "toute la ville",
        "B1": "toute la ville",
    }
    assert (places("en")["10"], places("en")["H"]) == ("place unknown, or outside the areas", "the whole city")


def test_a_city_that_plans_nothing_is_no_city_that_is_not_there(client: TestClient) -> None:
    answer = client.get("/agenda?city=chicago&lang=fr")
    sentence = "Chicago n’a pas d’événements prévus ; villes : Marseille."
    assert answer.status_code == 200 and sentence in answer.text.replace("\u202f", " ").replace("\u00a0", " ")
    assert 'href="/calanque/map?city=chicago"' in answer.text and "?city=chicago&amp;lang=en" in answer.text
    unknown = client.get("/agenda?city=atlantis&lang=fr")
    assert unknown.status_code == 404 and "choisissez parmi Marseille." in unknown.text
    assert 'href="/calanque/map"' in unknown.text, "the menu is there"
    assert client.get("/agenda/conflicts.csv?city=chicago").status_code == 404


def test_a_margin_is_told_as_the_time_between(client: TestClient, lake: Lake) -> None:
    lake.say("conflicts.label_en", [(*CONFLICT[:10], -30, *CONFLICT[11:])])
    assert "40 m apart, 30 min between them" in client.get("/agenda?lang=en").text


@pytest.mark.parametrize(
    ("second", "distance_m", "persons", "asset", "said"),
    [
        ((None, "school"), 20, 0, ("EC-001", "École Eydoux", "school", None),
         ("école École Eydoux <code>EC-001</code></div>", "<small>à 20 m, pendant 3 h</small>")),
        ((None, "square"), 10, 700, ("PL-009", None, "square", 500),
         ("place  <code>PL-009</code></div>", "à 10 m, pendant 3 h ; 700 personnes attendues, 500 places")),
        (("AT-2", "festivity"), 140, 2400, ("LN-001", "Tramway T1", "tram_line", None),
         ("fête <code>AT-2</code>, ligne de tramway Tramway T1", "tous deux à 140 m au plus, 3 h ; 2 400 personnes")),
        (("B1", "dry_wind"), None, 0, (None, None, None, None),
         ("vigilance vent sec <code>B1</code></div>", "<small>3 h en même temps</small>")),
    ],
)  # fmt: skip
def test_a_conflict_with_what_stands_or_the_weather_says_with_what(
    client: TestClient, lake: Lake, second: Any, distance_m: Any, persons: int, asset: Any, said: Any
) -> None:
    row = (*CONFLICT[:6], *second, *CONFLICT[8:11], distance_m, persons, *CONFLICT[13:16], *asset)
    lake.say("conflicts.label_en", [row])
    shown = client.get("/agenda?lang=fr").text.partition("<tr data-conflict")[2].partition("</tr>")[0]
    assert [words for words in said if words not in shown.replace("\u202f", " ")] == []
    line = client.get("/agenda/conflicts.csv").text.splitlines()[1]
    assert [name for name in (second[0], asset[0], asset[1]) if name and f";{name};" not in line] == []
    client.post("/agenda/decide?city=marseille", data=form(conflict_id=CONFLICT[0]))
    assert "1 conflict, 0 to handle" in client.get("/agenda?lang=en").text
    lake.say("conflicts.label_en", [(*row[:10], 181, distance_m, persons + 10, *row[13:])])
    is_reopened = second[0] is None
    assert f"1 conflict, {int(is_reopened)} to handle" in client.get("/agenda?lang=en").text
    assert "None" not in lake.kept[0]["seen"] and "None" not in client.get("/agenda?lang=en").text


def test_a_lake_without_planned_events_says_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def query(*_: Any, **__: Any) -> Any:
        raise RefusedQueryError("TABLE_NOT_FOUND", "no")

    monkeypatch.setattr(trino, "query", query)
    answer = client.get("/agenda?lang=en")
    assert answer.status_code == 404 and "No city has planned events yet" in answer.text


def test_marts_of_an_older_release_are_said_to_be(
    client: TestClient, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    def query(sql: str, *rest: Any, **more: Any) -> Any:
        if "asset_id" in sql:
            raise RefusedQueryError("COLUMN_NOT_FOUND", "line 4: Column 'asset_id' cannot be resolved")
        return lake.query(sql, *rest, **more)

    monkeypatch.setattr(trino, "query", query)
    answer = client.get("/agenda?lang=fr")
    assert answer.status_code == 503 and "d’une version plus ancienne" in answer.text and "asset_id" not in answer.text


@pytest.fixture(autouse=True)
def sealing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key to seal forms with, where no stack has ever been."""
    monkeypatch.setattr(readers, "settings", lambda: SimpleNamespace(secret=lambda name: f"of {name}"))


def form(**said: str) -> dict[str, str]:
    """Return what the form of the conflict sends."""
    plain = {"conflict_id": "access_closed:AT-1:9", "decision": "handled", "csrf_token": seal("analyst", DECIDE)}
    return plain | said


def test_what_is_decided_is_kept_with_its_author_told_and_shown(client: TestClient, lake: Lake) -> None:
    answer = client.post("/agenda/decide?city=marseille&week=2026-06-08", data=form(decision="measures"))
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/calanque/agenda?city=marseille&week=2026-06-08#conflicts",
    )
    (kept,) = lake.kept
    assert (kept["state"], kept["reason"], kept["decided_by"]) == ("accepted", "measures", "analyst")
    assert [(act["who"], act["action"]) for act in lake.told] == [("analyst", "modification")]
    assert "accepted: with measures, by analyst on 2026-06-01 11:00" in client.get("/agenda?lang=en").text
    assert "No conflict of this week fits" in client.get("/agenda?state=to_handle&lang=en").text
    shown = client.get("/agenda?lang=en").text
    (after,) = re.findall('name="after" value="([^"]+)"', shown)
    overtaken = client.post("/agenda/decide?city=marseille&lang=en", data=form())
    assert overtaken.status_code == 409 and "Somebody else has decided" in overtaken.text and len(lake.kept) == 1
    client.post("/agenda/decide?city=marseille", data=form(decision="to_handle", after=after))
    assert "1 conflict, 1 to handle" in client.get("/agenda?state=to_handle&lang=en").text
    sheet = client.get("/agenda/conflicts.csv?city=marseille").text.splitlines()
    assert sheet[1].startswith("access_closed:AT-1:9;access_closed;2026-06-10") and sheet[1].endswith(
        ";to_handle;analyst"
    )
    assert (lake.told[-1]["action"], lake.told[-1]["row_count"]) == ("communication", 1)


def test_a_decision_is_of_what_was_seen_and_not_of_what_an_event_became(client: TestClient, lake: Lake) -> None:
    client.post("/agenda/decide?city=marseille", data=form(decision="apart_in_time"))
    assert "1 conflict, 0 to handle" in client.get("/agenda?lang=en").text
    lake.say("conflicts.label_en", [(*CONFLICT[:9], NOON.replace(hour=16), *CONFLICT[10:])])
    text = client.get("/agenda?lang=en").text
    assert "1 conflict, 1 to handle" in text and "decided before it changed: accepted: not at the same hour" in text


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"csrf_token": ""}, 403),
        ({"csrf_token": "1.0"}, 403),
        ({"decision": "because Jean said so"}, 422),
        ({"conflict_id": "<b>"}, 422),
    ],
)
def test_what_is_not_of_the_page_decides_nothing(
    client: TestClient, lake: Lake, changed: dict[str, str], status: int
) -> None:
    assert client.post("/agenda/decide?city=marseille", data=form(**changed)).status_code == status
    assert (lake.kept, lake.told) == ([], [])


def test_who_may_not_decide_sees_no_form_and_sends_none(lake: Lake) -> None:
    app = FastAPI()
    app.include_router(agenda.router)
    app.dependency_overrides[reader] = lambda: ANALYST.model_copy(update={"decides": False})
    client = TestClient(app)
    assert "Décider" not in client.get("/agenda?lang=fr").text
    assert client.post("/agenda/decide?city=marseille", data=form()).status_code == 403
    app.dependency_overrides[reader] = lambda: Reader(name="dpo", token="t", sees_batches=True, decides=True)
    assert client.post("/agenda/decide?city=marseille", data=form()).status_code == 403
    assert client.get("/agenda/conflicts.csv").status_code == 403
    assert (lake.kept, lake.told) == ([], [])


def test_nobody_decides_of_a_conflict_whose_cause_has_gone(client: TestClient, lake: Lake) -> None:
    assert CONFLICT[0] in client.get("/agenda").text
    # The page is remembered for a minute, what is decided on is not.
    lake.answers["conflicts.label_en"] = []
    answer = client.post("/agenda/decide?city=marseille&lang=en", data=form())
    assert (answer.status_code, lake.kept) == (404, []) and "its cause has gone" in answer.text


def test_a_week_counts_each_day_that_an_event_lasts_and_no_cancelled_one() -> None:
    rows = calendar([Event(*row) for row in EVENTS], MONDAY)
    # The works end at midnight, before Thursday begins.
    assert rows == {"works": [1, 1, 1, 0, 0, 0, 0], "public_event": [0, 0, 1, 0, 0, 0, 0]}


def test_spans_are_said_as_people_do() -> None:
    assert [lasting(minutes, "fr") for minutes in (30, -119, 120, 2879, 2880)] == [
        *("30 min", "119 min", "2 h", "47 h", "2 jours"),
    ]
    assert WORDS["en"].keys() == WORDS["fr"].keys() and KINDS["en"].keys() == KINDS["fr"].keys()
    assert {len(days) for days in DAYS.values()} == {7}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("", 200),
        ("?week=2026-02-31", 200),
        ("?week=2099-01-01&area=nowhere&rule=none", 200),
        ("?city=atlantis", 404),
        ("?city='--", 422),
        ("?state=forgotten", 422),
        ("?week=9999-01-01", 422),
    ],
)
def test_an_address_is_answered_by_its_page_or_refused(client: TestClient, address: str, status: int) -> None:
    assert client.get(f"/agenda{address}").status_code == status
    assert chosen(week="2026-02-31").week == ""


def test_what_does_not_answer_is_a_sentence(client: TestClient, lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.say("first_week", [])
    assert "No city has planned events yet" in client.get("/agenda?lang=en").text
    forget()

    def away(*_: Any, **__: Any) -> Any:
        raise CalanqueError("The query door does not answer.")

    monkeypatch.setattr(trino, "query", away)
    answer = client.get("/agenda")
    assert answer.status_code == 503 and "does not answer" in answer.text
    assert "''" in agenda_sql.conflict("it's", "x")
