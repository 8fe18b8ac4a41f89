"""The figures of a training run: what is caught by how much area, and whether probabilities mean what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ml.risk.record.reliability import CURVE_SHARES
from ml.risk.record.validate import Validation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {"stack": "#0b6e99", "decay": "#d1495b", "kde": "#a0a0a0"}


def _axes(title: str) -> tuple[Figure, Axes]:
    # A Figure made without pyplot has no window and no global state, so it can be drawn in a task.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, loc="left", fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _where(validation: Validation) -> str:
    return f"{validation.territory.partition('/')[0]}, cells of {validation.cell_area_m2**0.5:.0f} m"


def hit_curve_figure(validation: Validation) -> Figure:
    """Return the share of next week's incidents caught against the share of the area flagged, per method."""
    figure, axes = _axes(f"{_where(validation)}: incidents caught by area flagged")
    for method, curve in validation.hit_curve.items():
        axes.plot([s * 100 for s in CURVE_SHARES], [c * 100 for c in curve], label=method, color=COLOURS.get(method))
    axes.set(xlabel="area flagged (%)", ylabel="incidents of the week caught (%)", ylim=(0, None))
    axes.legend(frameon=False)
    return figure


def calibration_figure(validation: Validation) -> Figure:
    """Return observed against expected incidents a cell and week, by decile, on logarithmic axes."""
    figure, axes = _axes(f"{_where(validation)}: forecast and observed, by decile")
    shown = [(m, [b for b in bins if b.expected > 0 and b.observed > 0]) for m, bins in validation.calibration.items()]
    for method, bins in shown:
        x, y = [b.expected / b.count for b in bins], [b.observed / b.count for b in bins]
        axes.plot(x, y, marker="o", label=method, color=COLOURS.get(method))
    ends = [value / b.count for _, bins in shown for b in bins for value in (b.expected, b.observed)]
    if ends:
        axes.plot([min(ends), max(ends)], [min(ends), max(ends)], color="#404040", linewidth=0.8, linestyle="--")
        axes.set(xscale="log", yscale="log")
    axes.set(xlabel="expected incidents a cell and week", ylabel="observed")
    axes.legend(frameon=False)
    return figure
