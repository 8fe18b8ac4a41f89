"""Street closures of a synthetic Marseille, as an office of roads publishes them: a WZDx work zone feed, GeoJSON.

Streets are closed for works in, above or below them, none for an event. Of ten closures two are before a market or a
festivity, and two on the way of a procession: they are what a reader should find. All are made up.
"""

import json
import math
import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from calanque.twin.days import PARIS, first_day
from calanque.twin.dirt import WRONG_TIMES, soiled
from calanque.twin.permits import Planned, permits
from calanque.twin.report_texts import STREETS
from calanque.twin.streets import away, line, position, spots

PERMITS_COUNT, PERMITS_SEED = 1_200, 13_401
"""Those of the contract of occupations: closures are of the same city."""
AT_CROWDS, ON_WAYS = (1, 6), (3, 8)
"""Last figures of the numbers of closures that are planted."""


class _Work(NamedTuple):
    weight: int
    said: str
    lasts_h: tuple[int, int]
    known_before_h: tuple[int, int]


WORKS = {
    "below-road-work": _Work(4, "Réparation d’une conduite", (8, 96), (24, 720)),
    "surface-work": _Work(3, "Réfection de la chaussée", (10, 72), (120, 1_000)),
    "overhead-work": _Work(2, "Grue au-dessus de la voie", (5, 12), (120, 900)),
    "minor-road-defect-repair": _Work(1, "Affaissement de la chaussée", (6, 60), (0, 3)),
}
"""What a street is closed for, by WZDx's type of work."""


def closures(last_day: str, days: int, count: int, seed: int) -> list[Planned]:
    """Return the closures of `generate_closures`, by number; the route is the stretch, the place its street."""
    first = first_day(last_day, days, 0.0, count)
    draw = random.Random(f"closures/{seed}/{first}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    near, permitted = spots(draw), permits(last_day, days, PERMITS_COUNT, PERMITS_SEED)
    crowds = [one for one in permitted if one.code in ("MARCHE", "FETE")]
    ways = [one for one in permitted if one.route]
    found = list[Planned]()
    for number in range(1, count + 1):
        if number % 10 in AT_CROWDS:
            met = draw.choice(crowds)
            at = away(draw, (met.lon or 0.0, met.lat or 0.0), 5, 45)
        elif number % 10 in ON_WAYS:
            met = draw.choice(ways)
            at = away(draw, _on(draw, met.route), 0, 10)
        else:
            met, at = None, position(draw, near)
        found.append(_closure(draw, number, at, _begin(draw, first, days, met)))
    return found


def _on(draw: random.Random, route: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    """Return a place on a route, lon and lat."""
    (lon, lat), (next_lon, next_lat) = draw.choice(list(pairwise(route)))
    part = draw.random()
    return lon + part * (next_lon - lon), lat + part * (next_lat - lat)


def _begin(draw: random.Random, first: date, days: int, met: Planned | None) -> datetime:
    """Return when a street is closed: any hour of the days, or about the begin of what is to be met."""
    if met:
        return met.begins_at + timedelta(minutes=draw.randrange(-180, 60))
    return datetime(first.year, first.month, first.day) + timedelta(hours=draw.randrange(24 * days))


def _closure(draw: random.Random, number: int, at: tuple[float, float], begin: datetime) -> Planned:
    code = draw.choices(list(WORKS), [work.weight for work in WORKS.values()])[0]
    end = begin + timedelta(hours=draw.randint(*WORKS[code].lasts_h))
    known = begin - timedelta(hours=draw.randint(*WORKS[code].known_before_h))
    route = line(draw, at, draw.uniform(0, math.tau), draw.randint(1, 4), (30, 90))
    return Planned(number, code, begin, end, known, None, *route[0], draw.choice(STREETS), route=route)


def generate_closures(last_day: str, days: int, count: int, seed: int, dirt: float = 0.0) -> bytes:
    """Return street closures as WZDx 4.2: a feature each, the stretch a line in WGS 84, times in UTC.

    Args:
        last_day: last day on which one begins, YYYY-MM-DD, local; one that is planted may begin some hours earlier.
        days: how many days they begin on.
        count: number of closures.
        seed: other seed, other closures.
        dirt: share of them that are sent twice; as many have no readable begin.

    Raises:
        CalanqueError: if the numbers make no sense, or the day is not a day.
    """
    first = first_day(last_day, days, dirt, count)
    draw = random.Random(f"work zones/{seed}/{first}/{days}")  # noqa: S311  (reproducible rows, not secrets)

    def has_no_time(feature: dict[str, Any]) -> None:
        feature["properties"]["start_date"] = draw.choice(WRONG_TIMES)

    features = [_feature(one) for one in closures(last_day, days, count, seed)]
    sent = soiled(features, round(dirt * count), draw, has_no_time)
    made = _utc(datetime(first.year, first.month, first.day) + timedelta(days=days))
    source = {"data_source_id": "voirie", "organization_name": "Calanque", "update_date": made}
    info = {"publisher": "Calanque", "version": "4.2", "update_date": made, "data_sources": [source]}
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in sent)
    head = f'{{"feed_info": {json.dumps(info)},\n"type": "FeatureCollection", "features": [\n'
    return f"{head}{lines}\n]}}\n".encode()


def _feature(closure: Planned) -> dict[str, Any]:
    core = {"event_type": "work-zone", "data_source_id": "voirie", "road_names": [closure.place]}
    core |= {"direction": "undefined", "description": WORKS[closure.code].said}
    core |= {"creation_date": _utc(closure.known_at), "update_date": _utc(closure.known_at)}
    verified = dict.fromkeys(
        (f"is_{end}_{what}_verified" for end in ("start", "end") for what in ("date", "position")), False
    )
    return {
        "id": f"RUE-{closure.number:05d}",
        "type": "Feature",
        "properties": {
            "core_details": core,
            "start_date": _utc(closure.begins_at),
            "end_date": _utc(closure.ends_at),
            **verified,
            "location_method": "unknown",
            "vehicle_impact": "all-lanes-closed",
        },
        "geometry": {"type": "LineString", "coordinates": closure.route},
    }


def _utc(local: datetime) -> str:
    return f"{local.replace(tzinfo=PARIS).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
