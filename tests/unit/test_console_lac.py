"""The page *Lac* without a lake: what each person may know, what a form must bear, and what a silent door gives."""

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from fastapi.responses import StreamingResponse

from calanque.console import pages, readers
from calanque.console.lac import page as lac
from calanque.console.lac import rows as lake_rows
from calanque.console.lac import sql as lake_sql
from calanque.console.lac import state as lake_state
from calanque.console.lac.rows import Batch
from calanque.console.lac_words import QUERIES, REASONS, WORDS
from calanque.console.own_api import Plan
from calanque.console.readers import Reader, is_sealed, seal
from calanque.contracts import ContractError, load_contract, load_contracts
from calanque.engines.trino import RefusedQueryError, literal
from calanque.errors import CalanqueError
from calanque.marts.domains import marts_of

FEED = "toronto_incidents"
ANALYST = Reader(name="analyst", token="t", reads_marts=True)
DPO = Reader(name="dpo", token="t", sees_batches=True)
ENGINEER = Reader(name="engineer", token="t", reads_marts=True, sees_batches=True, operates=True)
NOW = datetime.now(UTC)
REASON = "wrong_type:lat<b>"


def batch(**changed: Any) -> Batch:
    facts: dict[str, Any] = {
        **{"feed": FEED, "batch_id": "b0123", "contract_version": "1.0.0", "state": "refused", "updated_at": NOW},
        **{"landed_at": NOW, "source_date": None, "landed_count": 1200, "loaded_count": 0, "quarantined_count": 1200},
        **{"reasons": {REASON: 1200}, "refused_by": ["too_many_refused"], "refused_because": "Rows do not <i>fit</i>."},
        **{"dag_id": f"feed_{FEED}", "run_id": "manual__1", "stands": True},
    }
    return Batch(**(facts | changed))


