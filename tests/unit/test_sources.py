"""Every protocol by tables, against what speaks it: folders, a server, archives; and how long a run waits for each."""

import hashlib
import http.server
import io
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowRescheduleException
from fetched import zipped
from pydantic import TypeAdapter

from calanque import files
from calanque.contracts import load_contract
from calanque.contracts.model import DayRule
from calanque.errors import CalanqueError, RefusedBatchError
from calanque.formats import FileFormat
from calanque.ingest.fetch import fetch_batch
from calanque.ingest.identity import batch_id_of
from calanque.ingest.waiting import in_a_task, when_available
from calanque.sources import SOURCES, Errand, NotThereYetError, Source, drop_places, http_, pypi
from calanque.sources import drop as drop_module
from calanque.sources.drop import DropSource
from calanque.sources.pypi import PypiSource

TORONTO = load_contract("toronto_incidents")
DAY = date(2026, 11, 25)


def source(**values: Any) -> Any:
    return TypeAdapter(Source).validate_python(values)


def errand(tmp_path: Path, day: date | None = DAY, **files: bytes) -> Errand:
    """Ask for the files of a day, of which some (`a` is `a.csv`) are dropped now."""
    drop = tmp_path / "drop"
    drop.mkdir(exist_ok=True)
    for name, content in files.items():
        (drop / f"{name}.csv").write_bytes(content)
    return Errand("counters", day, drop, Path(tempfile.mkdtemp(dir=tmp_path)))


def test_every_protocol_is_a_kind() -> None:
    assert set(SOURCES) == {"pypi", "twin", "drop", "http", "holidays"}


# --- drop


def drop(pattern: str = "*.csv", **more: Any) -> DropSource:
    return DropSource(kind="drop", pattern=pattern, **more)


@pytest.mark.parametrize("pattern", ["*.csv", "{date}.csv", "in/a-{date}*.csv", "*/a.csv", "a?.csv", "Été (1).csv"])
def test_an_ordinary_pattern_is_taken(pattern: str) -> None:
    assert drop(pattern).origin == f"drop:{pattern}"


def test_a_drop_is_moved_away_first_and_archived_by_day_and_batch(tmp_path: Path) -> None:
    form, files = drop("*-{date}.csv"), {"a-2026-11-25": b"x\n1\n", "a-2026-11-24": b"x\n0\n"}
    asked = errand(tmp_path, **files)
    (copy,) = form.fetch(asked)
    assert copy.read_bytes() == b"x\n1\n"
    assert [path.name for path in asked.drop.glob("*.csv")] == ["a-2026-11-24.csv"]
    assert (asked.drop / "taking/counters/a-2026-11-25.csv").is_file()
    form.settle(asked, "b1")
    assert [path.name for path in asked.drop.glob("archive/counters/2026-11-25/b1/*")] == ["a-2026-11-25.csv"]
    assert not list((asked.drop / "taking/counters").iterdir())


@pytest.mark.parametrize("is_settled", [False, True], ids=["killed-before-landing", "killed-after-archiving"])
def test_a_repeated_run_finds_its_files(is_settled: bool, tmp_path: Path) -> None:
    first = errand(tmp_path, a=b"x\n1\n")
    drop().fetch(first)
    if is_settled:
        drop().settle(first, "b1")
    (copy,) = drop().fetch(errand(tmp_path))
    assert copy.read_bytes() == b"x\n1\n"


def test_a_file_that_another_run_archives_while_it_is_read_is_found_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, other, copy = errand(tmp_path, a=b"x\n1\n", b=b"x\n2\n"), errand(tmp_path), drop_module.copy_file

    def beaten(path: Path, target: Path) -> Path:
        monkeypatch.setattr(drop_module, "copy_file", copy)
        drop().fetch(other)
        drop().settle(other, "b1")
        return copy(path, target)

    monkeypatch.setattr(drop_module, "copy_file", beaten)
    assert [one.read_bytes() for one in drop().fetch(asked)] == [b"x\n1\n", b"x\n2\n"]
    assert drop().archived_as(asked) == "b1"


