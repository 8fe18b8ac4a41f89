"""The page *Carte*: a city's areas by what happened there and what is likely, with the table that says the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response

from calanque.console import lac_words, made_from, pages
from calanque.console.city.counted import LAYERS, counted, of_counted_area
from calanque.console.city.map_picture import bars, breaks, coloured, drawn, legend
from calanque.console.city.map_png import Caption, png
from calanque.console.city.map_sql import TYPES
from calanque.console.city.map_state import (
    MOTIF,
    City,
    Extents,
    View,
    asked,
    extents,
    found,
    of_area,
    resolved,
    spanned_days,
)
from calanque.console.city.map_words import WORDS
from calanque.console.city.time_words import QUANTITIES, UNITS
from calanque.console.given import given, of_now
from calanque.console.languages import Spoken
from calanque.console.readers import Reader, mart_reader
from calanque.contracts.page import Language
from calanque.csv_file import csv_file
from calanque.engines.trino import NoAnswerError, RefusedQueryError
from calanque.errors import CalanqueError
from calanque.places import outline_words
from calanque.places.territory import load_territory
from calanque.places.words import EVENTS

Name = Annotated[str, Query(pattern=r"^[a-z0-9_]*$", max_length=60)]
Day = Annotated[str, Query(pattern=r"^(20\d\d-\d\d-\d\d)?$")]
AreaId = Annotated[str, Query(pattern=r"^[\w:.-]*$", max_length=120)]
router = APIRouter(prefix="/map")


def chosen(
    city: Name = "",
    layer: Literal["past", "likely", "reports", "acts"] = "past",
    kind: Name = "all",
    days: Annotated[str, Query(pattern="^(7|28|91|364)$")] = "28",
    against: Literal["year", "before"] = "year",
    until: Day = "",
    area: AreaId = "",
    sort: Literal["figure", "name", "change"] = "figure",
    beside: Literal["", "1"] = "",
    hours: Literal["", "0", "6", "12", "18"] = "",
    weekday: Literal["", "week", "weekend", "1", "2", "3", "4", "5", "6", "7"] = "",
    origin: Literal["", "reported", "enforced"] = "",
) -> View:
    """Return the view that an address asks for; a day that no calendar has is the newest."""
    return View(city, layer, kind, int(days), against, day_of(until), area, sort, beside, hours, weekday, origin)


def day_of(text: str) -> str:
    """Return a day of an address, empty when no calendar has it."""
    try:
        return f"{date.fromisoformat(text)}" if text else ""
    except ValueError:
        return ""


Asking = Annotated[Reader, Depends(mart_reader)]
Chosen = Annotated[View, Depends(chosen)]


@router.get("", response_class=HTMLResponse)
def city_map(asking: Asking, language: Spoken, view: Chosen) -> Response:
    """Show a city."""
    try:
        ends = extents(asking)
        view = resolved(view, ends, language)
        with ThreadPoolExecutor(4) as pool:
            kinds = pool.submit(asked, TYPES, asking)
            shown = pool.submit(_shown, view, ends, asking, language)
            area = pool.submit(of_area, view, asking, language) if view.area and view.layer not in LAYERS else None
            view, city = shown.result()
            values = _values(view, city, language) | {"area": area.result() if area else None}
            if view.area and view.layer in LAYERS:
                values["area"] = of_counted_area(view, asking)
            offered = choices(view.city, ends, kinds.result(), language)
    except (LookupError, CalanqueError) as error:
        return why_not(error, language, asking)
    values |= offered | ({"kinds": city.kinds} if view.layer in LAYERS else {})
    values |= {
        "reader": asking,
        "events": EVENTS[language],
        "quantities": QUANTITIES[language],
        "units": UNITS[language],
        "newest": ends.get((view.city, view.kind), (None, None))[1],
        "kept": view.link().partition("?")[2] + "&",
    }
    return pages.shown(pages.render("map.html", language, WORDS[language]["map"], **values))


def _shown(view: View, ends: Extents, asking: Reader, language: Language) -> tuple[View, City]:
    if view.layer in LAYERS:
        return counted(view, asking, language)
    return view, found(view, ends, asking)


def choices(city: str, ends: Extents, types: list[tuple[Any, ...]], language: Language) -> dict[str, dict[str, str]]:
    """Return what a form offers: every city, and the types of the one that is shown, by their names."""
    recorded = {kind for name, kind in ends if name == city}
    labels = [(kind, label) for kind, label in labelled(types, language).items() if kind in recorded]
    return {
        "cities": {name: load_territory(name).title for name, kind in ends if kind == "all"},
        "kinds": {"all": WORDS[language]["all_kinds"]} | dict(sorted(labels, key=lambda one: one[1])),
    }


def labelled(types: list[tuple[Any, ...]], language: Language) -> dict[str, str]:
    """Return the name of each type in a language, of the rows of `TYPES`."""
    return {kind: french if language == "fr" else english for kind, english, french in types}


@router.get("/areas.csv")
def as_csv(asking: Asking, language: Spoken, view: Chosen) -> Response:
    """Give the table of a view, and write that it was given."""
    header = ("area_id", "area_name", *WORDS["en"][f"columns_{view.layer}"].split("|"), "changed")
    return _given(view, asking, language, lambda city, _: csv_file(header, city.rows), "areas.csv", "text/csv")


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
    values, words = _values(view, city, language), WORDS[language]
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
        view, city = _shown(view, ends, asking, language)
        of_now(language)
        content = written(city, view)
    except (LookupError, CalanqueError) as error:
        return why_not(error, language, asking)
    what: dict[str, Any] = {"objects": ("console.map",), "row_count": len(city.rows), "motif": MOTIF}
    return given(asking, content, name, kind, **what)


def why_not(error: Exception, language: Language, reader: Reader) -> Response:
    """Return the page that says why a view can not be shown, with the menu of the reader."""
    # After an upgrade pages may ask for what the tables get with their next build.
    is_older = isinstance(error, RefusedQueryError) and error.code == "COLUMN_NOT_FOUND"
    words = lac_words.WORDS[language]
    sentence = words["older_marts"] if is_older else str(error.args[0])
    if isinstance(error, NoAnswerError):
        sentence = words["no_door"]
    return pages.sentence(language, sentence, 404 if isinstance(error, LookupError) else 503, reader)


def _values(view: View, city: City, language: Language) -> dict[str, Any]:
    m = WORDS[language]
    figures = {row.area_id: row.figure for row in city.rows if row.figure is not None}
    # Where plain counts serve there is nothing to hold them against.
    is_pair = view.beside and city.is_comparable and city.served != "baseline"
    others = {row.area_id: row.other for row in city.rows if row.other is not None} if is_pair else {}
    # Two maps are compared by eye: they have the same classes.
    every = [*figures.values(), *others.values()]
    bounds = breaks(every)
    days = spanned_days(view) if view.until else ()
    is_withheld = any(row.figure is None or (others and row.other is None) for row in city.rows)
    picture = drawn(city.outlines, figures, bounds, city.lines)
    return {
        "m": m,
        "s": made_from.WORDS[language],
        "v": view,
        "city": city,
        "sources": city.sources,
        "drawn": picture,
        "drawn_by": [outline_words.origin_of(one, language) for one in city.drawn_by],
        "beside": coloured(picture, others, bounds) if others else None,
        "spans": _spans(view, city, language),
        "legend": [(step, class_of(start, end, language)) for step, start, end in legend(every, bounds)]
        + [(None, m["withheld"])] * is_withheld,
        "when_note": f" {m['doubtful']}" if view.hours and view.layer == "past" else "",
        "week_note": week_note(city, language),
        "marked": {row.area_id: row for row in city.rows},
        "bars": bars,
        "risen": sum(row.changed > 0 for row in city.rows),
        "fallen": sum(row.changed < 0 for row in city.rows),
        "days": days,
        "figure_of": lambda value: figure(value, language),
    }


def _spans(view: View, city: City, language: Language) -> list[str]:
    """Return what each of two maps side by side shows."""
    m = WORDS[language]
    if view.layer == "likely":
        return [m[city.served or "model"], m["baseline"]]
    if view.layer in LAYERS:
        return [f"{month:%Y-%m}" for month in reversed(city.months) if f"{month}" <= view.until][:2]
    days = spanned_days(view)
    return [m["span"].format(*days[:2]), m["span"].format(*days[2:])]


def week_note(city: City, language: Language) -> str:
    """Return of which week a forecast is, by what, and until when the data reach; nothing where there is none."""
    if not city.week or not city.data_until:
        return ""
    words = WORDS[language]
    note = words["span_likely"].format(city.week, words[f"by_{city.served}"], city.data_until)
    return f"{note} {words['begun']}" if city.data_until >= city.week else note


def class_of(start: float | None, end: float, language: Language) -> str:
    """Return which figures a class of the legend has: whole ones from the next to the last, others over and up to."""
    words = WORDS[language]
    if isinstance(end, int):
        first, last = 0 if start is None else int(start) + 1, figure(end, language)
        return last if first == end else words["span_of"].format(figure(first, language), last)
    if start is None:
        return words["up_to"].format(figure(end, language))
    return words["between"].format(figure(start, language), figure(end, language))


def figure(value: float | None, language: Language) -> str:
    """Return a count, or an expected one with as many decimals as say something, as a language writes it.

    One that is withheld is hatched, as its area is.
    """
    if value is None:
        return "▨"
    if isinstance(value, int):
        return pages.number(value, language)
    return pages.decimal(value, 1 if value >= 1 else 2, language)
