"""Where things happen in the synthetic Marseille: near some spots of each kind, or anywhere in the city's middle."""

import math
import random

from calanque.twin.days import WHOLE, Part

LON_RANGE, LAT_RANGE = (5.32, 5.46), (43.25, 43.37)
DEGREE_M = 111_195
"""Metres in a degree of latitude."""
_SPOT_COUNT = 6
_SPOT_SHARE = 0.75


def spots(draw: random.Random, part: Part = WHOLE, kind: str = "") -> list[tuple[float, float]]:
    """Return the spots of one kind, lon and lat: drawn as the rest is, or those of the part's city."""
    if part.city is not None:
        draw = random.Random(f"spots/{part.city}/{kind}")  # noqa: S311  (reproducible places, not secrets)
    return [(draw.uniform(*LON_RANGE), draw.uniform(*LAT_RANGE)) for _ in range(_SPOT_COUNT)]


def position(
    draw: random.Random,
    near: list[tuple[float, float]],
    share: float = _SPOT_SHARE,
    lon_range: tuple[float, float] = LON_RANGE,
    lat_range: tuple[float, float] = LAT_RANGE,
) -> tuple[float, float]:
    """Return lon, lat: a share of them near a spot, the others anywhere in the box; always inside it."""
    if draw.random() < share:
        lon, lat = draw.choice(near)
        lon, lat = lon + draw.gauss(0, 0.004), lat + draw.gauss(0, 0.003)
    else:
        lon, lat = draw.uniform(*lon_range), draw.uniform(*lat_range)
    return min(max(lon, lon_range[0]), lon_range[1]), min(max(lat, lat_range[0]), lat_range[1])


def away(draw: random.Random, place: tuple[float, float], nearest_m: float, farthest_m: float) -> tuple[float, float]:
    """Return a place at a distance from another one, lon and lat."""
    angle, distance_m = draw.uniform(0, 2 * math.pi), draw.uniform(nearest_m, farthest_m)
    lat = place[1] + distance_m * math.sin(angle) / DEGREE_M
    return place[0] + distance_m * math.cos(angle) / DEGREE_M / math.cos(math.radians(lat)), lat


def line(
    draw: random.Random, begin: tuple[float, float], angle: float, steps: int, step_m: tuple[float, float]
) -> tuple[tuple[float, float], ...]:
    """Return the corners of a line that bends little, lon and lat to a metre.

    Args:
        draw: what is drawn from.
        begin: its first corner.
        angle: where it goes at first, radians from east.
        steps: how many it has.
        step_m: the shortest step and the longest one, metres.
    """
    lon, lat = begin
    corners = [begin]
    for _ in range(steps):
        angle += draw.uniform(-0.4, 0.4)
        step = draw.uniform(*step_m) / DEGREE_M
        lon, lat = lon + step * math.cos(angle) / math.cos(math.radians(lat)), lat + step * math.sin(angle)
        corners.append((lon, lat))
    return tuple((round(lon, 5), round(lat, 5)) for lon, lat in corners)
