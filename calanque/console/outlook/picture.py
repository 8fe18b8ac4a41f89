"""The pictures of *Prévisions et tendances*: weeks with limits, what places caught, promised and observed shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from calanque.console.outlook.state import Caught, Week

STEP, HEIGHT = 15.0, 120.0
SIDE = 200.0


class Bar(NamedTuple):
    """A week: `x`, `y` and `height` in pixels, and whether it is above (1) or below (-1) its limits."""

    week: Week
    x: float
    y: float
    height: float
    changed: int


class Chart(NamedTuple):
    """A year of weeks, in pixels: bars, and the points of the lines of what was expected and of the limit.

    `most` is the count at the top; `dates` are the first, the middle and the last week with where they stand.
    """

    width: float
    bars: list[Bar]
    expected: str
    upper: str
    most: float
    dates: list[tuple[float, date]]


def weeks_chart(weeks: Sequence[Week]) -> Chart:
    """Return weeks as bars under the lines of what was expected and of the limit, the highest at the top."""
    figures = [value for one in weeks for value in (one.incident_count, one.upper_count) if value is not None]
    most = max(figures, default=0) or 1

    def y(value: float) -> float:
        return round(HEIGHT - value / most * HEIGHT, 1)

    def line(values: Sequence[float | None]) -> str:
        points = [(number, value) for number, value in enumerate(values) if value is not None]
        return " ".join(f"{number * STEP + (STEP - 3) / 2:g},{y(value)}" for number, value in points)

    bars = [
        Bar(
            one,
            number * STEP,
            y(one.incident_count),
            round(HEIGHT - y(one.incident_count), 1),
            int(bool(one.is_above)) - int(bool(one.is_below)),
        )
        for number, one in enumerate(weeks)
    ]
    expected, upper = [one.expected_count for one in weeks], [one.upper_count for one in weeks]
    marked = sorted({0, len(bars) // 2, len(bars) - 1}) if bars else []
    dates = [(bars[number].x + (STEP - 3) / 2, weeks[number].week) for number in marked]
    return Chart(len(bars) * STEP, bars, line(expected), line(upper), most, dates)


def reliability_ticks(bins: Sequence[tuple[float, float, int]]) -> list[tuple[float, float]]:
    """Return the ticks of both axes of `reliability`: pixels from the corner, and the share there."""
    return [(part * SIDE, part * _most_share(bins)) for part in (0.0, 0.5, 1.0)]


def reliability(bins: Sequence[tuple[float, float, int]]) -> list[tuple[float, float]]:
    """Return the points (pixels) of promised shares, to the right, and observed ones, upwards; the diagonal is right.

    Args:
        bins: mean probability, share of days that passed the threshold, number of days.
    """
    most = _most_share(bins) or 1
    return [(round(mean / most * SIDE, 1), round(SIDE - share / most * SIDE, 1)) for mean, share, _ in bins]


def _most_share(bins: Sequence[tuple[float, float, int]]) -> float:
    return max((value for mean, share, _ in bins for value in (mean, share)), default=0)


def hit_lines(curve: Sequence[Caught]) -> dict[str, list[tuple[float, float]]]:
    """Return by method the points (pixels) of the part of the area, to the right, and its incidents, upwards."""
    most = max((one.percent for one in curve), default=0) or 1

    def line(shares: Sequence[float | None]) -> list[tuple[float, float]]:
        known = [(one.percent, share) for one, share in zip(curve, shares, strict=True) if share is not None]
        return [(round(percent / most * SIDE, 1), round(SIDE - share * SIDE, 1)) for percent, share in known]

    return {"model": line([one.model for one in curve]), "baseline": line([one.baseline for one in curve])}


def hit_ticks(curve: Sequence[Caught]) -> list[tuple[float, int]]:
    """Return the ticks of the part of the area: pixels to the right, per cent; no tick is in the first half."""
    most = max((one.percent for one in curve), default=0) or 1
    return [(0.0, 0), *((one.percent / most * SIDE, one.percent) for one in curve if 2 * one.percent >= most)]
