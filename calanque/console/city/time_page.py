"""The page *Carte au fil du temps*: what happened, is measured, is planned and is likely, on one clock of weeks.

The squares of a city and their weeks are sent once; the browser sums any window of them. Its script and MapLibre's are
files of this server, and ask nothing outside.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import shapely
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from calanque.console import lac_words, made_from, pages
from calanque.console.api.answers import answer, written
from calanque.console.city import map_sql, time_sql
from calanque.console.city.map_page import Day, KnownCity, Name, choices, day_of, why_not
from calanque.console.city.map_state import View, asked, extents, resolved, rows_of
from calanque.console.city.time_words import QUANTITIES, UNITS, WORDS
from calanque.console.languages import Spoken
from calanque.console.readers import Reader, mart_reader
from calanque.console.remembered import kept
from calanque.errors import CalanqueError
from calanque.places.grid import unit_m, unproject
from calanque.places.territory import load_territory
from calanque.places.words import EVENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from calanque.contracts.page import Language

router = APIRouter(prefix="/map/time")
Asking = Annotated[Reader, Depends(mart_reader)]
WINDOWS = (1, 4, 13, 52)
"""Weeks that are summed, ending with that of the clock."""
MARTS = {
    "cells": ("fct_incidents", "fct_forecast"),
    "planned": ("fct_planned_event",),
    "present": ("fct_observation_hour",),
}
"""From which marts each layer is."""
LAYERS = tuple(MARTS)
FILES = ("csv", "geojson", "png")
SIMPLE_DEGREES = 0.0002
OWN = Path(__file__).parents[1] / "static"
# Everything that the page loads is of this server; MapLibre's workers are made of its own text.
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src blob:; connect-src 'self'; img-src 'self' data: blob:; "
    "style-src 'self' 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)


@router.get("", response_class=HTMLResponse)
def city_time(
    asking: Asking,
    language: Spoken,
    city: Name = "",
    kind: Name = "all",
    week: Day = "",
    weeks: Annotated[int, Query(ge=1, le=52)] = 4,
    layers: Annotated[str, Query(pattern=r"^[a-z,]*$", max_length=60)] = "cells,planned",
    event: Name = "",
    quantity: Name = "",
) -> Response:
    """Show a city on its clock."""
    try:
        values = _values(city, kind, asking, language)
    except (LookupError, CalanqueError) as error:
        return why_not(error, language, asking)
    m, view = WORDS[language], values["v"]
    window = weeks if weeks in WINDOWS else 4
    state = {"city": view.city, "kind": view.kind, "week": day_of(week), "weeks": window, "language": language}
    state |= {
        "event": event,
        "quantity": quantity,
        "layers": [one for one in layers.split(",") if one in LAYERS],
        "words": script_words(language),
    }
    page = pages.render(
        "time.html",
        language,
        m["time"],
        m=m,
        reader=asking,
        state=state,
        windows=WINDOWS,
        layers=LAYERS,
        **values,
    )
    return pages.shown(page, policy=POLICY)


def script_words(language: Language) -> dict[str, Any]:
    """Return the words that the script of the page says."""
    named = {"kinds": EVENTS[language], "quantities": QUANTITIES[language], "units": UNITS[language]}
    return {**WORDS[language]["of_script"], **named, "colon": lac_words.WORDS[language]["colon"]}


def _values(city: str, kind: str, asking: Reader, language: Language) -> dict[str, Any]:
    """Return what the page says of its city before its script asks for more."""
    ends = extents(asking)
    view = resolved(View(city, "past", kind, 28, "year", "", "", "figure"), ends, language)
    made_of = [made_from.question(*marts, city=view.city) for marts in MARTS.values()]
    with ThreadPoolExecutor(4) as pool:
        types, *found = pool.map(lambda sql: asked(sql, asking), [map_sql.TYPES, *made_of])
    by_layer = {layer: [made_from.Source(*row) for row in rows] for layer, rows in zip(MARTS, found, strict=True)}
    link = {"city": view.city, "kind": view.kind}
    return {
        "v": view,
        "kept": f"city={view.city}&kind={view.kind}&",
        "s": made_from.WORDS[language],
        "made_of": made_of,
        "by_layer": by_layer,
        "sources": list({one.feed: one for found in by_layer.values() for one in found}.values()),
        "files": {kind: pages.address(f"/calanque/map/time/squares.{kind}", link) for kind in FILES},
        **choices(view.city, ends, types, language),
    }


@router.get("/ground.json")
def ground(request: Request, asking: Asking, city: KnownCity) -> Response:
    """Give a city's squares, their areas, and where the picture of them lies."""
    return _given(request, lambda: _ground(city, asking.account))


@router.get("/weeks.json")
def weeks(request: Request, asking: Asking, city: KnownCity, kind: Name = "all") -> Response:
    """Give the incidents of each square and week, and what is expected in the week that is forecast."""
    return _given(request, lambda: weeks_of(city, kind, asking.account))


@router.get("/planned.json")
def planned(request: Request, asking: Asking, city: KnownCity) -> Response:
    """Give the planned events; those outside the squares are without a place."""
    return _given(request, lambda: _planned(city, asking.account))


@router.get("/present.json")
def present(request: Request, asking: Asking, city: KnownCity, week: Day) -> Response:
    """Give what was measured in a week."""
    first = date.fromisoformat(day_of(week) or "1970-01-05")
    return _given(request, lambda: _present(city, f"{first}", asking.account))


@router.get("/static/{name}")
def static(name: Literal["maplibre-gl.js", "maplibre-gl.css", "time.js", "time.css"]) -> Response:
    """Give a script or a style of the page."""
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    folder = _maplibre() if name.startswith("maplibre") else OWN
    return FileResponse(folder / name, media_type=kind, headers={"Cache-Control": "private, no-cache"})


