"""Bytes to text, for the formats that are text."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from calanque.files import chunks_of

TEXT_CHUNK_BYTES = 256 * 1024


def decodes(path: Path, encoding: str = "UTF-8") -> bool:
    """Whether every byte of a file is in its encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            for chunk in chunks_of(stream):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def text_chunks(stream: BinaryIO) -> Iterator[str]:
    """Yield UTF-8 text in pieces, a wrong byte as U+FFFD and no byte order mark."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
    while chunk := stream.read(TEXT_CHUNK_BYTES):
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)
