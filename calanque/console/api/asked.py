"""What a request for rows asks for, read from its address: a box, a time, values of columns, a page."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from calanque.console.api.marts import OUTLINED
from calanque.engines.trino import literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calanque.console.api.marts import Mart, Span

FEW, MOST, MOST_OUTLINES = 100, 10_000, 1_000
"""Rows of a page: by default, at most, and at most where each bears the outline of its area."""
OWN = ("limit", "offset", "bbox", "datetime")
LONGEST = 300
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"-?[0-9]{1,18}")


class WrongRequestError(ValueError):
    """A request that can not be answered, with a sentence that says why."""


class Asked(NamedTuple):
    """Which rows are asked for, as conditions in SQL on the table `t`, and which page of them."""

    where: tuple[str, ...]
    limit: int = FEW
    offset: int = 0


def read(mart: Mart, said: Mapping[str, str], limit: int, offset: int, bbox: str | None, at: str | None) -> Asked:
    """Return what a request asks for of a mart.

    Args:
        mart: whose rows they are.
        said: values of columns, by column: rows that have exactly these.
        limit: rows of the page; more than may be are as many as may be.
        offset: rows before it.
        bbox: degrees WGS 84, west, south, east, north.
        at: instant or interval, as OGC API Features writes it.

    Raises:
        WrongRequestError: if there is no such column, or a value is none of it.
    """
    where = [_equals(mart, column, value) for column, value in sorted(said.items())]
    if bbox is not None:
        where.append(within(mart, box(bbox)))
    if at is not None:
        if mart.span is None:
            raise WrongRequestError(f"{mart.name} has no time: leave 'datetime' out.")
        where.append(during(mart.span, at))
    return Asked(tuple(where), min(limit, MOST_OUTLINES if mart.place in OUTLINED else MOST), offset)


def _equals(mart: Mart, column: str, value: str) -> str:
    kind = mart.columns[column].kind if column in mart.columns else ""
    if not kind:
        raise WrongRequestError(
            f"{mart.name} has no column '{column[:60]}': ask by {', '.join(OWN)} or one of {', '.join(mart.columns)}."
        )
    if kind.startswith("varchar") and len(value) <= LONGEST:
        return f't."{column}" = {literal(value)}'
    if kind in ("integer", "bigint", "smallint") and _WHOLE.fullmatch(value):
        return f't."{column}" = {value}'
    if kind == "boolean" and value in ("true", "false"):
        return f't."{column}" = {value}'
    if kind == "date" and (day := _day(value)):
        return f"t.\"{column}\" = date '{day}'"
    raise WrongRequestError(
        f"'{column}' is of type {kind}: rows are asked for by a text of at most {LONGEST} characters, a whole number, "
        "true or false, or a day such as 2024-07-01, each for a column of its type."
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def box(text: str) -> tuple[float, float, float, float]:
    """Return west, south, east and north of a box; heights are left out.

    Raises:
        WrongRequestError: if it is none.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) == 4 and all(math.isfinite(number) for number in numbers):
        west, south, east, north = numbers
        if abs(west) <= 180 and abs(east) <= 180 and -90 <= south <= north <= 90:
            return west, south, east, north
    raise WrongRequestError("'bbox' is west,south,east,north in degrees, such as 5.2,43.2,5.5,43.4.")


def within(mart: Mart, asked: tuple[float, float, float, float]) -> str:
    """Return the condition that a row lies in a box, or its area touches it; a box from east to west goes around.

    Raises:
        WrongRequestError: if the mart has no place.
    """
    west, south, east, north = asked
    halves = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    points = "(" + " or ".join(f"{{0}}.lon between double '{a!r}' and double '{b!r}'" for a, b in halves) + ")"
    points += f" and {{0}}.lat between double '{south!r}' and double '{north!r}'"
    boxes = " or ".join(
        "ST_Intersects(to_geometry(from_geojson_geometry({0}.geometry)), ST_GeometryFromText('POLYGON(("
        + ", ".join(f"{x!r} {y!r}" for x, y in ((a, south), (b, south), (b, north), (a, north), (a, south)))
        + "))'))"
        for a, b in halves
    )
    match mart.place:
        case None:
            raise WrongRequestError(f"{mart.name} has no place: leave 'bbox' out.")
        case "geometry":
            return f"({boxes.format('t')})"
        case "point":
            return points.format("t")
        case "area_id" | "zone" as area:
            return f"t.{area} in (select area_id from marts.dim_area as a where {boxes.format('a')})"
        case cell:
            return f"t.{cell} in (select cell_id from marts.dim_cell as c where {points.format('c')})"


def during(span: Span, text: str) -> str:
    """Return the condition that a row is at an instant, or at some time of an interval whose end may be open.

    Raises:
        WrongRequestError: if it is neither.
    """
    ends = text.split("/")
    times = [None if end in ("", "..") and len(ends) == 2 else _time(end) for end in ends]
    if len(times) > 2 or (len(times) == 2 and not any(times)):
        raise _no_time()
    first, last = times[0], times[-1]
    if span.is_days and any(isinstance(time, datetime) for time in times):
        raise WrongRequestError(
            "Its rows are of days of the city's calendar: ask by days, such as 2024-07-01/2024-07-14."
        )
    if first is not None and last is not None and f"{first}" > f"{last}":
        raise WrongRequestError("'datetime' ends before it begins.")
    conditions = []
    if last is not None:
        conditions.append(f"{span.begins} <= {_written(last, span, is_end=True)}")
    if first is not None:
        conditions.append(f"{span.ends} >= {_written(first, span, is_end=False)}")
    return " and ".join(conditions)


def _time(text: str) -> date | datetime:
    """Return a day, or an instant in UTC."""
    if day := _day(text):
        return day
    try:
        instant = datetime.fromisoformat(text) if "T" in text.upper() else None
        if instant and instant.tzinfo:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _no_time()


def _no_time() -> WrongRequestError:
    return WrongRequestError(
        "'datetime' is an instant or a day (2024-07-01T12:00:00Z, 2024-07-01), or two of them: a/b, ../b or a/.."
    )


def _written(time: date | datetime, span: Span, is_end: bool) -> str:
    """Return a time as the door reads it; a day begins at its midnight and ends before the next."""
    if span.is_days:
        return f"date '{time.isoformat()}'"
    if not isinstance(time, datetime):
        return f"timestamp '{time.isoformat()} {'23:59:59.999999' if is_end else '00:00:00'} UTC'"
    return f"timestamp '{time.replace(tzinfo=None).isoformat(' ')} UTC'"
