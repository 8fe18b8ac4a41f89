"""Write and read batch reports, one a contract version; a published one is never written over while it stands.

A report is the newest row of its batch and version in `governance.batch`. The report that stands is the newest
published one, whatever a later version was refused for.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from calanque.runs import store
from calanque.runs.records import BatchRef, BatchReport, BatchState, utc_now
from calanque.runs.tables import BATCH

# The word `day` is taken: it is the day on which the row was written.
_LANDED = {"files", "refused_files", "landed_at", "day", "engine_deaths"}
_COLUMN_OF = {"day": "source_date"}


def read_report(feed: str, batch_id: str, contract_version: str | None = None) -> BatchReport | None:
    """Return the report of a batch, None when there is none.

    Args:
        feed: name of the feed.
        batch_id: the batch.
        contract_version: the version to report on; by default the one that stands, else the newest tried.
    """
    found = reports_of(store.read(BATCH, feed=feed, batch_id=batch_id))
    tried = [report for report in found if contract_version in (None, report.contract_version)]
    return max(tried, key=_standing, default=None)


def read_reports(feed: str) -> list[BatchReport]:
    """Return the report of each batch of a feed, newest last."""
    standing: dict[str, BatchReport] = {}
    for report in reports_of(store.read(BATCH, feed=feed)):
        other = standing.get(report.batch_id)
        standing[report.batch_id] = max(other, report, key=_standing) if other else report
    return sorted(standing.values(), key=lambda report: report.updated_at)


def newest_landed(feed: str, day: date | None = None) -> BatchReport | None:
    """Return the report of the batch that was landed last and is not refused; of a day, when one is given."""
    newest: BatchReport | None = None
    for rows in store.newest_first(BATCH, by="landed_at", feed=feed):
        for report in sorted(reports_of(reversed(rows)), key=_landed_at, reverse=True):
            if newest and _landed_at(report) <= _landed_at(newest):
                break
            standing = read_report(feed, report.batch_id)
            if standing and standing.state != "refused" and day in (None, standing.day):
                newest = max(standing, newest or standing, key=_landed_at)
        if newest:
            break
    return newest


def is_published(feed: str, batch_id: str, contract_version: str) -> bool:
    """Whether this batch is in bronze under this contract version now."""
    report = read_report(feed, batch_id)
    return report is not None and (report.state, report.contract_version) == ("published", contract_version)


def write_report(ref: BatchRef, state: BatchState, **facts: Any) -> BatchReport:
    """Write what is known of a batch now as a row; what was landed is kept. Returns the report as written.

    Once another run of the same batch has published it, that one's report stands.
    """
    same = read_report(ref.feed, ref.batch_id, ref.contract_version)
    if same and same.state == "published":
        if is_published(ref.feed, ref.batch_id, ref.contract_version):
            return same
        same = None  # another version took its place since: this one begins anew
    kept = same.model_dump(include=_LANDED) if same else {}
    report = BatchReport.model_validate({**kept, **ref.model_dump(), "state": state, "updated_at": utc_now(), **facts})
    store.append(BATCH, [_row(report)])
    return report


def reports_of(rows: Iterable[store.Row]) -> list[BatchReport]:
    """Fold rows of `governance.batch`, oldest first, to one report a batch and version: the newest row of each."""
    newest = {(row["batch_id"], row["contract_version"]): row for row in rows}
    return [
        # A row from before a column was added has none of it.
        BatchReport(
            **{
                name: value
                for name in BatchReport.model_fields
                if (value := row.get(_COLUMN_OF.get(name, name))) is not None
            }
        )
        for row in newest.values()
    ]


def _row(report: BatchReport) -> store.Row:
    return {_COLUMN_OF.get(name, name): value for name, value in report.model_dump().items()}


def _landed_at(report: BatchReport) -> datetime:
    return report.landed_at or report.updated_at


def _standing(report: BatchReport) -> tuple[bool, int, datetime]:
    # Two versions are published one after the other: the later commit is the one whose rows are in the table.
    return report.state == "published", report.bronze_version or 0, report.updated_at
