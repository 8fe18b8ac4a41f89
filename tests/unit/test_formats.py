"""Every format by tables: the same rows out of each, what is refused and counted, and what a file says of itself."""

import csv
import datetime as dt
import gzip
import io
import json
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from pydantic import TypeAdapter, ValidationError

from calanque.contracts import load_contract
from calanque.errors import CalanqueError, RefusedBatchError
from calanque.formats import FORMATS, FileFormat, FormatOptions, UnreadableError, columns_of, container, guess, rows
from calanque.ingest.fetch import describe_file, fetch_batch
from calanque.sources import Errand
from calanque.sources.drop import DropSource

TORONTO = load_contract("toronto_incidents")
CSV = {"type": "csv", "delimiter": ",", "encoding": "UTF-8", "multiline": False}
XML = {"type": "xml", "record": "r/row"}
ROWS = [
    {"id": "1", "place.name": "Vieux-Port", "lon": "5.37", "lat": "43.2950", "note": "a, b"},
    {"id": "2", "place.name": "Été \u00ab9\u00bb", "lon": "5.4", "lat": "43.3", "note": None},
    {"id": "3", "place.name": None, "lon": "5.41", "lat": "43.31", "note": 'says "no"'},
]


def options(**values: Any) -> FormatOptions:
    return TypeAdapter(FileFormat).validate_python(values)


