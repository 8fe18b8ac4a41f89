"""How the command line ends: with what the command said, whatever its libraries still do."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from calanque.cli import feeds
from calanque.contracts import load_contracts
from calanque.stack import supervisor

# A read of Arrow's through a file of Python's, as delta-rs' tables have, which the command does not wait for.
READING = """
import sys, threading, time
import pyarrow, pyarrow.parquet
from fsspec.implementations.local import LocalFileSystem
from pyarrow.dataset import dataset
from pyarrow.fs import FSSpecHandler, PyFileSystem
from calanque.cli import main

class Slow:
    def __init__(self, file):
        self.file, self.closed = file, False
    def __getattr__(self, name):
        return getattr(self.file, name)
    def read(self, size=-1):
        begun.set()
        time.sleep(0.3)
        return self.file.read(size)

class Files(LocalFileSystem):
    def open(self, *given, **named):
        return Slow(super().open(*given, **named))

@main.app.command()
def look() -> None:
    pyarrow.parquet.write_table(pyarrow.table({"a": range(10)}), path)
    slow = dataset(path, filesystem=PyFileSystem(FSSpecHandler(Files())), schema=pyarrow.schema([("a", "int64")]))
    threading.Thread(target=slow.to_table, daemon=True).start()
    assert begun.wait(10)
    print("looked")

begun = threading.Event()
path = sys.argv.pop()
sys.argv = ["calanque", "look"]
"""


@pytest.mark.parametrize(("end", "code"), [("main.app()", -6), ("main.run()", 0)], ids=("the library's", "ours"))
def test_a_command_ends_well_while_arrow_still_reads(end: str, code: int, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{READING}{end}", f"{tmp_path}/t.parquet"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (code, "looked\n"), done.stderr[-500:]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["no-such"], 2, "No such command"),
        (["feeds", "check", "no_such_feed"], 1, "Error:"),
    ],
    ids=("unknown", "refused"),
)
def test_the_code_and_the_sentence_of_each_end(arguments: list[str], code: int, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "calanque", *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done.stderr[-500:]


@pytest.mark.parametrize("width", [80, 100, 150])
def test_the_list_of_feeds_cuts_no_name(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = io.StringIO()
    monkeypatch.setattr(feeds, "console", Console(file=printed, width=width))
    monkeypatch.setattr(supervisor, "is_running", lambda _settings: False)
    feeds.list_feeds()
    assert not [name for name in load_contracts() if f"│ {name} " not in printed.getvalue()]
