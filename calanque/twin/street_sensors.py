"""Synthetic sensors of Marseille's streets: sound levels and passers-by, in the smart data models of FIWARE.

One GeoJSON file of key-values (`NoiseLevelObserved`, `CrowdFlowObserved`), a feature a sensor and hour, times in UTC.
Sensors and figures are made up: no sound is recorded and nobody is told apart, here as in the sources.
"""

import json
import math
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from calanque.twin.days import PARIS, hours
from calanque.twin.dirt import soiled

WRONG_TIME = "hier soir"


class Site(NamedTuple):
    """Where a device stands, and how much of the night is lived there, from 0 to 1."""

    name: str
    lon: float
    lat: float
    night_life: float


Figures = Callable[[random.Random, Site, datetime], dict[str, float]]
"""What a sensor says of an hour of local time."""

SITES = (
    Site("vieux_port", 5.3698, 43.2951, 0.8),
    Site("canebiere", 5.3776, 43.2965, 0.5),
    Site("cours_julien", 5.3836, 43.2939, 1.0),
    Site("joliette", 5.3672, 43.3045, 0.3),
    Site("castellane", 5.3840, 43.2858, 0.4),
    Site("prado_plage", 5.3727, 43.2624, 0.6),
    Site("saint_charles", 5.3806, 43.3028, 0.3),
    Site("belle_de_mai", 5.3886, 43.3117, 0.2),
)


def generate_noise(last_day: str, days: int, seed: int, dirt: float = 0.0) -> bytes:
    """Return hourly sound levels as GeoJSON; LAeq is the level of the hour in dB(A), LAmax its loudest moment.

    Spoilt are entities without a readable time. Days are of UTC. Arguments are those of `calanque.twin.days`.
    """

    def figures(draw: random.Random, site: Site, local: datetime) -> dict[str, float]:
        level = 54 + 9 * day_curve(local.hour) + 8 * site.night_life * night_curve(local) + draw.gauss(0, 1.5)
        return {"LAeq": round(level, 1), "LAmax": round(level + 12 + abs(draw.gauss(0, 5)), 1)}

    return _written("NoiseLevelObserved", last_day, days, seed, dirt, figures)


def generate_crowd_flow(last_day: str, days: int, seed: int, dirt: float = 0.0) -> bytes:
    """Return hourly counts of passers-by as GeoJSON, `peopleCount` persons an hour; arguments of `generate_noise`."""

    def figures(draw: random.Random, site: Site, local: datetime) -> dict[str, float]:
        mean = 900 * day_curve(local.hour) ** 2 + 500 * site.night_life * night_curve(local) + 4
        count = max(0, round(mean * math.exp(draw.gauss(0, 0.25))))
        towards = round(count * draw.uniform(0.4, 0.6))
        return {"peopleCount": count, "peopleCountTowards": towards, "peopleCountAway": count - towards}

    return _written("CrowdFlowObserved", last_day, days, seed, dirt, figures)


def day_curve(hour: int) -> float:
    """Return from 0 at four in the morning to 1 at four in the afternoon."""
    return 0.5 - 0.5 * math.cos((hour - 4) / 24 * math.tau)


def night_curve(local: datetime) -> float:
    """Return how much of a night out an hour is: most late on Friday and Saturday."""
    evening = (local - timedelta(hours=5)).weekday()
    late = local.hour >= 20 or local.hour < 3
    return (1.0 if evening in (4, 5) else 0.4) if late else 0.0


def _written(kind: str, last_day: str, days: int, seed: int, dirt: float, figures: Figures) -> bytes:
    draw = random.Random(f"{kind}/{seed}/{last_day}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    features = list(_features(draw, kind, hours(last_day, days, dirt), figures))

    def has_no_time(feature: dict[str, Any]) -> None:
        feature["properties"]["dateObservedFrom"] = WRONG_TIME

    lines = map(json.dumps, soiled(features, round(dirt * len(features)), draw, has_no_time))
    return ('{"type": "FeatureCollection", "features": [\n' + ",\n".join(lines) + "\n]}\n").encode()


def _features(draw: random.Random, kind: str, begins: list[datetime], figures: Figures) -> Iterator[dict[str, Any]]:
    for begin in begins:
        for site in SITES:
            yield {
                "id": f"urn:ngsi-ld:{kind}:marseille-{site.name}-{begin:%Y%m%dT%H}",
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [site.lon, site.lat]},
                "properties": {
                    "type": kind,
                    "name": site.name,
                    "dateObservedFrom": f"{begin:%Y-%m-%dT%H:%M:%S}Z",
                    "dateObservedTo": f"{begin + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}Z",
                    **figures(draw, site, begin.astimezone(PARIS)),
                },
            }
