"""Read and write batch reports; a report never goes back from `published` under the same contract version."""

from datetime import UTC, datetime
from typing import Any

from calanque.engines.hdfs import lake
from calanque.ingest.records import BatchRef, BatchReport, BatchState, utc_now
from calanque.ingest.zones import report_path

ORDER: tuple[BatchState, ...] = ("landed", "typed", "gated", "published")


def read_report(feed: str, batch_id: str) -> BatchReport | None:
    """Return the report of a batch, None when it was never landed."""
    path = report_path(feed, batch_id)
    return BatchReport.model_validate_json(lake().read(path)) if lake().exists(path) else None


def is_published(feed: str, batch_id: str, contract_version: str) -> bool:
    """Whether this batch is already in bronze under this contract version."""
    report = read_report(feed, batch_id)
    return report is not None and (report.state, report.contract_version) == ("published", contract_version)


def write_report(ref: BatchRef, state: BatchState, step: str, started_at: datetime, **facts: Any) -> BatchReport:
    """Add a step's facts to the report and write it (temporary name, then rename); returns the report as written.

    Another run of the same batch may be further: its state then stands, and once it has published, its whole report.
    """
    old = read_report(ref.feed, ref.batch_id)
    same = old if old and old.contract_version == ref.contract_version else None
    if same and same.state == "published":
        return same
    kept = same.model_dump() if same and same.state != "refused" else {}
    if same and state in ORDER and same.state in ORDER and ORDER.index(same.state) > ORDER.index(state):
        state = same.state
    report = BatchReport.model_validate(
        {
            **kept,
            **ref.model_dump(),
            "state": state,
            "updated_at": utc_now(),
            "timings_s": {
                **kept.get("timings_s", {}),
                step: round((datetime.now(UTC) - started_at).total_seconds(), 2),
            },
            **facts,
        }
    )
    lake().write(report_path(ref.feed, ref.batch_id), report.model_dump_json(indent=2), overwrite=True)
    return report
