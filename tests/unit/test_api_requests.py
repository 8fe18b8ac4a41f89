"""The API without a lake: what a request asks of the door, what becomes of an answer, and what a wrong one is told."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from airflow.api_fastapi.core_api import security
from airflow.api_fastapi.core_api.security import get_user
from fastapi import HTTPException
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from jwt import ExpiredSignatureError, InvalidTokenError

from calanque.console.api import asked, features
from calanque.console.api.app import app
from calanque.console.api.asked import WrongRequestError, box, during
from calanque.console.api.marts import Column, Mart, Span
from calanque.console.app import app as console
from calanque.console.readers import Reader, mart_reader
from calanque.console.remembered import forget
from calanque.engines import trino
from calanque.engines.trino import RefusedQueryError
from calanque.errors import CalanqueError

UTC_TIME, TEXT = "timestamp(6) with time zone", "varchar"
COLUMNS = {
    "fct_planned_event": {
        "territory": TEXT, "event_id": TEXT, "starts_at": UTC_TIME, "ends_at": UTC_TIME, "is_cancelled": "boolean",
        "expected_count": "integer", "starts_local_date": "date", "cell_id": TEXT, "area_id": TEXT,
    },
    "dim_area": {"area_id": TEXT, "territory": TEXT, "geometry": TEXT},
    "fct_incidents": {
        "incident_id": TEXT, "territory": TEXT, "occurred_at": UTC_TIME, "ended_at": UTC_TIME, "lon": "double",
        "lat": "double", "cell_id": TEXT,
    },
    "fct_report_area_month": {
        "territory": TEXT, "area_id": TEXT, "category": TEXT, "month_start_date": "date", "report_count": "integer",
    },
    "fct_forecast_fine": {
        "territory": TEXT, "cell_id": TEXT, "parent_cell_id": TEXT, "type": TEXT, "week_start_date": "date",
    },
    "fct_observation_hour": {"territory": TEXT, "sensor_id": TEXT, "quantity": TEXT, "unit": TEXT,
                             "observed_hour_at": UTC_TIME, "cell_id": TEXT},
    "fct_event_conflict": {"territory": TEXT, "conflict_id": TEXT, "starts_local_at": "timestamp(6)",
                           "ends_local_at": "timestamp(6)", "starts_local_date": "date", "area_id": TEXT},
    "dim_incident_type": {"type": TEXT, "label_en": TEXT},
    "something_else": {"one": TEXT},
}  # fmt: skip
COMMENTS = {
    ("fct_planned_event", "starts_at"): "Of the table.",
    ("fct_forecast_fine", "week_start_date"): "Week, its Monday.",
}
EVENT = ("marseille", "a/b, é=1", None, 5.37, 43.3, "marseille", "a/b, é=1", datetime(2026, 7, 1, 8, tzinfo=UTC))
ROW = (*EVENT, datetime(2026, 7, 1, 9, tzinfo=UTC), False, 40, date(2026, 7, 1), "marseille:1:2", None)
# As curl sends it.
HEADERS = {b"Calanque-Motif": "bilan d’été".encode()}


class Door:
    """The query door, by what each query reads; says who asked, why and what."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.error: CalanqueError | None = None

    def query(self, sql: str, user: str, motif: Any = None) -> list[tuple[Any, ...]]:
        if "information_schema" in sql:
            return [
                (name, column, kind, COMMENTS.get((name, column)))
                for name, found in COLUMNS.items()
                for column, kind in found.items()
            ]
        self.asked.append((user, sql, motif))
        if self.error:
            raise self.error
        if "count(*)" in sql:
            return [(3,)]
        if "dim_feed_freshness" in sql:
            return [("permits", "marseille", "Permits", "The city", "Open", "City of M", date(2026, 7, 1), True)]
        return [ROW]


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    made = Door()
    forget()
    monkeypatch.setattr(trino, "query", made.query)
    yield made
    forget()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    monkeypatch.setattr("calanque.journal.log.tell", lambda **act: found.append(act))
    return found


@pytest.fixture
def api(door: Door, told: list[dict[str, Any]]) -> Iterator[TestClient]:
    """The API, asked by an analyst."""
    app.dependency_overrides = {
        get_user: lambda: None,
        mart_reader: lambda: Reader(name="ana", token="t", reads_marts=True),
    }
    yield TestClient(app)
    app.dependency_overrides = {}


def mart(name: str) -> Mart:
    keys = {"fct_planned_event": ("territory", "event_id")}
    return Mart(
        name, "", keys.get(name, ("territory",)), {one: Column(kind, "") for one, kind in COLUMNS[name].items()}
    )


