"""Makes the lineage of record: OpenLineage events of our own steps and of dbt, which `calanque.runs.lineage` stores.

Datasets have one naming: the namespace is the lake's URI; a table is `<tier>.<table>` (`marts.fct_incidents`), anything
else is its path in the lake without the batch (`/lake/landing/<feed>`); the batch, or the Delta version, is
the dataset's version facet. A source outside the lake keeps its own scheme (`pypi:<package>==<version>`).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import attr
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import (
    RunFacet,
    column_lineage_dataset,
    dataset_version_dataset,
    output_statistics_output_dataset,
    schema_dataset,
)
from openlineage.client.serde import Serde
from openlineage.common.provider.dbt.local import DbtLocalArtifactProcessor
from pydantic import Field

from calanque.closed import Closed
from calanque.engines import delta
from calanque.engines.dbt import project_dir
from calanque.engines.dbt_summary import tested_node
from calanque.settings import settings

JOB_NAMESPACE = "calanque"
PRODUCER = "urn:calanque:lineage"


class How(StrEnum):
    """What happens to a column on its way; the last three leave no original value (masking)."""

    IDENTITY = "identity"
    TRANSFORMATION = "transformation"
    AGGREGATION = "aggregation"
    TOKEN = "token"  # noqa: S105 - a word of the domain: a keyed pseudonym
    REDACTION = "redaction"
    GENERALISATION = "generalisation"


_MASKING = frozenset({How.TOKEN, How.REDACTION, How.GENERALISATION})


class Origin(Closed):
    """One source column of a column."""

    dataset: str
    column: str
    how: How = How.IDENTITY


class LineageDataset(Closed):
    """A dataset that a step read or wrote; `origins` is by column of an output."""

    name: str
    columns: dict[str, str] = Field(default_factory=dict)
    version: int | str | None = None
    row_count: int | None = None
    size_bytes: int | None = None
    origins: dict[str, tuple[Origin, ...]] = Field(default_factory=dict)


@attr.define
class _CalanqueRunFacet(RunFacet):
    """The run as the orchestrator names it, its time, and the cities whose rows it wrote, where tables hold several."""

    runName: str  # noqa: N815 - facets are camel case
    startedAt: str  # noqa: N815
    territories: list[str] = attr.field(factory=list)


class _SessionArtifactProcessor(DbtLocalArtifactProcessor):  # type: ignore[misc]
    """dbt's artefacts as events; the stock class refuses the session method."""

    def extract_namespace(self, profile: dict[str, Any]) -> str:
        return settings().hdfs_uri

    def parse_assertions(self, context: Any, nodes: dict[str, Any]) -> Any:
        """Return what tests found, by node; the stock class takes the last in the alphabet of those a test reads."""
        parents = context.manifest["parent_map"]
        tests = {name: [tested_node(name, context.manifest)] for name in parents if name.startswith("test.")}
        manifest = context.manifest | {"parent_map": parents | tests}
        return super().parse_assertions(attr.evolve(context, manifest=manifest), nodes)


def step_event(
    job: str,
    run_id: str,
    inputs: Sequence[LineageDataset],
    outputs: Sequence[LineageDataset],
    started_at: datetime | None = None,
    territory: str | None = None,
) -> dict[str, Any]:
    """Return the event of one finished step.

    Args:
        job: name of the step, such as `publish.<feed>`.
        run_id: the orchestrator's run; any text.
        inputs: what the step read.
        outputs: what it wrote, with the origins of each column.
        started_at: when the step began, UTC; now by default.
        territory: the city whose rows it wrote, in tables that hold several cities.
    """
    now = datetime.now(UTC)
    facet = _CalanqueRunFacet(run_id, (started_at or now).isoformat(), [territory] if territory else [])
    event = RunEvent(
        eventTime=now.isoformat(),
        eventType=RunState.COMPLETE,
        run=Run(runId=str(uuid5(NAMESPACE_URL, f"{run_id}/{job}/{now.isoformat()}")), facets={"calanque_run": facet}),
        job=Job(namespace=JOB_NAMESPACE, name=job),
        inputs=[_input(item) for item in inputs],
        outputs=[_output(item) for item in outputs],
        producer=PRODUCER,
    )
    return as_dict(event)


