"""The drop folder while partners write in it: what grows, what changes later, and what is refused beside good files."""

import hashlib
import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from calanque.contracts import FeedContract, load_contract
from calanque.errors import RefusedBatchError
from calanque.formats import FileFormat
from calanque.ingest.fetch import fetch_batch, settle_batch
from calanque.ingest.records import FetchedBatch
from calanque.sources import Errand, NotThereYetError, drop_files
from calanque.sources.drop import DropSource

TORONTO = load_contract("toronto_incidents")
HEADER = ",".join(column.name for column in TORONTO.landing)
ROW = ",".join("1" for _ in TORONTO.landing)
GOOD = f"{HEADER}\n{ROW}\n".encode()
DAY = date(2026, 11, 25)
REFUSED = f"archive/{TORONTO.feed}/{DAY}/refused"


def contract_of(pattern: str = "*", **more: Any) -> FeedContract:
    form = TORONTO.file_format.model_dump(by_alias=True) | {"container": None}
    update = {"file_format": TypeAdapter(FileFormat).validate_python(form)}
    return TORONTO.model_copy(update={**update, "source": DropSource(kind="drop", pattern=pattern, **more)})


def errand(at: Path) -> Errand:
    (at / "drop").mkdir(exist_ok=True)
    return Errand(TORONTO.feed, DAY, at / "drop", Path(tempfile.mkdtemp(dir=at)))


def run(contract: FeedContract, at: Path, batch_id: str = "b1") -> tuple[FetchedBatch, Errand]:
    """Fetch a batch and put its files away, as a run does that lands it."""
    asked = errand(at)
    fetched = fetch_batch(contract, asked)
    settle_batch(contract, asked, batch_id, is_new=True)
    return fetched, asked


def digests(fetched: FetchedBatch) -> set[str]:
    return {file.sha256 for file in fetched.files}


def sha256(*contents: bytes) -> set[str]:
    return {hashlib.sha256(content).hexdigest() for content in contents}


@contextmanager
def writing(path: Path, pause_s: float = 0.01) -> Iterator[None]:
    """Have a partner append to a file, a row at a time."""
    stop = threading.Event()

    def write() -> None:
        with path.open("ab", buffering=0) as file:
            while not stop.wait(pause_s):
                file.write(f"{ROW}\n".encode())

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(0.1)
    try:
        yield
    finally:
        stop.set()
        writer.join()


