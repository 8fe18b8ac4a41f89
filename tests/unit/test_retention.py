"""Local leftovers and dropped files, by age; and how long a table's log is kept."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calanque.contracts import load_contract
from calanque.contracts.model import Tier
from calanque.contracts.write import AppendWrite, MergeWrite, SnapshotWrite
from calanque.errors import CalanqueError
from calanque.governance.leftovers import past_dropped, past_fetching, remove
from calanque.governance.retention import past_columns, past_sql
from calanque.ingest.tables import create_sql
from calanque.sources.drop_places import ARCHIVE, TAKING

NOW = datetime.now(UTC)


def removed(paths: Iterable[Path]) -> int:
    return sum(map(remove, paths))


def write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")
    return path


@pytest.mark.parametrize(("hours", "left"), [(23, ["feed-1", "stray"]), (25, [])])
def test_fetching_is_emptied_of_what_killed_runs_left(tmp_path: Path, hours: int, left: list[str]) -> None:
    write(tmp_path / "feed-1" / "sub" / "a.csv")
    write(tmp_path / "stray")
    os.utime(tmp_path / "feed-1", (0, 0))  # a file below is what tells its age
    assert removed(past_fetching(tmp_path, NOW + timedelta(hours=hours))) == 2 - len(left)
    assert sorted(path.name for path in tmp_path.iterdir()) == left


ARCHIVED: dict[str, tuple[dict[str, datetime], int, list[str]]] = {
    "by-the-manifest-too-old": ({"b1": NOW - timedelta(days=31)}, 0, ["b2"]),
    "by-the-manifest-in-time": ({"b1": NOW - timedelta(days=29)}, 0, ["b1", "b2"]),
    "raw-files-gone": ({}, 31, []),
    "moved-lately": ({}, 29, ["b1", "b2"]),
}


@pytest.mark.parametrize(("landed", "later", "left"), ARCHIVED.values(), ids=ARCHIVED)
def test_an_archived_batch_stays_as_long_as_its_raw_files(
    tmp_path: Path, landed: dict[str, datetime], later: int, left: list[str]
) -> None:
    for batch in ("b1", "b2"):
        file = write(tmp_path / ARCHIVE / "mine" / "2020-01-01" / batch / "a.csv")
        os.utime(file.parent, (0, 0))
    other = write(tmp_path / ARCHIVE / "other" / "2020-01-01" / "b1" / "a.csv")
    removed(past_dropped(tmp_path, "mine", 30, landed, NOW + timedelta(days=later)))
    day = tmp_path / ARCHIVE / "mine" / "2020-01-01"
    assert (sorted(path.name for path in day.iterdir()) if day.exists() else []) == left
    assert other.exists()


@pytest.mark.parametrize(("later", "is_left"), [(29, True), (31, False)])
def test_a_taken_file_ages_from_when_it_was_taken_not_from_when_it_was_sent(
    tmp_path: Path, later: int, is_left: bool
) -> None:
    taken = write(tmp_path / TAKING / "mine" / "a.csv")
    os.utime(taken, (0, 0))
    removed(past_dropped(tmp_path, "mine", 30, {}, NOW + timedelta(days=later)))
    assert taken.exists() == is_left


def links_a_folder(tmp_path: Path, outside: Path) -> None:
    (tmp_path / TAKING).mkdir()
    (tmp_path / TAKING / "mine").symlink_to(outside)


def links_an_entry(tmp_path: Path, outside: Path) -> None:
    (tmp_path / TAKING / "mine").mkdir(parents=True)
    (tmp_path / TAKING / "mine" / "a.csv").symlink_to(outside)


@pytest.mark.parametrize("link", [links_a_folder, links_an_entry])
def test_no_link_is_followed(tmp_path: Path, link: Callable[[Path, Path], None]) -> None:
    kept = write(tmp_path / "outside" / "kept")
    link(tmp_path, kept.parent)
    removed(past_dropped(tmp_path, "mine", 1, {}, NOW + timedelta(days=99)))
    assert kept.exists()


def test_what_can_not_be_deleted_is_said_without_a_file_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "jean_dupont.csv")
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: (_ for _ in ()).throw(PermissionError(13, "Denied")))
    with pytest.raises(CalanqueError, match="Denied") as raised:
        removed(past_fetching(tmp_path, NOW + timedelta(days=2)))
    assert "dupont" not in str(raised.value)


@pytest.mark.parametrize(("days", "kept"), [(1, 7), (7, 7), (20, 20), (400, 30)])
def test_a_log_is_never_shorter_than_what_vacuum_keeps(days: int, kept: int) -> None:
    assert f"'delta.logRetentionDuration' = 'interval {kept} days'" in create_sql("bronze.x", {}, {}, [], days)


@pytest.mark.parametrize(
    ("tier", "mode", "own", "wanted"),
    [
        ("bronze", "append", None, ["_ingested_at"]),
        ("bronze", "snapshot", None, ["_closed_at"]),
        ("bronze", "merge", "at", ["_closed_at", "at"]),
        ("bronze", "append", "at", ["_ingested_at", "at"]),
        ("quarantine", "merge", "at", ["_ingested_at"]),
    ],
)
def test_a_row_that_is_current_is_kept_unless_its_own_time_is_over(
    tier: Tier, mode: str, own: str, wanted: list[str]
) -> None:
    write = {"append": AppendWrite(), "snapshot": SnapshotWrite(mode="snapshot", key=("a",))}.get(
        mode, MergeWrite(mode="merge", key=("a",), order_by="at")
    )
    contract = load_contract("citizen_reports").model_copy(update={"write": write, "retention_column": own})
    assert past_columns(contract, tier) == wanted


def test_the_rows_of_a_feed_without_a_contract_go_by_when_they_came() -> None:
    assert past_columns(None, "quarantine") == ["_ingested_at"]
    merged = load_contract("citizen_reports").model_copy(
        update={"write": MergeWrite(mode="merge", key=("a",), order_by="at"), "retention_column": None}
    )
    assert past_columns(merged, "bronze", is_gone=True) == ["_ingested_at"]


def test_what_is_past_is_said_in_the_type_of_each_column() -> None:
    said = past_sql(
        ["_closed_at", "day", "gone"], datetime(2026, 1, 2, tzinfo=UTC), {"day": "date", "_closed_at": "timestamp"}
    )
    assert said == "`_closed_at` < timestamp'2026-01-02 00:00:00' OR `day` < date'2026-01-02'"
