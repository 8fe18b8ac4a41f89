"""Read and write batch reports; a report never goes back from `published` under the same contract version."""

from typing import Any

from calanque.engines.hdfs import lake
from calanque.ingest.records import BatchReport, BatchState, utc_now
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


def write_report(
    feed: str,
    batch_id: str,
    contract_version: str,
    run_id: str,
    state: BatchState,
    step: str,
    time_s: float,
    **facts: Any,
) -> BatchReport:
    """Add a step's facts to the report and write it (temporary name, then rename); returns the report as written.

    Another run of the same batch may be further: its state then stands, and once it has published, its whole report.
    """
    old = read_report(feed, batch_id)
    same = old if old and old.contract_version == contract_version else None
    if same and same.state == "published":
        return same
    kept = same.model_dump() if same and same.state != "refused" else {}
    if same and state in ORDER and same.state in ORDER and ORDER.index(same.state) > ORDER.index(state):
        state = same.state
    report = BatchReport.model_validate(
        {
            **kept,
            "feed": feed,
            "batch_id": batch_id,
            "contract_version": contract_version,
            "run_id": run_id,
            "state": state,
            "updated_at": utc_now(),
            "timings_s": {**kept.get("timings_s", {}), step: round(time_s, 2)},
            **facts,
        }
    )
    lake().write(report_path(feed, batch_id), report.model_dump_json(indent=2), overwrite=True)
    return report
