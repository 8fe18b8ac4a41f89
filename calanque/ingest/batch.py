"""The whole way of a batch, as one call and as the steps that a DAG chains.

Each step may be killed at any point and run again: the tables end the same. A batch already published under the same
contract version is `unchanged`: its later steps do nothing, and no table gets a new version.
"""

from __future__ import annotations

import hashlib
import logging
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from calanque.contracts import Folders, load_contract
from calanque.errors import CalanqueError, RefusedBatchError
from calanque.runs.batches import is_published, read_report, write_report
from calanque.runs.records import BatchRef, BatchReport, BatchState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from calanque.contracts.model import FeedContract
    from calanque.ingest.records import FetchedBatch
    from calanque.sources import Errand


log = logging.getLogger(__name__)
Ref = dict[str, Any]
NOT_LANDED = "not_landed"
"""Why a batch is refused of which no file has a place in the lake."""


def land_batch(
    feed: str, logical_date: date | None = None, run_id: str = "manual", folders: Folders | None = None
) -> Ref:
    """Fetch the feed's source and land it.

    Args:
        feed: name of the feed.
        logical_date: the day of the run; only sources with `{date}` need it.
        run_id: written in reports and in the Delta history.
        folders: where contracts, expectations and drops lie; this installation's by default.

    Returns:
        The reference of the batch, JSON, for the next step; its state is `landed` or `unchanged`.

    Raises:
        CalanqueError: if the source does not answer, has nothing yet, or sent other bytes than it promised.
        RefusedBatchError: if the contract's version or table contradicts it, or a file has a forbidden column.
    """
    from calanque.ingest import identity
    from calanque.ingest.fetch import fetch_batch, sent_out, settle_batch
    from calanque.ingest.version_guard import check_version

    folders = folders or Folders()
    check_version(contract := load_contract(feed, folders))
    started_at = datetime.now(UTC)
    with sent_out(contract, logical_date, folders) as errand:
        with _refusals_reported(contract, errand, run_id):
            fetched = fetch_batch(contract, errand)
        batch_id, fetched = identity.identify(contract, errand, fetched)
        is_done = not fetched.files or is_published(feed, batch_id, contract.version)
        state: BatchState = "unchanged" if is_done else "landed"
        ref = BatchRef(feed=feed, batch_id=batch_id, contract_version=contract.version, state=state, run_id=run_id)
        if not is_done:
            ref = _land(contract, errand, fetched, ref, started_at)
        # Last: whoever is stopped before finds the same files again.
        with _refusals_reported(contract, errand, run_id):
            settle_batch(contract, errand, batch_id, is_new=not is_done)
    done = "nothing to do, already published: batch" if is_done else f"landed {len(fetched.files)} file(s) as batch"
    log.info("%s: %s %s.", feed, done, batch_id)
    return ref.model_dump()


def _land(
    contract: FeedContract, errand: Errand, fetched: FetchedBatch, ref: BatchRef, started_at: datetime
) -> BatchRef:
    """Land the files and say so; returns the reference with the seconds that it took."""
    from calanque.ingest.engine_deaths import check_retaken
    from calanque.ingest.identity import source_day
    from calanque.ingest.land import land_files

    deaths = check_retaken(contract, ref.batch_id)
    landed = land_files(contract, ref.batch_id, fetched)
    ref = ref.timed("land", started_at)
    facts = {"files": landed.files, "landed_at": landed.landed_at, "day": source_day(contract, errand)}
    # A run that is repeated does not find again what was put away.
    refused = {"refused_files": tuple(errand.refused.values())} if errand.refused else {}
    write_report(ref, "landed", **facts, **refused, engine_deaths=deaths)
    return ref


@contextmanager
def _refusals_reported(contract: FeedContract, errand: Errand, run_id: str) -> Iterator[None]:
    """Report what is refused before it is landed: a batch without files, known by its day and the sentence."""
    from calanque.ingest.identity import source_day

    try:
        yield
    except RefusedBatchError as error:
        day, version = source_day(contract, errand), contract.version
        digest = hashlib.sha256(f"{day}\n{error}".encode()).hexdigest()
        ref = BatchRef(
            feed=contract.feed, batch_id=f"b{digest[:16]}", contract_version=version, state="refused", run_id=run_id
        )
        write_report(ref, "refused", day=day, refused_by=(NOT_LANDED,), refused_because=str(error))
        raise


def protect_batch(ref: Mapping[str, Any], folders: Folders | None = None) -> Ref:
    """Read, type and protect a landed batch into staging.

    Raises:
        RefusedBatchError: if the files, or too many of their rows, do not fit the contract; every row is in quarantine.
        CalanqueError: if an engine failed; run it again.
    """
    return _step("protect", ref, folders)


def gate_batch(ref: Mapping[str, Any], folders: Folders | None = None) -> Ref:
    """Run the gates of the feed on the staged batch.

    Raises:
        RefusedBatchError: if a critical expectation failed; every row is in quarantine and the last good data stays.
        CalanqueError: if an engine failed; run it again.
    """
    return _step("gate", ref, folders)


def publish_batch(ref: Mapping[str, Any], folders: Folders | None = None) -> Ref:
    """Publish the staged batch to bronze and quarantine, write its report and clear its staging.

    Raises:
        CalanqueError: if the rows do not balance, or an engine failed.
    """
    return _step("publish", ref, folders)


def run_batch(
    feed: str, logical_date: date | None = None, run_id: str = "manual", folders: Folders | None = None
) -> BatchReport:
    """Run the whole way for one feed and return the batch's report.

    Raises:
        RefusedBatchError: if the batch is refused.
        CalanqueError: if the source or an engine failed.
    """
    from calanque.ingest.waiting import when_available

    ref = when_available(load_contract(feed, folders), lambda: land_batch(feed, logical_date, run_id, folders))
    for step in (protect_batch, gate_batch, publish_batch):
        ref = step(ref, folders)
    # What is there already may be so under an earlier version.
    report = read_report(feed, ref["batch_id"], ref["contract_version"]) or read_report(feed, ref["batch_id"])
    if report is None:
        raise CalanqueError(f"The report of batch {ref['batch_id']} of {feed} is gone: run it again.")
    return report


def _step(name: str, ref: Mapping[str, Any], folders: Folders | None) -> Ref:
    known = BatchRef.model_validate(dict(ref))
    if known.state == "unchanged" or is_published(known.feed, known.batch_id, known.contract_version):
        log.info("%s: batch %s is already published; nothing to do.", known.feed, known.batch_id)
        return known.model_copy(update={"state": "unchanged"}).model_dump()
    from calanque.engines.spark import over_rows, sentence_of
    from calanque.ingest.engine_deaths import watched
    from calanque.ingest.steps import ACTIONS, Step

    try:
        step = Step(name, known, folders or Folders())
        # The table takes rows that were read: what came is no stranger's there any more.
        reading = nullcontext() if name == "publish" else watched(step.contract, known, step.folders.drop)
        with reading, over_rows(step.landed.about_rows):
            state = ACTIONS[name](step)
    except RefusedBatchError:
        raise
    except Exception as error:
        # Two runs at once: the other one may have published the batch and cleared its staging under this one.
        if is_published(known.feed, known.batch_id, known.contract_version):
            return known.model_copy(update={"state": "unchanged"}).model_dump()
        if isinstance(error, CalanqueError):
            raise
        # Not chained: Spark's message can quote the value of a row.
        sentence = sentence_of(error, f"the step {name} of batch {known.batch_id}")
        raise CalanqueError(f"{known.feed}: {sentence}") from None
    return known.timed(name, step.started_at).model_copy(update={"state": state}).model_dump()
