"""Regular expressions of contracts, and what a text gives that no calendar has."""

import re

import pytest

from calanque.contracts.patterns import problem_of_pattern
from calanque.contracts.wild_times import form_of, tamed


@pytest.mark.parametrize(
    "text",
    [
        "^[A-Z0-9-]{1,36}$", "(?:ab){1,3}", "(a+)?", "[(]*x", r"\(*", r"^(\d{1,3}\.){3}\d{1,3}$", "(a*b)",
        "(a*b)(c){2}", r"[\[{&]{2}", r"\{", "(?i)a{2,}", "(?<!x)y", "([)]*)", "^(?!x+)y{2}", "[]*]+", "a|b*",
    ],
)  # fmt: skip
def test_a_pattern_that_ends_soon_is_taken(text: str) -> None:
    assert problem_of_pattern(text) == ""


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("(a|é)*", "repeats a group without a bound"),
        ("(a+){2,5}", "repeats a group without a bound"),
        ("((a|b)c)+x", "repeats a group without a bound"),
        ("(?:(a*)b){2}", "repeats a group without a bound"),
        ("(a){3,}", "repeats a group without a bound"),
        ("(a)*+", "repeats a group without a bound"),
        ("(a){1,5000}", "repeats a group without a bound"),
        ("(x", "is not a regular expression"),
        ("a{99999999999999999999}", "is not a regular expression"),
        ("(?P<x>a)", "a kind that is not allowed"),
        ("(a)?(?(1)b|c)", "a kind that is not allowed"),
        ("(?#x)a", "a kind that is not allowed"),
        ("(?a)x", "a kind that is not allowed"),
        ("[a[b]", "inside a class"),
        ("[[]", "inside a class"),
        ("[a&&b]", "inside a class"),
        ("a{,3}", "repeats nothing"),
        ("a{", "repeats nothing"),
        ("{x}", "repeats nothing"),
        (r"[\b]", "an escape that Java does not know"),
        (r"\U0001F600", "an escape that Java does not know"),
    ],
)
def test_a_pattern_that_could_stop_the_engine_is_refused(text: str, sentence: str) -> None:
    assert sentence in problem_of_pattern(text)


def test_a_time_read_from_text_is_moved_only_within_the_calendar() -> None:
    steps, sql = tamed("to_utc_timestamp(try_to_timestamp(a, 'yyyy-MM-dd'), 'Europe/Paris')", "w")
    assert [alias for alias, _ in steps] == ["w0", "w1"]
    form = "(?is)^[0-9]{4}[-][0-9]{1,2}[-][0-9]{1,2}$"
    assert steps[0][1] == f"CASE WHEN a RLIKE '{form}' THEN TRY_TO_TIMESTAMP(a, 'yyyy-MM-dd') END"
    assert steps[1][1] == "CASE WHEN w0 BETWEEN timestamp'0001-01-02' AND timestamp'9999-12-30' THEN w0 END"
    assert sql == "TO_UTC_TIMESTAMP(w1, 'Europe/Paris')"


@pytest.mark.parametrize(
    ("time_format", "text", "is_read"),
    [
        pytest.param("yyyy-MM-dd HH:mm:ss", "2016-02-29 02:30:00", True, id="plain"),
        pytest.param("yyyy-MM-dd HH:mm:ss", "+294248-02-29 02:30:00", False, id="a-year-that-overflows"),
        pytest.param("yyyy-MM-dd HH:mm:ss", "-290309-02-29 02:30:00", False, id="before-all-years"),
        pytest.param("yyyyMMdd-HHmmss", "20160229-023000", True, id="a-sign-between"),
        pytest.param("d MMMM yyyy, h:mm a", "1 September 2016, 2:30 PM", True, id="names"),
        pytest.param("yyyy-MM-dd['T'HH:mm:ss][.SSS]X", "2016-02-29t02:30:00.1+05:30", True, id="sections"),
        pytest.param("yyyy-MM-dd['T'HH:mm:ss][.SSS]X", "2016-02-29Z", True, id="without-sections"),
        pytest.param("yyyy/MM/dd HH:mm:ssX", "2016/02/29 02:30:00+00", True, id="offset"),
        pytest.param("yyyy''^\\MM", "2016'^\\02", True, id="signs-of-patterns"),
        pytest.param("dd.MM.yyyy", "29a02a2016", False, id="a-point-is-a-point"),
    ],
)
def test_a_time_is_read_from_a_text_of_its_form(time_format: str, text: str, is_read: bool) -> None:
    assert (re.search(form_of(time_format), text) is not None) is is_read


def test_a_time_made_of_a_time_is_bounded_from_the_inside() -> None:
    steps, sql = tamed("try_cast(CASE WHEN year(try_to_timestamp(a, 'yyyy')) = 1 THEN a END AS timestamp)", "w")
    assert "TRY_TO_TIMESTAMP" in steps[0][1] and "w1" in steps[2][1]
    assert sql == "w3"


def test_a_number_that_becomes_a_span_has_a_bound_and_one_written_out_needs_none() -> None:
    steps, sql = tamed("try_add(try_to_timestamp(a, 'yyyy'), make_dt_interval(0, try_cast(b AS int)))", "w")
    assert ("w3", "CASE WHEN w2 BETWEEN -1000000 AND 1000000 THEN w2 END") in steps
    assert sql == "TRY_ADD(w1, MAKE_DT_INTERVAL(0, w3))"


def test_what_reads_no_time_stays_as_it_is() -> None:
    assert tamed("lower(trim(a))", "w") == ([], "LOWER(TRIM(a))")


def test_a_day_read_from_text_has_bounds_too() -> None:
    for read in ("try_to_date(a, 'yyyy')", "try_cast(CASE WHEN a LIKE '2%' THEN a END AS date)"):
        steps, sql = tamed(f"try_cast({read} AS timestamp)", "w")
        assert steps[1] == ("w1", "CASE WHEN w0 BETWEEN date'0001-01-02' AND date'9999-12-30' THEN w0 END")
        assert steps[2] == ("w2", "TRY_CAST(w1 AS TIMESTAMP)")
        assert sql == "w3"


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        pytest.param("'it''s'", r"'it\'s'", id="doubled"),
        pytest.param(r"'it\'s'", r"'it\'s'", id="backslash"),
        pytest.param('"a""b"', "'a\"b'", id="doubled-double"),
        pytest.param("\"it''s\"", r"'it\'\'s'", id="the-other-quote"),
        pytest.param("''", "''", id="empty"),
        pytest.param("''''", r"'\''", id="one-quote"),
        pytest.param(r"'\\d'", r"'\\d'", id="pattern"),
        pytest.param("'a\"\"b'", "'a\"\"b'", id="other-quotes-stay"),
        pytest.param("try_cast(a AS double) * 1.5", "TRY_CAST(a AS DOUBLE) * 1.5D", id="a-decimal-is-a-double"),
        pytest.param("floor(-1.5)", "FLOOR(-1.5D)", id="negative"),
        pytest.param("1.5D", "CAST(1.5D AS DOUBLE)", id="a-double-stays"),
        pytest.param("99999999999999999999", "99999999999999999999D", id="too-long-for-an-integer"),
        pytest.param("try_add(1, 5L)", "TRY_ADD(1, CAST(5 AS BIGINT))", id="whole"),
    ],
)
def test_what_is_written_out_stays_what_it_is(text: str, rendered: str) -> None:
    assert tamed(text, "w") == ([], rendered)
