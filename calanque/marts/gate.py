"""The gate of a mart, run on rows before a reader sees them: of a build, city by city, or of a frame to be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calanque.contracts.gates import load_gate
from calanque.engines import deltars
from calanque.engines.gx import run_gate
from calanque.errors import CalanqueError
from calanque.marts.bounds import with_bounds
from calanque.runs import gates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from calanque.contracts import FeedContract
    from calanque.contracts.gates import GateResult


def judge(
    schema: str, asked: Mapping[str, Mapping[str, Sequence[FeedContract]]], run_id: str
) -> dict[tuple[str, str], str]:
    """Run the gate of each mart that was built on the rows of each city; of one without cities, once.

    A mart is read once, and of it the columns alone that its gates name.

    Args:
        schema: where the marts were built.
        asked: by mart and city, the contracts of the feeds that the rows are made from.
        run_id: written in the results.

    Returns:
        What is not true, in sentences, by mart and city.
    """
    results: list[GateResult] = []
    broken: dict[tuple[str, str], str] = {}
    for mart, cities in asked.items():
        own = {city: with_bounds(load_gate(mart, "marts"), contracts) for city, contracts in cities.items()}
        named = {"territory"}.union(*(gate.columns for gate in own.values()))
        rows = deltars.read_columns(f"{schema}.{mart}", named).to_pandas(coerce_temporal_nanoseconds=False)
        parts = {city: rows[rows["territory"] == city] for city in own} if "territory" in rows else {None: rows}
        for city, ours in parts.items():
            found = run_gate(own[city or next(iter(own))], ours, run_id, mart, territory=city)
            results.append(found)
            if found.failures:
                broken |= {(mart, held): _said(found) for held in ([city] if city else own)}
    gates.record("marts", results, run_id)
    return broken


def check_rows(frames: Mapping[str, pd.DataFrame], run_id: str) -> None:
    """Run the gate of each mart on rows for it.

    Args:
        frames: by mart, the rows of one city with all their columns.
        run_id: written in the results.

    Raises:
        CalanqueError: naming the mart and what is not true of it.
    """
    results = [
        run_gate(load_gate(mart, "marts"), frame, run_id, mart, territory=frame["territory"].iloc[0])
        for mart, frame in frames.items()
    ]
    gates.record("marts", results, run_id)
    if failed := " ".join(_said(result) for result in results if result.failures):
        raise CalanqueError(f"The gate of the marts is not passed. {failed} Readers keep what they had.")


def _said(result: GateResult) -> str:
    return " ".join(f"{result.feed}: {check.sentence}" for check in result.failures)
