"""Rows of a local file by Python alone: for samples, and for whoever wants to see what a format makes of a file."""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from calanque.errors import CalanqueError
from calanque.formats.base import FormatOptions, Header, Record, UnreadableError
from calanque.formats.container import unpack


@contextmanager
def unpacked(path: Path, options: FormatOptions) -> Iterator[list[Path]]:
    """Give what may enter the lake of a file, or of its members where it is packed."""
    with tempfile.TemporaryDirectory(prefix="members-") as folder:
        target = Path(folder) / "unpacked"
        members = unpack(path, options.container, target) if options.container else [path]
        yield options.enter(members, Path(folder), path.name)


def rows(path: Path, options: FormatOptions) -> Iterator[Record]:
    """Yield every row of a file, as text by column name, blanks as None; as its text what should have been a row.

    Raises:
        CalanqueError: if the file is not what the options say.
    """
    with unpacked(path, options) as members, _named(path):
        for member in members:
            yield from parsed(member, options)


def columns_of(path: Path, options: FormatOptions) -> Header:
    """Return the columns that the rows of a file have.

    Raises:
        CalanqueError: if the file is not what the options say.
    """
    with unpacked(path, options) as members, _named(path):
        found = dict.fromkeys(name for member in members for name in options.columns(options.facts(member).header))
    return tuple(found)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    try:
        yield
    except UnreadableError as error:
        raise CalanqueError(f"{path.name} {error}.") from error


def parsed(path: Path, options: FormatOptions, largest: int | None = None) -> Iterator[Record]:
    """Yield the rows of a file that is not packed, of its first `largest` bytes if it is text; none is cut."""
    with path.open("rb") as file:
        is_cut = largest is not None and path.stat().st_size >= largest
        last: Record | None = None
        for record in options.parse(io.BytesIO(file.read(largest)) if is_cut else file):
            if last is not None:
                yield last
            last = record
        if last is not None and not (is_cut and isinstance(last, str)):
            yield last
