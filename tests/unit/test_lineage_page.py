"""The walk forward and the page *Lineage*, on events as the walk back's tests make them, without a lake."""

import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from test_lineage_walk import Event, event, version_of

from calanque.console import pages
from calanque.console.lineage import page as lineage
from calanque.console.lineage.graph import graph_back, graph_forward
from calanque.console.lineage.picture import MOST_BOXES, picture
from calanque.console.lineage.words import WORDS
from calanque.console.readers import Reader, reader
from calanque.contracts import load_contracts
from calanque.errors import CalanqueError
from calanque.governance.lineage import trace
from calanque.governance.lineage_forward import Standing, follow
from calanque.governance.personal_reach import Reach, personal_reach

FEED, LANDING, BRONZE = "citizen_reports", "/lake/landing/citizen_reports", "bronze.citizen_reports"
SHAPE, COUNTED, MART = "silver.shape_report", "silver.int_reports__counted", "marts.fct_report_zone_week"
MODEL, FORECAST = "models:/risk-marseille", "marts.fct_forecast"
DPO, ANALYST = Reader(name="dpo", token="t", sees_batches=True), Reader(name="analyst", token="t", reads_marts=True)
SVG = "{http://www.w3.org/2000/svg}"


def from_(dataset: str, *columns: str) -> tuple[tuple[str, str], ...]:
    return tuple((dataset, column) for column in columns)


def masked(published: Event, **hows: str) -> Event:
    """Say how columns were made."""
    fields = published["outputs"][0]["facets"]["columnLineage"]["fields"]
    for column, how in hows.items():
        for item in fields[column]["inputFields"]:
            item["transformations"] = [{"description": how}]
    return published


def recorded(shape: dict[str, Any] | None = None, mart: dict[str, Any] | None = None) -> list[Event]:
    """Return the events of a token on its way to a withheld count, and of a model beside it, newest first."""
    at = iter(f"2026-11-25T0{hour}:00:00+00:00" for hour in range(1, 9))
    landed = {"reporter_name": from_("file", "reporter_name"), "lon": (), "<b>é.x": ()}
    made = {"reporter_token": from_(LANDING, "reporter_name"), "zone": from_(LANDING, "lon"), "report_id": ()}
    shaped = {"reporter_token": from_(BRONZE, "reporter_token"), "zone": from_(BRONZE, "zone")}
    shown = {
        "zone": from_(SHAPE, "zone"),
        "report_count": (*from_(COUNTED, "reporter_count"), *from_(SHAPE, "zone")),
        "is_suppressed": from_(COUNTED, "reporter_count"),
    }
    found = [
        event("land", next(at), LANDING, ("file",), landed),
        event("publish", next(at), BRONZE, (LANDING,), made, version="7"),
        event("shape", next(at), SHAPE, (BRONZE,), shaped | (shape or {})),
        event("count", next(at), COUNTED, (SHAPE,), {"reporter_count": from_(SHAPE, "reporter_token")}),
        event("mart", next(at), MART, (COUNTED, SHAPE), shown | (mart or {})),
        event("train", next(at), MODEL, (MART,), version="3"),
        event("forecast", next(at), FORECAST, (MART, MODEL), {"expected_count": from_(MART, "report_count")}),
    ]
    masked(found[1], reporter_token="token", zone="generalisation")
    found[-1]["inputs"][1] |= version_of("3")
    return found[::-1]


def reached(column: str, events: list[Event], dataset: str = LANDING) -> set[tuple[str, str | None]]:
    return {(use.dataset, use.column) for use in follow(dataset, column, events).reached()}


@pytest.mark.parametrize(
    ("shape", "mart", "found"),
    [
        pytest.param({}, {}, (SHAPE, "reporter_token"), id="as it is"),
        pytest.param({"twice": from_(BRONZE, "reporter_token")}, {}, (SHAPE, "twice"), id="a new column"),
        pytest.param({}, {"who": from_(SHAPE, "reporter_token")}, (MART, "who"), id="renamed"),
        pytest.param(
            {}, {"who": (*from_(SHAPE, "zone"), *from_(COUNTED, "reporter_count"))}, (MART, "who"), id="of two tables"
        ),
        pytest.param({}, {}, (FORECAST, "expected_count"), id="a forecast"),
        pytest.param({}, {}, (FORECAST, None), id="a forecast by its model"),
    ],
)
def test_what_is_made_of_a_personal_column_is_found(
    shape: dict[str, Any], mart: dict[str, Any], found: tuple[str, str | None]
) -> None:
    assert found in reached("reporter_name", recorded(shape, mart))
    others = {place for place in reached("zone", recorded(shape, mart), BRONZE) if "token" in (place[1] or "")}
    assert others == set(), "no token is made of a zone"


