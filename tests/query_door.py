"""A query door for pages without a lake: it knows answers by what each query reads, and keeps what it was asked."""

from typing import Any, TypeVar

import pytest

from calanque.console.remembered import forget
from calanque.engines import trino
from calanque.engines.trino import RefusedQueryError

Rows = list[tuple[Any, ...]]


class Door:
    """Answers a query by the first of `rows` whose name is in it; of `missing` tables it says that none is there."""

    def __init__(self, rows: dict[str, Rows]) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.missing: tuple[str, ...] = ()
        self.rows = rows

    def query(self, sql: str, user: str, motif: Any = None) -> Rows:
        """Keep who asked what and why, and answer."""
        self.asked.append((user, sql, motif))
        if any(name in sql for name in self.missing):
            raise RefusedQueryError("TABLE_NOT_FOUND", "no")
        return next(rows for name, rows in self.rows.items() if name in sql)


AnyDoor = TypeVar("AnyDoor", bound=Any)


def opened(door: AnyDoor, monkeypatch: pytest.MonkeyPatch) -> AnyDoor:
    """Let a door stand for the real one, and nothing be remembered of an earlier test."""
    forget()
    monkeypatch.setattr(trino, "query", door.query)
    return door
