"""`feeds new`: what a sample says, what it leaves to decide, and a contract that checks once that is decided."""

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from changed import put
from fetched import zipped
from pydantic import TypeAdapter
from typer.testing import CliRunner

from calanque.cli import app
from calanque.contracts import FeedContract, load_contracts, read_contract
from calanque.contracts.model import is_in_both
from calanque.contracts.shapes import shapes
from calanque.contracts.undecided import UNDECIDED, undecided_fields
from calanque.errors import CalanqueError
from calanque.formats import FileFormat, columns_of, rows
from calanque.ingest.column_scan import find_leaks
from calanque.ingest.sample import sample_file
from calanque.settings import settings
from calanque.twin.citizen_reports import generate_reports

COUNT = 400
ANSWERS = {
    "domain": "requests",
    "description.purpose": "Requests of the public.",
    "customProperties.purpose.value": "public_space",
    "customProperties.legalBasis.value": "Open data.",
    "customProperties.provenance.value.producer": "A city",
    "customProperties.provenance.value.licence": "PDDL",
    "customProperties.provenance.value.citation": "A city, requests.",
    "customProperties.origin.value": "reported",
    "customProperties.rowStandsFor.value": "fact",
    "customProperties.write.value.mode": "append",
}
OPEN = {path.replace(".value", "") for path in ANSWERS}


def column(make: Any) -> list[str]:
    return [str(make(n)) for n in range(COUNT)]


COLUMNS: dict[str, list[str]] = {
    "": column(lambda n: n + 1),
    "Request ID": column(lambda n: f"R-{n:05d}"),
    "Opened": column(lambda n: f"2015-{n % 12 + 1:02d}-{n % 28 + 1:02d} 10:00:{n % 60:02d}" if n % 3 else
                     f"{n % 12 + 1:02d}/{n % 28 + 1:02d}/2015 10:00:{n % 60:02d} PM"),
    "Closed": column(lambda n: f"2016-01-{n % 28 + 1:02d} 10:00:00" if n % 5 else "NA"),
    "Status": column(lambda n: ("Open", "Closed")[n % 2]),
    "Hours": column(lambda n: n / 4 if n % 7 else "NA"),
    "Note": column(lambda n: "NA" if n % 9 == 0 else f"word {n}"),
    "Postcode": column(lambda n: f"0{n % 400 + 1000}"),
    "Tract": column(lambda n: 6075010000 + n % 40),
    "Lat": column(lambda n: 37.7 + n / 10_000),
    "Long": column(lambda n: -122.5 + n / 10_000),
    "date": column(lambda n: f"2015-01-{n % 28 + 1:02d}"),
}  # fmt: skip


def written(columns: dict[str, list[str]], delimiter: str = ",") -> bytes:
    stream = io.StringIO()
    rows = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    rows.writerow(columns)
    rows.writerows(zip(*columns.values(), strict=True))
    return stream.getvalue().encode()


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["feeds", "new", *arguments])
    if isinstance(done.exception, CalanqueError):
        return 1, str(done.exception)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def new(tmp_path: Path, content: bytes, name: str = "sample.csv", territory: str | None = "san_francisco") -> str:
    sample = tmp_path / name
    sample.write_bytes(content)
    path = tmp_path / "new_feed.odcs.yaml"
    path.unlink(missing_ok=True)
    place = ("--territory", territory) if territory else ()
    code, output = run(str(sample), "--feed", "new_feed", *place, "--output", str(path))
    assert code == 0, output
    return path.read_text(encoding="utf-8")


def decided(text: str, tmp_path: Path, answers: dict[str, str] | None = None, **classes: str) -> FeedContract:
    """Read the contract with every open question of the head answered."""
    content = yaml.safe_load(text)
    for path, answer in (ANSWERS | (answers or {})).items():
        put(content, path, answer)
    for one in content["schema"][0]["properties"]:
        one["classification"] = classes.get(one["name"], one["classification"])
    path = tmp_path / "decided" / "new_feed.odcs.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return read_contract(path)


