"""What the API gives: every mart that says what one of its rows is, with the columns that the asker's role sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from calanque.console import made_from
from calanque.console.made_from import Source
from calanque.console.remembered import remembered
from calanque.contracts.gates import load_gate
from calanque.engines import trino
from calanque.marts import door_rules
from calanque.marts.domains import DOMAINS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calanque.console.readers import Reader

MOTIF = "tables de l'api"
"""Why the API itself asks the door which tables there are; rows are asked for with the motif of whoever asks."""
_COLUMNS = """select table_name, column_name, data_type, comment
from information_schema.columns
where table_schema = 'marts'
order by table_name, ordinal_position"""
# The one mart that no file of dbt's declares.
_FRESHNESS = {"description": "How fresh each feed is, and what is made from it. One row per feed.", "key": ("feed",)}

OUTLINED = ("geometry", "area_id", "zone")


class Column(NamedTuple):
    """A column: its type at the query door, and what dbt's files say of it, else the table itself: ml/ writes some."""

    kind: str
    description: str


class Span(NamedTuple):
    """When a row of a mart begins and ends, in SQL: instants in UTC, or days of the city's calendar."""

    begins: str
    ends: str
    is_days: bool


SPANS: tuple[tuple[set[str], Span], ...] = (
    ({"starts_at", "ends_at"}, Span("t.starts_at", "t.ends_at", is_days=False)),
    ({"occurred_at", "ended_at"}, Span("t.occurred_at", "coalesce(t.ended_at, t.occurred_at)", is_days=False)),
    ({"observed_hour_at"}, Span("t.observed_hour_at", "t.observed_hour_at + interval '3599' second", is_days=False)),
    ({"checked_at"}, Span("t.checked_at", "t.checked_at", is_days=False)),
    ({"starts_local_date", "last_local_date"}, Span("t.starts_local_date", "t.last_local_date", is_days=True)),
    (
        {"starts_local_date", "ends_local_at"},
        Span("t.starts_local_date", "cast(t.ends_local_at as date)", is_days=True),
    ),
    (
        {"since_local_date", "until_local_date"},
        Span("t.since_local_date", "coalesce(t.until_local_date, date '9999-12-31')", is_days=True),
    ),
    ({"slot_date"}, Span("t.slot_date", "t.slot_date", is_days=True)),
    ({"forecast_date"}, Span("t.forecast_date", "t.forecast_date", is_days=True)),
    ({"period_start_date"}, Span("t.period_start_date", "t.period_end_date", is_days=True)),
    ({"week_start_date"}, Span("t.week_start_date", "date_add('day', 6, t.week_start_date)", is_days=True)),
    ({"month_start_date"}, Span("t.month_start_date", "last_day_of_month(t.month_start_date)", is_days=True)),
)
"""When a row is, by the columns that say it: the first of these that a mart has."""


class Mart(NamedTuple):
    """A mart as one role sees it; `key` are the columns that tell one row from all others."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: dict[str, Column]

    @property
    def place(self) -> str | None:
        """What says where a row is: its own outline or point, else the middle of its cell, else its area's outline."""
        if "geometry" in self.columns:
            return "geometry"
        if {"lon", "lat"} <= self.columns.keys():
            return "point"
        return next((one for one in ("parent_cell_id", "cell_id", "area_id", "zone") if one in self.columns), None)

    @property
    def span(self) -> Span | None:
        """When a row is; None of a mart without time."""
        return next((span for needed, span in SPANS if needed <= self.columns.keys()), None)

    @property
    def properties(self) -> list[str]:
        """The columns that a feature tells; its outline is no property."""
        return [column for column in self.columns if column != "geometry"]


def visible(asking: Reader) -> dict[str, Mart]:
    """Return the marts that are there for somebody's role, by name.

    Raises:
        CalanqueError: if the query door does not answer.
    """
    return _visible(asking.account)


@remembered
def _visible(account: str) -> dict[str, Mart]:
    columns: dict[str, dict[str, Column]] = {}
    said = _said()
    for table, column, kind, comment in trino.query(_COLUMNS, account, motif=MOTIF):
        description = said.get(table, {}).get(column) or comment or ""
        columns.setdefault(table, {})[column] = Column(kind, description)
    return {
        name: Mart(
            name,
            said[name]["description"],
            said[name]["key"],
            found,
        )
        for name, found in columns.items()
        if name in said and set(said[name]["key"]) <= found.keys()
    }


def _said() -> dict[str, dict[str, Any]]:
    """Return what dbt's files say of each mart of which they say what one of its rows is."""
    found: dict[str, dict[str, Any]] = {door_rules.FRESHNESS: _FRESHNESS}
    for name, mart in door_rules.marts().items():
        columns = {one["name"]: " ".join(one.get("description", "").split()) for one in mart.get("columns", ())}
        if key := _key(name, mart):
            found[name] = columns | {"description": " ".join(mart["description"].split()), "key": key}
    return found


def _key(name: str, mart: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns that tell one row from all others: by its gate, or of what ml/ writes by a test of dbt's."""
    if any(name in domain.marts for domain in DOMAINS.values()):
        return load_gate(name, "marts").key
    held = (test["unique_together"] for test in mart.get("data_tests", ()) if "unique_together" in test)
    return next((tuple(one["arguments"]["columns"]) for one in held), ())


def sources(mart: str, asking: Reader) -> list[Source]:
    """Return the feeds that a mart is made from.

    Raises:
        CalanqueError: if the query door does not answer.
    """
    return _sources(mart, asking.account)


@remembered
def _sources(mart: str, account: str) -> list[Source]:
    return [Source(*row) for row in trino.query(made_from.question(mart), account, motif=MOTIF)]
