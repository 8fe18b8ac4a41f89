"""What gates found, one row an expectation in `governance.gate_result`."""

from collections.abc import Sequence

from calanque.contracts.gates import Check, GateKind, GateResult
from calanque.runs import store
from calanque.runs.tables import GATE_RESULT

_COLUMN_OF = {"name": "expectation", "column": "column_name"}


def record(tier: GateKind, results: Sequence[GateResult], run_id: str, contract_version: str | None = None) -> None:
    """Write what the gates of one batch, or of the marts of one build, found: all in one commit.

    Args:
        tier: `landing` or `marts`.
        results: of each gate.
        run_id: run of the orchestrator.
        contract_version: of the batch.
    """
    facts = {"tier": tier, "run_id": run_id, "contract_version": contract_version}
    rows = [
        {**facts, "subject": result.feed, "batch_id": result.batch_id, "territory": result.territory, **_row(check)}
        for result in results
        for check in result.checks
    ]
    if rows:
        store.append(GATE_RESULT, rows)


def newest_checks(subject: str, batch_id: str) -> list[Check]:
    """Return what the gates of a batch or a mart found when they last ran; empty when they never did."""
    rows = store.read(GATE_RESULT, subject=subject, batch_id=batch_id)
    last = [row for row in rows if row["recorded_at"] == rows[-1]["recorded_at"]]
    return [Check(**{name: row[_COLUMN_OF.get(name, name)] for name in Check.model_fields}) for row in last]


def _row(check: Check) -> store.Row:
    return {_COLUMN_OF.get(name, name): value for name, value in check.model_dump().items()}
