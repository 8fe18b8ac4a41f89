"""Classification against data: the demo's feeds pass, a planted column does not, and no value is ever shown."""

import csv
import io
import random
from datetime import date
from pathlib import Path

import pytest
from in_formats import as_csv
from planted import planted_values
from typer.testing import CliRunner

from calanque.cli import app
from calanque.contracts import FeedContract, load_contract, load_contracts
from calanque.errors import CalanqueError
from calanque.formats import parsed
from calanque.ingest.column_scan import find_leaks
from calanque.ingest.sample import Sample, sample_file
from calanque.twin.citizen_reports import generate_reports
from calanque.twin.daily import write_day

REPORTS = load_contract("citizen_reports")
TORONTO = load_contract("toronto_incidents")
BASE = generate_reports(count=600)
PLANTED = planted_values(count=600)


def base_rows() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(BASE.decode()), delimiter=";"))


def check(*arguments: str) -> tuple[int, str]:
    """Return how `feeds check` ends and what it says, on one line."""
    done = CliRunner().invoke(app, ["feeds", "check", *arguments])
    assert isinstance(done.exception, (SystemExit, CalanqueError, type(None)))
    return done.exit_code, " ".join(f"{done.output} {done.exception}".split())


def check_bytes(content: bytes, tmp_path: Path) -> tuple[int, str]:
    (tmp_path / "reports.csv").write_bytes(content)
    return check("citizen_reports", "--data", str(tmp_path / "reports.csv"))


def test_the_reports_of_the_demo_pass(tmp_path: Path) -> None:
    code, output = check_bytes(BASE, tmp_path)
    assert code == 0, output
    assert "no personal value in 3 open columns of 600 rows" in output


OF_TWIN = [one.feed for one in load_contracts().values() if one.source.kind == "twin"]


@pytest.mark.parametrize("feed", OF_TWIN)
def test_what_contracts_of_the_twin_call_open_holds_no_person(feed: str, tmp_path: Path) -> None:
    path = write_day(load_contract(feed), date(2026, 6, 1), 5, tmp_path)[0]
    code, output = check(feed, "--data", str(path))
    assert code == 0, output


VALUES = {kind: [v.value for v in PLANTED if v.type == kind] for kind in sorted({v.type for v in PLANTED})}
LEAKS = {
    "names": ("PERSON", 1.0, "identifier"),
    "few-names": ("PERSON", 0.02, "identifier"),
    "phones": ("PHONE_NUMBER", 1.0, "identifier"),
    "few-phones": ("PHONE_NUMBER", 0.005, "identifier"),
    "plates": ("FR_PLATE", 1.0, "identifier"),
    "few-e-mails": ("EMAIL_ADDRESS", 0.01, "identifier"),
    "addresses": ("POSTAL_ADDRESS", 0.5, "personal"),
}


@pytest.mark.parametrize(("kind", "share", "advice"), LEAKS.values(), ids=LEAKS.keys())
def test_a_planted_column_is_found(tmp_path: Path, kind: str, share: float, advice: str) -> None:
    rows, draw = base_rows(), random.Random(5)
    pool = sorted(set(VALUES[kind]))
    used = draw.sample(range(len(rows)), max(3, int(share * len(rows))))
    for n, at in enumerate(used):
        rows[at]["report_id"] = pool[n % len(pool)]
    code, said = check_bytes(as_csv(rows, ";"), tmp_path)
    assert code == 1
    assert f"column 'report_id' holds {kind} in " in said and f"(rule {kind.lower()}." in said
    assert f"classify it {advice}" in said and "raise its version" in said
    assert not [value for value in pool if len(value) > 5 and value in said]


def test_free_text_called_open_is_found_with_its_advice() -> None:
    texts = tuple(row["description"] for row in base_rows())
    (first, *more) = find_leaks(REPORTS, sample_of(REPORTS, report_id=texts))
    assert {leak.type for leak in (first, *more)} >= {"PERSON", "PHONE_NUMBER", "POSTAL_ADDRESS"}
    assert all(leak.advice.startswith("classify it free_text") for leak in (first, *more))


def sample_of(contract: FeedContract, row_count: int = 100, **values: tuple[str, ...]) -> Sample:
    held = {column.name: values.get(column.name, ()) for column in contract.landing}
    return Sample(origin="test", row_count=row_count, values=held)


