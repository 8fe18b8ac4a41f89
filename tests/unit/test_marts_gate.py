"""A mart is gated where it was built, before it is shown."""

from types import SimpleNamespace
from typing import Any

import pytest

from calanque.contracts import load_contract
from calanque.contracts.gates import GateResult
from calanque.marts import build


@pytest.mark.parametrize(
    ("schema", "read"),
    [
        pytest.param({"schema": "silver__places_toronto"}, "silver__places_toronto.dim_cell", id="built"),
        pytest.param({}, "marts.dim_cell", id="shown"),
    ],
)
def test_the_gate_of_a_mart_reads_the_schema_it_is_given(
    monkeypatch: pytest.MonkeyPatch, schema: dict[str, str], read: str
) -> None:
    """It used to read what was shown, which a first build does not have, and what was built went by ungated."""
    gated = []

    def passed(gate: Any, frame: str, batch_id: str, name: str) -> GateResult:
        gated.append(frame)
        return GateResult(feed=name, batch_id=batch_id, passed=True, checks=())

    monkeypatch.setattr(build.spark, "session", lambda: SimpleNamespace(table=lambda name: name))
    monkeypatch.setattr(build, "run_gate", passed)
    monkeypatch.setattr(build.gates, "record", lambda tier, results, run_id: None)
    build.check_marts(("dim_cell",), "run", [load_contract("toronto_incidents")], **schema)
    assert gated == [read]
