"""What a partner drops, taken as a stranger's: no link is followed, no name is a pattern or ours, sizes have bounds.

A file that is still is moved out of the partner's reach first (`taking/<feed>/`), then hashed as it is copied, so that
what is hashed is what is landed. Once landed it goes to `archive/<feed>/<day>/<batch>/`, all files of a batch in one
step. A run that is repeated finds its files in one of the two. What changes after it was taken, for its writer had it
open, is taken again as a new version. What is refused goes alone to `archive/<feed>/<day>/refused/` once it is said.
"""

import logging
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from calanque.errors import CalanqueError, RefusedBatchError
from calanque.sources import drop_places as places
from calanque.sources.drop_files import (
    PROMISE,
    GoneError,
    GrowingError,
    check_place,
    copy_file,
    growing,
    is_behind_a_link,
    is_same,
    move_file,
    unused,
)
from calanque.sources.drop_places import ARCHIVE, REFUSED, TAKING
from calanque.sources.errand import DAY, Errand, NotThereYetError, SourceOptions, with_day

# Where a file went that another run of the feed has moved on meanwhile is found by looking again.
LOOKS = 3
# One part of a path in a pattern; the stars and question marks of a pattern, never its brackets.
PART = re.compile(r"[^\W_*?][\w .,()+=@&'*?-]*|[*?][\w .,()+=@&'*?-]*")
log = logging.getLogger(__name__)


