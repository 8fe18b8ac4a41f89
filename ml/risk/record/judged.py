"""One week of a back-test as it was judged, as bytes and back: a training keeps it for the trainings after it."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ml.risk.model.method import MethodName
from ml.risk.model.published import PublishedWeek, WeekScore
from ml.risk.record.reliability import ReliabilityWeek

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ml.risk.model.cube import CountCube, Events

Arrays = dict[str, "NDArray[Any]"]


class MethodWeek(NamedTuple):
    """What one method did in a week: by type, hits at each share of the area and nats over a uniform map.

    The shown methods also keep how reliable they were, and as published.
    """

    hits: NDArray[np.float64]
    log: NDArray[np.float64]
    reliability: ReliabilityWeek | None = None
    published: PublishedWeek | None = None


class JudgedWeek(NamedTuple):
    """A week: its events by type, the best that any map could have caught, and what each method did."""

    events: NDArray[np.float64]
    best: NDArray[np.float64]
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
    """Return a week as one compressed file of arrays (NumPy's npz)."""
    arrays: Arrays = {"events": week.events, "best": week.best}
    for name, did in week.methods.items():
        arrays |= {f"{name}/hits": did.hits, f"{name}/log": did.log}
        if did.reliability is not None:
            arrays |= {f"{name}/reliability/{key}": value for key, value in did.reliability._asdict().items()}
        if did.published is not None:
            score = {key: value for key, value in vars(did.published.score).items() if value is not None}
            arrays |= {f"{name}/score/{key}": np.asarray(value) for key, value in score.items()}
            arrays |= {f"{name}/published/{key}": getattr(did.published, key) for key in ("excess", "square")}
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # its flags are no arrays
    return file.getvalue()


def from_bytes(content: bytes) -> JudgedWeek:
    """Return the week that `to_bytes` wrote."""
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        arrays = dict(file)
    names = dict.fromkeys(MethodName(key.partition("/")[0]) for key in arrays if "/" in key)
    return JudgedWeek(arrays["events"], arrays["best"], {name: _method(_under(arrays, name)) for name in names})


def _method(arrays: Arrays) -> MethodWeek:
    reliability, score = _under(arrays, "reliability"), _under(arrays, "score")
    published = None
    if score:
        cells, covered = tuple(score.pop("cells").tolist()), score.pop("covered", None)
        published = PublishedWeek(WeekScore(cells=cells, covered=covered, **score), **_under(arrays, "published"))
    return MethodWeek(arrays["hits"], arrays["log"], ReliabilityWeek(**reliability) if reliability else None, published)


def _under(arrays: Arrays, name: str) -> Arrays:
    return {key.removeprefix(f"{name}/"): value for key, value in arrays.items() if key.startswith(f"{name}/")}