PLACES, PERMIT = ("Lawrence Park", "Mount Dennis", "Wexford/Maryvale"), ["FR_RESIDENCE_PERMIT"]
TRACTS = tuple(str(6075010000 + 100 * n) for n in range(195))
# Of which contract, in which column of how many rows: a code of places is no document, and a measure is no number.
CHANCE: dict[str, tuple[FeedContract, str, int, tuple[str, ...], list[str]]] = {
    "parks": (TORONTO, "Neighbourhood", 100, PLACES, []),
    "phones-among-places": (
        TORONTO, "Neighbourhood", 100, ("Lawrence Park", "06 39 98 12 34", "06 39 98 12 35"), ["PHONE_NUMBER"]),
    "months-that-are-names": (TORONTO, "occurrencemonth", 100, ("January", "June", "August", "May", "April"), []),
    "positions": (TORONTO, "Lat", 100, tuple(f"43.{n}" for n in range(6_000_000, 6_002_000)), []),
    "one-in-ten-passes-the-check-in-text": (
        TORONTO, "Pub_Id", 100, tuple(str(4970100000000000 + n) for n in range(2_000)), ["CREDIT_CARD"]),
    "codes": (REPORTS, "category", 100, ("bruit", "dechets", "voirie"), []),
    "e-mails-among-codes": (
        REPORTS, "category", 100, ("bruit", "a.b@example.org", "c.d@example.org"), ["EMAIL_ADDRESS"]),
    "times": (REPORTS, "reported_at", 100, tuple(f"2026-06-{n:02d}T12:00:00" for n in range(1, 29)), []),
    "no-value": (REPORTS, "report_id", 100, (), []),
    "not-open": (REPORTS, "reporter_name", 100, ("Jean Dupont", "Marie Durand", "Paul Martin"), []),
    "tracts": (REPORTS, "report_id", 4_984, TRACTS, []),
    "residence-permits": (
        REPORTS, "report_id", 240, tuple(str(7503000017 + 7_654_321 * n) for n in range(195)), PERMIT),
    "permits-among-tracts": (
        REPORTS, "report_id", 4_984, (*TRACTS[:150], *(f"AB{1234567 + 89 * n}" for n in range(5))), PERMIT),
    "areas": (REPORTS, "report_id", 4_984, tuple(f"{5711510 + 4321 * n}.{89843 - n}" for n in range(195)), []),
    "longitudes": (
        REPORTS, "report_id", 4_984, tuple(f"-122.4{33088431645 + 17_171_717 * n}" for n in range(2_000)), []),
    "phones-on-many-rows": (
        REPORTS, "report_id", 4_984, tuple(f"06399{80000 + 97 * n}" for n in range(90)), ["PHONE_NUMBER"]),
    "phones-with-dots": (
        REPORTS, "report_id", 4_984, tuple(f"06.39.98.{n:02d}.34" for n in range(90)), ["PHONE_NUMBER"]),
}  # fmt: skip


@pytest.mark.parametrize(("contract", "column", "count", "values", "types"), CHANCE.values(), ids=CHANCE.keys())
def test_what_counts_and_what_is_chance(
    contract: FeedContract, column: str, count: int, values: tuple[str, ...], types: list[str]
) -> None:
    assert [leak.type for leak in find_leaks(contract, sample_of(contract, count, **{column: values}))] == types


