"""What fetch refuses, what it sees in a file, and what a batch is named."""

import hashlib
import os
import tempfile
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from calanque.contracts import FeedContract, load_contract
from calanque.errors import CalanqueError, RefusedBatchError
from calanque.formats.csv_ import CsvFormat
from calanque.ingest.fetch import describe_file, fetch_batch
from calanque.ingest.identity import batch_id_of
from calanque.ingest.land import read_anew
from calanque.ingest.publish import check_balance
from calanque.ingest.records import FetchedBatch, FetchedFile, LandedBatch
from calanque.ingest.tables import bronze_columns, create_sql
from calanque.runs.records import BatchReport, LandedFile
from calanque.sources import Errand
from calanque.sources import drop as dropped
from calanque.sources.drop import DropSource
from calanque.sources.pypi import Member, PypiSource, read_members
from calanque.sources.twin import TwinSource

CSV = CsvFormat(type="csv", delimiter=",", encoding="UTF-8", multiline=False)
MULTILINE = CSV.model_copy(update={"multiline": True})
TORONTO = load_contract("toronto_incidents")

FILES = {
    "whole": (b"a,b\n1,2\n3,4\n", CSV, 2, False, True),
    "crlf": (b"a,b\r\n1,2\r\n", CSV, 1, False, True),
    "no-last-newline": (b"a,b\n1,2\n3,4", CSV, 2, False, True),
    "cut-in-row": (b"a,b\n1,2\n3", CSV, 2, True, True),
    "cut-in-quotes": (b'a,b\n1,"x', CSV, 1, True, True),
    "quotes-closed": (b'a,b\n1,"x"\n', CSV, 1, False, True),
    "header-only": (b"a,b\n", CSV, 0, False, True),
    "header-without-newline": (b"a,b", CSV, 0, False, True),
    "nothing": (b"", CSV, 0, False, True),
    "blank-line": (b"a,b\n1,2\n\n3,4\n", CSV, None, False, True),
    "blank-crlf-line": (b"a,b\r\n\r\n1,2\r\n", CSV, None, False, True),
    "multiline": (b'a,b\n1,"x\ny"\n', MULTILINE, 1, False, True),
    "multiline-cut": (b'a,b\n1,"x\ny', MULTILINE, None, True, True),
    "latin-bytes": (b"a,b\n1,\xe9t\xe9\n", CSV, 1, False, False),
    "utf-8-cut-in-letter": (b"a,b\n1,\xc3", CSV, 1, False, False),
    "utf-8": ("a,b\n1,été\n".encode(), CSV, 1, False, True),
}


@pytest.mark.parametrize(("content", "form", "row_count", "is_cut", "is_decodable"), FILES.values(), ids=FILES.keys())
def test_a_file_is_described(
    content: bytes, form: CsvFormat, row_count: int | None, is_cut: bool, is_decodable: bool, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    found = describe_file(path, form)
    assert (found.row_count, found.is_cut, found.is_decodable) == (row_count, is_cut, is_decodable)
    assert (found.size_bytes, found.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def pypi(content: bytes) -> PypiSource:
    member = Member(path="data/a.csv", sha256=hashlib.sha256(content).hexdigest())
    return PypiSource(kind="pypi", package="p", version="1", members=(member,))


def wheel(tmp_path: Path, content: bytes, name: str = "data/a.csv") -> Path:
    path = tmp_path / "p.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)
    return path


def test_the_members_of_a_wheel_are_unpacked(tmp_path: Path) -> None:
    paths = read_members(wheel(tmp_path, b"a,b\n"), pypi(b"a,b\n"), tmp_path)
    assert [path.read_bytes() for path in paths] == [b"a,b\n"]


def test_an_altered_member_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CalanqueError, match="truncated or altered"):
        read_members(wheel(tmp_path, b"a,b\n1,2\n"), pypi(b"a,b\n1,2\n3,4\n"), tmp_path)


def test_a_missing_member_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CalanqueError, match="no such member"):
        read_members(wheel(tmp_path, b"a", "other.csv"), pypi(b"a"), tmp_path)


