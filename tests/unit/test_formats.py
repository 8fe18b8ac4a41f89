"""Every format by tables: the same rows out of each, what is refused and counted, and what a file says of itself."""

import datetime as dt
import gzip
import hashlib
import io
import json
import lzma
import re
import tarfile
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import shapefile
import yaml
from fetched import fetch_dropped, zipped
from in_formats import CSV, as_csv
from pydantic import TypeAdapter, ValidationError

from calanque import files
from calanque.contracts import load_contract
from calanque.errors import CalanqueError, RefusedBatchError
from calanque.formats import FORMATS, FileFormat, FormatOptions, UnreadableError, columns_of, container, guess, rows
from calanque.formats import csv_ as csv_
from calanque.ingest.fetch import describe_file

TORONTO = load_contract("toronto_incidents")
JSON, PARQUET, XLSX = {"type": "json"}, {"type": "parquet"}, {"type": "xlsx"}
UNPIVOT = {"keep": ["d"], "nameColumn": "n", "valueColumn": "v"}
ROWS = [
    {"id": "1", "place.name": "Vieux-Port", "lon": "5.37", "lat": "43.2950", "note": "a, b"},
    {"id": "2", "place.name": "Été \u00ab9\u00bb", "lon": "5.4", "lat": "43.3", "note": None},
    {"id": "3", "place.name": None, "lon": "5.41", "lat": "43.31", "note": 'says "no"'},
]


def options(**values: Any) -> FormatOptions:
    return TypeAdapter(FileFormat).validate_python(values)


def nested(row: dict[str, Any]) -> dict[str, Any]:
    return {"id": int(row["id"]), "place": {"name": row["place.name"]}} | {
        key: float(row[key]) if key in ("lon", "lat") else row[key] for key in ("lon", "lat", "note")
    }


def as_json(table: list[dict[str, Any]]) -> bytes:
    # As it is written, not as Python would write it: 43.2950 keeps its zero.
    return json.dumps([nested(row) for row in table], ensure_ascii=False).replace("43.295", "43.2950").encode()


def as_jsonl(table: list[dict[str, Any]]) -> bytes:
    return b"".join(as_json([row])[1:-1] + b"\n" for row in table)


def as_geojson(table: list[dict[str, Any]]) -> bytes:
    features = []
    for row in table:
        properties = {key: value for key, value in nested(row).items() if key not in ("lon", "lat")}
        point = {"type": "Point", "coordinates": [float(row["lon"]), float(row["lat"]), 12]}
        features.append({"type": "Feature", "properties": properties, "geometry": point})
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    text = json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}, indent=1)
    return text.replace("43.295", "43.2950").encode()


