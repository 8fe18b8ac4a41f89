"""The scan itself: it sees a value however it is written and packed, and nothing where there is nothing."""

import base64
import bz2
import gzip
import io
import json
import lzma
import random
import unicodedata
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pytest
from bytescan import _Scanner
from fetched import zipped
from needles import CHUNK_BYTES, Needles
from pyarrow import orc, parquet
from unpack import UnreadableError, unpack

from calanque.errors import CalanqueError

NAME = "Zéphyrine Kerguélec"
PHONE = "06 39 98 41 27"
NEEDLES = Needles({"name": NAME, "phone": PHONE})
NFD = unicodedata.normalize("NFD", NAME)

WRITTEN = {
    "as-it-is": NAME.encode(),
    "capitals": NAME.upper().encode(),
    "no-accents": b"zephyrine kerguelec",
    "decomposed": NFD.encode(),
    "latin-1": NAME.encode("latin-1"),
    "windows-1252": NAME.upper().encode("cp1252"),
    "utf-16-le": NAME.encode("utf-16-le"),
    "utf-16-be": b"\x00" + NAME.encode("utf-16-be"),
    "two-lines": "Zéphyrine\nKerguélec".encode(),
    "joined": b"zephyrine-kerguelec@example.org",
    "json-escapes": json.dumps({"name": NAME}).encode(),
    "url": quote(f"nom={NAME}&x=1").encode(),
    "url-plus": b"nom=Z%C3%A9phyrine+Kergu%C3%A9lec",
    "python-bytes": repr(NAME.encode()).encode(),
    "hexadecimal": ("\\x" + f"id {NAME} x".encode().hex()).encode(),
    **{f"base64-{n}": base64.b64encode(b"x" * n + NAME.encode() + b" yz") for n in range(3)},
    **{
        f"base64-{n}-before-another": base64.b64encode(b"x" * n + NAME.encode()).rstrip(b"=") + b' "YWJjZGVmZ2hpams"'
        for n in range(3)
    },
    "base64-of-utf-16": base64.b64encode(f"a{NAME}b".encode("utf-16-le")),
    "base64-lines": base64.encodebytes(b"x" * 50 + NAME.encode() + b"y" * 50),
    "base64-url": base64.urlsafe_b64encode(b"\xff\xfe>" + NAME.encode() + b"???"),
}


@pytest.mark.parametrize("data", WRITTEN.values(), ids=WRITTEN.keys())
def test_a_value_is_found_however_it_is_written(data: bytes) -> None:
    assert NEEDLES.find(b"\x00\xffbefore " + data + b" after\x9f") == {"name"}
    assert NEEDLES.find(data) == {"name"}


@pytest.mark.parametrize("text", ["0639984127", "06.39.98.41.27", "(06) 39-98-41-27", "tel:0639 984 127"])
def test_a_phone_is_found_whatever_its_signs(text: str) -> None:
    assert NEEDLES.find(text.encode()) == {"phone"}


def test_a_value_across_two_chunks_is_found() -> None:
    data = b"." * (CHUNK_BYTES - 10) + NAME.encode() + b"." * 100
    assert NEEDLES.find(data) == {"name"}


@pytest.mark.parametrize(
    "data", [b"", b"Zephyrine", b"kergu lec", bytes(1000), random.Random(3).randbytes(3_000_000)], ids=range(5)
)
def test_nothing_is_found_where_there_is_nothing(data: bytes) -> None:
    assert NEEDLES.find(data) == set()


def test_a_value_too_short_to_prove_anything_is_refused() -> None:
    with pytest.raises(CalanqueError, match="'plate' has fewer than 6"):
        Needles({"plate": "AB-1"})


def _table() -> pa.Table:
    names = [f"row {n}" for n in range(5_000)] + [NAME]
    return pa.table({"n": range(5_001), "who": names, "nested": [{"a": [n]} for n in names]})


