"""What every protocol is given and gives back."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from calanque.closed import Options
from calanque.errors import CalanqueError, RefusedBatchError

DAY = "{date}"


class NotThereYetError(CalanqueError):
    """The source answers and has nothing for that day; waiting may help."""


@dataclass(frozen=True)
class Errand:
    """One fetch: for which feed and day, from which drop folder, into which empty folder of the caller's.

    `refused` is filled on the way: the files that were refused while others go on, each with its sentence.
    """

    feed: str
    day: date | None
    drop: Path
    work_dir: Path
    refused: dict[Path, str] = field(default_factory=dict)


class SourceOptions(Options):
    """Where a feed's files come from; each protocol has its own options and its own fetch."""

    @property
    def origin(self) -> str:
        """What the manifest says of where the files came from."""
        raise NotImplementedError

    @property
    def patience_minutes(self) -> int:
        """How long a run waits for what is not there yet."""
        return 0

    @property
    def is_dated(self) -> bool:
        """Whether each day has files of its own: to ask again for a past day brings no news of today."""
        return False

    def fetch(self, errand: Errand) -> list[Path]:
        """Bring the files of one batch into `errand.work_dir` and return them.

        Raises:
            NotThereYetError: if the source has nothing yet for that day.
            CalanqueError: if the source does not answer, or gives other bytes than it promised.
            RefusedBatchError: if a file has a name, a kind or a size that has no place in the lake.
        """
        raise NotImplementedError

    def archived_as(self, errand: Errand) -> str | None:
        """Return the batch that the fetched files were settled as before; None when they are new, or nobody knows."""
        return None

    def settle(self, errand: Errand, batch_id: str) -> None:
        """Do what is due once the files are landed; it may be done twice."""

    @property
    def keeps_apart(self) -> bool:
        """Whether a file that is refused leaves the others of its batch their way."""
        return False

    @property
    def is_sent(self) -> bool:
        """Whether somebody sends the files: one that comes again was sent again, and not merely fetched again."""
        return False

    def refuse(self, errand: Errand, copy: Path, error: RefusedBatchError) -> None:
        """Note in the errand why a fetched file is refused.

        Raises:
            RefusedBatchError: if its source has no place for what is refused.
        """
        raise error

    def set_aside(self, errand: Errand) -> None:
        """Put away what was refused; it may be done twice."""

    def withdraw(self, drop: Path, feed: str, batch_id: str) -> str | None:
        """Put away a settled batch, that no run finds it again; returns where it is, None where nothing is kept."""
        return None


def with_day(text: str, errand: Errand) -> str:
    """Return a pattern or an address with its `{date}` written out as YYYY-MM-DD.

    Raises:
        CalanqueError: if it has one and the run has no day.
    """
    if DAY in text and errand.day is None:
        raise CalanqueError(f"The source of {errand.feed} needs a day: give one with --day YYYY-MM-DD.")
    return text.replace(DAY, str(errand.day))
