"""The page *Conservation* without a lake: what is due, what is late in red, what was deleted, for whom."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import HTTPException

from calanque.console import own_api, readers
from calanque.console.desk import retention
from calanque.console.own_api import Ended
from calanque.console.readers import Reader
from calanque.contracts import load_contract, load_contracts
from calanque.engines import deltars
from calanque.errors import CalanqueError
from calanque.governance import holdings
from calanque.governance.erasures import Erasure
from calanque.governance.holdings import Deletion, Holding
from calanque.journal import log

NOW = datetime.now(UTC)
DPO = Reader(name="dpo", token="t", sees_batches=True)
REPORTS, WEATHER = load_contract("citizen_reports"), load_contract("marseille_weather")


ENDED = Ended(ended_at=datetime(2026, 6, 1, 1, 12, tzinfo=UTC), is_done=True)


@pytest.fixture(autouse=True)
def purged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_api, "last_ended", lambda token, dag_id: ENDED if dag_id == "retention" else None)


class Files:
    """HDFS, by when things in its folders were changed; the tables of one feed are there."""

    def times(self, path: str) -> dict[str, datetime]:
        return {"b1": NOW - timedelta(days=40), "b2": NOW} if path == "/lake/landing/citizen_reports" else {}

    def exists(self, path: str) -> bool:
        return "citizen_reports" in path


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> None:
    low = {"bronze.citizen_reports": NOW - timedelta(days=10), "quarantine.citizen_reports": NOW - timedelta(days=31)}
    monkeypatch.setattr(holdings, "lake", Files)
    monkeypatch.setattr(deltars, "bounds", lambda table, column: [(low[table], NOW), (NOW, NOW)])


def test_the_oldest_of_each_place_says_when_it_is_due_and_a_night_missed_is_late(files: None) -> None:
    found = {(one.feed, one.tier): one for one in holdings.holdings([REPORTS, WEATHER])}
    assert len(found) == 6
    oldest = {tier: found["citizen_reports", tier].oldest_at for tier in holdings.TIERS}
    assert [NOW - at for at in oldest.values() if at] == [timedelta(days=40), timedelta(days=10), timedelta(days=31)]
    late = {key for key, one in found.items() if one.is_overdue(NOW)}
    assert late == {("citizen_reports", "landing")}, "quarantine is a day past its 30: the next night deletes it"
    assert found["citizen_reports", "quarantine"].is_overdue(NOW + timedelta(hours=3))
    assert {one.oldest_at for key, one in found.items() if key[0] == "marseille_weather"} == {None}


def test_a_place_that_can_not_be_looked_at_says_so(monkeypatch: pytest.MonkeyPatch, files: None) -> None:
    def broken(table: str, column: str) -> Any:
        raise CalanqueError(f"The table {table} cannot be opened.")

    monkeypatch.setattr(deltars, "bounds", broken)
    told = {one.tier: one.problem for one in holdings.holdings([REPORTS])}
    assert told["landing"] is None and told["bronze"] == "The table bronze.citizen_reports cannot be opened."


def test_deletions_are_those_of_steps_and_commands_and_no_call_of_hdfs(monkeypatch: pytest.MonkeyPatch) -> None:
    row: dict[str, Any] = {"acted_at": NOW, "objects": ["bronze.x"], "row_count": 3, "who": "retention", "client": "r1"}
    rows = [row | {"source": "retention"}, row | {"source": log.HDFS, "objects": ["/lake/bronze/x"]}]
    monkeypatch.setattr(deltars, "read_rows", lambda table, filters: rows)
    assert holdings.deletions(NOW) == [Deletion(NOW, "bronze.x", 3, "retention r1")]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> None:
    late = Holding("citizen_reports", "Reports <b>", True, "landing", 30, NOW - timedelta(days=40))
    near = Holding("citizen_reports", "Reports <b>", True, "bronze", 1095, NOW - timedelta(days=10))
    none = Holding("marseille_weather", "Weather", False, "landing", 30)
    gone = Holding("gone", "Gone <b>", False, "landing", 30)
    monkeypatch.setattr(holdings, "holdings", lambda: [late, near, late._replace(tier="quarantine"), none, gone])
    monkeypatch.setattr(holdings, "deletions", lambda since: [Deletion(NOW, "bronze.x", 12_345, "retention r1")])
    token = "v1:person:" + "a" * 32
    erased = Erasure(
        erasure_id="e0123", feed="citizen_reports", purpose="citizen_reports", tokens=(token,), erased_at=NOW
    )
    monkeypatch.setattr(holdings, "erasures", lambda: [erased])
    monkeypatch.setattr(holdings, "left_out", lambda: ["lost_feed"])


@pytest.mark.parametrize(
    ("language", "late", "count"), [("fr", "en retard depuis le", "12\u202f345"), ("en", "overdue since", "12,345")]
)
def test_what_is_late_stands_in_red_and_no_token_on_the_page(shown: None, language: Any, late: str, count: str) -> None:
    page = bytes(retention.retention(DPO, language).body).decode()
    assert page.count(late) == 2 and 'class="mark bad"' in page
    assert count in page and "e0123" in page and "v1:person" not in page
    assert "lost_feed" in page
    assert load_contracts()["citizen_reports"].titled(language) in page
    assert "Gone &lt;b&gt;" in page and "<b>Gone" not in page
    assert "/calanque/contracts/marseille_weather" in page


def away(token: str, dag_id: str) -> Any:
    raise CalanqueError("Airflow does not answer.")


@pytest.mark.parametrize(
    ("language", "ended", "said", "is_alarm"),
    [
        ("fr", lambda *_: ENDED, "La dernière purge de nuit s’est terminée le 2026-06-01 03:12, sans", False),
        ("en", lambda *_: ENDED.model_copy(update={"is_done": False}), "on 2026-06-01 03:12, and failed", True),
        ("fr", lambda *_: None, "Aucune purge de nuit ne s’est encore terminée.", False),
        ("en", away, "is not known: Airflow does not answer.", True),
    ],
)
def test_the_page_says_when_the_nightly_run_ended(
    shown: None, monkeypatch: pytest.MonkeyPatch, language: Any, ended: Any, said: str, is_alarm: bool
) -> None:
    monkeypatch.setattr(own_api, "last_ended", ended)
    page = bytes(retention.retention(DPO, language).body).decode()
    assert said in page and ('class="mark watch"' in page) == is_alarm


def test_the_run_that_ended_last_is_asked_of_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []

    def answer(*how: Any, **options: Any) -> Any:
        asked.append((*how, options["params"]["order_by"], options["params"]["state"]))
        return {"dag_runs": [{"end_date": "2026-06-01T01:12:00Z", "state": "success"}]}

    monkeypatch.undo()
    monkeypatch.setattr(own_api, "_asked", answer)
    assert own_api.last_ended("t", "retention") == ENDED
    assert asked == [("t", "GET", "/dags/retention/dagRuns", own_api.GLANCE_S, "-end_date", ["success", "failed"])]


@pytest.mark.parametrize(("only", "feeds"), [("all", 3), ("personal", 1), ("overdue", 1)])
def test_a_link_holds_what_is_shown(shown: None, only: Any, feeds: int) -> None:
    page = bytes(retention.retention(DPO, "en", only).body).decode()
    assert page.count('href="/calanque/contracts/') == feeds
    assert f'<option value="{only}" selected>' in page


def test_a_lake_that_does_not_answer_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> Any:
        raise CalanqueError("HDFS does not answer.")

    monkeypatch.setattr(holdings, "holdings", away)
    answer = retention.retention(DPO, "en")
    assert answer.status_code == 503 and b"HDFS does not answer." in answer.body


def test_an_analyst_does_not_see_it() -> None:
    with pytest.raises(HTTPException, match="DPO"):
        readers.seer(Reader(name="analyst", token="t", reads_marts=True))


def test_a_feed_without_a_right_contract_is_said_not_to_be_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdings, "feed_names", lambda folders: ["citizen_reports", "lost_feed"])
    assert holdings.left_out() == ["lost_feed"]
    for name in ("holdings", "erasures"):
        monkeypatch.setattr(holdings, name, list)
    monkeypatch.setattr(holdings, "deletions", lambda since: [])
    page = bytes(retention.retention(DPO, "en").body).decode()
    assert "Nothing is past its days." not in page
    monkeypatch.setattr(holdings, "left_out", list)
    assert "Nothing is past its days." in bytes(retention.retention(DPO, "en").body).decode()
