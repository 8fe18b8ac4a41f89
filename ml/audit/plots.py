"""One figure per check, drawn without pyplot so that it can be drawn in a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ml.audit.fairness import FairnessStudy
from ml.audit.feedback import Correction, LoopStudy
from ml.audit.null_data import NullStudy
from ml.audit.parity import ParityTarget
from ml.audit.poisoning import PoisonStudy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, RED, PURPLE, GREY = "#0b6e99", "#d1495b", "#8d6a9f", "#a0a0a0"
LOOP_COLOURS = {Correction.NONE: RED, Correction.ENSIGN: BLUE, Correction.EXCLUDED: PURPLE}


def _axes(panels: int = 1) -> tuple[Figure, list[Axes]]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(4.6 * panels + 1.8, 3.6), layout="constrained")
    axes = list(np.atleast_1d(figure.subplots(1, panels)))
    for panel in axes:
        panel.spines[["top", "right"]].set_visible(False)
    return figure, axes


def loop_figure(study: LoopStudy) -> Figure:
    """Return the share given to the most flagged cells by week, beside their true share (dashed)."""
    figure, (axes,) = _axes()
    for name in study.runs:
        given, true = (100 * study.mean(name, series) for series in ("forecast_share", "true_share"))
        weeks = np.arange(1, len(given) + 1)
        axes.plot(weeks, given, color=LOOP_COLOURS[name], label=name.value)
        axes.plot(weeks, true, color=LOOP_COLOURS[name], linestyle="--", linewidth=0.9)
    axes.set(xlabel="week of the loop", ylabel="share of incidents (%); dashed: true", ylim=(0, None))
    axes.legend(frameon=False)
    return figure


def null_figure(study: NullStudy) -> Figure:
    """Return the concentrations of all lives over the band."""
    figure, (axes,) = _axes()
    axes.axvspan(study.band.low, study.band.high, color=BLUE, alpha=0.15, label="permutation band")
    axes.hist(study.concentration, bins=20, color=BLUE)
    axes.axvline(1, color=GREY, linestyle="--", label="residents' share")
    axes.set(xlabel="share given to the top cells over their residents' share", ylabel="simulated lives")
    axes.legend(frameon=False)
    return figure


def fairness_figure(study: FairnessStudy) -> Figure:
    """Return shares of flags, residents and reported harm by class, and what parity costs."""
    figure, (bars, cost) = _axes(2)
    place = np.arange(len(study.classes))
    series = (("flagged_share", "flags", BLUE), ("population_share", "residents", GREY), ("harm_share", "harm", PURPLE))
    for offset, (name, label, colour) in zip((-0.27, 0, 0.27), series, strict=True):
        heights = [100 * getattr(figures, name) for figures in study.classes]
        bars.bar(place + offset, heights, width=0.25, color=colour, label=label)
    bars.set_xticks(place, [str(figures.area_class) for figures in study.classes])
    bars.set(xlabel="class of the area (5: the most deprived)", ylabel="share of the city (%)")
    bars.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    for target, colour in zip(ParityTarget, (GREY, PURPLE), strict=True):
        steps = [step for step in study.parity if step.target is target]
        x, y = [100 * step.gap for step in steps], [100 * step.hit_rate for step in steps]
        cost.plot(x, y, marker="o", color=colour, label=f"quotas by {target.value}")
    cost.set(xlabel="flags that would have to change class (%)", ylabel="reported incidents caught (%)")
    cost.legend(frameon=False)
    return figure


def poison_figure(study: PoisonStudy) -> Figure:
    """Return recall by kind of forgery over its bar."""
    figure, (axes,) = _axes()
    names = list(study.recall)
    axes.barh([name.replace("_", " ") for name in names], [100 * study.recall[name] for name in names], color=BLUE)
    axes.axvline(100 * study.least_recall, color=RED, linestyle="--", label="bar")
    axes.set(xlabel="planted reports found (%)", xlim=(0, 100))
    axes.invert_yaxis()
    axes.legend(frameon=False, loc="lower left")
    return figure
