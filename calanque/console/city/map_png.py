"""A map of a city as a picture to put in a report: areas by class, what changed, legend, and whom to cite."""

from __future__ import annotations

import io
import math
import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.path import Path

    from calanque.console.city.map_picture import Drawn

# As `city_style.html` has them: a blue whose order stays for who sees no colours, edges that differ by their strokes.
COLOURS = ("#e3eef9", "#b3cde8", "#6fa3d4", "#2f74b5", "#0b3d78")
UP, DOWN, INK, DIM = "#c2410c", "#0f766e", "#15191f", "#4c5561"
PX_AN_INCH, DPI = 100, 160
EDGES: dict[int, dict[str, Any]] = {
    1: {"edgecolor": UP, "linewidth": 1.8},
    0: {"edgecolor": "white", "linewidth": 0.5},
    -1: {"edgecolor": DOWN, "linewidth": 1.8, "linestyle": "--"},
}
UNKNOWN: dict[str, Any] = {"facecolor": "white", "edgecolor": DIM, "linewidth": 0.5, "hatch": "////"}
HEAD_PX, LEGEND_PX, LINE_PX, LINE_LENGTH = 76, 34, 17, 128
ENTRY_PX, LETTER_PX = 60, 6.2


class Caption(NamedTuple):
    """What stands around a map.

    Attributes:
        title: what is shown.
        note: of which days, against which.
        counted: what the classes of the legend count.
        legend: class and text of each colour.
        marks: text of each kind of change, 1 for more than chance allows and -1 for less.
        cited: who made the data, a sentence each.
    """

    title: str
    note: str
    counted: str
    legend: Sequence[tuple[int | None, str]]
    marks: Mapping[int, str]
    cited: Sequence[str]


def png(city: Drawn, changed: Mapping[str, int], caption: Caption) -> bytes:
    """Return a map as PNG.

    Args:
        city: areas, in pixels.
        changed: of areas that have more than chance allows 1, of those that have less -1.
        caption: what stands around it.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    notes = [line for text in caption.cited for line in textwrap.wrap(text, LINE_LENGTH)]
    handles = [Patch(**_fill(step), label=text) for step, text in caption.legend]
    kinds = sorted({*changed.values()} - {0})
    handles += [Patch(facecolor="white", label=caption.marks[kind], **EDGES[kind]) for kind in kinds]
    # All entries are as wide as the longest.
    longest = max((len(str(handle.get_label())) for handle in handles), default=0)
    columns = max(1, int(city.width / (ENTRY_PX + LETTER_PX * longest)))
    legend_px = LEGEND_PX + LINE_PX * math.ceil(len(handles) / columns)
    below = legend_px + LINE_PX * len(notes)
    height = city.height + HEAD_PX + below
    figure = Figure(figsize=(city.width / PX_AN_INCH, height / PX_AN_INCH), facecolor="white")
    axes = figure.add_axes((0, below / height, 1, city.height / height))
    axes.set_axis_off()
    axes.set_xlim(0, city.width)
    axes.set_ylim(city.height, 0)
    _draw(axes, city, changed)
    note = "\n".join(textwrap.wrap(caption.note, LINE_LENGTH))
    figure.text(0.01, 1 - 26 / height, caption.title, fontsize=13, weight="bold", color=INK)
    figure.text(0.01, 1 - 50 / height, note, fontsize=8, color=DIM, va="top")
    place: Any = {"loc": "lower left", "bbox_to_anchor": (0, (below - legend_px) / height), "ncols": columns}
    heading: Any = {"title": caption.counted, "title_fontsize": 8, "alignment": "left"}
    figure.legend(handles=handles, frameon=False, fontsize=8, **place, **heading)
    figure.text(0.01, 4 / height, "\n".join(notes), fontsize=7, color=DIM, va="bottom", linespacing=1.4)
    sink = io.BytesIO()
    figure.savefig(sink, format="png", dpi=DPI, metadata={"Software": None})
    return sink.getvalue()


def _draw(axes: Axes, city: Drawn, changed: Mapping[str, int]) -> None:
    from matplotlib.patches import PathPatch

    # What changed lies on top: its edge is whole.
    for shape in sorted(city.shapes, key=lambda one: abs(changed.get(one.area_id, 0))):
        edge = EDGES[changed.get(shape.area_id, 0)]
        axes.add_patch(PathPatch(_outline(shape.path), **{**edge, **_fill(shape.step)}))

    for line in city.lines:
        axes.add_patch(PathPatch(_outline(line.path), fill=False, edgecolor=DIM, linewidth=0.4))


def _fill(step: int | None) -> dict[str, Any]:
    return UNKNOWN if step is None else {"facecolor": COLOURS[step]}


def _outline(path: str) -> Path:
    """Return what the page draws, `M x,y x,yZ` a ring, as a path of matplotlib."""
    from matplotlib.path import Path

    points, codes = [], []
    for ring in path.removeprefix("M").removesuffix("Z").split("ZM"):
        places = [tuple(map(float, place.split(","))) for place in ring.split()]
        points += [*places, places[0]]
        codes += [Path.MOVETO, *[Path.LINETO] * (len(places) - 1), Path.CLOSEPOLY]
    return Path(points, codes)