def dbt_events(
    target_dir: Path,
    run_id: str,
    input_versions: Mapping[str, int | str] | None = None,
    names: Mapping[str, str] | None = None,
    territories: Mapping[str, Sequence[str]] | None = None,
) -> list[dict[str, Any]]:
    """Return the terminal events of one dbt run, versions and row counts of Delta tables included.

    A START says nothing that its COMPLETE or FAIL does not.

    Args:
        target_dir: folder with `manifest.json` and `run_results.json`.
        run_id: the orchestrator's run.
        input_versions: version of each source table as it was before dbt read it.
        names: what a table is called where it is shown, by how its name begins where it was built; longer ones first.
        territories: the cities whose rows are shown, by table; of one without any there is no event.
    """
    processor = _SessionArtifactProcessor(
        producer=PRODUCER,
        job_namespace=JOB_NAMESPACE,
        project_dir=str(project_dir(target_dir)),
        target="lake",
        target_path=str(target_dir.resolve()),
    )
    found = processor.parse()
    ended, events = [*found.completes, *found.fails], list[RunEvent]()
    for event in ended:
        _rename(event, names or {})
        cities = _cities(event, territories or {})
        if cities or not territories:
            events.append(event)
        event.run.facets["calanque_run"] = _CalanqueRunFacet(run_id, event.eventTime, cities)
    versions = {**(input_versions or {}), **_add_commits([out for event in ended for out in event.outputs or []])}
    for event in events:
        for item in event.inputs or []:
            if item.name in versions:
                item.facets = {**(item.facets or {}), "version": _version(versions[item.name])}
    return [as_dict(event) for event in events]


def _cities(event: RunEvent, territories: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the cities whose rows of a table are shown; of a table that nobody is shown, those of all."""
    about = next((item.name for item in [*(event.outputs or []), *(event.inputs or [])]), "")
    every_city = sorted({city for cities in territories.values() for city in cities})
    return list(territories.get(about, every_city))


def _rename(event: RunEvent, names: Mapping[str, str]) -> None:
    """Call the tables of an event, and those that its columns come from, as they are called where they are shown."""

    def shown(name: str) -> str:
        begins = next((start for start in sorted(names, key=len, reverse=True) if name.startswith(start)), "")
        return names[begins] + name.removeprefix(begins) if begins else name

    for item in [*(event.inputs or []), *(event.outputs or [])]:
        item.name = shown(item.name)
        lineage: Any = (item.facets or {}).get("columnLineage")
        for field in (lineage.fields if lineage else {}).values():
            for origin in field.inputFields:
                origin.name = shown(origin.name)


def as_dict(event: RunEvent) -> dict[str, Any]:
    """Return an event as the JSON object that is stored."""
    return dict(json.loads(Serde.to_json(event)))


def _add_commits(outputs: Sequence[OutputDataset]) -> dict[str, int]:
    """Add the version and the row count of each table dbt wrote, and return the versions; a view has neither."""
    commits = delta.last_data_commits(output.name for output in outputs)
    for output in outputs:
        if not (commit := commits.get(output.name)):
            continue
        output.facets = {**(output.facets or {}), "version": _version(commit.version)}
        if commit.row_count is not None:
            rows = _rows(commit.row_count, commit.size_bytes)
            output.outputFacets = {**(output.outputFacets or {}), "outputStatistics": rows}
    return {table: commit.version for table, commit in commits.items()}


def _input(item: LineageDataset) -> InputDataset:
    return InputDataset(namespace=settings().hdfs_uri, name=item.name, facets=_facets(item))


def _output(item: LineageDataset) -> OutputDataset:
    rows = {"outputStatistics": _rows(item.row_count, item.size_bytes)} if item.row_count is not None else {}
    return OutputDataset(namespace=settings().hdfs_uri, name=item.name, facets=_facets(item), outputFacets=dict(rows))


def _facets(item: LineageDataset) -> dict[str, Any]:
    facets: dict[str, Any] = {}
    if item.columns:
        fields = [schema_dataset.SchemaDatasetFacetFields(name=name, type=kind) for name, kind in item.columns.items()]
        facets["schema"] = schema_dataset.SchemaDatasetFacet(fields=fields)
    if item.version is not None:
        facets["version"] = _version(item.version)
    if item.origins:
        fields_by_column = {
            column: column_lineage_dataset.Fields(inputFields=[_field(origin) for origin in origins])
            for column, origins in item.origins.items()
        }
        facets["columnLineage"] = column_lineage_dataset.ColumnLineageDatasetFacet(fields=fields_by_column)
    return facets


def _field(origin: Origin) -> column_lineage_dataset.InputField:
    kind = origin.how if origin.how in (How.IDENTITY, How.AGGREGATION) else How.TRANSFORMATION
    how = column_lineage_dataset.Transformation(
        type="DIRECT", subtype=kind.upper(), description=str(origin.how), masking=origin.how in _MASKING
    )
    return column_lineage_dataset.InputField(
        namespace=settings().hdfs_uri, name=origin.dataset, field=origin.column, transformations=[how]
    )


def _version(version: int | str) -> dataset_version_dataset.DatasetVersionDatasetFacet:
    return dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=str(version))


def _rows(
    row_count: int | None, size_bytes: int | None
) -> output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet:
    return output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=row_count, size=size_bytes)