def test_what_a_sample_says(tmp_path: Path) -> None:
    contract = decided(new(tmp_path, written(COLUMNS)), tmp_path)
    made = {one.name: one for one in contract.bronze}
    assert {name: one.physical_type for name, one in made.items()} == {
        "request_id": "string", "opened_at": "timestamp", "closed_at": "timestamp", "status": "string",
        "hours": "double", "note": "string", "postcode": "string", "tract": "bigint", "date": "date",
        "cell_id": "string", "zone": "string",
    }  # fmt: skip
    assert made["opened_at"].expression == (
        "to_utc_timestamp(coalesce(try_to_timestamp(`Opened`, 'yyyy-MM-dd HH:mm:ss'), "
        "try_to_timestamp(`Opened`, 'M/d/yyyy h:mm:ss a')), 'America/Los_Angeles')"
    )
    assert [name for name, one in made.items() if one.required] == ["request_id", "opened_at", "cell_id", "zone"]
    assert made["status"].enum == ("Closed", "Open")
    assert (made["cell_id"].sources, made["cell_id"].projected) == (("Long", "Lat"), "cell")
    markers = {one.name: one.null_markers for one in contract.landing if one.null_markers}
    assert markers == {"Closed": ("NA",), "Hours": ("NA",), "Note": ("NA",)}
    assert {one.name for one in contract.landing if one.classification == "personal"} == {"Lat", "Long"}
    assert contract.landing[0].name == "column_1" and contract.is_personal


def test_what_a_sample_can_not_say_is_refused_by_field(tmp_path: Path) -> None:
    text = new(tmp_path, written(COLUMNS))
    assert set(undecided_fields(yaml.safe_load(text))) == OPEN
    with pytest.raises(CalanqueError) as raised:
        read_contract(tmp_path / "new_feed.odcs.yaml")
    assert "to be decided" in str(raised.value)
    assert not [field for field in OPEN if f"'{field}'" not in str(raised.value)]


def test_a_territory_that_is_not_said_leaves_its_zone_to_decide(tmp_path: Path) -> None:
    open_fields = set(undecided_fields(yaml.safe_load(new(tmp_path, written(COLUMNS), territory=None))))
    assert open_fields - OPEN == {
        "customProperties.territory", "customProperties.timeZone",
        "schema.bronze.opened_at.transformLogic", "schema.bronze.closed_at.transformLogic",
    }  # fmt: skip


