"""A contract that changed without its version: which field is named, and what is no change."""

import json
import re
import sqlite3
from typing import Any

import pytest
from memory_lake import MemoryLake

from calanque.contracts import load_contract
from calanque.contracts.model import FeedContract
from calanque.contracts.write import MergeWrite, SnapshotWrite
from calanque.engines.delta import Commit
from calanque.errors import RefusedBatchError
from calanque.ingest import version_guard
from calanque.ingest.version_guard import changed_field, check_current_rows, check_version, keep_version, repeated_sql

REPORTS = load_contract("citizen_reports")


def with_column(position: int, **changes: Any) -> dict[str, Any]:
    column = REPORTS.bronze[position].model_copy(update=changes)
    return {"bronze": (*REPORTS.bronze[:position], column, *REPORTS.bronze[position + 1 :])}


CASES = [
    pytest.param({}, None, id="the-same"),
    pytest.param({"title": "x"}, "title", id="a-word"),
    pytest.param({"owner": "x"}, "owner", id="the-owner"),
    pytest.param({"max_refused_rate": 0.5}, "max_refused_rate", id="a-limit"),
    pytest.param({"retention_days": {**REPORTS.retention_days, "bronze": 1}}, "retention_days", id="days"),
    pytest.param({"gates": ()}, "gates", id="a-gate-less"),
    pytest.param({"landing": REPORTS.landing[:-1]}, "landing", id="a-column-less"),
    pytest.param(with_column(1, expression="x"), "bronze.reported_at.expression", id="an-expression"),
    pytest.param(with_column(2, enum=("bruit",)), "bronze.category.enum", id="an-enumeration"),
    pytest.param(with_column(4, token_kind="email"), "bronze.reporter_token.token_kind", id="a-kind"),
    pytest.param(
        {"provenance": REPORTS.provenance.model_copy(update={"licence": "x"})}, "provenance.licence", id="the-licence"
    ),
]


@pytest.mark.parametrize(("changes", "field"), CASES)
def test_the_changed_field_is_named(changes: dict[str, Any], field: str | None) -> None:
    changed = REPORTS.model_copy(update=changes)
    kept = json.loads(REPORTS.model_dump_json())
    assert changed_field(changed, json.loads(changed.model_dump_json()), kept) == field


def test_a_field_that_the_kept_one_did_not_know_is_no_change() -> None:
    now = json.loads(REPORTS.model_dump_json())
    kept = json.loads(json.dumps(now))
    del kept["row_stands_for"], kept["bronze"][0]["token_kind"]
    kept["an_old_field"] = 1
    assert changed_field(REPORTS, now, kept) is None


def test_a_version_is_kept_once_and_held(monkeypatch: pytest.MonkeyPatch) -> None:
    one = MemoryLake()
    monkeypatch.setattr(version_guard, "lake", lambda: one)
    monkeypatch.setattr(version_guard, "newest_kept", lambda feed: None)
    check_version(REPORTS)
    assert FeedContract.model_validate_json(keep_version(REPORTS)) == REPORTS
    assert list(one.files) == [f"/lake/governance/contracts/citizen_reports/{REPORTS.version}.json"]
    changed = REPORTS.model_copy(update={"title": "x"})
    with pytest.raises(
        RefusedBatchError, match=rf"'title' changed since version {re.escape(REPORTS.version)} was first used"
    ):
        check_version(changed)
    raised = changed.model_copy(update={"version": "2.0.0"})
    check_version(raised)
    keep_version(raised)
    assert len(one.files) == 2


REPEATED = {
    "one-each": ([("a", 1), ("b", 1)], ("k",), 0),
    "twice-and-three-times": ([("a", 1), ("a", 2), ("b", 1), ("b", 1), ("b", 2), ("c", 1)], ("k",), 2),
    "told-apart-by-two": ([("a", 1), ("a", 2)], ("k", "n"), 0),
    "blank": ([("a", 1), (None, 2)], ("k",), 1),
    "blank-in-part": ([("a", 1), ("a", None)], ("k", "n"), 1),
    "a-column-that-is-not-there-yet": ([("a", 1), ("b", 1)], ("k", "later"), 2),
    "no-row": ([], ("k",), 0),
}


@pytest.mark.parametrize(("rows", "key", "count"), REPEATED.values(), ids=REPEATED.keys())
def test_repeated_keys_are_counted(rows: list[tuple[Any, ...]], key: tuple[str, ...], count: int) -> None:
    with sqlite3.connect(":memory:") as base:
        base.execute("ATTACH ':memory:' AS bronze")
        base.execute("CREATE TABLE bronze.t (k, n, _closed_at)")
        base.executemany("INSERT INTO bronze.t VALUES (?, ?, NULL)", rows)
        base.executemany("INSERT INTO bronze.t VALUES (?, ?, 1)", rows)  # of the past: they may repeat
        assert base.execute(repeated_sql("bronze.t", key, ["k", "n", "_closed_at"])).fetchone() == (count,)


KEYED = {
    "snapshot": (SnapshotWrite(mode="snapshot", key=("case_id",), within="reported_on"), "case_id+reported_on"),
    "merge": (MergeWrite(mode="merge", key=("case_id",), orderBy="updated_at"), "case_id"),
}


@pytest.mark.parametrize(("write", "key"), KEYED.values(), ids=KEYED.keys())
def test_rows_of_another_version_must_fit_the_key(write: Any, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    mark = {"contract_version": "1.0.0"}
    commit = Commit(version=3, operation="WRITE", at_ms=0, user_metadata=json.dumps(mark))
    monkeypatch.setattr(version_guard.delta, "last_data_commit", lambda _: commit)
    monkeypatch.setattr(version_guard.spark, "columns", lambda _: [])
    monkeypatch.setattr(version_guard.spark, "rows", lambda text: asked.append(text) or [{"n": 7}])
    raised = REPORTS.model_copy(update={"version": "1.1.0", "write": write})
    sentence = rf"contract 1\.1\.0 writes by the key {key.replace('+', '.')}, of which 7 values stand in several"
    with pytest.raises(RefusedBatchError, match=sentence):
        check_current_rows(raised)
    assert len(asked) == 1
    # Neither what adds rows nor what the same version wrote is looked at.
    check_current_rows(raised.model_copy(update={"write": REPORTS.write}))
    check_current_rows(raised.model_copy(update={"version": "1.0.0"}))
    assert len(asked) == 1
    # A commit by hand, with words of its own, is of no version.
    commit = commit.model_copy(update={"user_metadata": "put right by hand"})
    with pytest.raises(RefusedBatchError, match=sentence):
        check_current_rows(raised)
