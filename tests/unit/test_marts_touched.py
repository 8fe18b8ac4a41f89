"""Which weeks of a city's observations a build is of: those of the files that came or went, or all when in doubt."""

import json
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from memory_lake import MemoryLake

from calanque.contracts import FeedContract, load_contract
from calanque.contracts.write import AppendWrite
from calanque.engines import delta
from calanque.marts import touched as marts_touched
from calanque.marts.touched import in_weeks, touched_weeks
from calanque.runs import state

TRAFFIC = load_contract("marseille_traffic")
DETECTIONS = load_contract("marseille_detections")
TABLE = TRAFFIC.bronze_table
MONDAY = [date(2026, 6, 1), date(2026, 6, 8), date(2026, 6, 15)]


def file(what: str, low: str, high: str, **told: Any) -> dict[str, Any]:
    stats = {"minValues": {"observed_at": low}, "maxValues": {"observed_at": high}}
    return {what: {"path": "a", "dataChange": True, "stats": json.dumps(stats)} | told}


# Midnight in Paris is 22:00 of the day before in UTC; a bound is cut to the millisecond.
DAY = file("add", "2026-06-09T10:00:00.000Z", "2026-06-09T12:00:00.000Z")
LATE = file("add", "2026-05-31T21:00:00.000Z", "2026-05-31T22:00:00.000+00:00")
GONE = file("remove", "2026-06-15T00:00:00.000Z", "2026-06-15T00:00:00.000Z")
COMPACTED = file("add", "2020-01-01T00:00:00.000Z", "2026-06-15T00:00:00.000Z", dataChange=False)
UNSAID = {"add": {"path": "a", "dataChange": True}}
EMPTY_BOUNDS = file("add", None, None)  # type: ignore[arg-type]
LONG_AGO = file("add", "2019-01-01T00:00:00.000Z", "2026-06-15T00:00:00.000Z")
FOUND = {
    "a-day": ([DAY], {MONDAY[1]}),
    "in-the-city-s-own-weeks": ([LATE], {date(2026, 5, 25), MONDAY[0]}),
    "what-went-beside-what-came": ([DAY, GONE], set(MONDAY[1:])),
    "rows-that-went-alone": ([GONE], None),
    "only-written-together": ([DAY, COMPACTED], {MONDAY[1]}),
    "without-bounds": ([DAY, UNSAID], None),
    "with-none": ([EMPTY_BOUNDS], None),
    "too-many-weeks": ([LONG_AGO], None),
    "at-the-end-of-time": ([file("add", "9999-12-27T00:00:00.000Z", "9999-12-30T00:00:00.000Z")], None),
}


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> MemoryLake:
    """A lake in which the table has three commits before those of a test."""
    memory = MemoryLake()
    monkeypatch.setattr(delta, "lake", lambda: memory)
    for version in range(3):
        memory.commit(TABLE, version, "WRITE")
    return memory


def commit(memory: MemoryLake, version: int, *actions: dict[str, Any]) -> None:
    memory.write(f"{delta.table_path(TABLE)}/_delta_log/{version:020d}.json", "\n".join(map(json.dumps, actions)))


def touched(before: dict[str, str], now: dict[str, int | str], traffic: FeedContract = TRAFFIC) -> Any:
    known = state.StepState(step="s", inputs=before, outputs={}, recorded_at="2026-01-01T00:00:00Z")  # type: ignore[arg-type]
    return touched_weeks(known, now, [traffic, DETECTIONS])


@pytest.mark.parametrize(("actions", "weeks"), FOUND.values(), ids=FOUND.keys())
def test_the_weeks_are_those_of_the_files(log: MemoryLake, actions: list[dict[str, Any]], weeks: set[date]) -> None:
    for number, action in enumerate(actions, 3):
        commit(log, number, action)
    assert touched({TABLE: "2", "code": "c"}, {TABLE: 5, "code": "c"}) == weeks


@pytest.mark.parametrize(("moved", "weeks"), [(0, {MONDAY[1]}), (1, None)])
def test_an_append_whose_key_moved_is_built_whole(
    moved: int, weeks: set[date], log: MemoryLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marts_touched, "read_reports", lambda _: [SimpleNamespace(moved_count=moved)])
    commit(log, 3, DAY)
    appended = TRAFFIC.model_copy(update={"write": AppendWrite()})
    assert touched({TABLE: "2"}, {TABLE: 3}, appended) == weeks


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param({TABLE: "2", "code": "b"}, {TABLE: 3, "code": "c"}, id="other-code"),
        pytest.param({TABLE: "2"}, {TABLE: 3, DETECTIONS.bronze_table: 0}, id="a-feed-more"),
        pytest.param({TABLE: "2", DETECTIONS.bronze_table: "0"}, {TABLE: 3, DETECTIONS.bronze_table: 1}, id="a-camera"),
        pytest.param({TABLE: "2", "marts.dim_cell": "7"}, {TABLE: 3, "marts.dim_cell": 8}, id="other-places"),
        pytest.param({TABLE: "absent"}, {TABLE: 3}, id="it-was-not-there"),
        pytest.param({TABLE: "1"}, {TABLE: 3}, id="cut-log"),
    ],
)
def test_in_doubt_it_is_all_of_them(log: MemoryLake, before: dict[str, str], now: dict[str, int | str]) -> None:
    commit(log, 3, DAY)
    log.cut(TABLE, below=3)
    assert touched(before, now) is None
    assert touched_weeks(None, now, [TRAFFIC]) is None


def test_weeks_are_the_city_s_whatever_zone_its_source_writes_in(log: MemoryLake) -> None:
    """The mart's column is of the city's wall clock; by the source's, the first hours of a Monday would be lost."""
    commit(log, 3, LATE)
    known = state.StepState(step="s", inputs={TABLE: "2"}, outputs={}, recorded_at="2026-01-01T00:00:00Z")  # type: ignore[arg-type]
    written_in_utc = TRAFFIC.model_copy(update={"time_zone": "UTC"})
    assert touched_weeks(known, {TABLE: 3}, [written_in_utc]) == FOUND["in-the-city-s-own-weeks"][1]
    assert in_weeks(written_in_utc, {MONDAY[0]}) == in_weeks(TRAFFIC, {MONDAY[0]})


def test_weeks_are_read_by_instants_of_the_city_s_mondays() -> None:
    # The clocks go back on the last Sunday of October.
    weeks = {date(2026, 10, 26), date(2026, 10, 19), date(2026, 6, 1)}
    assert in_weeks(TRAFFIC, weeks) == (
        "observed_at >= timestamp '2026-05-31 22:00:00+00:00' and observed_at < timestamp '2026-06-07 22:00:00+00:00'"
        " or "
        "observed_at >= timestamp '2026-10-18 22:00:00+00:00' and observed_at < timestamp '2026-11-01 23:00:00+00:00'"
    )
