"""Each line of each gate can fail: rows that break it are refused by it, on the real engine."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from gate_files import load_gates

from calanque.contracts.gates import Expectation, Gate
from calanque.engines import spark
from calanque.engines.gx import run_gate
from calanque.settings import Settings

ASK_FOR_ROWS = "expect_table_row_count_to_be_between"
GATES = [gate for kind in ("landing", "marts") for gate in load_gates(kind).values()]
# What two gates ask alike is tried once.
LINES = list({repr(line): line for gate in GATES for line in gate.expectations}.values())


def outside(item: Expectation) -> str:
    """Return a literal just outside the bounds of a line."""
    low, high = item.kwargs.get("min_value"), item.kwargs.get("max_value")
    bound, step = (low, -1) if low is not None else (high, 1)
    if isinstance(bound, date | str):
        day = bound if isinstance(bound, date) else date.fromisoformat(bound)
        return f"date '{day + timedelta(days=step)}'"
    return f"{bound + step}D"


def broken(number: int, item: Expectation) -> tuple[Expectation, str]:
    """Return a line on columns of its own, and the SQL of values there that break it."""
    if item.expectation == "expect_column_pair_values_a_to_be_greater_than_b":
        a, b = (f"{item.kwargs[name]}_{number}" for name in ("column_A", "column_B"))
        return item.model_copy(update={"kwargs": {**item.kwargs, "column_A": a, "column_B": b}}), f"1 as {a}, 2 as {b}"
    if item.expectation == "expect_compound_columns_to_be_unique":
        names = [f"{name}_{number}" for name in item.kwargs["column_list"]]
        return item.model_copy(update={"kwargs": {"column_list": names}}), ", ".join(f"1 as {name}" for name in names)
    values: dict[str, Any] = {
        "expect_column_values_to_be_between": lambda: outside(item),
        "expect_column_mean_to_be_between": lambda: outside(item),
        "expect_column_values_to_match_regex": lambda: "'neither a token nor empty'",
        "expect_column_values_to_not_match_regex": lambda: "'invented@example.org'",
        "expect_column_values_to_be_in_set": lambda: not item.kwargs["value_set"][0],
        "expect_column_values_to_not_be_in_set": lambda: item.kwargs["value_set"][0],
        "expect_column_values_to_not_be_null": lambda: "cast(null as string)",
        "expect_column_values_to_be_unique": lambda: "1",
    }
    column = f"{item.column}_{number}"
    return item.model_copy(update={"column": column}), f"{values[item.expectation]()} as {column}"


def refused(lines: Sequence[Expectation], query: str) -> bool:
    """Say whether rows are refused, each line having failed on them."""
    gate = Gate(name="broken", kind="marts", expectations=tuple(lines))
    result = run_gate(gate, spark.sql(query).toPandas(), "broken", "broken")
    assert [(check.name, check.column) for check in result.checks if check.success or not check.sentence] == []
    return not result.passed


@pytest.mark.parametrize("severity", ["critical", "warning"])
def test_each_line_fails_on_what_it_guards_against(stack: Settings, severity: str) -> None:
    asked = [line for line in LINES if line.severity == severity and line.expectation != ASK_FOR_ROWS]
    lines, values = zip(*(broken(number, line) for number, line in enumerate(asked)), strict=True)
    assert refused(lines, f"select {', '.join(values)} from range(3)") is (severity == "critical")


def test_a_mart_without_a_row_fails_where_some_are_asked_for(stack: Settings) -> None:
    asked = [line for line in LINES if line.expectation == ASK_FOR_ROWS]
    assert refused(asked, "select 1 as one where false")
