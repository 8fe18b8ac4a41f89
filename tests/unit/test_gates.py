"""Gates are read closed, and every line of them exists in Great Expectations."""

import os
from pathlib import Path
from typing import Any

import pytest
from gate_files import load_gates

from calanque.contracts import load_contracts
from calanque.contracts.gates import Expectation, Gate, GateResult, load_gate, read_gate
from calanque.errors import CalanqueError
from calanque.marts.domains import DOMAINS, WRITTEN_BY_ML

GATES: list[Gate] = [*load_gates("landing").values(), *load_gates("marts").values()]
LINES = [(gate.name, item) for gate in GATES for item in gate.expectations]
MARTS = {mart for domain in DOMAINS.values() for mart in domain.marts} | set(WRITTEN_BY_ML)


def test_every_mart_has_its_gate_and_every_gate_of_a_feed_its_columns() -> None:
    assert set(load_gates("marts")) == MARTS
    assert set(load_gates("landing")) == {name for contract in load_contracts().values() for name in contract.gates}
    for contract in load_contracts().values():
        columns = {column.name for column in contract.bronze}
        for name in contract.gates:
            used = {item.column for item in load_gate(name, "landing").expectations if item.column}
            assert used <= columns, f"{name} checks columns that {contract.feed} does not have"


@pytest.mark.parametrize(("name", "item"), LINES, ids=[f"{name}-{i.expectation}-{i.column}" for name, i in LINES])
def test_a_line_exists_in_great_expectations(name: str, item: Expectation) -> None:
    from calanque.engines.gx import build_expectation

    assert build_expectation(item).severity == item.severity


LINE = "{expectation: expect_column_values_to_be_between, column: lat, kwargs: {min_value: 0}, severity: critical}"
BROKEN = {
    "typo-in-key": ("expectations:\n  - " + LINE.replace("severity", "severty"), "severty"),
    "unknown-severity": ("expectations:\n  - " + LINE.replace("critical", "fatal"), "severity"),
    "unknown-top-key": (f"expectation: []\nexpectations:\n  - {LINE}", "expectation"),
    "no-expectation": ("expectations: []", "expectations"),
    "key-twice": (f"expectations:\n  - {LINE}\nexpectations:\n  - {LINE}", "written twice"),
    "only-warnings": ("expectations:\n  - " + LINE.replace("critical", "warning"), "stops nothing"),
    "camel-case": (
        "expectations:\n  - " + LINE.replace("expect_column_values_to_be_between", "ExpectColumn"),
        "expectation",
    ),
    "crashes-on-spark": (
        "expectations:\n  - " + LINE.replace("values_to_be_between", "quantile_values_to_be_between"),
        "not used here",
    ),
}


