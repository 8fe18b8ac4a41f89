"""The SQL of a snapshot and of a merge: which rows of a batch change its table, and the one commit that does it.

A SELECT of changes gives the columns of bronze, then `_act` (what a row does, by the names of `ChangeCounts`; `gone`
for a row of the table that a snapshot no longer has) and `_closes` (whether a current row of the same key is closed).
Rows that change nothing are not in it. Pure text, no Spark.
"""

from collections.abc import Sequence

from calanque.contracts.model import FeedContract
from calanque.contracts.write import MergeWrite, SnapshotWrite
from calanque.sql_text import literal, quoted

BATCH_COLUMNS = ("_batch_id", "_ingested_at", "_contract_version")


def snapshot_sql(contract: FeedContract, write: SnapshotWrite, staged: str) -> str:
    """Return the SELECT of what a snapshot changes.

    Args:
        contract: the feed's contract.
        write: its `write`; with `within` only rows of the days that the staged rows have are compared.
        staged: a relation with the batch's good rows, one a key.
    """
    scope = f" AND {quoted(write.within)} IN (SELECT {quoted(write.within)} FROM {staged})" if write.within else ""
    columns = [f"coalesce(s.{name}, t.{name}) AS {name}" for name in map(quoted, write.row_key)]
    columns += [f"s.{quoted(name)}" for name in _columns(contract, write.row_key)]
    act = "CASE WHEN s._found IS NULL THEN 'gone' WHEN t._found IS NULL THEN 'inserted' ELSE 'changed' END"
    return (
        f"SELECT {', '.join([*columns, *(f's.{name}' for name in BATCH_COLUMNS)])}, {act} AS _act, "
        f"t._found IS NOT NULL AS _closes FROM (SELECT *, true AS _found FROM {staged}) s "
        f"FULL OUTER JOIN (SELECT *, true AS _found FROM {contract.bronze_table} WHERE _closed_at IS NULL{scope}) t "
        f"ON {_same('s', 't', write.row_key, '=')} WHERE s._found IS NULL OR t._found IS NULL "
        f"OR NOT ({_same('s', 't', _columns(contract, write.row_key))})"
    )


def merge_sql(contract: FeedContract, write: MergeWrite, staged: str, since: str) -> str:
    """Return the SELECT of what a merge changes.

    Of each key the row that is last by `order_by` becomes current, if it is not older than the last one of the table;
    of the same time, that of the batch which was landed last. The others are recorded closed, unless they are already.

    Args:
        contract: the feed's contract.
        write: its `write`.
        staged: a relation with the batch's good rows; those of one key and time are equal.
        since: SQL of when the batch was landed.
    """
    key, order = ", ".join(map(quoted, write.key)), quoted(write.order_by)
    ranked = (
        f"SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY _takes DESC, {order} DESC) AS _rank "
        f"FROM ({_judged(contract, write, staged, since)}) WHERE _copy = 1"
    )
    deleted = "false"
    if write.deleted_when:
        deleted = f"coalesce({quoted(write.deleted_when.column)} = {literal(write.deleted_when.value)}, false)"
    act = (
        f"CASE WHEN _takes AND _rank = 1 THEN CASE WHEN {deleted} THEN 'deleted' "
        "WHEN _current_at IS NOT NULL THEN 'changed' ELSE 'inserted' END WHEN _known IS NULL THEN 'late' END"
    )
    chosen = ", ".join([*map(quoted, _columns(contract)), *BATCH_COLUMNS])
    return (
        f"SELECT {chosen}, _act, _act IN ('deleted', 'changed') AND _current_at IS NOT NULL AS _closes "
        f"FROM (SELECT *, {act} AS _act FROM ({ranked})) WHERE _act IS NOT NULL"
    )