# What no lake takes, beside a file that it does.
BAD: dict[str, tuple[str, bytes]] = {
    "emoji": ("\N{POLICE CAR}.csv", GOOD + b"2\n"),
    "hidden": (".hidden.csv", GOOD + b"2\n"),
    "line-break": ("a\nb.csv", GOOD + b"2\n"),
    "ours": ("manifest.json", GOOD + b"2\n"),
    "null": ("a.csv", b"a,\0b\n1,2\n"),
    "forbidden": ("b.csv", b"x,gender\n1,2\n"),
    "other-columns": ("c.csv", b"x,y\n1,2\n"),
    "empty": ("d.csv", b""),
    "cut": ("e.csv", f'{HEADER}\n"{ROW}'.encode()),
    "page": ("f.csv", b"<html><body>Sorry, try again later</body></html>\n"),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_goes_alone_and_the_good_ones_are_landed(bad: str, tmp_path: Path) -> None:
    asked = errand(tmp_path)
    name, content = BAD[bad]
    (asked.drop / "good.csv").write_bytes(GOOD)
    (asked.drop / name).write_bytes(content)
    (asked.drop / "bad too.csv").write_bytes(b"<html>\n")
    fetched, done = run(contract_of(), tmp_path)
    assert digests(fetched) == sha256(GOOD)
    assert len(done.refused) == 2
    assert all(f"The file is now in {REFUSED} of the drop folder." in why for why in done.refused.values())
    assert (asked.drop / REFUSED / name).read_bytes() == content
    assert [path.name for path in asked.drop.glob(f"archive/{TORONTO.feed}/{DAY}/b1/*")] == ["good.csv"]
    assert {path.name for path in asked.drop.iterdir()} == {"taking", "archive"}
    # A corrected file of that name is another, and the refused one stays for who looks for it.
    assert digests(run(contract_of(), tmp_path)[0]) == sha256(GOOD), "the batch of the archive, without a word of it"


def test_all_or_none_puts_all_away_and_takes_the_corrected_set(tmp_path: Path) -> None:
    asked, contract = errand(tmp_path), contract_of("*.csv", allOrNone=True)
    (asked.drop / "good.csv").write_bytes(GOOD)
    (asked.drop / "bad.csv").write_bytes(b"x,gender\n1,2\n")
    with pytest.raises(RefusedBatchError, match="about 'gender'"):
        run(contract, tmp_path)
    assert {path.name for path in (asked.drop / REFUSED).iterdir()} == {"good.csv", "bad.csv"}
    for name in ("good.csv", "bad.csv"):
        (asked.drop / name).write_bytes(GOOD + name.encode() + ROW[1:].encode() + b"\n")
    assert len(run(contract, tmp_path)[0].files) == 2


def test_without_a_good_file_the_bad_ones_are_all_named(tmp_path: Path) -> None:
    asked = errand(tmp_path)
    for name, content in (BAD["emoji"], BAD["null"], BAD["forbidden"]):
        (asked.drop / name).write_bytes(content)
    with pytest.raises(RefusedBatchError, match=r"its name as something else.*null byte.*about 'gender'"):
        run(contract_of(), tmp_path)
    assert len(list((asked.drop / REFUSED).iterdir())) == 3
    with pytest.raises(NotThereYetError):
        run(contract_of(), tmp_path)


def test_a_refused_file_is_never_written_over(tmp_path: Path) -> None:
    asked = errand(tmp_path)
    for content in (b"x,gender\n1,2\n", b"x,gender\n3,4\n"):
        (asked.drop / "a.csv").write_bytes(content)
        (asked.drop / "a.csv.sha256").write_text(f"{sha256(content).pop()}  a.csv\n")
        with pytest.raises(RefusedBatchError):
            run(contract_of(), tmp_path)
    kept = sorted(path for path in (asked.drop / REFUSED).iterdir() if path.suffix != ".sha256")
    assert [path.read_bytes() for path in kept] == [b"x,gender\n1,2\n", b"x,gender\n3,4\n"]


def test_nothing_is_moved_through_a_link(tmp_path: Path) -> None:
    asked = errand(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/a.csv").write_bytes(GOOD)
    (asked.drop / "sub").symlink_to(tmp_path / "elsewhere")
    (asked.drop / "own").mkdir()
    (asked.drop / "own/b.csv").write_bytes(GOOD)
    fetched, done = run(contract_of("*/*.csv"), tmp_path)
    assert len(fetched.files) == 1
    (why,) = done.refused.values()
    assert "lies behind a link" in why and "is now in" not in why
    assert (tmp_path / "elsewhere/a.csv").read_bytes() == GOOD


def test_a_refused_file_leaves_no_marker_that_another_would_be_taken_by(tmp_path: Path) -> None:
    asked, contract = errand(tmp_path), contract_of("*", doneMarker=".done")
    for name in ("good.csv", "\N{POLICE CAR}.csv"):
        (asked.drop / name).write_bytes(GOOD)
        (asked.drop / f"{name}.done").touch()
    run(contract, tmp_path)
    assert {path.name for path in asked.drop.iterdir()} == {"taking", "archive"}


# --- what is still being written


def test_a_file_that_grows_stays_and_is_taken_whole(tmp_path: Path) -> None:
    asked = errand(tmp_path)
    (asked.drop / "good.csv").write_bytes(GOOD)
    growing = asked.drop / "growing.csv"
    growing.write_bytes(GOOD)
    with writing(growing):
        assert digests(run(contract_of(), tmp_path)[0]) == sha256(GOOD)
        with pytest.raises(NotThereYetError, match="is still being written"):
            run(contract_of(), tmp_path)
    assert digests(run(contract_of(), tmp_path, "b2")[0]) == sha256(growing_bytes := whole(asked, "growing.csv"))
    assert growing_bytes.count(b"\n") > 2


def whole(asked: Errand, name: str) -> bytes:
    (path,) = asked.drop.rglob(name)
    return path.read_bytes()


def test_all_or_none_waits_for_the_last_file(tmp_path: Path) -> None:
    asked = errand(tmp_path)
    (asked.drop / "good.csv").write_bytes(GOOD)
    (asked.drop / "growing.csv").write_bytes(GOOD)
    with writing(asked.drop / "growing.csv"), pytest.raises(NotThereYetError, match="is still being written"):
        run(contract_of(allOrNone=True), tmp_path)
    assert (asked.drop / "good.csv").is_file()
    assert len(run(contract_of(allOrNone=True), tmp_path)[0].files) == 2


def test_a_file_that_is_old_costs_no_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = errand(tmp_path)
    (asked.drop / "good.csv").write_bytes(GOOD)
    monkeypatch.setattr(drop_files, "YOUNG_S", -1)
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("nobody writes it any more"))
    assert len(run(contract_of(), tmp_path)[0].files) == 1


@pytest.mark.parametrize("since", ["was taken", "was landed"])
def test_what_is_written_later_is_a_new_version_and_is_said(
    since: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    asked, contract = errand(tmp_path), contract_of()
    path = asked.drop / "a.csv"
    path.write_bytes(GOOD)
    writer = path.open("ab", buffering=0)  # it stays open while the file is moved
    fetched = fetch_batch(contract, asked)
    if since == "was taken":
        writer.write(f"{ROW}\n".encode())
    settle_batch(contract, asked, "b1", is_new=True)
    if since == "was landed":
        folder = next(asked.drop.glob(f"archive/{TORONTO.feed}/{DAY}/b1"))
        os.utime(folder, (time.time() - 60, time.time() - 60))
        writer.write(f"{ROW}\n".encode())
    writer.close()
    with caplog.at_level(logging.WARNING):
        again, _ = run(contract, tmp_path, "b2")
    if since == "was landed":
        assert f"written to after it {since}" in caplog.text
    assert digests(fetched) == sha256(GOOD)
    assert digests(again) == sha256(GOOD + f"{ROW}\n".encode())
    for _ in range(2):  # it is said once, and is that version from then on
        caplog.clear()
        assert digests(run(contract, tmp_path)[0]) == digests(again)
        assert "written to" not in caplog.text
