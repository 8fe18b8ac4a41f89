"""Rows of marts as features of GeoJSON: what is asked of the query door for them, and what becomes of an answer."""

from __future__ import annotations

import json
import math
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote

from calanque.console.api.asked import FEW, Asked
from calanque.console.remembered import remembered
from calanque.engines import trino
from calanque.engines.trino import literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calanque.console.api.marts import Mart
    from calanque.console.readers import Reader

DEEP = 10_000
"""Rows before a page from which on they are numbered: the door is slow to keep that many as the first by their key."""


class Page(NamedTuple):
    """A page of features, and how many there are in all."""

    features: list[dict[str, Any]]
    total: int


def page(mart: Mart, asked: Asked, asking: Reader, motif: str) -> Page:
    """Return a page of the rows of a mart, in the order of its key, asked for somebody with their motif.

    Raises:
        CalanqueError: if the query door refuses or does not answer.
    """
    with ThreadPoolExecutor(2) as pool:
        total = pool.submit(_counted, count_sql(mart, asked), asking.account, motif)
        if asked.offset and asked.offset >= total.result():
            return Page([], total.result())
        ask = _asked_again if asked.limit <= FEW else _asked
        rows = ask(rows_sql(mart, asked), asking.account, motif)
    return Page(features_of(mart, rows), total.result())


def one(mart: Mart, feature_id: str, asking: Reader, motif: str) -> dict[str, Any] | None:
    """Return the feature of an identifier; None when there is none.

    Raises:
        CalanqueError: if the query door refuses or does not answer.
    """
    values = key_of(mart, feature_id)
    if values is None:
        return None
    where = tuple(
        f'cast(t."{column}" as varchar) = {literal(value)}' for column, value in zip(mart.key, values, strict=True)
    )
    rows = _asked(rows_sql(mart, Asked(where, 1)), asking.account, motif)
    return next(iter(features_of(mart, rows)), None)


def _asked(sql: str, account: str, motif: str) -> list[tuple[Any, ...]]:
    return trino.query(sql, account, motif=motif)


_asked_again = remembered(_asked)
"""Asks for pages of the usual length; longer ones are read by who reads them once, and would fill the memory."""


@remembered
def _counted(sql: str, account: str, motif: str) -> int:
    """Return how many rows there are, once for all pages."""
    return int(_asked(sql, account, motif)[0][0])


def key_of(mart: Mart, feature_id: str) -> list[str] | None:
    """Return the values of the key that an identifier holds; None when it holds another number of them."""
    values = [unquote(value.replace("=", "%")) for value in feature_id.split(",")]
    return values if len(values) == len(mart.key) else None


def rows_sql(mart: Mart, asked: Asked) -> str:
    """Return the question of a page: key as text, place (GeoJSON, or longitude and latitude), then every column.

    A deep page is joined to the keys that have its numbers, as only keys are then sorted.
    """
    places, joined = {
        None: ("null, null, null", ""),
        "geometry": ("t.geometry, null, null", ""),
        "point": ("null, t.lon, t.lat", ""),
        "area_id": ("places.geometry, null, null", _joined("dim_area", "area_id", "area_id")),
        "zone": ("places.geometry, null, null", _joined("dim_area", "area_id", "zone")),
    }.get(mart.place) or ("null, places.lon, places.lat", _joined("dim_cell", "cell_id", f"{mart.place}"))
    key = [f'cast(t."{column}" as varchar)' for column in mart.key]
    order, properties = (", ".join(f't."{column}"' for column in columns) for columns in (mart.key, mart.properties))
    kept, page = "", f"\noffset {asked.offset} limit {asked.limit}"
    if asked.offset >= DEEP:
        kept, page = _numbered(mart, asked, order), ""
    return (
        f"select {', '.join(key)}, {places}, {properties}\n"
        f"from marts.{mart.name} as t{joined}{kept}{_where(asked)}\n"
        f"order by {order}{page}"
    )


def _numbered(mart: Mart, asked: Asked, order: str) -> str:
    """Return the join with the keys of a page, by their numbers in the order of the key."""
    same = " and ".join(f't."{column}" = page."{column}"' for column in mart.key)
    # Of a plain bound on the number Trino makes the first rows by their key again: a difference it leaves alone.
    return (
        f"\njoin (select {order}, row_number() over (order by {order}) as number_in_all"
        f" from marts.{mart.name} as t{_where(asked)}) as page"
        f"\non {same} and page.number_in_all - {asked.offset} between 1 and {asked.limit}"
    )


def count_sql(mart: Mart, asked: Asked) -> str:
    """Return the question of how many rows there are."""
    return f"select count(*) from marts.{mart.name} as t{_where(asked)}"


def _joined(places: str, column: str, by: str) -> str:
    return f"\nleft join marts.{places} as places on t.territory = places.territory and t.{by} = places.{column}"


def _where(asked: Asked) -> str:
    return f"\nwhere {' and '.join(asked.where)}" if asked.where else ""


def features_of(mart: Mart, rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return rows of `rows_sql` as features; an outline that many share is read once."""
    width, properties = len(mart.key), mart.properties
    outlines: dict[str, Any] = {}
    found = []
    for row in rows:
        outline, lon, lat = row[width : width + 3]
        found.append(
            {
                "type": "Feature",
                "id": ",".join(map(_escaped, row[:width])),
                "geometry": _geometry(outline, lon, lat, outlines),
                "properties": {name: plain(value) for name, value in zip(properties, row[width + 3 :], strict=True)},
            }
        )
    return found


def _escaped(value: Any) -> str:
    """Return a value of a key as an identifier holds it: no program on the way takes `=2F` for a stroke of the path."""
    return quote(f"{value}", safe=":").replace("%", "=")


def _geometry(outline: str | None, lon: float | None, lat: float | None, outlines: dict[str, Any]) -> Any:
    if outline:
        if outline not in outlines:
            outlines[outline] = json.loads(outline)
        return outlines[outline]
    return None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}


def plain(value: Any) -> Any:
    """Return a value of the query door as JSON has it: times as ISO 8601, those in UTC with a Z."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return float(value)
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if value.tzinfo else f"{value:%Y-%m-%dT%H:%M:%S}"
        case date():
            return value.isoformat()
        case dict():
            return {f"{key}": plain(one) for key, one in value.items()}
        case list() | tuple():
            return [plain(one) for one in value]
        case _:
            return value