def test_a_territory_that_there_is_not_is_refused_by_those_that_there_are(tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_bytes(written(COLUMNS))
    code, output = run(str(sample), "--territory", "marseile", "--output", str(tmp_path / "new.yaml"))
    assert code == 1 and "There is no territory 'marseile'" in output and "marseille, " in output
    assert [path.name for path in tmp_path.iterdir()] == ["sample.csv"]


def test_the_check_asks_nothing_that_was_not_to_decide(tmp_path: Path) -> None:
    text = new(tmp_path, generate_reports(count=600), territory="marseille")
    (asked,) = [line for line in text.splitlines() if "personColumn" in line]
    assert UNDECIDED in asked and asked.endswith(": reporter_phone_token | reporter_email_token")
    token = "reporter_email_token"
    for name, answer in {"tokenPurpose": "public_space", "language": "fr", "personColumn": token}.items():
        text = text.replace(f"{name}, value: {UNDECIDED}", f"{name}, value: {answer}")
    answers = {"customProperties.rowStandsFor.value": "person"}
    contract = decided(text, tmp_path, answers, reporter_name="personal")
    assert contract.person_column == token


def test_the_engines_evidence_is_written_and_no_value(tmp_path: Path) -> None:
    content = generate_reports(count=600)
    text = new(tmp_path, content, territory="marseille")
    rows = list(csv.DictReader(io.StringIO(content.decode()), delimiter=";"))
    for name in ("reporter_name", "reporter_phone", "reporter_email", "description"):
        assert not [row[name] for row in rows if len(row[name]) > 6 and row[name] in text]
    assert "PHONE_NUMBER in " in text and "EMAIL_ADDRESS in " in text
    classes = {one["name"]: one["classification"] for one in yaml.safe_load(text)["schema"][0]["properties"]}
    assert (classes["description"], classes["reporter_email"], classes["reporter_phone"]) == (
        "free_text", "identifier", "identifier",
    )  # fmt: skip
    assert set(undecided_fields(yaml.safe_load(text))) >= {"customProperties.language"}
    assert classes["category"] == "open" and classes["reporter_name"] in ("identifier", UNDECIDED)
    assert "tokenKind, value: email" in text and "tokenKind, value: phone" in text


# Made-up persons, as all of these tests.
TEAMS, PERSONS = ["Brigade Nord", "Brigade Est", "Équipe 4"], ["Karim Benali", "Hélène Léger"]
WRITERS = {
    "Numéro": column(lambda n: f"R-{n:05d}"),
    "Saisi par": column(lambda n: [*TEAMS, *PERSONS][n % 5]),
    "Agent": column(lambda n: [*PERSONS, "Léa Martin", "Marc Petit"][n % 4]),
    "Statut": column(lambda n: ("ouvert", "clos")[n % 2]),
}


def test_no_value_of_a_column_that_is_not_open_is_written(tmp_path: Path) -> None:
    text = new(tmp_path, written(WRITERS, ";"), territory="marseille")
    classes = {one["name"]: one["classification"] for one in yaml.safe_load(text)["schema"][0]["properties"]}
    assert classes == {"Numéro": "open", "Saisi par": UNDECIDED, "Agent": UNDECIDED, "Statut": "open"}
    assert "# Saisi par, if it is open:" in text and "# Agent, if it is open:" in text
    assert not [value for name in ("Saisi par", "Agent") for value in set(WRITERS[name]) if value in text]
    assert "validValues: [clos, ouvert]" in text


def test_malformed_rows_are_counted(tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_text("a;b\n1;2;3\n4;5\n6\n", encoding="utf-8")
    code, output = run(str(sample), "--output", str(tmp_path / "new.yaml"))
    assert code == 0 and "Left out as malformed: 2 rows" in output and "2 columns of 1 rows" in " ".join(output.split())
    assert "# Left out as malformed: 2;" in (tmp_path / "new.yaml").read_text(encoding="utf-8")
    sample.write_text("a;b\n1;2;3\n", encoding="utf-8")
    assert "no row but malformed ones (1)" in run(str(sample))[1]


FRENCH = {
    "numero": column(lambda n: f"R-{n:05d}"),
    "longitude": column(lambda n: f"5,{3501 + n}"),
    "latitude": column(lambda n: f"43,{2601 + n}"),
    "vitesse": column(lambda n: f"{n},5"),
    "distance": column(lambda n: f"{n + 1},250"),
}


def test_a_french_file_has_decimals_with_a_comma_and_its_positions_stay_out(tmp_path: Path) -> None:
    text = new(tmp_path, written(FRENCH, ";"), territory="marseille")
    content = yaml.safe_load(text)
    classes = {one["name"]: one["classification"] for one in content["schema"][0]["properties"]}
    assert {name for name, said in classes.items() if said == "personal"} == {"longitude", "latitude"}
    made = {one["name"]: one for one in content["schema"][1]["properties"]}
    assert list(made) == ["numero", "vitesse", "distance", "cell_id", "zone"]
    assert made["vitesse"]["transformLogic"] == "try_cast(replace(`vitesse`, ',', '.') AS double)"
    assert made["distance"]["transformLogic"] == UNDECIDED and "Decimals or thousands?" in text
    answer = made["vitesse"]["transformLogic"].replace("vitesse", "distance")
    contract = decided(text.replace(f"transformLogic: {UNDECIDED}", f"transformLogic: {answer}"), tmp_path)
    assert contract.is_personal and {one.name: one.physical_type for one in contract.bronze}["distance"] == "double"


def test_a_wide_french_table_is_made_long(tmp_path: Path) -> None:
    counters = {f"compteur {n}": [f"{n},{k % 9 + 1}" for k in range(60)] for n in range(9)}
    text = new(tmp_path, written({"date": [f"2019-01-{k % 28 + 1:02d}" for k in range(60)], **counters}, ";"))
    made = {one["name"]: one for one in yaml.safe_load(text)["schema"][1]["properties"]}
    assert made["value"]["transformLogic"] == "try_cast(replace(`value`, ',', '.') AS double)"


def wide(count: int = 60) -> bytes:
    places = {f"{n} Queen Street": [f"{(n * k) % 97}.0" if k % 6 else "" for k in range(count)] for n in range(12)}
    days = [f"2019-01-{k // 24 + 1:02d}" for k in range(count)]
    return written({"date": days, "hour": [f"{k % 24}:00-{k % 24}:59" for k in range(count)], **places})


def test_a_wide_packed_table_is_made_long(tmp_path: Path) -> None:
    text = new(tmp_path, gzip.compress(wide()), "sample.csv.gz", "auckland")
    contract = decided(text, tmp_path)
    form = yaml.safe_load(text)["customProperties"]
    (form,) = [item["value"] for item in form if item["property"] == "fileFormat"]
    assert form["container"] == {"type": "gzip"}
    assert form["unpivot"] == {"keep": ["date", "hour"], "nameColumn": "series", "valueColumn": "value"}
    made = {one.name: (one.physical_type, one.expression) for one in contract.bronze}
    assert made["hour"] == ("int", "try_cast(substring_index(`hour`, ':', 1) AS int)")
    assert made["observed_at"] == (
        "timestamp",
        "to_utc_timestamp(try_to_timestamp(concat(`date`, ' ', substring_index(`hour`, ':', 1)), 'yyyy-MM-dd H'), "
        "'Pacific/Auckland')",
    )
    assert made["value"][0] == "double" and not contract.is_personal


REFUSED = {
    "no-file": (None, "There is no file"),
    "forbidden": (b"id,gender\n1,x\n2,y\n", "'gender' can never enter the lake"),
    "twice": (b"id,a,a\n1,2,3\n", "column 'a' twice"),
    "one-column": (b"hello\nworld\n", "one column or none"),
    "cut-archive": (gzip.compress(b"a,b\n1,2\n")[:-6], "is truncated or altered"),
}


@pytest.mark.parametrize(("content", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_sample_that_is_none_is_refused(tmp_path: Path, content: bytes | None, words: str) -> None:
    sample = tmp_path / "sample.csv"
    if content is not None:
        sample.write_bytes(content)
    code, output = run(str(sample))
    assert code == 1 and words in output
    assert [path.name for path in tmp_path.iterdir()] == (["sample.csv"] if content else [])


def test_a_folder_is_no_sample(tmp_path: Path) -> None:
    assert "is a folder: give one file of it" in run(str(tmp_path))[1]


def test_the_name_of_a_column_does_not_part_its_description_into_languages(tmp_path: Path) -> None:
    text = new(tmp_path, written({"sent / received": column(lambda n: 3 * n), "kind": column(lambda n: "ab"[n % 2])}))
    said = [one["description"] for part in yaml.safe_load(text)["schema"] for one in part["properties"]]
    assert said.count("The source's column 'sent/received'.") == 2
    assert not any(map(is_in_both, said))


def test_a_sentence_has_one_mark_at_its_end(tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_bytes(b"a;\0b\n1;2\n")
    assert run(str(sample))[1].endswith("holds a null byte: give a text file.")


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "new_feed.odcs.yaml").write_text("mine", encoding="utf-8")
    sample = tmp_path / "sample.csv"
    sample.write_bytes(written({"a": ["1", "2"], "b": ["3", "4"]}))
    arguments = (str(sample), "--feed", "new_feed", "--output")
    code, output = run(*arguments, str(tmp_path / "new_feed.odcs.yaml"))
    assert code == 1 and "is not overwritten" in output
    assert (tmp_path / "new_feed.odcs.yaml").read_text(encoding="utf-8") == "mine"
    code, output = run(*arguments, "-")
    assert code == 0 and yaml.safe_load(output)["id"] == "new_feed"


def test_a_name_that_a_feed_has_is_said(tmp_path: Path) -> None:
    """Moved to where contracts lie, the new one would take the place of the other."""
    sample = tmp_path / "sample.csv"
    sample.write_bytes(written(COLUMNS))
    said = {
        name: " ".join(run(str(sample), "--feed", name, "--output", str(tmp_path / f"{name}.odcs.yaml"))[1].split())
        for name in ("toronto_incidents", "new_feed")
    }
    assert "There is a feed 'toronto_incidents' already" in said["toronto_incidents"]
    assert "already" not in said["new_feed"]


PAIRS = {"id": ["a", "b", "c"], "opened_at": ["2015-01-02 10:00:00"] * 3}


RECORDS = [dict(zip(PAIRS, row, strict=True)) for row in zip(*PAIRS.values(), strict=True)]
SEMICOLONS, PACKED = {"type": "csv", "delimiter": ";"}, {"type": "zip", "members": "*.csv"}
SAMPLES = {
    "semicolons": (written(PAIRS, ";"), "a.csv", SEMICOLONS),
    "zip": (zipped(("day.csv", written(PAIRS, ";"))), "a.zip", SEMICOLONS | {"container": PACKED}),
    "json": (json.dumps(RECORDS).encode(), "a.json", {"type": "json"}),
    "jsonl": ("\n".join(map(json.dumps, RECORDS)).encode(), "a.jsonl", {"type": "jsonl"}),
}


@pytest.mark.parametrize(("content", "name", "form"), SAMPLES.values(), ids=SAMPLES.keys())
def test_a_sample_may_be_of_any_format(tmp_path: Path, content: bytes, name: str, form: dict[str, Any]) -> None:
    text = new(tmp_path, content, name)
    contract = decided(text, tmp_path)
    (said,) = [item["value"] for item in yaml.safe_load(text)["customProperties"] if item["property"] == "fileFormat"]
    assert said == said | form
    assert [(one.name, one.physical_type) for one in contract.bronze] == [("id", "string"), ("opened_at", "timestamp")]


STOPS = b"stop_id,stop_name,stop_lat,stop_lon\n001,Castellane,43.2852,5.3839\n002,Joliette,43.3045,5.3666\n"
ROUTES = b"route_id,route_type\nM1,1\nM2,1\n"
GTFS = zipped(("stops.txt", STOPS), ("routes.txt", ROUTES), ("__MACOSX/._stops.txt", b"x"))
NESTED = zipped(("a/STOPS 1.CSV", STOPS), ("b/STOPS 1.CSV", ROUTES), ("b/routes.json", json.dumps(RECORDS).encode()))
MEMBERS = {
    "one-of-several": (GTFS, "stops.txt", "stops.txt", ["stop_id", "stop_name", "stop_lat", "stop_lon"]),
    "another": (GTFS, "routes.txt", "routes.txt", ["route_id", "route_type"]),
    "one-of-two-of-a-name": (NESTED, "b/STOPS 1.CSV", "b/STOPS 1.CSV", ["route_id", "route_type"]),
    "in-a-folder": (NESTED, "routes.json", "routes.json", ["id", "opened_at"]),
}


@pytest.mark.parametrize(("content", "member", "pattern", "columns"), MEMBERS.values(), ids=MEMBERS.keys())
def test_a_member_of_a_zip_is_a_feed_of_its_own(
    tmp_path: Path, content: bytes, member: str, pattern: str, columns: list[str]
) -> None:
    sample = tmp_path / "gtfs.zip"
    sample.write_bytes(content)
    code, output = run(str(sample), "--member", member, "--output", "-")
    assert code == 0, output
    said = yaml.safe_load(output)
    (form,) = [item["value"] for item in said["customProperties"] if item["property"] == "fileFormat"]
    assert form["container"] == {"type": "zip", "members": pattern}
    assert [one["name"] for one in said["schema"][0]["properties"]] == columns
    assert columns_of(sample, read_as(form)) == tuple(columns)


def read_as(form: dict[str, Any]) -> Any:
    return TypeAdapter(FileFormat).validate_python(form)


def test_a_zip_of_several_tables_asks_for_one_by_a_command_each(tmp_path: Path) -> None:
    sample = tmp_path / "gtfs.zip"
    for content, first, second in (
        (GTFS, "--member stops.txt", "--member routes.txt"),
        (NESTED, "--member 'a/STOPS 1.CSV'", "--member 'b/STOPS 1.CSV'"),
    ):
        sample.write_bytes(content)
        code, output = run(str(sample), "--territory", "marseille")
        assert code == 1 and f"calanque feeds new {sample} {first}" in output and second in output
        assert "--territory marseille" in output and "MACOSX" not in output
    assert "has no member 'shapes.txt'" in run(str(sample), "--member", "shapes.txt")[1]
    sample.write_bytes(STOPS)
    assert "is no zip and has no members" in run(str(sample), "--member", "stops.txt")[1]


def workbook(*sheets: tuple[str, str, list[list[Any]]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, state, lines in sheets:
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        for values in lines:
            sheet.append(values)
        if len(lines) > 4:
            sheet.merge_cells("A1:C1")
            for cells in sheet["A5:A6"]:
                cells[0].number_format = "000"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


TITLED = [
    ["Vols par quartier"],
    ["Source : ville", "2025"],
    [],
    ["code", "Quartier", "Vols"],
    [7, "Nord", 3],
    [12, "Sud", 5],
]
BOOKS = {
    "title": ((("Données", "visible", TITLED),), {"headerRow": 4}),
    "other-sheets": (
        (("Lisez-moi", "visible", [["Un texte"]]), ("cache", "hidden", TITLED), ("Données", "visible", TITLED)),
        {"sheet": "Données", "headerRow": 4},
    ),
    "plain": ((("Données", "visible", TITLED[3:]),), {}),
}


@pytest.mark.parametrize(("sheets", "form"), BOOKS.values(), ids=BOOKS.keys())
def test_the_row_of_the_names_of_a_workbook_is_found(tmp_path: Path, sheets: Any, form: dict[str, Any]) -> None:
    text = new(tmp_path, workbook(*sheets), "a.xlsx", "marseille")
    said = yaml.safe_load(text)
    (found,) = [item["value"] for item in said["customProperties"] if item["property"] == "fileFormat"]
    assert found == {"type": "xlsx", **form}
    read = list(rows(tmp_path / "a.xlsx", read_as(found)))
    assert [row["Vols"] for row in read] == ["3", "5"]
    assert [row["code"] for row in read] == (["007", "012"] if form else ["7", "12"])
    assert {one["name"]: one["physicalType"] for one in said["schema"][1]["properties"]}["code"] == "string"


OFFENCES = {
    "id": column(lambda n: f"{n:05d}"),
    "stop_lat": column(lambda n: 43.2 + n / 10_000),
    "stop_lon": column(lambda n: 5.3 + n / 10_000),
    "premises_type": column(lambda n: ("house", "outside")[n % 2]),
    "Offence": column(lambda n: ("theft", "burglary", "Motor vehicle theft")[n % 3]),
    "Date": column(lambda n: f"2025-01-{n % 28 + 1:02d} 10:00:{n % 60:02d}"),
    "Declared on": column(lambda n: f"2025-02-{n % 28 + 1:02d} 10:00:{n % 60:02d}"),
    "Owner": column(lambda n: ("Karim Benali", "Hélène Léger", "Léa Martin", "Marc Petit")[n % 4]),
}
YEARS = {
    "Code commune": column(lambda n: f"13{n % 200 + 1:03d}"),
    "annee": column(lambda n: 2020 + n // 200),
    "indicateur": column(lambda n: "Vols" if n % 2 else "Cambriolages"),
    "unité de compte": column(lambda n: "m³"),
    "nombre": column(lambda n: n % 17),
}
POINTS = {
    "Numéro": column(lambda n: f"A{n}"),
    "Catégorie": column(lambda n: ("école", "square")[n % 2]),
    "geo_point_2d": column(lambda n: f"{43.2 + n / 10_000:.4f}, {5.3 + n / 10_000:.4f}"),
}
SHAPED = {
    "incident": (
        OFFENCES,
        {
            "incident_id": ["id"], "occurred_at": ["Date"], "known_at": ["Declared on"], "type": ["Offence"],
            "premises": ["premises_type"], "lon": ["stop_lon"], "lat": ["stop_lat"], "x_m": ["stop_lon", "stop_lat"],
            "y_m": ["stop_lon", "stop_lat"],
        },
    ),
    "statistic": (
        YEARS,
        {
            "statistic_id": ["Code commune", "annee"], "area": ["Code commune"], "starts_at": ["annee"],
            "ends_at": ["annee"], "quantity": ["indicateur"], "value": ["nombre"], "unit": ["unité de compte"],
        },
    ),
    "asset": (
        POINTS,
        {
            "asset_id": ["Numéro"], "kind": ["Catégorie"], "lon": ["geo_point_2d"], "lat": ["geo_point_2d"],
            "cell_id": ["geo_point_2d"],
        },
    ),
}  # fmt: skip
STILL_OPEN = {"description.purpose", "customProperties.legalBasis", "customProperties.write.mode"} | {
    f"customProperties.provenance.{name}" for name in ("producer", "licence", "citation")
}


def shaped(tmp_path: Path, columns: dict[str, list[str]], shape: str) -> str:
    sample = tmp_path / "sample.csv"
    sample.write_bytes(written(columns, ";"))
    code, text = run(str(sample), "--feed", "new_feed", "--territory", "marseille", "--shape", shape, "--output", "-")
    assert code == 0, text
    return text


@pytest.mark.parametrize(("shape", "columns", "sources"), [(n, *case) for n, case in SHAPED.items()], ids=SHAPED)
def test_a_sample_fills_the_columns_of_a_shape(
    tmp_path: Path, shape: str, columns: dict[str, list[str]], sources: dict[str, list[str]]
) -> None:
    text = shaped(tmp_path, columns, shape)
    assert set(undecided_fields(yaml.safe_load(text))) == STILL_OPEN
    # Four lines of an editor, and the contract is right by the shape too.
    assert sum(UNDECIDED in line for line in text.splitlines() if not line.startswith("#")) == 4
    answers = {path: answer for path, answer in ANSWERS.items() if path.replace(".value", "") in STILL_OPEN}
    content = yaml.safe_load(text)
    for path, answer in answers.items():
        put(content, path, answer)
    path = tmp_path / "new_feed.odcs.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    contract = read_contract(path)
    assert contract.shape == shape
    assert {one.name: list(one.sources) for one in contract.bronze} == sources
    assert {one.name for one in contract.landing if one.classification != "open"} == {"Owner"} & set(columns)
    assert not find_leaks(contract, sample_file(contract, tmp_path / "sample.csv", 2_000, 1))


def test_what_a_shape_needs_and_the_sample_has_not_is_asked_for_in_one_place(tmp_path: Path) -> None:
    columns = {name: values for name, values in OFFENCES.items() if name not in ("Offence", "Date", "Declared on")}
    text = shaped(tmp_path, columns, "incident")
    asked = set(undecided_fields(yaml.safe_load(text))) - STILL_OPEN
    assert asked == {"schema.bronze.occurred_at.transformLogic", "schema.bronze.type.transformLogic"}
    assert [one["name"] for one in yaml.safe_load(text)["schema"][1]["properties"]][:2] == ["occurred_at", "type"]
    assert text.count("# Not found in the sample.") == 1


def test_the_shapes_that_there_are_are_listed_and_a_likely_one_is_said(tmp_path: Path) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_bytes(written(YEARS, ";"))
    assert (
        f"There is no shape 'sensor': choose one of {', '.join(shapes())}." in run(str(sample), "--shape", "sensor")[1]
    )
    assert "--shape statistic" in " ".join(run(str(sample), "--output", str(tmp_path / "new.yaml"))[1].split())


def test_the_table_of_shapes_is_that_of_the_code() -> None:
    text = (settings().root / "dags" / "README.md").read_text(encoding="utf-8")
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    table = {cells[0].strip("`"): cells[1:] for cells in lines if cells[0].strip("`") in shapes()}
    feeds = load_contracts()
    assert list(table) == list(shapes())
    for name, shape in shapes().items():
        told, required, optional, feed = table[name]
        assert f"{told}." == shape.description
        assert required == ", ".join(one.name for one in shape.columns if one.is_required)
        assert optional.strip() == ", ".join(one.name for one in shape.columns if not one.is_required)
        assert feeds[feed.strip("`")].shape == name
