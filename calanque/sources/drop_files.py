"""One file of the drop folder, which is a stranger's: whether it is still, has a place in the lake, its bytes.

No link is followed, and what is hashed is what is landed.
"""

import hashlib
import os
import re
import stat
import time
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import BinaryIO, Self

from calanque.errors import CalanqueError, RefusedBatchError
from calanque.files import LARGEST_BYTES, chunks_of, masked, refusal, refuse_name, write_bounded
from calanque.settings import settings
from calanque.sources.errand import NotThereYetError

PROMISE = ".sha256"
PROMISE_BYTES = 1024
DROPPED = "the dropped file"
# What nobody has touched for so long is whole, as far as its time can say.
YOUNG_S = 60


class GoneError(CalanqueError):
    """A file that was there a moment ago: another run of the feed has moved it on."""


class GrowingError(NotThereYetError):
    """A file that is still being written."""

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return the error of one file, which stays where it is."""
        return cls(f"{DROPPED.capitalize()} {masked(path.name)!r} is still being written: it waits for the next run.")


def growing(paths: Iterable[Path]) -> set[Path]:
    """Return the files that are still being written: those that change between two looks, of the ones touched lately.

    The second look is after the seconds of the settings, once for all of them.
    """
    now = time.time()
    seen = {path: _look(path) for path in paths}
    # By the time of the system: that of the bytes is whatever its writer says.
    young = {path: look for path, look in seen.items() if look and now - look[2] / 1e9 < YOUNG_S}
    if young:
        time.sleep(settings().drop_still_s)
    return {path for path, look in young.items() if _look(path) != look}


def is_same(path: Path, copy: Path) -> bool:
    """Whether a taken file is what it was when it was copied."""
    return _bytes_of(path.stat()) == _bytes_of(copy.stat())


def check_place(path: Path, folder: Path) -> None:
    """Refuse what has no place in the lake while the partner can still see it and take it away.

    Raises:
        RefusedBatchError: if it has none, by its name, its kind, its size or where it lies.
        CalanqueError: if it can not be read.
    """
    refuse_name(path.name, DROPPED)
    if is_behind_a_link(path, folder):
        raise refusal(DROPPED, path.name, "it lies behind a link: the file itself has to be dropped")
    with _open(path) as file:
        size = os.fstat(file.fileno()).st_size
    if size > LARGEST_BYTES:
        raise refusal(DROPPED, path.name, f"it is larger than {LARGEST_BYTES // 1024**3} GiB: send it in parts")
    promise = path.with_name(f"{path.name}{PROMISE}")
    if os.path.lexists(promise):
        _promised(promise)


def is_behind_a_link(path: Path, folder: Path) -> bool:
    """Whether a folder between the drop folder and the file is a link."""
    return path.parent.resolve() != folder.resolve() / path.parent.relative_to(folder)


def copy_file(path: Path, target: Path) -> Path:
    """Return the copy of a taken file, with the time of its bytes.

    Raises:
        GrowingError: if it was written while it was read.
        RefusedBatchError: if it is too large, or not what the digest beside it promises.
    """
    copy = target / path.name
    with _open(path) as source:
        before = os.fstat(source.fileno())
        write_bounded(chunks_of(source), copy, DROPPED, path.name)
        if _bytes_of(os.fstat(source.fileno())) != _bytes_of(before):
            copy.unlink()
            raise GrowingError.of(path)
    os.utime(copy, ns=(before.st_atime_ns, before.st_mtime_ns))
    promise = path.with_name(f"{path.name}{PROMISE}")
    if os.path.lexists(promise):
        with copy.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != _promised(promise):
            copy.unlink()
            raise RefusedBatchError(
                f"{masked(path.name)} is truncated or altered: its SHA-256 is not the one beside it. Ask for it again."
            )
    return copy


def move_file(source: Path, target: Path) -> None:
    """Move a file, with the digest beside it; of what is not there (any more), nothing.

    The digest first: whoever is stopped in between leaves what the next run finds.

    Raises:
        CalanqueError: if the right to move it is missing.
    """
    for ending in (PROMISE, ""):
        try:
            source.with_name(f"{source.name}{ending}").rename(target.with_name(f"{target.name}{ending}"))
        except FileNotFoundError:  # another run has it, or there was none
            continue
        except OSError as error:
            raise CalanqueError(
                f"{masked(source.name)!r} can not be moved out of the drop folder ({error.strerror}): the lake's user "
                "needs the right to."
            ) from None


def unused(path: Path) -> Path:
    """Return a path that is not there: the same bytes, dropped again, are archived beside the first."""
    names = (path if number == 1 else path.with_name(f"{path.name}-{number}") for number in count(1))
    return next(name for name in names if not os.path.lexists(name))


def _look(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.lstat()
    except OSError:
        return None
    return *_bytes_of(found), found.st_ctime_ns


def _bytes_of(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns


def _open(path: Path) -> BinaryIO:
    # Not blocking, for a pipe would hold the task until somebody writes into it.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if path.is_symlink():
            raise refusal(DROPPED, path.name, "it is a link: the file itself has to be dropped") from None
        unread = GoneError if isinstance(error, FileNotFoundError) else CalanqueError
        raise unread(f"{DROPPED.capitalize()} {masked(path.name)!r} can not be read: {error.strerror}.") from None
    file = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise refusal(DROPPED, path.name, "it is not an ordinary file")
    return file


def _promised(promise: Path) -> str:
    # Partners who care send `<file>.sha256` beside the file, in the format of sha256sum.
    with _open(promise) as file:
        words = file.read(PROMISE_BYTES).decode("ascii", errors="replace").split()
    if not words or not re.fullmatch(r"[0-9a-fA-F]{64}", words[0]):
        raise RefusedBatchError(
            f"{masked(promise.name)} holds no SHA-256: it has to begin with 64 hexadecimal digits, as sha256sum writes "
            "them."
        )
    return words[0].lower()
