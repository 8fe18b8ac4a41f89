"""What a partner drops, taken as a stranger's: no link is followed, no name is a pattern or ours, sizes have bounds.

A file is moved out of the partner's reach first (`taking/<feed>/`), then hashed as it is copied, so that what is hashed
is what is landed. Once landed it goes to `archive/<feed>/<day>/<batch>/`, all files of a batch in one step. A run that
is repeated finds its files in one of the two.
"""

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from itertools import count
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

from pydantic import Field, field_validator

from calanque.errors import CalanqueError, RefusedBatchError
from calanque.files import LARGEST_BYTES, chunks_of, masked, refusal, refuse_name, write_bounded
from calanque.sources.errand import DAY, Errand, NotThereYetError, SourceOptions, with_day

TAKING, ARCHIVE, REFUSED = "taking", "archive", "refused"
PROMISE = ".sha256"
PROMISE_BYTES = 1024
DROPPED = "the dropped file"
# Where a file went that another run of the feed has moved on meanwhile is found by looking again.
LOOKS = 3
# One part of a path in a pattern; the stars and question marks of a pattern, never its brackets.
PART = re.compile(r"[^\W_*?][\w .,()+=@&'*?-]*|[*?][\w .,()+=@&'*?-]*")


class _GoneError(CalanqueError):
    """A file that was there a moment ago: another run of the feed has moved it on."""


class DropSource(SourceOptions):
    """Files that a partner drops in a folder; `{date}` in the pattern becomes the day of the run (YYYY-MM-DD)."""

    kind: Literal["drop"]
    pattern: str
    done_marker: Annotated[str, Field(pattern=r"^\.[A-Za-z0-9_]{1,20}$")] | None = None
    wait_minutes: Annotated[int, Field(ge=0, le=1440)] = 0

    @field_validator("pattern")
    @classmethod
    def _is_harmless(cls, pattern: str) -> str:
        parts = pattern.replace(DAY, "0").split("/")
        if "**" in pattern or parts[0] in (TAKING, ARCHIVE) or not all(map(PART.fullmatch, parts)):
            raise ValueError(
                "must be a path below the drop folder with * and ? and {date} as its only wildcards: no '..', no '**', "
                f"no brackets, not in {TAKING}/ or {ARCHIVE}/"
            )
        return pattern

    @property
    def origin(self) -> str:
        """What the manifest says of where the files came from."""
        return f"drop:{self.pattern}"

    @property
    def is_dated(self) -> bool:
        """Whether each day has files of its own."""
        return DAY in self.pattern

    @property
    def patience_minutes(self) -> int:
        """How long a run waits for what is not there yet."""
        return self.wait_minutes

    def fetch(self, errand: Errand) -> list[Path]:
        """Move the files that fit the pattern away, and copy them; files already moved by the same run are found."""
        for _ in range(LOOKS - 1):
            with suppress(_GoneError):
                return self._fetched(errand)
        return self._fetched(errand)

    def _fetched(self, errand: Errand) -> list[Path]:
        pattern = with_day(self.pattern, errand)
        taking = _own_folder(errand.drop, TAKING, errand.feed)
        _put_back(taking)
        self._move_away(errand, pattern, taking)
        name = pattern.rsplit("/", 1)[-1]
        paths = _fitting(taking, name) or _archived(errand, name)
        if not paths:
            raise NotThereYetError(
                f"No file '{pattern}' in the drop folder: has the partner sent {errand.feed} for that day?"
            )
        target = errand.work_dir / "dropped"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        return [self._copied(errand, path, target) for path in paths]

    def archived_as(self, errand: Errand) -> str | None:
        """Return the batch whose files a run of that day finds in the archive; None when there are new ones."""
        name = with_day(self.pattern, errand).rsplit("/", 1)[-1]
        if _fitting(_own_folder(errand.drop, TAKING, errand.feed), name):
            return None
        return next((path.parent.name.partition("-")[0] for path in _archived(errand, name)), None)

    def set_aside(self, errand: Errand, name: str) -> str:
        """Move a refused file and its promise to `archive/<feed>/<day>/refused/`, so that a corrected one may come."""
        taken = _own_folder(errand.drop, TAKING, errand.feed) / name
        if not taken.is_file():
            return ""
        refused = _day_folder(errand, REFUSED)
        promise = taken.with_name(f"{name}{PROMISE}")
        _rename(taken, refused / name)
        _rename(promise, refused / promise.name)
        return f" The file is now in {refused.relative_to(errand.drop)} of the drop folder."

    def settle(self, errand: Errand, batch_id: str) -> None:
        """Archive the files of a landed batch by their day, in one step: whoever is stopped before finds them all."""
        taken = _own_folder(errand.drop, TAKING, errand.feed)
        names = [path.name for path in (errand.work_dir / "dropped").iterdir() if (taken / path.name).is_file()]
        if names:
            gathered = _own_folder(errand.drop, TAKING, errand.feed, f".{batch_id}")
            for name in names:
                _rename(taken / f"{name}{PROMISE}", gathered / f"{name}{PROMISE}")
                _rename(taken / name, gathered / name)
            _rename(gathered, _unused(_day_folder(errand) / batch_id))

    def _copied(self, errand: Errand, path: Path, target: Path) -> Path:
        try:
            return _copy(path, target)
        except RefusedBatchError as error:
            raise RefusedBatchError(f"{error}{self.set_aside(errand, path.name)}") from error

    def _move_away(self, errand: Errand, pattern: str, taking: Path) -> None:
        paths = [path for path in _below(errand.drop, pattern) if self._counts(path)]
        names = [path.name for path in paths]
        if len(set(names)) != len(names):
            raise CalanqueError(f"Two files of {errand.feed} have the same name: rename one at the source.")
        for path in paths:
            _check_place(path, errand.drop)
        # What is there already is landed first: the new file of that name waits for the next run.
        for path in (path for path in paths if not os.path.lexists(taking / path.name)):
            # The promise first and the marker last: whoever is stopped in between leaves what the next run finds.
            _rename(path.with_name(f"{path.name}{PROMISE}"), taking / f"{path.name}{PROMISE}")
            _rename(path, taking / path.name)
        self._forget_markers(errand, pattern, taking)

    def _counts(self, path: Path) -> bool:
        if path.suffix in (PROMISE, self.done_marker) or (path.is_dir() and not path.is_symlink()):
            return False
        return self.done_marker is None or os.path.lexists(f"{path}{self.done_marker}")

    def _forget_markers(self, errand: Errand, pattern: str, taking: Path) -> None:
        if self.done_marker:
            for marker in _below(errand.drop, f"{pattern}{self.done_marker}"):
                file = marker.with_name(marker.name.removesuffix(self.done_marker))
                if not os.path.lexists(file) and (taking / file.name).is_file():
                    marker.unlink(missing_ok=True)


