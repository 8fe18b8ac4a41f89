"""Which feeds are late by what their contract promises, and which marts show what was because of it."""

from collections.abc import Iterable
from datetime import datetime

from calanque.contracts import FeedContract, load_contracts
from calanque.errors import CalanqueError
from calanque.marts.domains import marts_of
from calanque.runs.batches import read_reports
from calanque.runs.records import BatchReport


def late_after(contract: FeedContract, reports: Iterable[BatchReport]) -> datetime | None:
    """Return when a feed is late without a new batch, by the reports of its batches; None before its first one."""
    loaded = max((report.updated_at for report in reports if report.state == "published"), default=None)
    return contract.late_after(loaded) if loaded else None


def check_feeds(now: datetime) -> str:
    """Return a sentence that says that every feed which ever came is in time.

    Args:
        now: the time to judge by.

    Raises:
        CalanqueError: if one is late: which, since when, and what is made from it.
    """
    found = {feed: (one, late_after(one, read_reports(feed))) for feed, one in load_contracts().items()}
    came = {feed: (one, until) for feed, (one, until) in found.items() if until}
    late = {feed: _said(one, until) for feed, (one, until) in came.items() if now > until}
    if late:
        many = "A feed is late." if len(late) == 1 else f"{len(late)} feeds are late."
        raise CalanqueError(
            f"{many} {' '.join(late.values())} Look at the last runs of feed_{next(iter(late))} first; if its source "
            "sends less often, write 'latency' in its contract and raise the version."
        )
    return f"{len(came)} of {len(found)} feeds have come, and each is within what its contract promises."


def _said(contract: FeedContract, until: datetime) -> str:
    marts = ", ".join(marts_of(contract.shape)) or "no mart"
    return (
        f"{contract.feed}: nothing new within its {contract.latency_hours} hours, which ended {until:%Y-%m-%d %H:%M} "
        f"UTC; made from it: {marts}."
    )
