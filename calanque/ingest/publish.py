"""Publish: one atomic Delta commit to bronze and one to quarantine, from the staged batch alone.

The tables take the staged files themselves: a rename puts them below the table, and a commit that names them makes them
rows. No row is read or written again. A snapshot or a merge is compared with the table first: see `write_changes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calanque.engines import delta_files, deltars, spark
from calanque.engines.hdfs import LakeError, lake
from calanque.engines.parquet import data_files
from calanque.errors import CalanqueError
from calanque.formats.base import ROW_SQL
from calanque.governance.erasures import delete_rows, erased_tokens
from calanque.ingest.come_again import Again, came_again
from calanque.ingest.erased import ERASED, good_rows
from calanque.ingest.gate_open import RULE
from calanque.ingest.header import Header, Refusal
from calanque.ingest.protect import good_path, protection_plan, refused_path
from calanque.ingest.staged import good_frame, refused_frame
from calanque.ingest.tables import (
    QUARANTINE_COLUMNS,
    commit_mark,
    commit_of,
    commit_under,
    ensure_tables,
    holds_batch,
    replace_batch,
    technical_columns,
)
from calanque.ingest.tiers import attempt_path, published_path
from calanque.ingest.type_ import left_out_count, read_rows, type_rows
from calanque.ingest.write_changes import write_changes
from calanque.sql_text import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from deltalake import DeltaTable
    from pyspark.sql import DataFrame

    from calanque.contracts.model import FeedContract
    from calanque.ingest.records import LandedBatch, StagedBatch
    from calanque.runs.records import ChangeCounts


class Published(NamedTuple):
    """The version of bronze that holds a batch, its rows there, and for a snapshot or a merge what became of them.

    Of an append, `again` says which of its keys another batch has brought.
    """

    version: int
    loaded_count: int
    changes: ChangeCounts | None
    again: Again


def publish_rows(contract: FeedContract, landed: LandedBatch, staged: StagedBatch, run_id: str) -> Published:
    """Put the refused rows in quarantine and the good rows in bronze, by the feed's way of writing.

    A run that was killed after a commit finds it in the table's history and does not write it again.

    Raises:
        CalanqueError: if what the tables took is not what was landed.
    """
    ensure_tables(contract)
    quarantined = spark.with_retry(lambda: _refuse(contract, landed, staged, run_id))
    if contract.write.mode == "append":
        version, loaded, again = spark.with_retry(lambda: _load(contract, landed, staged, run_id))
        changes = None
    else:
        version, changes = spark.with_retry(lambda: write_changes(contract, landed, staged, run_id))
        loaded, again = changes.row_count, Again()
    check_balance(contract.feed, staged.landed_count, loaded, quarantined)
    # Who was erased since the batch was staged may be in what was committed.
    delete_rows(contract, erased_tokens(contract), "late", landed.batch_id)
    return Published(version, loaded, changes, again)


def _load(contract: FeedContract, landed: LandedBatch, staged: StagedBatch, run_id: str) -> tuple[int, int, Again]:
    """Put the good rows in bronze unless the history says that they are; returns the version and the rows written.

    The commit names the batch and the digests of its files, so that no other batch brings one of them in again.
    """
    # Opened before the look at the history: a run that commits the same batch in between makes the commit below fail.
    opened, batch_id = deltars.open_table(contract.bronze_table), landed.batch_id
    commit = commit_of(contract, batch_id, staged)
    if commit is None:
        path = good_path(contract, batch_id, staged)
        again = came_again(contract, path, batch_id)
        if not holds_batch(contract.bronze_table, batch_id):
            names = (batch_id, *(file.sha256 for file in landed.files))
            _refuse_loaded(contract, batch_id, deltars.transactions_among(opened, names))
            mark = commit_mark(contract, batch_id, run_id, staged.protected_by | again.mark())
            source = attempt_path(contract.feed, batch_id, contract.version, staged.attempt)
            return *_append(contract.bronze_table, opened, source, names, mark), again
        # The rows of another contract version may share files with other batches: Spark replaces them.
        frame, said = good_frame(contract, path), staged.protected_by | again.mark()
        commit = replace_batch(contract.bronze_table, frame, contract, batch_id, run_id, said)
    return int(commit["version"]), written_count(commit), Again.of_mark(commit["user_metadata"])


def _refuse(contract: FeedContract, landed: LandedBatch, staged: StagedBatch, run_id: str) -> int:
    """Put the refused rows of a staged batch in quarantine unless they are there; returns how many."""
    table, batch_id = contract.quarantine_table, landed.batch_id
    if staged.refused_path is None:
        return _quarantine(contract, landed, None, 0, run_id)
    opened = deltars.open_table(table)
    if holds_batch(table, batch_id):
        path = refused_path(contract, staged.refused_path)
        if path != staged.refused_path and commit_under(contract, table, batch_id):  # of a run killed after it
            return staged.refused_count
        return _quarantine(contract, landed, refused_frame(path), staged.refused_count, run_id)
    mark = commit_mark(contract, batch_id, run_id)
    _, count = _append(table, opened, staged.refused_path, (batch_id,), mark)
    check_balance(f"{contract.feed} quarantine", staged.refused_count, 0, count)
    return count


def _append(
    table: str, opened: DeltaTable, source: str, names: Sequence[str], mark: Mapping[str, Any]
) -> tuple[int, int]:
    """Make staged files rows of a table, under names of the work; returns the version and the rows."""
    files = data_files(_move(table, source), deltars.statistics_columns(opened))
    version = delta_files.append_files(opened, source.rpartition("/")[2], files, names, mark)
    return version, sum(file.row_count for file in files)


def _refuse_loaded(contract: FeedContract, batch_id: str, known: frozenset[str]) -> None:
    """Stop a batch with a file that another one has loaded since it was landed."""
    if known and batch_id not in known:
        raise CalanqueError(
            f"{contract.feed}: another batch has loaded a file of batch {batch_id} in the meantime: run the feed again "
            "from its start, which leaves that file out."
        )


def _move(table: str, source: str) -> str:
    """Put staged files below their table, in one step, unless they are there; returns their folder."""
    target = published_path(table, source)
    try:
        if not lake().exists(target):
            lake().rename(source, target)
    except LakeError:
        if not lake().exists(target):  # not even by the other of two runs
            raise
    return target


def quarantine_staged(
    contract: FeedContract, landed: LandedBatch, headers: dict[str, Header], reasons: list[str], run_id: str
) -> int:
    """Put every row of a typed batch in quarantine with the batch's reasons; returns how many.

    They are typed again from landing, without their protected columns: the files of bronze do not say which row of the
    source each row was. Where the batch is refused because open columns hold persons, none is kept in clear.
    """
    ensure_tables(contract)
    shown = ", ".join(quoted(column.name) for column in contract.bronze if column.classification == "open")
    added = f"array({', '.join(literal(reason) for reason in reasons)})"
    typed, payload = type_rows(contract, landed, headers), f"to_json(struct({shown}))"
    if listed := erased_tokens(contract):
        good = good_rows(typed, protection_plan(contract), listed, payload)
        erased = f"CASE WHEN _is_erased THEN array('{ERASED}') ELSE CAST(array() AS array<string>) END AS _reasons"
        bad = typed.where("NOT _is_good").selectExpr(ROW_SQL, "_reasons", "_payload AS payload")
        judged = good.selectExpr("_row", erased, "payload").union(bad)
    else:
        either = f"CASE WHEN _is_good THEN {payload} ELSE _payload END AS payload"
        judged = typed.selectExpr(ROW_SQL, "_reasons", either)
    rows = judged.selectExpr(
        "_row",
        f"concat(coalesce(_reasons, CAST(array() AS array<string>)), {added}) AS reasons",
        "'{}' AS payload" if f"gate:{RULE}" in reasons else "payload",
        *technical_columns(contract, landed),
    )
    return _quarantine(contract, landed, rows, landed.own_count(left_out_count(contract, landed, headers)), run_id)


def quarantine_files(
    contract: FeedContract, landed: LandedBatch, headers: dict[str, Header], refusal: Refusal, run_id: str
) -> int:
    """Put every row of files that cannot be typed in quarantine with the batch's reason; returns how many.

    Their values are kept only for declared columns of a feed that is not personal: nobody knows what the others hold.
    """
    ensure_tables(contract)
    if not any(map(any, headers.values())):
        return _quarantine(contract, landed, None, 0, run_id)
    frame = read_rows(contract, landed, headers)
    known = [quoted(name) for name in frame.columns if contract.landing_column(name)]
    payload = f"to_json(struct({', '.join(known)}))" if known and not contract.is_personal else "'{}'"
    rows = frame.selectExpr(
        ROW_SQL,
        f"array({literal(refusal.reason)}) AS reasons",
        f"{payload} AS payload",
        *technical_columns(contract, landed),
    )
    return _quarantine(contract, landed, rows, landed.own_count(left_out_count(contract, landed, headers)), run_id)


def check_balance(feed: str, landed_count: int, loaded_count: int, quarantined_count: int) -> None:
    """Check that no row was lost or doubled.

    Raises:
        CalanqueError: if landed is not loaded plus quarantined.
    """
    if landed_count != loaded_count + quarantined_count:
        raise CalanqueError(
            f"{feed}: {landed_count} rows landed but {loaded_count} were loaded and {quarantined_count} quarantined: "
            "do not use this batch; run it again, and keep its report."
        )


def written_count(commit: dict[str, Any]) -> int:
    """Return the rows of its batch that a commit wrote, by Delta's own count.

    After an OPTIMIZE a replaced batch shares a file with others, whose rows are copied and counted too.
    """
    metrics = commit["metrics"]
    return int(metrics.get("numOutputRows", 0)) - int(metrics.get("numCopiedRows", 0))


def _quarantine(
    contract: FeedContract, landed: LandedBatch, rows: DataFrame | None, expected: int | None, run_id: str
) -> int:
    table = contract.quarantine_table
    if rows is None or expected == 0:
        # No empty commit: a table version says that something changed.
        if holds_batch(table, landed.batch_id):
            spark.with_retry(lambda: spark.rows(f"DELETE FROM {table} WHERE _batch_id = '{landed.batch_id}'"))
        return 0
    commit = replace_batch(table, rows.select(*QUARANTINE_COLUMNS), contract, landed.batch_id, run_id)
    if expected is not None:
        check_balance(f"{contract.feed} quarantine", expected, 0, written_count(commit))
    return written_count(commit)
