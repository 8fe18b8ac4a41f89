"""Conflicts of Marseille's planned events against what the twin meant, by each rule; and what a plain rule would give.

The reference is written anew: places and routes as they were drawn, before a permit's address rounds them, distances on
the ellipsoid (of a route in the plane of its first place), every pair of events.
"""

import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
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
from calanque.places.conflicts import ConflictRule, Side, conflict_rules
from calanque.twin.public_space import events, permits

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
}
LEAST_RECALL, LEAST_PRECISION = 0.95, 0.9
PLAIN_M = 500
Pair = frozenset[str]


class Meant(NamedTuple):
    """An event as the twin means it; times with their zone."""

    event_id: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    expected_count: int
    lon: float
    lat: float
    route: tuple[tuple[float, float], ...]


def local(at: datetime) -> datetime:
    """Return a time of Marseille with its zone; permits have none."""
    return at.astimezone(ZONE) if at.tzinfo else at.replace(tzinfo=ZONE)


def meant(loaded: set[str]) -> list[Meant]:
    """Return those events that have a place and are not cancelled; what is sent with no time is in quarantine."""
    wanted = ("last_day", "days", "count", "seed")
    told = {
        feed: {name: load_contract(f"marseille_{feed}").source.arguments[name] for name in wanted}  # type: ignore[union-attr]
        for feed in ("occupations", "agenda")
    }
    found = [(f"AT-{one.number:05d}", KIND_OF[one.code], one) for one in permits(**told["occupations"])]
    found += [(str(40_000_000 + one.number), "public_event", one) for one in events(**told["agenda"])]
    return [
        Meant(
            *(event_id, kind, local(one.begins_at), local(one.ends_at), one.expected_count or 0),
            *(one.lon, one.lat, one.route),
        )
        for event_id, kind, one in found
        if event_id in loaded and one.lon is not None and one.lat is not None and not one.is_cancelled
    ]


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
    return (
        distance_m <= rule.within_m
        and (
            (one.starts_at < other.ends_at and other.starts_at < one.ends_at)
            or (margin and one.starts_at <= other.ends_at + margin and other.starts_at <= one.ends_at + margin)
        )
        and (
            (fits(rule.first, one) and fits(rule.second, other)) or (fits(rule.first, other) and fits(rule.second, one))
        )
    )


def share(of: Iterable[Pair], among: set[Pair]) -> float:
    """Return which share of some pairs is among others."""
    pairs = set(of)
    return len(pairs & among) / len(pairs)


@pytest.fixture(scope="module")
def near(first: DemoRun) -> list[tuple[Meant, Meant, float]]:
    """Every two events within the distance of the plain rule, which is the widest."""
    rows = trino.query("select event_id from fct_planned_event where territory = 'marseille'")
    pairs = combinations(meant({event_id for (event_id,) in rows}), 2)
    found = (
        (one, other, apart_m(one, other))
        for one, other in pairs
        if one.route or other.route or abs(one.lat - other.lat) < 0.01
    )
    return [pair for pair in found if pair[2] <= PLAIN_M]


def told_by(rule: str) -> set[Pair]:
    rows = trino.query(
        "select first_event_id, second_event_id from fct_event_conflict "
        f"where territory = 'marseille' and rule = '{rule}'"
    )
    assert len({frozenset(row) for row in rows}) == len(rows)
    return {frozenset(row) for row in rows}


@pytest.mark.parametrize("name", conflict_rules("marseille"))
def test_what_can_not_go_together_is_found_and_hardly_anything_else(
    first: DemoRun, near: list[tuple[Meant, Meant, float]], name: str
) -> None:
    rule = conflict_rules("marseille")[name]
    wanted = {
        frozenset((one.event_id, other.event_id)) for one, other, far in near if is_in_conflict(rule, one, other, far)
    }
    told = told_by(name)
    recall, precision = share(wanted, told), share(told, wanted)
    plain = {
        frozenset((one.event_id, other.event_id))
        for one, other, _ in near
        if one.starts_at.date() == other.starts_at.date()
    }
    sys.stdout.write(
        f"\n{name}: {len(wanted)} meant, {len(told)} told, recall {recall:.3f}, precision {precision:.3f}; within "
        f"{PLAIN_M} m on one day: recall {share(wanted, plain):.3f}, precision {share(plain, wanted):.3f}\n"
    )
    assert len(wanted) > 30
    assert recall >= LEAST_RECALL and precision >= LEAST_PRECISION
    assert precision > 5 * share(plain, wanted)
