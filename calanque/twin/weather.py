"""Synthetic hourly weather of Marseille, written as Météo-France writes its hourly files.

One line a station and hour, UTC: `13055001;MARSEILLE-OBS;43.305000;5.394000;75;2026060112;0.0;1;3.1;1;22.4;1;61;1`.
Monthly means and rain are near those that Météo-France publishes for 1991 to 2020; nothing that happened is in it.
"""

import math
import random
from datetime import datetime
from typing import NamedTuple

from calanque.csv_file import csv_file
from calanque.twin.days import hours
from calanque.twin.dirt import put, soiled

HEADER = (
    *("NUM_POSTE", "NOM_USUEL", "LAT", "LON", "ALTI", "AAAAMMJJHH"),
    *("RR1", "QRR1", "FF", "QFF", "T", "QT", "U", "QU"),
)
WRONG_HOUR = "2026063199"
_MEANS_C = (7.6, 8.4, 11.6, 14.5, 18.6, 22.7, 25.5, 25.3, 21.0, 17.1, 11.7, 8.5)
_RAIN_MM = (46.0, 32.0, 31.0, 48.0, 38.0, 26.0, 8.0, 24.0, 78.0, 75.0, 68.0, 40.0)
_SWING_C = (4.0, 4.5, 5.0, 5.0, 5.2, 5.5, 5.7, 5.6, 5.2, 4.5, 4.1, 4.0)
_WARMEST_HOUR, _WET_SHARE, _MISSING_SHARE = 13, 0.02, 0.01


class _Station(NamedTuple):
    number: str
    name: str
    lat: float
    lon: float
    altitude_m: int
    warmer_c: float
    has_wind: bool


STATIONS = (
    _Station("13055001", "MARSEILLE-OBS", 43.305, 5.394, 75, 0.6, False),
    _Station("13055029", "MARSEILLE-POMEGUES", 43.269, 5.300, 30, 0.2, True),
)


def generate_weather(last_day: str, days: int, seed: int, dirt: float = 0.0) -> bytes:
    """Return hourly weather as CSV: UTF-8, `;` between fields, header first; the same arguments give the same bytes.

    A figure that a station does not measure, or did not that hour, is blank.

    Args:
        last_day: last day (UTC), YYYY-MM-DD.
        days: how many days.
        seed: other seed, other weather.
        dirt: share of lines that are sent twice; as many have no readable hour.

    Raises:
        CalanqueError: if the numbers make no sense, or the day is not a day.
    """
    draw = random.Random(f"weather/{seed}/{last_day}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    rows: list[list[str]] = []
    anomaly = wind = 0.0
    for at in hours(last_day, days, dirt):
        anomaly, wind = 0.985 * anomaly + draw.gauss(0, 0.35), 0.97 * wind + draw.gauss(0, 0.6)
        rain = draw.expovariate(_WET_SHARE * 24 * 30 / _RAIN_MM[at.month - 1]) if draw.random() < _WET_SHARE else 0.0
        rows += (_row(draw, station, at, anomaly, wind, rain) for station in STATIONS)

    sent = soiled(rows, round(dirt * len(rows)), draw, put(HEADER.index("AAAAMMJJHH"), WRONG_HOUR))
    return csv_file(HEADER, sent)


def _row(draw: random.Random, station: _Station, at: datetime, anomaly: float, wind: float, rain: float) -> list[str]:
    month = at.month - 1
    turn = math.cos((at.hour - _WARMEST_HOUR) / 24 * math.tau)
    warm = _MEANS_C[month] + station.warmer_c + _SWING_C[month] * turn + anomaly + draw.gauss(0, 0.2)
    damp = min(100, max(15, 68 - 2.2 * (warm - _MEANS_C[month]) + draw.gauss(0, 4) + (25 if rain else 0)))
    blown = abs(4.0 + 1.5 * wind + draw.gauss(0, 0.5)) if station.has_wind else None
    figures = (f"{rain:.1f}", "" if blown is None else f"{blown:.1f}", f"{warm:.1f}", f"{damp:.0f}")
    measured = ("" if draw.random() < _MISSING_SHARE else figure for figure in figures)
    fields = [field for figure in measured for field in (figure, "1" if figure else "")]
    place = (station.number, station.name, f"{station.lat:.6f}", f"{station.lon:.6f}", str(station.altitude_m))
    return [*place, f"{at:%Y%m%d%H}", *fields]
