"""What the page *Carte* shows of reports by citizens and of acts of enforcement: counts by area and month.

The marts withhold what is small; what is withheld has no figure here either, and no place in an order of figures.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from calanque.console import made_from
from calanque.console.city.counted_words import said
from calanque.console.city.map_area import Area
from calanque.console.city.map_sql import TYPES
from calanque.console.city.map_state import ORDERS, City, Row, View, asked
from calanque.console.made_from import Source
from calanque.console.pages import place_name
from calanque.engines.trino import literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calanque.console.readers import Reader
    from calanque.contracts.page import Language

SQUARES = ("area", "zone")
"""Kinds of areas that no city gave a name: what is counted is too small for those that have one."""
NAMES = 2
"""A square is called by the named areas that most of it lies in."""


Outlines = dict[str, tuple[str, str]]


class Mart(NamedTuple):
    """A mart of counts by area and month: its name, and its columns of what is counted and of how many."""

    name: str
    kind: str
    figure: str


LAYERS = {
    "reports": Mart("fct_report_area_month", "category", "report_count"),
    "acts": Mart("fct_enforcement_area_month", "type", "act_count"),
}


def offered_sql(mart: Mart, city: str) -> str:
    """Return the question of what is counted in a city, in which months, and in how many areas it may be shown."""
    return f"""select {mart.kind}, month_start_date, count_if(not is_suppressed) as shown_count
from marts.{mart.name}
where territory = {literal(city)}
group by {mart.kind}, month_start_date
order by {mart.kind}, month_start_date"""


def counts_sql(mart: Mart, city: str, kind: str) -> str:
    """Return the question of a city's counts of one kind, by area and month; what is withheld is null."""
    return f"""select area_id, month_start_date, {mart.figure}
from marts.{mart.name}
where territory = {literal(city)}
    and {mart.kind} = {literal(kind)}
order by area_id, month_start_date"""


def areas_sql(mart: Mart, city: str) -> str:
    """Return the question of the areas that counts are of, and of those that have a name."""
    return f"""select area_id, area_name, kind, parent_area_id, geometry, source,
    area_id in (select area_id from marts.{mart.name} where territory = {literal(city)}) as is_counted
from marts.dim_area
where territory = {literal(city)}
order by area_name"""


def counted(view: View, asking: Reader, language: Language) -> tuple[View, City]:
    """Return a view with its kind and month, and what it shows.

    Raises:
        CalanqueError: if the query door does not answer.
    """
    mart = LAYERS[view.layer]
    texts = [offered_sql(mart, view.city), areas_sql(mart, view.city), made_from.question(mart.name, city=view.city)]
    with ThreadPoolExecutor(len(texts) + 1) as pool:
        offered, areas, sources, types = pool.map(lambda sql: asked(sql, asking), [*texts, TYPES])
    view, months = _chosen(view, offered)
    city = City([], {}, sorted({row[5] for row in areas if row[6]}), texts, [Source(*row) for row in sources], [])
    if not months:
        return view, city
    month = date.fromisoformat(view.until)
    before = (month - timedelta(days=1)).replace(day=1)
    sql = counts_sql(mart, view.city, view.kind)
    counts = {(area, at): count for area, at, count in asked(sql, asking)}
    outlines, lines = _outlines(areas)
    rows = [
        Row(area, name, counts[area, month], counts.get((area, before)), 0)
        for area, (name, _) in outlines.items()
        if (area, month) in counts
    ]
    labels = {kind: french if language == "fr" else english for kind, english, french in types}
    kinds = {kind: labels.get(kind, said(kind, language)) for kind in sorted({row[0] for row in offered})}
    return view, city._replace(
        rows=sorted(rows, key=ORDERS["name" if view.sort == "name" else "figure"]),
        outlines=outlines,
        lines=lines,
        queries=[*texts, sql],
        is_comparable=before in months,
        months=months,
        kinds=dict(sorted(kinds.items(), key=lambda one: one[1])),
    )


def of_counted_area(view: View, asking: Reader) -> Area:
    """Return the months of one area, the oldest first; None where a count is withheld."""
    sql = counts_sql(LAYERS[view.layer], view.city, view.kind)
    return Area([(month, count) for area, month, count in asked(sql, asking) if area == view.area], [], [sql])


def _chosen(view: View, offered: list[tuple[Any, ...]]) -> tuple[View, tuple[date, ...]]:
    """Return a view of a kind and month that there are: by default of what may be shown most, and of the newest."""
    shown: dict[str, int] = {}
    for kind, _, count in offered:
        shown[kind] = shown.get(kind, 0) + count
    if not shown:
        return view, ()
    kind = view.kind if view.kind in shown else max(shown, key=lambda one: shown[one])
    months = tuple(month for one, month, _ in offered if one == kind)
    until = date.fromisoformat(view.until) if view.until else months[-1]
    month = max((one for one in months if one <= until), default=months[0])
    return view._replace(kind=kind, until=f"{month}"), months


def _outlines(areas: list[tuple[Any, ...]]) -> tuple[Outlines, Outlines]:
    """Return name and outline of the areas that are counted, and of those with names that lie under squares.

    A square is called by the named areas that most of it lies in.
    """
    from shapely.geometry import shape

    wider = {row[3] for row in areas}
    is_square = any(is_counted and kind in SQUARES for _, _, kind, *_, is_counted in areas)
    lines = {
        area: (place_name(name), outline)
        for area, name, kind, _, outline, *_ in areas
        if is_square and kind not in SQUARES and area not in wider
    }
    shapes = [(name, shape(json.loads(outline))) for name, outline in lines.values()]
    found = {}
    for area, name, kind, _, outline, _, is_counted in areas:
        if is_counted:
            called = _around(shape(json.loads(outline)), shapes) if kind in SQUARES else ""
            found[area] = (f"{called} ({name})" if called else name, outline)
    return found, lines


def _around(square: Any, named: Iterable[tuple[str, Any]]) -> str:
    parts = [(square.intersection(one).area, name) for name, one in named if square.intersects(one)]
    return ", ".join(name for size, name in sorted(parts, reverse=True)[:NAMES] if size)