def _below(folder: Path, pattern: str) -> Iterator[Path]:
    for path in sorted(folder.glob(pattern)):
        if path.relative_to(folder).parts[0] not in (TAKING, ARCHIVE):
            yield path


def _put_back(taking: Path) -> None:
    """Take back what a run gathered for the archive and was stopped before it was there."""
    for gathered in taking.glob(".*"):
        for path in gathered.iterdir():
            _rename(path, taking / path.name)
        gathered.rmdir()


def _day_folder(errand: Errand, *parts: str) -> Path:
    return _own_folder(errand.drop, ARCHIVE, errand.feed, str(errand.day or "undated"), *parts)


def _unused(path: Path) -> Path:
    """Return a path that is not there: the same bytes, dropped again, are archived beside the first."""
    names = (path if number == 1 else path.with_name(f"{path.name}-{number}") for number in count(1))
    return next(name for name in names if not os.path.lexists(name))


def _fitting(folder: Path, name: str) -> list[Path]:
    found = sorted(path for path in folder.iterdir() if path.suffix != PROMISE)
    return [path for path in found if fnmatchcase(path.name, name)]


def _archived(errand: Errand, name: str) -> list[Path]:
    """Return the files of the newest batch that was landed for that day."""
    day = errand.drop / ARCHIVE / errand.feed / str(errand.day or "undated")
    found = [batch for batch in day.iterdir() if batch.name != REFUSED] if day.is_dir() else []
    batches = sorted(found, key=lambda batch: batch.stat().st_mtime_ns)
    return _fitting(batches[-1], name) if batches else []


def _own_folder(drop: Path, *parts: str) -> Path:
    """Return a folder of ours below the drop folder, made when it is not there."""
    folder = drop
    for part in parts:
        folder = folder / part
        if folder.is_symlink():
            raise CalanqueError(f"{folder.relative_to(drop)} of the drop folder is a link: make it a folder.")
        try:
            folder.mkdir(mode=0o700, exist_ok=True, parents=True)
        except OSError as error:
            raise CalanqueError(
                f"The drop folder can not be written ({error.strerror}): give the lake's user the right to."
            ) from error
    return folder


def _rename(source: Path, target: Path) -> None:
    try:
        source.rename(target)
    except FileNotFoundError:  # another run has it, or there was none
        return
    except OSError as error:
        raise CalanqueError(
            f"{masked(source.name)!r} can not be moved out of the drop folder ({error.strerror}): the lake's user "
            "needs the right to."
        ) from None


def _check_place(path: Path, folder: Path) -> None:
    """Refuse what has no place in the lake while the partner can still see it and take it away."""
    refuse_name(path.name, DROPPED)
    if path.parent.resolve() != folder.resolve() / path.parent.relative_to(folder):
        raise refusal(DROPPED, path.name, "it lies behind a link: the file itself has to be dropped")
    with _open(path) as file:
        size = os.fstat(file.fileno()).st_size
    if size > LARGEST_BYTES:
        raise refusal(DROPPED, path.name, f"it is larger than {LARGEST_BYTES // 1024**3} GiB: send it in parts")
    promise = path.with_name(f"{path.name}{PROMISE}")
    if os.path.lexists(promise):
        _promised(promise)


def _copy(path: Path, target: Path) -> Path:
    copy = target / path.name
    with _open(path) as source:
        write_bounded(chunks_of(source), copy, DROPPED, path.name)
    promise = path.with_name(f"{path.name}{PROMISE}")
    if os.path.lexists(promise):
        with copy.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != _promised(promise):
            raise RefusedBatchError(
                f"{masked(path.name)} is truncated or altered: its SHA-256 is not the one beside it. Ask for it again."
            )
    return copy


def _open(path: Path) -> BinaryIO:
    # Not blocking, for a pipe would hold the task until somebody writes into it.
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if path.is_symlink():
            raise refusal(DROPPED, path.name, "it is a link: the file itself has to be dropped") from None
        unread = _GoneError if isinstance(error, FileNotFoundError) else CalanqueError
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
