"""The page *Prévisions et tendances*: the days to come, what changed beyond noise, and how good the forecasts were."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse, Response

from calanque.console import made_from, pages
from calanque.console.agenda.words import DAYS
from calanque.console.city.map_page import AreaId, Name, choices, figure, why_not
from calanque.console.city.map_state import city_and_kind
from calanque.console.given import given, of_now
from calanque.console.languages import Spoken
from calanque.console.outlook.picture import hit_lines, hit_ticks, reliability, reliability_ticks, weeks_chart
from calanque.console.outlook.sql import AREA_PERCENTS
from calanque.console.outlook.state import (
    MOTIF,
    Day,
    Factor,
    Outlook,
    View,
    found,
    hit_curve,
    offered,
    shown_span,
    trends,
)
from calanque.console.outlook.words import WORDS
from calanque.console.readers import Reader, mart_reader
from calanque.csv_file import csv_file
from calanque.errors import CalanqueError
from calanque.places.territory import load_territory
from calanque.places.words import EVENTS, PREMISES, word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from calanque.console.city.map_state import Extents
    from calanque.contracts.page import Language

router = APIRouter(prefix="/outlook")
FEW_WEEKS = 4
FLAGGED_PERCENT = 5
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
COLUMNS = (
    *("territory", "area_id", "area_name", "type", "period_start_date", "period_end_date", "incident_count"),
    *("expected_count", "lower_count", "upper_count", "is_above", "is_below", "is_alarm", "finding"),
)


def chosen(
    city: Name = "",
    kind: Name = "all",
    span: Literal["", "week", "month", "year"] = "",
    area: AreaId = "",
) -> View:
    """Return the view that an address asks for."""
    return View(city, kind, span, area)


Asking = Annotated[Reader, Depends(mart_reader)]
Chosen = Annotated[View, Depends(chosen)]


@router.get("", response_class=HTMLResponse)
def outlook(asking: Asking, language: Spoken, view: Chosen) -> Response:
    """Show a city."""
    try:
        ends, kinds = offered(asking)
        view = in_city(view, ends, language)
        span = shown_span(view, asking)
        city = found(view._replace(span=span), asking, language)
        values = choices(view.city, ends, kinds, language) | _values(view, city, language, datetime.now(UTC))
    except (LookupError, CalanqueError) as error:
        return why_not(error, language, asking)
    values |= {"reader": asking, "span": span, "kept": view.link().partition("?")[2] + "&"}
    return pages.shown(pages.render("outlook.html", language, WORDS[language]["outlook"], **values))


@router.get("/trends.csv")
def as_csv(asking: Asking, language: Spoken, view: Chosen) -> Response:
    """Give the newest period of every area and type, and write that it was given."""
    try:
        ends, _ = offered(asking)
        view = in_city(view, ends, language)
        rows = [(view.city, *one) for one in trends(view._replace(span=shown_span(view, asking)), asking, language)]
        of_now(asking, language)
    except (LookupError, CalanqueError) as error:
        return why_not(error, language, asking)
    what: dict[str, Any] = {"objects": ("console.outlook",), "row_count": len(rows), "motif": MOTIF}
    return given(asking, csv_file(COLUMNS, rows), "trends.csv", "text/csv", **what)


def in_city(view: View, ends: Extents, language: Language) -> View:
    """Return a view with its city, and a type that the city has.

    Raises:
        LookupError: with a sentence, if there is no such city.
    """
    city, kind = city_and_kind(view.city, view.kind, ends, language)
    return view._replace(city=city, kind=kind)


def _values(view: View, city: Outlook, language: Language, now: datetime) -> dict[str, Any]:
    days = [one for one in city.days if one.area_id == "all"]
    own = [one for one in days if one.kind == view.kind]
    tomorrow = now.astimezone(ZoneInfo(load_territory(view.city).time_zone)).date() + timedelta(days=1)
    asked = [one for one in city.trends if view.kind in ("all", one.kind)]
    changed = [one for one in asked if one.changed]
    of_kind = [one for one in city.trends if one.kind == view.kind]
    by_area = {one.area_id: one for one in of_kind}
    return {
        "m": WORDS[language],
        "s": made_from.WORDS[language],
        "sources": city.sources,
        "v": view,
        "city": city,
        "own": own,
        "calendar": rows_of(days, lambda one: one.kind),
        "groups": rows_of((one for one in city.days if group_of(one) and one.kind == view.kind), group_of),
        "tomorrow": next((one for one in own if one.day == tomorrow), None),
        "named": lambda day: named(day, language),
        "changed": changed,
        "is_judged": any(one.upper_count is not None for one in asked),
        "established": [one for one in city.factors if one.is_found],
        "chance": lambda value: chance(value, language),
        "category": lambda one: category(one, language),
        "table": [one for one in of_kind if one.area_id != "all"],
        "has_own_limit": any((one.is_above or one.is_below) and not one.is_alarm for one in of_kind),
        "whole": by_area.get("all"),
        "seen": by_area.get(view.area or "all"),
        "chart": weeks_chart(city.weeks),
        **_record(city, view.kind),
        "figure_of": lambda value: "–" if value is None else figure(value, language),
        "score_of": lambda value: score(value, language),
        "gain_of": lambda value: score(value, language, digits=3),
    }


def _record(city: Outlook, kind: str) -> dict[str, Any]:
    last, level = city.scores[:FEW_WEEKS], next((one for one in city.level_scores if one.kind == kind), None)
    curve = hit_curve(last)
    published = [one for one in last if one.record == "published"]
    is_any_published = any(one.record == "published" for one in city.scores)
    return {
        "last": last,
        "published": published,
        "record": "published" if published == last else "both" if is_any_published else "back_test",
        "mean": next((one for one in curve if one.percent == FLAGGED_PERCENT), None),
        "event_count": sum(one.event_count for one in last),
        "flagged": AREA_PERCENTS.index(FLAGGED_PERCENT),
        "curve": curve,
        "lines": hit_lines(curve),
        "ticks": hit_ticks(curve),
        "level": level,
        "reliability": reliability(level.bins if level else []),
        "shares": reliability_ticks(level.bins if level else []),
    }


def rows_of(days: Iterable[Day], key: Callable[[Day], str]) -> dict[str, list[Day]]:
    """Return the days to come by type or group of areas, all together first."""
    found: dict[str, list[Day]] = {}
    for one in sorted(days, key=lambda one: (key(one) != "all", pages.by_name(key(one)), one.day)):
        found.setdefault(key(one), []).append(one)
    return found


def group_of(day: Day) -> str:
    """Return the name of a day's group of areas; none of the whole city."""
    return pages.place_name(day.area_name or "")


def named(day: date, language: Language) -> str:
    """Return a day with its weekday: `Sat 02/01`."""
    return f"{DAYS[language][day.weekday()]} {day:%d/%m}"


def chance(value: float | None, language: Language) -> str:
    """Return the probability of a day to come; none is certain."""
    if value is None:
        return "–"
    words = WORDS[language]
    if value < 0.01:
        return words["least_chance"]
    return words["most_chance"] if value > 0.99 else words["chance"].format(f"{100 * value:.0f}")


def score(value: float | None, language: Language, digits: int = 2) -> str:
    """Return a score, or a gain with the three decimals of the sentences on it; 0 without a sign."""
    return "–" if value is None else pages.decimal(round(value, digits) + 0.0, digits, language)


def category(one: Factor, language: Language) -> str:
    """Return which value of a factor is meant: a weekday in words, hours, a kind of premises or event."""
    if one.factor == "weekday":
        return DAYS[language][WEEKDAYS.index(one.category)]
    if one.factor == "part_of_day":
        return one.category.replace("-", "–") + " h"
    return word(one.category, PREMISES if one.factor == "premises" else EVENTS, language)
