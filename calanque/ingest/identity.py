"""Which batch fetched files are: one that is known, or a new one. The same bytes, whatever their name, are one batch.

Example of a snapshot: a list is A, then B, then A again. The third is a batch of its own, named by its bytes and by B,
which it follows; to fetch it once more, or to send it under another name, is the same batch, for it is the newest.
Files that come out of the archive are the batch that they were archived as, and a source with files by day is compared
within its day: neither says anything of today.

An append leaves out the files that its table holds already, as the commits of the table say.
"""

import hashlib
import logging
from collections.abc import Iterable
from datetime import date

from calanque.contracts.model import FeedContract
from calanque.engines import delta, deltars
from calanque.ingest.records import FetchedBatch, FetchedFile
from calanque.runs.batches import newest_landed, read_report, read_reports
from calanque.runs.records import LandedFile
from calanque.sources import Errand

log = logging.getLogger(__name__)


def batch_id_of(files: Iterable[FetchedFile | LandedFile], *after: str) -> str:
    """Return `b` and 16 hexadecimal digits of the SHA-256 over the sorted digests: a name is no identity.

    Args:
        files: the files of the batch.
        after: what else tells it from another batch of the same bytes.
    """
    lines = [*sorted({file.sha256 for file in files}), *after]
    return "b" + hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def identify(contract: FeedContract, errand: Errand, fetched: FetchedBatch) -> tuple[str, FetchedBatch]:
    """Return the id of the batch that the fetched files are, with its files: none when all of them are in bronze."""
    batch_id, fetched = _archived(contract, errand, fetched) or (_name(contract, errand, fetched), fetched)
    return _without_loaded(contract, batch_id, fetched) if contract.write.mode == "append" else (batch_id, fetched)


def source_day(contract: FeedContract, errand: Errand) -> date | None:
    """Return the day that the source's files are of; None where it has none by day."""
    return errand.day if contract.source.is_dated else None


def _archived(contract: FeedContract, errand: Errand, fetched: FetchedBatch) -> tuple[str, FetchedBatch] | None:
    batch_id = contract.source.archived_as(errand)
    report = read_report(contract.feed, batch_id) if batch_id else None
    found = _only(fetched, {file.sha256 for file in report.files}) if report else None
    return (report.batch_id, found) if report and found and len(found.files) == len(report.files) else None


def _name(contract: FeedContract, errand: Errand, fetched: FetchedBatch) -> str:
    # A snapshot is compared within its day; else the newest of all is the one before it.
    day = source_day(contract, errand) if contract.write.mode == "snapshot" else None
    newest = newest_landed(contract.feed, day)
    if newest and batch_id_of(newest.files) == batch_id_of(fetched.files):
        return newest.batch_id
    after = [str(day)] if day else []
    if newest and contract.write.mode == "snapshot":
        after.append(newest.batch_id)
    return batch_id_of(fetched.files, *after)


def _without_loaded(contract: FeedContract, batch_id: str, fetched: FetchedBatch) -> tuple[str, FetchedBatch]:
    report = read_report(contract.feed, batch_id)
    if (report and report.state == "published") or delta.last_commit(contract.bronze_table) is None:
        return batch_id, fetched
    digests = {file.sha256 for file in fetched.files}
    known = deltars.transactions_among(deltars.open_table(contract.bronze_table), (batch_id, *digests))
    if batch_id in known or not known:
        return batch_id, fetched
    for file in fetched.files:
        if file.sha256 in known:
            log.info("%s: %s is left out: bronze has its rows already.", contract.feed, file.name)
    rest = _only(fetched, digests - known)
    return batch_id_of(rest.files) if rest.files else _loaded_in(contract.feed, digests) or batch_id, rest


def _only(fetched: FetchedBatch, digests: set[str]) -> FetchedBatch:
    return fetched.model_copy(update={"files": tuple(file for file in fetched.files if file.sha256 in digests)})


def _loaded_in(feed: str, digests: set[str]) -> str | None:
    """Return the newest published batch with one of some files."""
    held = (
        report.batch_id
        for report in reversed(read_reports(feed))
        if report.state == "published" and digests.intersection(file.sha256 for file in report.files)
    )
    return next(held, None)
