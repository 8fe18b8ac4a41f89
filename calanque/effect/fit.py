"""How well a plan fits what is likely: the expected incidents in the places and hours that it covers.

`fit(read_plan(text), likely(city, "analyst", "plan of July"))` says how many of the week's expected incidents lie
where and when units would be, beside the best places for the same hours, and beside the best places and hours for as
many unit-hours. A unit covers one cell at a time. Being near is not preventing: nothing is said of an effect, and
neither persons nor units are ranked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from calanque.closed import Closed
from calanque.effect.plan import PlanError
from calanque.engines import trino
from calanque.errors import CalanqueError
from calanque.marts.domains import territories

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from calanque.effect.plan import Shift

WEEK_HOURS, SLOT_HOURS = 168, 6
SLOTS = WEEK_HOURS // SLOT_HOURS
RARE = 0.1


class NothingForecastError(CalanqueError):
    """There is no such city, or nothing is forecast for it."""


@dataclass(frozen=True, eq=False)
class Likely:
    """What is expected in a city's newest forecast, as it is served.

    Attributes:
        territory: the city.
        week_start_date: first day, local.
        cells: identifiers.
        areas: of each cell, None outside of any.
        expected: incidents of all types, cells x slots of six hours.
    """

    territory: str
    week_start_date: date
    cells: tuple[str, ...]
    areas: tuple[str | None, ...]
    expected: NDArray[np.float64]


class Fit(Closed):
    """How a plan fits: expected incidents of a week, in all and covered.

    Attributes:
        territory: the city.
        week_start_date: first day of the forecast.
        unit_hours: units times hours of the plan.
        expected_count: incidents expected in the city in all.
        covered_count: those expected where and when units would be.
        covered_low: at least so many, nine weeks in ten, were counts those of chance (Poisson) around the expected.
        covered_high: at most so many, nine weeks in ten.
        spread_count: covered by the same unit-hours spread evenly over the city and the week.
        best_places_count: covered at the same hours in the best cells.
        best_count: covered by as many unit-hours in the best cells at the best hours.
    """

    territory: str
    week_start_date: date
    unit_hours: float
    expected_count: float
    covered_count: float
    covered_low: int
    covered_high: int
    spread_count: float
    best_places_count: float
    best_count: float

    @property
    def of_best(self) -> float:
        """Share of what the best plan of as many unit-hours covers."""
        return self.covered_count / self.best_count if self.best_count else 0.0


def likely(territory: str, account: str, motif: str) -> Likely:
    """Return the newest forecast of a city by cell and slot, asked for at the query door.

    The week of a cell without slots of its own, which is not flagged, is shared out as that of the flagged ones of its
    type.

    Raises:
        NothingForecastError: if there is no such city, or nothing is forecast for it.
        CalanqueError: if the query door does not answer.
    """
    if territory not in territories("incident"):
        raise NothingForecastError(f"No incidents of '{territory}' are forecast: name a city that has them.")
    newest = (
        f"territory = '{territory}' and week_start_date = "
        f"(select max(week_start_date) from marts.fct_forecast where territory = '{territory}')"
    )
    served = "if(served = 'model', expected_count, baseline_count)"
    weeks = trino.query_if_made(
        f"select f.cell_id, c.area_id, f.type, f.week_start_date, f.count from (select territory, cell_id, type, "
        f"week_start_date, {served} as count from marts.fct_forecast where {newest}) f "
        "inner join marts.dim_cell c on f.territory = c.territory and f.cell_id = c.cell_id",
        account,
        motif,
    )
    if not weeks:
        raise NothingForecastError(f"Nothing is forecast for '{territory}' yet: run its forecast first.")
    slots = trino.query_if_made(
        f"select cell_id, type, date_diff('day', week_start_date, slot_date) * {24 // SLOT_HOURS} + slot_start_hour / "
        f"{SLOT_HOURS}, {served} from marts.fct_forecast_slot where {newest}",
        account,
        motif,
    )
    return spread(territory, weeks, slots)


def spread(territory: str, weeks: Sequence[Sequence[Any]], slots: Sequence[Sequence[Any]]) -> Likely:
    """Return a forecast by cell and slot.

    Args:
        territory: the city.
        weeks: cell, area, type, first day, expected incidents of the week.
        slots: cell, type, number of the slot, expected incidents; of flagged cells alone.
    """
    areas = {cell: area for cell, area, *_ in weeks}
    number = {cell: position for position, cell in enumerate(sorted(areas))}
    own: dict[tuple[str, str], NDArray[np.float64]] = {}
    for cell, kind, slot, count in slots:
        own.setdefault((cell, kind), np.zeros(SLOTS))[slot] += count
    profiles: dict[str, NDArray[np.float64]] = {}
    for (_, kind), counts in own.items():
        profiles[kind] = profiles.get(kind, np.zeros(SLOTS)) + counts
    expected = np.zeros((len(number), SLOTS))
    for cell, _, kind, _, count in weeks:
        profile = profiles.get(kind, np.zeros(SLOTS))
        profile = profile if profile.any() else np.ones(SLOTS)
        expected[number[cell]] += own.get((cell, kind), count * profile / profile.sum())
    return Likely(
        territory=territory,
        week_start_date=weeks[0][3],
        cells=tuple(number),
        areas=tuple(areas[cell] for cell in number),
        expected=expected,
    )


def fit(plan: Sequence[Shift], city: Likely) -> Fit:
    """Return how a plan fits what is likely.

    Raises:
        PlanError: if a place is no cell or area of the city, or a shift lies outside of the week.
    """
    from scipy.stats import poisson

    hourly = np.repeat(city.expected / SLOT_HOURS, SLOT_HOURS, axis=1)
    cover, units = np.zeros_like(hourly), np.zeros(WEEK_HOURS)
    places: dict[str, list[int]] = {}
    for number, names in enumerate(zip(city.cells, city.areas, strict=True)):
        for name in filter(None, names):
            places.setdefault(name, []).append(number)
    for shift in plan:
        if shift.place not in places:
            raise PlanError(f"'{shift.place}' is no area and no cell of {city.territory}: take an id of dim_area.")
        cells, hours = np.array(places[shift.place]), _hours_of(shift, city.week_start_date)
        units += shift.units * hours
        for hour in np.flatnonzero(hours):
            left = hourly[cells, hour] * (1 - cover[cells, hour])
            best = cells[np.argsort(-left, kind="stable")[: shift.units]]
            cover[best, hour] = np.minimum(1, cover[best, hour] + hours[hour])
    unit_hours, covered, total = float(units.sum()), float((hourly * cover).sum()), float(hourly.sum())
    low, high = (int(poisson.ppf(share, covered)) for share in (RARE, 1 - RARE))
    return Fit(
        territory=city.territory,
        week_start_date=city.week_start_date,
        unit_hours=unit_hours,
        expected_count=total,
        covered_count=covered,
        covered_low=low,
        covered_high=high,
        spread_count=total * min(1.0, unit_hours / hourly.size),
        best_places_count=float(sum(_most(hourly[:, hour], units[hour]) for hour in range(WEEK_HOURS))),
        best_count=_most(hourly.ravel(), unit_hours),
    )


def _most(values: NDArray[np.float64], count: float) -> float:
    """Return the sum of the largest values, the last of them in part."""
    ordered = np.sort(values)[::-1]
    whole = int(count)
    rest = (count - whole) * ordered[whole] if whole < len(ordered) else 0.0
    return float(ordered[:whole].sum() + rest)


def _hours_of(shift: Shift, monday: date) -> NDArray[np.float64]:
    """Return which part of each hour of the week a shift lasts."""
    begins = datetime.combine(monday, datetime.min.time())
    last = begins + timedelta(hours=WEEK_HOURS)
    if shift.starts_at < begins or shift.ends_at > last:
        raise PlanError(
            f"A shift at {shift.place} lies outside of the week that is forecast: {begins:%Y-%m-%d} to {last:%Y-%m-%d}."
        )
    first, end = ((at - begins).total_seconds() / 3600 for at in (shift.starts_at, shift.ends_at))
    hours = np.arange(WEEK_HOURS)
    return np.asarray(np.clip(np.minimum(hours + 1, end) - np.maximum(hours, first), 0, 1))


def sentences(found: Fit) -> list[str]:
    """Return what is said of a fit."""
    return [
        f"Week of {found.week_start_date}: {found.expected_count:,.0f} incidents are expected in {found.territory}.",
        f"{found.unit_hours:,.0f} unit-hours of the plan are where and when {found.covered_count:,.1f} of them are "
        f"expected: from {found.covered_low} to {found.covered_high} eight weeks in ten, by chance alone.",
        f"As many spread evenly: {found.spread_count:,.1f}. The best cells at the same hours: "
        f"{found.best_places_count:,.1f}. The best cells and hours: {found.best_count:,.1f} "
        f"(the plan reaches {found.of_best:.0%} of it).",
        "Being there is not preventing: this says where incidents are expected, not what units change.",
    ]
