"""The page *Carte*: a city's areas by what happened there and what is likely, with the table that says the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import HTMLResponse, Response

from calanque.console import lac_words, made_from, pages
from calanque.console.city.counted import LAYERS, counted, of_counted_area
from calanque.console.city.map_area import of_area
from calanque.console.city.map_picture import bars, breaks, coloured, drawn, legend
from calanque.console.city.map_sql import TYPES
from calanque.console.city.map_state import City, Extents, View, asked, extents, found, resolved, spanned_days
from calanque.console.city.map_words import WORDS
from calanque.console.city.time_words import QUANTITIES, UNITS
from calanque.console.languages import Spoken
from calanque.console.readers import Reader, mart_reader
from calanque.contracts.page import Language
from calanque.engines.trino import NoAnswerError, RefusedQueryError
from calanque.errors import CalanqueError
from calanque.places import outline_words
from calanque.places.territory import load_territory
from calanque.places.words import EVENTS

Name = Annotated[str, Query(pattern=r"^[a-z0-9_]*$", max_length=60)]
Day = Annotated[str, Query(pattern=r"^(20\d\d-\d\d-\d\d)?$")]
AreaId = Annotated[str, Query(pattern=r"^[\w:.-]*$", max_length=120)]
router = APIRouter(prefix="/map")


def _with_a_file(city: Name) -> str:
    try:
        return load_territory(city).name
    except CalanqueError as error:
        raise HTTPException(404, f"{error}") from None


KnownCity = Annotated[str, Depends(_with_a_file)]


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
            shown = pool.submit(shown_of, view, ends, asking, language)
            area = pool.submit(of_area, view, asking, language) if view.area and view.layer not in LAYERS else None
            view, city = shown.result()
            if view.area and city.outlines and view.area not in city.outlines:
                raise LookupError(WORDS[language]["unknown_area"])
            values = values_of(view, city, language) | {"area": area.result() if area else None}
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


def shown_of(view: View, ends: Extents, asking: Reader, language: Language) -> tuple[View, City]:
    """Return a view as it can be shown, and what it shows, whatever its layer."""
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


def why_not(error: Exception, language: Language, reader: Reader) -> Response:
    """Return the page that says why a view can not be shown, with the menu of the reader."""
    words = lac_words.WORDS[language]
    match error:
        case RefusedQueryError(code="COLUMN_NOT_FOUND"):
            # After an upgrade pages may ask for what the tables get with their next build.
            sentence = words["older_marts"]
        case NoAnswerError():
            sentence = words["no_door"]
        case _:
            sentence = str(error.args[0])
    return pages.sentence(language, sentence, 404 if isinstance(error, LookupError) else 503, reader)


def values_of(view: View, city: City, language: Language) -> dict[str, Any]:
    """Return what page and picture say of a city."""
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
