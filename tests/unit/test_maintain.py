"""Which tables are due for upkeep, by their logs and the age of their files, on a disk in the place of HDFS."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest

from calanque.engines import delta, delta_files, deltars
from calanque.engines.delta import table_path
from calanque.governance import maintain

DAY_S = 86_400
SCHEMA = {"type": "struct", "fields": [{"name": "a", "type": "long", "nullable": True, "metadata": {}}]}
HEAD: tuple[dict[str, object], ...] = (
    {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
    {
        "metaData": {
            "id": "00000000-0000-0000-0000-000000000000",
            "format": {"provider": "parquet", "options": {}},
            "schemaString": json.dumps(SCHEMA),
            "partitionColumns": [],
            "configuration": {},
        }
    },
)


class DiskLake:
    def __init__(self, root: Path) -> None:
        self.root = root

    def list(self, path: str) -> list[str]:
        return sorted(found.name for found in Path(f"{self.root}{path}").glob("*"))


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(deltars, "identify", lambda: None)
    monkeypatch.setattr(delta, "settings", lambda: SimpleNamespace(hdfs_uri=str(tmp_path)))
    monkeypatch.setattr(delta_files, "lake", lambda: DiskLake(tmp_path))
    monkeypatch.setattr(maintain, "lake_tables", lambda: ["bronze.f"])
    monkeypatch.setattr(maintain, "TABLES", ())
    return tmp_path


def make(root: Path, there: Mapping[str, int], removed: Mapping[str, int], in_log: Mapping[str, int]) -> None:
    """Write a table: the age in days of the files that are there, and of the commits that removed and added some."""
    now, folder = time.time(), Path(f"{root}{table_path('bronze.f')}")
    (folder / "_delta_log").mkdir(parents=True, exist_ok=True)

    def at_ms(days: int) -> int:
        return int((now - days * DAY_S) * 1000)

    actions = [
        *HEAD,
        *(
            {
                "add": {
                    "path": name,
                    "partitionValues": {},
                    "size": 1,
                    "modificationTime": at_ms(days),
                    "dataChange": True,
                }
            }
            for name, days in in_log.items()
        ),
        *(
            {"remove": {"path": quote(name), "deletionTimestamp": at_ms(days), "dataChange": True}}
            for name, days in removed.items()
        ),
    ]
    (folder / "_delta_log" / f"{0:020d}.json").write_text("\n".join(map(json.dumps, actions)))
    for name, days in there.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
        os.utime(folder / name, (now - days * DAY_S,) * 2)


@pytest.mark.parametrize(
    ("there", "removed", "is_due"),
    [
        pytest.param({"new": 400}, {}, False, id="400 days old, never rewritten"),
        pytest.param({"new": 390}, {"day=b%20c/old": 390}, False, id="400 days old, idle since its vacuum"),
        pytest.param({"new": 8, "day=b%20c/old": 400}, {"day=b%20c/old": 8}, True, id="rewritten, not yet vacuumed"),
        pytest.param({"new": 6, "old": 400}, {"old": 6}, False, id="rewritten less than a week ago"),
        pytest.param({"new": 0}, {}, False, id="fresh"),
        pytest.param({"new": 400, "of_a_killed_run": 8}, {}, True, id="left by a killed run"),
        pytest.param({"new": 400, "of_a_running_one": 0}, {}, False, id="being written"),
    ],
)
def test_a_table_is_due_for_vacuum_when_a_file_can_be_removed(
    root: Path, there: dict[str, int], removed: dict[str, int], is_due: bool
) -> None:
    make(root, there, removed, {"new": there["new"]})
    assert maintain.due_writers({"feed": ["bronze.f"]}) == (["feed"] if is_due else [])


def test_small_files_and_a_table_that_can_not_be_read_are_due(root: Path) -> None:
    assert maintain.due_writers({"feed": ["bronze.f"]}) == ["feed"], "its own task says what is wrong"
    small = {f"{number}": 0 for number in range(maintain.OPTIMISED_FROM + 1)}
    make(root, small, {}, small)
    assert maintain.due_writers({"feed": ["bronze.f"]}) == ["feed"]
    apart = {f"day={number}/file": 0 for number in range(maintain.OPTIMISED_FROM + 9)}
    make(root, apart, {}, apart)
    assert maintain.due_writers({"feed": ["bronze.f"]}) == [], "nothing to merge in a partition of one file"
    assert not maintain.vacuum("bronze.f")
