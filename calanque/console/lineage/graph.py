"""A walk through the lineage as nodes and steps, each once: what the picture and its table are both made of."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from calanque.console.lineage.layout import tier_of
from calanque.governance.lineage import LANDING, MODEL, LineageNode, Place

if TYPE_CHECKING:
    from calanque.governance.lineage import LineageTree
    from calanque.governance.lineage_forward import LineageUse, Standing

BREAKERS = ("token", "redaction", "generalisation", "withheld")
"""What leaves no original value."""
Way = Literal["back", "forward"]
# An address has names of one form only: those of paths and models are shown as `<tier>.<name>` too.
_PREFIXES = {LANDING: "landing.", MODEL: "models."}


class Step(NamedTuple):
    """One column, or dataset, that another is made of."""

    source: Place
    target: Place
    how: str | None = None


class Node(LineageNode):
    """What the walks know of a dataset (and column), without its neighbours: steps say those."""

    @property
    def is_outside(self) -> bool:
        """Whether it is a file, before the lake."""
        return tier_of(self.dataset) == "files"

    @property
    def ended_at(self) -> datetime | None:
        """When the run that wrote it ended."""
        return datetime.fromisoformat(self.written_at) if self.written_at else None


class Graph(NamedTuple):
    """Nodes, the one that was asked for first and near ones before far ones, and the steps between them."""

    nodes: tuple[Node, ...]
    steps: tuple[Step, ...]

    def into(self, node: Node) -> list[Step]:
        """Return what a node is made of."""
        return [step for step in self.steps if step.target == node.place]

    def out_of(self, node: Node) -> list[Step]:
        """Return what is made of a node."""
        return [step for step in self.steps if step.source == node.place]

    def end_of(self, node: Node, way: Way) -> str:
        """Return the word for why a walk ends at a node; empty where it goes on."""
        if way == "back":
            if self.into(node):
                return ""
            if node.dataset.startswith(MODEL):
                return "of_a_model"
            return "from_outside" if node.is_outside else "not_recorded"
        if self.out_of(node):
            return ""
        return "ends_dropped" if tier_of(node.dataset) == "landing" else "ends"

    def feeds(self) -> list[str]:
        """Return the feeds whose landing or bronze table is in it."""
        names = (shown_name(node.dataset).partition(".") for node in self.nodes)
        return sorted({name for tier, _, name in names if tier in ("landing", "bronze")})


def graph_back(tree: LineageTree, standing: Standing) -> Graph:
    """Return a walk back as a graph; a model stands before what the runs made with it."""
    nodes, steps, waiting = dict[Place, Node](), dict[tuple[Place, Place], Step](), [tree]
    while waiting:
        here = waiting.pop(0)
        place = here.place
        if place not in nodes or (nodes[place].job is None and here.job):
            nodes[place] = _node(here)
        for said in here.models:
            name, _, version = said.partition(" version ")
            model = Node(dataset=f"{MODEL}{name}", version=version or None)
            nodes.setdefault(model.place, model)
            steps.setdefault((model.place, place), Step(model.place, place))
        for origin in here.origins:
            step = Step(origin.place, place, origin.how or _withheld(standing, place))
            if (step.source, place) not in steps:
                steps[step.source, place] = step
                waiting.append(origin)
    return Graph(tuple(nodes.values()), tuple(steps.values()))


def graph_forward(use: LineageUse) -> Graph:
    """Return a walk forward as a graph."""
    nodes, steps = dict[Place, Node](), dict[Step, None]()
    for here in use.reached():
        nodes[here.place] = _node(here)
        steps |= {Step(here.place, made.place, made.how): None for made in here.uses}
    return Graph(tuple(nodes.values()), tuple(steps))


def shown_name(dataset: str) -> str:
    """Return a dataset as pages and their addresses name it: `landing.<feed>`, `models.<model>`, `<tier>.<table>`."""
    start = next((start for start in _PREFIXES if dataset.startswith(start)), "")
    return _PREFIXES.get(start, "") + dataset.removeprefix(start)


def stored_name(shown: str) -> str:
    """Return a dataset as events name it."""
    start = next((start for start, tier in _PREFIXES.items() if shown.startswith(tier)), "")
    return start + shown.removeprefix(_PREFIXES.get(start, ""))


def _node(here: LineageNode) -> Node:
    return Node(**{name: getattr(here, name) for name in Node.model_fields})


def _withheld(standing: Standing, place: Place) -> str | None:
    return "withheld" if standing.is_withheld(*place) else None
