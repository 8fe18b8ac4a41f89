"""The page *Agenda*: what a city plans in a week, which of it can not go together, and what is decided about that."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from calanque.console import lac_words, made_from, pages
from calanque.console.agenda.state import (
    DECISIONS,
    MOTIF,
    Conflict,
    Event,
    NothingPlannedError,
    OvertakenError,
    View,
    Week,
    decide,
    extents,
    found,
)
from calanque.console.agenda.words import DAYS, WORDS
from calanque.console.city.map_page import AreaId, Day, Name, class_of, day_of, why_not
from calanque.console.city.map_picture import breaks, drawn, legend
from calanque.console.given import given, of_now
from calanque.console.languages import Spoken
from calanque.console.readers import Reader, decider, is_sealed, mart_reader, seal
from calanque.csv_file import csv_file
from calanque.errors import CalanqueError
from calanque.places.territory import load_territory
from calanque.places.words import ASSETS, EVENTS, WHOLE_CITY

if TYPE_CHECKING:
    from calanque.contracts.page import Language

router = APIRouter(prefix="/agenda")
DECIDE = "/calanque/agenda/decide"
COLUMNS = (
    *("conflict_id", "rule", "starts_at", "ends_at", "area", "first_event", "first_kind", "second_event"),
    *("second_kind", "asset", "asset_name", "capacity", "distance_m", "overlap_minutes", "expected_count", "is_sure"),
    *("state", "decided_by"),
)
# Events bear whatever name their source gives them; the query door is asked whether there is such a conflict.
ConflictId = Annotated[str, Form(pattern=r"^[a-z][a-z0-9_]*:.+:.+$", max_length=300)]


def chosen(
    city: Name = "",
    week: Day = "",
    rule: Name = "",
    state: Literal["", "to_handle", "handled", "accepted"] = "",
    area: AreaId = "",
) -> View:
    """Return the view that an address asks for; a day that no calendar has is next week's."""
    return View(city, day_of(week), rule, state, area)


Asking = Annotated[Reader, Depends(mart_reader)]
Deciding = Annotated[Reader, Depends(decider)]
Chosen = Annotated[View, Depends(chosen)]


@router.get("", response_class=HTMLResponse)
def agenda(asking: Asking, language: Spoken, view: Chosen) -> Response:
    """Show a week of a city."""
    try:
        ends = extents(asking)
        view, week = found(view, ends, asking, datetime.now(UTC), language)
    except NothingPlannedError as error:
        said = {"reader": asking, "v": view, "kept": view.link().partition("?")[2] + "&", "sentence": error.args[0]}
        return pages.shown(pages.render("sentence.html", language, WORDS[language]["agenda"], **said))
    except (LookupError, CalanqueError) as error:
        return why_not(error, language, asking)
    values = _values(view, week, language) | {
        "reader": asking,
        "cities": {name: load_territory(name).title for name in ends},
        "sealed": seal(asking.name, DECIDE),
        "decide": DECIDE,
        "kept": view.link().partition("?")[2] + "&",
    }
    return pages.shown(pages.render("agenda.html", language, WORDS[language]["agenda"], **values))


@router.get("/conflicts.csv")
def as_csv(asking: Asking, language: Spoken, view: Chosen) -> Response:
    """Give the conflicts of a view, and write that they were given."""
    try:
        view, week = found(view, extents(asking), asking, datetime.now(UTC), language)
        of_now(asking, language)
    except (LookupError, CalanqueError) as error:
        return why_not(error, language, asking)
    rows = [_row(one) for one in fitting(week.conflicts, view)]
    what: dict[str, Any] = {"objects": ("console.agenda",), "row_count": len(rows), "motif": MOTIF}
    return given(asking, csv_file(COLUMNS, rows), "conflicts.csv", "text/csv", **what)


