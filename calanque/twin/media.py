"""Synthetic photos and videos that citizens send by app: one archive, with all that cameras write beside a picture.

Pictures are grey, films have no picture at all; what matters is beside them: moment and place, which are wanted, and
the owner, his telephone, a face in a frame and the file's name, which are not. All of it is made up.
"""

import io
import random
import struct
import zipfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from calanque.twin import invented
from calanque.twin.days import PARIS, WHOLE, Part, first_day
from calanque.twin.streets import position, spots

if TYPE_CHECKING:
    from faker import Faker

_HOURS, _HOUR_WEIGHTS = range(7, 24), (2, 4, 5, 5, 5, 6, 5, 4, 4, 5, 6, 7, 7, 6, 4, 4, 3)
VIDEO_SHARE, OLD_TELEPHONE_SHARE = 0.15, 0.2
_SIZES = ((40, 30), (30, 40), (48, 27))
_EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
# Of EXIF: who owns the camera, which camera, and what somebody wrote; the last says where a face is.
_ARTIST, _OWNER, _SERIAL, _COMMENT, _TAKEN, _OFFSET = 0x013B, 0xA430, 0xA431, 0x9286, 0x9003, 0x9011
_EXIF, _GPS = 0x8769, 0x8825
_FACES = '<rdf:li rdf:parseType="Resource"><mwg-rs:Name>{name}</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type></rdf:li>'
_TWICE, _TIMELESS, _PLACELESS, _NONE = range(4)
_ZIP_DAY = (2026, 1, 1, 0, 0, 0)


class _Shot(NamedTuple):
    at: datetime
    lon: float
    lat: float
    owner: str
    number: str
    """Of the telephone that took it."""


def generate_media(last_day: str, days: int, count: int, seed: int, *, dirt: float = 0.0, part: Part = WHOLE) -> bytes:
    """Return photos (JPEG) and videos (MP4) as a zip.

    Spoilt are those without a moment or a place, and those that are no picture at all.
    Arguments are those of `calanque.twin.days`.
    """
    from faker import Faker

    first = first_day(last_day, days, dirt, count)
    draw = random.Random(f"media/{seed}/{first}/{days}")  # noqa: S311  (reproducible, not secret)
    faker = Faker("fr_FR")
    faker.seed_instance(f"media/{seed}/{first}/{days}")
    near = spots(draw, part, "media")
    dirty = random.Random(f"dirt/{seed}/{first}/{days}")  # noqa: S311  (the same photos, clean or not)
    wrong = dirty.sample(range(count), 3 * round(dirt * count))
    # Of those without a moment or a place, by turns.
    spoilt = {
        index: (_TWICE, (_TIMELESS, _PLACELESS)[number // 3 % 2], _NONE)[number % 3]
        for number, index in enumerate(wrong)
    }
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for index in range(count):
            spoil = spoilt.get(index)
            shot = _shot(draw, faker, datetime(first.year, first.month, first.day), days, near)
            is_video = draw.random() < VIDEO_SHARE
            content = (_video if is_video else _photo)(draw, shot, spoil != _TIMELESS, spoil != _PLACELESS)
            name = f"{part.first_number + index:06d}_{shot.owner.replace(' ', '_')}.{'mp4' if is_video else 'jpg'}"
            for again in ("", "again_")[: 1 + (spoil == _TWICE)]:
                packed = b"%PDF-1.7 " + shot.owner.encode() if spoil == _NONE else content
                archive.writestr(zipfile.ZipInfo(again + name, _ZIP_DAY), packed)
    return sink.getvalue()


def _shot(draw: random.Random, faker: "Faker", first: datetime, days: int, near: list[tuple[float, float]]) -> _Shot:
    minutes = draw.choices(_HOURS, _HOUR_WEIGHTS)[0] * 60 + draw.randrange(60)
    at = first + timedelta(days=draw.randrange(days), minutes=minutes, seconds=draw.randrange(60))
    owner = f"{faker.first_name()} {faker.last_name()}"
    return _Shot(at.replace(tzinfo=PARIS), *position(draw, near), owner, invented.phone(draw))


def _photo(draw: random.Random, shot: _Shot, has_time: bool, has_place: bool) -> bytes:
    from PIL import Image

    image = Image.new("L", draw.choice(_SIZES), draw.randrange(256))
    exif = image.getexif()
    exif[_ARTIST] = shot.owner
    camera, place = exif.get_ifd(_EXIF), exif.get_ifd(_GPS)
    camera |= {_OWNER: shot.owner, _SERIAL: f"IMEI {draw.randrange(10**14, 10**15)}", _COMMENT: shot.number}
    # Telephones of before 2016 write the wall clock alone.
    is_old = draw.random() < OLD_TELEPHONE_SHARE
    if has_time:
        camera[_TAKEN] = f"{shot.at:%Y:%m:%d %H:%M:%S}"
        camera |= {} if is_old else {_OFFSET: shot.at.isoformat()[-6:]}
    if has_place:
        place |= {1: "N", 2: _sexagesimal(shot.lat), 3: "E", 4: _sexagesimal(shot.lon)}
    sink = io.BytesIO()
    image.save(sink, "JPEG", exif=exif, xmp=_FACES.format(name=shot.owner).encode(), comment=shot.number)
    return sink.getvalue()


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = degrees % 1 * 60
    return float(int(degrees)), float(int(minutes)), round(minutes % 1 * 60, 3)


def _video(draw: random.Random, shot: _Shot, has_time: bool, has_place: bool) -> bytes:
    """Return a film without a picture: its kind, when it was made, how long it is, where, and by whom."""
    made = int((shot.at - _EPOCH).total_seconds()) if has_time else 0
    head = _box("mvhd", struct.pack(">IIIII80x", 0, made, made, 1000, draw.randrange(2_000, 60_000)))
    place = f"{shot.lat:+08.4f}{shot.lon:+09.4f}/".encode() if has_place else b""
    geotag = _box("©xyz", struct.pack(">HH", len(place), 0x15C7) + place) if place else b""
    geotag += _box("©aut", struct.pack(">HH", len(shot.owner.encode()), 0x15C7) + shot.owner.encode())
    return (
        _box("ftyp", b"isom\0\0\2\0isomiso2mp41") + _box("mdat", b"\0" * 16) + _box("moov", head + _box("udta", geotag))
    )


def _box(name: str, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name.encode("latin-1") + content
