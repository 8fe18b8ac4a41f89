"""The SQL of snapshots, merges and repeated rows, of which `tests/lake/test_write_modes.py` asks what it gives."""

import re
from typing import Any

import pytest
import sqlglot

from calanque.contracts import FeedContract, load_contract
from calanque.contracts.write import AppendWrite, Duplicates, MergeWrite, SnapshotWrite
from calanque.ingest.repeats import needs_positions, quarantine_keys, quarantine_sql, repeats_sql
from calanque.ingest.write_sql import merge_sql, snapshot_sql

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
