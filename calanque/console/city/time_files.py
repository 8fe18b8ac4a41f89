"""The squares of *Carte au fil du temps* as files: what the page shows of a week, as CSV, GeoJSON or a picture."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import numpy as np
from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from calanque.console import made_from, pages
from calanque.console.city import map_sql, time_page, time_sql
from calanque.console.city.map_page import Day, Name, class_of, day_of, labelled, why_not
from calanque.console.city.map_picture import Drawn, Shape, breaks, drawn, legend
from calanque.console.city.map_png import Caption, png
from calanque.console.city.map_sql import TYPES
from calanque.console.city.map_state import MOTIF, View, asked, extents, resolved
from calanque.console.city.map_words import WORDS
from calanque.console.city.time_words import WORDS as TIME_WORDS
from calanque.console.given import given, of_now
from calanque.console.languages import Spoken
from calanque.console.readers import Reader, mart_reader
from calanque.csv_file import csv_file
from calanque.errors import CalanqueError
from calanque.places.grid import unit_m, unproject
from calanque.places.territory import load_territory

if TYPE_CHECKING:
    from calanque.contracts.page import Language

router = APIRouter(prefix="/map/time")
Asking = Annotated[Reader, Depends(mart_reader)]
COLUMNS = (
    *("territory", "type", "cell_id", "area_id", "area_name", "first_date", "last_date", "figure", "is_expected"),
    *("upper_count", "baseline_count"),
)
KINDS = {"csv": "text/csv", "geojson": "application/geo+json", "png": "image/png"}


class Squares(NamedTuple):
    """What the page shows of its squares: `figures` by the rank of those that have one, of the days from first to last.

    A figure is a count of incidents, or what is expected in a week to come; `beside` such a one are its bound, which
    all types together have none of, and what plain counts expect.
    """

    figures: dict[int, float]
    first: date
    last: date
    is_expected: bool
    beside: Mapping[int, tuple[Any, Any]] = MappingProxyType({})


@router.get("/squares.{form}")
def squares(
    form: Literal["csv", "geojson", "png"],
    asking: Asking,
    language: Spoken,
    city: Name = "",
    kind: Name = "all",
    week: Day = "",
    weeks: Annotated[int, Query(ge=1, le=52)] = 4,
) -> Response:
    """Give the squares of a view as a file, and write that they were given."""
    try:
        plain = View(city, "past", kind, 28, "year", "", "", "figure")
        view = resolved(plain, extents(asking), language)
        shown = summed(
            json.loads(asking.given(time_page.weeks_of(view.city, view.kind, asking.account))),
            day_of(week),
            weeks,
            language,
        )
        cells = asked(time_sql.cells(view.city), asking)
        areas = {row[0]: row[1:] for row in asked(map_sql.areas(view.city), asking)}
        of_now(asking, language)
        names = {area: pages.place_name(name) for area, (name, *_) in areas.items()}
        if form == "csv":
            content = csv_file(COLUMNS, [_row(view, shown, cells[at], names, at) for at in shown.figures])
        elif form == "geojson":
            content = _geojson(view, shown, cells, names)
        else:
            content = _picture(view, shown, cells, areas, asking, language)
    except (LookupError, CalanqueError) as error:
        return why_not(error, language, asking)
    what: dict[str, Any] = {"objects": ("console.map",), "row_count": len(shown.figures), "motif": MOTIF}
    return given(asking, content, f"squares.{form}", KINDS[form], **what)


def summed(counts: dict[str, Any], week: str, weeks: int, language: Language) -> Squares:
    """Return what each square has in some weeks up to one, as the page's clock sums it.

    Args:
        counts: what the page is sent.
        week: first day of the last week; by default the last one that is whole.
        weeks: how many.
        language: of what is said when there is nothing.

    Raises:
        LookupError: with a sentence, if the city has no week of incidents, or nothing of this one.
    """
    if not counts["first"]:
        raise LookupError(TIME_WORDS[language]["of_script"]["nothing"] + ".")
    first, likely = date.fromisoformat(counts["first"]), counts["likely"]
    last = counts["weeks"] - 1
    at = max((date.fromisoformat(week) - first).days // 7, 0) if week else last
    begun = first + timedelta(weeks=at)
    if likely and at > last and f"{begun}" == likely["week"]:
        pairs = zip(likely["cell"], likely["expected"], strict=True)
        beside = zip(likely["cell"], zip(likely["upper"], likely["baseline"], strict=True), strict=True)
        return Squares(dict(sorted(pairs)), begun, begun + timedelta(days=6), True, dict(beside))
    if at > last:
        raise LookupError(TIME_WORDS[language]["no_week"].format(begun))
    since = max(at - weeks + 1, 0)
    found: dict[int, float] = {}
    for of, cell, count in zip(counts["week"], counts["cell"], counts["count"], strict=True):
        if since <= of <= at:
            found[cell] = found.get(cell, 0) + count
    return Squares(dict(sorted(found.items())), first + timedelta(weeks=since), begun + timedelta(days=6), False)


def _row(view: View, shown: Squares, cell: tuple[Any, ...], names: dict[str, str], at: int) -> tuple[Any, ...]:
    row, col, *_, area = cell
    named = (view.city, view.kind, f"{view.city}:{row}:{col}", area, names.get(area, ""), shown.first, shown.last)
    return (*named, shown.figures[at], shown.is_expected, *shown.beside.get(at, (None, None)))


def _geojson(view: View, shown: Squares, cells: list[tuple[Any, ...]], names: dict[str, str]) -> bytes:
    features = []
    for at, outline in outlines(view.city, shown, cells).items():
        told = dict(zip(COLUMNS, map(_plain, _row(view, shown, cells[at], names, at)), strict=True))
        features.append({"type": "Feature", "id": told.pop("cell_id"), "geometry": outline, "properties": told})
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def _plain(value: Any) -> Any:
    return f"{value}" if isinstance(value, date) else value


def outlines(city: str, shown: Squares, cells: list[tuple[Any, ...]]) -> dict[int, dict[str, Any]]:
    """Return the squares that have a figure as polygons of GeoJSON, degrees WGS 84."""
    if not shown.figures:
        return {}
    crs, ranks = load_territory(city).crs, [*shown.figures]
    unit, side = unit_m(crs), float(np.sqrt(cells[0][4]))
    x, y = (np.array([cells[at][axis] for at in ranks])[:, None] for axis in (2, 3))
    east, north = side * np.array([0, 1, 1, 0, 0]), side * np.array([0, 0, 1, 1, 0])
    lon, lat = unproject(crs, ((x + east) / unit).ravel(), ((y + north) / unit).ravel())
    rings = np.round(np.column_stack([lon, lat]).reshape(-1, 5, 2), 6).tolist()
    return {at: {"type": "Polygon", "coordinates": [ring]} for at, ring in zip(ranks, rings, strict=True)}


def _picture(
    view: View,
    shown: Squares,
    cells: list[tuple[Any, ...]],
    areas: dict[str, Any],
    asking: Reader,
    language: Language,
) -> bytes:
    words, layer = WORDS[language], "likely" if shown.is_expected else "past"
    of_script = TIME_WORDS[language]["of_script"]
    bounds = breaks(shown.figures.values())
    found = {f"{at}": ("", json.dumps(outline)) for at, outline in outlines(view.city, shown, cells).items()}
    lines = {area: (name, outline) for area, (name, outline, _) in areas.items()}
    picture = drawn(found, {f"{at}": figure for at, figure in shown.figures.items()}, bounds, lines)
    # A square without an incident is not drawn: the first class begins with one.
    least = None if shown.is_expected else 0
    steps = legend(shown.figures.values(), bounds)
    kind = labelled(asked(TYPES, asking), language).get(view.kind, words["all_kinds"])
    sources = asked(made_from.question(*time_page.MARTS["cells"], city=view.city), asking)
    caption = Caption(
        f"{load_territory(view.city).title} – {kind}, {words[layer]}",
        words["span"].format(shown.first, shown.last),
        of_script["expected_here" if shown.is_expected else "incidents_here"],
        [(step, class_of(least if start is None else start, end, language)) for step, start, end in steps],
        {},
        [made_from.Source(*row).cited(language) for row in sources],
    )
    return png(by_class(picture), {}, caption)


def by_class(picture: Drawn) -> Drawn:
    """Return a picture in which all squares of a class are one shape: of thousands each would be drawn alone."""
    paths: dict[int, list[str]] = {}
    for shape in picture.shapes:
        paths.setdefault(shape.step or 0, []).append(shape.path)
    return picture._replace(shapes=tuple(Shape(f"{step}", "", "".join(own), step) for step, own in paths.items()))
