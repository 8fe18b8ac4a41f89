"""Gate: the expectations of a feed on the whole protected batch; a critical failure stops the batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calanque.contracts.gates import load_gate
from calanque.engines import spark
from calanque.engines.gx import run_gate
from calanque.ingest.typing_sql import quoted
from calanque.ingest.zones import spark_path

if TYPE_CHECKING:
    from calanque.contracts.folders import Folders
    from calanque.contracts.gates import GateResult
    from calanque.contracts.model import FeedContract


def check_batch(contract: FeedContract, path: str, batch_id: str, folders: Folders) -> tuple[GateResult, ...]:
    """Run every gate that the contract names on the good rows of the staged batch, which lie in `path`."""
    frame = spark.session().read.parquet(spark_path(path))
    frame = frame.select(*(quoted(column.name) for column in contract.bronze))
    personal = [column.name for column in contract.bronze if column.classification != "open"]
    gates = [load_gate(name, "landing", folders) for name in contract.gates]
    return tuple(run_gate(gate, frame, batch_id, contract.feed, personal) for gate in gates)