def test_a_file_that_is_gone_each_time_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drop_places, "fitting", lambda folder, name: [folder / "a.csv"])
    with pytest.raises(CalanqueError, match=r"'a\.csv' can not be read: No such file"):
        drop().fetch(errand(tmp_path))


def test_what_comes_out_of_the_archive_is_the_batch_that_it_was(tmp_path: Path) -> None:
    for _ in range(2):  # the same bytes again are archived beside the first
        asked = errand(tmp_path, a=b"x\n1\n")
        drop().fetch(asked)
        assert drop().archived_as(asked) is None
        drop().settle(asked, "b1")
        drop().fetch(again := errand(tmp_path))
        assert drop().archived_as(again) == "b1"
    assert drop("b*.csv").archived_as(again) is None
    assert drop().archived_as(replace(again, day=date(2026, 11, 24))) is None


@pytest.mark.parametrize("steps", range(6))
def test_a_run_killed_while_it_archives_finds_all_its_files(
    steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, rename, left = errand(tmp_path, a1=b"1", a2=b"2"), Path.rename, steps
    drop().fetch(asked)

    def killed(path: Path, target: Path) -> Path:
        nonlocal left
        left -= 1
        if left < 0:
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", killed)
        with suppress(KeyboardInterrupt):
            drop().settle(asked, "b1")
    again = errand(tmp_path)
    assert [path.name for path in drop().fetch(again)] == ["a1.csv", "a2.csv"]
    drop().settle(again, "b1")
    assert {path.name for path in asked.drop.glob("archive/counters/*/b1/*")} == {"a1.csv", "a2.csv"}
    assert not list((asked.drop / "taking/counters").iterdir())


def test_a_second_run_of_a_day_takes_the_new_file_only(tmp_path: Path) -> None:
    for content, batch in ((b"x\n1\n", "b1"), (b"x\n2\n", "b2")):
        asked = errand(tmp_path, **{batch: content})
        assert [path.read_bytes() for path in drop().fetch(asked)] == [content]
        drop().settle(asked, batch)
    assert [path.name for path in drop().fetch(errand(tmp_path))] == ["b2.csv"]
    with pytest.raises(NotThereYetError):
        drop().fetch(errand(tmp_path, DAY + timedelta(days=1)))


def test_a_file_counts_when_its_marker_is_there(tmp_path: Path) -> None:
    form = drop("*", done_marker=".done")
    asked = errand(tmp_path, a=b"x\n1\n")
    with pytest.raises(NotThereYetError):
        form.fetch(asked)
    (asked.drop / "a.csv.done").touch()
    assert [path.name for path in form.fetch(errand(tmp_path))] == ["a.csv"]
    assert not list(asked.drop.glob("*.*")), "the marker went with its file"


def test_a_file_waits_while_an_older_one_of_its_name_is_not_landed(tmp_path: Path) -> None:
    copies = []
    for content in (b"x\n1\n", b"x\n2\n"):
        asked = errand(tmp_path, r=content)
        copies += drop().fetch(asked)
        assert [copy.read_bytes() for copy in copies] == [b"x\n1\n"] * len(copies)
    assert (asked.drop / "r.csv").read_bytes() == b"x\n2\n"
    drop().settle(asked, "b1")
    (copy,) = drop().fetch(errand(tmp_path))
    assert copy.read_bytes() == b"x\n2\n"


ZIP = {"container": {"type": "zip", "members": "*.csv"}}
REFUSED = {
    "broken-promise": ({}, {"a.csv": b"x\n1\n", "a.csv.sha256": b"0" * 64}, "a.csv", "is truncated or altered"),
    "not-judged": ({}, {"a.csv": b"a,\0b\n1,2\n"}, "a.csv", "null byte"),
    "forbidden": ({}, {"a.csv": b"x,gender\n1,2\n"}, "a.csv", "a column about 'gender'"),
    "cut-archive": (ZIP, {"a.csv": zipped(("a.csv", b"x"))[:-9]}, "a.csv", "is not zip, or is truncated"),
    "members-of-one-name": (
        ZIP,
        {"mon.csv": zipped(("01.csv", b"x\n1\n")), "tue.csv": zipped(("01.csv", b"x\n2\n"))},
        "tue.csv",
        "'01.csv' is refused because another file of the batch has the same name",
    ),
}


@pytest.mark.parametrize(("form", "dropped", "name", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_a_refused_file_makes_way_for_the_next(
    form: dict[str, Any], dropped: dict[str, bytes], name: str, why: str, tmp_path: Path
) -> None:
    asked = errand(tmp_path)
    for file, content in dropped.items():
        (asked.drop / file).write_bytes(content)
    file_format = TypeAdapter(FileFormat).validate_python(TORONTO.file_format.model_dump(by_alias=True) | form)
    contract = TORONTO.model_copy(update={"source": drop(), "file_format": file_format})
    with pytest.raises(RefusedBatchError, match=f"{why}.*archive/counters/2026-11-25/refused of the drop folder"):
        fetch_batch(contract, asked)
        drop().settle(asked, "b1")
        raise RefusedBatchError(*asked.refused.values())
    kept = {path.name for path in (asked.drop / "archive/counters/2026-11-25/refused").iterdir()}
    assert kept == {file for file in dropped if file.startswith(name)}
    assert not list((asked.drop / "taking/counters").glob(f"{name}*"))
    (asked.drop / name).write_bytes(zipped(("new.csv", b"x\n9\n")) if form else b"x\n9\n")
    assert fetch_batch(contract, errand(tmp_path)).files[-1].row_count == 1


def test_our_own_folders_are_never_links(tmp_path: Path) -> None:
    asked = errand(tmp_path, a=b"x\n")
    (tmp_path / "elsewhere").mkdir()
    (asked.drop / "taking").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CalanqueError, match="is a link"):
        drop().fetch(asked)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_the_same_bytes_under_another_name_are_the_same_batch(tmp_path: Path) -> None:
    found = []
    for names in ("a", "b", "ab"):
        asked = errand(tmp_path, **dict.fromkeys(names, b"x\n1\n"))
        contract = TORONTO.model_copy(update={"source": drop()})
        fetched = fetch_batch(contract, asked)
        drop().settle(asked, "b1")
        assert len(fetched.files) == 1
        found.append(batch_id_of(fetched.files))
    assert len(set(found)) == 1


# --- http


MOVED = {
    "moved": "/files/2026-11-25.csv",
    "loop": "/loop",
    "secrets": "http://169.254.169.254/latest/meta-data",
    "other-scheme": "https://{host}/2026-11-25.csv",
    "file-scheme": "file:///etc/passwd",
}
FILES = {
    "2026-11-25": (200, b"x\n1\n", None),
    "short": (200, b"x\n", 100),
    "large": (200, b"x" * 2000, None),
    "huge": (200, b"x", 10**12),
}


class City(http.server.BaseHTTPRequestHandler):
    """A publisher, with its moods by path."""

    def do_GET(self) -> None:
        name = self.path.rsplit("/", 1)[-1]
        if name in MOVED:
            self.answer(302, b"", Location=MOVED[name].format(host=self.headers["Host"]))
        elif name.isdigit():
            self.answer(int(name), b"<html>")
        else:
            code, body, length = FILES.get(name[:10], (404, b"<html>", None))
            self.answer(code, body, length)

    def answer(self, code: int, body: bytes, length: int | None = None, **headers: str) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def serving(handler: type[City]) -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def city() -> Iterator[str]:
    with serving(City) as address:
        yield address


GOT = {
    "date": ("/files/{date}.csv", "2026-11-25.csv"),
    "query": ("/rows/2026-11-25.csv?type=csv", "2026-11-25.csv"),
    "redirect-on-the-same-host": ("/moved", "moved"),
    "an-odd-name-becomes-the-feed's": ("/2026-11-25%2F..%2Fx:y", "counters"),
}


@pytest.mark.parametrize(("path", "name"), GOT.values(), ids=GOT.keys())
def test_a_file_is_got(path: str, name: str, city: str, tmp_path: Path) -> None:
    (found,) = source(kind="http", url=city + path).fetch(errand(tmp_path))
    assert (found.name, found.read_bytes()) == (name, b"x\n1\n")
    assert found.is_relative_to(tmp_path)


ANSWERS = {
    "not-there": ("/nothing.csv", NotThereYetError, "no such file yet"),
    "gone": ("/410", NotThereYetError, "no such file yet"),
    "forbidden": ("/403", CalanqueError, r"refuses the file of counters \(code 403\)"),
    "down": ("/503", CalanqueError, "code 503"),
    "empty-answer": ("/204", CalanqueError, "code 204"),
    "endless": ("/loop", CalanqueError, "without end"),
    "cloud-secrets": ("/secrets", CalanqueError, "sends counters on to another address, http://169.254.169.254"),
    "other-scheme": ("/other-scheme", CalanqueError, "on to another address, https://127.0.0.1"),
    "file-scheme": ("/file-scheme", CalanqueError, "another address|does not answer"),
    "cut": ("/short", CalanqueError, "stopped midway"),
    "large": ("/large", RefusedBatchError, "is larger than"),
    "large-by-its-word": ("/huge", RefusedBatchError, "is larger than"),
    "nobody": ("http://127.0.0.1:9/a.csv", CalanqueError, "does not answer"),
    "own-network": ("http://169.254.169.254/a.csv", CalanqueError, "the machine's own network"),
}


@pytest.mark.parametrize(("path", "kind", "why"), ANSWERS.values(), ids=ANSWERS.keys())
def test_what_is_no_file_ends_in_a_sentence(
    path: str, kind: type[Exception], why: str, city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (http_, files):
        monkeypatch.setattr(module, "LARGEST_BYTES", 1000)
    with pytest.raises(kind, match=why) as raised:
        source(kind="http", url=path if path.startswith("http") else city + path).fetch(errand(tmp_path))
    assert "\n" not in str(raised.value)


# --- pypi


def sdist(tmp_path: Path, *members: tuple[str, bytes]) -> Path:
    path = tmp_path / "Pack_age-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("Pack_age-1.0/link.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return path


def wheel(tmp_path: Path, *members: tuple[str, bytes]) -> Path:
    path = tmp_path / "p.whl"
    path.write_bytes(zipped(*members))
    return path


def package(member: str, content: bytes, **more: Any) -> PypiSource:
    members = ({"path": member, "sha256": hashlib.sha256(content).hexdigest()},)
    return PypiSource(kind="pypi", package="pack.age", version="1.0", members=members, **more)


def test_an_sdist_comes_from_the_index_and_nothing_of_it_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = f"open({str(tmp_path / 'ran')!r}, 'w')".encode()
    data = (sdist(tmp_path, ("Pack_age-1.0/setup.py", setup), ("Pack_age-1.0/a.csv", b"x\n1\n"))).read_bytes()

    class Index(City):
        def do_GET(self) -> None:
            page = b'<a href="../../f/pack-age-1.0.1.tar.gz">x</a> <a href="../../f/Pack_age-1.0.tar.gz#sha256=0">y</a>'
            found = {"/simple/pack-age/": page, "/f/Pack_age-1.0.tar.gz": data}.get(self.path)
            self.answer(200 if found else 404, found or b"")

    with serving(Index) as address:
        monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple")
        (found,) = package("Pack_age-1.0/a.csv", b"x\n1\n", distribution="sdist").fetch(errand(tmp_path))
        with pytest.raises(CalanqueError, match=r"no sdist of pack\.age==2\.0"):
            package("a", b"").model_copy(update={"distribution": "sdist", "version": "2.0"}).fetch(errand(tmp_path))
    assert found.read_bytes() == b"x\n1\n"
    assert not (tmp_path / "ran").exists()


def test_holidays_are_those_of_the_country_and_its_part(tmp_path: Path) -> None:
    def days(**told: Any) -> list[str]:
        (path,) = source(kind="holidays", first_year=2026, **told).fetch(errand(tmp_path))
        return path.read_text(encoding="utf-8").splitlines()

    french, canadian = days(country="FR", language="fr"), days(country="CA", subdivision="ON")
    assert french[0] == "date,name" and "2026-07-14,Fête nationale" in french and "2026-07-01,Canada Day" in canadian
    assert {line[:4] for line in french[1:]} == {str(year) for year in range(2026, datetime.now(UTC).year + 3)}
    with pytest.raises(CalanqueError, match="knows no CA XX: correct counters"):
        days(country="CA", subdivision="XX")


A_CSV = "Pack_age-1.0/a.csv"
MEMBERS = {
    "good": (A_CSV, b"x\n", 1.0, None),
    "missing": ("Pack_age-1.0/b.csv", b"x\n", 1.0, "no such member"),
    "link": ("Pack_age-1.0/link.csv", b"x\n", 1.0, "no such member"),
    "altered": (A_CSV, b"other", 1.0, "truncated or altered"),
    "cut": (A_CSV, b"x\n", 0.5, "is truncated"),
}


@pytest.mark.parametrize("pack", [sdist, wheel])
@pytest.mark.parametrize(("member", "content", "part", "why"), MEMBERS.values(), ids=MEMBERS.keys())
def test_a_member_of_an_archive_is_the_one_of_the_contract(
    pack: Any, member: str, content: bytes, part: float, why: str | None, tmp_path: Path
) -> None:
    archive = pack(tmp_path, (A_CSV, b"x\n"))
    archive.write_bytes(archive.read_bytes()[: int(part * archive.stat().st_size)])
    with pytest.raises(CalanqueError, match=why) if why else nullcontext():
        (path,) = pypi.read_members(archive, package(member, content), tmp_path)
        assert path.read_bytes() == b"x\n"


def test_an_unknown_generator_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CalanqueError, match="no generator"):
        source(kind="twin", generator="citizen_reports.generate_nothing").fetch(errand(tmp_path))


# --- the day, and waiting for it


DAYS = {
    "toronto-evening": ("America/Toronto", 0, datetime(2026, 11, 26, 3, tzinfo=UTC), date(2026, 11, 25)),
    "toronto-morning": ("America/Toronto", 0, datetime(2026, 11, 26, 6, tzinfo=UTC), date(2026, 11, 26)),
    "paris-yesterday": ("Europe/Paris", -1, datetime(2026, 11, 25, 23, 30, tzinfo=UTC), date(2026, 11, 25)),
    "auckland-ahead": ("Pacific/Auckland", 0, datetime(2026, 11, 25, 12, tzinfo=UTC), date(2026, 11, 26)),
}


@pytest.mark.parametrize(("zone", "offset", "instant", "day"), DAYS.values(), ids=DAYS.keys())
def test_a_run_is_about_a_day_of_its_territory(zone: str, offset: int, instant: datetime, day: date) -> None:
    contract = TORONTO.model_copy(update={"time_zone": zone, "day": DayRule(offset_days=offset)})
    assert contract.day_at(instant) == day


def late(times: int) -> Any:
    def action() -> str:
        nonlocal times
        times -= 1
        if times >= 0:
            raise NotThereYetError("Not there yet.")
        return "there"

    return action


def test_a_run_by_hand_waits_within_its_bound() -> None:
    patient, hasty = (TORONTO.model_copy(update={"source": drop(wait_minutes=n)}) for n in (1, 0))
    assert when_available(patient, late(3), poll_s=0.01) == "there"
    with pytest.raises(NotThereYetError):
        when_available(hasty, late(1))


def test_a_task_gives_its_slot_back_until_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    contract = TORONTO.model_copy(update={"source": drop(wait_minutes=30)})
    now = datetime.now(UTC)
    young, old = (SimpleNamespace(start_date=now - timedelta(minutes=m), run_after=now) for m in (5, 31))
    assert in_a_task(contract, young, late(0)) == "there"
    with pytest.raises(AirflowRescheduleException) as raised:
        in_a_task(contract, young, late(1))
    assert now < raised.value.reschedule_date < now + timedelta(minutes=1)
    with pytest.raises(NotThereYetError):
        in_a_task(contract, old, late(1))
