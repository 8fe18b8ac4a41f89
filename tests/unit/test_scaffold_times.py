"""The formats of times: each in its own table, two in one column, and the day or month that nobody can tell."""

import pytest

from calanque.scaffold.bronze import time_expression
from calanque.scaffold.times import is_epoch, times_of

ONE = {
    "iso-day": (["2016-05-04", "2016-12-31"], ["yyyy-MM-dd"]),
    "iso-blank": (["2013-01-15 07:15:14"], ["yyyy-MM-dd HH:mm:ss"]),
    "iso-t": (["2013-01-15T07:15:14"], ["yyyy-MM-dd'T'HH:mm:ss"]),
    "iso-minutes": (["2013-01-15 07:15"], ["yyyy-MM-dd H:mm"]),
    "millis": (["2013-01-15T07:15:14.123"], ["yyyy-MM-dd'T'HH:mm:ss.SSS"]),
    "zulu": (["2013-01-15T07:15:14Z", "2013-01-15T07:15:14+02:00"], ["yyyy-MM-dd'T'HH:mm:ssXXX"]),
    "short-zone": (["2017/02/28 05:00:00+00"], ["yyyy/MM/dd HH:mm:ssX"]),
    "american": (["01/15/2013 07:15:14 AM", "12/06/2012 4:39:00 PM"], ["M/d/yyyy h:mm:ss a"]),
    "french": (["15/01/2013 07:15", "06/12/2012 16:39"], ["d/M/yyyy H:mm"]),
    "french-day": (["31/12/2013", "01/02/2013"], ["d/M/yyyy"]),
    "german": (["31.12.2013"], ["d.M.yyyy"]),
    "compact": (["20131231"], ["yyyyMMdd"]),
    "two-formats": (
        ["2013-01-15 07:15:14", "2013-01-16 07:15:14", "01/17/2013 07:15:14 AM"],
        ["yyyy-MM-dd HH:mm:ss", "M/d/yyyy h:mm:ss a"],
    ),
}


@pytest.mark.parametrize(("values", "formats"), ONE.values(), ids=ONE.keys())
def test_the_formats_of_a_column(values: list[str], formats: list[str]) -> None:
    times = times_of(values)
    assert times is not None and [form.java for form in times.formats] == formats
    assert (times.unread_count, times.rivals) == (0, ())


NONE = {
    "numbers": ["12", "13"],
    "no-month": ["2013-13-45", "2013-14-45"],
    "far-years": ["0013-01-01", "9999-12-31"],
    "mostly-words": ["2013-01-15", "soon", "later"],
    "nothing": [],
}


@pytest.mark.parametrize("values", NONE.values(), ids=NONE.keys())
def test_what_is_no_time(values: list[str]) -> None:
    assert times_of(values) is None


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


EXPRESSIONS = {
    "one": (["2013-01-15 07:15:14"], "to_utc_timestamp(try_to_timestamp(`a`, 'yyyy-MM-dd HH:mm:ss'), 'Europe/Paris')"),
    "zoned": (["2013-01-15T07:15:14Z"], "try_to_timestamp(`a`, \"yyyy-MM-dd'T'HH:mm:ssXXX\")"),
    "two": (
        ["2013-01-15 07:15:14", "01/17/2013 07:15:14 AM"],
        "to_utc_timestamp(coalesce(try_to_timestamp(`a`, 'yyyy-MM-dd HH:mm:ss'), "
        "try_to_timestamp(`a`, 'M/d/yyyy h:mm:ss a')), 'Europe/Paris')",
    ),
    "zoned-and-local": (
        ["2013-01-15 07:15:14Z", "2013-01-15 07:15:14"],
        "coalesce(try_to_timestamp(`a`, 'yyyy-MM-dd HH:mm:ssXXX'), "
        "to_utc_timestamp(try_to_timestamp(`a`, 'yyyy-MM-dd HH:mm:ss'), 'Europe/Paris'))",
    ),
}


@pytest.mark.parametrize(("values", "expression"), EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_the_expression_that_reads_them(values: list[str], expression: str) -> None:
    times = times_of(values)
    assert times is not None
    assert time_expression("`a`", times.formats, "Europe/Paris") == expression
