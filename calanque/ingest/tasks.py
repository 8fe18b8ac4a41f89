"""The steps of a batch as tasks of a DAG: errors as sentences, nothing to do shown as skipped."""

from typing import Any

from calanque.contracts import load_contract
from calanque.engines.airflow import plainly, skip
from calanque.engines.assets import announce
from calanque.ingest import batch
from calanque.ingest.waiting import in_a_task
from calanque.runs.batches import read_report

Ref = dict[str, Any]
_TOLD = {"batch_id", "landed_count", "loaded_count", "quarantined_count", "bronze_version", "contract_version"}


def land_task(feed: str, run: Any) -> Ref:
    """Fetch and land the batch of a DAG run's day; skips the run when the batch is already loaded.

    The day is that of the run's instant in the feed's zone, moved as the contract says.
    """
    with plainly():
        contract = load_contract(feed)
        day = contract.day_at(run.logical_date or run.run_after)
        ref = in_a_task(contract, run, lambda: batch.land_batch(feed, day, run.run_id))
        if ref["state"] == "unchanged":
            skip(f"Batch {ref['batch_id']} is already loaded: nothing to do.")
    return ref


def protect_task(ref: Ref) -> Ref:
    """Read, type and protect the landed batch."""
    with plainly():
        return batch.protect_batch(ref)


def gate_task(ref: Ref) -> Ref:
    """Run the gates on the protected batch."""
    with plainly():
        return batch.gate_batch(ref)


def publish_task(ref: Ref) -> Ref:
    """Publish the gated batch; the event of its table says its rows, its version and how long it is fresh."""
    with plainly():
        published = batch.publish_batch(ref)
        if report := read_report(ref["feed"], ref["batch_id"]):
            until = load_contract(report.feed).late_after(report.updated_at)
            announce(report.model_dump(mode="json", include=_TOLD) | {"fresh_until": until.isoformat()})
    return published
