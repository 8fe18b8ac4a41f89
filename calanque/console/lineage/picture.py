"""A walk through the lineage as a picture: a box for each dataset with its columns, arrows from left to right."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from calanque.console.lineage.graph import BREAKERS, shown_name
from calanque.console.lineage.layout import heights, lanes, ranks, tier_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from calanque.console.lineage.graph import Graph, Step
    from calanque.console.lineage.layout import Slot
    from calanque.governance.lineage import Place

MOST_BOXES, MOST_LINES, MOST_ARROWS = 40, 8, 6
EDGE, TOP, TITLE, LINE, FOOT, TIP = 10, 40, 26, 18, 8, 8
LETTER, PADDING, NARROWEST = 7.25, 10, 120
GAP, LABELLED_GAP = 56, 132
FITS = 27
"""Characters of a line that fit a box; the whole text is its tooltip, and in the table."""


class Line(NamedTuple):
    """A column in its box, `y` from the top of the picture."""

    text: str
    whole: str
    y: float


class Box(NamedTuple):
    """A dataset with the columns that the walk goes through; `left_out` is how many more there are."""

    title: Line
    x: float
    y: float
    width: float
    height: float
    lines: tuple[Line, ...]
    left_out: int
    is_start: bool


class End(NamedTuple):
    """Where arrows end, and what keeps a person from being found behind what they lead to."""

    x: float
    y: float
    hows: tuple[str, ...]


class Picture(NamedTuple):
    """Everything that is drawn, in pixels; `left_out` is how many datasets are in the table only."""

    width: float
    height: float
    tiers: tuple[tuple[str, float], ...]
    boxes: tuple[Box, ...]
    arrows: tuple[str, ...]
    ends: tuple[End, ...]
    left_out: int


def picture(graph: Graph) -> Picture:
    """Return a graph laid out; its first node is the one that was asked for."""
    every = list(dict.fromkeys(node.dataset for node in graph.nodes))
    columns: dict[str, list[str]] = {dataset: [] for dataset in every[:MOST_BOXES]}
    for node in graph.nodes:
        if node.column and node.dataset in columns:
            columns[node.dataset].append(node.column)
    steps = [step for step in graph.steps if {step.source[0], step.target[0]} <= columns.keys()]
    pairs = list(dict.fromkeys((step.source[0], step.target[0]) for step in steps))
    rank_of, tall = ranks(list(columns), pairs), {name: _tall(len(found)) for name, found in columns.items()}
    middle = {slot: y + TOP for slot, y in heights(rank_of, tall, pairs).items()}
    spans = _spans(columns, rank_of, {rank_of[step.target[0]] for step in steps if step.how in BREAKERS})
    boxes = {
        name: _box(name, found, spans[rank_of[name]], middle[name] - tall[name] / 2, name == every[0])
        for name, found in columns.items()
    }
    arrows = tuple(_arrows(boxes, steps, rank_of, middle, spans))
    tiers: dict[str, float] = {}
    for name in sorted(boxes, key=rank_of.__getitem__):
        tiers.setdefault(tier_of(name), boxes[name].x)
    return Picture(
        width=max(box.x + box.width for box in boxes.values()) + EDGE,
        height=max(box.y + box.height for box in boxes.values()) + EDGE,
        tiers=tuple(tiers.items()),
        boxes=tuple(boxes.values()),
        arrows=tuple(dict.fromkeys(path for path, _ in arrows)),
        ends=_ends(end for _, end in arrows),
        left_out=len(every) - len(boxes),
    )


def _tall(count: int) -> float:
    return TITLE + LINE * (min(count, MOST_LINES) + (count > MOST_LINES)) + FOOT * (count > 0)


def _spans(
    columns: Mapping[str, list[str]], rank_of: Mapping[str, int], labelled: set[int]
) -> dict[int, tuple[float, float]]:
    """Return where each rank begins and how wide it is: as its longest text; before a label there is room for it."""
    longest: dict[int, int] = {}
    for dataset, found in columns.items():
        texts = [_title(dataset), *found[:MOST_LINES]]
        longest[rank_of[dataset]] = max(longest.get(rank_of[dataset], 0), *(min(len(text), FITS) for text in texts))
    spans, x = dict[int, tuple[float, float]](), float(EDGE)
    for rank in sorted(longest):
        x += (LABELLED_GAP if rank in labelled else GAP) * (rank > 0)
        spans[rank] = (x, max(longest[rank] * LETTER + 2 * PADDING, NARROWEST))
        x += spans[rank][1]
    return spans


def _title(dataset: str) -> str:
    name = shown_name(dataset)
    return name if tier_of(dataset) == "files" else name.partition(".")[2]


def _box(dataset: str, columns: list[str], span: tuple[float, float], y: float, is_start: bool) -> Box:
    lines = [_line(name, y + TITLE + LINE * (place + 0.5)) for place, name in enumerate(columns[:MOST_LINES])]
    title = _line(_title(dataset), y + TITLE / 2)._replace(whole=shown_name(dataset))
    left_out = max(len(columns) - MOST_LINES, 0)
    return Box(title, span[0], y, span[1], _tall(len(columns)), tuple(lines), left_out, is_start)


def _line(text: str, y: float) -> Line:
    return Line(text if len(text) <= FITS else f"{text[: FITS - 1]}…", text, y)


def _arrows(
    boxes: Mapping[str, Box],
    steps: list[Step],
    rank_of: Mapping[str, int],
    middle: Mapping[Slot, float],
    spans: Mapping[int, tuple[float, float]],
) -> Iterator[tuple[str, End]]:
    """Yield the path of each arrow and its end: from column to column, or from box to box where they are too many."""
    counts = Counter((step.source[0], step.target[0]) for step in steps)
    for step in steps:
        pair = step.source[0], step.target[0]
        source, target = boxes[pair[0]], boxes[pair[1]]
        x, y, to_y = source.x + source.width, source.title.y, target.title.y
        if counts[pair] <= MOST_ARROWS:
            y, to_y = _y(source, step.source), _y(target, step.target)
        path = [f"M{x:.0f} {y:.1f}"]
        for lane in lanes(rank_of, *pair):
            begins, width = spans[lane.rank]
            path.append(f"{_curve(x, y, begins, middle[lane])} H{begins + width:.0f}")
            x, y = begins + width, middle[lane]
        path.append(_curve(x, y, target.x - TIP, to_y))
        yield " ".join(path), End(target.x, to_y, (step.how,) if step.how and step.how in BREAKERS else ())


def _y(box: Box, place: Place) -> float:
    return next((line.y for line in box.lines if line.whole == place[1]), box.title.y)


def _curve(x: float, y: float, to_x: float, to_y: float) -> str:
    bend = max((to_x - x) / 2, GAP / 2)
    return f"C{x + bend:.0f} {y:.1f} {to_x - bend:.0f} {to_y:.1f} {to_x:.0f} {to_y:.1f}"


def _ends(ends: Iterator[End]) -> tuple[End, ...]:
    hows: dict[tuple[float, float], dict[str, None]] = {}
    for end in ends:
        hows.setdefault((end.x, end.y), {}).update(dict.fromkeys(end.hows))
    return tuple(End(x, y, tuple(said)) for (x, y), said in hows.items())
