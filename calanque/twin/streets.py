"""Where things happen in the synthetic Marseille: near some spots of each kind, or anywhere in the city's middle."""

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
