"""What *Prévisions et tendances* shows of a city: the days to come, what changed beyond noise, and how good it was."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from calanque.console import made_from
from calanque.console.city import map_sql
from calanque.console.city.map_state import asked, extents
from calanque.console.made_from import Source
from calanque.console.outlook import sql as outlook_sql
from calanque.console.pages import address

if TYPE_CHECKING:
    from calanque.console.city.map_state import Extents
    from calanque.console.readers import Reader
    from calanque.contracts.page import Language

MOTIF = "page des tendances"


class View(NamedTuple):
    """What a link to the page holds; `span` is empty where nobody chose one."""

    city: str
    kind: str
    span: str
    area: str

    def link(self, **changes: Any) -> str:
        """Return the address of this view, or of one that differs."""
        return address("/calanque/outlook", self._replace(**changes)._asdict())


class Day(NamedTuple):
    """A day to come of one area and type; figures are None where the history is too short, and `reason` says so.

    `area_id` is `all` for the whole city, else that of a group of areas.
    """

    area_id: str
    area_name: str | None
    kind: str
    day: date
    expected_count: float | None
    upper_count: int | None
    served: str | None
    data_until: date
    threshold_count: int | None
    p_above: float | None
    risk: int | None
    factors: str | None
    finding: str | None
    reason: str | None


class Trend(NamedTuple):
    """The newest period of an area and type; `area_id` is `all` for the whole city."""

    area_id: str
    area_name: str | None
    kind: str
    first: date
    last: date
    incident_count: int
    expected_count: float | None
    lower_count: float | None
    upper_count: float | None
    is_above: bool | None
    is_below: bool | None
    is_alarm: bool | None
    finding: str | None

    @property
    def changed(self) -> int:
        """1 where it is above what noise allows, -1 below, all that is looked at taken together; else 0."""
        return int(bool(self.is_alarm)) * (int(bool(self.is_above)) - int(bool(self.is_below)))


class Week(NamedTuple):
    """A week of an area and type, with its limit; None where there is none."""

    week: date
    incident_count: int
    expected_count: float | None
    upper_count: float | None
    is_above: bool | None
    is_below: bool | None


class Score(NamedTuple):
    """How the forecast of places of a week did: the model beside the best of the plain counts.

    Rates are the shares of incidents in the parts of the area ranked first, in the order of `AREA_PERCENTS`. Coverage
    is the share of squares whose count stayed within its bound, of all and of the 5 % ranked first.
    """

    week: date
    record: str
    event_count: int
    model_score: float | None
    baseline_score: float | None
    coverage: float | None
    coverage_flagged: float | None
    model_rates: tuple[float | None, ...]
    baseline_rates: tuple[float | None, ...]


class Caught(NamedTuple):
    """Which share of incidents lay in so many per cent of the area ranked first; None where a figure is not known."""

    percent: int
    model: float | None
    baseline: float | None


class LevelScore(NamedTuple):
    """How the forecasts of days of a type did; `bins` are (mean probability, share that came, days) by tenth."""

    kind: str
    week_count: int
    crps_model: float
    crps_baseline: float
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    coverage: float | None
    published_day_count: int | None
    published_coverage: float | None
    published_error: float | None
    published_baseline_error: float | None
    bins: list[tuple[float, float, int]]


class Factor(NamedTuple):
    """What incidents of a type go with; figures are None where there are too few."""

    factor: str
    category: str
    unit_count: int
    incident_count: int
    ratio: float | None
    lower: float | None
    upper: float | None
    year_count: int
    same_sign_share: float | None
    is_found: bool
    finding: str


class Outlook(NamedTuple):
    """Everything that a view shows."""

    days: list[Day]
    trends: list[Trend]
    weeks: list[Week]
    scores: list[Score]
    level_scores: list[LevelScore]
    promotions: list[tuple[datetime, str, str, str, str]]
    factors: list[Factor]
    sources: list[Source]
    queries: list[str]


def found(view: View, asking: Reader, language: Language) -> Outlook:
    """Return what a view shows.

    Raises:
        CalanqueError: if the query door does not answer.
    """
    texts = [
        outlook_sql.days(view.city, language),
        outlook_sql.trends(view.city, view.span, language),
        outlook_sql.weeks(view.city, view.area, view.kind),
        outlook_sql.scores(view.city, view.kind),
        outlook_sql.level_scores(view.city),
        outlook_sql.promotions(view.city, language),
        outlook_sql.factors(view.city, view.kind, language),
        made_from.question("fct_forecast", city=view.city),
    ]
    with ThreadPoolExecutor(len(texts)) as pool:
        days, trends, weeks, scores, levels, decided, factors, sources = pool.map(
            lambda sql: asked(sql, asking, MOTIF), texts
        )
    return Outlook(
        [Day(*row) for row in days],
        [Trend(*row) for row in trends],
        [Week(*row) for row in weeks],
        [score_of(row) for row in scores],
        [LevelScore._make((*row[:-1], bins_of(row[-1]))) for row in levels],
        [(at, model, version, decision, reason) for at, model, version, decision, reason in decided],
        [Factor(*row) for row in factors],
        [Source(*row) for row in sources],
        texts,
    )


def shown_span(view: View, asking: Reader) -> str:
    """Return the span of the trends that a view shows: where nobody chose one, the longer that has limits in the city.

    Raises:
        CalanqueError: if the query door does not answer.
    """
    if view.span:
        return view.span
    ((has_limits,),) = asked(outlook_sql.month_limits(view.city), asking, MOTIF) or [(False,)]
    return "month" if has_limits else "week"


def trends(view: View, asking: Reader, language: Language) -> list[Trend]:
    """Return the newest period of every area and type alone.

    Raises:
        CalanqueError: if the query door does not answer.
    """
    return [Trend(*row) for row in asked(outlook_sql.trends(view.city, view.span, language), asking, MOTIF)]


def score_of(row: tuple[Any, ...]) -> Score:
    """Return a row of the scores with its rates put together."""
    size = len(outlook_sql.AREA_PERCENTS)
    return Score._make((*row[: -2 * size], row[-2 * size : -size], row[-size:]))


def bins_of(text: str | None) -> list[tuple[float, float, int]]:
    """Return the tenths of a reliability as the mart writes them in JSON: probability, share that came, days."""
    return [(one["mean_p"], one["observed_rate"], one["day_count"]) for one in json.loads(text or "[]")]


def hit_curve(scores: list[Score]) -> list[Caught]:
    """Return what the forecasts of places of some weeks caught, each week by its incidents; nothing of none.

    The model's share is None where counts alone were published, both are for weeks scored before there was such a part.
    """

    def caught(rates: list[float | None]) -> float | None:
        known = [(rate, one.event_count) for rate, one in zip(rates, scores, strict=True) if rate is not None]
        count = sum(events for _, events in known)
        return sum(rate * events for rate, events in known) / count if count else None

    if not any(one.event_count for one in scores):
        return []
    by_method = [one.model_rates for one in scores], [one.baseline_rates for one in scores]
    found = [
        Caught(percent, *(caught([rates[at] for rates in own]) for own in by_method))
        for at, percent in enumerate(outlook_sql.AREA_PERCENTS)
    ]
    return [one for one in found if one.baseline is not None]


def offered(asking: Reader) -> tuple[Extents, list[tuple[Any, ...]]]:
    """Return the cities and types that there are, and the names of the types."""
    with ThreadPoolExecutor(2) as pool:
        ends, kinds = pool.submit(extents, asking), pool.submit(asked, map_sql.TYPES, asking, MOTIF)
        return ends.result(), kinds.result()
