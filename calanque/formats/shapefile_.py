"""Shapefiles as they are sent, all parts in one zip: attributes by their names, the place as GeoJSON has it."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Literal

from calanque.files import LARGEST_BYTES
from calanque.formats.base import Facts, Header, Record, UnreadableError, text_of
from calanque.formats.crs import refuse_projection
from calanque.formats.geojson import POINT_COLUMNS, place_of
from calanque.formats.whole import WholeFormat

PARTS = ("shp", "shx", "dbf")
# What pyshp and zipfile raise on parts that are cut or altered.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error, ValueError, LookupError, NotImplementedError)


class ShapefileFormat(WholeFormat):
    """One layer in longitude and latitude; an attribute keeps its name before a place takes it."""

    type: Literal["shapefile"]

    def look(self, path: Path) -> Facts:
        """Return the facts of a local file."""
        with path.open("rb") as stream, _opened(stream) as layer:
            return Facts(_header(layer), len(layer), False, True)

    def parse(self, stream: BinaryIO) -> Iterator[Record]:
        """Yield every row of an open file, in its order."""
        with _opened(stream) as layer:
            names = _names(layer)
            for found in layer.iterShapeRecords():
                place = place_of(found.shape.__geo_interface__ if found.shape.points else None)
                values = (text_of(value) or None for value in found.record)
                yield {name: text_of(value) for name, value in place.items()} | dict(zip(names, values, strict=True))


@contextmanager
def _opened(stream: BinaryIO) -> Iterator[Any]:
    """Open the layer in a zip; what is wrong with it, now or at any of its rows, ends in a sentence."""
    from shapefile import Reader, ShapefileException

    try:
        with zipfile.ZipFile(stream) as archive:
            parts = _parts(archive)
        refuse_projection(parts.pop("prj"))
        with Reader(**{name: BytesIO(content) for name, content in parts.items()}) as layer:
            yield layer
    except (*BROKEN, ShapefileException):
        # Not chained: the error may quote a value.
        raise UnreadableError("is not a zipped shapefile, or is truncated: ask for it again") from None


def _parts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    if sum(member.file_size for member in archive.infolist()) > LARGEST_BYTES:
        raise UnreadableError("unpacks to more than 2 GiB: send it in parts")
    found: dict[str, str] = {}
    for name in archive.namelist():
        kind = name.rpartition(".")[2].lower()
        if kind in (*PARTS, "prj") and found.setdefault(kind, name) != name:
            raise UnreadableError("holds several shapefiles: send one in each zip")
    if missing := [kind for kind in (*PARTS, "prj") if kind not in found]:
        raise UnreadableError(f"has no .{missing[0]} in it: a shapefile is .shp, .shx, .dbf and .prj")
    return {kind: archive.read(name) for kind, name in found.items()}


def _header(layer: Any) -> Header:
    place = POINT_COLUMNS if layer.shapeTypeName.startswith("POINT") else ("geometry",)
    return tuple(dict.fromkeys((*place, *_names(layer))))


def _names(layer: Any) -> list[str]:
    return [field[0].strip() for field in layer.fields if field[0] != "DeletionFlag"]
