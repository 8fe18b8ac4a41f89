"""The formats of times: each in its own table, two in one column, and the day or month that nobody can tell."""

import pytest
from changed import told

from calanque.scaffold.bronze import time_expression
from calanque.scaffold.times import is_epoch, times_of


@pytest.mark.parametrize(("values", "formats"), told("samples/times"))
def test_the_formats_of_a_column(values: str, formats: str) -> None:
    times = times_of(values.split(" | "))
    assert (" | ".join(form.java for form in times.formats) if times else "no time") == formats
    assert times is None or (times.unread_count, times.rivals) == (0, ())


@pytest.mark.parametrize(
    "values",
    [["03/04/2013", "05/06/2013"], ["31/12/2013", "12/31/2013", "03/04/2013"]],
    ids=["no-day-over-twelve", "both-orders"],
)
def test_day_or_month_first_is_asked(values: list[str]) -> None:
    times = times_of(values)
    assert times is not None and times.rivals


def test_a_few_values_in_no_format_are_counted() -> None:
    times = times_of([*(f"2013-01-{n:02d}" for n in range(1, 29)), "soon"])
    assert times is not None and times.unread_count == 1
    assert times_of([]) is None


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        ("created_at", ["1356998400", "1456998400"], True),
        ("time", ["1356998400"], True),
        ("tract", ["1356998400"], False),
        ("created_at", ["6075012800"], False),
        ("created_at", [], False),
    ],
)
def test_seconds_since_1970(name: str, values: list[str], expected: bool) -> None:
    assert is_epoch(name, values) is expected


@pytest.mark.parametrize(("values", "expression"), told("samples/time_expressions"))
def test_the_expression_that_reads_them(values: str, expression: str) -> None:
    times = times_of(values.split(" | "))
    assert times is not None
    assert time_expression("`a`", times.formats, "Europe/Paris") == expression
