"""The cells and named areas of the territories, written to silver before dbt reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from calanque.engines import delta, deltars, spark

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


def layer_feed(territory: Territory, contracts: Sequence[FeedContract]) -> FeedContract | None:
    """Return that of some feeds whose areas the territory's file names; None while it is not loaded, or names none."""
    named = territory.zones.source if territory.zones.kind == "polygons" else None
    return next((one for one in contracts if one.feed == named and one.shape == "area"), None)


def drawn_from(territory: Territory, contracts: Sequence[FeedContract]) -> list[FeedContract]:
    """Return those of some feeds that cells and areas of a territory are made from."""
    layer = layer_feed(territory, contracts)
    return [*points_of(territory, contracts), *([layer] if layer else [])]


def points_of(territory: Territory, contracts: Sequence[FeedContract]) -> list[FeedContract]:
    """Return those of some feeds whose incidents draw the places of a territory; none where its file does."""
    return [contract for contract in contracts if contract.shape == "incident"] if needs_points(territory) else []


def can_be_drawn(territory: Territory, contracts: Sequence[FeedContract]) -> bool:
    """Whether the places of a territory can be computed from its feeds: one drawn around incidents needs some."""
    return not needs_points(territory) or bool(points_of(territory, contracts))


def has_squares(territory: Territory, contracts: Sequence[FeedContract]) -> bool:
    """Tell whether squares are areas beside those of a layer: reports are counted by them, whatever names it has."""
    return layer_feed(territory, contracts) is not None and any(one.shape == "report" for one in contracts)


def write_places(territory: Territory, contracts: Sequence[FeedContract], run_id: str) -> bool:
    """Compute the cells and areas of a territory, and write those that differ.

    Args:
        territory: the territory.
        contracts: those of its feeds that have been loaded; incidents draw the boundary where its file says so.
        run_id: written in the commits.

    Returns:
        Whether any differed.
    """
    started_at = datetime.now(UTC)
    cells, areas = _drawn(territory, contracts)
    written = _replace(CELLS, CELL_TYPES, cells, territory, ("cell_id", "area_id", "area_name"), run_id)
    written |= _replace(AREAS, AREA_TYPES, areas, territory, AREA_TEXTS, run_id)
    if written:
        _record(territory, contracts, run_id, started_at)
    return written


def _drawn(territory: Territory, contracts: Sequence[FeedContract]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cells and the areas of a territory: its layer's, its feed's names, or squares where it has neither."""
    from calanque.places.areas import areas_of, named_cells, squares_of, zone_cells
    from calanque.places.cells import territory_cells

    incidents, feed = points_of(territory, contracts), layer_feed(territory, contracts)
    if incidents:
        points = spark.sql(" union all ".join(_points_sql(one, territory) for one in incidents)).toPandas()
        cells = territory_cells(territory, points.x_m, points.y_m, points.occurred_local_date)
    else:
        cells = territory_cells(territory, (), ())
    if territory.zones.kind == "feed_column" and incidents:
        cells = named_cells(territory, cells, points)
        return cells, areas_of(territory, cells)
    if feed is None:
        return zone_cells(territory, cells), squares_of(territory)
    return _in_layer(territory, cells, feed, has_squares(territory, contracts))


def _in_layer(
    territory: Territory, cells: pd.DataFrame, feed: FeedContract, with_squares: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return cells and areas by a layer, and the city's squares where it has them beside."""
    import pandas as pd

    from calanque.places.areas import squares_of
    from calanque.places.layers import LAYER_COLUMNS, areas_in, cells_in, layer_of

    filled = feed.filling()
    chosen = ", ".join(
        f"{filled[name].name if name in filled else 'cast(null as string)'} as {name}" for name in LAYER_COLUMNS
    )
    rows = spark.sql(f"select {chosen} from {feed.bronze_table} where _closed_at is null").toPandas()
    layer = layer_of(territory, rows)
    cells = cells_in(territory, cells, layer)
    areas = areas_in(territory, cells, layer)
    return cells, pd.concat([areas, squares_of(territory)], ignore_index=True) if with_squares else areas


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
    table: str, types: str, frame: pd.DataFrame, territory: Territory, compared: tuple[str, ...], run_id: str
) -> bool:
    """Replace the rows of a territory when the columns `compared` differ; True when they did."""
    known = delta.last_version(table) is not None
    where = f"territory = '{territory.name}'"
    if known:
        old = deltars.read_rows(table, [("territory", "=", territory.name)])
        made = set(frame[list(compared)].itertuples(index=False, name=None))
        if {tuple(row.get(name) for name in compared) for row in old} == made:
            return False
    rows = spark.session().createDataFrame(frame[[*_kinds(types)]], schema=types).coalesce(1).write.format("delta")
    with spark.user_metadata({"step": "cells", "run_id": run_id}):
        if known:
            spark.add_columns(table, _kinds(types))
            rows.mode("overwrite").option("replaceWhere", where).saveAsTable(table)
        else:
            delta.remove_uncommitted(table)
            rows.partitionBy("territory").option("path", delta.table_uri(table)).saveAsTable(table)
    return True


def _kinds(types: str) -> dict[str, str]:
    return dict(part.split() for part in types.split(", "))


def _record(territory: Territory, contracts: Sequence[FeedContract], run_id: str, started_at: datetime) -> None:
    from calanque.engines.lineage import How, LineageDataset, Origin
    from calanque.places.layers import LAYER_COLUMNS
    from calanque.runs import lineage

    read = drawn_from(territory, contracts)
    points, layer = points_of(territory, contracts), layer_feed(territory, contracts)
    used = [
        (contract, column)
        for contract in points
        for column in (
            *(contract.filling()[part].name for part in ("x_m", "y_m", "occurred_at")),
            _name_column(contract, territory),
        )
    ]
    used += [(layer, filled.name) for part, filled in layer.filling().items() if part in LAYER_COLUMNS] if layer else []
    origins = tuple(
        Origin(dataset=contract.bronze_table, column=column, how=How.AGGREGATION) for contract, column in used if column
    )
    columns = {table: [*_kinds(types)] for table, types in ((CELLS, CELL_TYPES), (AREAS, AREA_TYPES))}
    targets = [
        LineageDataset(
            name=table,
            version=delta.data_version(table),
            columns=dict.fromkeys(columns[table], ""),
            origins=dict.fromkeys(columns[table], origins),
        )
        for table in columns
    ]
    sources = [LineageDataset(name=one.bronze_table, version=delta.data_version(one.bronze_table)) for one in read]
    lineage.emit("cells", run_id, sources, targets, started_at, territory=territory.name)
