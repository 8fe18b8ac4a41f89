"""The cells and named areas of the territories, written to silver before dbt reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from calanque.engines import delta, spark
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


def write_places(contracts: Sequence[FeedContract], run_id: str) -> None:
    """Compute the cells and areas of the feeds' territories, and the squares of those without named areas.

    A table is written only where its cells, or the names or shapes of its areas, differ.
    """
    from calanque.places.areas import areas_of, squares_of
    from calanque.places.territory import load_territories

    started_at, written = datetime.now(UTC), False
    for contract in contracts:
        territory, cells = _cells(contract)
        written |= _replace(CELLS, CELL_TYPES, cells, territory, ("cell_id", "area_name"), run_id)
        if territory.zones.kind != "cells":
            areas = areas_of(territory, cells)
            written |= _replace(AREAS, AREA_TYPES, areas, territory, AREA_TEXTS, run_id)
    for territory in load_territories():
        if territory.zones.kind == "cells":
            written |= _replace(AREAS, AREA_TYPES, squares_of(territory), territory, AREA_TEXTS, run_id)
    if written:
        _record(contracts, run_id, started_at)


def _cells(contract: FeedContract) -> tuple[Territory, pd.DataFrame]:
    from calanque.places.areas import named_cells, zone_cells
    from calanque.places.cells import territory_cells
    from calanque.places.territory import load_territory

    territory = load_territory(contract.territory)
    name = _name_column(contract, territory)
    points = spark.sql(
        f"select x_m, y_m, occurred_local_date, {name or 'cast(null as string)'} as area_name "
        f"from {contract.bronze_table} where x_m is not null"
    ).toPandas()
    cells = territory_cells(territory, points.x_m, points.y_m, points.occurred_local_date)
    squares = territory.zones.kind == "cells"
    return territory, zone_cells(territory, cells) if squares else named_cells(territory, cells, points)


def _name_column(contract: FeedContract, territory: Territory) -> str | None:
    feed, _, column = territory.zones.source.partition(".")
    return column if territory.zones.kind == "feed_column" and feed == contract.feed else None


def _replace(
    table: str, types: str, frame: pd.DataFrame, territory: Territory, told_by: tuple[str, ...], run_id: str
) -> bool:
    """Replace the rows of a territory when the columns `told_by` differ; True when they did."""
    known = spark.table_exists(table)
    where = f"territory = '{territory.name}'"
    if known:
        old = spark.sql(f"select * from {table} where {where}").toPandas().reindex(columns=list(told_by))
        if set(old.itertuples(index=False, name=None)) == set(frame[list(told_by)].itertuples(index=False, name=None)):
            return False
    rows = spark.session().createDataFrame(frame[_names(types)], schema=types).coalesce(1).write.format("delta")
    with spark.user_metadata({"step": "cells", "run_id": run_id}):
        if known:
            rows.mode("overwrite").option("mergeSchema", "true").option("replaceWhere", where).saveAsTable(table)
        else:
            delta.remove_unborn(table)
            path = f"{settings().hdfs_uri}/lake/{table.replace('.', '/')}"
            rows.partitionBy("territory").option("path", path).saveAsTable(table)
    return True


def _names(types: str) -> list[str]:
    return [part.split()[0] for part in types.split(", ")]


def _record(contracts: Sequence[FeedContract], run_id: str, started_at: datetime) -> None:
    from calanque.engines import lineage
    from calanque.engines.lineage import How, LineageDataset, Origin
    from calanque.places.territory import load_territory

    names = {c.bronze_table: _name_column(c, load_territory(c.territory)) for c in contracts}
    points = tuple(
        Origin(dataset=table, column=column, how=How.AGGREGATION)
        for table, name in names.items()
        for column in ("x_m", "y_m", "occurred_local_date", *([name] if name else []))
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
    lineage.emit("cells", run_id, sources, targets, started_at)
