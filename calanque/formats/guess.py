"""What a file's own bytes say of its format, to begin a contract with."""

import csv
import gzip
import io
import json
import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

from calanque.errors import CalanqueError
from calanque.formats.base import Container
from calanque.formats.csv_ import looks_separated_by
from calanque.formats.text import decodes
from calanque.formats.xml_stream import likely_path

KNOWN = (".csv", ".txt", ".json", ".jsonl", ".ndjson", ".geojson", ".parquet", ".xlsx", ".xml")
START_BYTES = 256 * 1024
MULTILINE_BYTES = 16 * 1024**2


def guessed(path: Path) -> dict[str, Any]:
    """Return the options of a file as a contract would write them.

    Raises:
        CalanqueError: if the file is missing, a folder or empty, or a packed one is truncated.
    """
    if path.is_dir():
        raise CalanqueError(f"{path} is a folder: give one file of it.")
    if not path.is_file():
        raise CalanqueError(f"There is no file {path}.")
    with path.open("rb") as stream:
        magic = stream.read(4)
    try:
        if magic.startswith(b"\x1f\x8b"):
            with gzip.open(path) as packed:
                return _plain(packed.read(MULTILINE_BYTES)) | {"container": Container(type="gzip")}
        if magic.startswith(b"PK"):
            return _zipped(path)
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise CalanqueError(f"{path.name} is truncated or altered: ask for it again.") from error
    if magic == b"":
        raise CalanqueError(f"{path.name} is empty: give a file with rows.")
    with path.open("rb") as stream:
        return _plain(stream.read(MULTILINE_BYTES), path)


def _zipped(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if any(member.filename == "xl/workbook.xml" for member in members):
            return {"type": "xlsx"}
        if any(member.filename.lower().endswith(".shp") for member in members):
            return {"type": "shapefile"}
        if not members:
            raise CalanqueError(f"{path.name} holds no file: give another sample.")
        largest = max(members, key=lambda member: (member.filename.lower().endswith(KNOWN), member.file_size))
        with archive.open(largest) as packed:
            start = packed.read(MULTILINE_BYTES)
    suffix = Path(largest.filename).suffix
    return _plain(start) | {"container": Container(type="zip", members=f"*{suffix}")}


def _plain(content: bytes, path: Path | None = None) -> dict[str, Any]:
    if content.startswith(b"PAR1"):
        return {"type": "parquet"}
    if content.startswith(b"PK"):
        return {"type": "shapefile" if b".shp" in content else "xlsx"}
    start = content[:START_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"["):
        return {"type": "json"}
    if start.startswith(b"{"):
        return _of_objects(start)
    if start.startswith((b"<", b"\xff\xfe<\0", b"\xfe\xff\0<")):
        return {"type": "xml", "record": likely_path(content)}
    return _csv(content, path)


def _of_objects(start: bytes) -> dict[str, Any]:
    """Tell objects line by line from one object whose records are in a member of it, features or others."""
    line, _, others = start.partition(b"\n")
    if re.search(rb'"type"\s*:\s*"FeatureCollection"', start) and not others.lstrip().startswith(b"{"):
        return {"type": "geojson"}
    member = re.search(rb'"([^"\\]+)"\s*:\s*\[\s*\{', start)
    if _is_object(line) and (others.strip() or not member):
        return {"type": "jsonl"}
    return {"type": "json", "member": member[1].decode(errors="replace")} if member else {"type": "geojson"}


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _csv(content: bytes, path: Path | None) -> dict[str, Any]:
    encoding = "UTF-8" if _is_utf8(content) and (path is None or decodes(path)) else "windows-1252"
    whole = content.decode("utf-8-sig" if encoding == "UTF-8" else encoding, errors="replace")
    lines = whole[:START_BYTES].splitlines()[:200]
    delimiter = looks_separated_by(lines[:-1] or lines)
    rows = csv.reader(io.StringIO(whole, newline=""), delimiter=delimiter)
    try:
        is_multiline = any("\n" in field or "\r" in field for fields in rows for field in fields)
    except csv.Error:
        is_multiline = False
    return {"type": "csv", "delimiter": delimiter, "encoding": encoding, "multiline": is_multiline}


def _is_utf8(content: bytes) -> bool:
    # The last letter of a part may be cut.
    return any(_decodes(content[: len(content) - cut]) for cut in range(min(4, len(content) + 1)))


def _decodes(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
