"""What the journal keeps of an event of the query door: who, when, what by name, how many rows, why. Never a value."""

from collections.abc import Mapping
from typing import Any

MOTIF = "motif:"
"""How a client's tag begins that says why: `motif:enquete 12`."""
REFUSALS = frozenset({"PERMISSION_DENIED", "TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND", "QUERY_REJECTED"})
"""Names of what the door refuses: whoever asked for what they may not see is told it is not there."""


def act_of_query(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what the journal keeps of an event of the query door; None of one that touches no table of the lake.

    The text of the query is not read: it may hold values. Reads of its own catalogue of names are no consultation.

    Args:
        event: a query that was completed, as Trino's HTTP event listener sends it.
    """
    metadata, context = event.get("metadata") or {}, event.get("context") or {}
    objects = sorted(
        {
            _named(one)
            for one in metadata.get("tables") or []
            if one.get("catalog") == "lake" and one.get("schema") != "information_schema"
        }
    )
    failure = ((event.get("failureInfo") or {}).get("errorCode") or {}).get("name")
    if not objects and failure not in REFUSALS:
        return None
    tags = [tag.removeprefix(MOTIF).strip() for tag in context.get("clientTags") or [] if tag.startswith(MOTIF)]
    return {
        "event_id": str(metadata.get("queryId")),
        "source": "query_door",
        "acted_at": str(event.get("endTime")),
        "who": str(context.get("user")),
        "action": "consultation",
        "objects": objects,
        "row_count": (event.get("statistics") or {}).get("outputRows"),
        "motif": "; ".join(tags) or None,
        "outcome": failure or "done",
        "client": context.get("source"),
    }


def _named(table: Mapping[str, Any]) -> str:
    """Return a table with the columns that were asked for: `marts.fct_incidents: lon, type`."""
    name, columns = f"{table['schema']}.{table['table']}", ", ".join(sorted(_columns(table)))
    return f"{name}: {columns}" if columns else name


def _columns(table: Mapping[str, Any]) -> list[str]:
    return [str(column.get("column") or column.get("name")) for column in table.get("columns") or []]