class DropSource(SourceOptions):
    """Files that a partner drops in a folder; `{date}` in the pattern becomes the day of the run (YYYY-MM-DD).

    A file that is refused goes alone, unless the feed is `all_or_none`.
    """

    kind: Literal["drop"]
    pattern: str
    done_marker: Annotated[str, Field(pattern=r"^\.[A-Za-z0-9_]{1,20}$")] | None = None
    all_or_none: bool = False
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

    @property
    def keeps_apart(self) -> bool:
        """Whether a file that is refused leaves the others their way."""
        return not self.all_or_none

    @property
    def is_sent(self) -> bool:
        """Whether somebody sends the files: what was withdrawn is in no folder that is looked in."""
        return True

    def fetch(self, errand: Errand) -> list[Path]:
        """Move the files that fit the pattern away, and copy them; files already moved by the same run are found.

        One that is still being written stays where it is, and one that has no place in the lake is refused alone.
        """
        for _ in range(LOOKS - 1):
            with suppress(GoneError):
                return self._fetched(errand)
        return self._fetched(errand)

    def _fetched(self, errand: Errand) -> list[Path]:
        errand.refused.clear()
        pattern = with_day(self.pattern, errand)
        name = pattern.rsplit("/", 1)[-1]
        taking = places.own_folder(errand.drop, TAKING, errand.feed)
        places.put_back(taking)
        places.take_back(errand, name, taking)
        left = self._move_away(errand, pattern, taking)
        paths = places.fitting(taking, name)
        if not (paths or left or errand.refused):
            paths = places.archived(errand, name)
        copies = self._copied(errand, paths, left)
        for error in left:
            log.warning("%s: %s", errand.feed, error)
        if left and (self.all_or_none or not (copies or errand.refused)):
            raise left[0]
        if not copies and not errand.refused:
            raise NotThereYetError(
                f"No file '{pattern}' in the drop folder: has the partner sent {errand.feed} for that day?"
            )
        return copies

    def archived_as(self, errand: Errand) -> str | None:
        """Return the batch whose files a run of that day finds in the archive; None when there are new ones."""
        name = with_day(self.pattern, errand).rsplit("/", 1)[-1]
        if places.fitting(places.own_folder(errand.drop, TAKING, errand.feed), name):
            return None
        return next((path.parent.name.partition("-")[0] for path in places.archived(errand, name)), None)

    def refuse(self, errand: Errand, copy: Path, error: RefusedBatchError) -> None:
        """Note why a fetched file is refused, and go on with the others."""
        places.refuse(errand, places.own_folder(errand.drop, TAKING, errand.feed) / copy.name, error)

    def set_aside(self, errand: Errand) -> None:
        """Move what was refused to `archive/<feed>/<day>/refused/`, so that a corrected one may come.

        Of a contract that asks for all files or none, the others go with it.
        """
        refused = set(errand.refused)
        if self.all_or_none:
            name = with_day(self.pattern, errand).rsplit("/", 1)[-1]
            refused.update(places.fitting(places.own_folder(errand.drop, TAKING, errand.feed), name))
        for path in sorted(refused):
            if os.path.lexists(path) and not is_behind_a_link(path, errand.drop):
                if self.done_marker:
                    path.with_name(f"{path.name}{self.done_marker}").unlink(missing_ok=True)
                move_file(path, unused(places.day_folder(errand, REFUSED) / path.name))

    def settle(self, errand: Errand, batch_id: str) -> None:
        """Archive the files of a landed batch by their day, in one step: whoever is stopped before finds them all."""
        self.set_aside(errand)
        taken = places.own_folder(errand.drop, TAKING, errand.feed)
        copies = [copy for copy in (errand.work_dir / "dropped").iterdir() if (taken / copy.name).is_file()]
        same = [copy.name for copy in copies if is_same(taken / copy.name, copy)]
        for copy in copies:
            if copy.name not in same:
                log.warning("%s: %s", errand.feed, places.changed(copy.name, "was taken"))
        if same:
            gathered = places.own_folder(errand.drop, TAKING, errand.feed, f".{batch_id}")
            for name in same:
                move_file(taken / name, gathered / name)
            gathered.rename(unused(places.day_folder(errand) / batch_id))

    def withdraw(self, drop: Path, feed: str, batch_id: str) -> str | None:
        """Move an archived batch, of whatever days, to the refused files."""
        return places.withdraw(drop, feed, batch_id)

    def _copied(self, errand: Errand, paths: list[Path], left: list[CalanqueError]) -> list[Path]:
        target = errand.work_dir / "dropped"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        copies = []
        for path in paths:
            try:
                copies.append(copy_file(path, target))
            except GrowingError as error:
                left.append(error)
            except RefusedBatchError as error:
                places.refuse(errand, path, error)
        return copies

    def _move_away(self, errand: Errand, pattern: str, taking: Path) -> list[CalanqueError]:
        """Move what is whole and has a place in the lake; returns why others stay where they are."""
        paths = [path for path in places.below(errand.drop, pattern) if self._counts(path)]
        names = [path.name for path in paths]
        if len(set(names)) != len(names):
            raise CalanqueError(f"Two files of {errand.feed} have the same name: rename one at the source.")
        moving = set() if self.done_marker else growing(paths)
        left: list[CalanqueError] = [GrowingError.of(path) for path in sorted(moving)]
        if left and self.all_or_none:
            return left
        for path in (path for path in paths if path not in moving):
            try:
                check_place(path, errand.drop)
            except GoneError:
                raise
            except RefusedBatchError as error:
                places.refuse(errand, path, error)
                continue
            except CalanqueError as error:
                left.append(error)
                continue
            # What is there already is landed first: the new file of that name waits for the next run.
            if not os.path.lexists(taking / path.name):
                move_file(path, taking / path.name)
        # The marker last: whoever is stopped in between leaves what the next run finds.
        self._forget_markers(errand, pattern, taking)
        return left

    def _counts(self, path: Path) -> bool:
        if path.suffix in (PROMISE, self.done_marker) or (path.is_dir() and not path.is_symlink()):
            return False
        return self.done_marker is None or os.path.lexists(f"{path}{self.done_marker}")

    def _forget_markers(self, errand: Errand, pattern: str, taking: Path) -> None:
        if self.done_marker:
            for marker in places.below(errand.drop, f"{pattern}{self.done_marker}"):
                file = marker.with_name(marker.name.removesuffix(self.done_marker))
                if not os.path.lexists(file) and (taking / file.name).is_file():
                    marker.unlink(missing_ok=True)
