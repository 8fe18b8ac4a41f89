"""Local files that a partner dropped or a killed run left, deleted once past their days; no link is followed."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from calanque.errors import CalanqueError
from calanque.sources.drop_places import ARCHIVE, TAKING

# No run takes as long: what is older was left by one that was killed.
LEFTOVER_LIFE = timedelta(days=1)


def past_fetching(folder: Path, now: datetime) -> Iterator[Path]:
    """Return what killed runs left in the folder of fetched files."""
    return (path for path in _entries(folder) if now - _touched_at(path) > LEFTOVER_LIFE)


def past_dropped(drop: Path, feed: str, days: int, landed: Mapping[str, datetime], now: datetime) -> Iterator[Path]:
    """Return a feed's dropped files and archived batches past the days of its raw files.

    Args:
        drop: the drop folder, with `taking/<feed>/` and `archive/<feed>/<day>/<batch>/`.
        feed: name of the feed.
        days: how long its raw files are kept.
        landed: when each batch that is still in landing was landed; another is as old as its move to the archive.
        now: the time to judge by.
    """
    limit = now - timedelta(days=days)
    yield from (path for path in _entries(drop / TAKING / feed) if _moved_at(path) < limit)
    for day in _entries(drop / ARCHIVE / feed):
        yield from (batch for batch in _entries(day) if landed.get(batch.name, _moved_at(batch)) < limit)


def _entries(folder: Path) -> Iterator[Path]:
    if folder.is_dir() and not folder.is_symlink():
        yield from sorted(folder.iterdir())


def _touched_at(path: Path) -> datetime:
    below = path.rglob("*") if path.is_dir() and not path.is_symlink() else ()
    return datetime.fromtimestamp(max(one.lstat().st_mtime for one in (path, *below)), UTC)


def _moved_at(path: Path) -> datetime:
    # A moved file keeps the sender's time of change; the file system's own says when it was moved.
    return datetime.fromtimestamp(path.lstat().st_ctime, UTC)


def remove(path: Path) -> int:
    """Delete a file or a folder, and the folder of the day that it leaves empty; returns 1.

    Raises:
        CalanqueError: if the lake's user may not; it names no file.
    """
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
        day = path.parent
        if day.parent.parent.name == ARCHIVE and not any(day.iterdir()):
            day.rmdir()
    except OSError as error:
        raise CalanqueError(
            f"A file past its days can not be deleted from {path.parent} ({error.strerror}): give the lake's user the "
            "right to."
        ) from None
    return 1
