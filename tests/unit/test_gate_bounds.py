"""Bounds come from territory, contract and past: what a batch must keep though nobody wrote it."""

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from fetched import report_of

from calanque.contracts import load_contract
from calanque.contracts.gates import Expectation
from calanque.contracts.model import BronzeColumn, FeedContract
from calanque.contracts.shapes import shapes
from calanque.contracts.write import AppendWrite, MergeWrite, SnapshotWrite, Write
from calanque.ingest.gate_bounds import AHEAD, BETWEEN, PAST_COUNT, PLANNED, ROW_COUNT, bounds_of, with_spans
from calanque.runs.records import BatchReport

TORONTO, REPORTS = load_contract("toronto_incidents"), load_contract("citizen_reports")
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def past(*counts: int, state: Any = "published", quarantined: int = 0) -> list[BatchReport]:
    counts_of = [{"landed_count": count + quarantined, "quarantined_count": quarantined} for count in counts]
    return [report_of(f"b{n}", NOW, state, **told) for n, told in enumerate(counts_of)]


def lines(contract: FeedContract, *counts: int, **more: Any) -> dict[tuple[str, str | None], Expectation]:
    gate = bounds_of(contract, past(*counts), NOW, **more)
    return {(line.expectation, line.column): line for line in gate.expectations} if gate else {}


def least(contract: FeedContract, reports: list[BatchReport]) -> int | None:
    gate = bounds_of(contract, reports, NOW)
    found = [line.kwargs["min_value"] for line in (gate.expectations if gate else ()) if line.expectation == ROW_COUNT]
    return found[0] if found else None


def test_places_lie_in_the_box_of_the_territory() -> None:
    found = lines(TORONTO)
    assert found[BETWEEN, "lon"].kwargs == {"mostly": 0.999, "min_value": -79.66, "max_value": -79.10}
    assert found[BETWEEN, "lat"].kwargs == {"mostly": 0.999, "min_value": 43.57, "max_value": 43.87}
    assert {line.severity for line in found.values()} == {"critical"}


def test_a_city_is_another_box_and_nothing_else() -> None:
    chicago = lines(load_contract("chicago_shootings_2022"))
    assert set(chicago) == set(lines(TORONTO))
    assert chicago[BETWEEN, "lon"].kwargs["max_value"] == -87.52


def test_a_refusal_for_strays_names_column_span_and_the_lines_to_write() -> None:
    gate = bounds_of(TORONTO, [], NOW)
    assert gate
    frame = pd.DataFrame(
        {
            "lon": [0.0, -79.384217, None],
            "lat": [43.651234, 0.0, None],
            "occurred_at": pd.to_datetime(["1901-01-01T05:00Z", "2015-02-03T10:11Z", None]),
        }
    )
    advice = {line.column: line.advice for line in with_spans(gate, TORONTO, frame).expectations}
    assert advice["lon"].startswith("The batch's own go from -79.38 to 0.00. ")
    assert "bronze column 'lon'" in advice["lon"] and "minimum: -79.66, maximum: -79.1}" in advice["lon"]
    assert "bronze column 'lat'" in advice["lat"] and "minimum: 43.57, maximum: 43.87}" in advice["lat"]
    assert advice["occurred_at"].startswith("The batch's own go from 1901-01-01 to 2015-02-03. ")
    assert "- {property: validFrom, value: DAY}" in advice["occurred_at"]
    empty = with_spans(gate, TORONTO, frame.iloc[:0])
    assert [line.advice for line in empty.expectations] == [line.advice for line in gate.expectations]


def renamed(column: BronzeColumn) -> BronzeColumn:
    return column.model_copy(update={"name": {"lon": "longitude", "lat": "latitude"}.get(column.name, column.name)})


def test_columns_that_others_are_projected_from_are_known_whatever_their_names() -> None:
    contract = TORONTO.model_copy(update={"bronze": tuple(map(renamed, TORONTO.bronze))})
    found = lines(contract)
    assert found[BETWEEN, "longitude"].kwargs["min_value"] == -79.66
    assert found[BETWEEN, "latitude"].kwargs["min_value"] == 43.57
    assert (BETWEEN, "lon") not in found


def of_one_column(column: BronzeColumn) -> BronzeColumn:
    return column.model_copy(update={"sources": ("geo_point_2d",)}) if column.projected else column


def test_a_position_in_one_column_bounds_the_columns_of_the_shape_alone() -> None:
    contract = TORONTO.model_copy(update={"bronze": tuple(map(of_one_column, map(renamed, TORONTO.bronze)))})
    assert {column for name, column in lines(contract) if name == BETWEEN} == {"occurred_at"}
    contract = TORONTO.model_copy(update={"bronze": tuple(map(of_one_column, TORONTO.bronze))})
    assert lines(contract)[BETWEEN, "lon"].kwargs["min_value"] == -79.66