def test_a_cut_wheel_is_refused(tmp_path: Path) -> None:
    path = wheel(tmp_path, b"a" * 1000)
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(CalanqueError, match="is truncated"):
        read_members(path, pypi(b"a" * 1000), tmp_path)


def fetch(contract: FeedContract, tmp_path: Path, day: date | None = None) -> FetchedBatch:
    work_dir = Path(tempfile.mkdtemp(dir=tmp_path.parent))
    return fetch_batch(contract, Errand(contract.feed, day, tmp_path, work_dir))


def drop(pattern: str, tmp_path: Path, day: date | None = None) -> list[str]:
    contract = TORONTO.model_copy(update={"source": DropSource(kind="drop", pattern=pattern)})
    return [file.name for file in fetch(contract, tmp_path, day).files]


def test_dropped_files_of_a_day_are_found(tmp_path: Path) -> None:
    for name in ("a-2026-01-01.csv", "b-2026-01-01.csv", "a-2026-01-02.csv"):
        (tmp_path / name).write_text(f"x\n{name}\n")
    assert drop("*-{date}.csv", tmp_path, date(2026, 1, 1)) == ["a-2026-01-01.csv", "b-2026-01-01.csv"]


def test_a_drop_with_nothing_in_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CalanqueError, match="has the partner sent"):
        drop("*.csv", tmp_path)


def test_a_drop_by_day_needs_the_day(tmp_path: Path) -> None:
    with pytest.raises(CalanqueError, match="needs a day"):
        drop("{date}.csv", tmp_path)


@pytest.mark.parametrize("promised", [hashlib.sha256(b"x\n1\n").hexdigest(), None], ids=["kept", "broken"])
def test_a_partners_digest_is_checked(promised: str | None, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"x\n1\n")
    (tmp_path / "a.csv.sha256").write_text(f"{promised or '0' * 64}  a.csv\n")
    if promised:
        assert drop("*", tmp_path) == ["a.csv"]
        return
    with pytest.raises(CalanqueError, match="truncated or altered"):
        drop("*", tmp_path)


def hold(tmp_path: Path, name: str, content: bytes = b"x\n1\n") -> None:
    (tmp_path / name).write_bytes(content)


def link(tmp_path: Path, name: str, target: str) -> None:
    (tmp_path / "secret").mkdir()
    hold(tmp_path / "secret", "a.txt")
    (tmp_path / name).symlink_to(tmp_path / target)


# What a partner, or whoever can write where partners write, may leave; the pattern is that of the contract.
HOSTILE = {
    "link": (lambda at: link(at, "a.csv", "secret/a.txt"), "*.csv", "it is a link"),
    "link-to-nothing": (lambda at: link(at, "a.csv", "secret/nothing"), "*.csv", "it is a link"),
    "folder-behind-a-link": (lambda at: link(at, "sub", "secret"), "sub/*.txt", "lies behind a link"),
    "pipe": (lambda at: os.mkfifo(at / "a.csv"), "*.csv", "not an ordinary file"),
    "brackets": (lambda at: hold(at, "[x].csv"), "*.csv", "its name as something else"),
    "star": (lambda at: hold(at, "*.csv"), "*.csv", "its name as something else"),
    "braces": (lambda at: hold(at, "{a,b}.csv"), "*.csv", "its name as something else"),
    "question": (lambda at: hold(at, "a?.csv"), "*.csv", "its name as something else"),
    "underscore": (lambda at: hold(at, "_x.csv"), "*.csv", "its name as something else"),
    "dot": (lambda at: hold(at, ".x.csv"), "*.csv", "its name as something else"),
    "colon": (lambda at: hold(at, "a:b.csv"), "*.csv", "its name as something else"),
    "newline": (lambda at: hold(at, "a\n.csv"), "*.csv", "its name as something else"),
    "backslash": (lambda at: hold(at, "a\\b.csv"), "*.csv", "its name as something else"),
    "long": (lambda at: hold(at, "a" * 240 + ".csv"), "*.csv", "its name as something else"),
    "our-manifest": (lambda at: hold(at, "manifest.json"), "*.json", "its name as something else"),
    "our-contract": (lambda at: hold(at, "contract-1.0.0.json"), "*.json", "its name as something else"),
    "large": (lambda at: hold(at, "a.csv", b"x\n" * 600), "*.csv", "is larger than"),
    "digest-in-latin": (
        lambda at: (hold(at, "a.csv"), hold(at, "a.csv.sha256", b"\xe9\xff" * 32)),
        "*",
        "holds no SHA-256",
    ),
    "digest-empty": (lambda at: (hold(at, "a.csv"), hold(at, "a.csv.sha256", b"")), "*", "holds no SHA-256"),
    "digest-is-a-link": (
        lambda at: (hold(at, "a.csv"), link(at, "a.csv.sha256", "secret/a.txt")),
        "*.csv",
        "it is a link",
    ),
}


