"""Synthetic car parks of Marseille: places left every quarter of an hour, as JSON lines of a city's API.

`{"id": "P03", "name": "Castellane", "capacity": 520, "free": 87, "status": "open", "updated_at": "2026-06-30T14:15:00",
"location": {"lat": 43.2858, "lon": 5.384}}`, in local time without an offset. A closed car park has no free places.
"""

import json
import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from calanque.twin.days import local_hours
from calanque.twin.dirt import no_time, put, soiled

LOST = -1
"""What the API gives for the free places of a car park whose barrier does not answer."""
_QUARTERS = tuple(timedelta(minutes=minutes) for minutes in (0, 15, 30, 45))
_SATURDAY = 5
_CLOSED_HOURS = (1, 2, 3, 4, 5)


class _CarPark(NamedTuple):
    number: str
    name: str
    lon: float
    lat: float
    capacity: int
    is_of_day: bool
    closes: bool


CAR_PARKS = (
    _CarPark("P01", "Vieux-Port Hôtel de Ville", 5.3700, 43.2965, 320, True, False),
    _CarPark("P02", "Estienne d’Orves", 5.3722, 43.2938, 650, True, False),
    _CarPark("P03", "Castellane", 5.3840, 43.2858, 520, True, False),
    _CarPark("P04", "Joliette", 5.3672, 43.3045, 900, True, True),
    _CarPark("P05", "Gare Saint-Charles", 5.3806, 43.3028, 780, True, False),
    _CarPark("P06", "Cours Julien", 5.3836, 43.2939, 610, False, False),
    _CarPark("P07", "Baille", 5.3960, 43.2915, 400, False, False),
    _CarPark("P08", "Prado Plage", 5.3760, 43.2630, 450, True, True),
)


def generate_parking(last_day: str, days: int, seed: int, dirt: float = 0.0) -> bytes:
    """Return free places as JSON lines in UTF-8.

    Spoilt are lines without a readable time, and lines with `LOST` free places.
    Arguments are those of `calanque.twin.days`.
    """
    draw = random.Random(f"parking/{seed}/{last_day}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    rows = list(_rows(draw, [hour + quarter for hour in local_hours(last_day, days, dirt) for quarter in _QUARTERS]))

    sent = soiled(rows, round(dirt * len(rows)), draw, no_time("updated_at", draw), put("free", LOST))
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in sent).encode()


def _rows(draw: random.Random, moments: list[datetime]) -> Iterator[dict[str, Any]]:
    drift = dict.fromkeys(CAR_PARKS, 0.0)
    for at in moments:
        for car_park in CAR_PARKS:
            drift[car_park] = 0.97 * drift[car_park] + draw.gauss(0, 0.012)
            is_closed = car_park.closes and at.hour in _CLOSED_HOURS
            taken = round(car_park.capacity * min(1.0, max(0.02, _taken(car_park, at) + drift[car_park])))
            yield {
                "id": car_park.number,
                "name": car_park.name,
                "capacity": car_park.capacity,
                "free": None if is_closed else car_park.capacity - taken,
                "status": "closed" if is_closed else "open",
                "updated_at": f"{at:%Y-%m-%dT%H:%M:%S}",
                "location": {"lat": car_park.lat, "lon": car_park.lon},
            }


def _taken(car_park: _CarPark, at: datetime) -> float:
    """Return the share of places taken: by day where people work and shop, at night where they live."""
    hour = at.hour + at.minute / 60
    by_day = math.pow(0.5 - 0.5 * math.cos((hour - 2.5) / 24 * math.tau), 1.5)
    if not car_park.is_of_day:
        return 0.9 - 0.45 * by_day
    return 0.12 + (0.55 if at.weekday() > _SATURDAY else 0.8) * by_day
