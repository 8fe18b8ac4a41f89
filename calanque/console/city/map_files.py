"""The map of *Carte* as files: its table as CSV, its areas as GeoJSON, or a picture that says what it shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from fastapi.responses import Response

from calanque.console import lac_words
from calanque.console.city.map_page import Asking, Chosen, labelled, shown_of, values_of, week_note, why_not
from calanque.console.city.map_png import Caption, png
from calanque.console.city.map_sql import TYPES
from calanque.console.city.map_state import MOTIF, City, View, after, asked, extents, resolved, spanned_days
from calanque.console.city.map_words import WORDS
from calanque.console.given import given, of_now
from calanque.console.languages import Spoken
from calanque.console.readers import Reader
from calanque.csv_file import csv_file
from calanque.errors import CalanqueError
from calanque.places.territory import load_territory

if TYPE_CHECKING:
    from calanque.contracts.page import Language

router = APIRouter(prefix="/map")


@router.get("/areas.csv")
def as_csv(asking: Asking, language: Spoken, view: Chosen) -> Response:
    """Give the table of a view, and write that it was given."""
    header = ("area_id", "area_name", *WORDS["en"][f"columns_{view.layer}"].split("|"), "changed")

    def table(city: City, view: View) -> bytes:
        is_tested = view.layer == "past" and city.is_comparable
        of = (view.city, view.kind, *_first_and_last(view, city))
        rows = ((*of, *row[:4], row.changed if is_tested else "") for row in city.rows)
        return csv_file(("territory", "type", "first_date", "last_date", *header), rows)

    return _given(view, asking, language, table, "areas.csv", "text/csv")


def _first_and_last(view: View, city: City) -> tuple[Any, ...]:
    """Return the first and the last day of the figures of a view."""
    if view.layer == "past":
        return spanned_days(view)[:2]
    first = city.week if view.layer == "likely" else date.fromisoformat(view.until) if city.months else None
    if first is None:
        return "", ""
    if view.layer == "likely":
        return first, first + timedelta(days=6)
    last = after(first) - timedelta(days=1)
    if view.layer == "acts":
        return first, last
    # A month of reports is the whole weeks whose Monday it holds.
    return first + timedelta(days=-first.weekday() % 7), last + timedelta(days=6 - last.weekday())


@router.get("/areas.geojson")
def as_geojson(asking: Asking, language: Spoken, view: Chosen) -> Response:
    """Give the map of a view for QGIS and its like, and write that it was given."""
    return _given(view, asking, language, _geojson, "areas.geojson", "application/geo+json")


@router.get("/areas.png")
def as_png(asking: Asking, language: Spoken, view: Chosen) -> Response:
    """Give the map of a view as a picture that says what it shows and whom to cite, and write that it was given."""

    def picture(city: City, view: View) -> bytes:
        kinds = city.kinds or labelled(asked(TYPES, asking), language)
        return _picture(city, view, kinds.get(view.kind, WORDS[language]["all_kinds"]), language)

    return _given(view, asking, language, picture, "areas.png", "image/png")


def _picture(city: City, view: View, kind: str, language: Language) -> bytes:
    values, words = values_of(view, city, language), WORDS[language]
    title = f"{load_territory(view.city).title} – {kind}, {words[view.layer]}"
    if view.layer == "likely":
        note = week_note(city, language)
    elif view.layer == "past":
        note = words["span_past"].format(*values["days"]) + values["when_note"]
        note += f" {words['noise']}" * city.is_comparable
    else:
        note = words[f"span_{view.layer}"].format(view.until[:7])
    cited = [one.cited(language) for one in city.sources]
    changed = {row.area_id: row.changed for row in city.rows}
    marks = {1: words["marked_up"], -1: words["marked_down"]}
    drawn_by = f"{words['source']}{lac_words.WORDS[language]['colon']} {' '.join(values['drawn_by'])}"
    counted = words[f"legend_{view.layer}"]
    return png(values["drawn"], changed, Caption(title, note, counted, values["legend"], marks, [*cited, drawn_by]))


def _geojson(city: City, _: View) -> bytes:
    features = [
        {
            "type": "Feature",
            "id": row.area_id,
            "geometry": json.loads(city.outlines[row.area_id][1]),
            "properties": {
                "name": row.name,
                "figure": row.figure,
                "other": row.other,
                "changed": row.changed,
                "withheld": row.figure is None,
            },
        }
        for row in city.rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def _given(
    view: View, asking: Reader, language: Language, written: Callable[[City, View], bytes], name: str, kind: str
) -> Response:
    """Give what a view shows as a file, or the page that says why it can not be shown."""
    try:
        ends = extents(asking)
        view = resolved(view, ends, language)
        view, city = shown_of(view, ends, asking, language)
        of_now(asking, language)
        content = written(city, view)
    except (LookupError, CalanqueError) as error:
        return why_not(error, language, asking)
    what: dict[str, Any] = {"objects": ("console.map",), "row_count": len(city.rows), "motif": MOTIF}
    return given(asking, content, name, kind, **what)
