"""What lies in staging, read by the columns that it was written with: to ask the files for them is a job of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calanque.engines import spark
from calanque.formats.base import FILE, ROW_NUMBER
from calanque.ingest.tables import QUARANTINE_COLUMNS, bronze_columns, staged_columns
from calanque.ingest.tiers import spark_path
from calanque.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyspark.sql import DataFrame

    from calanque.contracts.model import FeedContract

POSITIONS = {FILE: "string", ROW_NUMBER: "bigint"}
"""Which row of the source a staged row was; beside the good rows of a feed whose keys are looked at."""
ROWS = "staged_rows"
"""The name by which SQL reads a frame."""


def good_frame(contract: FeedContract, path: str, more: Mapping[str, str] | None = None) -> DataFrame:
    """Return rows with the columns that a batch brings to bronze, and `more` (SQL types by name), from a folder."""
    kinds = bronze_columns(contract)
    return _frame(path, {name: kinds[name] for name in staged_columns(contract)} | dict(more or {}))


def refused_frame(path: str) -> DataFrame:
    """Return refused rows as the quarantine has them, from a folder."""
    return _frame(path, QUARANTINE_COLUMNS)


def _frame(path: str, columns: Mapping[str, str]) -> DataFrame:
    schema = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
    return spark.session().read.schema(schema).parquet(spark_path(path))
