"""Conflicts of Marseille's planned events against what the twin meant, by each rule; and what a plain rule would give.

The reference is written anew: places and routes as they were drawn, before a permit's address rounds them, distances on
the ellipsoid (of a route in the plane of its first place), every pair of events, and of an event and what stands.
"""

import sys
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from itertools import combinations
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from pyproj import Geod, Proj
from shapely import LineString, Point

from calanque.contracts import load_contract
from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.places.conflicts import ConflictRule, Hours, Side, conflict_rules
from calanque.twin.closures import closures
from calanque.twin.permits import PLACES_SEED, WARNINGS_SEED, permits
from calanque.twin.public_places import places
from calanque.twin.public_space import events
from calanque.twin.weather_warnings import warned

ZONE = ZoneInfo("Europe/Paris")
GROUND = Geod(ellps="WGS84")
KIND_OF = {
    "TRAVAUX": "works",
    "BENNE": "skip",
    "DEMENAGEMENT": "removal",
    "TERRASSE": "terrace",
    "MARCHE": "market",
    "TOURNAGE": "filming",
    "FETE": "festivity",
    "DEFILE": "procession",
    "FEU": "fireworks",
    "VENT_SEC": "dry_wind",
    "FORTE_PLUIE": "heavy_rain",
    "PLACE": "square",
    "ECOLE": "school",
    "TRAMWAY": "tram_line",
    "METRO": "metro_line",
}
LEAST_RECALL, LEAST_PRECISION = 0.95, 0.9
PLAIN_M = 500
AROUND_DEGREES = 0.01
Pair = frozenset[str]


class Meant(NamedTuple):
    """An event, or what stands, as the twin means it; times with their zone, what stands always there.

    Of the latter `expected_count` is what it holds; a warning has no place, as it is of the whole city.
    """

    event_id: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    expected_count: int
    lon: float
    lat: float
    route: tuple[tuple[float, float], ...]


EVER = (datetime(1900, 1, 1, tzinfo=ZONE), datetime(9999, 1, 1, tzinfo=ZONE))


def local(at: datetime) -> datetime:
    """Return a time of Marseille with its zone; permits have none."""
    return at.astimezone(ZONE) if at.tzinfo else at.replace(tzinfo=ZONE)


def meant(loaded: set[str]) -> list[Meant]:
    """Return those events that have a place and are not cancelled; what is sent with no time is in quarantine."""
    wanted = ("last_day", "days", "count", "seed")
    told = {
        feed: {name: load_contract(f"marseille_{feed}").source.arguments[name] for name in wanted}  # type: ignore[union-attr]
        for feed in ("occupations", "agenda", "closures")
    }
    found = [(f"AT-{one.number:05d}", KIND_OF[one.code], one) for one in permits(**told["occupations"])]
    found += [(str(40_000_000 + one.number), "public_event", one) for one in events(**told["agenda"])]
    found += [(f"RUE-{one.number:05d}", "closure", one) for one in closures(**told["closures"])]
    return [
        Meant(
            *(event_id, kind, local(one.begins_at), local(one.ends_at), one.expected_count or 0),
            *(one.lon, one.lat, one.route),
        )
        for event_id, kind, one in found
        if event_id in loaded and one.lon is not None and one.lat is not None and not one.is_cancelled
    ]


def is_around(one: Meant, other: Meant) -> bool:
    """Whether the boxes of two are within a hundredth of a degree, which is more than any distance that is asked."""
    boxes = [list(zip(*(event.route or ((event.lon, event.lat),)), strict=True)) for event in (one, other)]
    return all(
        min(side) < max(of_other) + AROUND_DEGREES and min(of_other) < max(side) + AROUND_DEGREES
        for side, of_other in zip(*boxes, strict=True)
    )


def apart_m(one: Meant, other: Meant) -> float:
    if not one.route and not other.route:
        return float(GROUND.inv(one.lon, one.lat, other.lon, other.lat)[2])
    middle = one if one.route else other
    plane = plane_around(middle.lon, middle.lat)
    return float(drawn(one, plane).distance(drawn(other, plane)))


@cache
def plane_around(lon: float, lat: float) -> Proj:
    return Proj(proj="aeqd", lon_0=lon, lat_0=lat)


