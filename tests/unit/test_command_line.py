"""How the command line ends: with what the command said, whatever its libraries still do."""

import io
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from rich.console import Console

from calanque.cli import feeds
from calanque.contracts import load_contracts
from calanque.marts import freshness
from calanque.stack import supervisor

PLAN = "place;starts_at;ends_at;units\nmarseille:1;2026-06-29 18:00;2026-06-29 22:00;1\n"
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
    done = run(arguments)
    assert (done.returncode, said in done.stdout + done.stderr) == (code, True), done.stderr[-500:]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("twin generate --from 2026-06-01 --to 2026-06-01 --out {path}/[red]file", "Not a directory."),
        ("dpo register --ods {path}/none/x.ods", "{path}/none/x.ods can not be read or written: No such file"),
        ("dpo journal verify x.zip --key {path}/key", "{path}/key can not be read: it is no text in UTF-8."),
        ("dpo journal witnessed {path}/key --witness a+b+c", "{path}/key can not be read: it is no text"),
        ("fit {path}/plan.csv --city marseille", "certificate does not exist ({path}/lake/trino-ca.pem): start"),
    ],
    ids=("folder-is-a-file", "no-folder", "key-is-no-text", "note-is-no-text", "no-certificate"),
)
def test_a_file_that_can_not_be_had_ends_in_one_sentence(arguments: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "[red]file").touch()
    (tmp_path / "lake/secrets").mkdir(parents=True)
    (tmp_path / "lake/secrets/password_analyst").write_text("x", encoding="utf-8")
    (tmp_path / "key").write_bytes(b"\xff\x00")
    (tmp_path / "plan.csv").write_text(PLAN, encoding="utf-8")
    ended(arguments.format(path=tmp_path), said.format(path=tmp_path), CALANQUE_HOME=str(tmp_path / "lake"))


def test_a_home_that_can_not_be_made_ends_in_one_sentence() -> None:
    ended("stack status", "/proc/none can not be read or written: No such file", CALANQUE_HOME="/proc/none")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CALANQUE_PORT_OFFSET", "abc", "unable to parse string as an integer (it is 'abc')"),
        ("CALANQUE_PORT_OFFSET", "https://me:secret@host", "CALANQUE_PORT_OFFSET: Input should be a valid integer"),
        ("CALANQUE_PORTS__FOO", "1", "CALANQUE_PORTS__FOO: is not a known field"),
        ("CALANQUE_PORTS", "abc", 'field "ports"'),
    ],
    ids=("no-number", "no-secret-said", "unknown", "no-json"),
)
def test_a_wrong_variable_is_named(name: str, value: str, said: str) -> None:
    assert "secret" not in ended("stack status", said, **{name: value})


def run(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a person does, with more variables in its environment."""
    return subprocess.run(
        [sys.executable, "-m", "calanque", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=os.environ | environment,
    )


def ended(arguments: str, said: str, **environment: str) -> str:
    """Return what a command says that must end in one sentence of an error."""
    done = run(arguments.split(), **environment)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr[-500:]
    assert done.stderr.startswith("Error: ") and said in done.stderr, done.stderr[-500:]
    return done.stderr


@pytest.mark.parametrize("width", [80, 100, 150])
def test_the_list_of_feeds_cuts_no_name(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = io.StringIO()
    monkeypatch.setattr(feeds, "console", Console(file=printed, width=width))
    monkeypatch.setattr(supervisor, "is_running", lambda _settings: False)
    feeds.list_feeds()
    assert not [name for name in load_contracts() if f"│ {name} " not in printed.getvalue()]


def test_the_list_of_feeds_says_how_old_events_are_and_what_is_no_longer_fed(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = io.StringIO()
    monkeypatch.setattr(feeds, "console", Console(file=printed, width=200))
    monkeypatch.setattr(supervisor, "is_running", lambda _settings: True)
    monkeypatch.setattr(feeds, "_newest", lambda _contract: ("in time", "2026-11-20 04:00, 9 of 9 rows"))
    known = {
        "toronto_incidents": freshness.Known("toronto", date(2021, 12, 31), None),
        "houston_incidents": freshness.Known("houston", date(2026, 10, 1), datetime(2026, 11, 3, tzinfo=UTC)),
    }
    monkeypatch.setattr(freshness, "known_freshness", lambda: known)
    feeds.list_feeds()
    lines = {line.split()[1]: line for line in printed.getvalue().splitlines() if line.startswith("│")}
    assert "in time" in lines["toronto_incidents"] and "2021-12-31" in lines["toronto_incidents"]
    assert "no longer fed since 2026-11-03" in lines["houston_incidents"]