def _judged(contract: FeedContract, write: MergeWrite, staged: str, since: str) -> str:
    """Return the SELECT of the rows that are not current as they are.

    `_takes` says whether one is after what the table has of its key, `_known` whether it is recorded closed, and
    `_copy` numbers the equal ones: those of the batch, and those that equal rows of the past make in the join.
    """
    table, key, order = contract.bronze_table, ", ".join(map(quoted, write.key)), quoted(write.order_by)
    moved = (
        f"SELECT s.*, t._ingested_at AS _current_at, t.{order} AS _current_order FROM {staged} s LEFT JOIN "
        f"(SELECT *, true AS _found FROM {table} WHERE _closed_at IS NULL) t ON {_same('s', 't', write.key, '=')} "
        f"WHERE t._found IS NULL OR NOT ({_same('s', 't', _columns(contract, write.key))})"
    )
    past = (
        f"SELECT {key}, max(struct({order}, _ingested_at)) AS _last FROM {table} WHERE _closed_at IS NOT NULL "
        f"GROUP BY {key}"
    )
    known = f"SELECT *, true AS _known FROM {table} WHERE _closed_at IS NOT NULL"
    last = f"struct(s.{order}, {since})"
    # A row already recorded does not open a deleted key again; it does take the place of a current row it is after.
    takes = (
        f"CASE WHEN s._current_at IS NOT NULL THEN {last} >= struct(s._current_order, s._current_at) "
        f"ELSE k._known IS NULL AND (p._last IS NULL OR {last} >= p._last) END"
    )
    one = (*write.key, write.order_by)
    copies = f"OVER (PARTITION BY {', '.join(f's.{quoted(name)}' for name in one)} ORDER BY s._batch_id)"
    return (
        f"SELECT s.*, k._known, {takes} AS _takes, row_number() {copies} AS _copy "
        f"FROM ({moved}) s LEFT JOIN ({past}) p ON {_same('s', 'p', write.key, '=')} "
        f"LEFT JOIN ({known}) k ON {_same('s', 'k', one, '=')} AND {_same('s', 'k', _columns(contract))}"
    )


def commit_sql(contract: FeedContract, changes: str, batch_id: str, since: str) -> str:
    """Return the MERGE that closes what the changes close and inserts what they insert, in one commit.

    Args:
        contract: the feed's contract.
        changes: a relation with the rows of one of the SELECTs above.
        batch_id: written in what is closed.
        since: SQL of when the batch was landed, written likewise.
    """
    names = [*map(quoted, _columns(contract)), *BATCH_COLUMNS]
    closed = "s._act IN ('deleted', 'late')"
    closing = {
        "_closed_at": f"CASE WHEN {closed} THEN {since} END",
        "_closed_by": f"CASE WHEN {closed} THEN '{batch_id}' END",
    }
    return (
        f"MERGE INTO {contract.bronze_table} t USING (SELECT *, true AS _closing FROM {changes} WHERE _closes "
        f"UNION ALL SELECT *, false AS _closing FROM {changes} WHERE _act <> 'gone') s "
        f"ON s._closing AND t._closed_at IS NULL AND {_same('t', 's', match_key(contract), '=')} "
        f"WHEN MATCHED THEN UPDATE SET _closed_at = {since}, _closed_by = '{batch_id}' "
        f"WHEN NOT MATCHED AND NOT s._closing THEN INSERT ({', '.join([*names, *closing])}) "
        f"VALUES ({', '.join([*(f's.{name}' for name in names), *closing.values()])})"
    )


def match_key(contract: FeedContract) -> tuple[str, ...]:
    """Return the columns of which a table has one current row: none for an append."""
    return contract.write.key if isinstance(contract.write, MergeWrite) else contract.write.row_key


def _columns(contract: FeedContract, without: Sequence[str] = ()) -> list[str]:
    return [column.name for column in contract.bronze if column.name not in without]


def _same(left: str, right: str, names: Sequence[str], sign: str = "<=>") -> str:
    return " AND ".join(f"{left}.{quoted(name)} {sign} {right}.{quoted(name)}" for name in names) or "true"
