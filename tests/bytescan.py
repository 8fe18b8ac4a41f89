"""Look for values in every byte that an installation keeps: the lake's files, its disks, its logs, its databases.

Used to prove that a personal value stays in landing, and that an erased one is nowhere.
"""

import hashlib
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import lake_files
import postgres
from needles import Needles
from unpack import UnreadableError, unpack

from calanque.closed import Closed
from calanque.engines.hdfs import Lake
from calanque.settings import Settings

SUPERUSER = "hdfs"
_BLOCK = re.compile(r"\b(blk_\d+)(?:_\d+)?\b")
_FSCK_FILE = re.compile(r"^(/\S.*?) \d+ bytes, ")


class Hit(Closed):
    """Which value was found, and where: `hdfs:PATH`, `block:PATH`, `file:PATH` or `database:NAME.TABLE`."""

    label: str
    place: str


class ScanReport(Closed):
    """What was read, and what was found; `unreadable` holds places whose content could not be undone and is unknown."""

    hits: tuple[Hit, ...]
    read_counts: dict[str, int]
    read_bytes: dict[str, int]
    unreadable: tuple[str, ...]
    seconds: float

    def places(self, label: str) -> set[str]:
        """Return where one value was found."""
        return {hit.place for hit in self.hits if hit.label == label}


def scan(settings: Settings, values: dict[str, str], folders: Iterable[Path] = ()) -> ScanReport:
    """Look for values in HDFS, under the installation's home and other folders, and in PostgreSQL.

    Args:
        settings: the installation; its services run.
        values: value by label.
        folders: local folders beside `home` to look into, such as the one for temporary files.

    Returns:
        The report; it holds labels and places, never a value.

    Raises:
        CalanqueError: if a value is too short, or a service does not answer.
    """
    scanner = _Scanner(Needles(values))
    started_s = time.monotonic()
    lake = Lake(settings, SUPERUSER)
    blocks = blocks_by_file(lake)
    on_disk = {path.name: path for path in (settings.home / "hdfs").rglob("blk_*")}
    for path, size in lake_files.walk(lake, "/"):
        files = [on_disk[block] for block in blocks.get(path, ()) if block in on_disk]
        scanner.look("hdfs", f"hdfs:{path}", [path.encode(), _content(lake, path, size, files)])
    owners = {block: path for path, own in blocks.items() for block in own}
    for folder in (settings.home, *folders):
        for file in _files(folder):
            scanner.look_in_file(file, _place(file, folder, owners))
    for database, table, found in postgres.values(settings):
        scanner.look("database", f"database:{database}.{table}", _texts(found))
    return scanner.report(time.monotonic() - started_s)


def blocks_by_file(lake: Lake) -> dict[str, list[str]]:
    """Return the blocks of each file of HDFS in their order, as a DataNode calls them; of none that is written now."""
    blocks: dict[str, list[str]] = {}
    path = ""
    for line in lake_files.fsck(lake, "/").splitlines():
        if start := _FSCK_FILE.match(line):
            path = start[1]
        elif found := _BLOCK.search(line):
            blocks.setdefault(path, []).append(found[1])
    return blocks


def _content(lake: Lake, path: str, size: int, blocks: Iterable[Path]) -> bytes:
    """Return a file of HDFS, from a disk where its blocks lie whole there: by the door it takes ten times as long."""
    with suppress(FileNotFoundError):  # a service moved it meanwhile
        content = b"".join(block.read_bytes() for block in blocks)
        if len(content) == size:
            return content
    return lake.read(path)


class _Scanner:
    """Adds up what was read and found."""

    def __init__(self, needles: Needles) -> None:
        self._needles = needles
        self._hits: set[tuple[str, str]] = set()
        self._unreadable: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()
        # A file of HDFS is read four times, once as a file and once on each disk that keeps it: it is looked into once.
        self._known: dict[bytes, tuple[set[str], bool]] = {}

    def look(self, kind: str, place: str, contents: Iterable[bytes]) -> None:
        self._counts[kind] += 1
        for content in contents:
            self._bytes[kind] += len(content)
            key = hashlib.sha256(content).digest()
            if key not in self._known:
                self._known[key] = self._labels(content)
            labels, is_read = self._known[key]
            self._hits |= {(label, place) for label in labels}
            if not is_read:
                self._unreadable.add(place)

    def _labels(self, content: bytes) -> tuple[set[str], bool]:
        """Return what was found in some bytes, and whether all of them could be undone."""
        found: set[str] = set()
        try:
            for data in unpack(content):
                found |= self._needles.find(data)
        except UnreadableError:
            return found, False
        return found, True

    def look_in_file(self, path: Path, place: str) -> None:
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # a service removed it meanwhile
            return
        self.look("file", place, [str(path).encode("utf-8", "surrogateescape"), content])

    def report(self, seconds: float) -> ScanReport:
        return ScanReport(
            hits=tuple(Hit(label=label, place=place) for label, place in sorted(self._hits)),
            read_counts=dict(self._counts),
            read_bytes=dict(self._bytes),
            unreadable=tuple(sorted(self._unreadable)),
            seconds=round(seconds, 1),
        )


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _place(path: Path, folder: Path, owners: dict[str, str]) -> str:
    relative = path.relative_to(folder)
    block = _BLOCK.match(path.name)
    if block and relative.parts[0] == "hdfs":
        return f"block:{owners.get(block[1], 'of no file')}"
    return f"file:{folder.name}/{relative}"


def _texts(values: list[Any]) -> Iterator[bytes]:
    """Yield binary values one by one, since each may be packed, and the others joined."""
    texts: list[str] = []
    for value in values:
        if isinstance(value, bytes | memoryview):
            yield bytes(value)
        else:
            texts.append(value if isinstance(value, str) else str(value))
    yield "\n".join(texts).encode("utf-8", "surrogateescape")
