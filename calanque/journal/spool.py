"""Acts on their way to the journal: lines of files, on disk before their source is told that they have come.

Each line is a whole act. A file that is being taken has another name, and a lock on it says that nobody writes to it.
"""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from calanque.errors import CalanqueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CURRENT, TAKEN = "current.jsonl", "taken-"
MOST_BYTES = 512 * 1024**2
"""What is kept while the journal can not be written: some two million acts."""


def add(folder: Path, act: Mapping[str, Any]) -> None:
    """Put an act on disk.

    Raises:
        CalanqueError: if the spool is full: the journal has not been written for long.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if _size(folder) > MOST_BYTES:
        raise CalanqueError("The journal's spool is full: run 'calanque dpo journal collect', and look why it stopped.")
    line = json.dumps(act, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    while True:
        descriptor = os.open(folder / CURRENT, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not _is_current(folder, file.fileno()):  # it was taken meanwhile
                continue
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
            return


def _size(folder: Path) -> int:
    sizes = []
    for path in folder.glob("*.jsonl"):
        with suppress(FileNotFoundError):  # it was taken meanwhile
            sizes.append(path.stat().st_size)
    return sum(sizes)


def _is_current(folder: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), (folder / CURRENT).stat())
    except FileNotFoundError:
        return False


@contextmanager
def taken(folder: Path) -> Iterator[list[dict[str, Any]]]:
    """Give the acts that are there, and forget them afterwards unless an error comes: then they are given again."""
    if (folder / CURRENT).is_file():
        (folder / CURRENT).rename(folder / f"{TAKEN}{uuid.uuid4().hex}.jsonl")
    paths = sorted(folder.glob(f"{TAKEN}*.jsonl")) if folder.is_dir() else []
    found: list[dict[str, Any]] = []
    for path in paths:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # A process killed in the middle of a line had not said that it has it.
            found += [json.loads(line) for line in file.read().split(b"\n")[:-1] if line]
    yield found
    for path in paths:
        path.unlink(missing_ok=True)
