"""The page *Carte*: a city's areas by what happened there and what is likely, with the table that says the same.

An area is said to have changed when its two counts would differ so much by chance in fewer than one case in twenty,
all areas of the city taken together (exact test of two Poisson counts, Benjamini and Hochberg's correction).
"""

from __future__ import annotations

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response

from calanque.console import city_map_sql, pages
from calanque.console.city_map_picture import bars, breaks, drawn, step_of
from calanque.console.city_map_words import WORDS
from calanque.console.languages import Spoken
from calanque.console.readers import Reader, reader
from calanque.contracts.page import Language
from calanque.engines import trino
from calanque.errors import CalanqueError
from calanque.places.territory import load_territory

if TYPE_CHECKING:
    from collections.abc import Callable

MOTIF = "page de la carte"
RATE = 0.05
YEAR = 364
Name = Annotated[str, Query(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
AreaId = Annotated[str, Query(pattern=r"^[\w:.-]*$", max_length=120)]
router = APIRouter(prefix="/map")


class View(NamedTuple):
    """What a link to the page holds."""

    city: str
    layer: str
    kind: str
    days: int
    against: str
    until: str
    area: str
    sort: str

    def link(self, **changes: Any) -> str:
        """Return the address of this view, or of one that differs."""
        said = self._replace(**changes)._asdict()
        return f"/calanque/map?{urlencode({name: value for name, value in said.items() if value})}"


class Row(NamedTuple):
    """An area in the table: its figure, the one that it is held against, and -1, 0 or 1 as it changed beyond chance."""

    area_id: str
    name: str
    figure: float
    other: float
    changed: int


class City(NamedTuple):
    """Everything that a view shows of its city."""

    rows: list[Row]
    outlines: dict[str, tuple[str, str]]
    sources: list[str]
    queries: list[str]
    week: date | None = None
    served: str | None = None
    data_until: date | None = None


def chosen(
    city: Name = "",
    layer: Literal["past", "likely"] = "past",
    kind: Name = "all",
    days: Annotated[str, Query(pattern="^(7|28|91|364)$")] = "28",
    against: Literal["year", "before"] = "year",
    until: date | None = None,
    area: AreaId = "",
    sort: Literal["figure", "name", "change"] = "figure",
) -> View:
    """Return the view that an address asks for."""
    return View(city, layer, kind, int(days), against, f"{until or ''}", area, sort)


Asking = Annotated[Reader, Depends(reader)]
Chosen = Annotated[View, Depends(chosen)]


@router.get("", response_class=HTMLResponse)
def city_map(asking: Asking, language: Spoken, view: Chosen) -> Response:
    """Show a city."""
    m = WORDS[language]
    try:
        cities = {row[0]: (row[1], row[2]) for row in asked(city_map_sql.CITIES, asking)}
        if not cities:
            return pages.sentence(language, m["no_city"], 404)
        view = view._replace(city=view.city or next(iter(cities)))
        if view.city not in cities:
            return pages.sentence(language, m["unknown_city"].format(", ".join(cities)), 404)
        newest = cities[view.city][0]
        until = min(date.fromisoformat(view.until), newest) if view.until else newest
        view = view._replace(until=f"{until}")
        with ThreadPoolExecutor(4) as pool:
            kinds = pool.submit(asked, city_map_sql.TYPES, asking)
            shown = pool.submit(found, view, asking, language)
            area = pool.submit(of_area, view, asking, language) if view.area else None
            values = _values(view, shown.result(), language) | {"area": area.result() if area else None}
            labels = {name: fr if language == "fr" else en for name, en, fr in kinds.result()}
    except CalanqueError as error:
        return pages.sentence(language, str(error), 503)
    values |= {
        "reader": asking,
        "cities": {name: load_territory(name).title for name in cities},
        "kinds": {"all": m["all_kinds"]} | dict(sorted(labels.items(), key=lambda one: one[1])),
        "newest": newest,
        "kept": view.link().partition("?")[2] + "&",
    }
    return pages.shown(pages.render("map.html", language, m["map"], **values))


@router.get("/areas.csv")
def as_csv(asking: Asking, language: Spoken, view: Chosen) -> Response:
    """Give the table of a view, and write that it was given."""
    stream = io.StringIO()
    sheet = csv.writer(stream, delimiter=";", lineterminator="\n")
    shown = found(view, asking, language)
    sheet.writerow(("area_id", "area_name", *WORDS["en"][f"columns_{view.layer}"].split("|"), "changed"))
    sheet.writerows(shown.rows)
    _told(asking, len(shown.rows))
    return _file(stream.getvalue().encode(), "areas.csv", "text/csv")


@router.get("/areas.geojson")
def as_geojson(asking: Asking, language: Spoken, view: Chosen) -> Response:
    """Give the map of a view for QGIS and its like, and write that it was given."""
    shown = found(view, asking, language)
    features = [
        {
            "type": "Feature",
            "id": row.area_id,
            "geometry": json.loads(shown.outlines[row.area_id][1]),
            "properties": {"name": row.name, "figure": row.figure, "other": row.other, "changed": row.changed},
        }
        for row in shown.rows
    ]
    _told(asking, len(features))
    content = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return _file(content.encode(), "areas.geojson", "application/geo+json")


def asked(sql: str, asking: Reader) -> list[tuple[Any, ...]]:
    """Return the rows of a query, asked for the reader."""
    return trino.query(sql, asking.account, motif=MOTIF)


def found(view: View, asking: Reader, language: Language) -> City:
    """Return what a view shows.

    Raises:
        CalanqueError: if the query door does not answer.
    """
    until = date.fromisoformat(view.until)
    is_past = view.layer == "past"
    figures_sql = (
        city_map_sql.past(view.city, view.kind, until, view.days, back_days(view))
        if is_past
        else city_map_sql.likely(view.city, view.kind)
    )
    areas_sql = city_map_sql.areas(view.city)
    with ThreadPoolExecutor(2) as pool:
        figures, areas = (pool.submit(asked, sql, asking) for sql in (figures_sql, areas_sql))
        outlines = {area: (name, geometry) for area, name, geometry, _ in areas.result()}
        sources = sorted({source for *_, source in areas.result()})
        rows = figures.result()
    city = City([], outlines, sources, [figures_sql, areas_sql])
    if is_past:
        counts = {area: (now, then) for area, now, then in rows}
        pairs = {area: counts.get(area, (0, 0)) for area in outlines}
        changed = dict(zip(pairs, changes(list(pairs.values())), strict=True))
        made = [Row(area, outlines[area][0], *pair, changed[area]) for area, pair in pairs.items()]
    else:
        told = {area: (expected, baseline) for area, _, expected, baseline, *_ in rows if area in outlines}
        made = [Row(area, outlines[area][0], round(one, 2), round(other, 2), 0) for area, (one, other) in told.items()]
        if rows:
            city = city._replace(week=rows[0][1], served=rows[0][4], data_until=rows[0][5])
    return city._replace(rows=sorted(made, key=_ORDERS[view.sort]))


_ORDERS: dict[str, Callable[[Row], Any]] = {
    "figure": lambda row: (-row.figure, row.name),
    "name": lambda row: row.name,
    "change": lambda row: (-row.changed * (row.changed != 0), row.other - row.figure),
}


def changes(pairs: list[tuple[int, int]]) -> list[int]:
    """Return for each two counts 1 where the first is more than chance allows, -1 where it is less, else 0.

    `changes([(40, 10), (12, 10), (0, 0)])` is `[1, 0, 0]`.
    """
    from scipy.stats import binomtest, false_discovery_control

    tests = [binomtest(now, now + then).pvalue if now + then else 1.0 for now, then in pairs]
    if not tests:
        return []
    kept = false_discovery_control(tests) < RATE
    return [int(is_kept) * (1 if now > then else -1) for is_kept, (now, then) in zip(kept, pairs, strict=True)]


class Area(NamedTuple):
    """An area that was clicked: its months, and what makes up its forecast."""

    months: list[tuple[date, int]]
    reasons: list[tuple[Any, ...]]
    queries: list[str]


def of_area(view: View, asking: Reader, language: Language) -> Area:
    """Return what is known of one area."""
    until = date.fromisoformat(view.until)
    history = city_map_sql.history(view.city, view.kind, view.area, until)
    why = city_map_sql.why(view.city, view.kind, view.area, language)
    with ThreadPoolExecutor(2) as pool:
        months, reasons = (pool.submit(asked, sql, asking) for sql in (history, why))
        return Area(_whole(months.result(), until), reasons.result(), [history, why])


def _whole(months: list[tuple[Any, ...]], until: date) -> list[tuple[date, int]]:
    """Return months without a gap: one in which nothing happened is a figure too."""
    counts = {month: int(count) for month, count in months}
    at, whole = min(counts, default=until.replace(day=1)), []
    while at <= until:
        whole.append((at, counts.get(at, 0)))
        at = (at.replace(day=28) + timedelta(days=4)).replace(day=1)
    return whole


def _values(view: View, city: City, language: Language) -> dict[str, Any]:
    figures = {row.area_id: row.figure for row in city.rows}
    bounds = breaks(figures.values())
    ends = [*bounds, max(figures.values(), default=0)]
    return {
        "m": WORDS[language],
        "v": view,
        "city": city,
        "drawn": drawn(city.outlines, figures, bounds),
        "legend": [(step_of(end, bounds), start, end) for start, end in zip([None, *ends[:-1]], ends, strict=True)],
        "marked": {row.area_id: row for row in city.rows},
        "bars": bars,
        "risen": sum(row.changed > 0 for row in city.rows),
        "fallen": sum(row.changed < 0 for row in city.rows),
        "told": _told_days(view),
        "figure_of": lambda value: figure(value, language),
    }


def back_days(view: View) -> int:
    """Return how many days earlier the days lie that those of a view are held against."""
    return YEAR if view.against == "year" else view.days


def _told_days(view: View) -> tuple[date, ...]:
    until = date.fromisoformat(view.until)
    first, back = until - timedelta(days=view.days - 1), timedelta(days=back_days(view))
    return first, until, first - back, until - back


def figure(value: float, language: Language) -> str:
    """Return a count, or an expected one with as many decimals as say something, as a language writes it."""
    point, thousands = (",", "\u202f") if language == "fr" else (".", ",")
    if isinstance(value, int):
        return f"{value:,}".replace(",", thousands)
    return f"{value:.{1 if value >= 1 else 2}f}".replace(".", point)


def _told(asking: Reader, count: int) -> None:
    from calanque.journal.log import tell

    what: dict[str, Any] = {"action": "communication", "objects": ("console.map",), "row_count": count, "motif": MOTIF}
    tell(source="console", who=asking.name, **what)


def _file(content: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=kind, headers=headers)
