"""How files are written: one module a format, each with its closed options, its facts and its rows."""

from pathlib import Path
from typing import Annotated, get_args

from pydantic import Field, TypeAdapter

from calanque.formats.base import Container, Facts, FormatOptions, Header, Row, UnreadableError
from calanque.formats.csv_ import CsvFormat
from calanque.formats.geojson import GeojsonFormat
from calanque.formats.guess import SeveralTablesError, guessed
from calanque.formats.json_ import JsonFormat
from calanque.formats.jsonl import JsonlFormat
from calanque.formats.media import MediaFormat
from calanque.formats.parquet import ParquetFormat
from calanque.formats.reading import columns_of, parsed, rows, unpacked
from calanque.formats.shapefile_ import ShapefileFormat
from calanque.formats.xlsx import XlsxFormat
from calanque.formats.xml_ import XmlFormat

_Text = CsvFormat | JsonFormat | JsonlFormat | GeojsonFormat | XmlFormat
_Any = _Text | MediaFormat | ParquetFormat | ShapefileFormat | XlsxFormat
FileFormat = Annotated[_Any, Field(discriminator="type")]
FORMATS: dict[str, type[FormatOptions]] = {
    get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(_Any)
}
"""Every format by the `type` that contracts write."""


def guess(path: Path, member: str | None = None) -> FormatOptions:
    """Return the options that a file's own bytes suggest; of a zip, `member` is the one to read.

    Raises:
        SeveralTablesError: if a zip holds several tables and none, or one that is not there, is named.
        CalanqueError: if the file is missing, empty or truncated.
    """
    found: FormatOptions = TypeAdapter(FileFormat).validate_python(guessed(path, member))
    return found


__all__ = [
    "FORMATS",
    "Container",
    "Facts",
    "FileFormat",
    "FormatOptions",
    "Header",
    "Row",
    "SeveralTablesError",
    "UnreadableError",
    "columns_of",
    "guess",
    "parsed",
    "rows",
    "unpacked",
]
