"""What fetch refuses, what it sees in a file, and what a batch is named."""

import hashlib
import os
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from calanque.contracts import FeedContract, load_contract
from calanque.errors import CalanqueError, RefusedBatchError
from calanque.files import refusal
from calanque.formats.csv_ import CsvFormat
from calanque.ingest.fetch import describe_file, fetch_batch
from calanque.ingest.land import read_anew
from calanque.ingest.publish import check_balance
from calanque.ingest.records import FetchedBatch, LandedBatch
from calanque.ingest.tables import bronze_columns, create_sql
from calanque.runs.records import LandedFile
from calanque.sources import Errand, drop_files
from calanque.sources.drop import DropSource

CSV = CsvFormat(type="csv", delimiter=",", encoding="UTF-8", multiline=False)
MULTILINE = CSV.model_copy(update={"multiline": True})
TORONTO = load_contract("toronto_incidents")


def fetch(contract: FeedContract, tmp_path: Path, day: date | None = None) -> FetchedBatch:
    work_dir = Path(tempfile.mkdtemp(dir=tmp_path.parent))
    return fetch_batch(contract, Errand(contract.feed, day, tmp_path, work_dir))


def drop(pattern: str, tmp_path: Path, day: date | None = None) -> list[str]:
    contract = TORONTO.model_copy(update={"source": DropSource(kind="drop", pattern=pattern)})
    return [file.name for file in fetch(contract, tmp_path, day).files]


def hold(folder: Path, name: str, content: bytes = b"x\n1\n") -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)


def link(tmp_path: Path, name: str, target: str) -> None:
    (tmp_path / "secret").mkdir()
    hold(tmp_path / "secret", "a.txt")
    (tmp_path / name).symlink_to(tmp_path / target)


GOOD = hashlib.sha256(b"x\n1\n").hexdigest()


def test_a_digest_that_is_kept_lets_its_file_in_and_stays_outside(tmp_path: Path) -> None:
    hold(tmp_path, "a.csv")
    hold(tmp_path, "a.csv.sha256", f"{GOOD}  a.csv\n".encode())
    assert drop("*", tmp_path) == ["a.csv"]


ODD_NAMES = (
    *(
        "[x].csv",
        "*.csv",
        "{a,b}.csv",
        "a?.csv",
        "_x.csv",
        ".x.csv",
        "a:b.csv",
        "a\n.csv",
        "a\\b.csv",
        "a" * 240 + ".csv",
    ),
    *("manifest.json", "contract-1.0.0.json"),
)
# What a partner, or whoever can write where partners write, may leave; the pattern is that of the contract.
HOSTILE = {
    "link": (lambda at: link(at, "a.csv", "secret/a.txt"), "*.csv", "it is a link"),
    "link-to-nothing": (lambda at: link(at, "a.csv", "secret/nothing"), "*.csv", "it is a link"),
    "folder-behind-a-link": (lambda at: link(at, "sub", "secret"), "sub/*.txt", "lies behind a link"),
    "pipe": (lambda at: os.mkfifo(at / "a.csv"), "*.csv", "not an ordinary file"),
    **{name: (lambda at, name=name: hold(at, name), "*", "its name as something else") for name in ODD_NAMES},
    "large": (lambda at: hold(at, "a.csv", b"x\n" * 600), "*.csv", "is larger than"),
    "two-of-one-name": (lambda at: [hold(at / folder, "a.csv") for folder in ("1", "2")], "*/a.csv", "same name"),
    "no-day-for-a-pattern-by-day": (lambda at: hold(at, "a.csv"), "{date}.csv", "needs a day"),
    "nothing": (lambda at: None, "*.csv", "has the partner sent"),
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
    monkeypatch.setattr(drop_files, "LARGEST_BYTES", 1024)
    leave(tmp_path)
    left = {path.name for path in tmp_path.rglob("*")}
    with pytest.raises(CalanqueError, match=why) as raised:
        drop(pattern, tmp_path)
    assert left <= {path.name for path in tmp_path.rglob("*")}, "nothing of it is lost"
    assert "\n" not in str(raised.value)
    if isinstance(raised.value, RefusedBatchError) and "behind a link" not in why:
        assert list(tmp_path.glob(f"archive/{TORONTO.feed}/undated/refused/*")), "it makes way for a corrected one"


@pytest.mark.parametrize("name", ["a.csv", "2026 (1).csv", "signalements-2026_11.csv", "0.csv", "L'.csv"])
def test_an_ordinary_name_is_taken(name: str, tmp_path: Path) -> None:
    hold(tmp_path, name)
    pattern = "signalements-*.csv" if name.startswith("s") else "*.csv"
    assert drop(pattern, tmp_path) == [name]


@pytest.mark.parametrize("name", ["plainte_dupont.csv", "Été 2026 (1).csv", "DUPONT.csv", "signalements Dupont.csv"])
def test_a_word_that_the_contract_does_not_say_stays_out_of_the_lake(name: str, tmp_path: Path) -> None:
    hold(tmp_path, name)
    (landed,) = drop("*.csv", tmp_path)
    assert landed.startswith("file-") and landed.endswith(".csv") and len(landed) == len("file-.csv") + 12
    told = str(refusal("the file", name, "it is too large")).lower()
    assert not [word for word in ("plainte", "dupont", "été", "signalements") if word in told]


@pytest.mark.parametrize("line", [b"x" * 70_000, b"x," * 40_000 + b"face\n1\n"], ids=["endless", "forbidden-far-away"])
def test_a_first_line_too_long_to_be_judged_is_refused_before_landing(line: bytes, tmp_path: Path) -> None:
    hold(tmp_path, "a.csv", line)
    with pytest.raises(RefusedBatchError, match=r"nothing was landed: a.csv .*is longer than 64 kB"):
        drop("*.csv", tmp_path)


def landed_as(contract: FeedContract, *files: LandedFile, **headers: tuple[str, ...]) -> LandedBatch:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    facts = {"feed": contract.feed, "batch_id": "b", "origin": "o", "contract_version": "1.0.0", "headers": headers}
    return LandedBatch(provenance=contract.provenance, accessed_at=at, landed_at=at, files=files, **facts)


def test_rows_are_counted_only_when_every_file_counts() -> None:
    said = {"name": "a", "size_bytes": 1, "sha256": "0", "is_cut": False, "is_decodable": True}
    files = [LandedFile(row_count=n, **said) for n in (2, 3)]
    landed = landed_as(TORONTO, *files)
    assert landed.row_count == 5
    unknown = files[0].model_copy(update={"row_count": None})
    assert landed.model_copy(update={"files": (unknown, files[1])}).row_count is None


def test_rows_must_balance() -> None:
    check_balance("f", 10, 7, 3)
    with pytest.raises(CalanqueError, match="10 rows landed but 7 were loaded and 2 quarantined"):
        check_balance("f", 10, 7, 2)


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
    first = LandedFile(**wrong.model_dump(exclude={"path", "header"}) | {"name": "first"})
    landed = landed_as(contract, first, first=wrong.header)
    newer = contract.model_copy(update={"version": "1.1.0"})
    anew = read_anew(landed, newer, FetchedBatch(feed=contract.feed, origin="drop:*.csv", files=(right,)))
    assert (landed.headers, anew.headers) == ({"first": ("a,b",)}, {"first": ("a", "b")})
    assert (anew.contract_version, anew.landed_at, anew.files[0].name) == ("1.1.0", landed.landed_at, "first")
