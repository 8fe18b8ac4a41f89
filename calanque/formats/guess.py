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
from calanque.formats.base import START_BYTES, Container, UnreadableError, packed_as
from calanque.formats.container import tables_of
from calanque.formats.csv_ import looks_separated_by
from calanque.formats.text import decodes, refuse_wide
from calanque.formats.xlsx import sheet_and_header
from calanque.formats.xml_stream import likely_path

KNOWN = (".csv", ".txt", ".json", ".jsonl", ".ndjson", ".geojson", ".parquet", ".xlsx", ".xml")
JUDGED_BYTES = 256 * 1024
MULTILINE_BYTES = 16 * 1024**2


class SeveralTablesError(CalanqueError):
    """A zip of several tables of which one has to be named."""

    def __init__(self, sentence: str, members: tuple[str, ...]) -> None:
        """Take the sentence and the paths of the members."""
        super().__init__(sentence)
        self.members = members


def guessed(path: Path, member: str | None = None) -> dict[str, Any]:
    """Return the options of a file as a contract would write them.

    Args:
        path: the file.
        member: of a zip, the name or path of the one member to read; by default all, if they are alike.

    Raises:
        SeveralTablesError: if a zip holds several tables and none, or one that is not there, is named.
        CalanqueError: if the file is missing, a folder or empty, or a packed one is truncated.
    """
    if path.is_dir():
        raise CalanqueError(f"{path} is a folder: give one file of it.")
    if not path.is_file():
        raise CalanqueError(f"There is no file {path}.")
    with path.open("rb") as stream:
        magic = stream.read(START_BYTES)
    try:
        if member is not None and not magic.startswith(b"PK"):
            raise CalanqueError(f"{path.name} is no zip and has no members: leave --member out.")
        if magic.startswith(b"\x1f\x8b"):
            with gzip.open(path) as packed:
                content = packed.read(MULTILINE_BYTES)
                _refuse_archive(path, content)
                return _plain(content) | {"container": Container(type="gzip")}
        if magic.startswith(b"PK"):
            return _zipped(path, member)
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
        raise CalanqueError(f"{path.name} is truncated or altered: ask for it again.") from error
    if kind := packed_as(magic):
        raise CalanqueError(f"{path.name} is a {kind} archive, which is not unpacked: pack its files in one zip.")
    if magic == b"":
        raise CalanqueError(f"{path.name} is empty: give a file with rows.")
    with path.open("rb") as stream:
        return _plain(stream.read(MULTILINE_BYTES), path)


def _zipped(path: Path, named: str | None) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        members = tables_of(archive)
        if any(member.filename == "xl/workbook.xml" for member in archive.infolist()):
            return {"type": "xlsx", **sheet_and_header(path)}
        if named is None and any(member.filename.lower().endswith(".shp") for member in members):
            return {"type": "shapefile"}
        if not members:
            raise CalanqueError(f"{path.name} holds no file: give another sample.")
        known = [member for member in members if member.filename.lower().endswith(KNOWN)] or members
        if named is not None:
            chosen = _chosen(path, known, named)
            form = _plain(_start(path, archive, chosen))
            return form | {"container": Container(type="zip", members=_pattern(chosen, members))}
        largest = max(known, key=lambda member: member.file_size)
        form, suffix = _plain(_start(path, archive, largest)), Path(largest.filename).suffix
        if len({_begin(archive, member) for member in known}) > 1:
            raise _several(path, known, "holds several tables, and each is a feed of its own: choose one")
    return form | {"container": Container(type="zip", members=f"*{suffix}")}


def _start(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with archive.open(member) as packed:
        start = packed.read(MULTILINE_BYTES)
    _refuse_archive(path, start)
    return start


def _begin(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[str, str]:
    """Return what tells a table from another: its kind, and of a table in lines the first of them, its header."""
    suffix = Path(member.filename).suffix.lower()
    if suffix not in (".csv", ".txt"):
        return suffix, ""
    with archive.open(member) as packed:
        return ".csv", packed.readline(MULTILINE_BYTES).decode(errors="replace").strip("\ufeff\r\n ")


def _chosen(path: Path, members: list[zipfile.ZipInfo], named: str) -> zipfile.ZipInfo:
    found = [member for member in members if member.filename == named]
    found = found or [member for member in members if member.filename.rsplit("/", 1)[-1] == named]
    if len(found) != 1:
        said = "has no member" if not found else "has in several folders a member"
        raise _several(path, found or members, f"{said} '{named}': name one by its path")
    return found[0]


def _pattern(chosen: zipfile.ZipInfo, members: list[zipfile.ZipInfo]) -> str:
    """Return what names one member and no other: its name, its path where another folder has the same name."""
    base = chosen.filename.rsplit("/", 1)[-1]
    is_alone = sum(member.filename.rsplit("/", 1)[-1] == base for member in members) == 1
    # The name's own signs are no pattern.
    return re.sub(r"([*?[])", r"[\1]", base if is_alone else chosen.filename)


def _several(path: Path, members: list[zipfile.ZipInfo], sentence: str) -> SeveralTablesError:
    names = tuple(member.filename for member in members)
    return SeveralTablesError(f"{path.name} {sentence}", names)


def _refuse_archive(path: Path, start: bytes) -> None:
    """Refuse what is packed inside an archive; a workbook and a shapefile are files that are zips."""
    kind = packed_as(start)
    if kind and not (kind == "zip" and (b"xl/workbook.xml" in start or b".shp" in start)):
        raise CalanqueError(f"{path.name} holds a {kind} archive inside: pack the files once, in one gzip or zip.")


def _plain(content: bytes, path: Path | None = None) -> dict[str, Any]:
    if content.startswith(b"PAR1"):
        return {"type": "parquet"}
    if content.startswith(b"PK"):
        return {"type": "shapefile" if b".shp" in content else "xlsx"}
    start = content[:JUDGED_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"["):
        return {"type": "json"}
    if start.startswith(b"{"):
        return _of_objects(start)
    if start.startswith((b"<", b"\xff\xfe<\0", b"\xfe\xff\0<")):
        return {"type": "xml", "record": likely_path(content)}
    try:
        refuse_wide(start)
    except UnreadableError as error:
        raise CalanqueError(f"The file {error}.") from error
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
    lines = whole[:JUDGED_BYTES].splitlines()[:200]
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
