"""What each step of a batch does, once its batch, its contract and its report are at hand."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from calanque.contracts import Folders, load_contract
from calanque.contracts.model import FeedContract, in_language
from calanque.errors import CalanqueError, RefusedBatchError
from calanque.ingest import lineage
from calanque.ingest.encodings import advice_on
from calanque.ingest.gate import check_batch
from calanque.ingest.header import Header
from calanque.ingest.land import read_manifest
from calanque.ingest.null_markers import warning_of
from calanque.ingest.protect import (
    discard_staging,
    good_path,
    refused_path,
    stage_batch,
    staged_batch,
    too_many_refused,
)
from calanque.ingest.publish import check_balance, publish_rows, quarantine_files, quarantine_staged
from calanque.ingest.records import LandedBatch, StagedBatch
from calanque.ingest.selection import empty_because
from calanque.ingest.spoilt import TOO_MANY
from calanque.ingest.type_ import judge_files, read_headers
from calanque.ingest.version_guard import check_version
from calanque.runs.batches import write_report
from calanque.runs.gates import record
from calanque.runs.records import BatchRef, BatchState

log = logging.getLogger(__name__)


class Step:
    """What one step of a batch works with: its contract, its files and its report."""

    def __init__(self, name: str, ref: BatchRef, folders: Folders) -> None:
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
        return read_headers(self.contract, self.landed)

    def staged(self) -> StagedBatch:
        """Return the staged batch, staged again if another run cleared it."""
        return staged_batch(self.contract, self.ref.batch_id) or stage_batch(self.contract, self.landed, self.headers())

    def report(self, state: BatchState, **facts: Any) -> None:
        """Write what became of the batch."""
        write_report(self.ref.timed(self.name, self.started_at), state, **facts)

    def refuse(self, sentence: str, rules: Sequence[str], count: int, reasons: dict[str, int]) -> None:
        """Record that every row is in quarantine, by which rules, and stop."""
        lineage.record_landing(self.contract, self.landed, self.ref.run_id)
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


def protect(step: Step) -> BatchState:
    """Type and protect the rows of a landed batch into staging."""
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
    if too_many_refused(step.contract, staged):
        _refuse_rows(step, staged)
    counts = f"{staged.landed_count:,} rows typed, {staged.refused_count:,} of them refused"
    log.info("%s: %s; %d repeat another and are kept.", step.ref.feed, counts, staged.duplicate_count)
    if staged.left_out_count:
        log.info("%s: %s rows are not its own (keepWhere) and are left out.", step.ref.feed, staged.left_out_count)
    return "typed"


def _refuse_rows(step: Step, staged: StagedBatch) -> None:
    count = quarantine_staged(step.contract, step.landed, step.headers(), [TOO_MANY], step.ref.run_id)
    worst = max(staged.reasons, key=lambda reason: staged.reasons[reason])
    step.refuse(
        f"{staged.refused_count} of {staged.landed_count} rows do not fit the contract, "
        f"mostly '{worst}': did the source change?{advice_on(step.landed, staged.reasons)}",
        [TOO_MANY],
        count,
        {**staged.reasons, TOO_MANY: count},
    )


def gate(step: Step) -> BatchState:
    """Hold the staged rows against the gates of the feed."""
    staged = step.staged()
    path = good_path(step.contract, step.ref.batch_id, staged)
    results = check_batch(step.contract, path, step.ref.batch_id, step.folders)
    record("landing", results, step.ref.run_id, step.ref.contract_version)
    failures = [check for result in results for check in result.failures]
    if failures:
        reasons = list(dict.fromkeys(f"gate:{check.name}" for check in failures))
        count = quarantine_staged(step.contract, step.landed, step.headers(), reasons, step.ref.run_id)
        sentence = " ".join(in_language(check.sentence, "en") for check in failures)
        step.refuse(sentence, reasons, count, {**staged.reasons, **dict.fromkeys(reasons, count)})
    return "gated"


def publish(step: Step) -> BatchState:
    """Put the staged rows in bronze and quarantine."""
    ref, staged = step.ref, step.staged()
    if ref.state != "gated":
        raise CalanqueError(f"{ref.feed}: batch {ref.batch_id} has not passed its gates: run the gate step first.")
    published = publish_rows(step.contract, step.landed, staged, ref.run_id)
    # Before the report: a run killed in between publishes again, and its lineage is never missing.
    lineage.record_publication(
        step.contract, ref, step.landed, published.version, published.loaded_count, step.started_at
    )
    step.report(
        "published",
        landed_count=staged.landed_count,
        loaded_count=published.loaded_count,
        quarantined_count=staged.refused_count,
        left_out_count=staged.left_out_count,
        duplicate_count=staged.duplicate_count,
        changes=published.changes,
        came_again_count=published.again.key_count,
        moved_count=published.again.moved_count,
        reasons=staged.reasons,
        bronze_version=published.version,
    )
    if published.again.key_count:
        log.warning(
            "%s: %s keys of this batch came with another one before: bronze holds both rows. In the marts the newest "
            "observation counts, the first incident does. If these are corrections, write mode: merge in the contract.",
            *(ref.feed, f"{published.again.key_count:,}"),
        )
    if staged.refused_path:
        path = refused_path(step.contract, staged.refused_path)
        log.warning("%s%s", warning_of(step.contract, path, staged), advice_on(step.landed, staged.reasons))
    discard_staging(ref.feed, ref.batch_id)
    rows = f"{published.loaded_count} rows" + (f" ({published.changes})" if published.changes else "")
    table = step.contract.bronze_table
    log.info("%s: published %s, version %s of %s.", ref.feed, rows, published.version, table)
    return "published"


ACTIONS: dict[str, Callable[[Step], BatchState]] = {"protect": protect, "gate": gate, "publish": publish}
"""What each step does, by its name."""
