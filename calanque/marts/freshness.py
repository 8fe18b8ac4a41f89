"""How fresh each feed is, for whoever asks in SQL: `marts.dim_feed_freshness`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, NamedTuple

from calanque.engines import delta, deltars, spark
from calanque.engines.lineage import How, LineageDataset, Origin
from calanque.marts.domains import is_fed, marts_of
from calanque.runs import lineage, state
from calanque.runs.tables import BATCH
from calanque.settings import settings
from calanque.sql_text import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import DataFrame

    from calanque.contracts import FeedContract

FRESHNESS = "marts.dim_feed_freshness"
_COMMENT = "How fresh each feed is, and what is made from it. One row per feed."
_COLUMNS = (
    ("feed", "string", "Feed, by the name of its contract."),
    ("territory", "string", "City the feed belongs to."),
    ("title", "string", "What the feed holds."),
    ("producer", "string", "Who made the data."),
    ("licence", "string", "By what right they are used."),
    ("citation", "string", "How whoever shows them names their origin."),
    ("published_on", "date", "When the producer published them, if the contract says it."),
    ("last_batch_id", "string", "Batch that came last; the same bytes again are no new batch."),
    ("last_ingested_at", "timestamp", "When its rows were accessed and taken in, UTC."),
    ("last_ingested_local_at", "timestamp_ntz", "The same as wall clock in the territory."),
    (
        "last_refused_share",
        "double",
        "Which share of the rows of that batch is in quarantine, to a thousandth; null for fewer than 100 rows.",
    ),
    ("last_row_local_date", "date", "Newest day that a row of the feed is about, in the time of the territory."),
    ("promised_hours", "int", "Hours within which a new batch is promised."),
    ("late_after_at", "timestamp", "When the feed is late without a new batch, UTC: compare it with now()."),
    ("is_late", "boolean", "Whether it was late at checked_at."),
    ("marts", "string", "Tables of marts that are made from it, by name."),
    (
        "no_longer_fed_since_at",
        "timestamp",
        "When its contract or its city was found to be taken away, UTC; null while it is fed.",
    ),
    ("checked_at", "timestamp", "When this row was last found to have changed, UTC."),
)
_STEP, _FED = "freshness", "no_longer_fed_since_at"
_SAID = {name: kind for name, kind, _ in _COLUMNS if name != "checked_at"}
_ORIGINS = {
    "last_batch_id": "_batch_id",
    "last_ingested_at": "_ingested_at",
    "last_ingested_local_at": "_ingested_at",
    "late_after_at": "_ingested_at",
    "is_late": "_ingested_at",
}


class Known(NamedTuple):
    """What is known of a feed: its city, the newest day that a row is about, and since when it is no longer fed."""

    territory: str
    last_row_day: date | None
    unfed_since: datetime | None


def known_freshness() -> dict[str, Known]:
    """Return what is known of each feed of which something came, by its name.

    Raises:
        CalanqueError: if HDFS does not answer.
    """
    if delta.last_version(FRESHNESS) is None:
        return {}
    rows = deltars.read_rows(FRESHNESS, [])
    return {row["feed"]: Known(row["territory"], row["last_row_local_date"], row.get(_FED)) for row in rows}


def keep_freshness(contracts: Sequence[FeedContract], run_id: str) -> None:
    """Write the rows of the feeds whose table or contract has changed; say since when others are no longer fed.

    Args:
        contracts: of the feeds that have a bronze table.
        run_id: written in the commits.
    """
    fed = [contract for contract in contracts if is_fed(contract.feed, contract.territory)]
    inputs = state.table_versions(contract.bronze_table for contract in fed)
    inputs |= {contract.feed: contract.version for contract in fed}
    inputs["code"] = state.code_hash(settings().root / "calanque" / "marts")
    before, seen = state.last_state(_STEP), dict[str, str]()
    if before and before.inputs["code"] == inputs["code"] and state.outputs_stand(before):
        seen = before.inputs
    due = [one for one in fed if any(seen.get(key) != str(inputs[key]) for key in (one.bronze_table, one.feed))]
    if due:
        write_freshness(due, run_id)
    if due or seen.keys() != inputs.keys():
        _say_unfed(run_id)
        state.record(_STEP, inputs, state.table_versions([FRESHNESS]))


def _say_unfed(run_id: str) -> None:
    """Write since when feeds that were taken away are no longer fed: nothing is promised of them any more."""
    if delta.last_version(FRESHNESS) is None:
        return
    rows = [row for row in deltars.read_rows(FRESHNESS, []) if row.get(_FED) is None]
    if gone := [row["feed"] for row in rows if not is_fed(row["feed"], row["territory"])]:
        spark.add_columns(FRESHNESS, {name: f"{kind} comment {spark.literal(text)}" for name, kind, text in _COLUMNS})
        with spark.user_metadata({"step": _STEP, "run_id": run_id}):
            spark.rows(
                f"update {FRESHNESS} set {_FED} = current_timestamp(), checked_at = current_timestamp(), "
                f"is_late = null, late_after_at = null where feed in ({listed(gone)})"
            )


def write_freshness(contracts: Sequence[FeedContract], run_id: str) -> None:
    """Write the rows of some feeds, when anything but the clock has moved since they were last written.

    Args:
        contracts: of feeds that have a bronze table.
        run_id: written in the commit.
    """
    started_at = datetime.now(UTC)
    feeds = [contract.feed for contract in contracts]
    union = " union all ".join(_found_sql(contract) for contract in contracts)
    found = spark.sql(f"select found.*, last_refused_share from ({union}) as found {_refused_sql(feeds)}")
    if spark.with_retry(lambda: _write(found, feeds, run_id)):
        _record(contracts, run_id, started_at)


def _found_sql(contract: FeedContract) -> str:
    zone, hours, ingested = contract.time_zone, contract.latency_hours, "last_ingested_at"
    return (
        f"select '{contract.feed}' as feed, '{contract.territory}' as territory, "
        f"{spark.literal(contract.titled('en'))} as title, {_provenance(contract)}, last.batch_id as last_batch_id, "
        f"last.at as {ingested}, "
        f"cast(from_utc_timestamp({ingested}, '{zone}') as timestamp_ntz) "
        f"as last_ingested_local_at, last_row_local_date, {hours} as promised_hours, "
        f"{ingested} + make_dt_interval(0, {hours}) as late_after_at, "
        f"current_timestamp() > {ingested} + make_dt_interval(0, {hours}) as is_late, "
        f"'{', '.join(sorted(marts_of(contract.shape)))}' as marts, cast(null as timestamp) as {_FED} from ("
        # A batch that only closed rows left no row of its own.
        "select max(struct(coalesce(_closed_at, _ingested_at) as at, coalesce(_closed_by, _batch_id) as batch_id)) "
        f"as last, max(case when _closed_at is null then {_local_date(contract)} end) as last_row_local_date "
        f"from {contract.bronze_table})"
    )


def _refused_sql(feeds: Sequence[str]) -> str:
    """Return the SQL that joins which share of each feed's last batch was refused, under the version that came last.

    A share, and none of a small batch: how many fines a city wrote in a day may be a count that its marts withhold.
    """
    return (
        "left join lateral (select if(max_by(landed_count, recorded_at) >= 100, "
        "round(max_by(quarantined_count / nullif(landed_count, 0), recorded_at), 3), null) as last_refused_share "
        f"from {BATCH.name} as batches where feed in ({listed(feeds)}) and batches.feed = found.feed "
        "and batch_id = last_batch_id and state = 'published') as refused"
    )


def _provenance(contract: FeedContract) -> str:
    made = contract.provenance
    words = {"producer": made.producer, "licence": made.licence, "citation": made.citation}
    published = f"date '{made.date_published}'" if made.date_published else "cast(null as date)"
    return ", ".join(
        [*(f"{spark.literal(text)} as {name}" for name, text in words.items()), f"{published} as published_on"]
    )


def _local_date(contract: FeedContract) -> str:
    """Return the SQL of the local day that a row is about: its first date, else its first instant, else nothing."""
    named = {kind: [c.name for c in contract.bronze if c.physical_type == kind] for kind in ("date", "timestamp")}
    if named["date"]:
        return named["date"][0]
    instants = [f"cast(from_utc_timestamp({name}, '{contract.time_zone}') as date)" for name in named["timestamp"]]
    return instants[0] if instants else "cast(null as date)"


def _write(found: DataFrame, feeds: Sequence[str], run_id: str) -> bool:
    columns = {name: f"{kind} comment {spark.literal(text)}" for name, kind, text in _COLUMNS}
    if delta.last_version(FRESHNESS) is None:
        declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        spark.rows(
            f"create table if not exists {FRESHNESS} ({declared}) using delta partitioned by (feed) "
            f"location '{delta.table_uri(FRESHNESS)}' comment '{_COMMENT}'"
        )
    # A table of an older version of this file has fewer.
    spark.add_columns(FRESHNESS, columns)
    where = f"feed in ({listed(feeds)})"
    # Being late is the clock's doing: a second run the day after changes no table.
    new, old = _texts(found), _texts(spark.session().table(FRESHNESS).where(where))
    late = [*_SAID].index("is_late")
    lasting_new, lasting_old = ({row[:late] + row[late + 1 :] for row in rows} for rows in (new, old))
    if lasting_new == lasting_old:
        return False
    held = spark.session().createDataFrame(new, ", ".join(f"{name} string" for name in _SAID))
    kinds = [f"cast({name} as {kind}) as {name}" for name, kind in _SAID.items()]
    rows = held.selectExpr(*kinds, "current_timestamp() as checked_at").coalesce(1).write.format("delta")
    with spark.user_metadata({"step": "freshness", "run_id": run_id}):
        rows.mode("overwrite").option("replaceWhere", where).saveAsTable(FRESHNESS)
    return True


def _texts(frame: DataFrame) -> list[tuple[str | None, ...]]:
    """Return rows as the engine writes them, all but the time of writing: a whole union is then computed once."""
    return [tuple(row) for row in frame.selectExpr(*(f"string({c}) as {c}" for c in _SAID)).collect()]


def _record(contracts: Sequence[FeedContract], run_id: str, started_at: datetime) -> None:
    bronze = [contract.bronze_table for contract in contracts]
    origins = {
        name: tuple(Origin(dataset=table, column=column, how=How.AGGREGATION) for table in bronze)
        for name, column in _ORIGINS.items()
    }
    versions = state.table_versions(bronze)
    sources = [LineageDataset(name=table, version=versions[table]) for table in bronze]
    target = LineageDataset(
        name=FRESHNESS,
        version=delta.data_version(FRESHNESS),
        columns={name: kind for name, kind, _ in _COLUMNS},
        origins=origins,
    )
    lineage.emit("freshness", run_id, sources, [target], started_at)
