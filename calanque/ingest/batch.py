"""The whole way of a batch, as one call and as the steps that a DAG chains.

Each step may be killed at any point and run again: the tables end the same. A batch already published under the same
contract version is `unchanged`: its later steps do nothing, and no table gets a new version.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from calanque.contracts import Folders, load_contract
from calanque.errors import CalanqueError
from calanque.ingest.records import LandedBatch, RefusedBatchError, StagedBatch
from calanque.runs.batches import is_published, read_report, write_report
from calanque.runs.records import BatchRef, BatchReport, BatchState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from calanque.contracts.model import FeedContract
    from calanque.ingest.header import Header

log = logging.getLogger(__name__)
Ref = dict[str, Any]


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
    from calanque.ingest import identity, land
    from calanque.ingest.fetch import fetch_batch, sent_out
    from calanque.ingest.version_guard import check_version

    folders = folders or Folders()
    check_version(contract := load_contract(feed, folders))
    started_at = datetime.now(UTC)
    with sent_out(contract, logical_date, folders) as errand:
        batch_id, fetched = identity.identify(contract, errand, fetch_batch(contract, errand))
        is_done = not fetched.files or is_published(feed, batch_id, contract.version)
        state: BatchState = "unchanged" if is_done else "landed"
        ref = BatchRef(feed=feed, batch_id=batch_id, contract_version=contract.version, state=state, run_id=run_id)
        landed = None if is_done else land.land_files(contract, batch_id, fetched)
        if landed:
            ref = _timed(ref, "land", started_at)
            facts = {"files": landed.files, "landed_at": landed.landed_at, "day": identity.day_of(contract, errand)}
            write_report(ref, "landed", **facts)
        # Last: whoever is stopped before finds the same files again.
        contract.source.settle(errand, batch_id)
    done = f"landed {len(fetched.files)} file(s) as batch" if landed else "nothing to do, already published: batch"
    log.info("%s: %s %s.", feed, done, batch_id)
    return ref.model_dump()


def protect_batch(ref: Mapping[str, Any], folders: Folders | None = None) -> Ref:
    """Read, type and protect a landed batch into staging.

    Raises:
        RefusedBatchError: if the files, or too many of their rows, do not fit the contract; every row is in quarantine.
        CalanqueError: if an engine failed; run it again.
    """
    return _step("protect", ref, folders, _protect)


def gate_batch(ref: Mapping[str, Any], folders: Folders | None = None) -> Ref:
    """Run the gates of the feed on the staged batch.

    Raises:
        RefusedBatchError: if a critical expectation failed; every row is in quarantine and the last good data stays.
        CalanqueError: if an engine failed; run it again.
    """
    return _step("gate", ref, folders, _gate)


def publish_batch(ref: Mapping[str, Any], folders: Folders | None = None) -> Ref:
    """Publish the staged batch to bronze and quarantine, write its report and clear its staging.

    Raises:
        CalanqueError: if the rows do not balance, or an engine failed.
    """
    return _step("publish", ref, folders, _publish)


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


class _Step:
    """What one step works with."""

    def __init__(self, name: str, ref: BatchRef, folders: Folders) -> None:
        from calanque.ingest.land import read_manifest
        from calanque.ingest.version_guard import check_version

        self.name, self.ref, self.folders = name, ref, folders
        self.started_at = datetime.now(UTC)
        self.contract: FeedContract = load_contract(ref.feed, folders)
        if self.contract.version != ref.contract_version:
            raise CalanqueError(
                f"The contract of {ref.feed} changed during the run: run the feed again from its start."
            )
        check_version(self.contract)
        self.landed: LandedBatch = read_manifest(ref.feed, ref.batch_id)

    def headers(self) -> dict[str, Header]:
        """Return the column names of each landed file."""
        from calanque.ingest.type_ import read_headers

        return read_headers(self.contract, self.landed)

    def staged(self) -> StagedBatch:
        """Return the staged batch, staged again if another run cleared it."""
        from calanque.ingest.protect import stage_batch, staged_batch

        return staged_batch(self.contract, self.ref.batch_id) or stage_batch(self.contract, self.landed, self.headers())

    def report(self, state: BatchState, **facts: Any) -> None:
        """Write what became of the batch."""
        write_report(_timed(self.ref, self.name, self.started_at), state, **facts)

    def refuse(self, sentence: str, rules: Sequence[str], count: int, reasons: dict[str, int]) -> None:
        """Record that every row is in quarantine, by which rules, and stop."""
        from calanque.ingest.lineage import record_landing
        from calanque.ingest.protect import discard_staging

        record_landing(self.contract, self.landed, self.ref.run_id)
        self.report(
            "refused",
            refused_by=tuple(rules),
            refused_because=sentence,
            landed_count=count,
            quarantined_count=count,
            loaded_count=0,
            reasons=reasons,
        )
        discard_staging(self.ref.feed, self.ref.batch_id)
        raise RefusedBatchError(
            f"{self.ref.feed}: batch {self.ref.batch_id} is refused and its {count} rows are in quarantine. {sentence}"
        )


def _timed(ref: BatchRef, step: str, started_at: datetime) -> BatchRef:
    seconds = round((datetime.now(UTC) - started_at).total_seconds(), 2)
    return ref.model_copy(update={"timings_s": {**ref.timings_s, step: seconds}})


def _step(name: str, ref: Mapping[str, Any], folders: Folders | None, action: Callable[[_Step], BatchState]) -> Ref:
    known = BatchRef.model_validate(dict(ref))
    if known.state == "unchanged" or is_published(known.feed, known.batch_id, known.contract_version):
        log.info("%s: batch %s is already published; nothing to do.", known.feed, known.batch_id)
        return known.model_copy(update={"state": "unchanged"}).model_dump()
    from calanque.engines.spark import over_rows, sentence_of

    try:
        step = _Step(name, known, folders or Folders())
        with over_rows(step.landed.about_rows):
            state = action(step)
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
    return _timed(known, name, step.started_at).model_copy(update={"state": state}).model_dump()


def _protect(step: _Step) -> BatchState:
    from calanque.ingest.erased import ERASED
    from calanque.ingest.protect import stage_batch
    from calanque.ingest.publish import check_balance, quarantine_files
    from calanque.ingest.selection import empty_because
    from calanque.ingest.type_ import judge_files

    headers = step.headers()
    refusal = judge_files(step.contract, step.landed, headers)
    if refusal:
        count = quarantine_files(step.contract, step.landed, headers, refusal, step.ref.run_id)
        step.refuse(refusal.sentence, [refusal.reason], count, {refusal.reason: count})
    staged = stage_batch(step.contract, step.landed, headers)
    own_count = step.landed.own_count(staged.left_out_count)
    if own_count is not None:
        check_balance(step.ref.feed, own_count, staged.good_count, staged.refused_count)
    if staged.landed_count == 0:
        step.refuse(empty_because(staged.left_out_count), ["empty_batch"], 0, {"empty_batch": 0})
    # An erased row is no fault of the source.
    if staged.refused_count - staged.reasons.get(ERASED, 0) > step.contract.max_refused_rate * staged.landed_count:
        _refuse_rows(step, staged)
    counts = f"{staged.landed_count:,} rows typed, {staged.refused_count:,} of them refused"
    log.info("%s: %s; %d repeat another and are kept.", step.ref.feed, counts, staged.duplicate_count)
    if staged.left_out_count:
        log.info("%s: %s rows are not its own (keepWhere) and are left out.", step.ref.feed, staged.left_out_count)
    return "typed"


def _refuse_rows(step: _Step, staged: StagedBatch) -> None:
    from calanque.ingest.publish import quarantine_staged

    count = quarantine_staged(step.contract, step.landed, step.headers(), ["too_many_refused"], step.ref.run_id)
    worst = max(staged.reasons, key=lambda reason: staged.reasons[reason])
    step.refuse(
        f"{staged.refused_count} of {staged.landed_count} rows do not fit the contract, "
        f"mostly '{worst}': did the source change?",
        ["too_many_refused"],
        count,
        {**staged.reasons, "too_many_refused": count},
    )


def _gate(step: _Step) -> BatchState:
    from calanque.ingest.gate import check_batch
    from calanque.ingest.protect import good_path
    from calanque.ingest.publish import quarantine_staged
    from calanque.runs.gates import record

    staged = step.staged()
    path = good_path(step.contract, step.ref.batch_id, staged)
    results = check_batch(step.contract, path, step.ref.batch_id, step.folders)
    record("landing", results, step.ref.run_id, step.ref.contract_version)
    failures = [check for result in results for check in result.failures]
    if failures:
        reasons = list(dict.fromkeys(f"gate:{check.name}" for check in failures))
        count = quarantine_staged(step.contract, step.landed, step.headers(), reasons, step.ref.run_id)
        sentence = " ".join(check.sentence for check in failures)
        step.refuse(sentence, reasons, count, {**staged.reasons, **dict.fromkeys(reasons, count)})
    return "gated"


def _publish(step: _Step) -> BatchState:
    from calanque.ingest.lineage import record_publication
    from calanque.ingest.null_markers import warning_of
    from calanque.ingest.protect import discard_staging, refused_path
    from calanque.ingest.publish import publish_rows

    ref, staged = step.ref, step.staged()
    if ref.state != "gated":
        raise CalanqueError(f"{ref.feed}: batch {ref.batch_id} has not passed its gates: run the gate step first.")
    published = publish_rows(step.contract, step.landed, staged, ref.run_id)
    # Before the report: a run killed in between publishes again, and its lineage is never missing.
    record_publication(step.contract, ref, step.landed, published.version, published.loaded_count, step.started_at)
    step.report(
        "published",
        landed_count=staged.landed_count,
        loaded_count=published.loaded_count,
        quarantined_count=staged.refused_count,
        left_out_count=staged.left_out_count,
        duplicate_count=staged.duplicate_count,
        changes=published.changes,
        reasons=staged.reasons,
        bronze_version=published.version,
    )
    if staged.refused_path:
        path = refused_path(step.contract, staged.refused_path)
        log.warning("%s", warning_of(step.contract, path, staged))
    discard_staging(ref.feed, ref.batch_id)
    rows = f"{published.loaded_count} rows" + (f" ({published.changes})" if published.changes else "")
    table = step.contract.bronze_table
    log.info("%s: published %s, version %s of %s.", ref.feed, rows, published.version, table)
    return "published"
