"""An area of *Carte* that was clicked: its months, what makes up its forecast, and what is around it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from calanque.console.city import map_sql
from calanque.console.city.map_state import View, after, asked, spanned_days, when

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calanque.console.readers import Reader
    from calanque.contracts.page import Language

AHEAD_DAYS = 7
BOUND = 0.9


class Area(NamedTuple):
    """An area that was clicked: its months, what makes up its forecast, what is planned in it in the days of `span`.

    Around it are the weather of the days of the view (quantity, unit, figure), and what such incidents go with.
    """

    months: Sequence[tuple[date, int | None]]
    reasons: list[tuple[Any, ...]]
    queries: list[str]
    planned: Sequence[tuple[Any, ...]] = ()
    span: tuple[date, ...] = ()
    weather: Sequence[tuple[str, str, float]] = ()
    factors: Sequence[tuple[str]] = ()


def of_area(view: View, asking: Reader, language: Language) -> Area:
    """Return what is known of one area."""
    until = date.fromisoformat(view.until)
    history = map_sql.history(view.city, view.kind, view.area, until, when(view))
    why = map_sql.why(view.city, view.kind, view.area, language)
    span = until + timedelta(days=1), until + timedelta(days=AHEAD_DAYS)
    texts = [
        *(history, why, map_sql.planned(view.city, view.area, *span)),
        map_sql.weather(view.city, *spanned_days(view)[:2]),
        map_sql.factors(view.city, view.kind, language),
    ]
    with ThreadPoolExecutor(len(texts)) as pool:
        months, reasons, planned, weather, factors = pool.map(lambda sql: asked(sql, asking), texts)
    return Area(_whole(months, until), [bounded(row) for row in reasons], texts, planned, span, weather, factors)


def bounded(reason: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row of what makes up a forecast with whether its bound and probability are those of plain counts.

    Where these serve, a square has as many incidents as events that come on their own at that rate (Poisson).
    """
    from scipy.stats import poisson

    cell, kind, expected, upper, at_least_one, *others = reason
    if upper is None:
        upper, at_least_one = int(poisson.ppf(BOUND, expected)), float(poisson.sf(0, expected))
    return (cell, kind, expected, upper, at_least_one, *others, reason[3] is None)


def _whole(months: list[tuple[Any, ...]], until: date) -> list[tuple[date, int]]:
    """Return months without a gap: one in which nothing happened is a figure too."""
    counts = {month: int(count) for month, count in months}
    at, whole = min(counts, default=until.replace(day=1)), []
    while at <= until:
        whole.append((at, counts.get(at, 0)))
        at = after(at)
    return whole