def drawn(event: Meant, plane: Proj) -> LineString | Point:
    corners = [plane(*corner) for corner in event.route or ((event.lon, event.lat),)]
    return LineString(corners) if event.route else Point(corners[0])


def fits(side: Side, event: Meant) -> bool:
    return event.kind in side.kinds and event.expected_count >= side.at_least


def is_in_conflict(rule: ConflictRule, one: Meant, other: Meant, distance_m: float) -> bool:
    margin = timedelta(minutes=rule.margin_minutes)
    assert rule.second
    return (
        (rule.within_m is None or distance_m <= rule.within_m)
        and (
            (one.starts_at < other.ends_at and other.starts_at < one.ends_at)
            or (margin and one.starts_at <= other.ends_at + margin and other.starts_at <= one.ends_at + margin)
        )
        and (
            (fits(rule.first, one) and fits(rule.second, other)) or (fits(rule.first, other) and fits(rule.second, one))
        )
    )


def is_in_hours(hours: Hours, one: Meant, free: set[date]) -> bool:
    """Whether an event lasts in one of some hours of a day on which they count."""
    first, last = one.starts_at.astimezone(ZONE), one.ends_at.astimezone(ZONE)
    days = [first.date() + timedelta(days=number) for number in range((last.date() - first.date()).days + 1)]
    return any(
        first < datetime.combine(day, span.ends, ZONE) and datetime.combine(day, span.begins, ZONE) < last
        for day in days
        if day.isoweekday() in hours.weekdays and day not in free
        for span in hours.between
    )


def share(of: Iterable[Pair], among: set[Pair]) -> float:
    """Return which share of some pairs is among others."""
    pairs = set(of)
    return len(pairs & among) / len(pairs)


Near = list[tuple[Meant, Meant, float]]


@pytest.fixture(scope="module")
def known(first: DemoRun) -> set[str]:
    """The events and assets that were loaded."""
    rows = trino.query("select event_id from fct_planned_event where territory = 'marseille'")
    return {name for (name,) in [*rows, *trino.query("select asset_id from dim_asset where territory = 'marseille'")]}


@pytest.fixture(scope="module")
def near(known: set[str]) -> Near:
    """Every two events within the distance of the plain rule, which is the widest."""
    pairs = combinations(meant(known), 2)
    found = ((one, other, apart_m(one, other)) for one, other in pairs if is_around(one, other))
    return [pair for pair in found if pair[2] <= PLAIN_M]


@pytest.fixture(scope="module")
def beside(known: set[str]) -> Near:
    """Every event and what stands within that distance of it."""
    stand = [
        Meant(one.number, KIND_OF[one.code], *EVER, one.capacity or 0, one.lon, one.lat, one.route)
        for one in places(PLACES_SEED)
        if one.number in known
    ]
    found = (
        (event, asset, apart_m(event, asset)) for event in meant(known) for asset in stand if is_around(event, asset)
    )
    return [pair for pair in found if pair[2] <= PLAIN_M]


@pytest.fixture(scope="module")
def warnings(known: set[str]) -> list[Meant]:
    """The warnings of the weather."""
    source = load_contract("marseille_weather_warnings").source.arguments  # type: ignore[union-attr]
    return [
        Meant(f"B{one.number}", KIND_OF[one.code], local(one.begins_at), local(one.ends_at), 0, 0.0, 0.0, ())
        for one in warned(source["last_day"], source["days"], WARNINGS_SEED)
        if f"B{one.number}" in known
    ]


def told_by(rule: str) -> set[Pair]:
    rows = trino.query(
        "select first_event_id, coalesce(second_event_id, asset_id) from fct_event_conflict "
        f"where territory = 'marseille' and rule = '{rule}'"
    )
    assert len({frozenset(row) for row in rows}) == len(rows)
    return {frozenset(row) for row in rows}


def free_days(kinds: Iterable[str]) -> set[date]:
    """Return the days of some kinds of Marseille, which are a row each."""
    rows = trino.query("select kind, starts_local_date from fct_planned_event where territory = 'marseille'")
    return {day for kind, day in rows if kind in set(kinds)}


