"""What the steps of every model share: the incidents read from the marts, and one week of a mart written."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import pandas as pd

from calanque.contracts.page import cited
from calanque.engines import delta, deltars, spark
from calanque.engines.lineage import How, LineageDataset, Origin
from calanque.errors import CalanqueError
from calanque.marts.domains import DOMAINS, WRITTEN_BY_ML
from calanque.marts.gate import check_rows
from calanque.places.territory import load_territory
from calanque.runs import state
from calanque.settings import settings
from calanque.sql_text import carried
from ml.delays import local_times

Written = Sequence[tuple["WeekTable", pd.DataFrame]]

log = logging.getLogger(__name__)
INCIDENTS, CELLS, PLANNED = "marts.fct_incidents", "marts.dim_cell", "marts.fct_planned_event"
AREAS, OBSERVED = "marts.dim_area", "marts.fct_observation_hour"
IS_IN, WHOLE_CITY = "is_in_territory", "all"
_HELD = {"int": "Int32", "double": "Float64", "boolean": "boolean", "timestamp": "datetime64[us, UTC]"}


@dataclass(frozen=True)
class WeekTable:
    """A mart written week by week: its name, its schema (`name type, name type`), what it holds and its grain.

    Columns may have comments of their own, for analysts. A table of an earlier version is brought up to these columns
    when it is next written: rows stay, columns that are gone are dropped, new ones are empty in them. So are those of
    `renewed`, whose meaning changed when the column named beside them went.
    """

    name: str
    schema: str
    comment: str
    column_comments: Mapping[str, str] = field(default_factory=dict)
    renewed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def described(
        cls,
        name: str,
        columns: Sequence[tuple[str, str, str]],
        comment: str,
        renewed: Mapping[str, str] | None = None,
    ) -> WeekTable:
        """Declare a mart whose columns say what they hold: (name, type, comment) each."""
        schema = ", ".join(f"{column} {kind}" for column, kind, _ in columns)
        return cls(name, schema, comment, {column: text for column, _, text in columns}, renewed or {})

    @property
    def columns(self) -> dict[str, str]:
        """Type by column."""
        return dict(part.strip().split(" ") for part in self.schema.split(","))

    @property
    def held(self) -> dict[str, str]:
        """What holds each column while the mart is a frame, nulls included."""
        return {name: _HELD.get(kind, "object") for name, kind in self.columns.items()}

    @property
    def declared(self) -> str:
        """The schema with the comments of its columns, as SQL."""
        comments = {name: f" comment {spark.literal(text)}" for name, text in self.column_comments.items()}
        return ", ".join(f"{name} {kind}{comments.get(name, '')}" for name, kind in self.columns.items())


def read_incidents(territory: str, more: Sequence[str] = ()) -> pd.DataFrame:
    """Return the incidents inside a territory, one row each.

    Columns: type, occurred_local_date, occurred_local_hour (0 to 23), lon, lat (degrees), origin,
    premises (kind of place), known_at (UTC), known_local_at (as the city's clocks showed it), and `more` of the mart's.

    Raises:
        CalanqueError: if there is none.
    """
    columns = ("type", "occurred_local_date", "occurred_local_hour", "lon", "lat", "origin", "premises", "known_at")
    found = rows_of(INCIDENTS, territory, (*columns, IS_IN, *more))
    incidents = found[found[IS_IN]].drop(columns=IS_IN).reset_index(drop=True)
    if incidents.empty:
        raise CalanqueError(f"There is no incident of '{territory}' in {INCIDENTS}: run its feed and the marts first.")
    return incidents.assign(known_local_at=local_times(incidents["known_at"], load_territory(territory).time_zone))


def read_reported(territory: str, more: Sequence[str] = ()) -> pd.DataFrame:
    """Return those that the public reported, as `read_incidents` does: what patrols found says where they went.

    Raises:
        CalanqueError: if there is none.
    """
    found = read_incidents(territory, more)
    reported = found[found["origin"] == "reported"].reset_index(drop=True)
    if reported.empty:
        raise CalanqueError(f"The public has reported no incident of '{territory}': only such are counted ahead.")
    return reported


def read_areas(territory: str) -> pd.DataFrame:
    """Return the areas of a territory that its cells lie in: area_id, area_name."""
    cells = rows_of(CELLS, territory, ("area_id", "area_name")).dropna(subset="area_id")
    return cells.drop_duplicates("area_id").reset_index(drop=True)


def has_incidents(territory: str) -> bool:
    """Tell whether the marts hold an incident of a territory: of a new city they hold none until its feed has run."""
    is_made = delta.last_version(INCIDENTS) is not None
    found = is_made and bool(rows_of(INCIDENTS, territory, (IS_IN,))[IS_IN].any())
    if not found:
        log.info("The marts hold no incident of %s yet; nothing to do.", territory)
    return found


def due(step: str, territory: str, read: Sequence[str], stands: str, **asked: str) -> state.Fingerprint | None:
    """Return what a step is to read; None, as the log says, where what it made stands or there is no incident."""
    inputs = shown_versions(territory, read) | {"code": code_version(territory)} | asked
    if state.unchanged(step, inputs):
        log.info("%s: same data, same code; nothing to do.", stands)
        return None
    return inputs if has_incidents(territory) else None


def read_cells(territory: str) -> pd.DataFrame:
    """Return the cells of a territory: cell_id, row, col."""
    return rows_of(CELLS, territory, ("cell_id", "row", "col"))


def valid_from(territory: str) -> date:
    """Return the first valid date of the incidents of a territory: by their contracts, else the first one's day.

    Raises:
        CalanqueError: if no contract declares one and there is no incident.
    """
    declared = [c.valid_from for c in DOMAINS["incidents"].contracts if c.territory == territory and c.valid_from]
    if declared:
        return min(declared)
    days = rows_of(INCIDENTS, territory, ("occurred_local_date",))["occurred_local_date"]
    if days.empty:
        raise CalanqueError(f"There is no incident of '{territory}' in {INCIDENTS}: run its feed and the marts first.")
    return days.min()  # type: ignore[no-any-return]


def rows_of(mart: str, territory: str, columns: Sequence[str]) -> pd.DataFrame:
    """Return rows of a city with some columns, read from the mart's files: the engine is asked nothing."""
    found = deltars.read_columns(mart, columns, ("territory", territory))
    frame: pd.DataFrame = found.select(list(columns)).to_pandas()
    return frame


def next_week(data_until: date) -> date:
    """Return the Monday of the first week that the data do not cover whole: the week to forecast.

    Args:
        data_until: last day the data covers.
    """
    day = data_until + timedelta(days=1)
    return day - timedelta(days=day.weekday())


def week_of(territory: str, first_day: date) -> str:
    """Return the condition that names a week of a territory, by its first day as in `week_start_date`."""
    return f"territory = '{territory}' and week_start_date = '{first_day}'"


def write_week(written: Written, territory: str, first_day: date, step: str, run_id: str) -> None:
    """Replace one week of a territory, as `write_parts` does; earlier weeks stay, for what was said is judged later."""
    write_rows(written, week_of(territory, first_day), step, run_id)


def write_rows(written: Written, where: str, step: str, run_id: str) -> None:
    """Replace the rows that one condition names, as `write_parts` does."""
    write_parts({where: written}, step, run_id)


def write_parts(parts: Mapping[str, Written], step: str, run_id: str) -> None:
    """Replace rows of some tables; each is made, or brought up to its columns, first.

    No mart is written before the rows of all have passed their gates: readers keep what they had.

    Args:
        parts: by SQL condition each table, a mart or one of silver, with its new rows, which fulfil it and have at
            least its columns; it is made when it does not exist, also for a frame without rows.
        step: written in the commit.
        run_id: the same.

    Raises:
        CalanqueError: if a gate is not passed.
    """
    _gate([one for written in parts.values() for one in written], run_id)
    for where, written in parts.items():
        for table, frame in written:
            _replace(table, frame, where, step, run_id)


def _gate(written: Written, run_id: str) -> None:
    """Hold rows against the gates of their marts; where there is no row, there is nothing to show."""
    rows = {table.name.removeprefix("marts."): frame for table, frame in written if len(frame)}
    if gated := {mart: frame for mart, frame in rows.items() if mart in WRITTEN_BY_ML}:
        check_rows(gated, run_id)


def _replace(table: WeekTable, frame: pd.DataFrame, where: str, step: str, run_id: str) -> None:
    def write() -> None:
        make_table(table)
        deltars.replace_rows(table.name, frame, where, facts)

    facts = {"step": step, "run_id": run_id}
    with spark.user_metadata(facts):
        spark.with_retry(write)


def make_table(table: WeekTable) -> None:
    """Make a mart that does not exist yet; one of an earlier version is brought up to its columns and comments."""
    # All of ml/ is made from the incidents.
    comment = cited(table.comment, DOMAINS["incidents"].contracts)
    spark.rows(
        f"create table if not exists {table.name} ({table.declared}) using delta partitioned by (territory) "
        f"location '{_location(table)}' "
        f"comment {spark.literal(comment)}"
    )
    found = spark.columns(table.name)
    if {name: kind for name, kind, _ in found} != table.columns:
        _rewrite(table, {name: kind for name, kind, _ in found})
    spark.describe(table.name, comment, table.column_comments)


def _rewrite(table: WeekTable, old: Mapping[str, str]) -> None:
    kept = kept_columns(table, old)
    log.info("%s is of an earlier version: it is written anew, %d columns of its rows are kept.", table.name, len(kept))
    chosen = carried({name: old[name] for name in kept}, table.columns)
    spark.rewrite(table.name, _location(table), chosen, table.column_comments, "territory")


def _location(table: WeekTable) -> str:
    return f"{settings().hdfs_uri}/lake/{table.name.replace('.', '/')}"


def kept_columns(table: WeekTable, old: Mapping[str, str]) -> set[str]:
    """Return the columns whose earlier values still mean the same, given the type of each column that a table has."""
    same = {name for name, kind in table.columns.items() if old.get(name) == kind}
    return same - {name for name, gone in table.renewed.items() if gone in old}


def code_version(territory: str) -> str:
    """Return the hash of the code that the figures of a city depend on, its own file included and no other city's."""
    root = settings().root
    file = root / "infra" / "territories" / f"{territory}.yml"
    return state.code_hash(root / "ml", root / "calanque" / "places", file)


def shown_versions(territory: str, tables: Sequence[str]) -> dict[str, int | str]:
    """Return the version of each mart that last brought something of a city; 'absent' of one that holds none of it.

    Another city's rows make versions too, which are nothing new to this one.
    """
    domains = ("places", "incidents", "surroundings", "observations")
    states = [state.last_state(f"marts.{domain}.{territory}") for domain in domains]
    shown = {name: version for one in states if one for name, version in one.outputs.items()}
    return {table: shown.get(table, "absent") for table in tables}


def data_version(tables: tuple[str, ...], inputs: state.Fingerprint) -> str:
    """Return the versions of the tables read, as one text."""
    return ", ".join(f"{table}@{inputs[table]}" for table in tables)


def lineage_inputs(tables: tuple[str, ...], inputs: state.Fingerprint) -> list[LineageDataset]:
    """Return the tables read, as inputs of a lineage event."""
    return [LineageDataset(name=table, version=inputs[table]) for table in tables]


def lineage_output(
    table: WeekTable, read: Sequence[str], copied: Mapping[str, str], made: Sequence[str] = ()
) -> LineageDataset:
    """Return a table as an output of a lineage event.

    Args:
        table: what was written.
        read: columns of the incidents that its figures are counted from.
        copied: the mart that a column is taken from as it is, by column.
        made: columns that come from no mart.
    """
    counted = tuple(Origin(dataset=INCIDENTS, column=name, how=How.AGGREGATION) for name in read)
    origins: dict[str, tuple[Origin, ...]] = {name: counted for name in table.columns if name not in made}
    origins |= {name: (Origin(dataset=mart, column=name),) for name, mart in copied.items() if name in table.columns}
    return LineageDataset(
        name=table.name, columns=table.columns, version=delta.data_version(table.name), origins=origins
    )