@pytest.mark.parametrize("column", ["reporter_name", None])
def test_both_walks_agree_on_every_step(column: str | None) -> None:
    events = recorded(mart={"who": from_(SHAPE, "reporter_token")})
    found = [(above, below) for above in follow(LANDING, column, events).reached() for below in above.uses]
    assert len(found) >= 6
    for above, below in found:
        behind = {(origin.dataset, origin.column) for origin in trace(below.dataset, below.column, events).origins}
        assert ((above.dataset, above.column) if below.column else (above.dataset, None)) in behind
    back = graph_back(trace(FORECAST, "expected_count", events), Standing(events))
    assert {back.end_of(one, "back") for one in back.nodes if one.dataset.startswith(MODEL)} == {"of_a_model"}
    steps = [step for step in back.steps if step.source[0] not in ("file", MODEL)]
    assert len(steps) >= 6
    for step in steps:
        assert step.target in {(use.dataset, use.column) for use in follow(*step.source, events).uses}


def test_a_failed_or_older_run_makes_nothing_and_a_city_is_followed_in_its_own_rows() -> None:
    def wrote(table: str, day: int, city: str, source: str, kind: str = "COMPLETE") -> Event:
        at = f"2026-02-0{day}T00:00:00Z"
        return event(table, at, table, (source,), {"n": from_(source, "n")}, kind, cities=(city,) if city else ())

    log = [
        wrote("marts.f", 9, "south", "silver.s", "FAIL"),
        wrote("marts.south", 8, "south", "silver.s"),
        wrote("marts.i", 7, "south", "silver.s"),
        wrote("marts.i", 6, "north", "silver.s"),
        wrote("marts.i", 5, "north", "silver.old"),
        wrote("silver.s", 2, "", "bronze.n"),
        wrote("silver.old", 2, "", "bronze.n"),
    ]

    def found(city: str | None) -> set[str]:
        return {use.dataset for use in follow("silver.s", "n", log, city).reached()}

    assert found(None) == {"silver.s", "marts.i", "marts.south"}
    assert found("north") == {"silver.s", "marts.i"}
    assert follow("silver.s", "n", log, "north").uses[0].written_at == "2026-02-06T00:00:00Z"
    assert follow("silver.old", "n", log).uses == ()


def reaches(events: list[Event]) -> list[Reach]:
    return list(personal_reach([load_contracts()[FEED]], Standing(events)))


