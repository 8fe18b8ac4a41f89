"""An exported journal: static tiles as C2SP's tlog-tiles lays them out, in one zip.

`checkpoint` is the newest note, `witnessed/<size>` each note that a witness has signed, `tile/<level>/<n>` up to 256
hashes, `tile/entries/<n>` the same leaves' entries, each after its length. A tile that is not full is `….p/<width>`.
Entries that have expired leave their hashes.
"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, NamedTuple

from calanque.errors import CalanqueError
from calanque.journal.tree import HASH_BYTES, tree_root

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

WIDTH = 256
CHECKPOINT, WITNESSED = "checkpoint", "witnessed"
LONGEST_ENTRY = 2**16 - 1
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Export(NamedTuple):
    """What an export holds: notes, the hash of each entry, and the entries that have not expired, by their place."""

    checkpoint: str
    witnessed: tuple[str, ...]
    leaves: list[bytes]
    entries: dict[int, bytes]


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """Return the path of a tile: thousands by groups of three digits, all but the last after an x."""
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03d}")
    return f"tile/{level}/{'/'.join(groups)}{'' if width == WIDTH else f'.p/{width}'}"


def write_export(
    path: Path,
    checkpoint: str,
    witnessed: Mapping[int, str],
    leaves: Sequence[bytes],
    entries: Mapping[int, bytes],
) -> None:
    """Write an export.

    Args:
        path: of the zip.
        checkpoint: the newest note.
        witnessed: notes that a witness signed, by size.
        leaves: hash of each entry, in order.
        entries: entries by place; those that have expired are not there.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        _add(archive, CHECKPOINT, checkpoint.encode())
        for size, note in sorted(witnessed.items()):
            _add(archive, f"{WITNESSED}/{size}", note.encode())
        for start in range(0, len(leaves), WIDTH):
            part = range(start, min(start + WIDTH, len(leaves)))
            bundle = [entries[at] for at in part if at in entries]
            if bundle:
                content = b"".join(len(entry).to_bytes(2, "big") + entry for entry in bundle)
                _add(archive, tile_path("entries", start // WIDTH, len(part)), content)
        level, hashes = 0, list(leaves)
        while hashes:
            for start in range(0, len(hashes), WIDTH):
                part_of = hashes[start : start + WIDTH]
                _add(archive, tile_path(level, start // WIDTH, len(part_of)), b"".join(part_of))
            # A tile of the next level is of full ones.
            full = len(hashes) // WIDTH * WIDTH
            hashes = [tree_root(hashes[start : start + WIDTH]) for start in range(0, full, WIDTH)]
            level += 1


def read_export(path: Path) -> Export:
    """Return what an export holds, its parts checked against one another.

    Raises:
        CalanqueError: if it is no export, or a part of it does not fit the others.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if len(names) != len(archive.namelist()):
                raise CalanqueError("The export holds a part twice: it was altered.")
            note = archive.read(CHECKPOINT).decode()
            size = int(note.split("\n")[1])
            leaves = list(_hashes(archive, names, size))
            entries = dict(_entries(archive, names, size))
            witnessed = [archive.read(name).decode() for name in sorted(names) if name.startswith(f"{WITNESSED}/")]
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError) as error:
        raise CalanqueError(f"{path.name} is no export of a journal, or is truncated or altered.") from error
    return Export(note, tuple(witnessed), leaves, entries)


def _hashes(archive: zipfile.ZipFile, names: set[str], size: int) -> Iterator[bytes]:
    for start in range(0, size, WIDTH):
        width = min(WIDTH, size - start)
        name = tile_path(0, start // WIDTH, width)
        content = archive.read(name) if name in names else b""
        if len(content) != width * HASH_BYTES:
            raise CalanqueError(f"Hashes from entry {start} on are missing: the export was altered.")
        yield from (content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES))


def _entries(archive: zipfile.ZipFile, names: set[str], size: int) -> Iterator[tuple[int, bytes]]:
    for start in range(0, size, WIDTH):
        width = min(WIDTH, size - start)
        if (name := tile_path("entries", start // WIDTH, width)) not in names:
            continue
        content, at = archive.read(name), 0
        for place in range(start, start + width):
            length = int.from_bytes(content[at : at + 2], "big")
            entry = content[at + 2 : at + 2 + length]
            if len(entry) != length or at >= len(content):
                raise CalanqueError(f"Entry {place} is cut off: the export was altered.")
            yield place, entry
            at += 2 + length
        if at != len(content):
            raise CalanqueError(f"After entry {start + width - 1} stands more than it says: the export was altered.")


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # The same journal gives the same bytes, whenever it is exported.
    archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
