"""The weeks of a city that new batches touch: built alone, they make the marts that a build of its history would."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from calanque.contracts.shapes import shapes
from calanque.engines import delta, spark
from calanque.runs.state import outputs_stand
from calanque.sql_text import literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from calanque.contracts import FeedContract
    from calanque.runs.state import StepState

# With more weeks than a year has, a build of everything is as fast.
MOST_WEEKS = 53
SHOWN = "shown_incidents"
"""A view in the schema of a build: the incidents that are shown of the city's other weeks."""
_COLUMNS = {
    "incident_id": "string",
    "territory": "string",
    "type": "string",
    "occurred_local_date": "date",
    "occurred_local_hour": "int",
    "is_hour_doubtful": "boolean",
}
_WEEK = timedelta(days=7)


def touched_weeks(
    contracts: Sequence[FeedContract], before: StepState | None, inputs: Mapping[str, int | str]
) -> tuple[date, ...] | None:
    """Return the Mondays of the weeks whose rows may have changed since a city's incidents were built.

    Args:
        contracts: those of the city's loaded feeds of incidents.
        before: what the last build had read.
        inputs: what this one would read.

    Returns:
        In order; None when more than batches of rows has changed since, or too many weeks have.
    """
    bronze = {contract.bronze_table for contract in contracts}
    if before is None or before.inputs.keys() != inputs.keys() or not outputs_stand(before):
        return None
    if any(before.inputs[name] != str(version) for name, version in inputs.items() if name not in bronze):
        return None
    batches = {contract.feed: _batches_after(contract, before.inputs[contract.bronze_table]) for contract in contracts}
    known = {feed: ids for feed, ids in batches.items() if ids is not None}
    if len(known) < len(batches):
        return None
    weeks = {row.week for row in spark.rows(_touched_sql(contracts, known)) if row.week}
    weeks.update(_between_days(contracts, weeks))
    return tuple(sorted(weeks)) if len(weeks) <= MOST_WEEKS else None


def _batches_after(contract: FeedContract, version: str) -> list[str] | None:
    """Return the batches that came into bronze after a version; None when rows changed otherwise, or nobody knows."""
    commits = delta.data_commits_after(contract.bronze_table, int(version)) if version.isdigit() else None
    if commits is None:
        return None
    batches = [delta.told_in(commit.user_metadata).get("batch") for commit in commits]
    return None if None in batches else [str(batch) for batch in batches]


def _touched_sql(contracts: Sequence[FeedContract], batches: Mapping[str, list[str]]) -> str:
    """Return the SQL of the weeks of new and closed rows, and of the other copies of these: only one copy is kept."""

    def rows(contract: FeedContract) -> str:
        meta = shapes()[str(contract.shape)].meta
        filled = contract.filling()
        local = f"from_utc_timestamp({filled[meta.happened].name}, '{contract.time_zone}')"
        ids = ", ".join(literal(batch) for batch in batches[contract.feed])
        is_new = f"_batch_id in ({ids}) or coalesce(_closed_by in ({ids}), false)" if ids else "false"
        return (
            f"select {filled[meta.key].name} as row_id, cast(date_trunc('week', {local}) as date) as week, "
            f"{is_new} as is_new from {contract.bronze_table}"
        )

    copies = " union all ".join(rows(contract) for contract in contracts)
    return f"with copies as ({copies}) select distinct week from copies left semi join " + (
        "(select row_id from copies where is_new) as news using (row_id)"
    )


def _between_days(contracts: Sequence[FeedContract], weeks: set[date]) -> Iterator[date]:
    """Yield the weeks from the days that were the first and the last to those that may be now: one may be whole now."""
    first_valid = min((contract.valid_from or date.min for contract in contracts), default=date.min)
    valid = [week for week in weeks if week + _WEEK > first_valid]
    (span,) = spark.rows(
        "select min(week_start_date) as first, max(week_start_date) as last from marts.fct_incidents "
        f"where territory = '{contracts[0].territory}'"
    )
    if not valid or span.first is None:
        return
    for low, high in ((min(valid), span.first), (span.last, max(valid))):
        yield from (low + number * _WEEK for number in range(min((high - low).days // 7 + 1, MOST_WEEKS + 1)))


def refer_to_others(schema: str, territory: str, weeks: Sequence[date] | None) -> None:
    """Make the view of the incidents that are shown of other weeks than those to be built; empty when all are."""
    if weeks is None:
        empty = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in _COLUMNS.items())
        chosen = f"select {empty} where false"
    else:
        chosen = (
            f"select {', '.join(_COLUMNS)} from marts.fct_incidents where territory = '{territory}' "
            f"and week_start_date not in ({dates(weeks)})"
        )
    # The metastore keeps 256 letters of a column's comment, and tries for twenty seconds to keep more.
    columns = ", ".join(f"{name} comment 'As in fct_incidents.'" for name in _COLUMNS)
    spark.rows(f"create or replace view {schema}.{SHOWN} ({columns}) as {chosen}")


def dates(days: Sequence[date]) -> str:
    """Return days as a list in SQL."""
    return ", ".join(f"date '{day}'" for day in days)


def fits(schema: str, territory: str, weeks: Sequence[date]) -> bool:
    """Tell whether weeks that were built alone fit what is shown of the others.

    They do not when the whole would be told otherwise elsewhere too: a type that is new or gone has zeros in every
    week, another first or last day makes other weeks whole, and an hour of a type is doubtful in all of them or none.
    """
    columns = "type, occurred_local_date, occurred_local_hour, is_hour_doubtful"
    (found,) = spark.rows(
        f"""with incidents as (
            select {columns} from {schema}.fct_incidents union all select {columns} from {schema}.{SHOWN}
        ), weeks as (
            select type, week_start_date from {schema}.fct_territory_week union all
            select type, week_start_date from marts.fct_territory_week
            where territory = '{territory}' and week_start_date not in ({dates(weeks)})
        ), hours as (
            select count(distinct is_hour_doubtful) as kind_count from incidents group by type, occurred_local_hour
        ), days as (
            select cast(date_trunc('week', date_add(min(occurred_local_date), 6)) as date) as first,
              cast(date_trunc('week', date_sub(max(occurred_local_date), 6)) as date) as last,
              count(distinct type) as type_count from incidents
        ), shown as (
            select min(week_start_date) as first, max(week_start_date) as last, count(*) as row_count,
              count(distinct type) as type_count from weeks
        )
        select (select coalesce(max(kind_count), 0) from hours) as kinds,
          if(days.first > days.last, shown.row_count = 0, shown.first <=> days.first and shown.last <=> days.last
            and shown.type_count = days.type_count
            and shown.row_count = days.type_count * (datediff(days.last, days.first) / 7 + 1)) as is_same
        from days cross join shown"""
    )
    return bool(found.kinds <= 1 and found.is_same is not False)
