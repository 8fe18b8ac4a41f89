"""What a week of a city's agenda holds: events, conflicts between them, and what somebody has decided about these."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from calanque.console import made_from
from calanque.console.agenda import sql as agenda_sql
from calanque.console.agenda.words import WORDS
from calanque.console.city import map_sql
from calanque.console.city.map_state import asked
from calanque.console.made_from import Source
from calanque.console.pages import address, titles
from calanque.engines import trino
from calanque.places.territory import load_territory
from calanque.runs import store
from calanque.runs.tables import CONFLICT_DECISION

if TYPE_CHECKING:
    from calanque.console.readers import Reader
    from calanque.contracts.page import Language

MOTIF = "page agenda"
State = Literal["to_handle", "handled", "accepted"]
REASONS = ("agreed", "far_enough", "apart_in_time", "measures")
"""Why a conflict is accepted: a list, since whoever writes a reason freely writes names into it."""
DECISIONS: dict[str, tuple[State, str]] = {
    "to_handle": ("to_handle", ""),
    "handled": ("handled", ""),
    **{reason: ("accepted", reason) for reason in REASONS},
}
"""What may be decided of a conflict, by what a form sends: its state, and why it is accepted."""


class View(NamedTuple):
    """What a link to the page holds; the week is its Monday."""

    city: str
    week: str
    rule: str
    state: str
    area: str

    def link(self, **changes: Any) -> str:
        """Return the address of this view, or of one that differs."""
        return address("/calanque/agenda", self._replace(**changes)._asdict())


class Event(NamedTuple):
    """A planned event of the week; times are the city's."""

    event_id: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    expected_count: int | None
    is_cancelled: bool
    area_name: str | None


class Decision(NamedTuple):
    """What was decided last of a conflict: by whom, when (UTC), and of which times and distance."""

    state: State
    reason: str
    decided_by: str
    decided_at: datetime
    seen: str


class Conflict(NamedTuple):
    """Two events that can not go together, or one and an asset (then there is no second event); times are the city's.

    Two events may have an asset too, the line that serves both. `distance_m` is None where one is of the whole city,
    `decision` while nobody has looked at it.
    """

    conflict_id: str
    rule: str
    label_en: str
    label_fr: str
    first_event_id: str
    first_kind: str
    second_event_id: str | None
    second_kind: str
    starts_at: datetime
    ends_at: datetime
    overlap_minutes: int
    distance_m: int | None
    expected_count: int
    is_sure: bool
    area_id: str | None
    area_name: str | None
    asset_id: str | None
    asset_name: str | None
    asset_kind: str | None
    capacity: int | None
    decision: Decision | None = None

    @property
    def seen(self) -> str:
        """What whoever decides has before them: a decision is of that, and not of what an event becomes later."""
        span = f"{self.starts_at:%Y-%m-%dT%H:%M}/{self.ends_at:%Y-%m-%dT%H:%M}"
        if self.distance_m is not None:
            span += f", {self.distance_m} m"
        if self.capacity is not None:
            span += f", {self.expected_count} of {self.capacity}"
        # Hours of many days may become more within the same two ends.
        return f"{span}, {self.overlap_minutes} min" if self.second_event_id is None else span

    @property
    def is_decided(self) -> bool:
        """Whether somebody has decided of it as it is now."""
        return self.decision is not None and self.decision.seen == self.seen

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.decision.state if self.decision and self.is_decided else "to_handle"


class Week(NamedTuple):
    """Everything that a view shows: `weeks` are the conflicts that begin in each week of the city."""

    events: list[Event]
    conflicts: list[Conflict]
    weeks: dict[date, int]
    outlines: dict[str, tuple[str, str]]
    sources: list[Source]
    queries: list[str]
    missed: date | None = None


Extents = dict[str, tuple[date, date]]
"""First and last week in which something begins in a city."""


def extents(asking: Reader) -> Extents:
    """Return from which week to which each city plans something."""
    return {city: (first, last) for city, first, last in asked(agenda_sql.CITIES, asking, MOTIF)}


class NothingPlannedError(LookupError):
    """A city plans nothing, and is there."""


class OvertakenError(Exception):
    """Somebody else has decided since the page was made."""


