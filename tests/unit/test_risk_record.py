"""The record of forecasts: by hand on a few cells, pooled as the protocol says, and the same for both records."""

import json
import math
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest

from calanque.contracts import load_contracts
from calanque.contracts.page import cited, source_line
from calanque.engines import spark
from calanque.engines.tracking import Version
from calanque.marts.domains import DOMAINS
from calanque.sql_text import literal
from ml.marts import kept_columns, make_table
from ml.risk.model.forecast_mart import FINE, FORECAST
from ml.risk.model.published import PublishedRecord, bounds, score_week
from ml.risk.model.slot_mart import SLOT
from ml.risk.record.score_mart import SCORE, Method, Record, from_text, published_rows, score_frame, week_rows
from ml.risk.record_steps import score_territory

MONDAY = date(2021, 12, 20)
CELLS = 20


def week(version: str = "3", upper: int | None = 1) -> pd.DataFrame:
    """Two types in twenty cells: the model puts half of each in the first cell, the counts spread all evenly."""
    rows = [
        (f"here:0:{cell:02}", kind, 1.0 if cell == 0 else 1.0 / (CELLS - 1), happened.get(cell, 0))
        for kind, happened in (("assault", {0: 2, 1: 1}), ("robbery", {}))
        for cell in range(CELLS)
    ]
    frame = pd.DataFrame(rows, columns=["cell_id", "type", "expected_count", "incident_count"])
    frame = frame.assign(week_start_date=MONDAY, baseline_count=0.1, upper_count=upper, model_version=version)
    # Rows come back from a table in any order.
    return frame.sample(frac=1, random_state=1)


def figures(rows, method, kind):
    (row,) = [row for row in rows if (row["method"], row["type"]) == (method, kind)]
    return row


def test_a_published_week_is_scored_by_hand():
    rows = published_rows(week())
    assert {(row["record"], row["model_version"], row["week_start_date"]) for row in rows} == {
        ("published", "3", "2021-12-20")
    }
    model, counts = figures(rows, "model", "assault"), figures(rows, "baseline", "assault")
    assert model["event_count"] == 3
    # One cell of twenty is 5 %; every cell ties by the counts, which catch their share.
    assert model["hit_rate_5pct"] == pytest.approx(2 / 3)
    assert counts["hit_rate_5pct"] == pytest.approx(1 / CELLS)
    share = 0.5 / (CELLS - 1)
    assert model["log_score"] == pytest.approx((2 * math.log(0.5 * CELLS) + math.log(share * CELLS)) / 3)
    assert counts["log_score"] == pytest.approx(0)
    # Two in the first cell, at most one was told: the flagged cell is missed, nineteen of twenty held.
    assert (model["coverage"], model["coverage_flagged"]) == (pytest.approx(0.95), 0.0)
    assert (counts["coverage"], counts["coverage_flagged"]) == (None, None)
    quiet = figures(rows, "model", "robbery")
    assert (quiet["event_count"], quiet["hit_rate_5pct"], quiet["log_score"], quiet["coverage"]) == (0, None, None, 1.0)
    every = figures(rows, "model", "all")
    assert (every["event_count"], every["log_score"]) == (3, model["log_score"])
    assert (every["coverage"], every["coverage_flagged"]) == (pytest.approx(0.975), 0.5)


def test_the_first_incident_of_a_type_is_no_worse_than_a_uniform_map() -> None:
    """Of a type that had never come nothing is expected: its score was no number, and the model could not be read."""
    score = score_week(np.array([[0.0, 0.0], [1.0, 3.0]]), np.array([[0, 1], [0, 1]]), None)
    assert score.log == pytest.approx([0.0, math.log(0.75 * 2)])


def test_a_week_of_counts_has_their_bound_and_no_model():
    rows = published_rows(week("counts"))
    assert {row["method"] for row in rows} == {"baseline"}
    assert figures(rows, "baseline", "all")["coverage"] == pytest.approx(0.975)


def test_a_week_published_under_the_old_bound_has_no_coverage():
    rows = published_rows(week(upper=None))
    assert figures(rows, "model", "all")["coverage"] is None
    assert figures(rows, "model", "all")["log_score"] is not None


def test_the_rows_fit_the_mart_and_survive_the_run_of_the_training():
    rows = published_rows(week())
    frame = score_frame(from_text(json.dumps(rows)), "here", datetime(2022, 1, 3, tzinfo=UTC))
    assert list(frame) == list(SCORE.columns)
    assert len(frame) == 2 * 3
    assert frame["coverage"].isna().sum() == 3
    assert all(value is None or isinstance(value, float) for value in frame["coverage"])
    assert set(frame["week_start_date"]) == {MONDAY}
    assert not frame.duplicated(["territory", "type", "week_start_date", "record", "method"]).any()
    assert from_text("") == []
    assert list(score_frame([], "here", datetime(2022, 1, 3, tzinfo=UTC))) == list(SCORE.columns)
    assert {Record.PUBLISHED, Record.BACK_TEST, Method.MODEL, Method.BASELINE} == {
        "published",
        "back_test",
        "model",
        "baseline",
    }


