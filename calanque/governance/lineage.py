"""Follows a dataset, or one column, from where it is read back to where it came from."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from calanque.closed import Closed
from calanque.errors import CalanqueError
from calanque.runs.lineage import Event, ended_at, read_events

LANDING, MODEL = "/lake/landing/", "models:/"
Place = tuple[str, str | None]


class LineageNode(Closed):
    """A dataset (and column) of a walk, and the run that wrote it; without a job no recorded run did."""

    dataset: str
    column: str | None = None
    version: str | None = None
    row_count: int | None = None
    job: str | None = None
    run: str | None = None
    written_at: str | None = None

    @property
    def place(self) -> Place:
        """Where it is: dataset and column."""
        return self.dataset, self.column


class LineageTree(LineageNode):
    """One step back: a dataset (and column), the run that wrote it, and what that run read.

    `columns` are the dataset's columns as that run wrote them; `how` tells what happens to the column on its way to the
    dataset above; `models` are the models that the run used; `is_known` is False when no run says where this comes
    from although its dataset was written by one.
    """

    columns: tuple[str, ...] = ()
    how: str | None = None
    models: tuple[str, ...] = ()
    is_known: bool = True
    origins: tuple["LineageTree", ...] = ()

    def leaves(self) -> tuple["LineageTree", ...]:
        """Return the ends of the walk: what no recorded run wrote."""
        if not self.origins:
            return (self,)
        return tuple(leaf for origin in self.origins for leaf in origin.leaves())


class EventLog:
    """Recorded events, newest first, read only as far back as the walk needs."""

    def __init__(self, events: Iterable[Event]) -> None:
        """Take events in any order within a day, days from the newest to the oldest."""
        self._waiting = iter(events)
        self._read: list[Event] = []

    def writer(self, dataset: str, before: datetime | None = None, territory: str | None = None) -> Event | None:
        """Return the newest completed event that wrote a dataset.

        Args:
            dataset: its name.
            before: the end of the run that read it; by default it may be as new as there is.
            territory: the city that is followed: of a table that holds several, another city's rows are not asked for.
        """
        for event in self._writers(dataset):
            is_early = before is None or ended_at(event) < before
            if is_early and (territory is None or territory in (cities_of(event) or (territory,))):
                return event
        return None

    def cities(self, dataset: str) -> tuple[str, ...]:
        """Return a city of each run whose rows a dataset holds, the newest run first; none of a table of no city."""
        found, seen = list[str](), set[str]()
        for event in self._writers(dataset):
            cities = cities_of(event)
            if not cities:
                break
            found += [city for city in cities if city not in seen][:1]
            seen.update(cities)
        return tuple(found)

    def _writers(self, dataset: str) -> Iterator[Event]:
        for event in self._all():
            if event.get("eventType") == "COMPLETE" and part_of(event, "outputs", dataset):
                yield event

    def _all(self) -> Iterator[Event]:
        yield from self._read
        for event in self._waiting:
            self._read.append(event)
            yield event


def trace(dataset: str, column: str | None = None, events: Iterable[Event] | None = None) -> LineageTree:
    """Walk from a dataset, or one of its columns, back to the landed files.

    Args:
        dataset: `<tier>.<table>`, or a path of the lake.
        column: one column; by default the datasets only.
        events: events to walk, newest first; the stored ones by default.

    Raises:
        CalanqueError: if no run wrote the dataset, or it has no such column.
    """
    log = EventLog(read_events() if events is None else events)
    event = log.writer(dataset)
    refuse_unknown(dataset, column, columns_of(part_of(event, "outputs", dataset) or {}) if event else None)
    first, *others = log.cities(dataset) or (None,)
    tree = _walk(log, dataset, column, None, None, None, first)
    more = [_walk(log, dataset, column, None, None, None, city) for city in others]
    origins = [origin for one in more for origin in one.origins]
    models = dict.fromkeys([*tree.models, *(model for one in more for model in one.models)])
    return tree.model_copy(update={"origins": (*tree.origins, *origins), "models": tuple(models)})


def refuse_unknown(dataset: str, column: str | None, columns: tuple[str, ...] | None) -> None:
    """Refuse a walk that can not begin.

    Args:
        dataset: where it is to begin.
        column: a column of it, if one was asked for.
        columns: those that it has, empty where its run told none; None where no run wrote it.

    Raises:
        CalanqueError: if no run wrote the dataset, or it has no such column.
    """
    if columns is None:
        raise CalanqueError(f"No recorded run wrote '{dataset}': check its name (tier.table), or run its DAG first.")
    if column and columns and column not in columns:
        raise CalanqueError(f"'{dataset}' has no column '{column}': choose one of {', '.join(columns)}.")


def _walk(
    log: EventLog,
    dataset: str,
    column: str | None,
    how: str | None,
    read_version: str | None,
    before: datetime | None,
    territory: str | None,
) -> LineageTree:
    event = log.writer(dataset, before, territory)
    if event is None:
        return LineageTree(dataset=dataset, column=column, how=how, version=read_version)
    output = part_of(event, "outputs", dataset) or {}
    steps = made_of(output, column) if column else _dataset_origins(event)
    origins = tuple(
        _walk(log, name, field, step, version_of(part_of(event, "inputs", name)), ended_at(event), territory)
        for name, field, step in steps
        if name != dataset  # a merge reads its own table
    )
    return LineageTree(
        dataset=dataset,
        column=column,
        columns=columns_of(output),
        how=how,
        version=read_version or version_of(output),
        models=_models(event),
        is_known=bool(origins) or not event.get("inputs"),
        origins=origins,
        **written(event, output),
    )


def written(event: Event, output: Event) -> dict[str, Any]:
    """Return what a node says of the run that wrote its dataset, an output of the event."""
    return {
        "row_count": row_count_of(output),
        "job": event["job"]["name"],
        "run": run_of(event),
        "written_at": event["eventTime"],
    }


def cities_of(event: Event) -> tuple[str, ...]:
    """Return the cities whose rows a run wrote; none where its tables are of no city."""
    facet = event["run"].get("facets", {}).get("calanque_run", {})
    # An event of an earlier version tells one.
    return tuple(facet.get("territories") or filter(None, [facet.get("territory")]))


def run_of(event: Event) -> str:
    """Return the orchestrator's run of an event, or else the event's own."""
    run = event["run"]
    return str(run.get("facets", {}).get("calanque_run", {}).get("runName", run["runId"]))


def part_of(event: Event, side: str, dataset: str) -> Event | None:
    """Return a dataset among the `inputs` or the `outputs` of an event."""
    return next((item for item in event.get(side) or [] if item["name"] == dataset), None)


def columns_of(output: Event) -> tuple[str, ...]:
    """Return the columns of a dataset of an event, as its run described them or where they come from."""
    described = [field["name"] for field in _facet(output, "schema").get("fields") or []]
    return tuple(dict.fromkeys([*described, *(_facet(output, "columnLineage").get("fields") or {})]))


def _models(event: Event) -> tuple[str, ...]:
    used = [item for item in event.get("inputs") or [] if item["name"].startswith(MODEL)]
    return tuple(f"{item['name'].removeprefix(MODEL)} version {version_of(item) or 'not known'}" for item in used)


def version_of(item: Event | None) -> str | None:
    """Return the version of a dataset of an event: a batch, or a commit of a table."""
    return _facet(item or {}, "version").get("datasetVersion")


def row_count_of(output: Event) -> int | None:
    """Return how many rows a run wrote, if it counted them."""
    rows: int | None = (output.get("outputFacets") or {}).get("outputStatistics", {}).get("rowCount")
    return rows


def _facet(item: Event, name: str) -> Event:
    return dict((item.get("facets") or {}).get(name) or {})


def _dataset_origins(event: Event) -> list[tuple[str, None, None]]:
    names = dict.fromkeys(item["name"] for item in event.get("inputs") or [])
    return [(name, None, None) for name in names]


def made_of(output: Event, column: str | None) -> list[tuple[str, str, str | None]]:
    """Return the columns that a column of an output was made of: dataset, column and how."""
    fields = (_facet(output, "columnLineage").get("fields") or {}).get(column) or {}
    return [(item["name"], item["field"], _how(item)) for item in fields.get("inputFields") or []]


def _how(item: Event) -> str | None:
    steps = item.get("transformations") or []
    return next((step.get("description") or str(step.get("subtype", "")).lower() for step in steps), None)
