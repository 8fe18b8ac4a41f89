"""The batches behind a table, for runs of the command line: two days of a partner's files, then what a DPO reads."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml
from drop_feed import HEADER, ROOT, Feed, lines

from calanque.settings import Settings

DAYS = ("2026-02-01", "2026-02-02")
ROWS_A_DAY = 40


class Installation:
    """The command line on the session's stack, with a folder of contracts that holds one feed."""

    def __init__(self, feed: Feed, stack: Settings, root: Path) -> None:
        self.feed, self.drop = feed, stack.home / "drop"
        self.environment = {**os.environ, "CALANQUE_ROOT": str(root)}

    def run(self, *arguments: str) -> str:
        """Return what a command prints."""
        command = [sys.executable, "-m", "calanque", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def installation(feed: Feed, stack: Settings, tmp_path: Path) -> Iterator[Installation]:
    """The feed, its files named by day, in a root of its own."""
    path = feed.folders.contracts / f"{feed.name}.odcs.yaml"
    contract = yaml.safe_load(path.read_text(encoding="utf-8"))
    source = next(item for item in contract["customProperties"] if item["property"] == "source")
    source["value"]["pattern"] = f"{feed.name}-{{date}}.csv"
    path.write_text(yaml.safe_dump(contract), encoding="utf-8")
    root = tmp_path / "root"
    (root / "dags").mkdir(parents=True)
    (root / "dags" / "feeds").symlink_to(feed.folders.contracts)
    (root / "expectations").symlink_to(feed.folders.expectations)
    (root / "infra").symlink_to(ROOT / "infra")
    yield Installation(feed, stack, root)
    for folder in ("taking", "archive"):
        shutil.rmtree(stack.home / "drop" / folder / feed.name, ignore_errors=True)


@pytest.mark.full
def test_two_days_are_two_batches_with_file_licence_and_legal_basis(installation: Installation) -> None:
    """The last day is run by hand: its lineage is recorded as well."""
    from calanque.ingest.batch import run_batch

    feed = installation.feed.name
    installation.drop.mkdir(exist_ok=True)
    for n, day in enumerate(DAYS):
        text = HEADER + lines(ROWS_A_DAY + n, 100 * n)
        (installation.drop / f"{feed}-{day}.csv").write_text(text, encoding="utf-8")
    folders = installation.feed.folders.model_copy(update={"drop": installation.drop})
    run_batch(feed, date.fromisoformat(DAYS[0]), f"scheduled__{DAYS[0]}", folders)
    installation.run("feeds", "run", feed, "--day", DAYS[-1])
    shown = installation.run("dpo", "lineage", f"bronze.{feed}")
    places = [shown.index(f"{feed}-{day}.csv") for day in reversed(DAYS)]
    assert places == sorted(places), "the newest batch comes first"
    for words in ("Open Government Licence – Ontario", "it identifies nobody", "landing 365 days", "2, with 81 rows"):
        assert words in shown, words
    column = json.loads(installation.run("dpo", "lineage", f"bronze.{feed}", "--column", "lat", "--json"))
    (source,) = column["sources"]
    assert [batch["row_count"] for batch in source["batches"]] == [41, 40]
    assert [batch["run"][:5] for batch in source["batches"]] == ["cli__", "sched"]
    assert column["run"].startswith("cli__"), "the newest publication is that of the command line"
    assert [column["name"] for column in source["columns"]] == ["lat"]
    assert column["origins"][0]["job"] == f"land.{feed}"
