"""Follows a dataset, or one column, forward to everything that is made of it, as the tables stand now."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calanque.governance.lineage import (
    LineageNode,
    Place,
    cities_of,
    columns_of,
    made_of,
    part_of,
    refuse_unknown,
    version_of,
    written,
)
from calanque.runs.lineage import Event, read_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WITHHELD = "withheld"
"""A count that a mart shows only from eleven persons on: no person is found behind it."""
FLAG = "is_suppressed"
Cities = frozenset[str]


class LineageUse(LineageNode):
    """One step forward: a dataset (and column), the run that wrote it, and what is made of it.

    `how` tells what happens to the column above on its way here. `column` is None of what was made of a whole dataset,
    such as a model. A use without `uses` is an end: no recorded run makes anything of it.
    """

    how: str | None = None
    uses: tuple[LineageUse, ...] = ()

    def reached(self) -> Iterator[LineageUse]:
        """Yield this and everything made of it, each dataset and column once."""
        seen, waiting = set[Place](), [self]
        while waiting:
            use = waiting.pop(0)
            if use.place not in seen:
                seen.add(use.place)
                yield use
                waiting += use.uses


class Made(NamedTuple):
    """A column, or a whole dataset, that is made of another one; `cities` is None where the run tells none."""

    dataset: str
    column: str | None
    how: str | None
    cities: Cities | None


class Standing:
    """What the tables are made of now: of each dataset the newest completed run, and of each city in it the newest."""

    def __init__(self, events: Iterable[Event]) -> None:
        """Take events newest first."""
        self.newest_at: str | None = None
        self._writers: dict[str, list[tuple[Event, Cities | None]]] = {}
        self._uses: dict[Place, list[Made]] = {}
        self._withheld: set[Place] = set()
        self._described: set[str] = set()
        for event in events:
            if event.get("eventType") == "COMPLETE":
                self.newest_at = self.newest_at or event["eventTime"]
                for output in event.get("outputs") or []:
                    self._take(event, output["name"])
        for dataset, writers in self._writers.items():
            for event, cities in writers:
                self._index(event, dataset, cities)

    def _take(self, event: Event, dataset: str) -> None:
        taken = self._writers.setdefault(dataset, [])
        cities = frozenset(cities_of(event))
        if not cities:
            if not taken:
                taken.append((event, None))
        elif new := cities.difference(*(known or cities for _, known in taken)):
            taken.append((event, new))

    def _index(self, event: Event, dataset: str, cities: Cities | None) -> None:
        output = part_of(event, "outputs", dataset) or {}
        origins = {column: made_of(output, column) for column in columns_of(output)}
        for source in dict.fromkeys(item["name"] for item in event.get("inputs") or []):
            self._add((source, None), Made(dataset, None, None, cities))
        judged = {(name, field) for name, field, _ in origins.get(FLAG, [])}
        if any(origins.values()):
            self._described.add(dataset)
        for column, sources in origins.items():
            if judged and judged <= {(name, field) for name, field, _ in sources}:
                self._withheld.add((dataset, column))
            for name, field, how in sources:
                said = how or (WITHHELD if (dataset, column) in self._withheld else None)
                self._add((name, field), Made(dataset, column, said, cities))

    def _add(self, place: Place, made: Made) -> None:
        if place[0] != made.dataset:  # a merge reads its own table
            self._uses.setdefault(place, []).append(made)

    @property
    def datasets(self) -> tuple[str, ...]:
        """Every dataset that a run wrote, by name."""
        return tuple(sorted(self._writers))

    def columns(self, dataset: str) -> tuple[str, ...]:
        """Return the columns of a dataset as its newest run wrote them; none when no run did."""
        for event, _ in self._writers.get(dataset, []):
            return columns_of(part_of(event, "outputs", dataset) or {})
        return ()

    def knows(self, dataset: str) -> bool:
        """Tell whether a recorded run wrote a dataset."""
        return dataset in self._writers

    def is_withheld(self, dataset: str, column: str | None) -> bool:
        """Tell whether a column is judged by all that its mart's `is_suppressed` is judged by, and empty where true."""
        return (dataset, column) in self._withheld

    def uses(self, dataset: str, column: str | None, cities: Cities | None = None) -> list[Made]:
        """Return what is made of a column, or else of the whole dataset it is in, in some cities."""
        found = list(self._uses.get((dataset, column), []))
        if column:  # of a model no run says by column what it was made of
            found += [made for made in self._uses.get((dataset, None), []) if made.dataset not in self._described]
        return [made for made in found if cities is None or made.cities is None or cities & made.cities]

    def end(self, dataset: str, column: str | None, how: str | None, cities: Cities | None) -> LineageUse:
        """Return a use with the facts of the newest run that wrote it in some cities, and nothing made of it yet."""
        writers = self._writers.get(dataset, [])
        event = next((event for event, of in writers if not cities or not of or cities & of), None)
        if event is None:
            return LineageUse(dataset=dataset, column=column, how=how)
        output = part_of(event, "outputs", dataset) or {}
        facts = written(event, output)
        return LineageUse(dataset=dataset, column=column, how=how, version=version_of(output), **facts)


def follow(
    dataset: str,
    column: str | None = None,
    events: Iterable[Event] | None = None,
    territory: str | None = None,
    standing: Standing | None = None,
) -> LineageUse:
    """Walk from a dataset, or one of its columns, forward to everything that is made of it.

    Args:
        dataset: `<tier>.<table>`, or a path of the lake such as `/lake/landing/<feed>`.
        column: one column; by default the datasets only.
        events: events to walk, newest first; the stored ones by default.
        territory: the city whose rows are followed: of a table that holds several, runs of another one are left out.
        standing: the same events, when they have been read before.

    Raises:
        CalanqueError: if no run wrote the dataset, or it has no such column.
    """
    stands = standing or Standing(read_events() if events is None else events)
    refuse_unknown(dataset, column, stands.columns(dataset) if stands.knows(dataset) else None)
    cities = frozenset([territory]) if territory else None
    return _Walk(stands).of(stands.end(dataset, column, None, cities), cities, frozenset())


class _Walk:
    """Walks forward once through what many columns share."""

    def __init__(self, stands: Standing) -> None:
        self._stands = stands
        self._done: dict[tuple[str, str | None, Cities | None], tuple[LineageUse, ...]] = {}

    def of(self, here: LineageUse, cities: Cities | None, above: frozenset[Place]) -> LineageUse:
        key = (*here.place, cities)
        if key not in self._done:
            self._done[key] = tuple(self._next(here.place, cities, above | {here.place}))
        return here.model_copy(update={"uses": self._done[key]})

    def _next(self, place: Place, cities: Cities | None, above: frozenset[Place]) -> Iterator[LineageUse]:
        found: dict[Place, list[Made]] = {}
        for made in self._stands.uses(*place, cities):
            found.setdefault((made.dataset, made.column), []).append(made)
        for (dataset, column), steps in found.items():
            named = [step.cities for step in steps if step.cities]
            narrowed = frozenset[str]().union(*named) & (cities or frozenset().union(*named)) if named else cities
            how = next((step.how for step in steps if step.how), None)
            if (dataset, column) not in above:
                yield self.of(self._stands.end(dataset, column, how, narrowed), narrowed, above)
