"""The page *Journal*: who did what, for the DPO alone, asked at the query door with the DPO's own account."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response

from calanque.console import pages
from calanque.console.desk.journal_words import WORDS
from calanque.console.given import given
from calanque.console.languages import Spoken
from calanque.console.readers import Reader, journal_reader
from calanque.csv_file import csv_file
from calanque.engines import trino
from calanque.errors import CalanqueError
from calanque.privacy.city import placeholders

MOST_ENTRIES = 500
MASS = 10_000
"""Rows from which a read is a mass read."""
Only = Literal["all", "refused", "no_motif", "mass", "outside_hours", "first"]
Days = Literal["1", "7", "31", "366"]
Who = Annotated[str, Query(pattern=r"^[\w.@ -]*$", max_length=60)]
Table = Annotated[str, Query(pattern=r"^[\w./ ]*$", max_length=100)]
Reading = Annotated[Reader, Depends(journal_reader)]
router = APIRouter(prefix="/journal")

_LOCAL = f"acted_at at time zone '{pages.ZONE}'"
# At a page nobody can say why: what it reads it asks the door for, and that entry has the page's motif.
_READ = "action = 'consultation' and source <> 'console' and outcome = 'done'"
_ONLY: dict[str, str] = {
    "all": "true",
    "refused": "outcome <> 'done'",
    "no_motif": f"motif is null and {_READ}",
    "mass": f"row_count >= {MASS}",
    "outside_hours": f"hour({_LOCAL}) not between 7 and 19 or day_of_week({_LOCAL}) > 5",
    "first": "place in (select min(place) from governance.journal cross join unnest(objects) as read (name) "
    f"where {_READ} group by who, split_part(name, ':', 1))",
}
COLUMNS = ("place", "acted_at", "who", "action", "objects", "row_count", "motif", "outcome", "source", "client")
SIGNED = """select max(size) filter (where not is_witnessed), max(recorded_at) filter (where not is_witnessed),
    max(size) filter (where is_witnessed), max(recorded_at) filter (where is_witnessed)
from governance.journal_checkpoint"""


def asked(who: str, table: str, days: str, only: str, most: int | None = MOST_ENTRIES) -> str:
    """Return the question behind the page, in SQL of the query door; the last column is how many entries fit."""
    wanted = [f"who = '{who.strip()}'"] if who.strip() else []
    wanted += [f"any_match(objects, name -> {_is_of(table)})"] if table.strip() else []
    wanted += [f"({_ONLY[only]})"]
    return f"""select {", ".join(COLUMNS)}, count(*) over () as found_count
from governance.journal
where acted_at > now() - interval '{days}' day
    and {f"{chr(10)}    and ".join(wanted)}
order by place desc""" + (f"\nlimit {most}" if most else "")


def _is_of(table: str) -> str:
    """Return the condition that an object is a table or its files, named as `a.b` or by the folder `/lake/a/b`."""
    name = table.strip().lower().removeprefix("/lake/").strip("/").replace("/", ".")
    folder = f"/lake/{name.replace('.', '/')}"
    alike = [f"starts_with(name, '{start}')" for start in (f"{name}:", f"{folder}/")]
    return " or ".join([f"name in ('{name}', '{folder}')", *alike])


@router.get("", response_class=HTMLResponse)
def journal(
    asking: Reading, language: Spoken, who: Who = "", table: Table = "", days: Days = "7", only: Only = "all"
) -> Response:
    """Show entries, the newest first."""
    sql = asked(who, table, days, only)
    try:
        rows, count = _found(sql, asking)
        ((size, signed_at, witnessed, witnessed_at),) = trino.query(SIGNED, asking.by("dpo"))
    except CalanqueError as error:
        return pages.sentence(language, str(error), 503)
    values: dict[str, Any] = {
        "j": WORDS[language],
        "entries": [dict(zip(COLUMNS, row, strict=True)) for row in rows],
        "count": count,
        "chosen": {"who": who, "table": table, "days": days, "only": only},
        "signed": {"size": size, "at": signed_at, "witnessed": witnessed, "witnessed_at": witnessed_at},
        "spelled": spelled,
        "zone": pages.ZONE,
        "kept": f"who={who}&table={table}&days={days}&only={only}&",
        "most": MOST_ENTRIES,
        "reader": asking,
        "sql": sql,
    }
    return pages.shown(pages.render("journal.html", language, WORDS[language]["journal"], **values))


@router.get("/entries.csv")
def as_csv(asking: Reading, who: Who = "", table: Table = "", days: Days = "7", only: Only = "all") -> Response:
    """Give the entries of the page as CSV, and write that they were given."""
    rows, _ = _found(asked(who, table, days, only, most=None), asking)
    plain = [["; ".join(value) if isinstance(value, list) else value for value in row] for row in rows]
    return _given(asking, csv_file(COLUMNS, plain), "journal.csv", "text/csv", len(rows))


@router.get("/export.zip")
def whole(asking: Reading) -> Response:
    """Give the whole journal in the form that can be verified, and write that it was given."""
    from calanque.journal.log import export

    with tempfile.TemporaryDirectory() as folder:
        size = export(path := Path(folder) / "journal.zip")
        content = path.read_bytes()
    return _given(asking, content, "journal.zip", "application/zip", size)


def spelled(motif: str) -> list[tuple[str, bool]]:
    """Return a motif in parts, each with whether it is the type of a value that was masked in its place.

    `spelled("plainte de <PERSON>")` is `[("plainte de ", False), ("PERSON", True)]`.
    """
    parts, at = list[tuple[str, bool]](), 0
    for found in placeholders(motif):
        parts += [(motif[at : found.start], False), (found.type, True)]
        at = found.end
    return [part for part in (*parts, (motif[at:], False)) if part[0]]


def _found(sql: str, asking: Reader) -> tuple[list[tuple[Any, ...]], int]:
    """Return entries by `COLUMNS`, and how many there are with those that are not shown."""
    rows = trino.query(sql, asking.by("dpo"))
    return [row[:-1] for row in rows], rows[0][-1] if rows else 0


def _given(asking: Reader, content: bytes, name: str, kind: str, count: int) -> Response:
    return given(asking, content, name, kind, objects=("governance.journal",), row_count=count)
