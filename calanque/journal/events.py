"""What the journal keeps of an event of the query door: who, when, what by name, how many rows, why. Never a value."""

import re
from collections.abc import Mapping
from typing import Any

from calanque.engines import trino_behalf

MOTIF = re.compile(r"\s*motif\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
"""How a client's source says why it asks: `motif: enquete 12`."""
CONSOLE = "console/"
"""How the program of a query begins that the console asked for a person: it goes on with the account it used."""
REFUSALS = frozenset({"PERMISSION_DENIED", "TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND", "QUERY_REJECTED", "QUERY_QUEUE_FULL"})
"""Names of what the door refuses: whoever asked for what they may not see is told it is not there."""


def act_of_query(event: Mapping[str, Any], key: str = "") -> dict[str, Any] | None:
    """Return what the journal keeps of an event of the query door; None of one that touches no table of the lake.

    The text of the query is not kept: it may hold values. Reads of its own catalogue of names are no consultation.
    What the console asked for a person is that person's act, and its program is the console with the account it used.

    Args:
        event: a query that was completed, as Trino's HTTP event listener sends it.
        key: with which the console seals for whom it asks.
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
    source = str(context.get("source") or "")
    motif = MOTIF.fullmatch(source)
    account, program = str(context.get("user")), context.get("userAgent") if motif else source or None
    sql = str(metadata.get("query") or "")
    asked_at = str(event.get("createTime"))
    person = trino_behalf.person_of(context.get("clientInfo"), account, sql, key, asked_at) if key else None
    return {
        "event_id": str(metadata.get("queryId")),
        "source": "query_door",
        "acted_at": str(event.get("endTime")),
        "who": person or account,
        "action": "consultation",
        "objects": objects,
        "row_count": (event.get("statistics") or {}).get("outputRows"),
        "motif": (motif[1].strip() or None) if motif else None,
        "outcome": failure or "done",
        "client": f"{CONSOLE}{account}" if person else program,
    }


def _named(table: Mapping[str, Any]) -> str:
    """Return a table with the columns that were asked for: `marts.fct_incidents: lon, type`."""
    name, columns = f"{table['schema']}.{table['table']}", ", ".join(sorted(_columns(table)))
    return f"{name}: {columns}" if columns else name


def _columns(table: Mapping[str, Any]) -> list[str]:
    return [str(column.get("column") or column.get("name")) for column in table.get("columns") or []]
