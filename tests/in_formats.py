"""The same rows in every format, packed and plain."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from drop_feed import HEADER, lines

COLUMNS = HEADER.strip().split(",")
ROWS = [dict(zip(COLUMNS, line.split(","), strict=True)) for line in lines(12).splitlines()]
CSV = {"type": "csv", "delimiter": ",", "encoding": "UTF-8", "multiline": False}


def as_csv(rows: list[dict[str, Any]], delimiter: str = ",") -> bytes:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode()


def as_wide(rows: list[dict[str, Any]]) -> bytes:
    """Two kinds a line: twelve rows again."""
    return as_csv(
        [{**{key: row[key] for key in COLUMNS if key != "kind"}, "noise": 1, "waste": 2} for row in rows[::2]]
    )


def typed(row: dict[str, str]) -> dict[str, Any]:
    return {**row, "lon": float(row["lon"]), "lat": float(row["lat"])}


def as_geojson(rows: list[dict[str, Any]]) -> bytes:
    features = []
    for row in map(typed, rows):
        point = {"type": "Point", "coordinates": [row.pop("lon"), row.pop("lat")]}
        features.append({"type": "Feature", "geometry": point, "properties": row})
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    sink = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist([typed(row) for row in rows]), sink)
    return sink.getvalue()


def as_xlsx(rows: list[dict[str, Any]]) -> bytes:
    from datetime import date

    from openpyxl import Workbook

    book, sink = Workbook(), io.BytesIO()
    book.active.append(COLUMNS)
    for row in map(typed, rows):
        book.active.append([{**row, "happened_on": date.fromisoformat(row["happened_on"])}[name] for name in COLUMNS])
    book.save(sink)
    return sink.getvalue()


def zipped(content: bytes) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.txt", content)
        archive.writestr("read.me", "not a row")
    return sink.getvalue()


WAYS: dict[str, tuple[dict[str, Any], Callable[[list[dict[str, Any]]], bytes]]] = {
    "csv": (CSV, as_csv),
    "csv-multiline": ({**CSV, "multiline": True}, as_csv),
    "csv-gzip": ({**CSV, "container": {"type": "gzip"}}, lambda rows: gzip.compress(as_csv(rows))),
    "csv-zip": ({**CSV, "container": {"type": "zip", "members": "*.txt"}}, lambda rows: zipped(as_csv(rows))),
    "json": ({"type": "json"}, lambda rows: json.dumps([typed(row) for row in rows]).encode()),
    "jsonl": ({"type": "jsonl"}, lambda rows: b"".join(json.dumps(typed(row)).encode() + b"\n" for row in rows)),
    "geojson": ({"type": "geojson"}, as_geojson),
    "parquet": ({"type": "parquet"}, as_parquet),
    "xlsx": ({"type": "xlsx"}, as_xlsx),
}
