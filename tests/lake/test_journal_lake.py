"""The journal in the lake: a run that was stopped, two at once, and tables that somebody changed."""

import getpass
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from calanque.engines import spark
from calanque.errors import CalanqueError
from calanque.journal import log
from calanque.journal.tree import leaf_hash
from calanque.journal.verify import verify_export
from calanque.runs import store
from calanque.runs.tables import JOURNAL_CHECKPOINT
from calanque.settings import Settings


def act(count: int = 1) -> None:
    for _ in range(count):
        told = {"action": "communication", "objects": ("governance.journal",), "source": "command_line"}
        log.tell(who=getpass.getuser(), **told)


def verified(folder: Path) -> int:
    log.export(folder / "journal.zip")
    return verify_export(folder / "journal.zip", log.signer().verifier()).entry_count


def test_what_a_stopped_run_wrote_is_signed_once_by_the_next(
    stack: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    act(2)
    before, append = log.collect().size, store.append

    def stopped(table: Any, rows: Any) -> Any:
        if table is JOURNAL_CHECKPOINT:
            raise CalanqueError("stopped")
        return append(table, rows)

    act(3)
    monkeypatch.setattr(store, "append", stopped)
    with pytest.raises(CalanqueError, match="stopped"):
        log.collect()
    monkeypatch.setattr(store, "append", append)
    assert log.collect() == (0, before + 3)
    assert log.collect() == (0, before + 3)
    assert verified(tmp_path) == before + 3


def test_two_at_once_give_each_act_a_place_of_its_own(stack: Settings, tmp_path: Path) -> None:
    act()
    before = log.collect().size
    act(20)
    with ThreadPoolExecutor(2) as pool:
        found = [one.result() for one in [pool.submit(log.collect) for _ in range(2)]]
    assert sum(one.new_count for one in found) == 20
    assert verified(tmp_path) == before + 20


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param(
            "update governance.journal set entry = '{}' where place = 0", "it was changed", marks=pytest.mark.full
        ),
        pytest.param(
            f"update governance.journal set entry = '{{}}', leaf = '{leaf_hash(b'{}').hex()}' where place = 0",
            "signed",
            marks=pytest.mark.full,
        ),
        ("delete from governance.journal where place = 1", "missing or doubled"),
    ],
)
def test_a_table_that_somebody_changed_is_found(stack: Settings, tmp_path: Path, change: str, why: str) -> None:
    act(2)
    log.collect()
    rows = spark.rows("select place, entry, leaf from governance.journal where place < 2")
    whole = verified(tmp_path)
    version = spark.rows("describe history governance.journal limit 1")[0]["version"]
    spark.rows(change)
    try:
        with pytest.raises(CalanqueError, match=why):
            verified(tmp_path)
    finally:
        spark.rows(f"restore table governance.journal to version as of {version}")
    assert verified(tmp_path) == whole and len(rows) == 2
