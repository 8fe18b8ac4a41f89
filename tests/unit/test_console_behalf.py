"""Who is named by what the console asks at the query door: the person at the page, by a seal that nobody else has."""

from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
from trino.exceptions import HttpError

from calanque.console.readers import Reader
from calanque.console.remembered import remembered
from calanque.engines import trino
from calanque.engines.trino import NoAnswerError
from calanque.engines.trino_behalf import HEADER, OnBehalf, said
from calanque.errors import CalanqueError
from calanque.journal import events
from calanque.journal.log import Act
from calanque.settings import Settings

KEY = "of the events"
SQL = "select 'é'"
AT = int(datetime(2026, 11, 29, 9, 59, 58, tzinfo=UTC).timestamp())


def event(**context: Any) -> dict[str, Any]:
    """Return an event of the query door, of the parts that are read."""
    table = {"catalog": "lake", "schema": "marts", "table": "fct_incidents", "columns": []}
    return {
        "metadata": {"queryId": "q1", "query": SQL, "tables": [table]},
        "context": {"source": "motif: bilan de juin", "userAgent": "trino-jdbc/476"} | context,
        "createTime": "2026-11-29T09:59:59.123456789Z",
        "endTime": "2026-11-29T10:00:00.123Z",
    }


@pytest.mark.parametrize(
    ("sent", "user", "who", "client"),
    [
        pytest.param(
            said("analyst", "Zoé, d'Aix", SQL, KEY, AT), "analyst", "Zoé, d'Aix", "console/analyst", id="console"
        ),
        pytest.param(
            said("engineer", "eva", SQL, KEY, AT), "analyst", "analyst", "trino-jdbc/476", id="by-another-account"
        ),
        pytest.param(
            said("analyst", "eva", "select 1", KEY, AT), "analyst", "analyst", "trino-jdbc/476", id="another-query"
        ),
        pytest.param(
            said("analyst", "eva", SQL, "guessed", AT), "analyst", "analyst", "trino-jdbc/476", id="another-key"
        ),
        pytest.param(
            said("analyst", "eva", SQL, KEY, AT - 100), "analyst", "analyst", "trino-jdbc/476", id="seen-before"
        ),
        pytest.param("eva", "analyst", "analyst", "trino-jdbc/476", id="a-name-alone"),
        pytest.param("é è", "analyst", "analyst", "trino-jdbc/476", id="no-ascii"),
        pytest.param(None, "analyst", "analyst", "trino-jdbc/476", id="nothing"),
    ],
)
def test_what_the_console_asks_for_a_person_is_theirs_and_nobody_else_can_say_so(
    sent: str | None, user: str, who: str, client: str
) -> None:
    """Accounts of the door are shared: whoever signs in by one of them could name another person."""
    told = event(user=user, clientInfo=sent)
    act = Act.model_validate(events.act_of_query(told, KEY))
    assert (act.who, act.client, act.motif) == (who, client, "bilan de juin")
    assert (events.act_of_query(told) or {})["who"] == user


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home in which the stack was started once."""
    (tmp_path / "trino-ca.pem").touch()
    monkeypatch.setattr(trino, "settings", lambda: Settings(home=tmp_path))


@pytest.mark.usefixtures("certified")
def test_the_query_door_is_told_for_whom_a_page_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def connect(**how: Any) -> Any:
        asked.append(deepcopy(how))  # as the driver does with each request
        return MagicMock()

    monkeypatch.setattr("trino.dbapi.connect", connect)
    monkeypatch.setattr("time.time", lambda: AT + 0.5)
    monkeypatch.setattr(Settings, "secret", lambda self, name: f"secret of {name}")
    eva = Reader(name="eva", token="t", sees_batches=True)
    for user in (eva.account, eva.by("dpo"), "analyst"):
        trino.query("select 1", user)
    key = "secret of journal_token"
    assert [(how["user"], how["http_headers"]) for how in asked] == [
        ("engineer", {HEADER: said("engineer", "eva", "select 1", key, AT)}),
        ("dpo", {HEADER: said("dpo", "eva", "select 1", key, AT)}),
        ("analyst", {}),
    ]


@pytest.mark.usefixtures("certified")
@pytest.mark.parametrize(
    ("said", "raised"), [("error 401: no", CalanqueError), ("error 502: bad gateway", NoAnswerError)]
)
def test_a_door_that_lets_nobody_in_is_not_a_silent_one(
    monkeypatch: pytest.MonkeyPatch, said: str, raised: type[CalanqueError]
) -> None:
    door = MagicMock()
    door.cursor.return_value.execute.side_effect = HttpError(said)
    monkeypatch.setattr("trino.dbapi.connect", lambda **_: door)
    monkeypatch.setattr(Settings, "secret", lambda self, name: f"secret of {name}")
    with pytest.raises(CalanqueError) as found:
        trino.query("select 1", "analyst")
    assert type(found.value) is raised


def test_an_answer_kept_for_one_person_is_the_answer_to_another() -> None:
    asked: list[str] = []

    @remembered
    def ask(sql: str, account: str) -> str:
        asked.append(account.person if isinstance(account, OnBehalf) else account)
        return sql

    for name in ("eva", "ana"):
        ask("select 1", OnBehalf("analyst", name))
    assert asked == ["eva"]
