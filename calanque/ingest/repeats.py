"""Rows of one batch that repeat the key of another: kept and counted, or put in quarantine, as the contract says.

They are looked for in the staged files, in which nothing is in clear. A feed that declares no key is not looked at.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from calanque.contracts.write import MergeWrite
from calanque.engines import spark
from calanque.formats.base import FILE, ROW_NUMBER, ROW_SQL
from calanque.ingest.staged import POSITIONS, ROWS, good_frame
from calanque.ingest.tables import QUARANTINE_COLUMNS
from calanque.sql_text import literal, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from calanque.contracts.model import FeedContract

SAME_ROW = f"USING ({FILE}, {ROW_NUMBER})"


def quarantine_keys(contract: FeedContract) -> dict[tuple[str, ...], bool]:
    """Return the keys of which a batch holds one row, and whether a row equal to the first one is no repeat.

    A merge takes several versions of a row, but one of each time; to say the same twice is no contradiction there.
    """
    keys: dict[tuple[str, ...], bool] = {}
    if contract.write.row_key:
        keys[contract.write.row_key] = isinstance(contract.write, MergeWrite)
    if contract.duplicates and contract.duplicates.action == "quarantine":
        keys[contract.duplicates.key] = False
    return keys


def needs_positions(contract: FeedContract) -> bool:
    """Whether the staged rows must say which row of the source they were."""
    return bool(quarantine_keys(contract))


def kept_repeats(contract: FeedContract, path: str) -> int:
    """Return how many staged rows repeat the key of another one and stay; 0 when the contract does not ask."""
    if contract.duplicates is None or contract.duplicates.action != "keep":
        return 0
    key = ", ".join(map(quoted, contract.duplicates.key))
    (found,) = good_frame(contract, path).selectExpr(f"count(*) - count(DISTINCT {key}) AS n").collect()
    return int(found["n"])


def part_repeats(contract: FeedContract, path: str) -> tuple[DataFrame, DataFrame] | None:
    """Return the staged rows without the repeated ones, and those as rows of quarantine; None when there are none."""
    keys = quarantine_keys(contract)
    staged = good_frame(contract, path, POSITIONS)
    counted = [staged.groupBy(*map(quoted, key)).agg({"*": "count"}).selectExpr("`count(1)` AS n") for key in keys]
    if not reduce(lambda left, right: left.union(right), counted).where("n > 1").take(1):
        return None
    once = f"SELECT * FROM {ROWS} LEFT ANTI JOIN ({repeats_sql(contract, keys, ROWS)}) {SAME_ROW}"
    return spark.sql(once, {ROWS: staged}), spark.sql(quarantine_sql(contract, keys, ROWS), {ROWS: staged})


def repeats_sql(contract: FeedContract, keys: dict[tuple[str, ...], bool], staged: str) -> str:
    """Return the SELECT of the rows that come after another one with their key: file, number and reasons."""
    parts = [_repeats_of(contract, key, is_same_taken, staged) for key, is_same_taken in keys.items()]
    return (
        f"SELECT {FILE}, {ROW_NUMBER}, sort_array(collect_set(_reason)) AS _reasons FROM ({' UNION ALL '.join(parts)}) "
        f"GROUP BY {FILE}, {ROW_NUMBER}"
    )


def quarantine_sql(contract: FeedContract, keys: dict[tuple[str, ...], bool], staged: str) -> str:
    """Return the SELECT of the repeated rows as quarantine keeps them: open values only."""
    shown = ", ".join(quoted(column.name) for column in contract.bronze if column.classification == "open")
    payload = f"to_json(struct({shown}))" if shown else "'{}'"
    made = {"_row": ROW_SQL, "reasons": "_reasons AS reasons", "payload": f"{payload} AS payload"}
    chosen = ", ".join(made.get(name, name) for name in QUARANTINE_COLUMNS)
    return f"SELECT {chosen} FROM {staged} JOIN ({repeats_sql(contract, keys, staged)}) {SAME_ROW}"


def _repeats_of(contract: FeedContract, key: tuple[str, ...], is_same_taken: bool, staged: str) -> str:
    joined = ", ".join(map(quoted, key))
    first = f"OVER (PARTITION BY {joined} ORDER BY {FILE}, {ROW_NUMBER})"
    whole = f"struct({', '.join(quoted(column.name) for column in contract.bronze)})"
    differs = f"NOT ({whole} <=> first_value({whole}) {first})" if is_same_taken else "true"
    return (
        f"SELECT {FILE}, {ROW_NUMBER}, {literal('duplicate:' + '+'.join(key))} AS _reason FROM ("
        f"SELECT {FILE}, {ROW_NUMBER}, row_number() {first} AS _at, {differs} AS _differs FROM {staged} "
        f"LEFT SEMI JOIN ({_repeated_keys(key, staged)}) USING ({joined})) WHERE _at > 1 AND _differs"
    )


def _repeated_keys(key: tuple[str, ...], staged: str) -> str:
    joined = ", ".join(map(quoted, key))
    return f"SELECT {joined} FROM {staged} GROUP BY {joined} HAVING count(*) > 1"
