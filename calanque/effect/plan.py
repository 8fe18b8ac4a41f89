"""A planned deployment as a file: where, from when to when, how many units; never who."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import NamedTuple

from calanque.errors import CalanqueError

COLUMNS = ("place", "starts_at", "ends_at", "units")
MOST_UNITS, MOST_SHIFTS = 500, 2_000


class PlanError(CalanqueError):
    """A plan that can not be read, or names what is not there."""


class Shift(NamedTuple):
    """Some units at a place, an area or a cell, from one local time to another."""

    place: str
    starts_at: datetime
    ends_at: datetime
    units: int


def read_plan(text: str) -> list[Shift]:
    """Return the shifts of a plan.

    Args:
        text: CSV with a header, `;` or `,` between the columns `place` (area_id or cell_id), `starts_at` and `ends_at`
            (local, `YYYY-MM-DD HH:MM`) and `units`.

    Raises:
        PlanError: naming the line and what is wrong with it.
    """
    header = text.lstrip("\ufeff").partition("\n")[0]
    stream = io.StringIO(text.lstrip("\ufeff"), newline="")
    rows = csv.DictReader(stream, delimiter=";" if ";" in header else ",", strict=True)
    try:
        if missing := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
            raise PlanError(f"The plan has no column '{missing[0]}': its header is {';'.join(COLUMNS)}.")
        shifts = [_shift(number, row) for number, row in enumerate(rows, 2)]
    except csv.Error:
        raise PlanError("The plan is no CSV: send one line for each place and span of hours.") from None
    if not shifts:
        raise PlanError("The plan has no shift: write one line for each place and span of hours.")
    if len(shifts) > MOST_SHIFTS:
        raise PlanError(f"The plan has {len(shifts)} shifts: {MOST_SHIFTS} at most are read.")
    return shifts


def _shift(number: int, row: dict[str, str | None]) -> Shift:
    place, starts, ends, units = ((row[name] or "").strip() for name in COLUMNS)
    try:
        starts_at, ends_at, count = datetime.fromisoformat(starts), datetime.fromisoformat(ends), int(units)
    except ValueError:
        raise PlanError(
            f"Line {number} of the plan can not be read: times are such as 2026-07-04 18:00, units a whole number."
        ) from None
    if starts_at.tzinfo or ends_at.tzinfo:
        raise PlanError(f"Line {number} of the plan names a zone of time: write the city's own time, without it.")
    if not starts_at < ends_at:
        raise PlanError(f"Line {number} of the plan ends before it begins: correct starts_at or ends_at.")
    if not place or not 1 <= count <= MOST_UNITS:
        raise PlanError(f"Line {number} of the plan needs a place, and from 1 to {MOST_UNITS} units.")
    return Shift(place, starts_at, ends_at, count)
