"""Gate: bounds and expectations of a feed on the whole protected batch; a critical failure stops the batch."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from calanque.contracts.gates import load_gate
from calanque.engines.gx import run_gate
from calanque.ingest.gate_bounds import bounds_of
from calanque.ingest.staged import good_frame
from calanque.runs.batches import read_reports
from calanque.sql_text import quoted

if TYPE_CHECKING:
    from calanque.contracts.folders import Folders
    from calanque.contracts.gates import GateResult
    from calanque.contracts.model import FeedContract


def check_batch(contract: FeedContract, path: str, batch_id: str, folders: Folders) -> tuple[GateResult, ...]:
    """Run the bounds of the feed and every gate its contract names on the good rows of the batch, staged in `path`."""
    frame = good_frame(contract, path).select(*(quoted(column.name) for column in contract.bronze))
    personal = [column.name for column in contract.bronze if column.classification != "open"]
    own = [load_gate(name, "landing", folders) for name in contract.gates]
    past = [report for report in read_reports(contract.feed) if report.batch_id != batch_id]
    bounds = bounds_of(contract, past, datetime.now(UTC), [line for gate in own for line in gate.expectations])
    gates = [*([bounds] if bounds else []), *own]
    return tuple(run_gate(gate, frame, batch_id, contract.feed, personal) for gate in gates)
