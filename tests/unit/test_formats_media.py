"""Photos and videos: what is read of them, and that nothing else of them gets past the door."""

import io
import json
import re
import struct
import zipfile
from pathlib import Path

import pytest
from fetched import fetch_dropped, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from calanque.contracts import load_contract
from calanque.errors import RefusedBatchError
from calanque.formats import Container
from calanque.formats.media import COLUMNS, UNREADABLE, MediaFormat
from calanque.formats.reading import rows, unpacked
from calanque.twin.media import generate_media

FORM = MediaFormat(type="media")
FEED = load_contract("marseille_media")
MADE = generate_media("2026-06-30", 14, 80, 7)


def members(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def described(folder: Path, content: bytes, name: str = "sent") -> dict[str, object] | str:
    """Return what is known of one file: a row, or the text of what is none."""
    path = folder / name
    path.write_bytes(content)
    with unpacked(path, FORM) as (lines,):
        (line,) = lines.read_text(encoding="utf-8").splitlines()
    return json.loads(line) if line.startswith("{") else line


def film(version: int = 0, created: int = 3_863_106_000, place: bytes = b"", before: bytes = b"") -> bytes:
    """Return a film of 90.5 seconds of the length of a clock's, made on 2026-05-31 at 21:00 UTC."""
    times = struct.pack(">QQIQ" if version else ">IIII", created, created, 1000, 90_500)
    head = b"mvhd" + bytes([version, 0, 0, 0]) + times
    moov = struct.pack(">I", 16 + len(head) + len(place)) + b"moov" + struct.pack(">I", 4 + len(head)) + head + place
    return struct.pack(">I", 12) + b"ftypqt  " + before + moov


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(film(place=b"\xa9xyz\0\x1b\x15\xc7+43.2951+005.3698/"), (5.3698, 43.2951), id="android"),
        pytest.param(film(1, place=b"....+43.2951+005.3698+012.345/...."), (5.3698, 43.2951), id="iphone, long times"),
        pytest.param(film(place=b"+43.2951-005.3698/"), (-5.3698, 43.2951), id="west"),
        pytest.param(film(before=struct.pack(">I", 1) + b"mdat" + struct.pack(">Q", 24) + b"x" * 8), None, id="large"),
        pytest.param(film(), None, id="nowhere"),
    ],
)
def test_a_film_says_when_where_and_how_long(tmp_path: Path, content: bytes, expected: tuple[float, float]) -> None:
    row = described(tmp_path, content)
    assert isinstance(row, dict) and tuple(row) == COLUMNS
    assert (row["kind"], row["taken_at"], row["seconds"]) == ("video", "2026-05-31T21:00:00+00:00", 90.5)
    assert (row["lon"], row["lat"]) == (expected or (None, None))


def test_a_clock_that_was_never_set_is_no_moment(tmp_path: Path) -> None:
    row = described(tmp_path, film(created=0))
    assert isinstance(row, dict) and row["taken_at"] is None


def test_a_photo_says_its_wall_clock_its_offset_and_its_degrees(tmp_path: Path) -> None:
    from PIL import Image

    image = Image.new("RGB", (64, 48))
    exif = image.getexif()
    exif.get_ifd(0x8769).update({0x9003: "2026:06:01 22:13:05", 0x9011: "+02:00"})
    exif.get_ifd(0x8825).update({1: "S", 2: (43.0, 17.0, 42.36), 3: "W", 4: (5.0, 22.0, 11.28)})
    sink = io.BytesIO()
    image.save(sink, "JPEG", exif=exif)
    row = described(tmp_path, sink.getvalue())
    assert isinstance(row, dict)
    assert (row["taken_at"], row["lon"], row["lat"]) == ("2026-06-01T22:13:05+02:00", -5.3698, -43.2951)
    assert (row["kind"], row["width"], row["height"], row["seconds"]) == ("photo", 64, 48, None)
    for kind in ("PNG", "WEBP", "MPO"):
        bare = io.BytesIO()
        Image.new("RGB", (64, 48)).save(bare, kind)
        row = described(tmp_path, bare.getvalue())
        assert isinstance(row, dict) and [row[name] for name in ("taken_at", "lon", "width")] == [None, None, 64]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\xff\xd8\xff", film()[:30], b"\0\0\0\x0cftypisom", b"\0" * 64])
def test_what_is_no_picture_is_a_line_of_its_own(tmp_path: Path, content: bytes) -> None:
    line = described(tmp_path, content, "Jeanne_Trégomeur.jpg")
    assert isinstance(line, str) and re.fullmatch(f"[0-9a-f]{{64}} is {UNREADABLE}", line)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(members(MADE).items())[:12]),
    st.lists(st.tuples(st.integers(0, 2_000), st.binary(min_size=1, max_size=6)), min_size=1, max_size=6),
)
def test_no_altered_file_stops_the_others(
    tmp_path_factory: pytest.TempPathFactory, member: tuple[str, bytes], changes: list[tuple[int, bytes]]
) -> None:
    content = bytearray(member[1])
    for at, new in changes:
        content[at : at + len(new)] = new
    assert described(tmp_path_factory.mktemp("altered"), bytes(content))


def test_nothing_but_moment_place_and_size_gets_past_the_door(tmp_path: Path) -> None:
    """Owner, telephone, face and name are in the files that are sent, and in none that is landed."""
    sent = members(MADE)
    owners = {name.split("_", 1)[1].rsplit(".", 1)[0].replace("_", " ") for name in sent}
    raw = b"".join(sent.values())
    planted = [*(owner.encode() for owner in owners), b"IMEI ", b"mwg-rs", b"+33", b"06", b"\xff\xd8"]
    assert all(value in raw for value in planted) and len(owners) > 60
    batch = fetch_dropped(tmp_path, FEED, "Jeanne Trégomeur.zip", MADE)
    (file,) = batch.files
    landed = file.path.read_bytes() + f"{file.name}{file.container}".encode()
    assert file.row_count == len(sent) == 80
    assert [value for value in planted if value in landed and value != b"06"] == []
    assert b"gomeur" not in landed and b"zip" in landed
    lines = file.path.read_text(encoding="utf-8").splitlines()
    assert {tuple(json.loads(line)) for line in lines} == {COLUMNS}


def test_photos_that_are_dropped_one_by_one_are_a_line_each(tmp_path: Path) -> None:
    loose = {"fileFormat": FORM}
    photo = next(content for name, content in members(MADE).items() if name.endswith(".jpg"))
    (file,) = fetch_dropped(tmp_path, FEED, "IMG_0001.jpg", photo, file_format=loose["fileFormat"]).files
    assert (file.row_count, file.name) == (1, f"file-{file.sha256[:12]}.jsonl")


def test_an_archive_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedBatchError, match="is not zip"):
        fetch_dropped(tmp_path, FEED, "media.zip", b"no archive")


def test_a_twin_s_photos_are_as_dirty_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "media.zip"
    path.write_bytes(generate_media("2026-06-30", 14, 200, 7, dirt=0.05))
    form = FORM.model_copy(update={"container": Container(type="zip")})
    found = [row for row in rows(path, form) if not isinstance(row, str)]
    assert len(members(path.read_bytes())) == 210 and len(found) == 200
    assert len(found) - len({row["media_id"] for row in found}) == 10
    assert sum(row["taken_at"] is None for row in found) == sum(row["lon"] is None for row in found) == 5
    assert {row["kind"] for row in found} == {"photo", "video"}
    path.write_bytes(zipped(("a.jpg", b"x"), ("b.jpg", b"y")))
    assert [row for row in rows(path, form) if not isinstance(row, str)] == []
