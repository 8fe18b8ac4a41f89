"""The cells and named areas of the territories, written to silver before dbt reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from calanque.engines import delta, deltars, spark
from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from calanque.contracts import FeedContract
    from calanque.places.territory import Territory

CELLS, AREAS = "silver.territory_cells", "silver.territory_areas"
CELL_TYPES = (
    "cell_id string, territory string, row int, col int, x_m double, y_m double, lon double, lat double, "
    "area_m2 double, area_id string, area_name string"
)
AREA_TEXTS = ("area_id", "area_name", "kind", "parent_area_id", "geometry", "source")
AREA_TYPES = (
    "territory string, area_id string, area_name string, kind string, parent_area_id string, geometry string, "
    "cell_count int, area_m2 double, source string"
)


def needs_points(territory: Territory) -> bool:
    """Whether the cells or areas of a territory depend on where its incidents were."""
    return territory.boundary.rule == "hull" or territory.zones.kind == "feed_column"


def points_of(territory: Territory, contracts: Sequence[FeedContract]) -> list[FeedContract]:
    """Return those of some feeds whose incidents draw the places of a territory; none where its file does."""
    return [contract for contract in contracts if contract.shape == "incident"] if needs_points(territory) else []


def can_be_drawn(territory: Territory, contracts: Sequence[FeedContract]) -> bool:
    """Whether the places of a territory can be computed from its feeds: one drawn around incidents needs some."""
    return not needs_points(territory) or bool(points_of(territory, contracts))


def write_places(territory: Territory, contracts: Sequence[FeedContract], run_id: str) -> bool:
    """Compute the cells and areas of a territory, and write those that differ.

    Args:
        territory: the territory.
        contracts: those of its feeds that have been loaded; incidents draw the boundary where its file says so.
        run_id: written in the commits.

    Returns:
        Whether any differed.
    """
    from calanque.places.areas import areas_of, squares_of

    started_at = datetime.now(UTC)
    incidents = points_of(territory, contracts)
    cells = _cells(territory, incidents)
    written = _replace(CELLS, CELL_TYPES, cells, territory, ("cell_id", "area_name"), run_id)
    areas = squares_of(territory) if territory.zones.kind == "cells" else areas_of(territory, cells)
    written |= _replace(AREAS, AREA_TYPES, areas, territory, AREA_TEXTS, run_id)
    if written:
        _record(territory.name, incidents, run_id, started_at)
    return written


def _cells(territory: Territory, contracts: Sequence[FeedContract]) -> pd.DataFrame:
    from calanque.places.areas import named_cells, zone_cells
    from calanque.places.cells import territory_cells

    if not contracts:
        return zone_cells(territory, territory_cells(territory, (), ()))
    points = spark.sql(" union all ".join(_points_sql(contract, territory) for contract in contracts)).toPandas()
    cells = territory_cells(territory, points.x_m, points.y_m, points.occurred_local_date)
    squares = territory.zones.kind == "cells"
    return zone_cells(territory, cells) if squares else named_cells(territory, cells, points)


def _points_sql(contract: FeedContract, territory: Territory) -> str:
    filled = {name: column.name for name, column in contract.filling().items()}
    day = f"cast(from_utc_timestamp({filled['occurred_at']}, '{territory.time_zone}') as date)"
    return (
        f"select {filled['x_m']} as x_m, {filled['y_m']} as y_m, {day} as occurred_local_date, "
        f"{_name_column(contract, territory) or 'cast(null as string)'} as area_name "
        f"from {contract.bronze_table} where _closed_at is null"
    )


def _name_column(contract: FeedContract, territory: Territory) -> str | None:
    feed, _, column = territory.zones.source.partition(".")
    return column if territory.zones.kind == "feed_column" and feed == contract.feed else None


def _replace(
    table: str, types: str, frame: pd.DataFrame, territory: Territory, told_by: tuple[str, ...], run_id: str
) -> bool:
    """Replace the rows of a territory when the columns `told_by` differ; True when they did."""
    known = delta.last_version(table) is not None
    where = f"territory = '{territory.name}'"
    if known:
        old = deltars.read_rows(table, [("territory", "=", territory.name)])
        made = set(frame[list(told_by)].itertuples(index=False, name=None))
        if {tuple(row.get(name) for name in told_by) for row in old} == made:
            return False
    rows = spark.session().createDataFrame(frame[_names(types)], schema=types).coalesce(1).write.format("delta")
    with spark.user_metadata({"step": "cells", "run_id": run_id}):
        if known:
            rows.mode("overwrite").option("mergeSchema", "true").option("replaceWhere", where).saveAsTable(table)
        else:
            delta.remove_uncommitted(table)
            path = f"{settings().hdfs_uri}/lake/{table.replace('.', '/')}"
            rows.partitionBy("territory").option("path", path).saveAsTable(table)
    return True


def _names(types: str) -> list[str]:
    return [part.split()[0] for part in types.split(", ")]


def _record(territory: str, contracts: Sequence[FeedContract], run_id: str, started_at: datetime) -> None:
    from calanque.engines.lineage import How, LineageDataset, Origin
    from calanque.places.territory import load_territory
    from calanque.runs import lineage

    names = {c.bronze_table: _name_column(c, load_territory(c.territory)) for c in contracts}
    filled = {c.bronze_table: {part: column.name for part, column in c.filling().items()} for c in contracts}
    points = tuple(
        Origin(dataset=table, column=column, how=How.AGGREGATION)
        for table, name in names.items()
        for column in (*(filled[table][part] for part in ("x_m", "y_m", "occurred_at")), *([name] if name else []))
    )
    columns = {table: _names(types) for table, types in ((CELLS, CELL_TYPES), (AREAS, AREA_TYPES))}
    targets = [
        LineageDataset(
            name=table,
            version=delta.data_version(table),
            columns=dict.fromkeys(columns[table], ""),
            origins=dict.fromkeys(columns[table], points),
        )
        for table in columns
    ]
    sources = [LineageDataset(name=table, version=delta.data_version(table)) for table in names]
    lineage.emit("cells", run_id, sources, targets, started_at, territory=territory)
