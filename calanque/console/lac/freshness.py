"""How fresh a feed is, and which of its days are missing, refused or partial until a batch of theirs is whole."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from calanque.contracts import FeedContract

GRACE = timedelta(hours=1)
"""A run ends, or its source is waited for, before its day is missing."""


class Fresh(NamedTuple):
    """How fresh a feed is against its promise."""

    feed: str
    territory: str
    title: str
    last_ingested_at: datetime
    last_row_local_date: date | None
    promised_hours: int
    late_after_at: datetime
    is_late: bool
    marts: str
    unfed_since: datetime | None

    def event_age_days(self, at: datetime, zone: ZoneInfo) -> int | None:
        """Return how many days ago its newest row is about; None where rows have no day."""
        return (at.astimezone(zone).date() - self.last_row_local_date).days if self.last_row_local_date else None

    def is_old(self, at: datetime, zone: ZoneInfo) -> bool:
        """Whether its newest row is about a day that is longer ago than a batch is promised for."""
        age = self.event_age_days(at, zone)
        return self.unfed_since is None and age is not None and (age - 1) * 24 > self.promised_hours


class SentDay(NamedTuple):
    """A day that a source has sent, as the query of `lake_sql.days` gives it: how the last batch of it ended."""

    feed: str
    day: date
    batch_id: str
    state: str
    has_rows: bool
    is_partial: bool


class DayToHeal(NamedTuple):
    """A day of which something is not in bronze; `batch_id` of the batch that says why, None when none came."""

    day: date
    state: Literal["missing", "refused", "partial"]
    batch_id: str | None = None


def days_to_heal(contract: FeedContract, sent: Iterable[SentDay], now: datetime) -> tuple[DayToHeal, ...]:
    """Return the days of a feed that are to be healed, newest first.

    Days are expected by the schedule, from the first one that is known on; one that is past the days of bronze is not.

    Args:
        contract: the feed's contract.
        sent: the days that it has sent.
        now: the time to judge by.
    """
    known = {one.day: one for one in sent}
    if not contract.source.is_dated or not known:
        return ()
    oldest = now.date() - timedelta(days=contract.retention_days["bronze"])
    found = [DayToHeal(day, "missing") for day in _due(contract, max(min(known), oldest), now) - known.keys()]
    for day, one in known.items():
        if day >= oldest and (one.state == "refused" or one.is_partial):
            found.append(DayToHeal(day, "partial" if one.has_rows else "refused", one.batch_id))
    return tuple(sorted(found, reverse=True))


def _due(contract: FeedContract, first: date, now: datetime) -> set[date]:
    """Return the days from `first` on that a scheduled run was about, which has had its time."""
    from croniter import croniter

    zone = ZoneInfo(contract.time_zone)
    begin = datetime.combine(first - timedelta(days=contract.day.offset_days + 1), time(), zone).astimezone(UTC)
    until = now - max(GRACE, timedelta(minutes=contract.source.patience_minutes))
    runs = croniter(contract.schedule, begin, ret_type=datetime)
    due = set()
    while (instant := runs.get_next()) <= until:
        due.add(contract.day_at(instant))
    return {day for day in due if day >= first}
