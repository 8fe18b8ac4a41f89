"""The SQL of snapshots, merges and repeated rows is pure text; what it gives on real rows is tested on the stack."""

import re
from typing import Any

import pytest
import sqlglot

from calanque.contracts import FeedContract, load_contract
from calanque.contracts.write import AppendWrite, Duplicates, MergeWrite, SnapshotWrite
from calanque.ingest.repeats import needs_positions, quarantine_keys, quarantine_sql, repeats_sql
from calanque.ingest.tables import bronze_columns, staged_columns
from calanque.ingest.write_sql import commit_sql, merge_sql, snapshot_sql

TORONTO, REPORTS = load_contract("toronto_incidents"), load_contract("citizen_reports")
SNAPSHOT = SnapshotWrite(mode="snapshot", key=("incident_id",))
DAYS = SnapshotWrite(mode="snapshot", key=("incident_id",), within="occurred_local_date")
MERGE = MergeWrite.model_validate({"mode": "merge", "key": ("incident_id",), "order_by": "occurred_at"})
SINCE, STAGED = "timestamp'2026-01-01 00:00:00'", "parquet.`hdfs://x/lake/staging/f`"


def with_(contract: FeedContract, **said: Any) -> FeedContract:
    return contract.model_copy(update=said)


STATEMENTS = {
    "snapshot": snapshot_sql(with_(TORONTO, write=SNAPSHOT), SNAPSHOT, STAGED),
    "snapshot-of-days": snapshot_sql(with_(TORONTO, write=DAYS), DAYS, STAGED),
    "merge": merge_sql(with_(TORONTO, write=MERGE), MERGE, STAGED, SINCE),
}


@pytest.mark.parametrize("text", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_a_row_is_compared_in_every_column_of_the_contract_and_no_other(text: str) -> None:
    sqlglot.parse_one(text, read="spark")
    compared = set(re.findall(r"s\.`(\w+)` <=> t\.`\w+`", text)) | set(re.findall(r"s\.`(\w+)` = t\.`\w+`", text))
    assert compared == {column.name for column in TORONTO.bronze}
    assert not re.search(r"`_\w+` (<=>|=)", text)
    # NULL is a value like another here: with '=' a row would never equal itself.
    assert {name for name in compared if f"s.`{name}` <=>" not in text} <= {"incident_id", "occurred_local_date"}


@pytest.mark.parametrize("text", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_only_current_rows_are_compared_and_all_columns_are_kept(text: str) -> None:
    assert "WHERE _closed_at IS NULL" in text
    chosen = text[: text.index("_act")]
    assert all(f"`{name}`" in chosen for name in (column.name for column in TORONTO.bronze))


def test_within_closes_rows_of_the_days_of_the_file_only() -> None:
    scope = f"AND `occurred_local_date` IN (SELECT `occurred_local_date` FROM {STAGED})"
    assert scope in STATEMENTS["snapshot-of-days"]
    assert " IN (SELECT" not in STATEMENTS["snapshot"]
    assert "s.`occurred_local_date` = t.`occurred_local_date`" in STATEMENTS["snapshot-of-days"]


@pytest.mark.parametrize(
    ("write", "key"),
    [(SNAPSHOT, ["incident_id"]), (DAYS, ["incident_id", "occurred_local_date"]), (MERGE, ["incident_id"])],
    ids=["snapshot", "snapshot-of-days", "merge"],
)
def test_the_commit_closes_by_the_key_and_inserts_the_rest(write: Any, key: list[str]) -> None:
    text = commit_sql(with_(TORONTO, write=write), "changes", "b1", SINCE)
    sqlglot.parse_one(text, read="spark")
    assert re.findall(r"t\.`(\w+)` = s\.", text) == key
    assert f"UPDATE SET _closed_at = {SINCE}, _closed_by = 'b1'" in text
    assert "DELETE" not in text
    named = re.search(r"THEN INSERT \(([^)]*)\)", text)
    assert named is not None
    assert named[1].replace("`", "").split(", ") == list(bronze_columns(TORONTO))


def test_a_deletion_is_told_by_its_value_as_a_literal() -> None:
    said = {"mode": "merge", "key": ("report_id",), "order_by": "reported_at"}
    write = MergeWrite.model_validate({**said, "deleted_when": {"column": "category", "value": "l'eau"}})
    assert r"`category` = 'l\'eau'" in merge_sql(with_(REPORTS, write=write), write, STAGED, SINCE)
    assert "WHEN false THEN 'deleted'" in STATEMENTS["merge"]


KEYS: dict[str, tuple[dict[str, Any], dict[tuple[str, ...], bool]]] = {
    "nothing": ({"write": AppendWrite(), "duplicates": None}, {}),
    "kept": ({"duplicates": Duplicates(key=("incident_id",), action="keep")}, {}),
    "quarantine": (
        {"duplicates": Duplicates(key=("incident_id", "type"), action="quarantine")},
        {("incident_id", "type"): False},
    ),
    "snapshot": ({"write": SNAPSHOT, "duplicates": None}, {("incident_id",): False}),
    "snapshot-of-days": ({"write": DAYS, "duplicates": None}, {("incident_id", "occurred_local_date"): False}),
    "merge": ({"write": MERGE, "duplicates": None}, {("incident_id", "occurred_at"): True}),
    "merge-of-one-version": (
        {"write": MERGE, "duplicates": Duplicates(key=("incident_id",), action="quarantine")},
        {("incident_id", "occurred_at"): True, ("incident_id",): False},
    ),
}


@pytest.mark.parametrize(("said", "expected"), KEYS.values(), ids=KEYS.keys())
def test_which_keys_a_batch_may_hold_once(said: dict[str, Any], expected: dict[tuple[str, ...], bool]) -> None:
    contract = with_(TORONTO, **said)
    assert quarantine_keys(contract) == expected
    assert needs_positions(contract) == bool(expected)
    if expected:
        text = repeats_sql(contract, expected, STAGED)
        sqlglot.parse_one(text, read="spark")
        assert [f"'duplicate:{'+'.join(key)}'" in text for key in expected] == [True] * len(expected)
        assert ("first_value" in text) == any(expected.values())


def test_a_repeated_row_shows_open_values_only_in_quarantine() -> None:
    text = quarantine_sql(REPORTS, {("report_id",): False}, STAGED)
    sqlglot.parse_one(text, read="spark")
    assert "to_json(struct(`report_id`, `reported_at`, `category`, `cell_id`, `zone`))" in text
    assert not re.search("token|redacted", text)


def test_a_batch_does_not_bring_the_columns_that_close_its_rows() -> None:
    assert set(bronze_columns(TORONTO)) - set(staged_columns(TORONTO)) == {"_closed_at", "_closed_by"}
