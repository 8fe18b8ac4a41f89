"""Synthetic incidents in the format of the Toronto source, by the million."""

import calendar
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from pyarrow import csv

_Arrays = tuple[np.ndarray[Any, Any], ...]

HEADER = (
    "occurrencedate,occurrencehour,premises_type,occurrencemonth,occurrencedayofweek,MCI,Neighbourhood,"
    "occurrenceday,occurrencedayofyear,Pub_Id,Park_Id,PS_Id,Lat,Long"
)
FIRST_DAY = date(2014, 1, 1)
DAY_COUNT = 2_922
CHUNK_ROWS = 500_000

_TYPES = ("Assault", "Auto Theft", "Break and Enter", "Robbery", "Theft Over")
_TYPE_SHARES = (0.53, 0.14, 0.20, 0.09, 0.04)
_PREMISES = ("Outside", "Apartment", "Commercial", "House", "Other", "Educational", "Transit")
_PREMISES_SHARES = (0.27, 0.24, 0.20, 0.18, 0.07, 0.02, 0.02)
_HOUR_WEIGHTS = (9, 6, 6, 5, 4, 3, 3, 3, 4, 5, 5, 5, 7, 5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 7)
_NEIGHBOURHOOD_COUNT = 140
_LAT_RANGE = (43.59, 43.85)
_LON_RANGE = (-79.63, -79.13)
_HOT_SPOT_COUNT = 150
_HOT_SPOT_SHARE = 0.75


def generate_incidents(rows: int, seed: int, path: Path) -> Path:
    """Write incidents as CSV (UTF-8, header of the source) and return the path; same arguments, same bytes.

    Dates are local midnights of America/Toronto written in UTC, hours are local, as in the source. Positions crowd
    around hot spots drawn from the seed. About 3 million rows in half a minute, in bounded memory.

    Args:
        rows: number of rows.
        seed: other seed, other hot spots and rows.
        path: the file to write; its folder exists.
    """
    draw = np.random.default_rng(seed)
    spots = _hot_spots(draw)
    days = _day_columns()
    options = csv.WriteOptions(include_header=False, quoting_style="none")
    with path.open("wb") as file:
        file.write(f"{HEADER}\n".encode())
        for start in range(0, rows, CHUNK_ROWS):
            csv.write_csv(_chunk(draw, spots, days, min(CHUNK_ROWS, rows - start)), file, options)
    return path


def _hot_spots(draw: np.random.Generator) -> _Arrays:
    """Return lat, lon and share of each hot spot; a few hold most, as in a city."""
    weights = draw.pareto(1.2, _HOT_SPOT_COUNT) + 0.05
    lat = draw.uniform(*_LAT_RANGE, _HOT_SPOT_COUNT)
    return lat, draw.uniform(*_LON_RANGE, _HOT_SPOT_COUNT), weights / weights.sum()


def _day_columns() -> dict[str, list[Any]]:
    zone = ZoneInfo("America/Toronto")
    days = [FIRST_DAY + timedelta(days=n) for n in range(DAY_COUNT)]
    midnights = [datetime(d.year, d.month, d.day, tzinfo=zone).astimezone(UTC) for d in days]
    return {
        "occurrencedate": [f"{m:%Y/%m/%d %H:%M:%S}+00" for m in midnights],
        "occurrencemonth": [calendar.month_name[d.month] for d in days],
        "occurrencedayofweek": [f"{calendar.day_name[d.weekday()]:<10}" for d in days],
        "occurrenceday": [d.day for d in days],
        "occurrencedayofyear": [d.timetuple().tm_yday for d in days],
    }


def _chunk(draw: np.random.Generator, spots: _Arrays, days: dict[str, list[Any]], count: int) -> pa.Table:
    day = pa.array(draw.integers(0, DAY_COUNT, count))
    lat, lon = _positions(draw, spots, count)
    row, column = ((lat - _LAT_RANGE[0]) / 0.0187).astype(np.int64), ((lon - _LON_RANGE[0]) / 0.05).astype(np.int64)
    place = (row * 10 + column) % _NEIGHBOURHOOD_COUNT
    hours = np.array(_HOUR_WEIGHTS) / sum(_HOUR_WEIGHTS)
    columns = {
        **{name: pa.array(values).take(day) for name, values in days.items()},
        "occurrencehour": pa.array(draw.choice(24, count, p=hours)),
        "premises_type": pa.array(_PREMISES).take(pa.array(draw.choice(len(_PREMISES), count, p=_PREMISES_SHARES))),
        "MCI": pa.array(_TYPES).take(pa.array(draw.choice(len(_TYPES), count, p=_TYPE_SHARES))),
        "Neighbourhood": pa.array([f"Synthetic {n:03d}" for n in range(_NEIGHBOURHOOD_COUNT)]).take(pa.array(place)),
        "Pub_Id": pa.array(place + 100),
        "Park_Id": pa.array(place % 97),
        "PS_Id": pa.array(place % 17 + 1),
        "Lat": pa.array(np.round(lat, 8)),
        "Long": pa.array(np.round(lon, 8)),
    }
    return pa.table({name: columns[name] for name in HEADER.split(",")})


def _positions(draw: np.random.Generator, spots: _Arrays, count: int) -> _Arrays:
    is_hot = draw.random(count) < _HOT_SPOT_SHARE
    spot = draw.choice(len(spots[2]), count, p=spots[2])
    lat = np.where(is_hot, spots[0][spot] + draw.normal(0, 0.003, count), draw.uniform(*_LAT_RANGE, count))
    lon = np.where(is_hot, spots[1][spot] + draw.normal(0, 0.004, count), draw.uniform(*_LON_RANGE, count))
    return np.clip(lat, *_LAT_RANGE), np.clip(lon, *_LON_RANGE)