def test_a_token_may_reach_a_withheld_count_and_nothing_else() -> None:
    assert {(reach.dataset, reach.is_withheld) for reach in reaches(recorded())} == {
        (SHAPE, False), (COUNTED, False), (MART, True)
    }  # fmt: skip
    leak = recorded(mart={"who": from_(SHAPE, "reporter_token")})
    named = {(reach.column, reach.dataset, reach.reached) for reach in reaches(leak) if reach.is_shown}
    assert named == {("reporter_token", *place) for place in ((MART, "who"), (MODEL, None), (FORECAST, None))}
    plain = [event("publish", "2026-11-26", BRONZE, (LANDING,), {"report_id": from_(LANDING, "reporter_name")}),
             event("shape", "2026-11-26", SHAPE, (BRONZE,), {"report_id": from_(BRONZE, "report_id")}),
             *recorded()]  # fmt: skip
    assert ("report_id", "report_id") in [(reach.column, reach.reached) for reach in reaches(plain)]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the page of an address, as HTML."""
    batch = (FEED, "b0123", ["reports<b>.csv"], datetime(2026, 11, 25, tzinfo=UTC), 1200)
    monkeypatch.setattr(lineage.trino, "query", lambda sql, account: [batch] if account == "engineer" else [])

    def shown(*asked: str, language: str = "fr", events: list[Event] | None = None) -> tuple[int, str]:
        told, reads = recorded() if events is None else events, list[int]()
        monkeypatch.setattr(lineage, "events", lambda: reads.append(len(told)) or iter(told))
        answer = lineage.lineage(DPO, language, *asked)  # type: ignore[arg-type]
        assert reads == [len(told)], "a page reads the events once"
        return answer.status_code, bytes(answer.body).decode()

    return shown


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        pytest.param(
            "fr", ("Ce qui est fait de", "jeton", "retenu sous 11", "Ni jeton ni texte expurgé", "1\u202f200"), id="fr"
        ),
        pytest.param(
            "en", ("What is made of", "token", "withheld under 11", "No token and no redacted", "1,200"), id="en"
        ),
    ],
)
def test_a_personal_column_forward_is_a_picture_and_its_table(page: Any, language: str, texts: tuple[str, ...]) -> None:
    status, html = page("landing.citizen_reports", "reporter_name", "forward", language=language)
    assert status == 200 and [text for text in texts if text not in html] == []
    assert "<script" not in html and "reports<b>" not in html and "reports&lt;b&gt;" in html
    svg = ElementTree.fromstring(re.search(r"<svg.*?</svg>", html, re.S)[0])  # type: ignore[index]
    assert svg.get("role") == "img" and svg.find(f"{SVG}title") is not None and svg.find(f"{SVG}desc") is not None
    drawn = {text.findtext(f"{SVG}title") for text in svg.iter(f"{SVG}text")}
    for dataset, column in reached("reporter_name", recorded()):
        assert {lineage.shown_name(dataset), column} <= drawn | {None}
        assert f"<code>{lineage.shown_name(dataset)}</code></th>" in html
    assert (
        f'href="?dataset=landing.citizen_reports&amp;column=reporter_name&amp;way=forward&amp;lang={language}"' in html
    )


def test_a_walk_says_where_it_ends_and_takes_no_name_for_html(page: Any) -> None:
    _, html = page("landing.citizen_reports", "<b>é.x", "forward")
    assert "<b>é" not in html and "&lt;b&gt;é.x" in html and "column=%3Cb%3E%C3%A9.x" in html
    assert WORDS["fr"]["ends_dropped"] in html and "reports&lt;b&gt;" in html
    _, html = page(FORECAST, "expected_count", "back", language="en")
    assert "risk-marseille" in html and WORDS["en"]["from_outside"] in html and f"/batches/{FEED}/b0123" in html


def test_one_chooses_among_columns_that_are_not_open_and_a_leak_is_red(page: Any) -> None:
    _, html = page()
    assert "?dataset=landing.citizen_reports&amp;column=reporter_name&amp;way=forward" in html
    assert "jeton à clé (personne)" in html and "expurgée" in html and "carré ou zone" in html
    assert f"{WORDS['fr']['dropped']}</span>" in html and f"?dataset={MART}&amp;column=&amp;way=back" in html
    assert "column=category" not in html
    assert 'class="mark bad"' not in html
    leak = page(events=recorded(mart={"who": from_(SHAPE, "reporter_token")}))[1]
    assert WORDS["fr"]["proof_broken"] in leak and "marts.fct_report_zone_week · who" in leak


def test_analysts_are_refused_at_the_door_and_silence_is_a_sentence(page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    page()
    app, asking = FastAPI(), [DPO]
    app.include_router(lineage.router)
    app.dependency_overrides[reader] = lambda: asking[0]
    door, long = TestClient(app), {"dataset": "landing.citizen_reports", "column": "é" * 201}
    told = door.get("/lineage", params={"dataset": "landing.citizen_reports", "column": "<b>é.x", "way": "forward"})
    assert told.status_code == 200 and "script" not in told.headers["content-security-policy"]
    assert {door.get("/lineage", params=wrong).status_code for wrong in ({"dataset": "a'b"}, long)} == {422}
    assert {door.get("/lineage", params={"dataset": name}).status_code for name in ("marts.no", "models.no")} == {404}
    asking[0] = ANALYST
    assert door.get("/lineage").status_code == 403

    def away(*_: str) -> list[Any]:
        raise CalanqueError("HDFS is away.")

    monkeypatch.setattr(lineage.trino, "query", away)
    status, html = page(BRONZE, "", "back")
    assert status == 503 and "HDFS is away." in html


def test_a_wrong_name_ends_in_a_sentence() -> None:
    for dataset, column in (("marts.no", None), (BRONZE, "no")):
        with pytest.raises(CalanqueError, match=r"'marts\.no'|no column 'no'"):
            follow(dataset, column, recorded())


def test_a_picture_says_what_it_leaves_out_and_its_boxes_do_not_overlap() -> None:
    wide = [event("m", "2026-11-25", f"marts.m{n}", (BRONZE,), {"n": from_(BRONZE, "n")}) for n in range(60)]
    drawn = picture(graph_forward(follow(BRONZE, "n", [*wide, event("p", "2026-11-24", BRONZE, (), {"n": ()})])))
    assert (len(drawn.boxes), drawn.left_out) == (MOST_BOXES, 61 - MOST_BOXES)
    boxes = sorted(drawn.boxes[1:], key=lambda box: box.y)
    assert all(above.y + above.height < below.y for above, below in pairwise(boxes))
    assert all(box.y + box.height <= drawn.height and box.x + box.width <= drawn.width for box in boxes)


def test_both_languages_say_the_same_and_templates_name_no_other_word() -> None:
    assert WORDS["en"].keys() == WORDS["fr"].keys()
    texts = [path.read_text("utf-8") for path in pages.TEMPLATES.glob("lineage*.html")]
    named = {name for text in texts for name in re.findall(r"\bl\.([a-z_]+)", text)}
    assert len(named) > 20 and named - {"get"} <= WORDS["en"].keys()