def judged(name: str, wanted: set[Pair], plain: set[Pair], plain_words: str) -> tuple[float, float]:
    """Say how a rule did beside a plain one, hold it to its bounds, and return its precision and the plain one's."""
    told = told_by(name)
    recall, precision = share(wanted, told), share(told, wanted)
    sys.stdout.write(
        f"\n{name}: {len(wanted)} meant, {len(told)} told, recall {recall:.3f}, precision {precision:.3f}; "
        f"{plain_words}: recall {share(wanted, plain):.3f}, precision {share(plain, wanted):.3f}\n"
    )
    assert len(wanted) > 30
    assert recall >= LEAST_RECALL and precision >= LEAST_PRECISION
    return precision, share(plain, wanted)


def named(way: str) -> list[str]:
    """Return the rules of Marseille that bring two together in a way."""
    return [
        name
        for name, rule in conflict_rules("marseille").items()
        if way == ("beside" if rule.way == "near" and rule.asset else rule.way)
    ]


def one_day(near: Near) -> set[Pair]:
    """Return the pairs of events that begin on one day, within the distance of the plain rule."""
    return {
        frozenset((one.event_id, other.event_id))
        for one, other, _ in near
        if one.starts_at.date() == other.starts_at.date()
    }


@pytest.mark.parametrize("name", named("near"))
def test_what_can_not_go_together_is_found_and_hardly_anything_else(near: Near, name: str) -> None:
    rule = conflict_rules("marseille")[name]
    wanted = {
        frozenset((one.event_id, other.event_id)) for one, other, far in near if is_in_conflict(rule, one, other, far)
    }
    precision, plain = judged(name, wanted, one_day(near), f"within {PLAIN_M} m on one day")
    assert precision > 5 * plain


@pytest.mark.parametrize("name", named("beside"))
def test_what_a_place_can_not_bear_is_found_and_hardly_anything_else(beside: Near, name: str) -> None:
    rule = conflict_rules("marseille")[name]
    assert rule.asset and rule.within_m
    free = free_days(rule.hours.not_in) if rule.hours else set()
    met = [
        (one, at)
        for one, at, far in beside
        if far <= rule.within_m and at.kind in rule.asset.kinds and fits(rule.first, one)
    ]

    def crowd(one: Meant, at: Meant) -> int:
        return sum(e.expected_count for e, a in met if a == at and e.starts_at <= one.starts_at < e.ends_at)

    wanted = {
        frozenset((one.event_id, at.event_id))
        for one, at in met
        if (not rule.hours or is_in_hours(rule.hours, one, free))
        and (not rule.asset.is_full or crowd(one, at) > at.expected_count > 0)
    }
    plain = {frozenset((one.event_id, at.event_id)) for one, at, _ in beside if at.kind in rule.asset.kinds}
    precision, of_plain = judged(name, wanted, plain, f"within {PLAIN_M} m of one")
    assert precision > 5 * of_plain


@pytest.mark.parametrize("name", named("along"))
def test_what_shares_a_line_is_found_and_hardly_anything_else(near: Near, beside: Near, name: str) -> None:
    rule = conflict_rules("marseille")[name]
    assert rule.asset and rule.within_m
    served = [(one, at) for one, at, far in beside if far <= rule.within_m and at.kind in rule.asset.kinds]
    wanted = {
        frozenset((one.event_id, other.event_id))
        for (one, line), (other, same) in combinations(served, 2)
        if line == same and is_in_conflict(rule, one, other, 0)
    }
    precision, plain = judged(name, wanted, one_day(near), f"within {PLAIN_M} m on one day")
    assert precision > 5 * plain


@pytest.mark.parametrize("name", named("anywhere"))
def test_what_the_weather_forbids_is_found_and_nothing_else(known: set[str], warnings: list[Meant], name: str) -> None:
    rule = conflict_rules("marseille")[name]
    pairs = [(one, wind) for one in meant(known) for wind in warnings]
    wanted = {frozenset((one.event_id, wind.event_id)) for one, wind in pairs if is_in_conflict(rule, one, wind, 0)}
    plain = {
        frozenset((one.event_id, wind.event_id)) for one, wind in pairs if one.starts_at.date() == wind.starts_at.date()
    }
    precision, of_plain = judged(name, wanted, plain, "any event on the day of a warning")
    assert precision > 5 * of_plain
