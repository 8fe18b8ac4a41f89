"""Each line of each gate can fail: data that breaks that line alone is refused by it, on the real engine."""

from datetime import date, timedelta
from typing import Any

import pytest

from calanque.contracts.gates import Expectation, load_gates
from calanque.settings import Settings

LINES = [
    pytest.param(gate.name, gate.kind, item, id=f"{gate.name}-{number}-{item.expectation.removeprefix('expect_')}")
    for kind in ("landing", "marts")
    for gate in load_gates(kind).values()
    for number, item in enumerate(gate.expectations)
]


def outside(item: Expectation) -> str:
    """Return a literal just outside the bounds of a line."""
    low, high = item.kwargs.get("min_value"), item.kwargs.get("max_value")
    bound, step = (low, -1) if low is not None else (high, 1)
    if isinstance(bound, date | str):
        day = bound if isinstance(bound, date) else date.fromisoformat(bound)
        return f"date '{day + timedelta(days=step)}'"
    return f"{bound + step}D"


def breaking(item: Expectation) -> str:
    """Return a query whose rows break a line."""
    if item.expectation == "expect_table_row_count_to_be_between":
        return "select 1 as one where false"
    if item.expectation == "expect_column_pair_values_a_to_be_greater_than_b":
        return f"select 1 as `{item.kwargs['column_A']}`, 2 as `{item.kwargs['column_B']}`"
    values: dict[str, Any] = {
        "expect_column_values_to_be_between": lambda: outside(item),
        "expect_column_mean_to_be_between": lambda: outside(item),
        "expect_column_values_to_match_regex": lambda: "'neither a token nor empty'",
        "expect_column_values_to_not_match_regex": lambda: "'invented@example.org'",
        "expect_column_values_to_not_be_in_set": lambda: item.kwargs["value_set"][0],
        "expect_column_values_to_not_be_null": lambda: "cast(null as string)",
    }
    return f"select {values[item.expectation]()} as `{item.column}` from range(3)"


@pytest.mark.parametrize(("name", "kind", "item"), LINES)
def test_a_line_fails_on_what_it_guards_against(stack: Settings, name: str, kind: str, item: Expectation) -> None:
    from calanque.contracts.gates import Gate
    from calanque.engines import spark
    from calanque.engines.gx import run_gate

    gate = Gate(name=name, kind=kind, expectations=(item,))
    result = run_gate(gate, spark.sql(breaking(item)), "broken", name)
    assert [check.success for check in result.checks] == [False]
    assert result.passed is (item.severity == "warning")
    assert result.checks[0].sentence