@router.post("/decide")
def decision(
    asking: Deciding,
    language: Spoken,
    view: Chosen,
    conflict_id: ConflictId,
    decision: Annotated[str, Form(pattern=f"^({'|'.join(DECISIONS)})$")],
    after: Annotated[str, Form(max_length=40)] = "",
    csrf_token: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Keep what the person decides of a conflict, and show the week again."""
    if not is_sealed(csrf_token, asking.name, DECIDE):
        return pages.sentence(language, lac_words.WORDS[language]["sent_wrong"], 403)
    try:
        decide(view.city, conflict_id, decision, after, asking)
    except LookupError:
        return pages.sentence(language, WORDS[language]["no_conflict"], 404)
    except OvertakenError:
        return pages.sentence(language, WORDS[language]["overtaken"], 409)
    except CalanqueError as error:
        return why_not(error, language, asking)
    return RedirectResponse(f"{view.link()}#conflicts", 303)


def fitting(conflicts: list[Conflict], view: View) -> list[Conflict]:
    """Return those of some conflicts that a view asks for."""
    return [
        one
        for one in conflicts
        if view.rule in ("", one.rule) and view.state in ("", one.state) and view.area in ("", one.area_id)
    ]


def _row(one: Conflict) -> list[Any]:
    return [
        *(one.conflict_id, one.rule, one.starts_at, one.ends_at, one.area_name or ""),
        *(one.first_event_id, one.first_kind, one.second_event_id, one.second_kind, one.asset_id, one.asset_name),
        *(one.capacity, one.distance_m, one.overlap_minutes, one.expected_count, one.is_sure, one.state),
        one.decision.decided_by if one.decision and one.is_decided else "",
    ]


def _values(view: View, week: Week, language: Language) -> dict[str, Any]:
    first = date.fromisoformat(view.week)
    counts = Counter(one.area_id for one in fitting(week.conflicts, view._replace(area="")) if one.area_id)
    bounds = breaks(counts.values())
    return {
        "m": WORDS[language],
        "s": made_from.WORDS[language],
        "sources": week.sources,
        "v": view,
        "week": week,
        "shown": fitting(week.conflicts, view),
        "rules": {one.rule: one.label_fr if language == "fr" else one.label_en for one in week.conflicts},
        "kinds": EVENTS[language],
        "assets": ASSETS[language],
        "whole_city": WHOLE_CITY,
        "days": [(DAYS[language][number], first + timedelta(days=number)) for number in range(7)],
        "calendar": calendar(week.events, first),
        "drawn": drawn(week.outlines, counts, bounds),
        "counts": counts,
        # An area without a conflict has no colour: the first class begins with one.
        "legend": [(step, class_of(start or 0, end, language)) for step, start, end in legend(counts.values(), bounds)],
        "before": f"{first - timedelta(days=7)}",
        "after": f"{first + timedelta(days=7)}",
        "open_count": sum(one.state == "to_handle" for one in week.conflicts),
        "cancelled_count": sum(one.is_cancelled for one in week.events),
        "how_near": lambda conflict: how_near(conflict, language),
        "decisions": tuple(DECISIONS),
        "zone": load_territory(view.city).time_zone,
    }


def calendar(events: list[Event], first: date) -> dict[str, list[int]]:
    """Return how many events of each kind last on each of seven days, the commonest kind first; none is cancelled."""
    found: dict[str, list[int]] = {}
    for event in events:
        if event.is_cancelled:
            continue
        row = found.setdefault(event.kind, [0] * 7)
        for number in range(7):
            begins = datetime.combine(first + timedelta(days=number), datetime.min.time())
            row[number] += event.starts_at < begins + timedelta(days=1) and event.ends_at > begins
    return dict(sorted(found.items(), key=lambda one: -sum(one[1])))


def how_near(one: Conflict, language: Language) -> str:
    """Return how far and how long a conflict's two sides are from another, or from what they are both at."""
    m, lasts = WORDS[language], lasting(one.overlap_minutes, language)
    if one.distance_m is None:
        return m["at_once"].format(lasts)
    if one.overlap_minutes <= 0:
        return m["follows"].format(one.distance_m, lasts)
    name = "together" if one.asset_id is None else "beside" if one.second_event_id is None else "on_line"
    return m[name].format(one.distance_m, lasts)


def lasting(minutes: int, language: Language) -> str:
    """Return some minutes as people say them: minutes, from two hours on hours, from two days on days."""
    m = WORDS[language]
    minutes = abs(minutes)
    if minutes < 120:
        return f"{minutes} {m['minutes']}"
    return f"{minutes // 60} {m['hours']}" if minutes < 48 * 60 else f"{minutes // (24 * 60)} {m['days']}"