@pytest.mark.parametrize(("text", "expected"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_gate_is_refused(text: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "gate.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CalanqueError, match=expected) as raised:
        read_gate(path, "landing")
    assert str(raised.value).startswith("gate.yml: ")


BETWEEN = {"expectation": "expect_column_values_to_be_between", "kwargs": {"min": 1}}
NOT_KNOWN = {
    "unknown-name": ({"expectation": "expect_column_valuse_to_be_null", "column": "a"}, "has no"),
    "unknown-argument": ({**BETWEEN, "column": "a"}, "argument 'min'"),
    "missing-column": ({"expectation": "expect_column_values_to_be_null"}, "refuses its arguments"),
}


@pytest.mark.parametrize(("line", "expected"), NOT_KNOWN.values(), ids=NOT_KNOWN.keys())
def test_a_line_that_great_expectations_does_not_know_is_refused(line: dict[str, Any], expected: str) -> None:
    from calanque.engines.gx import build_expectation

    with pytest.raises(CalanqueError, match=expected):
        build_expectation(Expectation(severity="critical", **line))


def test_observed_values_of_personal_columns_stay_hidden() -> None:
    from calanque.engines.gx import _check

    item = Expectation(expectation="expect_column_max_to_be_between", column="name", severity="critical")
    found = {"success": False, "observed_value": "Dupont", "unexpected_count": None, "element_count": None}
    assert "Dupont" not in _check(item, found, True).model_dump_json()
    assert "Dupont" in _check(item, found, False).model_dump_json()
    listed = {**found, "observed_value": ["Dupont"]}
    assert "Dupont" not in _check(item, listed, False).model_dump_json()


def test_a_gate_is_logged_in_one_line_an_expectation(caplog: pytest.LogCaptureFixture) -> None:
    from calanque.engines.gx import _check, say

    counts = {"observed_value": None, "unexpected_percent": 0}
    checks = tuple(
        _check(
            Expectation(expectation="expect_column_values_to_not_be_null", column=column, severity=severity),
            {**counts, "success": not broken, "unexpected_count": broken, "element_count": 12000},
            False,
        )
        for column, severity, broken in (("a", "critical", 0), ("b", "warning", 1234), ("c", "critical", 7))
    )
    caplog.set_level("INFO")
    say(GATES[0].name, GateResult(feed="reports", batch_id="b1", passed=False, checks=checks))
    name = "expect_column_values_to_not_be_null"
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", f"Gate {GATES[0].name} of reports NOT passed: 1 of 3 hold."),
        ("INFO", f"{name} on a holds (0 of 12,000 rows break it)."),
        ("WARNING", f"warning: {name} on b fails (1,234 of 12,000 rows break it): b values must never be null."),
        ("ERROR", f"critical: {name} on c fails (7 of 12,000 rows break it): c values must never be null."),
    ]


def test_a_gate_is_given_the_columns_that_it_names_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import pandas as pd

    from calanque.engines import gx

    given: list[list[str]] = []
    gate = load_gate("fct_forecast_fine", "marts")

    def validate(*told: Any) -> list[dict[str, Any]]:
        given.append(list(told[-1]))
        return [{"success": True, **dict.fromkeys(gx.COUNTS)} for _ in gate.expectations]

    monkeypatch.setattr(gx, "_validate", validate)
    gx.run_gate(gate, pd.DataFrame({"reason_fr": ["x"], **{name: [1] for name in gate.columns}}), "b", "f")
    assert [{*names} for names in given] == [gate.columns], "a wide frame is copied for each figure"


def test_a_bound_that_spares_some_rows_says_how_many() -> None:
    from calanque.engines.gx import _check

    name = "expect_column_values_to_not_be_null"
    item = Expectation(expectation=name, column="a", severity="critical", kwargs={"mostly": 0.99})
    found = {"success": True, "unexpected_count": 57, "element_count": 240_992, "observed_value": None}
    assert _check(item, found, False).sentence == f"{name} on a holds (57 of 240,992 rows break it; up to 1 % may)."


def test_what_fails_says_what_was_asked_and_then_what_to_do() -> None:
    from calanque.engines.gx import _check

    item = Expectation(
        expectation="expect_column_values_to_be_between",
        column="lat",
        severity="critical",
        kwargs={"min_value": 43, "max_value": 44.5, "mostly": 0.99},
        advice="Did the source change?",
    )
    found = {"success": False, "unexpected_count": 1, "element_count": 20, "observed_value": None}
    assert _check(item, found, False).sentence == (
        "expect_column_values_to_be_between on lat fails (1 of 20 rows break it): lat values must be greater than or "
        "equal to 43.0 and less than or equal to 44.5, at least 99 % of the time. Did the source change?"
    )


def test_what_great_expectations_has_no_sentence_for_points_to_its_line() -> None:
    from calanque.engines.gx import _check

    name = "expect_column_k_l_divergence_to_be_less_than"
    found = {"success": False, "unexpected_count": None, "element_count": None, "observed_value": 0.4}
    said = _check(Expectation(expectation=name, column="a", severity="critical"), found, False).sentence
    assert said == f"{name} on a fails (0.4): look at its line in expectations/."


def test_analytics_are_off() -> None:
    from calanque.engines.gx import build_expectation

    build_expectation(GATES[0].expectations[0])
    assert os.environ["GX_ANALYTICS_ENABLED"] == "false"
