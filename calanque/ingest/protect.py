"""Protect: personal columns become tokens or redacted text, and the batch is written once, to staging.

Gate and publish read what is written here and never compute it again. Values in clear exist in the memory of the engine
only: nothing before this step writes a row, and no shuffle can spill one.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from calanque.engines import spark
from calanque.engines.hdfs import LakeError, lake
from calanque.ingest.records import StagedBatch
from calanque.ingest.type_ import type_rows
from calanque.ingest.zones import spark_path, staging_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import DataFrame

    from calanque.contracts.model import FeedContract
    from calanque.ingest.header import Header
    from calanque.ingest.records import LandedBatch

SUMMARY = "staged.json"
# Staging is thrown away after publication and can be made again from landing: two copies survive one DataNode.
STAGING_REPLICATION = "2"


def staged_batch(feed: str, batch_id: str, contract_version: str) -> StagedBatch | None:
    """Return the staged batch, None when it is not (or no longer) there."""
    path = f"{staging_path(feed, batch_id, contract_version)}/{SUMMARY}"
    return StagedBatch.model_validate_json(lake().read(path)) if lake().exists(path) else None


def stage_batch(contract: FeedContract, landed: LandedBatch, headers: dict[str, Header]) -> StagedBatch:
    """Type, protect and write a landed batch once; one already staged under this contract version is returned as it is.

    Each attempt has its own folder and the summary names the one that counts: a killed or second run leaves no mix.
    """
    known = staged_batch(contract.feed, landed.batch_id, contract.version)
    if known:
        return known
    folder = staging_path(contract.feed, landed.batch_id, contract.version)
    attempt = f"{folder}/rows-{uuid.uuid4().hex[:12]}"
    frame = protect_rows(contract, type_rows(contract, landed, headers))
    writer = frame.write.option("dfs.replication", STAGING_REPLICATION).option("compression", "lz4_raw")
    writer.parquet(spark_path(attempt))
    staged = _counted(attempt)
    try:
        lake().write(f"{folder}/{SUMMARY}", staged.model_dump_json(indent=2))
    except LakeError as error:
        winner = staged_batch(contract.feed, landed.batch_id, contract.version)
        if error.remote != "FileAlreadyExistsException" or winner is None:
            raise
        lake().delete(attempt)
        return winner
    return staged


def discard_staging(feed: str, batch_id: str) -> None:
    """Delete what a batch left in staging."""
    lake().delete(staging_path(feed, batch_id, "").rstrip("/"))


def protect_rows(contract: FeedContract, frame: DataFrame) -> DataFrame:
    """Return the rows with every protected column replaced by its token or its redacted text."""
    plan = protection_plan(contract)
    if not plan:
        return frame

    def protect(batches: Iterator[Any]) -> Iterator[Any]:
        from calanque.privacy.protect import protect_batches

        return protect_batches(batches, plan)

    return frame.mapInPandas(protect, frame.schema)


def protection_plan(contract: FeedContract) -> dict[str, str]:
    """Return the protection of each protected bronze column: `redact` or `token:<purpose>`."""
    return {column.name: column.protection for column in contract.bronze if column.is_protected}


def _counted(path: str) -> StagedBatch:
    frame = spark.session().read.parquet(spark_path(path))
    groups = frame.groupBy("_is_good", "_reasons").count().collect()
    reasons: dict[str, int] = {}
    for group in groups:
        for reason in group["_reasons"] or ():
            reasons[reason] = reasons.get(reason, 0) + group["count"]
    return StagedBatch(
        path=path,
        landed_count=sum(group["count"] for group in groups),
        good_count=sum(group["count"] for group in groups if group["_is_good"]),
        reasons=dict(sorted(reasons.items())),
    )
