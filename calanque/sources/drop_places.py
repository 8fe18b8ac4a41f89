"""The folders of the drop folder that are ours: what is taken, what is archived by day and batch, and what is refused.

A file is in `taking/<feed>/` until it is landed, then in `archive/<feed>/<day>/<batch>/`; what is refused is in
`archive/<feed>/<day>/refused/`.
"""

import logging
import os
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from calanque.errors import CalanqueError, RefusedBatchError
from calanque.files import masked
from calanque.sources.drop_files import PROMISE, is_behind_a_link, move_file, unused
from calanque.sources.errand import Errand

TAKING, ARCHIVE, REFUSED = "taking", "archive", "refused"
# Folders and files are given their times one after the other.
ARCHIVED_WITHIN_NS = 1_000_000_000
log = logging.getLogger(__name__)


def below(folder: Path, pattern: str) -> Iterator[Path]:
    """Yield what fits a pattern in the drop folder and is not in a folder of ours."""
    for path in sorted(folder.glob(pattern)):
        if path.relative_to(folder).parts[0] not in (TAKING, ARCHIVE):
            yield path


def put_back(taking: Path) -> None:
    """Take back what a run gathered for the archive and was stopped before it was there."""
    for gathered in taking.glob(".*"):
        # A new file of that name may be there by now: then the gathered one waits for that to be landed.
        for path in (path for path in files_in(gathered) if not os.path.lexists(taking / path.name)):
            move_file(path, taking / path.name)
        if not files_in(gathered):
            gathered.rmdir()


def take_back(errand: Errand, name: str, taking: Path) -> None:
    """Take what was written to after it was archived, by whoever had it open, as a new version of that file."""
    for path in archived(errand, name):
        # By both of its times: one is the writer's word, the other changes when a backup is put back.
        file, archived_at = path.stat(), path.parent.stat().st_mtime_ns + ARCHIVED_WITHIN_NS
        if min(file.st_ctime_ns, file.st_mtime_ns) > archived_at and not os.path.lexists(taking / path.name):
            log.warning("%s: %s", errand.feed, changed(path.name, "was landed"))
            move_file(path, taking / path.name)


def changed(name: str, since: str) -> str:
    """Return the sentence of a file that was written to `since` it "was taken" or "was landed"."""
    return (
        f"The dropped file {masked(name)!r} was written to after it {since}: the next batch has it as a new version. "
        "Ask the partner to write elsewhere and rename it into the folder, or set a doneMarker."
    )


def refuse(errand: Errand, path: Path, error: RefusedBatchError) -> None:
    """Note in the errand why a file is refused, and where it will be once that is said."""
    place = ""
    if os.path.lexists(path) and not is_behind_a_link(path, errand.drop):
        place = f" The file is now in {day_folder(errand, REFUSED).relative_to(errand.drop)} of the drop folder."
    errand.refused[path] = f"{error}{place}"
    log.warning("%s", errand.refused[path])


def day_folder(errand: Errand, *parts: str) -> Path:
    """Return the folder of the errand's day in the archive, or one in it."""
    return own_folder(errand.drop, ARCHIVE, errand.feed, str(errand.day or "undated"), *parts)


def files_in(folder: Path) -> list[Path]:
    """Return the files of a folder without the digests beside them."""
    return sorted(path for path in folder.iterdir() if path.suffix != PROMISE)


def fitting(folder: Path, name: str) -> list[Path]:
    """Return the files of a folder whose names fit the last part of a pattern."""
    return [path for path in files_in(folder) if not path.name.startswith(".") and fnmatchcase(path.name, name)]


def archived(errand: Errand, name: str) -> list[Path]:
    """Return the files of the newest batch that was landed for that day."""
    day = errand.drop / ARCHIVE / errand.feed / str(errand.day or "undated")
    found = [batch for batch in day.iterdir() if batch.name != REFUSED] if day.is_dir() else []
    batches = sorted(found, key=lambda batch: batch.stat().st_mtime_ns)
    return fitting(batches[-1], name) if batches else []


def own_folder(drop: Path, *parts: str) -> Path:
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


def withdraw(drop: Path, feed: str, batch_id: str) -> str | None:
    """Move an archived batch, of whatever days, to the refused files; returns where they are, None if it has none."""
    place: Path | None = None
    for batch in sorted((drop / ARCHIVE / feed).glob(f"*/{batch_id}*")):
        place = own_folder(drop, ARCHIVE, feed, batch.parent.name, REFUSED)
        for path in files_in(batch):
            move_file(path, unused(place / path.name))
        batch.rmdir()
    return str(place.relative_to(drop)) if place else None