def as_csv(table: list[dict[str, Any]]) -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(table[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return stream.getvalue().encode()


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


WRITERS: dict[str, tuple[dict[str, Any], Callable[[list[dict[str, Any]]], bytes]]] = {
    "csv": (CSV, as_csv),
    "json": ({"type": "json"}, as_json),
    "jsonl": ({"type": "jsonl"}, as_jsonl),
    "geojson": ({"type": "geojson"}, as_geojson),
    "parquet": ({"type": "parquet"}, as_parquet),
    "xlsx": ({"type": "xlsx"}, as_xlsx),
    "xml": ({"type": "xml", "record": "rows/row"}, as_xml),
}


def test_every_format_has_its_row() -> None:
    assert set(FORMATS) == set(WRITERS)


@pytest.mark.parametrize("packing", ["plain", "gzip", "zip"])
@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_the_same_rows_come_out_of_every_format_and_container(kind: str, packing: str, tmp_path: Path) -> None:
    written, write = WRITERS[kind]
    path = packed(tmp_path, write(ROWS), kind, packing)
    form = options(**written, **({"container": {"type": packing}} if packing != "plain" else {}))
    assert list(rows(path, form)) == ROWS if kind != "geojson" else by_id(rows(path, form)) == by_id(ROWS)
    assert set(columns_of(path, form)) == set(ROWS[0])


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
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"a.{suffix}", content)
    return path


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_the_facts_of_a_file_are_known_before_the_engine_reads_it(kind: str, tmp_path: Path) -> None:
    path = packed(tmp_path, WRITERS[kind][1](ROWS), kind, "plain")
    found = describe_file(path, options(**WRITERS[kind][0]))
    assert (found.row_count, found.is_cut, found.is_decodable) == (3, False, True)


@pytest.mark.parametrize("packing", ["plain", "gzip", "zip"])
@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_a_file_says_its_format(kind: str, packing: str, tmp_path: Path) -> None:
    found = guess(packed(tmp_path, WRITERS[kind][1](ROWS), kind, packing))
    assert found.model_dump()["type"] == kind
    assert (found.container.type if found.container else "plain") == packing


GUESSES = {
    "semicolon": (b"a;b,c\n1;2,5\n3;4,5\n", {"delimiter": ";", "encoding": "UTF-8", "multiline": False}),
    "latin": ("nom,x\nété,1\n".encode("latin-1"), {"delimiter": ",", "encoding": "windows-1252"}),
    "multiline": (b'a,b\n1,"x\ny"\n', {"delimiter": ",", "multiline": True}),
    "bom": (b"\xef\xbb\xbfa\tb\n1\t2\n", {"delimiter": "\t", "encoding": "UTF-8"}),
}


@pytest.mark.parametrize(("content", "expected"), GUESSES.values(), ids=GUESSES.keys())
def test_a_csv_says_how_it_is_written(content: bytes, expected: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    assert guess(tmp_path / "a.csv").model_dump().items() >= expected.items()


OBJECTS = {
    "lines": (b'{"a": [{"b": 1}]}\n{"a": [{"b": 2}]}\n', {"type": "jsonl"}),
    "one-line": (b'{"a": 1}\n', {"type": "jsonl"}),
    "member": (b'{"total": 1, "events": [{"a": 1}]}\n', {"type": "json", "member": "events"}),
    "member-over-lines": (b'{\n "events": [\n  {"a": 1}\n ]\n}\n', {"type": "json", "member": "events"}),
    "features": (b'{"features": [{"properties": {}}], "type": "FeatureCollection"}', {"type": "geojson"}),
}


@pytest.mark.parametrize(("content", "expected"), OBJECTS.values(), ids=OBJECTS.keys())
def test_where_the_records_of_an_object_are_is_guessed(
    content: bytes, expected: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "a.json").write_bytes(content)
    found = guess(tmp_path / "a.json")
    assert found.model_dump(exclude_none=True).items() >= expected.items()
    assert list(rows(tmp_path / "a.json", found))


def test_a_file_without_the_member_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'{"results": [{"a": 1}]}')
    with pytest.raises(UnreadableError, match="has no array 'events'"):
        describe_file(tmp_path / "a.json", options(type="json", member="events"))


COUNTS = {
    "multiline-csv": ({**CSV, "multiline": True}, b'a,b\n1,"x\ny\n\nz"\n2,"say ""no"""\n\n3,c', 3, False),
    "multiline-csv-cut": ({**CSV, "multiline": True}, b'a,b\n1,"x\ny', None, True),
    "readers-disagree": ({**CSV, "multiline": True}, b'a,b\n1,"x"y\n', None, False),
    "wide": (
        {**CSV, "unpivot": {"keep": ["d"], "nameColumn": "n", "valueColumn": "v"}},
        b"d,p,q\n1,2,3\n4,,6\n",
        4,
        False,
    ),
    "json-cut": ({"type": "json"}, b'[{"a": 1}, {"a": 2}, {"a": 3', 2, True),
    "json-cut-in-text": ({"type": "json"}, b'[{"a": 1}, {"a": "x' + b"y" * 3000, 1, True),
    "json-cut-between": ({"type": "json"}, b'[{"a": 1},', 1, True),
    "json-empty": ({"type": "json"}, b"", 0, False),
    "json-nothing": ({"type": "json"}, b"[]", 0, False),
    "json-member": ({"type": "json", "member": "events"}, b'{"total": 2, "events": [{"a": 1}, {"a": 2}]}', 2, False),
    "json-member-cut": ({"type": "json", "member": "events"}, b'{"events": [{"a": 1}, {"a": 2}', 2, True),
    "json-odd-elements": ({"type": "json"}, b'[{"a": 1}, 12, null, [1]]', 4, False),
    "jsonl-cut": ({"type": "jsonl"}, b'{"a": 1}\n{"a": 2', 2, True),
    "jsonl-bad-line": ({"type": "jsonl"}, b'{"a": 1}\nnothing\n\n{"a": 2}\n', 3, False),
    "geojson-cut": ({"type": "geojson"}, b'{"features": [{"properties": {"a": 1}}, {"prop', 1, True),
}


@pytest.mark.parametrize(("written", "content", "count", "is_cut"), COUNTS.values(), ids=COUNTS.keys())
def test_rows_are_counted_without_the_engine(
    written: dict[str, Any], content: bytes, count: int | None, is_cut: bool, tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(content)
    found = describe_file(tmp_path / "a", options(**written))
    assert (found.row_count, found.is_cut) == (count, is_cut)


HEADERS = {
    "empty-name": (CSV, b'"",b,\n1,2,3\n', ("column_1", "b", "column_3")),
    "wide": (
        {**CSV, "unpivot": {"keep": ["d"], "nameColumn": "sensor", "valueColumn": "count"}},
        b"d,p,q\n1,2,3\n",
        ("d", "sensor", "count"),
    ),
    "wide-some": (
        {**CSV, "unpivot": {"keep": ["d"], "columns": ["q"], "nameColumn": "sensor", "valueColumn": "count"}},
        b"d,note,q\n1,2,3\n",
        ("d", "note", "sensor", "count"),
    ),
    "half-a-letter": ({"type": "json"}, b'[{"a\\ud83d": 1}]', ("a\ufffd",)),
    "null-parent": ({"type": "json"}, b'[{"p": null}, {"p": {"x": 1}}]', ("p.x",)),
    "late-name": ({"type": "jsonl"}, b'{"a": 1}\n{"b": {"c": {"d": [1, 2]}}}\n', ("a", "b.c.d")),
    "area": (
        {"type": "geojson"},
        b'{"features": [{"properties": {"n": 1}, "geometry": {"type": "Polygon", "coordinates": []}}]}',
        ("geometry", "n"),
    ),
    "its-own-lon": (
        {"type": "geojson"},
        b'{"features": [{"properties": {"lon": 9}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}',
        ("lon", "lat"),
    ),
}


@pytest.mark.parametrize(("written", "content", "expected"), HEADERS.values(), ids=HEADERS.keys())
def test_a_file_has_these_columns(
    written: dict[str, Any], content: bytes, expected: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(content)
    assert columns_of(tmp_path / "a", options(**written)) == expected


TEXTS = {
    "number-as-written": (
        {"type": "json"},
        b'[{"a": 1.50, "b": 1e400, "c": -0, "d": NaN}]',
        ["1.50", "1e400", "-0", "NaN"],
    ),
    "array": ({"type": "json"}, '[{"a": [1.0, "é", {"b": null}]}]'.encode(), ['[1.0,"é",{"b":null}]']),
    "half-a-letter": ({"type": "json"}, b'[{"a": "x\\ud83d", "b": ["\\ud83d"]}]', ["x\ufffd", '["\ufffd"]']),
    "half-a-letter-in-lines": ({"type": "jsonl"}, b'{"a": "\\ud83d", "b": 1}', ["\ufffd", "1"]),
    "yes-and-no": ({"type": "jsonl"}, b'{"a": true, "b": "", "c": {}}', ["true", None, None]),
    "property-before-geometry": (
        {"type": "geojson"},
        b'{"features": [{"properties": {"lon": 9}, "geometry": {"type": "Point", "coordinates": [1, 2]}}]}',
        ["9", "2"],
    ),
    "wide-blank": (
        {**CSV, "unpivot": {"keep": ["d"], "nameColumn": "n", "valueColumn": "v"}},
        b"d,it's,q\n1,2,\n",
        ["1", "it's", "2"],
    ),
    "wide-some": (
        {**CSV, "unpivot": {"keep": ["d"], "columns": ["q"], "nameColumn": "n", "valueColumn": "v"}},
        b"d,note,q\n1,2,3\n",
        ["1", "2", "q", "3"],
    ),
}


@pytest.mark.parametrize(("written", "content", "expected"), TEXTS.values(), ids=TEXTS.keys())
def test_a_value_becomes_text(
    written: dict[str, Any], content: bytes, expected: list[str | None], tmp_path: Path
) -> None:
    (tmp_path / "a").write_bytes(content)
    assert list(next(rows(tmp_path / "a", options(**written))).values()) == expected


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


def as_keys(count: int) -> bytes:
    return json.dumps([{f"{n}@example.org": 1} for n in range(count)]).encode()


UNREADABLE = {
    "gzip-as-csv": (CSV, gzip.compress(b"a,b\n1,2\n"), r"write container: \{type: gzip\}"),
    "zip-as-json": ({"type": "json"}, b"PK\x03\x04...", r"write container: \{type: zip\}"),
    "parquet-as-csv": (CSV, b"PAR1....", "type: parquet"),
    "wide-column-twice": (
        {**CSV, "unpivot": {"keep": ["a"], "nameColumn": "n", "valueColumn": "v"}},
        b"a,p,p\n1,2,3\n",
        "names a column twice",
    ),
    "json-object": ({"type": "json"}, b'{"a": 1}', "is not a JSON array"),
    "json-comma": ({"type": "json"}, b'[{"a": 1} {"a": 2}, {"a": 3}, {"a": 4}]', "a comma is missing"),
    "json-broken": ({"type": "json"}, b'[{"a": 1}, {a: 2}, {"a": 3}, {"a": 4}]', "is not JSON"),
    "json-deep-lists": ({"type": "json"}, b'[{"a": ' + b"[" * 800 + b"]" * 800 + b"}]", "nested too deep"),
    "json-comma-too-many": ({"type": "json"}, b'[{"a": 1}, ]' + b" " * 20, "is not JSON"),
    "json-two-arrays": ({"type": "json"}, b'[{"a": 1}]\n[{"a": 2}]\n', "goes on after its JSON ends"),
    "geojson-two": (
        {"type": "geojson"},
        b'{"features": [{"properties": {"a": 1}}], "x": 1}\n{"features": []}',
        "goes on after its JSON ends",
    ),
    "json-keys-are-values": ({"type": "json"}, as_keys(2001), "has more than 2000 names"),
    "json-dots": ({"type": "jsonl"}, b'{"' + b"." * 20_000 + b'": 1}', "a name of more than 200 characters"),
    "json-deep": ({"type": "json"}, b"[" * 200_000, "nested too deep"),
    "jsonl-text": ({"type": "jsonl"}, b"a,b\n1,2\n", "no JSON object on any line"),
    "geojson-without-features": (
        {"type": "geojson"},
        b'{"type": "Feature", "properties": {}}',
        "has no array 'features'",
    ),
    "geojson-array": ({"type": "geojson"}, b"[]", "is not a JSON object"),
    "parquet-cut": ({"type": "parquet"}, as_parquet(ROWS)[:-9], "is truncated"),
    "parquet-nested": ({"type": "parquet"}, nested_parquet(), "only flat values"),
    "xlsx-cut": ({"type": "xlsx"}, as_xlsx(ROWS)[:-900], "is not an Excel workbook"),
    "xlsx-text": ({"type": "xlsx"}, b"a,b\n", "is not an Excel workbook"),
    "xlsx-sheet": ({"type": "xlsx", "sheet": "März"}, as_xlsx(ROWS), "no sheet 'März'"),
}


@pytest.mark.parametrize(("written", "content", "why"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_not_of_its_format_is_refused_in_a_sentence(
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


# A status as Mastodon publishes it: who speaks, whom it names and to whom it answers never come in.
STATUS = {
    "id": "1",
    "created_at": "2026-06-01T10:00:00.000Z",
    "content": "<p>x</p>",
    "language": "fr",
    "tags": [{"name": "marseille"}],
}
FORBIDDEN = {
    "posts-account": ({"type": "json"}, json.dumps([STATUS | {"account": {"acct": "x"}}]).encode()),
    "posts-mentions": ({"type": "json"}, json.dumps([STATUS | {"mentions": [{"url": "x"}]}]).encode()),
    "posts-thread": ({"type": "json"}, json.dumps([STATUS | {"in_reply_to_id": "1"}]).encode()),
    "csv": (CSV, b"a,Suspect_Gender\n1,x\n"),
    "wide": ({**CSV, "unpivot": {"keep": ["a"], "nameColumn": "n", "valueColumn": "v"}}, b"a,age,q\n1,2,3\n"),
    "json-nested": ({"type": "json"}, b'[{"a": 1}, {"person": {"traits": {"gender": "x"}}}]'),
    "jsonl-nested": ({"type": "jsonl"}, b'{"a": 1}\n{"author": {"name": "x"}}\n'),
    "geojson": ({"type": "geojson"}, b'{"features": [{"properties": {"sexe": "x"}}]}'),
    "parquet": ({"type": "parquet"}, as_parquet([{"id": "1", "face": "x"}])),
    "xlsx": ({"type": "xlsx"}, as_xlsx([{"id": "1", "religion": "x"}])),
    "xml": (XML, b"<r><row a='1'><p><Gender>x</Gender></p></row></r>"),
    "xml-attribute": (XML, b"<r><row a='1'><p FaceId='x'/></row></r>"),
    "xml-above": (XML, b"<r gait='x'><row a='1'/></r>"),
    "xml-in-a-list": (XML, b"<r><row a='1'><p><age>1</age></p><p><age>2</age></p></row></r>"),
    "xml-records": ({"type": "xml", "record": "r/Face"}, b"<r><Face a='1'/></r>"),
    "xml-beside-the-records": (XML, b"<r><row a='1'/><SceneImage>x</SceneImage></r>"),
    "xml-in-what-is-no-row": (XML, b"<r><row a.b='1'><a><b>2</b></a><sex>x</sex></row></r>"),
}


@pytest.mark.parametrize(("written", "content"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_a_forbidden_column_is_refused_before_landing_in_every_format(
    written: dict[str, Any], content: bytes, tmp_path: Path
) -> None:
    with pytest.raises(RefusedBatchError, match="nothing was landed: a file has a column about"):
        fetched(tmp_path, "a.txt", content, options(**written))


def test_a_post_without_its_people_may_come_in(tmp_path: Path) -> None:
    assert fetched(tmp_path, "a.txt", json.dumps([STATUS]).encode(), options(type="json")).files


def fetched(tmp_path: Path, name: str, content: bytes, form: FormatOptions) -> Any:
    drop, work_dir = tmp_path / "drop", tmp_path / "work"
    for folder in (drop, work_dir):
        folder.mkdir()
    (drop / name).write_bytes(content)
    source = DropSource(kind="drop", pattern="*")
    contract = TORONTO.model_copy(update={"source": source, "file_format": form})
    return fetch_batch(contract, Errand("f", None, drop, work_dir))


def zipped(*members: tuple[str, bytes]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return sink.getvalue()


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
    assert (file.name, file.row_count) == ("data.csv", 1)


def test_a_gzip_has_no_members_to_name() -> None:
    with pytest.raises(ValidationError, match="members is for zip only"):
        options(**CSV, container={"type": "gzip", "members": "*.csv"})


def test_the_members_are_landed_and_the_archive_is_in_the_manifest(tmp_path: Path) -> None:
    content = zipped(("a.csv", b"x\n1\n"), ("b.csv", b"x\n2\n"), ("read.me", b"hello"))
    files = fetched(tmp_path, "day.zip", content, options(**CSV, container={"type": "zip", "members": "*.csv"})).files
    assert [(file.name, file.row_count, file.container.name) for file in files] == [
        ("a.csv", 1, "day.zip"),
        ("b.csv", 1, "day.zip"),
    ]
    assert len({file.container.sha256 for file in files}) == 1


@pytest.mark.parametrize("kind", ["json", "geojson", "parquet", "xlsx", "xml"])
def test_a_file_that_one_task_must_hold_has_a_bound(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FORMATS[kind], "largest_bytes", 10)
    (tmp_path / "a").write_bytes(WRITERS[kind][1](ROWS))
    with pytest.raises(RefusedBatchError, match="is larger than"):
        describe_file(tmp_path / "a", options(**WRITERS[kind][0]))
