"""One week of a back-test as it was judged, as bytes and back: a training keeps it for the trainings after it."""

import hashlib
import zlib
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, TypeAdapter

from ml.risk.model.cube import CountCube, Events
from ml.risk.model.method import MethodName
from ml.risk.model.numbers import Numbers
from ml.risk.model.published import PublishedWeek
from ml.risk.record.reliability import ReliabilityWeek


class MethodWeek(NamedTuple):
    """What one method did in a week: by type, hits at each share of the area and nats over a uniform map.

    The shown methods also keep how reliable they were, and as published.
    """

    hits: Numbers
    log: Numbers
    reliability: ReliabilityWeek | None = None
    published: PublishedWeek | None = None


class JudgedWeek(NamedTuple):
    """A week: its events by type, the best that any map could have caught, and what each method did."""

    events: Numbers
    best: Numbers
    methods: dict[MethodName, MethodWeek]


def fingerprints(cube: CountCube) -> list[str]:
    """Return a hash for each week of a cube: of its grid and of the incidents of this week and of all before it.

    The judgement of a week rests on them, on when they were known, and on nothing later: one incident that is corrected
    changes the hash of its week and of each one after it.
    """
    grid = cube.grid
    ground = (grid.crs, grid.cell, grid.x0, grid.y0, grid.mask.shape, cube.first_day, cube.types)
    knowledge = (cube.premises, cube.complete_weeks)
    chain, found = hashlib.sha256(repr((*ground, *knowledge)).encode() + np.packbits(grid.mask).tobytes()), []
    for week in range(cube.weeks):
        for one in filter(None, (cube, cube.as_known)):
            chain.update(_rows(one.events, week).tobytes() + b"week")
        found.append(chain.hexdigest())
    return found


def _rows(events: Events, week: int) -> NDArray[np.float64]:
    part = events.of(week, week + 1)
    columns = (events.kind, events.cell, events.dy, events.dx, events.premises, events.is_new)
    rows = np.column_stack([np.asarray(column[part], dtype=np.float64) for column in columns])
    return rows[np.lexsort(rows.T)]


def to_bytes(week: JudgedWeek) -> bytes:
    """Return a week as compressed JSON."""
    return zlib.compress(_kept().dump_json(week))


def from_bytes(content: bytes) -> JudgedWeek:
    """Return the week that `to_bytes` wrote, to the last bit."""
    return _kept().validate_json(zlib.decompress(content))


@cache
def _kept() -> TypeAdapter[JudgedWeek]:
    return TypeAdapter(JudgedWeek, config=ConfigDict(ser_json_inf_nan="constants"))
