"""gzip and zip, unpacked within bounds: a small archive can hold more than the lake."""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import BinaryIO

from calanque.errors import RefusedBatchError
from calanque.files import LARGEST_BYTES, chunks_of, masked, refusal, refuse_name, write_bounded
from calanque.formats.base import Container

MEMBER_COUNT_MAX = 1_000
# Text that repeats itself shrinks a hundred times; what shrinks more, beyond a size that does no harm, is no data.
RATIO_MAX, HARMLESS_BYTES = 200, 64 * 1024**2
ENCRYPTED = 0x1
ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".bz2", ".xz", ".zst")
ARCHIVE, MEMBER = "the archive", "the member"


def unpack(path: Path, container: Container, target: Path) -> list[Path]:
    """Unpack the members of an archive that the contract names into a folder of the caller's.

    Raises:
        RefusedBatchError: if it is truncated, holds too much or anything encrypted, or names what the lake can not.
    """
    target.mkdir(parents=True, exist_ok=True)
    bound = min(LARGEST_BYTES, max(HARMLESS_BYTES, RATIO_MAX * path.stat().st_size))
    try:
        found = list((_gzip if container.type == "gzip" else _zip)(path, container, target, bound))
    except (gzip.BadGzipFile, zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError) as error:
        raise RefusedBatchError(
            f"{masked(path.name)} is not {container.type}, or is truncated or altered: correct its container in the "
            "contract, or ask for it again."
        ) from error
    if not found:
        inside = ", and it holds an archive: what is packed twice is not unpacked, pack the files once"
        why = f"no member is named {container.members!r}"
        raise refusal(ARCHIVE, path.name, f"{why}{inside if _holds_archive(path, container) else ''}")
    return found


def tables_of(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the members of an archive that may be data, in their order."""
    return [member for member in archive.infolist() if not member.is_dir() and not _is_hidden(member.filename)]


def _gzip(path: Path, container: Container, target: Path, bound: int) -> Iterator[Path]:
    name = path.name.removesuffix(".gz")
    refuse_name(name, MEMBER)
    with gzip.open(path) as stream:
        yield _written(stream, target / name, bound)  # type: ignore[arg-type]


def _zip(path: Path, container: Container, target: Path, bound: int) -> Iterator[Path]:
    with zipfile.ZipFile(path) as archive:
        members = tables_of(archive)
        is_path = "/" in container.members
        wanted = [
            member
            for member in members
            if fnmatchcase(member.filename if is_path else _base(member.filename), container.members)
        ]
        names = [_base(member.filename) for member in wanted]
        if len(wanted) > MEMBER_COUNT_MAX:
            raise refusal(ARCHIVE, path.name, f"it holds more than {MEMBER_COUNT_MAX} files: send it in parts")
        if len(set(names)) != len(names):
            raise refusal(ARCHIVE, path.name, "two of its members have the same name")
        for member, name in zip(wanted, names, strict=True):
            # A path that leaves its folder is refused as it stands, though only its last part is written.
            refuse_name(name if _stays(member.filename) else member.filename, MEMBER)
            if member.flag_bits & ENCRYPTED:
                raise refusal(MEMBER, name, "it is encrypted: send it as it is, over a safe channel")
            with archive.open(member) as stream:
                yield _written(stream, target / name, bound)  # type: ignore[arg-type]
            bound -= (target / name).stat().st_size


def _holds_archive(path: Path, container: Container) -> bool:
    if container.type != "zip":
        return False
    with zipfile.ZipFile(path) as archive:
        return any(member.filename.lower().endswith(ARCHIVES) for member in archive.infolist())


def _base(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def _stays(name: str) -> bool:
    return not name.startswith("/") and ".." not in name.split("/")


def _is_hidden(name: str) -> bool:
    """Whether a member is what programs put beside the data: `__MACOSX/._data.csv`, `.DS_Store`."""
    return any(part.startswith((".", "_")) and part != ".." for part in name.split("/"))


def _written(stream: BinaryIO, path: Path, bound: int) -> Path:
    write_bounded(chunks_of(stream), path, MEMBER, path.name, bound)
    return path