def as_parquet(table: list[dict[str, Any]]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    columns = {name: pa.array([row[name] for row in table]) for name in table[0]}
    columns["id"] = pa.array([int(row["id"]) for row in table], pa.int32())
    sink = io.BytesIO()
    parquet.write_table(pa.table(columns), sink)
    return sink.getvalue()


def as_xlsx(table: list[dict[str, Any]]) -> bytes:
    from openpyxl import Workbook

    book, sink = Workbook(), io.BytesIO()
    sheet = book.active
    for values in [list(table[0]), *([int(row["id"]), *list(row.values())[1:]] for row in table)]:
        sheet.append(values)
        sheet.append([None] * 3)
    book.create_sheet("other").append(["x"])
    book.save(sink)
    return sink.getvalue()


def as_xml(table: list[dict[str, Any]]) -> bytes:
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<f:rows xmlns:f="urn:made-up" xmlns="urn:other">'
    for row in table:
        told = {name: escape(value or "") for name, value in row.items()}
        text += f"""
  <f:row id="{told["id"]}">
    <place><name>{told["place.name"]}</name></place>
    <lon>{told["lon"]}</lon> <f:lat>{told["lat"]}</f:lat>
    <note>{told["note"]}</note>
  </f:row>"""
    return f"{text}\n</f:rows>\n".encode()


def as_shapefile(table: list[dict[str, Any]]) -> bytes:
    parts, sink = {kind: io.BytesIO() for kind in ("shp", "shx", "dbf")}, io.BytesIO()
    with shapefile.Writer(shapeType=shapefile.POINT, **parts) as layer:
        for name in table[0]:
            layer.field(name, "C", 254)
        for row in table:
            layer.point(float(row["lon"]), float(row["lat"]))
            layer.record(*(value or "" for value in row.values()))
    with zipfile.ZipFile(sink, "w") as archive:
        for kind, part in parts.items():
            archive.writestr(f"rows.{kind}", part.getvalue())
        archive.writestr("rows.prj", 'GEOGCS["WGS84(DD)"]')
    return sink.getvalue()


WRITERS: dict[str, tuple[dict[str, Any], Callable[[list[dict[str, Any]]], bytes]]] = {
    "csv": (CSV, as_csv),
    "json": (JSON, as_json),
    "jsonl": ({"type": "jsonl"}, as_jsonl),
    "geojson": ({"type": "geojson"}, as_geojson),
    "parquet": (PARQUET, as_parquet),
    "shapefile": ({"type": "shapefile"}, as_shapefile),
    "xlsx": (XLSX, as_xlsx),
    "xml": ({"type": "xml", "record": "rows/row"}, as_xml),
}


def test_every_format_has_its_row() -> None:
    """But photos, which hold no rows that anybody wrote: test_formats_media."""
    assert set(FORMATS) == {*WRITERS, "media"}


@pytest.mark.parametrize("packing", ["plain", "gzip", "zip"])
@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_the_same_rows_come_out_of_every_format_and_container(kind: str, packing: str, tmp_path: Path) -> None:
    written, write = WRITERS[kind]
    path = packed(tmp_path, write(ROWS), kind, packing)
    form = options(**written, **({"container": {"type": packing}} if packing != "plain" else {}))
    assert list(rows(path, form)) == ROWS if kind != "geojson" else by_id(rows(path, form)) == by_id(ROWS)
    assert set(columns_of(path, form)) == set(ROWS[0])
    if packing == "plain":
        found = describe_file(path, form)
        assert (found.row_count, found.is_cut, found.is_decodable) == (3, False, True)


@pytest.mark.parametrize(
    ("geometry", "found"),
    [
        pytest.param(
            '{"type": "LineString", "coordinates": [[5.3690, 43.29], [5.37, 43.30, 8]]}',
            {
                "geometry": '{"type":"LineString","coordinates":[[5.3690,43.29],[5.37,43.30,8]]}',
                "lon": "5.3690",
                "lat": "43.29",
            },
            id="line",
        ),
        pytest.param(
            '{"type": "LineString", "coordinates": []}',
            {"geometry": '{"type":"LineString","coordinates":[]}'},
            id="line-of-nothing",
        ),
        pytest.param(
            '{"type": "Polygon", "coordinates": [[[5, 43], [6, 43], [5, 44], [5, 43]]]}',
            {"geometry": '{"type":"Polygon","coordinates":[[[5,43],[6,43],[5,44],[5,43]]]}'},
            id="outline",
        ),
    ],
)
def test_a_line_is_text_and_the_place_where_it_begins(geometry: str, found: dict[str, str]) -> None:
    feature = f'{{"type": "Feature", "geometry": {geometry}, "properties": {{}}}}'
    text = f'{{"type": "FeatureCollection", "features": [{feature}]}}'
    assert list(options(type="geojson").parse(io.BytesIO(text.encode()))) == [found]


def by_id(table: Any) -> dict[Any, Any]:
    return {row["id"]: row for row in table}


def packed(tmp_path: Path, content: bytes, suffix: str, packing: str) -> Path:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(content)
    if packing == "gzip":
        path = tmp_path / f"a.{suffix}.gz"
        path.write_bytes(gzip.compress(content))
    if packing == "zip":
        path = tmp_path / "a.zip"
        path.write_bytes(zipped((f"a.{suffix}", content)))
    return path


@pytest.mark.parametrize("packing", ["plain", "gzip", "zip"])
@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_a_file_says_its_format(kind: str, packing: str, tmp_path: Path) -> None:
    found = guess(packed(tmp_path, WRITERS[kind][1](ROWS), kind, packing))
    assert found.model_dump()["type"] == kind
    assert (found.container.type if found.container else "plain") == packing


FORMS = {
    **{"csv": CSV, "multiline": {**CSV, "multiline": True}, "json": JSON, "events": {**JSON, "member": "events"}},
    **{"latin": {**CSV, "encoding": "ISO-8859-1"}, "windows": {**CSV, "encoding": "windows-1252"}},
    **{"wide": {**CSV, "unpivot": UNPIVOT}, "wide-some": {**CSV, "unpivot": {**UNPIVOT, "columns": ["q"]}}},
    **{"jsonl": {"type": "jsonl"}, "geojson": {"type": "geojson"}, "xml": {"type": "xml", "record": "r/row"}},
}
TABLES = {path.stem: path.read_text(encoding="utf-8") for path in (Path(__file__).parent / "format_cases").iterdir()}
CASES = [(table, *case) for table, text in sorted(TABLES.items()) for case in yaml.safe_load(text).items()]
FACTS = {"count", "columns", "first", "rows", "guessed", "refused", "at_the_door"}


def test_each_line_of_the_tables_asks_something_and_nothing_unknown() -> None:
    assert len(CASES) == sum(not line.startswith("#") for text in TABLES.values() for line in text.splitlines()) > 100
    for _, name, case in CASES:
        assert set(case) & FACTS, name
        assert set(case) <= FACTS | {"form", "text", "encoding", "cut", "decodable"}, name


def where(fact: str) -> Any:
    """Ask of each case of the tables of which a fact is told."""
    found = [pytest.param(case, id=f"{table}-{name}") for table, name, case in CASES if fact in case]
    assert found
    return pytest.mark.parametrize("case", found)


def laid(case: dict[str, Any], folder: Path) -> tuple[Path, FormatOptions]:
    path, form = folder / f"a.{FORMS[case['form']]['type']}", options(**FORMS[case["form"]])
    path.write_bytes(case["text"].encode(case.get("encoding", "utf-8")))
    return path, form


@where("count")
def test_a_file_is_described_without_the_engine(case: dict[str, Any], tmp_path: Path) -> None:
    path, form = laid(case, tmp_path)
    found, content = describe_file(path, form), path.read_bytes()
    assert (found.row_count, found.is_cut) == (case["count"], case.get("cut", False))
    assert found.is_decodable == case.get("decodable", True)
    if case["count"] is not None and found.is_decodable and form.type != "csv":
        assert sum(1 for _ in form.parse(io.BytesIO(content))) == case["count"]
    assert (found.size_bytes, found.sha256) == (len(content), hashlib.sha256(content).hexdigest())


@where("columns")
def test_a_file_has_these_columns(case: dict[str, Any], tmp_path: Path) -> None:
    assert columns_of(*laid(case, tmp_path)) == tuple(case["columns"])


@where("first")
def test_a_value_becomes_text(case: dict[str, Any], tmp_path: Path) -> None:
    assert list(next(rows(*laid(case, tmp_path))).values()) == case["first"]


@where("rows")
def test_a_record_has_these_columns(case: dict[str, Any], tmp_path: Path) -> None:
    path, form = laid(case, tmp_path)
    assert list(form.parse(io.BytesIO(path.read_bytes()))) == case["rows"]


@where("guessed")
def test_a_file_says_how_it_is_written(case: dict[str, Any], tmp_path: Path) -> None:
    found = guess(laid(case, tmp_path)[0]).model_dump()
    assert found.items() >= case["guessed"].items()


@where("refused")
def test_what_is_not_of_its_format_is_refused_in_a_sentence_without_a_value(
    case: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(UnreadableError, match=rf"^a\.\w+ .*{re.escape(case['refused'])}") as raised:
        describe_file(*laid(case, tmp_path))
    assert "\n" not in str(raised.value)
    assert "Mari" not in "".join(traceback.format_exception(raised.value))


@where("at_the_door")
def test_a_file_is_refused_before_landing(case: dict[str, Any], tmp_path: Path) -> None:
    path, form = laid(case, tmp_path)
    with pytest.raises(RefusedBatchError, match=f"nothing was landed: .*{case['at_the_door']}"):
        fetched(tmp_path, path.name, path.read_bytes(), form)


def features(*texts: str) -> bytes:
    return f'{{"features": [{", ".join(texts)}]}}'.encode()


METRES = '"crs": {"type": "name", "properties": {"name": "EPSG:2154"}}'
# A file, and why its records are no rows; None for one that is.
ODD: dict[str, tuple[str, bytes, list[str | None]]] = {
    "key-twice": ("json", b'[{"a": 1, "a": 2}, {"a": 3}]', ["duplicate_key", None]),
    "same-value-twice": ("jsonl", b'{"a": 1, "a": 1}', ["duplicate_key"]),
    "key-twice-below": ("jsonl", b'{"p": {"x": 1, "x": 2}}', ["duplicate_key"]),
    "object-twice": ("jsonl", b'{"p": {"x": 1}, "p": {"y": 2}}', ["duplicate_key"]),
    "key-twice-in-a-list": ("jsonl", b'{"a": [1, {"x": 1, "x": 2}]}', ["duplicate_key"]),
    "key-twice-but-for-blanks": ("jsonl", b'{"a": 1, "a ": 2}', ["duplicate_key"]),
    "key-twice-by-an-escape": ("jsonl", b'{"a": 1, "\\u0061": 2}', ["duplicate_key"]),
    "key-of-two-parents": ("jsonl", b'{"a.b": 1, "a": {"b": 2}}', ["duplicate_key"]),
    "property-twice": (
        "geojson",
        features('{"properties": {"a": 1, "a": 2}}', '{"properties": {}}'),
        ["duplicate_key", None],
    ),
    "geometry-twice": (
        "geojson",
        features('{"geometry": null, "properties": {}, "geometry": null}'),
        ["duplicate_key"],
    ),
    "place-twice": ("geojson", features('{"geometry": {"type": "Point", "type": "Polygon"}}'), ["duplicate_key"]),
    "null-escape": ("json", b'[{"a": "x\\u0000y"}, {"a": "x"}]', ["null_byte", None]),
    "null-byte": ("json", b'[{"a": "x\0y"}, {"a": "x"}]', ["null_byte", None]),
    "null-byte-in-lines": ("jsonl", b'{"a": "\0"}\n{"a": "\\u0000"}\n{"a": 1}', ["null_byte", "null_byte", None]),
    "null-bytes-alone": ("jsonl", b'{"a": 1}\n\0\0\0\n{"a": 1}\n', [None, "null_byte", None]),
    "null-byte-in-a-key": ("jsonl", b'{"a\\u0000": 1}', ["null_byte"]),
    "null-byte-in-a-list": ("jsonl", b'{"a": ["x", {"b": "\\u0000"}]}', ["null_byte"]),
    "null-byte-in-a-property": ("geojson", features('{"properties": {"a": "\\u0000"}}'), ["null_byte"]),
    "said-and-not-there": ("jsonl", b'{"a": "\\\\u0000", "b": ["\\\\u0000"]}', [None]),
    "crs-of-a-feature": (
        "geojson",
        features(f'{{"properties": {{}}, {METRES}}}', '{"properties": {}}'),
        ["other_crs", None],
    ),
    "crs-of-a-place": (
        "geojson",
        features(f'{{"geometry": {{"type": "Point", "coordinates": [1, 2], {METRES}}}}}'),
        ["other_crs"],
    ),
}


@pytest.mark.parametrize(("form", "content", "reasons"), ODD.values(), ids=ODD)
def test_a_record_that_lies_has_a_reason_of_its_own(form: str, content: bytes, reasons: list[str | None]) -> None:
    found = options(**FORMS[form]).parse(io.BytesIO(content))
    assert [getattr(record, "reason", "") if isinstance(record, str) else None for record in found] == reasons


def test_nothing_of_a_record_that_lies_is_chosen_in_silence() -> None:
    (found,) = options(**FORMS["jsonl"]).parse(io.BytesIO(b'{"a": 1, "a": {"b": 2, "b": 3}}'))
    assert found == '{"a":1,"a":{"b":2,"b":3}}'


def test_a_text_with_a_null_byte_in_parquet_is_no_row(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(as_parquet([{"id": "1", "n": "x\0"}, {"id": "2", "n": "y"}]))
    odd, good = rows(tmp_path / "a.parquet", options(**PARQUET))
    assert getattr(odd, "reason", "") == "null_byte" and good == {"id": "2", "n": "y"}


def test_a_row_of_more_fields_than_the_engine_makes_room_for_is_refused_at_the_door(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_, "MOST_FIELDS", 1_000)
    monkeypatch.setattr(files, "CHUNK_BYTES", 100)
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,2\n" + b"1," * 999 + b"1\n")
    assert describe_file(tmp_path / "a.csv", options(**CSV)).row_count == 2
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,2\n" + b"1," * 1_000 + b"\n3,4\n")
    with pytest.raises(UnreadableError, match="has a row of more than 1,000 fields"):
        describe_file(tmp_path / "a.csv", options(**CSV))


def test_times_and_decimals_of_a_table_become_the_text_of_a_csv(tmp_path: Path) -> None:
    from decimal import Decimal

    import pyarrow as pa
    from openpyxl import Workbook
    from pyarrow import parquet

    paris = dt.timezone(dt.timedelta(hours=2))
    columns = {
        "t": pa.array([dt.datetime(2026, 6, 1, 8, 30, tzinfo=paris)], pa.timestamp("ns", "Europe/Paris")),
        "d": pa.array([dt.date(2026, 6, 1)]),
        "n": pa.array([Decimal("1.50")]),
        "f": pa.array([2.0]),
        "b": pa.array([True]),
        "c": pa.array(["x"]).dictionary_encode(),
    }
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet")
    found = next(rows(tmp_path / "a.parquet", options(type="parquet")))
    assert list(found.values()) == ["2026-06-01 06:30:00", "2026-06-01", "1.50", "2.0", "true", "x"]
    book = Workbook()
    book.active.append(["t", "d", "n", "f"])
    book.active.append([dt.datetime(2026, 6, 1, 8, 30), dt.date(2026, 6, 1), 1.5, 2.0])
    book.save(tmp_path / "a.xlsx")
    found = next(rows(tmp_path / "a.xlsx", options(type="xlsx")))
    assert list(found.values()) == ["2026-06-01 08:30:00", "2026-06-01", "1.5", "2"]


def nested_parquet() -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    sink = io.BytesIO()
    parquet.write_table(pa.table({"a": [[1, 2]]}), sink)
    return sink.getvalue()


def tarred() -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"))
    return sink.getvalue()


def in_lambert() -> bytes:
    from pyproj import CRS

    written, sink = CRS.from_epsg(2154).to_wkt("WKT1_ESRI"), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(as_shapefile(ROWS))) as parts, zipfile.ZipFile(sink, "w") as archive:
        for name in parts.namelist():
            archive.writestr(name, written if name.endswith(".prj") else parts.read(name))
    return sink.getvalue()


NAMES = b"".join(b"<a%d/>" % n for n in range(2001))


def as_keys(count: int) -> bytes:
    return json.dumps([{f"{n}@example.org": 1} for n in range(count)]).encode()


# What is made rather than written, and what has no text: with the words that refuse it.
UNREADABLE = {
    "tar-as-csv": (CSV, tarred(), "is a tar archive, which is not unpacked"),
    "xz-as-jsonl": (FORMS["jsonl"], lzma.compress(b"{}"), "is a xz archive, which is not unpacked"),
    "empty-zip-as-json": (JSON, zipped(), r"write container: \{type: zip\}"),
    "shapefile-in-lambert": ({"type": "shapefile"}, in_lambert(), r"is in EPSG:2154 \(RGF93"),
    "gzip-as-csv": (CSV, gzip.compress(b"a,b\n1,2\n"), r"write container: \{type: gzip\}"),
    "json-deep-lists": (JSON, b'[{"a": ' + b"[" * 800 + b"]" * 800 + b"}]", "nested too deep"),
    "json-keys-are-values": (JSON, as_keys(2001), "has more than 2,000 columns"),
    "json-dots": (FORMS["jsonl"], b'{"' + b"." * 20_000 + b'": 1}', "a name of more than 200 characters"),
    "json-deep": (JSON, b"[" * 200_000, "nested too deep"),
    "xml-deep": (FORMS["xml"], b"<r><row>" + b"<a>" * 200, "is XML nested too deep"),
    "xml-gzip": (FORMS["xml"], b"\x1f\x8b\x08", r"write container: \{type: gzip\}"),
    "xml-names": (FORMS["xml"], b"<r><row>" + NAMES + b"</row></r>", "more than 2,000 columns"),
    "xml-names-beside": (FORMS["xml"], b"<r><row/>" + NAMES + b"</r>", "more than 2,000 columns"),
    "parquet-cut": (PARQUET, as_parquet(ROWS)[:-9], "is truncated"),
    "parquet-nested": (PARQUET, nested_parquet(), "only flat values"),
    "xlsx-cut": (XLSX, as_xlsx(ROWS)[:-900], "is not an Excel workbook"),
    "xlsx-text": (XLSX, b"a,b\n", "is not an Excel workbook"),
    "xlsx-sheet": ({"type": "xlsx", "sheet": "März"}, as_xlsx(ROWS), "no sheet 'März'"),
}


@pytest.mark.parametrize(("written", "content", "why"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_made_and_not_of_its_format_is_refused_in_a_sentence(
    written: dict[str, Any], content: bytes, why: str, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(content)
    with pytest.raises(UnreadableError, match=f"^a .*{why}"):
        describe_file(tmp_path / "a", options(**written))


SHEET = "xl/worksheets/sheet1.xml"
BROKEN_CELLS = {
    "number": (b"<v>3</v>", b"<v>Marie</v>"),
    "day": (b'<c r="A7" t="n"><v>3</v>', b'<c r="A7" t="d"><v>Marie</v>'),
    "xml": (b"</row></sheetData>", b"<c><v>Marie</row></sheetData>"),
    "text-that-is-not-there": (b'<c r="A7" t="n"><v>3</v>', b'<c r="A7" t="s"><v>999</v>'),
}


@pytest.mark.parametrize(("old", "new"), BROKEN_CELLS.values(), ids=BROKEN_CELLS.keys())
def test_a_cell_that_can_not_be_read_is_not_quoted(old: bytes, new: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(as_xlsx(ROWS))) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert old in parts[SHEET]
    parts[SHEET] = parts[SHEET].replace(old, new)
    (tmp_path / "a").write_bytes(zipped(*parts.items()))
    for read in (describe_file, lambda path, form: list(form.parse(io.BytesIO(path.read_bytes())))):
        with pytest.raises(UnreadableError, match="a cell that can not be read") as raised:
            read(tmp_path / "a", options(type="xlsx"))
        assert "Marie" not in "".join(traceback.format_exception(raised.value))


NUMBER_FORMATS = {
    "[$-en-US]d-mmm-yy": "2026-06-01",
    '[Red]d "hours" mmm': "2026-06-01",
    "d\\s mmm": "2026-06-01",
    "[$-x-sysdate]dd/mm/yy hh:mm": "2026-06-01 00:00:00",
}


@pytest.mark.parametrize(("number_format", "expected"), NUMBER_FORMATS.items())
def test_a_day_of_a_workbook_has_no_hour(number_format: str, expected: str, tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["t"])
    book.active.append([dt.datetime(2026, 6, 1)])
    book.active["A2"].number_format = number_format
    book.save(tmp_path / "a.xlsx")
    assert list(rows(tmp_path / "a.xlsx", options(type="xlsx"))) == [{"t": expected}]


FORBIDDEN = {
    "parquet": (PARQUET, as_parquet([{"id": "1", "face": "x"}])),
    "xlsx": (XLSX, as_xlsx([{"id": "1", "religion": "x"}])),
    "xml-records": ({"type": "xml", "record": "r/Face"}, b"<r><Face a='1'/></r>"),
}


@pytest.mark.parametrize(("written", "content"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_a_forbidden_column_is_refused_before_landing_in_packed_formats_too(
    written: dict[str, Any], content: bytes, tmp_path: Path
) -> None:
    with pytest.raises(RefusedBatchError, match="nothing was landed: a file has a column about"):
        fetched(tmp_path, "a.txt", content, options(**written))


def test_a_post_without_its_people_may_come_in(tmp_path: Path) -> None:
    post = b'[{"id": "1", "content": "<p>x</p>", "language": "fr", "tags": [{"name": "marseille"}]}]'
    assert fetched(tmp_path, "a.txt", post, options(**JSON)).files


def fetched(tmp_path: Path, name: str, content: bytes, form: FormatOptions) -> Any:
    return fetch_dropped(tmp_path, TORONTO, name, content, file_format=form)


def encrypted(content: bytes) -> bytes:
    # The flag of the local header and of the central one.
    return content.replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01").replace(
        b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01"
    )


HOSTILE = {
    "above": ("zip", zipped(("../../x.csv", b"a")), "its name as something else"),
    "absolute": ("zip", zipped(("/etc/x.csv", b"a")), "its name as something else"),
    "hidden": ("zip", zipped((".x.csv", b"a"), ("__MACOSX/a.csv", b"a")), "no member is named"),
    "twice-in-folders": ("zip", zipped(("a/x.csv", b"a"), ("b/x.csv", b"b")), "same name"),
    "brackets": ("zip", zipped(("[x].csv", b"a")), "its name as something else"),
    "ours": ("zip", zipped(("manifest.json", b"a")), "its name as something else"),
    "twice": ("zip", zipped(("a.csv", b"a"), ("a.csv", b"b")), "same name"),
    "many": ("zip", zipped(*((f"{n}.csv", b"") for n in range(12))), "more than 10 files"),
    "bomb": ("zip", zipped(("a.csv", b"0" * 3_000_000)), "is larger than"),
    "bomb-in-parts": ("zip", zipped(*((f"{n}.csv", b"0" * 900_000) for n in range(3))), "is larger than"),
    "gzip-bomb": ("gzip", gzip.compress(b"0" * 3_000_000), "is larger than"),
    "zip-in-zip": ("zip", zipped(("a.csv", zipped(("a.csv", b"a,b")))), "is a zip archive inside a zip archive"),
    "empty-zip-in-zip": ("zip", zipped(("a.csv", zipped())), "is a zip archive inside a zip archive"),
    "gzip-in-zip": ("zip", zipped(("a.csv", gzip.compress(b"a,b"))), "is a gzip archive inside a zip archive"),
    "zip-in-gzip": ("gzip", gzip.compress(zipped(("a.csv", b"a,b"))), "is a zip archive inside a gzip archive"),
    "gzip-in-gzip": ("gzip", gzip.compress(gzip.compress(b"a,b")), "is a gzip archive inside a gzip archive"),
    "tar-in-gzip": ("gzip", gzip.compress(tarred()), "is a tar archive inside a gzip archive"),
    "7z-in-zip": ("zip", zipped(("a.csv", b"7z\xbc\xaf\x27\x1c")), "is a 7z archive inside a zip archive"),
    "zip-by-its-name-in-zip": ("zip", zipped(("b.zip", zipped(("a.csv", b"a")))), "and it holds an archive: what is"),
    "encrypted": ("zip", encrypted(zipped(("a.csv", b"a"))), "is encrypted"),
    "no-member": ("zip", zipped(("a.pdf", b"a")), "no member is named"),
    "cut": ("zip", zipped(("a.csv", b"abc" * 99))[:-30], "is not zip, or is truncated"),
    "cut-gzip": ("gzip", gzip.compress(b"abc" * 9999)[:-20], "is not gzip, or is truncated"),
    "not-packed": ("gzip", b"a,b\n1,2\n", "is not gzip, or is truncated"),
}


@pytest.mark.parametrize(("kind", "content", "why"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_archive_is_refused_in_a_sentence(
    kind: str, content: bytes, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "HARMLESS_BYTES", 1_000_000)
    monkeypatch.setattr(container, "MEMBER_COUNT_MAX", 10)
    members = "*.json" if why.startswith("its name") and b"manifest" in content else "*.csv"
    form = options(**CSV, container={"type": kind, **({"members": members} if kind == "zip" else {})})
    with pytest.raises(CalanqueError, match=why) as raised:
        fetched(tmp_path, "a.packed", content, form)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "x.csv").exists()


def test_a_member_in_a_folder_is_landed_by_its_own_name(tmp_path: Path) -> None:
    content = zipped(("export/data.csv", b"x\n1\n"), ("__MACOSX/export/._data.csv", b"\0"), ("_about.csv", b"a"))
    (file,) = fetched(tmp_path, "a.zip", content, options(**CSV, container={"type": "zip", "members": "*.csv"})).files
    # It may be called by a person.
    assert (file.name, file.row_count) == (f"file-{file.sha256[:12]}.csv", 1)


def test_a_gzip_has_no_members_to_name() -> None:
    with pytest.raises(ValidationError, match="members is for zip only"):
        options(**CSV, container={"type": "gzip", "members": "*.csv"})


def test_the_members_are_landed_and_the_archive_is_in_the_manifest(tmp_path: Path) -> None:
    content = zipped(("a.csv", b"x\n1\n"), ("b.csv", b"x\n2\n"), ("read.me", b"hello"))
    files = fetched(tmp_path, "01.zip", content, options(**CSV, container={"type": "zip", "members": "*.csv"})).files
    assert [(file.name, file.row_count, file.container.name) for file in files] == [
        ("a.csv", 1, "01.zip"),
        ("b.csv", 1, "01.zip"),
    ]
    assert len({file.container.sha256 for file in files}) == 1


@pytest.mark.parametrize("kind", ["json", "geojson", "parquet", "xlsx", "xml"])
def test_a_file_that_one_task_must_hold_has_a_bound(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FORMATS[kind], "largest_bytes", 10)
    (tmp_path / "a").write_bytes(WRITERS[kind][1](ROWS))
    with pytest.raises(RefusedBatchError, match="is larger than"):
        describe_file(tmp_path / "a", options(**WRITERS[kind][0]))
