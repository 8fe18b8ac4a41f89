"""The session of a process: asked whether it lives, told nothing that the engine's own defaults say."""

from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest

from calanque.engines import spark
from calanque.sql_text import carried


class Session:
    """A session of a fake engine; `died` is what it answers once the engine was restarted."""

    def __init__(self) -> None:
        self.conf, self.died, self.asked = self, "", list[str]()

    def get(self, key: str, default: None) -> str:
        self.asked.append(key)
        if self.died:
            raise RuntimeError(self.died)
        return "calanque"

    def stop(self) -> None:
        raise RuntimeError("there is no engine to release it")


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    found: list[Any] = []

    @cache
    def connection() -> Any:
        found.append(Session())
        return found[-1]

    monkeypatch.setattr(spark, "_connection", connection)
    return found


def test_a_session_is_asked_and_told_nothing(opened: list[Any]) -> None:
    assert spark.session() is spark.session() is opened[0]
    assert len(opened) == 1 and len(opened[0].asked) == 2


def test_a_session_that_died_with_its_engine_is_opened_anew(opened: list[Any]) -> None:
    spark.session()
    opened[0].died = "[SESSION_CHANGED] Received incorrect server side session identifier for request."
    assert spark.session() is opened[1]
    opened[1].died = "UNAVAILABLE: failed to connect"
    with pytest.raises(spark.CalanqueError, match="Spark stopped answering while opening a session"):
        spark.session()


def test_a_table_takes_the_columns_that_it_lacks_and_rows_of_before_have_nothing_in_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    there = SimpleNamespace(schema=lambda: SimpleNamespace(fields=[SimpleNamespace(name="kept")]))
    monkeypatch.setattr(spark.deltars, "open_table", lambda _: there)
    monkeypatch.setattr(spark, "rows", asked.append)
    spark.add_columns("marts.one", {"kept": "string"})
    assert asked == []
    spark.add_columns("marts.one", {"kept": "string", "new": "int comment 'More.'", "day": "date"})
    assert asked == ["alter table marts.one add columns (`new` int comment 'More.', `day` date)"]
    found = carried({"kept": "string", "day": "string", "gone": "int"}, {"kept": "string", "day": "date", "new": "int"})
    assert found == ["`kept`", "cast(null as date) as `day`", "cast(null as int) as `new`"]
