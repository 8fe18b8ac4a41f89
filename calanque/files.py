"""What a file from outside may be called and how large it may be, whatever door it comes through."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from calanque.errors import RefusedBatchError

LARGEST_BYTES = 2 * 1024**3
CHUNK_BYTES = 4 * 1024 * 1024
# HDFS takes no colon, Spark reads * ? [ ] { } as patterns and passes over names that begin with . or _
_NAME = re.compile(r"[^\W_][\w .,()+=@&'-]{0,199}")
_OURS = re.compile(r"manifest\.json|contract-.*\.json")


KINDS = frozenset(
    ["csv", "geojson", "gz", "json", "jsonl", "ndjson", "parquet", "sha256", "shp", "tsv", "txt", "xlsx", "xml", "zip"]
)
"""Endings that say what a file is."""
# A word of fewer letters is nobody's name.
_WORD = re.compile(r"[^\W\d_]{3,}")


def words_of_name(name: str) -> set[str]:
    """Return the words of a file's name that could be a person's, in lower case; what says its kind is none."""
    return {word.lower() for word in _WORD.findall(name)} - KINDS


def masked(name: str) -> str:
    """Return a file's name as a sentence may tell it, with "…" for each word: a person may be named by it.

    `masked("plainte_dupont_2026-06-01.csv")` is `…_…_2026-06-01.csv`.
    """
    return _WORD.sub(lambda word: word[0] if word[0].lower() in KINDS else "…", name)


def is_name(name: str) -> bool:
    """Whether a file may have this name in the lake."""
    return bool(_NAME.fullmatch(name)) and not _OURS.fullmatch(name)


def refuse_name(name: str, what: str) -> None:
    """Check the name of a file from outside.

    Args:
        name: its name.
        what: what the file is, as in 'the dropped file'.

    Raises:
        RefusedBatchError: if the lake would read it as something else.
    """
    if not is_name(name):
        raise refusal(
            what,
            name,
            "the lake would read its name as something else: begin with a letter or a digit, then letters, digits, "
            "spaces and .,()+=@&'_- only, 200 characters at most",
        )


def refusal(what: str, name: str, why: str) -> RefusedBatchError:
    """Return the error of a file that has no place in the lake; words of its name are not told."""
    return RefusedBatchError(f"Nothing was landed: {what} {masked(name)!r} is refused because {why}.")


def chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the rest of a stream in pieces."""
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk


def write_bounded(chunks: Iterable[bytes], target: Path, what: str, name: str, largest: int | None = None) -> None:
    """Write pieces to a file, and stop as soon as they are too many.

    Raises:
        RefusedBatchError: if they are more than `largest` bytes, `LARGEST_BYTES` by default.
    """
    bound, size = LARGEST_BYTES if largest is None else largest, 0
    with target.open("wb") as sink:
        for chunk in chunks:
            size += len(chunk)
            if size > bound:
                raise refusal(what, name, f"it is larger than {_readable(bound)}: send it in parts")
            sink.write(chunk)


def _readable(size: int) -> str:
    return f"{size // 1024**3} GiB" if size >= 1024**3 else f"{size // 1024**2} MiB" if size >= 1024**2 else f"{size} B"