class Door:
    """The query door, by what each query begins with or reads from; says who asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def query(self, sql: str, user: str) -> list[tuple[Any, ...]]:
        self.asked.append((user, sql))
        at = NOW - timedelta(hours=50)
        answers: dict[str, list[tuple[Any, ...]]] = {
            "show tables": [(f"fct_{one}",) for one in ("incidents", "forecast", "model_promotion")],
            "dim_feed_freshness": [
                (FEED, "toronto", "T", at, date(2026, 1, 1), 36, at + timedelta(hours=36), True, "fct_incidents", None)
            ],
            "row_count": [("fct_incidents", "toronto", 7000), ("fct_incidents", None, 0)],
            "governance.batch": [tuple(batch())],
            "governance.gate_result": [("landing", FEED, "b0123", None, NOW, 3, 2, 1)],
            "governance.step": [],
            "governance.lineage_event": [],
            "fct_model_promotion": [("toronto", "risk-toronto", "3", at, None, "4", "refused", "No.", NOW, "Aucun.")],
            "fct_forecast": [("toronto", date(2022, 1, 3), "model", "3", date(2021, 12, 31), NOW)],
        }
        return next(rows for name, rows in answers.items() if name in sql)


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    door = Door()
    monkeypatch.setattr(lake_state.trino, "query", door.query)
    monkeypatch.setattr(
        lake_state.own_api, "plans", lambda token: {f"feed_{FEED}": Plan(next_run_at=NOW, is_paused=False)}
    )
    monkeypatch.setattr(readers, "settings", lambda: Secret())
    return door


class Secret:
    def secret(self, name: str) -> str:
        return f"secret of {name}"


def answered_by(monkeypatch: pytest.MonkeyPatch, door: Door, part: str, answer: Any) -> None:
    """Let queries with a part of text get another answer: rows, or an error."""

    def query(sql: str, user: str) -> list[tuple[Any, ...]]:
        if part not in sql:
            return door.query(sql, user)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[no-any-return]

    monkeypatch.setattr(lake_state.trino, "query", query)


def parts(asking: Reader, language: str = "en") -> Iterator[str]:
    """Yield the page as a browser gets it."""
    answer = lac.lac(asking, language)  # type: ignore[arg-type]
    assert isinstance(answer, StreamingResponse) and answer.status_code == 200
    chunks = aiter(answer.body_iterator)
    with asyncio.Runner() as runner, suppress(StopAsyncIteration):
        while True:
            yield str(runner.run(anext(chunks)))  # type: ignore[arg-type]


def html(asking: Reader, language: str = "en") -> str:
    return "".join(parts(asking, language))


RUN_LINK, BUTTON, BATCHES = "/runs/manual__1", "<button", "b0123"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("asking", "there", "absent"),
    [
        pytest.param(ANALYST, ("7", "risk-toronto"), (BATCHES, "governance", BUTTON, RUN_LINK, "/dags/"), id="analyst"),
        pytest.param(DPO, (BATCHES, "wrong_type:lat", "risk-toronto"), (BUTTON, "<form", RUN_LINK), id="dpo"),
        pytest.param(ENGINEER, (BATCHES, BUTTON, RUN_LINK, "/dags/feed_toronto_incidents"), (), id="engineer"),
    ],
)
def test_what_a_person_may_not_know_is_not_in_their_page(
    door: Door, asking: Reader, there: tuple[str, ...], absent: tuple[str, ...], language: str
) -> None:
    page = html(asking, language)
    assert f'<html lang="{language}">' in page and {"en": "No.", "fr": "Aucun."}[language] in page
    assert [text for text in there if text not in page] == []
    assert [text for text in absent if text in page] == []
    assert {user for user, _ in door.asked} == {asking.account}
    assert any("governance" in sql for _, sql in door.asked) == asking.sees_batches
    assert len(door.asked) <= 11, "however many feeds there are"


def test_what_came_in_is_there_before_the_marts_are_counted(monkeypatch: pytest.MonkeyPatch, door: Door) -> None:
    is_counted = Event()

    def query(sql: str, user: str) -> list[tuple[Any, ...]]:
        if "row_count" in sql:
            assert is_counted.wait(60)
        return door.query(sql, user)

    monkeypatch.setattr(lake_state.trino, "query", query)
    page = parts(DPO)
    begun = next(page)
    assert '<b id="batches-in">1</b>' in begun and '<b id="feeds-late">1</b>' in begun and "marts-served" not in begun
    is_counted.set()
    whole = begun + "".join(page)
    assert '<span id="rows-served">7,000</span>' in whole
    assert [whole.count(once) for once in ("<h1>", 'id="feeds-late"', 'id="marts-served"', "</html>")] == [1] * 4


def test_a_door_that_falls_silent_while_it_counts_says_so_in_the_page(
    monkeypatch: pytest.MonkeyPatch, door: Door
) -> None:
    answered_by(monkeypatch, door, "row_count", CalanqueError("The query door does not answer (<b>)."))
    page = html(DPO)
    assert '<b id="batches-in">1</b>' in page
    assert "The lake cannot be read now. The query door does not answer (&lt;b&gt;)." in page


def test_what_data_hold_is_never_taken_for_html(door: Door) -> None:
    page = html(DPO)
    assert "<i>fit" not in page and "lat<b>" not in page
    assert "&lt;i&gt;fit" in page


def test_a_red_mark_says_so_in_words_and_leads_to_its_batch(door: Door) -> None:
    page = html(DPO)
    assert f'<a class="mark bad" href="/calanque/lac/batches/{FEED}/b0123">Refused</a>' in page
    assert '<span class="mark bad">Late</span>' in page
    assert '<span class="mark watch">A week that is past</span>' in page
    assert '<span class="mark watch">newest event: 2026-01-01, ' in page
    assert f'<span class="mark bad">{FEED} is late</span>' in page.partition('<tr data-mart="fct_incidents">')[2]
    assert "est en retard" in html(ANALYST, "fr")
    assert "1,200 = 0 + 1,200" in page
    assert "1\u202f200 = 0 + 1\u202f200" in html(DPO, "fr")


def test_a_door_that_does_not_answer_gives_one_sentence(monkeypatch: pytest.MonkeyPatch, door: Door) -> None:
    away = "The query door at https://x does not answer (ConnectionError)."
    answered_by(monkeypatch, door, "", CalanqueError(away))
    answer = lac.lac(ANALYST, "en")
    page = bytes(answer.body).decode()
    assert answer.status_code == 503
    assert f"The lake cannot be read now. {away}" in page
    assert "Traceback" not in page
    answered_by(monkeypatch, door, "", RefusedQueryError("PERMISSION_DENIED", "no"))
    assert lac.lac(ANALYST, "fr").status_code == 503


def test_the_lake_does_not_wait_for_an_airflow_that_is_too_busy(monkeypatch: pytest.MonkeyPatch, door: Door) -> None:
    def busy(token: str) -> dict[str, Plan]:
        raise CalanqueError("Airflow does not answer.")

    monkeypatch.setattr(lake_state.own_api, "plans", busy)
    assert BATCHES in html(ENGINEER)


def test_a_young_lake_is_shown_calmly(monkeypatch: pytest.MonkeyPatch, door: Door) -> None:
    def empty(sql: str, user: str) -> list[tuple[Any, ...]]:
        if "dim_feed_freshness" in sql:
            raise RefusedQueryError("TABLE_NOT_FOUND", "line 1")
        return []

    monkeypatch.setattr(lake_state.trino, "query", empty)
    page = html(ENGINEER)
    assert page.count("Nothing loaded yet") == len(load_contracts())
    assert 'class="mark bad"' not in page


@pytest.mark.parametrize("asking", [ANALYST, DPO, ENGINEER], ids=lambda asking: asking.name)
def test_a_wrong_contract_is_a_red_row_that_leads_to_its_problems(
    monkeypatch: pytest.MonkeyPatch, door: Door, asking: Reader
) -> None:
    wrong = {"broken": ContractError(["field 'version': is missing"])}
    monkeypatch.setattr(lake_state, "read_contracts", lambda: (load_contracts(), wrong))
    page = html(asking)
    assert page.count('<a class="mark bad" href="/calanque/contracts/broken">Contract is wrong</a>') == 2
    assert "/feeds/broken/replay" not in page


@pytest.mark.parametrize(
    ("language", "shape", "marts", "told"),
    [
        pytest.param("en", "asset", (), "bronze only, its shape has no mart yet", id="a-shape-without-a-mart"),
        pytest.param("fr", "asset", (), "bronze seulement, sa forme n’a pas encore de mart", id="in-french"),
        pytest.param("en", None, marts_of(None), "bronze only, it has no shape", id="no-shape"),
        pytest.param("fr", None, marts_of(None), "bronze seulement, il n’a pas de forme", id="no-shape-in-french"),
    ],
)
def test_a_feed_of_which_no_mart_is_made_says_so(
    monkeypatch: pytest.MonkeyPatch, door: Door, language: str, shape: str | None, marts: tuple[str, ...], told: str
) -> None:
    lone = load_contract(FEED).model_copy(update={"feed": "lone", "shape": shape})
    monkeypatch.setattr(lake_state, "read_contracts", lambda: ({FEED: load_contract(FEED), "lone": lone}, {}))
    monkeypatch.setattr(lake_rows, "marts_of", lambda asked: marts if asked == shape else ("fct_incidents",))
    answered_by(monkeypatch, door, "governance.batch", [tuple(batch()), tuple(batch(feed="lone"))])
    for asking in (ANALYST, ENGINEER):
        page = html(asking, language)
        assert page.count(told) == 1
        assert told in page.partition('<tr data-feed="lone">')[2].partition("</tr>")[0]
        assert WORDS[language]["never"] not in page  # type: ignore[index]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "remark holds persons."), ("fr", "remark contient des personnes.")]
)
def test_what_a_gate_says_in_two_languages_is_read_in_ones_own(
    door: Door, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setattr(lac, "trino", lake_state.trino)
    sentences = ("lat holds (0 rows break it).", "remark holds persons. / remark contient des personnes.")
    found = [("expect_it", "remark", "warning", False, one, "1.0.0") for one in sentences]
    answered_by(monkeypatch, door, "expectation, column_name", found)
    monkeypatch.setattr(lac, "_rows", lambda newest, rule: {"rows": [], "row_count": 0, "unread": ""})
    refused = batch(refused_by=["gate:expect_it"])
    monkeypatch.setattr(lake_state, "batches_of", lambda *_: [refused])
    page = bytes(lac.batch(FEED, "b0123", DPO, language).body).decode()  # type: ignore[arg-type]
    assert f'<td lang="{language}">{said}</td>' in page
    assert '<td lang="en">lat holds (0 rows break it).</td>' in page and " / remark" not in page


def test_a_batch_that_is_refused_before_its_gates_shows_none_of_an_earlier_try(
    monkeypatch: pytest.MonkeyPatch, door: Door
) -> None:
    assert "2 of 3 true" not in html(DPO)
    assert not batch().has_met_gates
    assert batch(refused_by=["gate:expect_column_values_to_be_between"]).has_met_gates
    assert batch(state="published").has_met_gates and not batch(state="landed").has_met_gates


def test_a_table_is_of_its_city_in_words_that_one_can_say(door: Door) -> None:
    french, english = html(ANALYST, "fr"), html(ANALYST)
    assert "Marts d’aucune ville" in french and "Flux de Toronto" in french and "Marts of no city" in english
    assert pages.of("Auckland", "fr") == "d’Auckland" and pages.of("Évry", "fr") == "d’Évry"


def test_a_mart_that_can_not_be_read_hides_no_other(monkeypatch: pytest.MonkeyPatch, door: Door) -> None:
    answered_by(monkeypatch, door, "'fct_forecast' as mart", RefusedQueryError("HIVE_CANNOT_OPEN_SPLIT", "gone"))
    page = html(ANALYST)
    assert '<span class="mark bad">Cannot be read</span> <code>fct_forecast</code>' in page
    assert "7,000" in page


@pytest.mark.parametrize("domain", ["incidents", "score"])  # of dbt, and of what is learnt
def test_a_mart_is_of_its_last_build_not_of_a_step_that_found_nothing_to_change(
    monkeypatch: pytest.MonkeyPatch, door: Door, domain: str
) -> None:
    def step(run_id: str, hours: int) -> tuple[Any, ...]:
        read, wrote = {f"bronze.{FEED}": "7", "code": "c"}, {"marts.fct_incidents": "3"}
        at = NOW - timedelta(hours=hours)
        return (f"{domain}.toronto", domain, "toronto", at, read, wrote, "transform", run_id)

    def built(sql: str, user: str) -> list[tuple[Any, ...]]:
        if "governance.step" in sql:
            return [step("nothing", 1), step("built", 9)]
        if "lineage_event" in sql:
            return [("marts.fct_incidents", "built", NOW, 6, 5)]
        if "gate_result" in sql:
            cities = {"marseille": 2, "toronto": 3}
            return [("marts", "fct_incidents", "built", city, NOW, 4, held, 0) for city, held in cities.items()]
        return door.query(sql, user)

    monkeypatch.setattr(lake_state.trino, "query", built)
    page = html(ENGINEER)
    assert "/dags/transform/runs/built" in page and "/runs/nothing" not in page
    assert "gates 3 of 4" in page and "dbt 5 of 6" in page
    assert f"<code>bronze.{FEED}</code> v7" in page


@pytest.mark.parametrize(
    ("name", "action", "age_s", "is_right"),
    [
        pytest.param("engineer", "/a", 60, True, id="right"),
        pytest.param("dpo", "/a", 60, False, id="another-person"),
        pytest.param("engineer", "/b", 60, False, id="another-action"),
        pytest.param("engineer", "/a", 13 * 3600, False, id="too-old"),
        pytest.param("engineer", "/a", -600, False, id="of-the-future"),
    ],
)
def test_a_form_bears_its_own_seal(
    monkeypatch: pytest.MonkeyPatch, name: str, action: str, age_s: int, is_right: bool
) -> None:
    monkeypatch.setattr(readers, "settings", lambda: Secret())
    sealed = seal("engineer", "/a", time.time() - age_s)
    assert is_sealed(sealed, name, action) is is_right
    assert not any(is_sealed(sent, name, action) for sent in ("", ".", "x.y", "1", "99999999999999999999.aa", "²."))


NOON_UTC = datetime(2026, 11, 27, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2026, 11, 20), "2026-11-20T17:00:00+00:00", id="past: noon in Toronto"),
        pytest.param(date(2026, 11, 27), "2026-11-27T12:00:00+00:00", id="today: now"),
        pytest.param(date(2026, 11, 28), None, id="tomorrow"),
    ],
)
def test_a_replay_is_about_its_day(day: date, expected: str | None) -> None:
    instant = lac.instant_of(load_contract(FEED), day, NOON_UTC)
    assert (instant.isoformat() if instant else None) == expected
    assert instant is None or load_contract(FEED).day_at(instant) == day


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_query_is_named_by_what_it_asks(door: Door, language: Any) -> None:
    words, page = QUERIES[language], html(ENGINEER, language)
    told = re.findall(r'<summary>.*?: ([^<]*)</summary><pre tabindex="0" data-query="(\w+)"', page)
    named = {name: text for text, name in told}
    # The lake of this test has no record and no feed with files by day.
    assert named == {name: text for name, text in words.items() if name not in ("records", "days")}
    assert {name for name, _ in lake_state.OF_MARTS.values()} <= words.keys()


@pytest.mark.parametrize("words", [WORDS, REASONS, QUERIES], ids=["words", "reasons", "queries"])
def test_both_languages_say_the_same_things(words: dict[str, dict[str, str]]) -> None:
    assert words["en"].keys() == words["fr"].keys()
    for name, text in words["en"].items():
        assert text and words["fr"][name]
        assert text.count("{}") == words["fr"][name].count("{}"), name


def test_a_template_names_no_word_that_is_not_there() -> None:
    named = {
        name
        for path in pages.TEMPLATES.glob("*.html")
        for name in re.findall(r"\bw\.([a-z_]+)", path.read_text("utf-8"))
    }
    assert len(named) > 50
    assert named <= WORDS["en"].keys()


def test_a_name_can_not_end_its_literal() -> None:
    assert literal("a' or '1'='1") == "'a'' or ''1''=''1'"
    assert r"'a\'''" in lake_sql.batches(["a\\'"])


@pytest.mark.parametrize(
    ("state", "quarantined", "mark"),
    [("published", 0, "good"), ("published", 3, "watch"), ("refused", 3, "bad"), ("landed", 0, "calm")],
)
def test_a_batch_is_marked_by_how_it_went(state: str, quarantined: int, mark: str) -> None:
    assert batch(state=state, quarantined_count=quarantined).mark == mark


def test_a_table_of_an_earlier_version_hides_nothing_else(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    answered_by(monkeypatch, door, "reason_fr", RefusedQueryError("COLUMN_NOT_FOUND", "line 7"))
    page = html(ANALYST)
    assert "none yet" in page and "fct_incidents" in page


def test_what_has_no_city_is_counted_as_such() -> None:
    sql = lake_sql.counts({"fct_a": True, "dim_b": lake_state.has_cities({"columns": [{"name": "type"}]})})
    assert "'dim_b' as mart, null as territory" in sql and "'fct_a' as mart, territory as territory from" in sql
    assert sql.count("group by") == 1 and lake_state.has_cities(None)
