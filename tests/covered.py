"""The register against the lake: what lies there without a treatment."""

from collections.abc import Iterable

from calanque.contracts import FeedContract

COVERED = ("bronze", "quarantine")
"""Schemas whose tables are each of one feed."""


def disagreements(contracts: Iterable[FeedContract], tables: Iterable[str]) -> list[str]:
    """Return a sentence for each table that no treatment covers; those of other schemas than `COVERED` are passed over.

    `disagreements([], ["bronze.lost"])` begins with `bronze.lost: `.
    """
    known = {table for contract in contracts for table in (contract.bronze_table, contract.quarantine_table)}
    lost = {table for table in tables if table.partition(".")[0] in COVERED} - known
    return [
        f"{table}: no treatment of the register covers this table: give its feed a contract, or drop the table."
        for table in sorted(lost)
    ]