@pytest.mark.parametrize(("leave", "pattern", "why"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_drop_is_refused_in_a_sentence(
    leave: Any, pattern: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropped, "LARGEST_BYTES", 1024)
    leave(tmp_path)
    with pytest.raises(RefusedBatchError, match=why) as raised:
        drop(pattern, tmp_path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["a.csv", "Été 2026 (1).csv", "signalements-2026_11.csv", "0.csv", "L'Estaque.csv"])
def test_an_ordinary_name_is_taken(name: str, tmp_path: Path) -> None:
    hold(tmp_path, name)
    assert drop("*.csv", tmp_path) == [name]


def test_what_is_checked_is_what_is_landed(tmp_path: Path) -> None:
    hold(tmp_path, "a.csv")
    contract = TORONTO.model_copy(update={"source": DropSource(kind="drop", pattern="*.csv")})
    (fetched,) = fetch(contract, tmp_path).files
    hold(tmp_path, "a.csv", b"x\n2\n")
    assert hashlib.sha256(fetched.path.read_bytes()).hexdigest() == fetched.sha256


HEADERS = {
    "endless": (b"x" * 70_000, "is longer than 64 kB"),
    "forbidden-word-far-away": (b"x," * 40_000 + b"face\n1\n", "is longer than 64 kB"),
    "old-line-ends": (b"a,b\r1,2\r3,4\n", "is not CSV"),
    "null-byte": (b"a,\0b\n1,2\n", "holds a null byte"),
    "forbidden-word-on-its-second-line": (b'a,"b\nc",face\n1,2,3\n', "opens a quotation mark"),
}


@pytest.mark.parametrize(("content", "why"), HEADERS.values(), ids=HEADERS.keys())
def test_a_first_line_that_can_not_be_judged_is_refused_before_landing(
    content: bytes, why: str, tmp_path: Path
) -> None:
    hold(tmp_path, "a.csv", content)
    contract = TORONTO.model_copy(update={"source": DropSource(kind="drop", pattern="*.csv")})
    with pytest.raises(RefusedBatchError, match=f"nothing was landed: a.csv .*{why}"):
        fetch(contract, tmp_path)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.csv").write_text("x\n")
    with pytest.raises(CalanqueError, match="same name"):
        drop("*/a.csv", tmp_path)


def test_an_unknown_generator_is_refused(tmp_path: Path) -> None:
    source = TwinSource(kind="twin", generator="citizen_reports.generate_nothing")
    with pytest.raises(CalanqueError, match="no generator"):
        fetch(TORONTO.model_copy(update={"source": source}), tmp_path)


def file(name: str, digest: str) -> FetchedFile:
    return FetchedFile(
        name=name,
        path=Path(name),
        size_bytes=1,
        sha256=digest,
        row_count=1,
        is_cut=False,
        is_decodable=True,
        header=("a",),
    )


def test_the_same_bytes_are_the_same_batch() -> None:
    a, b = file("a.csv", "1" * 64), file("b.csv", "2" * 64)
    assert batch_id_of([a, b]) == batch_id_of([b, a])
    assert batch_id_of([a, b]) != batch_id_of([a])
    assert batch_id_of([a]) != batch_id_of([file("a.csv", "3" * 64)])
    assert batch_id_of([a])[0] == "b"
    assert len(batch_id_of([a])) == 17


def test_rows_are_counted_only_when_every_file_counts() -> None:
    files = [
        LandedFile(name="a", size_bytes=1, sha256="0", row_count=n, is_cut=False, is_decodable=True) for n in (2, 3)
    ]
    landed = LandedBatch(
        feed="f",
        batch_id="b",
        origin="o",
        provenance=TORONTO.provenance,
        accessed_at=datetime(2026, 1, 1, tzinfo=UTC),
        landed_at=datetime(2026, 1, 1, tzinfo=UTC),
        contract_version="1.0.0",
        files=tuple(files),
        headers={},
    )
    assert landed.row_count == 5
    unknown = files[0].model_copy(update={"row_count": None})
    assert landed.model_copy(update={"files": (unknown, files[1])}).row_count is None


def test_rows_must_balance() -> None:
    check_balance("f", 10, 7, 3)
    with pytest.raises(CalanqueError, match="10 rows landed but 7 were loaded and 2 quarantined"):
        check_balance("f", 10, 7, 2)


def test_a_report_survives_json() -> None:
    report = BatchReport(
        feed="f",
        batch_id="b",
        contract_version="1.0.0",
        state="landed",
        run_id="r",
        updated_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    assert BatchReport.model_validate_json(report.model_dump_json()) == report


def test_a_token_has_no_statistics_in_the_delta_log() -> None:
    reports = load_contract("citizen_reports")
    text = create_sql(
        "bronze.r", bronze_columns(reports), {"category": "Sujet de l'appel"}, ["_batch_id", "reported_at"], 1000
    )
    assert "'delta.dataSkippingStatsColumns' = '_batch_id,reported_at'" in text
    assert "LOCATION 'hdfs://" in text
    assert r"COMMENT 'Sujet de l\'appel'" in text
    assert "'delta.logRetentionDuration' = 'interval 30 days'" in text


def test_the_same_bytes_are_read_anew_by_another_version_of_the_contract(tmp_path: Path) -> None:
    """A first version had the wrong delimiter: one column and a count of its own; the second one mends it."""
    contract = load_contract("citizen_reports")
    path = tmp_path / "again.csv"
    path.write_bytes(b"a,b\n1,2\n3,4\n")
    wrong, right = (
        describe_file(path, CsvFormat(type="csv", delimiter=delimiter, encoding="UTF-8", multiline=False))
        for delimiter in ";,"
    )
    landed = LandedBatch(
        feed=contract.feed,
        batch_id=batch_id_of([wrong]),
        origin="drop:*.csv",
        provenance=contract.provenance,
        accessed_at=datetime(2026, 1, 1, tzinfo=UTC),
        landed_at=datetime(2026, 1, 1, tzinfo=UTC),
        contract_version="1.0.0",
        files=(LandedFile(**{**wrong.model_dump(exclude={"path", "header"}), "name": "first.csv"}),),
        headers={"first.csv": wrong.header},
    )
    newer = contract.model_copy(update={"version": "1.1.0"})
    anew = read_anew(landed, newer, FetchedBatch(feed=contract.feed, origin="drop:*.csv", files=(right,)))
    assert (landed.headers, anew.headers) == ({"first.csv": ("a,b",)}, {"first.csv": ("a", "b")})
    assert (anew.contract_version, anew.landed_at, anew.files[0].name) == ("1.1.0", landed.landed_at, "first.csv")
