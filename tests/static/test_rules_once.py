"""A rule of a mart lives in one place: in its gate, or with dbt as a constraint or a condition of its rows."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GATES = {path.stem: yaml.safe_load(path.read_bytes()) for path in (ROOT / "expectations/marts").glob("*.yml")}
FILES = [yaml.safe_load(path.read_bytes()) for path in (ROOT / "dbt/models/marts").rglob("*.yml")]
DECLARED = [one for file in FILES for one in [*file.get("models", ()), *file.get("sources", ())]]
TABLES = {table["name"]: table for one in DECLARED for table in one.get("tables", [one])}


def conditions(table: dict[str, Any]) -> str:
    """Return what dbt holds each row of a table to, as SQL."""
    own = [rule["expression"] for rule in table.get("constraints", ())]
    held = [one["rows_hold"]["arguments"]["conditions"] for one in table.get("data_tests", ()) if "rows_hold" in one]
    required = [f"{one['name']} is not null" for one in table.get("columns", ()) if "not_null" in str(one)]
    return "; ".join([*own, *(rule for rules in held for rule in rules), *required])


def says(sql: str, line: dict[str, Any]) -> bool:
    """Whether SQL says what a line of a gate says: that a column holds a value, or its least one."""
    column, least = line.get("column"), line.get("kwargs", {}).get("min_value")
    if line["expectation"] == "expect_column_values_to_not_be_null":
        return "mostly" not in line.get("kwargs", {}) and f"{column} is not null" in sql
    if line["expectation"] != "expect_column_values_to_be_between" or least is None:
        return False
    bounds = rf"{column} (>=|between) {least}\b|\b{least} <= {column}\b|{column} > {least - 1}\b"
    return bool(re.search(rf"\b(?:{bounds})", sql))


@pytest.mark.parametrize("mart", sorted(GATES))
def test_no_line_of_a_gate_is_said_by_dbt_too(mart: str) -> None:
    assert [line for line in GATES[mart]["expectations"] if says(conditions(TABLES[mart]), line)] == []
