"""The lineage of a batch: source to landing, landing to bronze, column by column from the contract."""

from datetime import datetime

from calanque.contracts import BronzeColumn, FeedContract
from calanque.engines.lineage import How, LineageDataset, Origin, step_event
from calanque.ingest.records import LandedBatch
from calanque.runs import lineage
from calanque.runs.records import BatchRef


def landing_dataset(feed: str) -> str:
    """Return the name of a feed's landing dataset: its folder without the batch."""
    return f"/lake/landing/{feed}"


def record_landing(contract: FeedContract, landed: LandedBatch, run_id: str) -> None:
    """Store the event of a landing, of a batch that goes no further."""
    lineage.store_events([_landing(contract, landed, run_id)], run_id)


def _landing(contract: FeedContract, landed: LandedBatch, run_id: str) -> lineage.Event:
    columns = {column.name: "string" for column in contract.landing}
    source = LineageDataset(name=landed.origin, columns=columns)
    target = LineageDataset(
        name=landing_dataset(contract.feed),
        columns=columns,
        version=landed.batch_id,
        row_count=landed.row_count,
        size_bytes=sum(file.size_bytes for file in landed.files),
        origins={name: (Origin(dataset=landed.origin, column=name),) for name in columns},
    )
    return step_event(f"land.{contract.feed}", run_id, [source], [target], landed.landed_at)


def record_publication(
    contract: FeedContract, ref: BatchRef, landed: LandedBatch, version: int, row_count: int, started_at: datetime
) -> None:
    """Store the events of a landing and of its publication to bronze, with the origin of each column, in one commit.

    Args:
        contract: the feed's contract.
        ref: the batch that was published, and its run.
        landed: its manifest.
        version: version of the bronze table that its commit made.
        row_count: rows of the batch in bronze.
        started_at: when the publication began, UTC.
    """
    source = LineageDataset(
        name=landing_dataset(contract.feed),
        columns={column.name: "string" for column in contract.landing},
        version=ref.batch_id,
    )
    target = LineageDataset(
        name=contract.bronze_table,
        columns={column.name: column.physical_type for column in contract.bronze},
        version=version,
        row_count=row_count,
        origins={column.name: _origins(contract, column) for column in contract.bronze if column.sources},
    )
    # First: a walk goes from a publication to what was written before it.
    landing = _landing(contract, landed, ref.run_id)
    published = step_event(f"publish.{contract.feed}", ref.run_id, [source], [target], started_at)
    lineage.store_events([landing, published], ref.run_id)


def _origins(contract: FeedContract, column: BronzeColumn) -> tuple[Origin, ...]:
    dataset = landing_dataset(contract.feed)
    return tuple(Origin(dataset=dataset, column=source, how=how_of(column)) for source in column.sources)


def how_of(column: BronzeColumn) -> How:
    """Return what happens to a column between landing and bronze."""
    if column.protection == "token":
        return How.TOKEN
    if column.protection == "redact":
        return How.REDACTION
    if column.projected in {"cell", "zone"}:
        return How.GENERALISATION
    return How.TRANSFORMATION if column.expression or column.projected else How.IDENTITY
