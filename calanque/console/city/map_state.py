"""What a view of a city shows: its areas by what happened or is likely, asked at the query door for its reader.

An area is said to have changed when its two counts would differ so much by chance in fewer than one case in twenty,
all areas of the city taken together (exact test of two Poisson counts, Benjamini and Hochberg's correction).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from calanque.console import made_from
from calanque.console.city import map_sql
from calanque.console.city.map_words import WORDS
from calanque.console.made_from import Source
from calanque.console.pages import address, by_name, titles
from calanque.console.remembered import kept
from calanque.engines import trino

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calanque.console.readers import Reader
    from calanque.contracts.page import Language

MOTIF = "page de la carte"
RATE = 0.05
YEAR = 364


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
    beside: str = ""
    hours: str = ""
    weekday: str = ""
    origin: str = ""

    def link(self, **changes: Any) -> str:
        """Return the address of this view, or of one that differs."""
        return address("/calanque/map", self._replace(**changes)._asdict())


class Row(NamedTuple):
    """An area in the table: its figure, the one that it is held against, and -1, 0 or 1 as it changed beyond chance.

    A figure that is withheld is None.
    """

    area_id: str
    name: str
    figure: float | None
    other: float | None
    changed: int


class Record(NamedTuple):
    """How the forecasts by one method did: in the newest week that is over, and on average of the weeks up to it.

    A hit rate is the share of the incidents that lie in the 5 % of the area ranked first, a coverage that of the cells
    whose count did not exceed its bound.
    """

    method: str
    record: str
    week: date
    week_count: int
    event_count: int
    hit_rate: float | None
    coverage: float | None
    mean_hit_rate: float | None


class City(NamedTuple):
    """Everything that a view shows of its city: `drawn_by` names whose outlines they are.

    Of counts by month, `months` are those that there are, and `kinds` what is counted; `lines` are the areas with names
    that lie under squares.
    """

    rows: list[Row]
    outlines: dict[str, tuple[str, str]]
    drawn_by: list[str]
    queries: list[str]
    sources: list[Source]
    records: list[Record]
    since: date | None = None
    is_comparable: bool = True
    week: date | None = None
    served: str | None = None
    data_until: date | None = None
    months: tuple[date, ...] = ()
    kinds: Mapping[str, str] = MappingProxyType({})
    lines: Mapping[str, tuple[str, str]] = MappingProxyType({})


Extents = dict[tuple[str, str], tuple[date, date]]
"""First and last day of the incidents of a city and type, and of all its types."""


def extents(asking: Reader) -> Extents:
    """Return from when to when each city and type has incidents."""
    ends: Extents = {}
    for city, kind, last, first in asked(map_sql.CITIES, asking):
        for name in (kind, "all"):
            before = ends.get((city, name), (first, last))
            ends[city, name] = min(first, before[0]), max(last, before[1])
    return ends


def resolved(view: View, ends: Extents, language: Language) -> View:
    """Return a view with its city and its last day, which is one that its type has data of.

    Raises:
        LookupError: with a sentence, if there is no such city.
    """
    city, kind = city_and_kind(view.city, view.kind, ends, language)
    if view.layer not in ("past", "likely"):
        # Counts by month have kinds and ends of their own.
        return view._replace(city=city)
    view = view._replace(city=city, kind=kind)
    oldest, newest = ends[view.city, view.kind]
    return view._replace(until=f"{max(min(date.fromisoformat(view.until), newest), oldest) if view.until else newest}")


def city_and_kind(city: str, kind: str, ends: Extents, language: Language) -> tuple[str, str]:
    """Return the city that is asked for, the first without one; and the type, all types where the city has it not.

    Raises:
        LookupError: with a sentence, if there is no such city.
    """
    cities = [name for name, every in ends if every == "all"]
    if not cities:
        raise LookupError(WORDS[language]["no_city"])
    if city and city not in cities:
        raise LookupError(WORDS[language]["unknown_city"].format(titles(cities)))
    city = city or cities[0]
    return city, kind if (city, kind) in ends else "all"


def asked(sql: str, asking: Reader, motif: str = MOTIF) -> list[tuple[Any, ...]]:
    """Return the rows of a query, asked for the reader, or a moment ago for another of the same account."""
    found: list[tuple[Any, ...]] = asking.given(_asked(sql, asking.account, motif))
    return found


def rows_of(sql: str, account: str, motif: str = MOTIF) -> list[tuple[Any, ...]]:
    """Return the rows of a query; none while its mart is not made: a city may have incidents, and no model yet."""
    return trino.query_if_made(sql, account, motif)


_asked = kept(rows_of)


def _questions(view: View) -> list[str]:
    """Return what is asked: figures, areas, the feeds they are made from, and how the forecasts did."""
    until = date.fromisoformat(view.until)
    areas = map_sql.areas(view.city)
    if view.layer == "past":
        figures = map_sql.past(view.city, view.kind, until, view.days, back_days(view), when(view))
        return [figures, areas, made_from.question("fct_incidents", city=view.city)]
    figures, record = map_sql.likely(view.city, view.kind), map_sql.record(view.city, view.kind)
    return [figures, areas, made_from.question("fct_forecast", city=view.city), record]


def found(view: View, ends: Extents, asking: Reader) -> City:
    """Return what a view shows.

    Raises:
        CalanqueError: if the query door does not answer.
    """
    is_past = view.layer == "past"
    texts = _questions(view)
    with ThreadPoolExecutor(len(texts)) as pool:
        rows, areas, sources, *records = pool.map(lambda sql: asked(sql, asking), texts)
    outlines = {area: (name, geometry) for area, name, geometry, _ in areas}
    city = City(
        [],
        outlines,
        sorted({source for *_, source in areas}),
        texts,
        [Source(*row) for row in sources],
        [Record(*row) for found in records for row in found],
        since=ends[view.city, view.kind][0],
    )
    if is_past:
        counts = {area: (now, then) for area, now, then in rows}
        pairs = {area: counts.get(area, (0, 0)) for area in outlines}
        # Where nothing was registered yet, nothing has risen.
        city = city._replace(is_comparable=ends[view.city, view.kind][0] <= spanned_days(view)[2])
        judged = changes(list(pairs.values())) if city.is_comparable else [0] * len(pairs)
        changed = dict(zip(pairs, judged, strict=True))
        made = [
            Row(area, outlines[area][0], now, then if city.is_comparable else None, changed[area])
            for area, (now, then) in pairs.items()
        ]
    else:
        pairs = {area: (expected, baseline) for area, _, expected, baseline, *_ in rows if area in outlines}
        made = [Row(area, outlines[area][0], round(one, 2), round(other, 2), 0) for area, (one, other) in pairs.items()]
        if rows:
            city = city._replace(week=rows[0][1], served=rows[0][4], data_until=rows[0][5])
    return city._replace(rows=sorted(made, key=ORDERS[view.sort]))


ORDERS: dict[str, Callable[[Row], Any]] = {
    # What is withheld stands last by name, however much it is.
    "figure": lambda row: (row.figure is None, -(row.figure or 0), by_name(row.name)),
    "name": lambda row: by_name(row.name),
    "change": lambda row: (-row.changed, (row.other or 0) - (row.figure or 0)),
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


def after(month: date) -> date:
    """Return the first day of the month after that of a day."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def when(view: View) -> str:
    """Return the condition of the hours, the days of the week and the origin that a view is of."""
    return map_sql.of_when(view.hours, view.weekday, view.origin)


def back_days(view: View) -> int:
    """Return how many days earlier the days lie that those of a view are held against."""
    return YEAR if view.against == "year" else view.days


def spanned_days(view: View) -> tuple[date, ...]:
    """Return the first and the last day of a view, and of those that they are held against."""
    until = date.fromisoformat(view.until)
    first, back = until - timedelta(days=view.days - 1), timedelta(days=back_days(view))
    return first, until, first - back, until - back
