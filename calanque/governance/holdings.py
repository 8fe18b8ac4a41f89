"""What the lake holds against the days of its contracts: the oldest thing of each place, when it is due, what is late.

Tables are judged by the bounds in their logs and raw files by their folders' times, so that nothing is opened.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from calanque.contracts import FeedContract, Folders, load_contracts, title_of
from calanque.contracts.rules import QUARANTINE_DAYS_MAX
from calanque.engines import deltars
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.governance.erasures import Erasure, erasures_of
from calanque.governance.retention import feed_names, past_columns
from calanque.journal import log as journal
from calanque.runs.tables import JOURNAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calanque.contracts.model import Language, Tier

TIERS: tuple[Tier, ...] = ("landing", "bronze", "quarantine")
# Retention runs once a night: what was due after its last run is deleted by the next.
ONE_RUN = timedelta(hours=26)
AT_ONCE = 8


class Holding(NamedTuple):
    """What one place holds: `/lake/<tier>/<feed>`.

    `days` is how long the contract keeps it, `oldest_at` since when its oldest part is there (of rows that are current
    until their source closes them: since when the oldest was closed), `due_at` when that part is due; both None where
    nothing is there. `problem` is the sentence of a place that could not be looked at.
    """

    feed: str
    title: str
    is_personal: bool
    tier: Tier
    days: int
    oldest_at: datetime | None = None
    problem: str | None = None

    def titled(self, language: Language) -> str:
        """Return what its feed is called in a language."""
        return title_of(self.feed, language, self.title)

    @property
    def due_at(self) -> datetime | None:
        """When its oldest part is past its days."""
        return self.oldest_at + timedelta(days=self.days) if self.oldest_at else None

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether a nightly run should have deleted something of it."""
        return self.due_at is not None and self.due_at + ONE_RUN < now


def left_out() -> list[str]:
    """Return the feeds whose data are not judged: their contract is wrong, or gone."""
    return sorted(set(feed_names(Folders())) - load_contracts().keys())


class Deletion(NamedTuple):
    """What one run deleted of one place, as the journal says: `row_count` rows of a table, or batches of a folder."""

    deleted_at: datetime
    place: str
    row_count: int | None
    by: str


def holdings(contracts: Iterable[FeedContract] | None = None) -> list[Holding]:
    """Return what each feed holds in each tier, feed by feed.

    Args:
        contracts: those of the feeds; all right ones by default.
    """
    feeds = list(load_contracts().values() if contracts is None else contracts)
    asked = [(contract, tier) for contract in feeds for tier in TIERS]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda one: _holding(*one), asked))


def _holding(contract: FeedContract, tier: Tier) -> Holding:
    days = contract.retention_days.get(tier, QUARANTINE_DAYS_MAX)
    place = Holding(contract.feed, contract.titled("en"), contract.is_personal, tier, days)
    try:
        oldest = _oldest_batch(contract.feed) if tier == "landing" else _oldest_row(contract, tier)
    except CalanqueError as error:
        return place._replace(problem=str(error))
    return place._replace(oldest_at=oldest)


def _oldest_batch(feed: str) -> datetime | None:
    times = lake().times(f"/lake/landing/{feed}").values()
    return min(times, default=None)


def _oldest_row(contract: FeedContract, tier: Tier) -> datetime | None:
    table = f"{tier}.{contract.feed}"
    if not lake().exists(f"/lake/{tier}/{contract.feed}/_delta_log"):
        return None
    lows = [low for column in past_columns(contract, tier) for low, _ in deltars.bounds(table, column)]
    return min(map(_instant, lows), default=None)


def _instant(low: datetime | date) -> datetime:
    at = low if isinstance(low, datetime) else datetime.combine(low, time())
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def deletions(since: datetime) -> list[Deletion]:
    """Return what was deleted since a time, the newest first, as the journal has it."""
    acts = deltars.read_rows(JOURNAL.name, [("acted_at", ">=", since), ("action", "=", "erasure")])
    found = [
        Deletion(row["acted_at"], name, row["row_count"], f"{row['who']} {row['client'] or ''}".strip())
        for row in acts
        if row["source"] != journal.HDFS
        for name in row["objects"]
    ]
    return sorted(found, key=lambda one: one.deleted_at, reverse=True)


def erasures() -> list[Erasure]:
    """Return the erasures of all personal feeds, the newest first."""
    feeds = [one.feed for one in load_contracts().values() if one.is_personal]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = [entry for entries in pool.map(erasures_of, feeds) for entry in entries]
    return sorted(found, key=lambda entry: entry.erased_at, reverse=True)
