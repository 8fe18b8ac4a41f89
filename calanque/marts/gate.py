"""The gate of a mart, run on rows before a reader sees them: those of a build, or a frame to be written."""

from collections.abc import Mapping, Sequence
from typing import Any

from calanque.contracts import FeedContract
from calanque.contracts.gates import load_gate
from calanque.engines.gx import run_gate
from calanque.errors import CalanqueError
from calanque.marts.bounds import with_bounds
from calanque.runs import gates


def check_rows(frames: Mapping[str, Any], batch_id: str, contracts: Sequence[FeedContract] = ()) -> None:
    """Run the gate of each mart on rows for it, with what territories and contracts say of them.

    Args:
        frames: by mart, a frame of Spark or of pandas with all its columns.
        batch_id: of the run, written in the results.
        contracts: of the feeds that the rows are made from, where they bear on the bounds.

    Raises:
        CalanqueError: naming the mart and what is not true of it.
    """
    results = [
        run_gate(with_bounds(load_gate(mart, "marts"), contracts), frame, batch_id, mart)
        for mart, frame in frames.items()
    ]
    gates.record("marts", results, batch_id)
    failed = [f"{result.feed}: {check.sentence}" for result in results for check in result.failures]
    if failed:
        raise CalanqueError(f"The gate of the marts is not passed. {' '.join(failed)} Readers keep what they had.")
