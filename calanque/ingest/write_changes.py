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
from calanque.ingest.staged import good_frame, relation
from calanque.ingest.tables import commit_mark, commit_of, newest_commit
from calanque.ingest.tiers import staging_path
from calanque.ingest.write_sql import commit_sql, merge_sql, snapshot_sql
from calanque.runs.records import ChangeCounts
from calanque.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

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
        spark.rows(commit_sql(contract, changes, landed.batch_id, _since(landed)))
    commit = newest_commit(table, landed.batch_id)
    if commit is None or commit["user_metadata"] != json.loads(json.dumps(mark)):
        raise CalanqueError(f"Another batch came first in {table} (CommitFailedError): run the batch again.")
    _check_commit(contract, commit["metrics"], counts)
    return int(commit["version"]), counts


def _compared(contract: FeedContract, landed: LandedBatch, staged: StagedBatch) -> tuple[str, ChangeCounts]:
    """Write what the batch changes to staging; returns the relation that reads it, and the counts."""
    good = relation(good_frame(contract, good_path(contract, landed.batch_id, staged)))
    late_count = 0
    if isinstance(contract.write, MergeWrite):
        found = merge_sql(contract, contract.write, good, _since(landed))
    elif isinstance(contract.write, SnapshotWrite):
        good, late_count = _not_overtaken(contract, contract.write, landed, good)
        found = snapshot_sql(contract, contract.write, good)
    if staged.good_count in (0, late_count):  # nothing to compare with: no row of the table is gone
        return "", ChangeCounts(late=late_count)
    folder = staging_path(contract.feed, landed.batch_id, contract.version)
    path = f"{folder}/changes-{uuid.uuid4().hex[:12]}"
    write_files(spark.sql(found), path)
    changes = relation(good_frame(contract, path, CHANGES))
    return changes, _counted(changes, staged.good_count, late_count)


def _counted(changes: str, good_count: int, late_count: int) -> ChangeCounts:
    rows = spark.rows(f"SELECT _act, count(*) AS n, count_if(_closes) AS closing FROM {changes} GROUP BY _act")
    found = {row["_act"]: (int(row["n"]), int(row["closing"])) for row in rows}
    acts = {act: found.get(act, (0, 0))[0] for act in ("inserted", "changed", "deleted", "late")}
    acts["late"] += late_count
    closed = sum(found.get(act, (0, 0))[1] for act in ("gone", "deleted"))
    return ChangeCounts(**acts, unchanged=good_count - sum(acts.values()), closed=closed)


def _not_overtaken(contract: FeedContract, write: SnapshotWrite, landed: LandedBatch, good: str) -> tuple[str, int]:
    """Return the staged rows of a snapshot without those of which the table has a newer one, and the count of these."""
    table, newest = contract.bronze_table, "max(greatest(_ingested_at, _closed_at))"
    # The raw files of a replay may have been landed again: what the table took from it tells its age.
    ours = f"'{landed.batch_id}'"
    known = (
        f"SELECT min(CASE WHEN _batch_id = {ours} THEN _ingested_at ELSE _closed_at END) AS at FROM {table} "
        f"WHERE _batch_id = {ours} OR _closed_by = {ours}"
    )
    since = f"(SELECT least(at, {_since(landed)}) FROM ({known}))"
    if write.within is None:
        overtaken = f"(SELECT coalesce({newest} > {since}, false) FROM {table})"
    else:
        day = quoted(write.within)
        overtaken = f"{day} IN (SELECT {day} FROM {table} GROUP BY {day} HAVING {newest} > {since})"
    (late,) = spark.rows(f"SELECT count(*) AS n FROM {good} WHERE {overtaken}")
    if not late["n"]:
        return good, 0
    log.info(
        "%s: %s rows of batch %s are of an older snapshot than its table has; they change nothing.",
        contract.feed,
        late["n"],
        landed.batch_id,
    )
    return f"(SELECT * FROM {good} WHERE NOT {overtaken})", int(late["n"])


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


def _since(landed: LandedBatch) -> str:
    return f"timestamp'{landed.landed_at:%Y-%m-%d %H:%M:%S}'"
