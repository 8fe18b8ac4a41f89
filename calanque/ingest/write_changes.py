"""Write a snapshot or a merge: compare the staged batch with its table, then change the table in one commit.

What changes is written to staging first, and counted there; the commit's own counts must be the same. Rows that are
equal to what is current stay untouched, and a batch that changes nothing makes no version. A row that is in quarantine
does not hold its place: a snapshot closes the key of a row that it could not read.

A snapshot that was landed before another one that its table has (a replay under a raised contract version, or two runs
that overtake each other) does not turn the clock back: it changes nothing, with `within` on the days that a newer one
has. A merge needs no such rule: what is older is recorded closed.
"""

from __future__ import annotations

import json
import logging
import uuid
from typing import TYPE_CHECKING

from calanque.contracts.write import MergeWrite, SnapshotWrite
from calanque.engines import deltars, spark
from calanque.errors import CalanqueError
from calanque.ingest.protect import good_path, write_files
from calanque.ingest.staged import ROWS, good_frame
from calanque.ingest.tables import commit_mark, commit_of, landed_at, newest_commit
from calanque.ingest.tiers import staging_path
from calanque.ingest.write_sql import commit_sql, merge_sql, snapshot_sql
from calanque.runs.batches import read_reports
from calanque.runs.records import ChangeCounts
from calanque.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pyspark.sql import DataFrame

    from calanque.contracts.model import FeedContract
    from calanque.ingest.records import LandedBatch, StagedBatch

log = logging.getLogger(__name__)
CHANGES = {"_act": "string", "_closes": "boolean"}


def write_changes(
    contract: FeedContract, landed: LandedBatch, staged: StagedBatch, run_id: str
) -> tuple[int, ChangeCounts]:
    """Bring the table to what the batch says, unless its history says that this was done.

    Returns:
        The version of the table that holds the batch, and what became of its rows.

    Raises:
        CalanqueError: if another batch changed the table meanwhile (`CommitFailedError` in its sentence: try again), or
            if the commit did not change what it should.
    """
    table = contract.bronze_table
    if commit := commit_of(contract, landed.batch_id, staged):
        return int(commit["version"]), ChangeCounts(**commit["user_metadata"]["changes"])
    # Before the comparison: what is compared must be what the commit is made on top of.
    version = deltars.open_table(table).version()
    changes, counts = _compared(contract, landed, staged)
    if not counts.inserted + counts.changed + counts.deleted + counts.closed and not _records(contract, counts):
        return version, counts
    mark = {**commit_mark(contract, landed.batch_id, run_id, staged.protected_by), "changes": counts.model_dump()}
    with spark.only_on_top_of(version, "calanque"), spark.user_metadata(mark):
        spark.rows(commit_sql(contract, ROWS, landed.batch_id, landed_at(landed)), {ROWS: changes})
    commit = newest_commit(table, landed.batch_id)
    if commit is None or commit["user_metadata"] != json.loads(json.dumps(mark)):
        raise CalanqueError(f"Another batch came first in {table} (CommitFailedError): run the batch again.")
    _check_commit(contract, commit["metrics"], counts)
    return int(commit["version"]), counts


def _compared(contract: FeedContract, landed: LandedBatch, staged: StagedBatch) -> tuple[DataFrame, ChangeCounts]:
    """Write what the batch changes to staging; returns the frame that reads it, and the counts."""
    rows, good = good_frame(contract, good_path(contract, landed.batch_id, staged)), ROWS
    late_count = 0
    if isinstance(contract.write, MergeWrite):
        found = merge_sql(contract, contract.write, good, landed_at(landed))
    elif isinstance(contract.write, SnapshotWrite):
        good, late_count = _not_overtaken(contract, contract.write, landed, rows)
        found = snapshot_sql(contract, contract.write, good)
    if staged.good_count in (0, late_count):  # nothing to compare with: no row of the table is gone
        return rows, ChangeCounts(late=late_count)
    folder = staging_path(contract.feed, landed.batch_id, contract.version)
    path = f"{folder}/changes-{uuid.uuid4().hex[:12]}"
    facts = {act: f"count_if(_act = '{act}')" for act in ("inserted", "changed", "deleted", "late")}
    closed = "count_if(_closes AND _act IN ('gone', 'deleted'))"
    counted = write_files(spark.sql(found, {ROWS: rows}), path, facts | {"closed": closed})
    counted["late"] += late_count
    unchanged = staged.good_count - sum(counted[act] for act in facts)
    return good_frame(contract, path, CHANGES), ChangeCounts(**counted, unchanged=unchanged)


def _not_overtaken(
    contract: FeedContract, write: SnapshotWrite, landed: LandedBatch, rows: DataFrame
) -> tuple[str, int]:
    """Return the staged rows of a snapshot without those of which the table has a newer one, and the count of these."""
    if not _may_be_overtaken(contract, landed):
        return ROWS, 0
    table, newest = contract.bronze_table, "max(greatest(_ingested_at, _closed_at))"
    # The raw files of a replay may have been landed again: what the table took from it tells its age.
    ours = f"'{landed.batch_id}'"
    known = (
        f"SELECT min(CASE WHEN _batch_id = {ours} THEN _ingested_at ELSE _closed_at END) AS at FROM {table} "
        f"WHERE _batch_id = {ours} OR _closed_by = {ours}"
    )
    since = f"(SELECT least(at, {landed_at(landed)}) FROM ({known}))"
    if write.within is None:
        overtaken = f"(SELECT coalesce({newest} > {since}, false) FROM {table})"
    else:
        day = quoted(write.within)
        overtaken = f"{day} IN (SELECT {day} FROM {table} GROUP BY {day} HAVING {newest} > {since})"
    (late,) = spark.rows(f"SELECT count(*) AS n FROM {ROWS} WHERE {overtaken}", {ROWS: rows})
    if not late["n"]:
        return ROWS, 0
    log.info(
        "%s: %s rows of batch %s are of an older snapshot than its table has; they change nothing.",
        contract.feed,
        late["n"],
        landed.batch_id,
    )
    return f"(SELECT * FROM {ROWS} WHERE NOT {overtaken})", int(late["n"])


def _may_be_overtaken(contract: FeedContract, landed: LandedBatch) -> bool:
    """Tell whether a newer snapshot may be in the table, by reports and by the bounds in its log: mostly none is."""
    if any(one.batch_id == landed.batch_id and one.state == "published" for one in read_reports(contract.feed)):
        return True
    return any(
        deltars.may_hold(contract.bronze_table, column, lambda _, newest: newest > landed.landed_at)
        for column in ("_ingested_at", "_closed_at")
    )


def _records(contract: FeedContract, counts: ChangeCounts) -> int:
    """Return how many rows are recorded closed: a merge does that with late rows, a snapshot leaves them out."""
    return counts.late if contract.write.mode == "merge" else 0


def _check_commit(contract: FeedContract, metrics: Mapping[str, Any], counts: ChangeCounts) -> None:
    done = tuple(int(metrics.get(name, -1)) for name in ("numTargetRowsInserted", "numTargetRowsUpdated"))
    inserted = counts.inserted + counts.changed + counts.deleted + _records(contract, counts)
    if done != (inserted, counts.changed + counts.closed):
        raise CalanqueError(
            f"{contract.feed}: the commit to {contract.bronze_table} inserted {done[0]} and closed {done[1]} rows, not "
            f"{inserted} and {counts.changed + counts.closed}: do not use this batch; keep its report."
        )
