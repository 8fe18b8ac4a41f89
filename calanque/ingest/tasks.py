"""The steps of a batch as tasks of a DAG: errors as sentences, lineage recorded, nothing to do shown as skipped."""

from datetime import UTC, datetime
from typing import Any

from calanque.engines.airflow import plainly, skip
from calanque.ingest import batch
from calanque.ingest.lineage import record_landing, record_publication

Ref = dict[str, Any]


def land_task(feed: str, run: Any) -> Ref:
    """Fetch and land the batch of a DAG run's day; skips the run when the batch is already loaded."""
    started_at = datetime.now(UTC)
    with plainly():
        ref = batch.land_batch(feed, (run.logical_date or run.run_after).date(), run.run_id)
        if ref["state"] == "unchanged":
            skip(f"Batch {ref['batch_id']} is already loaded: nothing to do.")
        record_landing(ref, started_at)
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
    """Publish the gated batch and record where each column comes from."""
    started_at = datetime.now(UTC)
    with plainly():
        done = batch.publish_batch(ref)
        record_publication(done, started_at)
    return done