def test_the_numbers_of_san_francisco_are_no_persons(shared: Path) -> None:
    columns = ("CaseID", "Census.Block", "Census.Tract", "tractce10", "Supervisor.District", "shape_area", "shape_len",
               "Resolve.Time", "Lat", "Long")  # fmt: skip
    with (shared / "sf-311-sample" / "cases_sample.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for name in columns:
        values = tuple(dict.fromkeys(row[name] for row in rows if row[name].strip()))[:2_000]
        assert not find_leaks(REPORTS, sample_of(REPORTS, len(rows), report_id=values)), name


def test_digits_in_a_column_of_numbers_may_be_chance() -> None:
    numbers = tuple(str(4970100000000000 + n * 7) for n in range(500))
    column = next(c for c in REPORTS.bronze if c.name == "category")
    number = column.model_copy(update={"physical_type": "bigint", "enum": ()})
    coded = REPORTS.model_copy(update={"bronze": tuple(number if c is column else c for c in REPORTS.bronze)})
    assert find_leaks(coded, sample_of(coded, category=numbers)) == []
    valid = tuple(f"06 39 98 {n:02d} 34" for n in range(90))
    assert [leak.type for leak in find_leaks(coded, sample_of(coded, category=valid))] == ["PHONE_NUMBER"]


def test_a_line_of_places_is_public_as_a_route_alone() -> None:
    permits = load_contract("marseille_occupations")
    lines = tuple(f"LINESTRING (5.369{n} 43.2951, 5.371{n} 43.2981)" for n in range(9))
    assert find_leaks(permits, sample_of(permits, ITINERAIRE=lines)) == []
    stands = load_contract("marseille_places")
    assert find_leaks(stands, sample_of(stands, TRACE=lines)) == []
    assert {leak.column for leak in find_leaks(stands, sample_of(stands, TYPE=lines))} == {"TYPE"}
    closures = load_contract("marseille_closures")
    drawn = tuple(f'{{"type":"LineString","coordinates":[[5.369{n},43.2951],[5.371{n},43.2981]]}}' for n in range(9))
    assert find_leaks(closures, sample_of(closures, geometry=drawn)) == []
    assert {leak.column for leak in find_leaks(closures, sample_of(closures, id=drawn))} == {"id"}
    (leak,) = find_leaks(permits, sample_of(permits, ITINERAIRE=(*lines, "43.29512, 5.36981", "43.29513, 5.36982")))
    assert (leak.column, leak.type, leak.hit_count) == ("ITINERAIRE", "GPS_POSITION", 2)
    assert {leak.column for leak in find_leaks(permits, sample_of(permits, OBJET=lines))} == {"OBJET"}


def test_a_sample_is_fair_seeded_and_bounded(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_bytes(BASE)
    first, again, other = (sample_file(REPORTS, path, 200, seed) for seed in (1, 1, 2))
    assert first == again and first != other
    assert len(first.values["report_id"]) == 200 and len(first.values["category"]) == 6
    firsts = [int(value[-6:]) for value in first.values["report_id"]]
    assert 240 < sum(firsts) / len(firsts) < 360  # of 1 to 600: from the whole file


def test_malformed_rows_are_counted(tmp_path: Path) -> None:
    assert "malformed" not in check_bytes(BASE, tmp_path)[1]
    code, output = check_bytes(BASE + b"1;2;3\n", tmp_path)
    assert code == 0 and "left out as malformed: 1 rows" in output and "of 600 rows" in output


def test_the_row_where_reading_stops_is_not_malformed(tmp_path: Path) -> None:
    path = tmp_path / "reports.csv"
    path.write_bytes(BASE + b"1;2")
    size = path.stat().st_size
    whole, cut = (list(parsed(path, REPORTS.file_format, largest)) for largest in (size + 1, size))
    assert (len(whole), len(cut), whole[-1]) == (601, 600, "1;2")


def test_a_value_repeated_is_one_value(tmp_path: Path) -> None:
    rows = base_rows()
    for row in rows:
        row["report_id"] = "jean.dupont@example.org"
    code, output = check_bytes(as_csv(rows, ";"), tmp_path)
    assert code == 1 and "EMAIL_ADDRESS in 1 of 1 distinct values" in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("citizen_reports", "--data", "nowhere.csv"), "There is no file", id="no-file"),
        pytest.param(("citizen_reports", "pyproject.toml"), "is read with --data", id="file-without-data"),
        pytest.param(("citizen_reports", "--data", "pyproject.toml"), "ontract", id="another-format"),
    ],
)
def test_what_cannot_be_checked_ends_in_a_sentence(arguments: tuple[str, ...], message: str) -> None:
    code, output = check(*arguments)
    assert code == 1 and message in output


def test_bytes_of_another_encoding_are_read_all_the_same(tmp_path: Path) -> None:
    rows = base_rows()
    rows[0]["report_id"] = "Éric Müller, eric.muller@example.org"
    rows[1]["report_id"] = "Zoé Noël, zoe.noel@example.org"
    code, output = check_bytes(as_csv(rows, ";").decode().encode("latin-1", "replace"), tmp_path)
    assert code == 1 and "EMAIL_ADDRESS in 2 of" in output
