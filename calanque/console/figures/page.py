"""The page *Chiffres publiés*: what anybody elected may read of their area, by its name, and nothing else.

All of it is asked at the query door as who is elected, whoever reads: the door itself withholds what is small.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response
from text_unidecode import unidecode

from calanque.console import made_from, pages
from calanque.console.city.counted_words import said
from calanque.console.city.map_page import AreaId, Name, figure, labelled, why_not
from calanque.console.city.map_picture import drawn
from calanque.console.city.map_sql import TYPES
from calanque.console.figures import sql as figures_sql
from calanque.console.figures.words import WORDS
from calanque.console.given import given
from calanque.console.languages import Spoken
from calanque.console.readers import Reader, figures_reader
from calanque.console.remembered import remembered
from calanque.csv_file import csv_file
from calanque.engines import trino
from calanque.errors import CalanqueError
from calanque.places import outline_words
from calanque.places.territory import AREA_ZONE_COUNT, ZONE_CELL_COUNT, load_territory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from calanque.contracts import FeedContract
    from calanque.contracts.page import Language

ROOT = "/calanque/figures"
MARTS = ("fct_report_area_month", "fct_enforcement_area_month", "fct_territory_week", "fct_statistic")
SQUARES = ("area", "zone")
"""Kinds of areas that no city gave a name."""
COLUMNS = ("figure", "area_id", "area_name", "kind", "label", "period_start_date", "count", "is_withheld")
Asking = Annotated[Reader, Depends(figures_reader)]
router = APIRouter(prefix="/figures")


class View(NamedTuple):
    """What a link to the page holds."""

    city: str
    area: str
    find: str

    def link(self, **changes: Any) -> str:
        """Return the address of this view, or of one that differs."""
        return pages.address(ROOT, self._replace(**changes)._asdict())


class Area(NamedTuple):
    """An area as the mart of areas has it."""

    area_id: str
    name: str
    kind: str
    parent: str | None
    geometry: str
    source: str


class Counts(NamedTuple):
    """Counts by period and kind, the newest period first: None is withheld, no data cover a kind that is not there."""

    kinds: tuple[str, ...]
    rows: tuple[tuple[date, dict[str, int | None]], ...]
    area: Area | None = None


class City(NamedTuple):
    """Everything that a view shows of its city."""

    areas: dict[str, Area]
    labels: dict[str, str]
    weeks: Counts
    reports: Counts
    acts: Counts
    statistics: list[tuple[Any, ...]]
    cited: list[FeedContract]
    queries: list[str]


def chosen(
    city: Name = "", area: AreaId = "", find: Annotated[str, Query(max_length=80, pattern=r"^[^<>\x00-\x1f]*$")] = ""
) -> View:
    """Return the view that an address asks for."""
    return View(city, area, find.strip())


Chosen = Annotated[View, Depends(chosen)]


@router.get("", response_class=HTMLResponse)
def figures(asking: Asking, language: Spoken, view: Chosen) -> Response:
    """Show a city, or one of its areas."""
    try:
        cities = _cities(asking)
        view, city = shown(view, cities, asking, language)
    except (LookupError, CalanqueError) as error:
        return why_not(error, language, asking)
    known = called(city.areas.values())
    outlines = {one.area_id: (one.name, one.geometry) for one in finest(known)}
    matching = named(known, view.find) if view.find and not view.area else []
    values = {
        "reader": asking,
        "m": WORDS[language],
        "s": made_from.WORDS[language],
        "v": view,
        "city": city,
        "cities": {name: load_territory(name).title for name in cities},
        "area": city.areas.get(view.area),
        "called": known,
        "matching": matching,
        "drawn": drawn(outlines, {}, ()),
        "drawn_by": dict.fromkeys(outline_words.origin_of(one.source, language) for one in known),
        "place": lambda one: (
            WORDS[language]["square"].format(one.name) if one.kind in SQUARES else pages.place_name(one.name)
        ),
        "published_for": lambda one: WORDS[language]["of_wider"].format(_called(one, view.city, language)),
        "label": lambda kind: _label(city, kind, language),
        "said": lambda code: said(code, language),
        "value_of": lambda value: _value(value, language),
        "kept": view.link().partition("?")[2] + "&",
    }
    return pages.shown(pages.render("figures.html", language, WORDS[language]["figures"], **values))


@router.get("/figures.csv")
def as_csv(asking: Asking, language: Spoken, view: Chosen) -> Response:
    """Give the counts of a view as a table, and write that they were given."""
    try:
        view, city = shown(view, _cities(asking), asking, language)
    except (LookupError, CalanqueError) as error:
        return why_not(error, language, asking)
    listed = [row for mart, counts in zip(MARTS, (city.reports, city.acts, city.weeks), strict=False)
              for row in _listed(mart, counts, view, city, language)]  # fmt: skip
    what: dict[str, Any] = {"objects": ("console.figures",), "row_count": len(listed), "motif": None}
    return given(asking, csv_file(COLUMNS, listed), "figures.csv", "text/csv", **what)


def _listed(mart: str, counts: Counts, view: View, city: City, language: Language) -> Iterable[tuple[object, ...]]:
    area = (counts.area.area_id, _called(counts.area, view.city, language)) if counts.area else ("", "")
    for period, row in counts.rows:
        for kind, count in row.items():
            what = (kind, _label(city, kind, language), period)
            yield (mart, *area, *what, "", "true") if count is None else (mart, *area, *what, count, "false")


def _label(city: City, kind: str, language: Language) -> str:
    return city.labels.get(kind, said(kind, language))


def shown(view: View, cities: Sequence[str], asking: Reader, language: Language) -> tuple[View, City]:
    """Return a view with its city and area, and what it shows.

    Raises:
        LookupError: with a sentence, if there is no such city or area.
        CalanqueError: if the query door does not answer.
    """
    words = WORDS[language]
    if not cities:
        raise LookupError(words["no_city"])
    if view.city and view.city not in cities:
        raise LookupError(words["unknown_city"].format(pages.titles(cities)))
    view = view._replace(city=view.city or cities[0])
    if view.find and not view.area:
        view = _meant(view, cities, asking)
    areas = _areas(view.city, asking)
    if view.area and view.area not in areas:
        raise LookupError(words["unknown_area"])
    return view, _found(view, areas, asking, language)


def _areas(city: str, asking: Reader) -> dict[str, Area]:
    rows = _asked(figures_sql.areas(city), asking.by("elected"))
    return {row[0]: Area(*row) for row in sorted(rows, key=lambda row: pages.by_name(row[1]))}


def _meant(view: View, cities: Sequence[str], asking: Reader) -> View:
    """Return a view of the city that has what is looked for: of another one than was shown, when that has it not."""
    for city in sorted(cities, key=lambda name: name != view.city):
        if matching := named(called(_areas(city, asking).values()), view.find):
            # What is found alone is what was meant.
            return view._replace(city=city, area=matching[0].area_id if len(matching) == 1 else "")
    return view


def called(areas: Iterable[Area]) -> list[Area]:
    """Return the areas that people call by a name; where a city has none, its larger squares."""
    listed = list(areas)
    return [one for one in listed if one.kind not in SQUARES] or [one for one in listed if one.kind == "area"]


def named(areas: Iterable[Area], text: str) -> list[Area]:
    """Return the areas that have a text in their names, however it is accented; those called so come alone."""
    wanted = _plain(text)
    matching = [one for one in areas if wanted in _plain(one.name)]
    return [one for one in matching if _plain(one.name) == wanted] or matching


def finest(areas: Iterable[Area]) -> list[Area]:
    """Return the areas in which no other lies: they cover the city once."""
    listed = list(areas)
    parents = {one.parent for one in listed}
    return [one for one in listed if one.area_id not in parents]


def around(area: Area, areas: dict[str, Area]) -> list[Area]:
    """Return an area and those in which it lies, the narrowest first; then the squares that hold its middle."""
    from shapely.geometry import shape

    found = [area]
    while (parent := found[-1].parent) and parent in areas and areas[parent] not in found:
        found.append(areas[parent])
    middle = shape(json.loads(area.geometry)).representative_point()
    squares = [one for one in areas.values() if one.kind in SQUARES and one not in found]
    return [*found, *(one for one in squares if shape(json.loads(one.geometry)).covers(middle))]


def _called(area: Area, city: str, language: Language) -> str:
    # A square by its size: no map shows its name.
    if area.kind not in SQUARES:
        return pages.place_name(area.name)
    cells = ZONE_CELL_COUNT * (AREA_ZONE_COUNT if area.kind == "area" else 1)
    return WORDS[language]["wide_square"].format(_value(cells * load_territory(city).cell_m / 1000, language))


def _value(value: float, language: Language) -> str:
    """Return an official figure, a number with decimals even when it is whole, as a language writes it."""
    return figure(int(value) if value == int(value) else value, language)


def counts_of(rows: Iterable[Sequence[Any]], area: Area | None = None) -> Counts:
    """Return rows of period, kind and count side by side.

    The marts say 0 of every period that a feed covers: where they have no row of a kind, nobody counted it.
    """
    table: dict[date, dict[str, int | None]] = {}
    for period, kind, count in rows:
        table.setdefault(period, {})[kind] = count
    kinds = tuple(sorted({kind for row in table.values() for kind in row}))
    return Counts(kinds, tuple(table.items()), area)


def _found(view: View, areas: dict[str, Area], asking: Reader, language: Language) -> City:
    near = around(areas[view.area], areas) if view.area else []
    ids = [one.area_id for one in near]
    texts = {"types": TYPES, "weeks": figures_sql.weeks(view.city), "statistics": figures_sql.statistics(view.city)}
    if near:
        texts |= {"reports": figures_sql.reports(view.city, ids), "acts": figures_sql.acts(view.city, ids)}
    with ThreadPoolExecutor(len(texts)) as pool:
        rows = dict(zip(texts, pool.map(lambda sql: _asked(sql, asking.by("elected")), texts.values()), strict=True))

    def narrowest(name: str) -> Counts:
        """Take the narrowest area of which something is published."""
        own = {one.area_id: [row[1:] for row in rows.get(name, []) if row[0] == one.area_id] for one in near}
        return next((counts_of(own[one.area_id], one) for one in near if own[one.area_id]), Counts((), ()))

    return City(
        areas=areas,
        labels=labelled(rows["types"], language),
        weeks=counts_of(rows["weeks"]),
        reports=narrowest("reports"),
        acts=narrowest("acts"),
        statistics=_of_place(rows["statistics"], view.city, areas, near),
        cited=made_from.cited(*MARTS, "dim_area", city=view.city),
        queries=[figures_sql.areas(view.city), *texts.values()],
    )


def _of_place(
    statistics: list[tuple[Any, ...]], city: str, areas: dict[str, Area], near: Sequence[Area]
) -> list[tuple[Any, ...]]:
    """Return official statistics by the names of their areas; of a chosen area those of where it lies, if there are."""
    placed = [(areas.get(f"{city}:{row[1]}"), row) for row in statistics]
    own = [pair for pair in placed if pair[0] in near]
    return [(row[0], one.name if one else row[1], *row[2:]) for one, row in own or placed]


def _plain(text: str) -> str:
    return " ".join(unidecode(text).lower().replace("-", " ").replace("'", " ").split())


def _cities(asking: Reader) -> list[str]:
    return [name for (name,) in _asked(figures_sql.CITIES, asking.by("elected"))]


@remembered
def _asked(sql: str, account: str) -> list[tuple[Any, ...]]:
    return trino.query_if_made(sql, account, motif="page des chiffres publiés")