def test_rows_are_from_the_first_valid_day_of_the_city_to_now() -> None:
    kwargs = lines(TORONTO)[BETWEEN, "occurred_at"].kwargs
    assert kwargs["min_value"] == datetime(2014, 1, 1, 5, tzinfo=UTC)  # midnight in Toronto
    assert kwargs["max_value"] == datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert kwargs["mostly"] == 0.99


SHAPELESS = TORONTO.model_copy(
    update={"shape": None, "bronze": tuple(column for column in TORONTO.bronze if column.name != "occurred_at")}
)


def test_a_day_has_no_zone() -> None:
    assert lines(SHAPELESS)[BETWEEN, "occurred_local_date"].kwargs["min_value"] == datetime(2014, 1, 1, tzinfo=UTC)


def test_what_territory_and_contract_do_not_say_binds_nothing() -> None:
    assert (BETWEEN, "occurred_local_date") not in lines(SHAPELESS.model_copy(update={"valid_from": None}))
    unplaced = REPORTS.model_copy(update={"shape": None})
    assert unplaced.valid_from is None
    assert bounds_of(unplaced, [], NOW) is None


def test_what_a_shape_says_happened_is_not_of_the_future() -> None:
    assert REPORTS.valid_from is None
    assert lines(REPORTS)[BETWEEN, "reported_at"].kwargs == {"mostly": 0.99, "max_value": NOW + AHEAD}


def test_what_is_planned_may_be_of_the_future() -> None:
    (planned,) = [shape for name, shape in shapes().items() if name == PLANNED]
    bronze = tuple(
        column.model_copy(update={"fills": planned.meta.happened} if column.name == "occurred_at" else {})
        for column in TORONTO.bronze
    )
    contract = TORONTO.model_copy(update={"shape": PLANNED, "bronze": bronze})
    kwargs = lines(contract)[BETWEEN, "occurred_at"].kwargs
    assert set(kwargs) == {"mostly", "min_value"}
    assert (BETWEEN, "occurred_at") not in lines(contract.model_copy(update={"valid_from": None}))


APPEND, MERGE = AppendWrite(), MergeWrite(mode="merge", key=("incident_id",), order_by="occurred_at")
SNAPSHOT = SnapshotWrite(mode="snapshot", key=("incident_id",))
VOLUMES = {
    "a-new-feed": (APPEND, past(), None),
    "after-its-history": (APPEND, past(240_000), None),
    "two-are-few": (APPEND, past(240_000, 800), None),
    "history-then-days": (APPEND, past(240_000, 800, 800), 160),
    "merge-as-append": (MERGE, past(800, 800), None),
    "merge": (MERGE, past(800, 800, 800), 160),
    "one-snapshot-is-enough": (SNAPSHOT, past(1_000), 200),
    "no-snapshot": (SNAPSHOT, past(), None),
    "refused-ones-say-nothing": (SNAPSHOT, past(1_000, state="refused"), None),
    "good-rows-count": (SNAPSHOT, past(1_000, quarantined=500), 200),
    "only-the-newest": (APPEND, past(*[100_000] * 30, *[800] * PAST_COUNT), 160),
    "never-under-one": (APPEND, past(2, 2, 2), 1),
}


@pytest.mark.parametrize(("write", "reports", "expected"), VOLUMES.values(), ids=VOLUMES.keys())
def test_the_least_volume_is_a_fifth_of_the_usual_one(
    write: Write, reports: list[BatchReport], expected: int | None
) -> None:
    assert least(TORONTO.model_copy(update={"write": write}), reports) == expected


def test_a_line_of_the_feed_replaces_the_bound_of_its_name_on_its_column() -> None:
    own = [
        Expectation(expectation=ROW_COUNT, kwargs={"min_value": 5}, severity="critical"),
        Expectation(expectation=BETWEEN, column="lat", kwargs={"min_value": 0}, severity="warning"),
    ]
    assert set(lines(TORONTO, 800, 800, 800)) - set(lines(TORONTO, 800, 800, 800, own=own)) == {
        (ROW_COUNT, None),
        (BETWEEN, "lat"),
    }


def test_each_bound_exists_in_great_expectations_and_says_what_to_do() -> None:
    from calanque.engines.gx import _check, build_expectation

    found = {"success": False, "observed_value": 80, "unexpected_count": None, "element_count": None}
    for line in lines(TORONTO, 800, 800, 800).values():
        assert build_expectation(line).severity == "critical"
        said = _check(line, found, False).sentence
        assert " fails (80): " in said and said.endswith(f". {line.advice}")
        assert line.advice not in _check(line, {**found, "success": True}, False).sentence
    (volume,) = [line for line in lines(TORONTO, 800, 800, 800).values() if line.expectation == ROW_COUNT]
    assert "The last 3 batches of toronto_incidents had 800 rows in the median" in volume.advice
    assert "fewer than 160" in volume.advice