@cache
def _maplibre() -> Path:
    """Return where the package has MapLibre GL JS; the package itself is not imported."""
    spec = find_spec("maplibre")
    if spec is None or not spec.submodule_search_locations:
        raise HTTPException(503, "MapLibre is missing: run 'make setup'.")
    return Path(next(iter(spec.submodule_search_locations))) / "srcjs"


def _given(request: Request, made: Callable[[], tuple[bytes, float]]) -> Response:
    try:
        said, age_s = made()
    except CalanqueError as error:
        raise HTTPException(503, f"{error}") from None
    response = answer(request, said)
    if age_s:
        response.headers["Age"] = f"{age_s:.0f}"
    return response


@kept
def _ground(city: str, account: str) -> bytes:
    from shapely import simplify
    from shapely.geometry import mapping, shape

    with ThreadPoolExecutor(2) as pool:
        cells, areas = pool.map(lambda sql: rows_of(sql, account), (time_sql.cells(city), map_sql.areas(city)))
    rank = {area: number for number, (area, *_) in enumerate(areas)}
    outlines = [
        {
            "type": "Feature",
            "id": number,
            "geometry": mapping(simplify(shape(json.loads(outline)), SIMPLE_DEGREES)),
            "properties": {"id": area, "name": pages.place_name(name)},
        }
        for number, (area, name, outline, _) in enumerate(areas)
    ]
    said = {
        "cells": [[row, col, rank.get(area, -1)] for row, col, _, _, _, area in cells],
        "areas": [[area, pages.place_name(name)] for area, name, *_ in areas],
        "outlines": {"type": "FeatureCollection", "features": outlines},
        **(_frame(city, cells) if cells else {}),
    }
    return written(said)


def _frame(city: str, cells: list[tuple[Any, ...]]) -> dict[str, Any]:
    """Return the rectangle that holds all squares, in rows and columns, and its corners, clockwise from north-west."""
    crs = load_territory(city).crs
    side = float(np.sqrt(cells[0][4]))
    rows, cols = [cell[0] for cell in cells], [cell[1] for cell in cells]
    west = min(cell[2] for cell in cells)
    south = min(cell[3] for cell in cells)
    east, north = west + side * (max(cols) - min(cols) + 1), south + side * (max(rows) - min(rows) + 1)
    unit = unit_m(crs)
    lon, lat = unproject(crs, np.array([west, east, east, west]) / unit, np.array([north, north, south, south]) / unit)
    corners = [[round(float(x), 6), round(float(y), 6)] for x, y in zip(lon, lat, strict=True)]
    return {"row": min(rows), "col": min(cols), "height": max(rows) - min(rows) + 1, "width": max(cols) - min(cols) + 1,
            "corners": corners}  # fmt: skip


@kept
def weeks_of(city: str, kind: str, account: str) -> bytes:
    """Return what the page is sent of the incidents of each square and week, and of what is likely."""
    texts = (time_sql.weeks(city, kind), time_sql.until(city), time_sql.likely(city, kind))
    with ThreadPoolExecutor(3) as pool:
        rows, ends, likely = pool.map(lambda sql: rows_of(sql, account), texts)
    until = ends[0][0] if ends else None
    if until is None:
        none: dict[str, Any] = {
            "first": None,
            "weeks": 0,
            "week": [],
            "cell": [],
            "count": [],
            "likely": None,
            "queries": texts,
        }
        return written(none)
    first = min((week for week, *_ in rows), default=until)
    said = {
        "first": f"{first}",
        "weeks": (until - first).days // 7 + 1,
        "week": [(week - first).days // 7 for week, *_ in rows],
        "cell": [cell for _, cell, _ in rows],
        "count": [int(count) for *_, count in rows],
        "likely": {
            "week": f"{likely[0][0]}",
            "cell": [cell for _, cell, *_ in likely],
            "expected": [float(f"{row[2] or 0:.4g}") for row in likely],
            "baseline": [float(f"{row[3] or 0:.4g}") for row in likely],
            "upper": [row[4] for row in likely],
        }
        if likely
        else None,
        "queries": texts,
    }
    return written(said)


@kept
def _planned(city: str, account: str) -> bytes:
    texts = (time_sql.planned(city), time_sql.conflicts(city))
    with ThreadPoolExecutor(2) as pool:
        rows, conflicts = pool.map(lambda sql: rows_of(sql, account), texts)
    names = ("id", "kind", "starts", "ends", "lon", "lat", "persons", "route")
    events = [
        dict(zip(names, (one, kind, _minute(starts), _minute(ends), *others, corners(route)), strict=True))
        for one, kind, starts, ends, *others, route in rows
    ]
    spans = [[first, second, _minute(starts), _minute(ends)] for first, second, starts, ends in conflicts]
    return written({"events": events, "conflicts": spans, "queries": texts})


def corners(route: str | None) -> list[list[float]]:
    """Return the corners of a WKT LINESTRING, longitude and latitude; none of what stays."""
    way = shapely.from_wkt(route, on_invalid="ignore")
    return [list(corner) for corner in way.coords] if isinstance(way, shapely.LineString) else []


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M}"


@kept
def _present(city: str, day: str, account: str) -> bytes:
    first = date.fromisoformat(day)
    sql = time_sql.present(city, first, first + timedelta(days=6))
    names = ("quantity", "unit", "lon", "lat", "mean", "withheld")
    rows = rows_of(sql, account)
    return written({"figures": [dict(zip(names, row, strict=True)) for row in rows], "queries": [sql]})