def found(view: View, ends: Extents, asking: Reader, now: datetime, language: Language) -> tuple[View, Week]:
    """Return a view with its city, its week and a rule that is met in it, and what it shows.

    Without a week it is the one after today's; when nothing is planned so late, the last one with a conflict.

    Raises:
        LookupError: with a sentence, if there is no such city; `NothingPlannedError` if it plans nothing.
        CalanqueError: if the query door or the lake does not answer.
    """
    view = _of_city(view, ends, asking, language)
    weeks = dict(asked(agenda_sql.weeks(view.city), asking, MOTIF))
    today = now.astimezone(ZoneInfo(load_territory(view.city).time_zone)).date()
    following = monday(today) + timedelta(days=7)
    week = monday(date.fromisoformat(view.week)) if view.week else _next_week(following, ends[view.city], weeks)
    missed = None if view.week or week == following else following
    texts = [
        agenda_sql.conflicts(view.city, week),
        agenda_sql.events(view.city, week),
        made_from.question("fct_event_conflict", city=view.city),
    ]
    with ThreadPoolExecutor(5) as pool:
        rows, events, sources, areas = (
            pool.submit(asked, sql, asking, MOTIF) for sql in (*texts, map_sql.areas(view.city))
        )
        decided = pool.submit(decisions, view.city)
        by_id = decided.result()
        conflicts = [Conflict(*row)._replace(decision=by_id.get(row[0])) for row in rows.result()]
        outlines = {area: (name, geometry) for area, name, geometry, _ in areas.result()}
        rule = view.rule if view.rule in {one.rule for one in conflicts} else ""
        made_of = [Source(*row) for row in sources.result()]
        made = Week([Event(*row) for row in events.result()], conflicts, weeks, outlines, made_of, texts, missed)
        return view._replace(week=f"{week}", rule=rule), made


def _of_city(view: View, ends: Extents, asking: Reader, language: Language) -> View:
    words = WORDS[language]
    if not ends:
        raise LookupError(words["no_city"])
    if not view.city or view.city in ends:
        return view._replace(city=view.city or next(iter(ends)))
    if (view.city,) in asked(agenda_sql.PLACES, asking, MOTIF):
        raise NothingPlannedError(words["nothing_planned"].format(titles([view.city]), titles(ends)))
    raise LookupError(words["unknown_city"].format(titles(ends)))


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _next_week(following: date, ends: tuple[date, date], weeks: dict[date, int]) -> date:
    return max(following, ends[0]) if following <= ends[1] else max(weeks, default=ends[1])


def decisions(city: str, **of: str) -> dict[str, Decision]:
    """Return what was decided last of each conflict of a city that somebody has looked at, or of those asked for."""
    return {
        row["conflict_id"]: Decision(
            row["state"], row["reason"] or "", row["decided_by"], row["recorded_at"], row["seen"]
        )
        for row in store.read(CONFLICT_DECISION, territory=city, **of)
    }


def decide(city: str, conflict_id: str, decision: str, after: str, asking: Reader) -> None:
    """Keep what somebody decides of a conflict as it is now, with who it was, and tell the journal.

    Args:
        city: territory.
        conflict_id: as in the mart.
        decision: one of `DECISIONS`.
        after: when the decision that the person saw was made, ISO 8601; empty when there was none.
        asking: who decides.

    Raises:
        LookupError: if the reader sees no such conflict.
        OvertakenError: if there is a newer decision than the one that the person saw.
        CalanqueError: if the query door or the lake does not answer.
    """
    from calanque.journal.log import tell_if_possible

    # What is decided on is of now.
    rows = trino.query(agenda_sql.conflict(city, conflict_id), asking.account, motif=MOTIF)
    if not rows:
        raise LookupError(conflict_id)
    before = decisions(city, conflict_id=conflict_id).get(conflict_id)
    if (before.decided_at.isoformat() if before else "") != after:
        raise OvertakenError
    state, reason = DECISIONS[decision]
    said = {"state": state, "reason": reason, "decided_by": asking.name, "seen": Conflict(*rows[0]).seen}
    store.append(CONFLICT_DECISION, [{"territory": city, "conflict_id": conflict_id, **said}])
    tell_if_possible(
        source="console",
        who=asking.name,
        action="modification",
        objects=(f"{CONFLICT_DECISION.name}:{city}:{conflict_id}",),
        row_count=1,
        motif=MOTIF,
    )