def _packed(column: str, codec: str, write: Any = parquet.write_table, **more: Any) -> bytes:
    sink = io.BytesIO()
    write(_table().select([column]), sink, compression=codec, **more)
    return sink.getvalue()


def _parquet(codec: str, column: str) -> bytes:
    return _packed(column, codec, write_statistics=False)


def _framed(codec: str, data: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, codec) as stream:
        stream.write(data)
    return sink.getvalue().to_pybytes()


def _spilled(data: bytes) -> bytes:
    """Write blocks as lz4-java's LZ4BlockOutputStream does, an end mark behind them."""
    packed = pa.compress(data, "lz4_raw", asbytes=True)
    sizes = len(packed).to_bytes(4, "little") + len(data).to_bytes(4, "little") + bytes(4)
    return b"LZ4Block\x25" + sizes + packed + b"LZ4Block\x15" + bytes(12)


PLAIN = b"a long line of nothing " * 2_000 + NAME.encode() + b" and nothing " * 2_000
PACKED = {
    "parquet-zstd": _parquet("zstd", "who"),
    "parquet-snappy": _parquet("snappy", "who"),
    "parquet-lz4": _parquet("lz4", "who"),
    "parquet-nested": _parquet("gzip", "nested"),
    "orc": _packed("who", "zstd", orc.write_table),
    "gzip": gzip.compress(PLAIN),
    "zlib": zlib.compress(PLAIN),
    "bzip2": bz2.compress(PLAIN),
    "xz": lzma.compress(PLAIN),
    "zstd": _framed("zstd", PLAIN),
    "lz4": _framed("lz4", PLAIN),
    "spark-spill": _spilled(PLAIN),
    "zip": zipped(("a/b.txt", PLAIN)),
    "zip-of-gzip-of-parquet": zipped(("a/b.gz", gzip.compress(_parquet("zstd", "who")))),
}


@pytest.mark.parametrize("data", PACKED.values(), ids=PACKED.keys())
def test_a_packed_value_is_found(data: bytes) -> None:
    assert {label for inner in unpack(data) for label in NEEDLES.find(inner)} == {"name"}


@pytest.mark.parametrize("name", ["parquet-zstd", "gzip", "zlib", "bzip2", "zip"])
def test_without_unpacking_nothing_is_seen(name: str) -> None:
    assert NEEDLES.find(PACKED[name]) == set()


# Their streams end without a mark: what is cut is read as far as it goes.
UNMARKED = {"zlib", "spark-spill"}


@pytest.mark.parametrize("name", sorted(set(PACKED) - UNMARKED))
def test_what_cannot_be_unpacked_is_told(name: str) -> None:
    broken, scanner = PACKED[name][: len(PACKED[name]) // 3], _Scanner(NEEDLES)
    scanner.look("file", "file:x", [broken])
    assert scanner.report(0.0).unreadable == ("file:x",)
    with pytest.raises(UnreadableError):
        list(unpack(broken))


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.string()], ids=str)
def test_a_number_is_found_however_its_column_holds_it(kind: pa.DataType) -> None:
    number, sink = 33_639_984_120, io.BytesIO()
    parquet.write_table(pa.table({"phone": pa.array([None, number], pa.int64()).cast(kind)}), sink)
    assert Needles({"phone": f"{number}"}).find(b"\n".join(unpack(sink.getvalue()))) == {"phone"}


def test_a_report_holds_no_value(tmp_path: Path) -> None:
    scanner = _Scanner(NEEDLES)
    scanner.look("file", "file:a.log", [PLAIN])
    scanner.look("file", "file:b.log", [b"nothing"])
    report = scanner.report(0.0)
    assert report.places("name") == {"file:a.log"} and report.places("phone") == set()
    assert report.read_counts == {"file": 2} and report.read_bytes == {"file": len(PLAIN) + 7}
    assert NEEDLES.find(report.model_dump_json().encode()) == set()
