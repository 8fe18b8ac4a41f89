"""Regular expressions of contracts, and what a text gives that no calendar has."""

import re

import pytest
from changed import told

from calanque.contracts.patterns import problem_of_pattern
from calanque.contracts.wild_times import form_of, tamed


@pytest.mark.parametrize(("text", "sentence"), told("patterns"))
def test_a_pattern_that_could_stop_the_engine_is_refused_and_one_that_ends_soon_is_taken(
    text: str, sentence: str
) -> None:
    found = problem_of_pattern(text)
    assert found == "" if sentence == "taken" else sentence in found


def test_a_time_read_from_text_is_moved_only_within_the_calendar() -> None:
    steps, sql = tamed("to_utc_timestamp(try_to_timestamp(a, 'yyyy-MM-dd'), 'Europe/Paris')", "w")
    assert [alias for alias, _ in steps] == ["w0", "w1"]
    form = "(?is)^[0-9]{4}[-][0-9]{1,2}[-][0-9]{1,2}$"
    assert steps[0][1] == f"CASE WHEN a RLIKE '{form}' THEN TRY_TO_TIMESTAMP(a, 'yyyy-MM-dd') END"
    assert steps[1][1] == "CASE WHEN w0 BETWEEN timestamp'0001-01-02' AND timestamp'9999-12-30' THEN w0 END"
    assert sql == "TO_UTC_TIMESTAMP(w1, 'Europe/Paris')"


@pytest.mark.parametrize(("time_format", "text", "judged"), told("expressions/times"))
def test_a_time_is_read_from_a_text_of_its_form(time_format: str, text: str, judged: str) -> None:
    assert (re.search(form_of(time_format), text) is not None) == (judged == "read")


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


@pytest.mark.parametrize(("text", "rendered"), told("expressions/literals"))
def test_what_is_written_out_stays_what_it_is(text: str, rendered: str) -> None:
    assert tamed(text, "w") == ([], rendered)
