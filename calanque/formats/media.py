"""Photos and videos: of each its moment, its place and its size, and nothing else; no picture enters the lake.

A photo holds faces and homes, and what a camera writes beside it names an owner, a telephone and what was cut away. So
files are described at the door, a JSON line each, and only these lines are landed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
import struct
import warnings
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from calanque.formats.jsonl import LinesFormat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COLUMNS = ("media_id", "kind", "taken_at", "lon", "lat", "width", "height", "seconds")
UNREADABLE = "neither a photo nor a video"
PHOTOS = ("JPEG", "PNG", "WEBP")
# Of EXIF 2.32: the times in the part of the camera, the place in its own part.
EXIF_PART, GPS_PART = 0x8769, 0x8825
TAKEN_AT, OFFSET, DIGITS_TIME = 0x9003, 0x9011, re.compile(r"(\d{4}):(\d{2}):(\d{2}) (\d{2}:\d{2}:\d{2})")
OFFSET_TEXT = re.compile(r"[+-]\d{2}:\d{2}")
LAT_REF, LAT, LON_REF, LON = 1, 2, 3, 4
# ISO 6709, as telephones write it in a video: +43.2951+005.3698/ or with a height before the stroke.
PLACE_TEXT = re.compile(rb"([+-]\d{2}(?:\.\d{1,8})?)([+-]\d{3}(?:\.\d{1,8})?)(?:[+-]\d{1,5}(?:\.\d{1,8})?)?/")
VIDEO_EPOCH = dt.datetime(1904, 1, 1, tzinfo=dt.UTC)
# What a video says of itself is as long as its sound and pictures are many.
MOOV_BYTES = 64 * 1024**2
MOST_BOXES = 10_000

Described = dict[str, str | float | None]


class MediaFormat(LinesFormat):
    """Photos (JPEG, PNG, WebP) and videos (MP4, QuickTime), each a row; any other file is a row that is refused."""

    type: Literal["media"]

    def enter(self, paths: list[Path], folder: Path, name: str) -> list[Path]:
        """Write what is known of each file as a JSON line, and return the one file of these lines."""
        target = folder / f"{name}.jsonl"
        with target.open("w", encoding="utf-8", newline="\n") as lines:
            for path in paths:
                lines.write(f"{_line(path)}\n")
        return [target]


def _line(path: Path) -> str:
    with path.open("rb") as stream:
        media_id = hashlib.file_digest(stream, "sha256").hexdigest()
        try:
            found = _video(stream) or _photo(stream)
        except Exception:  # whatever a stranger's file does to its reader, the next one is read
            found = None
    if found is None:
        return f"{media_id} is {UNREADABLE}"
    return json.dumps({name: ({"media_id": media_id} | found).get(name) for name in COLUMNS})


def _photo(stream: BinaryIO) -> Described | None:
    from PIL import Image, UnidentifiedImageError

    Image.init()
    stream.seek(0)
    try:
        # Only the head is read, and no picture decoded, however large it says it is: a PNG without EXIF would be.
        with warnings.catch_warnings(action="ignore"), Image.open(stream, formats=PHOTOS) as image:
            exif = image.getexif() if "exif" in image.info else Image.Exif()
            camera, place = exif.get_ifd(EXIF_PART), exif.get_ifd(GPS_PART)
            width, height = image.size
    except UnidentifiedImageError:
        return None
    return {
        "kind": "photo",
        "taken_at": _exif_time(str(camera.get(TAKEN_AT, "")), str(camera.get(OFFSET, ""))),
        "lon": _degrees(place.get(LON), place.get(LON_REF), "W"),
        "lat": _degrees(place.get(LAT), place.get(LAT_REF), "S"),
        "width": width,
        "height": height,
    }


def _exif_time(text: str, offset: str) -> str | None:
    """Return `2026-06-01T22:13:05`, and its offset where the camera knew it; else it is the wall clock's."""
    if not (found := DIGITS_TIME.match(text)):
        return None
    year, month, day, clock = found.groups()
    return f"{year}-{month}-{day}T{clock}{offset if OFFSET_TEXT.fullmatch(offset) else ''}"


def _degrees(parts: Any, side: Any, negative: str) -> float | None:
    if not parts or len(parts) != 3:
        return None
    degrees, minutes, seconds = map(float, parts)
    value = degrees + minutes / 60 + seconds / 3600
    return round(-value if side == negative else value, 6) if math.isfinite(value) else None


def _video(stream: BinaryIO) -> Described | None:
    """Return what a film says of itself, or None when the file is no film."""
    stream.seek(0)
    if stream.read(12)[4:8] not in (b"ftyp", b"moov", b"wide", b"mdat"):
        return None
    moov = next((content for name, content in _boxes(stream) if name == b"moov"), b"")
    at = moov.find(b"mvhd") + 4
    if at < 4:
        return None
    is_long = moov[at] == 1
    created, _, scale, length = struct.unpack_from(">QQIQ" if is_long else ">IIII", moov, at + 4)
    place = PLACE_TEXT.search(moov)
    return {
        "kind": "video",
        # Nothing, or the year 1904, is a clock that was never set.
        "taken_at": (VIDEO_EPOCH + dt.timedelta(seconds=created)).isoformat() if created else None,
        "lon": float(place[2]) if place else None,
        "lat": float(place[1]) if place else None,
        "seconds": round(length / scale, 1) if scale else None,
    }


def _boxes(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield the outer boxes of an ISO base media file, by name; only what describes the film is read."""
    stream.seek(0)
    for _ in range(MOST_BOXES):
        if len(head := stream.read(8)) < 8:
            return
        size, name = int.from_bytes(head[:4], "big"), head[4:]
        size = int.from_bytes(stream.read(8), "big") - 8 if size == 1 else size
        if size < 8:
            return
        if name == b"moov":
            yield name, stream.read(min(size - 8, MOOV_BYTES))
            return
        stream.seek(size - 8, 1)