def test_every_mart_that_says_what_a_row_is_is_a_collection(api: TestClient) -> None:
    found = api.get("/collections").json()["collections"]
    assert {one["id"] for one in found} == COLUMNS.keys() - {"something_else"}
    placed = {one["id"] for one in found if "extent" in one}
    assert placed == COLUMNS.keys() - {"something_else", "dim_incident_type"}
    said = api.get("/collections/fct_planned_event/schema").json()
    assert said["properties"]["starts_at"]["description"] == "When it begins, UTC."
    of_ml = api.get("/collections/fct_forecast_fine/schema").json()["properties"]
    assert of_ml["week_start_date"]["description"] == "Week, its Monday.", "no file of dbt's says it, its table does"
    assert said["properties"]["expected_count"]["type"] == "integer"
    assert said["properties"]["starts_at"]["format"] == "date-time"
    assert api.get("/collections/fct_planned_event").json()["sources"] == [
        {"feed": "permits", "territory": "marseille", "title": "Permits", "producer": "The city", "licence": "Open",
         "citation": "City of M", "last_row_local_date": "2026-07-01", "is_late": True, "refused_share": None,
         "unfed_since": None}
    ]  # fmt: skip


def test_a_page_has_its_rows_their_place_and_the_page_after(
    api: TestClient, door: Door, told: list[dict[str, Any]]
) -> None:
    answer = api.get(
        "/collections/fct_planned_event/items?limit=1&territory=marseille&bbox=5,43,6,44&datetime=2026-07-01/..",
        headers=HEADERS,
    )
    said = answer.json()
    assert answer.headers["content-type"] == "application/geo+json" and (said["numberMatched"]) == 3
    (feature,) = said["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [5.37, 43.3]}
    assert feature["properties"]["starts_at"] == "2026-07-01T08:00:00Z" and feature["properties"]["area_id"] is None
    (following,) = [link["href"] for link in said["links"] if link["rel"] == "next"]
    assert "offset=1" in following and "limit=1" in following and "territory=marseille" in following
    rows, _ = sorted((sql for _, sql, _ in door.asked), key=len, reverse=True)
    assert "t.\"territory\" = 'marseille'" in rows and "t.ends_at >= timestamp '2026-07-01 00:00:00 UTC'" in rows
    assert "c.lon between double '5.0' and double '6.0'" in rows
    assert {(user, motif) for user, _, motif in door.asked} == {("analyst", "bilan d’été")}
    assert told == [
        {"source": "api", "who": "ana", "action": "consultation", "objects": ("marts.fct_planned_event",),
         "row_count": 1, "motif": "bilan d’été"}
    ]  # fmt: skip
    api.get(f"/collections/fct_planned_event/items/{feature['id']}", headers=HEADERS).raise_for_status()
    assert "cast(t.\"event_id\" as varchar) = 'a/b, é=1'" in door.asked[-1][1]


def test_a_page_is_asked_for_once_a_minute_and_told_of_each_time(
    api: TestClient, door: Door, told: list[dict[str, Any]]
) -> None:
    page = "/collections/fct_planned_event/items"
    first = api.get(page, headers=HEADERS).json()
    asked = len(door.asked)
    assert api.get(page, headers=HEADERS).json() == first and len(told) == 2
    assert len(door.asked) == asked
    api.get(page, headers={"Calanque-Motif": "another reason"})
    assert len(door.asked) == 2 * asked, "who says another reason has asked something else"
    for _ in range(2):
        api.get(f"{page}?limit=101", headers=HEADERS)
    assert len(door.asked) == 2 * asked + 2, "many rows are not kept, their number is"


def test_a_page_after_the_last_is_empty_and_its_rows_are_not_asked_for(api: TestClient, door: Door) -> None:
    said = api.get("/collections/fct_planned_event/items?offset=3", headers=HEADERS).json()
    assert (said["numberMatched"], said["features"], [link["rel"] for link in said["links"]]) == (3, [], ["self"])
    assert ["count(*)" in sql for _, sql, _ in door.asked] == [True]
    last = api.get("/collections/fct_planned_event/items?offset=2", headers=HEADERS).json()
    assert last["numberReturned"] == 1 and "offset 2 limit" in door.asked[-1][1]


def test_a_deep_page_sorts_keys_alone() -> None:
    wanted = asked.read(mart("fct_planned_event"), {"territory": "marseille"}, 2, features.DEEP, None, None)
    near, deep = (features.rows_sql(mart("fct_planned_event"), one) for one in (wanted._replace(offset=9_999), wanted))
    assert "\noffset 9999 limit 2" in near and "row_number" not in near
    assert "offset" not in deep and deep.count("where t.\"territory\" = 'marseille'") == 2
    assert 'row_number() over (order by t."territory", t."event_id") as number_in_all' in deep
    assert 't."event_id" = page."event_id" and page.number_in_all - 10000 between 1 and 2' in deep
    assert deep.endswith('order by t."territory", t."event_id"')


def test_what_the_asker_has_already_is_not_sent_again(api: TestClient) -> None:
    first = api.get("/collections")
    again = api.get("/collections", headers={"If-None-Match": f'"x", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert api.get("/collections", headers={"If-None-Match": '"x"'}).status_code == 200


@pytest.mark.parametrize(
    ("asked_for", "sentence"),
    [
        ("items?x=1", "has no column 'x': ask by limit, offset, bbox, datetime or one of territory"),
        ("items?limit=0", "'limit': Input should be greater"),
        ("items?limit=1&limit=2", "given twice"),
        ("items?offset=-1", "'offset'"),
        ("items?bbox=1,2,3", "west,south,east,north"),
        ("items?bbox=1,2,3,nan", "west,south,east,north"),
        ("items?bbox=1,9,3,2", "west,south,east,north"),
        ("items?datetime=yesterday", "an instant or a day"),
        ("items?datetime=2026-02-30", "an instant or a day"),
        ("items?datetime=../..", "an instant or a day"),
        ("items?datetime=0001-01-01T00:00:00%2B23:00", "an instant or a day"),
        ("items?datetime=2026-07-01T08:00:00", "an instant or a day"),
        ("items?datetime=2026-07-02/2026-07-01", "ends before it begins"),
        ("items?expected_count=٣", "is of type integer"),
        ("items?expected_count=many", "is of type integer"),
        ("items?is_cancelled=1", "is of type boolean"),
        ("items?starts_local_date=9999-99-99", "is of type date"),
        ("items?starts_at=2026-07-01", "is of type timestamp"),
        (f"items?event_id={'x' * 301}", "at most 300 characters"),
    ],
)
def test_a_wrong_request_is_told_why(api: TestClient, door: Door, asked_for: str, sentence: str) -> None:
    answer = api.get(f"/collections/fct_planned_event/{asked_for}", headers=HEADERS)
    said = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert sentence in said["detail"] and said["status"] == 400 and said["title"] == "Bad Request"
    assert not door.asked


@pytest.mark.parametrize("motif", [None, "", "     ", "abcd", "a-b-c-d --", "x" * 201, "a\x01bcdef"])
def test_nobody_reads_without_saying_why(api: TestClient, door: Door, motif: str | None) -> None:
    answer = api.get("/collections/fct_planned_event/items", headers={} if motif is None else {"Calanque-Motif": motif})
    assert answer.status_code == 400 and "Say why you read" in answer.json()["detail"] and not door.asked


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (CalanqueError("The query door does not answer."), 503),
        (RefusedQueryError("PERMISSION_DENIED", "no"), 403),
        (RefusedQueryError("TABLE_NOT_FOUND", "no"), 404),
        (RefusedQueryError("EXCEEDED_TIME_LIMIT", "no"), 503),
        (RefusedQueryError("INVALID_FUNCTION_ARGUMENT", "no"), 400),
    ],
)
def test_what_the_door_refuses_is_a_problem_and_no_crash(
    api: TestClient, door: Door, told: list[dict[str, Any]], error: CalanqueError, status: int
) -> None:
    door.error = error
    answer = api.get("/collections/fct_planned_event/items", headers=HEADERS)
    assert (answer.status_code, answer.json()["status"], answer.json()["detail"]) == (status, status, f"{error}")
    assert not told


def test_the_description_says_whose_day_a_day_is(api: TestClient) -> None:
    parameters = api.get("/openapi.json").json()["paths"]["/collections/{collectionId}/items"]["get"]["parameters"]
    (when,) = (one["description"] for one in parameters if one["name"] == "datetime")
    assert "the day in UTC for a mart of instants, and the city's own for a mart of days" in when


def test_what_is_not_there_says_so(api: TestClient) -> None:
    for path in ("/collections/something_else", "/collections/fct_planned_event/items/marseille", "/nothing"):
        answer = api.get(path, headers=HEADERS)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    for path in ("/nope", "/collections/"):
        assert "/calanque/api/v1/collections lists the marts" in api.get(path).json()["detail"]
    assert api.post("/collections").status_code == 405


@pytest.mark.parametrize("wrong", [None, InvalidTokenError, ExpiredSignatureError], ids=["none", "foreign", "ended"])
def test_who_bears_no_good_token_is_told_how_to_get_one(
    api: TestClient, door: Door, monkeypatch: pytest.MonkeyPatch, wrong: type[Exception] | None
) -> None:
    class Manager:
        async def get_user_from_token(self, token: str) -> None:
            assert wrong is not None
            raise wrong

    app.dependency_overrides = {}
    monkeypatch.setattr(security, "get_auth_manager", Manager)
    answer = api.get("/collections", headers={"Authorization": "Bearer a.b.c"} if wrong else {})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["title"] == "Unauthorized" and "`POST /auth/token` with" in answer.json()["detail"]


def test_rows_of_marts_are_not_for_the_dpo(api: TestClient) -> None:
    def refused() -> Reader:
        raise HTTPException(403, "Marts are for analysts and engineers.")

    app.dependency_overrides[mart_reader] = refused
    for path in ("/", "/collections", "/collections/fct_planned_event/items", "/openapi.json"):
        answer = api.get(path, headers=HEADERS)
        assert (answer.status_code, answer.json()["title"]) == (403, "Forbidden")


def test_a_box_fits_what_lies_in_it_by_what_the_mart_knows_of_its_place() -> None:
    around = box("170,-40,0,-170,-30,0")
    assert around == (170, -40, -170, -30)
    incidents = asked.within(mart("fct_incidents"), around)
    assert "t.lon between double '170.0' and double '180.0' or t.lon between double '-180.0' and double" in incidents
    assert asked.within(mart("fct_planned_event"), around).startswith(
        "t.cell_id in (select cell_id from marts.dim_cell"
    )
    assert "t.parent_cell_id in" in asked.within(mart("fct_forecast_fine"), around)
    assert "t.area_id in (select area_id" in asked.within(mart("fct_report_area_month"), around)
    assert asked.within(mart("dim_area"), around).count("ST_Intersects") == 2
    with pytest.raises(WrongRequestError, match="has no place"):
        asked.within(mart("dim_incident_type"), around)


def test_a_page_whose_rows_bear_outlines_is_shorter() -> None:
    assert asked.read(mart("dim_area"), {}, 10**9, 0, None, None).limit == asked.MOST_OUTLINES
    assert asked.read(mart("fct_incidents"), {}, 10**9, 0, None, None).limit == asked.MOST


def test_a_time_fits_what_lasts_at_it() -> None:
    events, weeks = mart("fct_planned_event").span, mart("fct_forecast_fine").span
    assert events == Span("t.starts_at", "t.ends_at", is_days=False) and weeks is not None
    assert during(events, "2026-07-01T10:00:00+02:00") == (
        "t.starts_at <= timestamp '2026-07-01 08:00:00 UTC' and t.ends_at >= timestamp '2026-07-01 08:00:00 UTC'"
    )
    assert during(events, "../9999-12-31") == "t.starts_at <= timestamp '9999-12-31 23:59:59.999999 UTC'"
    assert during(weeks, "2026-07-01/2026-07-02") == (
        "t.week_start_date <= date '2026-07-02' and date_add('day', 6, t.week_start_date) >= date '2026-07-01'"
    )
    with pytest.raises(WrongRequestError, match="ask by days"):
        during(weeks, "2026-07-01T23:30:00Z")
    hours = mart("fct_observation_hour").span
    assert hours is not None and hours.ends == "t.observed_hour_at + interval '3599' second"
    conflicts = mart("fct_event_conflict").span
    assert conflicts == Span("t.starts_local_date", "cast(t.ends_local_at as date)", is_days=True)
    months = mart("fct_report_area_month").span
    assert months is not None and months.ends == "last_day_of_month(t.month_start_date)"
    incidents = mart("fct_incidents").span
    assert incidents is not None and incidents.ends == "coalesce(t.ended_at, t.occurred_at)"
    assert mart("dim_incident_type").span is None


@given(st.lists(st.text(max_size=20), min_size=1, max_size=4))
def test_an_identifier_is_read_back_whatever_the_key_holds(values: list[str]) -> None:
    key = tuple(f"k{number}" for number in range(len(values)))
    one = Mart("m", "", key, {name: Column(TEXT, "") for name in key})
    (feature,) = features.features_of(one, [(*values, None, None, None, *values)])
    made = feature["id"]
    assert not set(made) & set("/?#% ") and features.key_of(one, made) == values


def test_values_are_plain_json() -> None:
    assert features.plain(float("nan")) is None and features.plain(Decimal("1.5")) == 1.5
    assert features.plain(datetime(2026, 7, 1, 8)) == "2026-07-01T08:00:00"
    assert features.plain({1: [date(2026, 7, 1)]}) == {"1": ["2026-07-01"]}


def test_the_console_leads_to_the_api(api: TestClient) -> None:
    console.dependency_overrides = {get_user: lambda: None}
    try:
        answer = TestClient(console).get("/api/v1", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (307, "/calanque/api/v1/")
        assert TestClient(console).get("/api/v1/").json()["title"] == "Calanque"
    finally:
        console.dependency_overrides = {}