def rolled(told: float, weeks: int = 40) -> PublishedRecord:
    """Fine cells, four to a published one, told at `told` times their true mean."""
    generator = np.random.default_rng(5)
    mean = generator.gamma(0.3, 0.6, (2, 4000))
    record = PublishedRecord(np.arange(4000) // 4, 2, 0.9)
    for _ in range(weeks):
        record.add(told * mean, generator.poisson(mean))
    return record


def test_a_bound_covers_as_published_at_least_what_it_says():
    """Of whole numbers, on the published grid; where few are flagged the bound is near what it says."""
    for every, flagged in rolled(1.0).coverage(("a", "b")).values():
        assert 0.9 <= flagged <= every <= 1
        assert flagged < 0.97
    assert set(rolled(1.0).coverage(("a", "b"))) == {"all", "a", "b"}
    assert rolled(1.0, weeks=4).coverage(("a", "b")) == {}


def test_coverage_as_served_tells_a_forecast_that_is_too_low():
    assert rolled(0.4).coverage(("a", "b"))["all"][1] < 0.9


@pytest.mark.parametrize(
    ("alike", "over"), [pytest.param(4, 0.5, id="a_surprise_is_shared"), pytest.param(1, 0.5 / 4, id="each_its_own")]
)
def test_the_over_dispersion_of_published_cells_is_their_own(alike, over):
    """Fine cells that share a week's surprise: their sums are spread wider than if each had its own."""
    generator, record = np.random.default_rng(6), PublishedRecord(np.arange(4000) // 4, 1, 0.9)
    for _ in range(30):
        rate = 0.3 * np.repeat(generator.gamma(2, 0.5, (1, 4000 // alike)), alike, axis=1)
        record.add(np.full((1, 4000), 0.3), generator.poisson(rate))
    assert record.dispersion[0] == pytest.approx(over, abs=0.05)


def test_bounds_are_by_type():
    mean = np.full((2, 3), 4.0)
    assert bounds(mean, (0.0, 1.0), 0.9).tolist() == [[7] * 3, [10] * 3]
    assert score_week(mean, np.full((2, 3), 8), bounds(mean, (0.0, 1.0), 0.9)).covered.tolist() == [[0, 0], [3, 1]]


@pytest.mark.parametrize("table", [FORECAST, FINE, SLOT, SCORE], ids=lambda table: table.name)
def test_every_column_says_what_it_holds_and_the_table_its_grain(table):
    assert set(table.column_comments) == set(table.columns)
    assert all(" / " in text and text.endswith(".") for text in table.column_comments.values())
    assert table.comment.rsplit(". ", maxsplit=1)[-1].startswith("One row per ")


def test_the_comment_of_a_table_ends_with_whom_to_cite_and_is_written_when_it_differs(monkeypatch):
    told, contracts = cited(SCORE.comment, DOMAINS["incidents"].contracts), load_contracts().values()
    assert told.startswith(SCORE.comment)
    # Of every city whose incidents the models are made from, and of no other feed.
    shapes = [contract.shape for contract in contracts if source_line(contract) in told]
    assert shapes == ["incident"] * len([contract for contract in contracts if contract.shape == "incident"])
    columns = [(name, kind, SCORE.column_comments[name]) for name, kind in SCORE.columns.items()]
    for known, expected in ((told, []), (SCORE.comment, [f"comment on table {SCORE.name} is {literal(told)}"])):
        ran = []
        monkeypatch.setattr(spark, "rows", ran.append)
        monkeypatch.setattr(spark, "columns", lambda _: columns)
        monkeypatch.setattr(spark, "comment_of", lambda _, known=known: known)
        make_table(SCORE)
        assert ran[0].startswith("create table if not exists ") and ran[0].endswith(f" comment {literal(told)}")
        assert ran[1:] == expected


def test_rows_published_before_lose_only_the_bound_that_meant_something_else():
    kept = kept_columns(FORECAST, FORECAST.columns | {"lower_count": "int"})
    assert set(FORECAST.columns) - kept == {"upper_count"}
    assert kept_columns(FORECAST, FORECAST.columns) == set(FORECAST.columns)


@pytest.mark.parametrize(
    ("held", "is_written"),
    [
        pytest.param(None, True, id="no_table_yet"),
        pytest.param([("2",)], True, id="of_an_older_training"),
        pytest.param([("3",)], False, id="there_already"),
    ],
)
def test_a_back_test_is_written_once(monkeypatch, held, is_written):
    """Else a second run without any news would change the table."""
    kept = []
    row = week_rows(
        MONDAY, ("a",), {Method.MODEL: score_week(np.ones((1, 3)), np.ones((1, 3)), None)}, Record.BACK_TEST, ""
    )
    for name, value in {
        "tracking.find_version": Version("3", "run"),
        "tracking.read_text": json.dumps(row),
        "spark.table_exists": held is not None,
        "spark.rows": held,
        "state.table_versions": {"marts.fct_forecast": "absent"},
        "marts.shown_versions": {"marts.fct_cell_week": 1, "marts.fct_territory_week": 1},
        "state.unchanged": False,
        "state.record": None,
        "lineage.emit": None,
        "_score_lineage": None,
    }.items():
        monkeypatch.setattr(f"ml.risk.record_steps.{name}", lambda *_, value=value, **__: value)
    monkeypatch.setattr("ml.risk.record_steps.marts.lineage_inputs", lambda *_: [])
    monkeypatch.setattr("ml.risk.record_steps.marts.write_rows", lambda rows, *_: kept.append(rows[0][1]))
    monkeypatch.setattr("ml.risk.record_steps.tracking.load_model", lambda *_: pytest.fail("a score needs no model"))
    told = score_territory("here", "tonight")
    assert (told is not None) is is_written
    assert [set(frame["model_version"]) for frame in kept] == ([{"3"}] if is_written else [])
