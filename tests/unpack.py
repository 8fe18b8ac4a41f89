"""What a file holds once its compression is undone: a raw scan of compressed data proves nothing."""

import bz2
import gzip
import io
import json
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

DEEPEST = 5
LARGEST_BYTES = 2 * 1024**3
_LZ4_BLOCK = b"LZ4Block"
_LZ4_BLOCK_HEADER_BYTES = 21
_LZ4_STORED = 0x10


class UnreadableError(Exception):
    """The bytes say that they are of some format, and are not: what they hold is not known."""


def unpack(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """Yield the bytes as they are, then everything found by undoing compressions, archives and columnar formats.

    Raises:
        UnreadableError: if the first bytes name a format that cannot be undone; what was yielded before stands.
    """
    yield data
    decode = _decoder(data)
    if decode is None:
        return
    if depth == DEEPEST:
        raise UnreadableError("packed too deep")
    try:
        for inner in decode(data):
            yield from unpack(inner, depth + 1)
    except UnreadableError:
        raise
    except Exception as error:  # whatever a broken file makes its library say, it may quote a value
        raise UnreadableError(type(error).__name__) from None


def _decoder(data: bytes) -> Callable[[bytes], Iterator[bytes]] | None:
    for magic, decode in _BY_MAGIC.items():
        if data.startswith(magic):
            return decode
    # Two bytes of zlib's header are a number that 31 divides; only a whole stream counts, two bytes are soon met.
    if data[:1] == b"\x78" and len(data) > 2 and int.from_bytes(data[:2], "big") % 31 == 0 and _is_zlib(data):
        return _zlib
    return None


def _is_zlib(data: bytes) -> bool:
    try:
        zlib.decompressobj().decompress(data, 64)
    except zlib.error:
        return False
    return True


def _zlib(data: bytes) -> Iterator[bytes]:
    yield zlib.decompressobj().decompress(data)


def _gzip(data: bytes) -> Iterator[bytes]:
    yield gzip.decompress(data)


def _bzip2(data: bytes) -> Iterator[bytes]:
    yield bz2.decompress(data)


def _xz(data: bytes) -> Iterator[bytes]:
    yield lzma.decompress(data)


def _framed(codec: str) -> Callable[[bytes], Iterator[bytes]]:
    def decode(data: bytes) -> Iterator[bytes]:
        with pa.CompressedInputStream(pa.BufferReader(data), codec) as stream:
            yield stream.read()

    return decode


def _lz4_blocks(data: bytes) -> Iterator[bytes]:
    """Undo what Spark writes when it shuffles or spills: a run of LZ4 blocks, each behind a header of its own."""
    at, parts = 0, []
    while data.startswith(_LZ4_BLOCK, at):
        token = data[at + 8]
        packed, plain = (int.from_bytes(data[at + n : at + n + 4], "little") for n in (9, 13))
        at += _LZ4_BLOCK_HEADER_BYTES
        block = data[at : at + packed]
        if plain > LARGEST_BYTES:
            raise UnreadableError("a block of an impossible size")
        stored = token & 0xF0 == _LZ4_STORED
        parts.append(block if stored else bytes(pa.decompress(block, plain, "lz4_raw")) if plain else b"")
        at += packed
    yield b"".join(parts)
    if at < len(data):
        yield data[at:]


def _zip(data: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            yield member.filename.encode()
            if member.file_size <= LARGEST_BYTES:
                yield archive.read(member)


def _parquet(data: bytes) -> Iterator[bytes]:
    from pyarrow import parquet

    file = parquet.ParquetFile(pa.BufferReader(data))
    for key, value in (file.metadata.metadata or {}).items():
        yield key + b"=" + value
    for at in range(file.num_row_groups):
        yield from _columns(file.read_row_group(at))


def _orc(data: bytes) -> Iterator[bytes]:
    from pyarrow import orc

    file = orc.ORCFile(pa.BufferReader(data))
    for at in range(file.nstripes):
        yield from _columns(pa.Table.from_batches([file.read_stripe(at)]))


def _columns(table: pa.Table) -> Iterator[bytes]:
    for column in table.columns:
        # Each text and whole number once, written by Arrow; a large decimal it would write with an exponent.
        values = column.unique() if _is_plain(column.type) else column
        if _is_plain(column.type) and not pa.types.is_floating(column.type):
            values = values.cast(pa.string())
        yield "\n".join(map(_text, values.to_pylist())).encode("utf-8", "surrogateescape")


def _is_plain(kind: pa.DataType) -> bool:
    return bool(pa.types.is_primitive(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


_BY_MAGIC: dict[bytes, Callable[[bytes], Iterator[bytes]]] = {
    b"PAR1": _parquet,
    b"ORC": _orc,
    b"\x1f\x8b": _gzip,
    b"\x28\xb5\x2f\xfd": _framed("zstd"),
    b"\x04\x22\x4d\x18": _framed("lz4"),
    _LZ4_BLOCK: _lz4_blocks,
    b"BZh": _bzip2,
    b"\xfd7zXZ\x00": _xz,
    b"PK\x03\x04": _zip,
}
