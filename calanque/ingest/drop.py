"""What a partner drops, taken as a stranger's: no link is followed, no name is a pattern or ours, sizes have bounds.

Each file is copied as it is read, so that what is checked is what is landed.
"""

import hashlib
import os
import re
import stat
from pathlib import Path
from typing import BinaryIO

from calanque.errors import CalanqueError, RefusedBatchError

LARGEST_BYTES = 2 * 1024**3
CHUNK_BYTES = 4 * 1024 * 1024
PROMISE_BYTES = 1024
# HDFS takes no colon, Spark reads * ? [ ] { } as patterns and passes over names that begin with . or _
NAME = re.compile(r"[^\W_][\w .,()+=@&'-]{0,199}")
OURS = re.compile(r"manifest\.json|contract-.*\.json")


def take_dropped(feed: str, pattern: str, folder: Path, work_dir: Path) -> list[Path]:
    """Copy the files of a drop folder that fit a pattern into `work_dir`, each checked; returns the copies.

    Raises:
        CalanqueError: if there is no such file, or one is not what the partner promised.
        RefusedBatchError: if a file has no place in the lake, whoever sends it again.
    """
    paths = sorted(path for path in folder.glob(pattern) if path.suffix != ".sha256" and not _is_folder(path))
    if not paths:
        raise CalanqueError(f"No file '{pattern}' in the drop folder: has the partner sent {feed} for that day?")
    names = [path.name for path in paths]
    if len(set(names)) != len(names):
        raise CalanqueError(f"Two files of {feed} have the same name: rename one at the source.")
    target = work_dir / "dropped"
    target.mkdir()
    return [_take(path, folder, target) for path in paths]


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _take(path: Path, folder: Path, target: Path) -> Path:
    if not NAME.fullmatch(path.name) or OURS.fullmatch(path.name):
        raise _refusal(
            path,
            "the lake would read its name as something else: begin with a letter or a digit, then letters, digits, "
            "spaces and .,()+=@&'_- only, 200 characters at most",
        )
    if path.parent.resolve() != folder.resolve() / path.parent.relative_to(folder):
        raise _refusal(path, "it lies behind a link: the file itself has to be dropped")
    copy, digest, size = target / path.name, hashlib.sha256(), 0
    with _open(path) as source, copy.open("wb") as sink:
        while chunk := source.read(CHUNK_BYTES):
            size += len(chunk)
            if size > LARGEST_BYTES:
                raise _refusal(path, f"it is larger than {LARGEST_BYTES // 1024**3} GiB: send it in parts")
            digest.update(chunk)
            sink.write(chunk)
    _check_promise(path, digest.hexdigest())
    return copy


def _refusal(path: Path, why: str) -> RefusedBatchError:
    return RefusedBatchError(f"Nothing was landed: the dropped file {path.name!r} is refused because {why}.")


def _open(path: Path) -> BinaryIO:
    # Not blocking, for a pipe would hold the task until somebody writes into it.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if path.is_symlink():
            raise _refusal(path, "it is a link: the file itself has to be dropped") from None
        raise CalanqueError(f"The dropped file {path.name!r} can not be read: {error.strerror}.") from error
    file = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise _refusal(path, "it is not an ordinary file")
    return file


def _check_promise(path: Path, digest: str) -> None:
    # Partners who care send `<file>.sha256` beside the file, in the format of sha256sum.
    promise = path.with_name(f"{path.name}.sha256")
    if not os.path.lexists(promise):
        return
    with _open(promise) as file:
        words = file.read(PROMISE_BYTES).decode("ascii", errors="replace").split()
    if not words or not re.fullmatch(r"[0-9a-fA-F]{64}", words[0]):
        raise RefusedBatchError(
            f"{promise.name} holds no SHA-256: it has to begin with 64 hexadecimal digits, as sha256sum writes them."
        )
    if digest != words[0].lower():
        raise CalanqueError(
            f"{path.name} is truncated or altered: its SHA-256 is not the one in {promise.name}. Ask for it again."
        )
