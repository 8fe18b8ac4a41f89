"""Whether what people see of a personal feed keeps its promise: marts read by another reader than dbt."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from calanque.contracts.model import FeedContract
from calanque.engines import deltars, trino
from calanque.sql_text import listed

COUNTED = {
    "report": {"fct_report_zone_week": "report_count", "fct_report_area_month": "report_count"},
    "enforcement": {"fct_enforcement_area_month": "act_count"},
}
"""Marts of a shape whose rows are counted, and the count of each."""
GRAIN = {
    "fct_report_zone_week": {"territory", "zone", "category", "week_start_date"},
    "fct_report_area_month": {"territory", "area_id", "category", "month_start_date"},
    "fct_enforcement_area_month": {"territory", "area_id", "type", "month_start_date"},
}
PERSON = "detected_person"


def broken(contract: FeedContract) -> list[str]:
    """Return how the rows of marts break what a contract promises, in sentences; at least one row was looked at."""
    assert contract.promise and contract.shape
    return [*_left_out(contract), *JUDGES[contract.shape](contract)]


def _left_out(contract: FeedContract) -> list[str]:
    held = set(deltars.open_table(contract.bronze_table).schema().to_arrow().names)
    assert contract.promise
    return [f"{name} is in bronze" for name in contract.promise.left_out if name.lower() in held]


def _incidents(contract: FeedContract) -> list[str]:
    assert contract.promise
    types = {row["type"] for row in deltars.read_rows(contract.bronze_table, [])}
    asked = f"territory = '{contract.territory}' and type_code in ({listed(sorted(types))})"
    rows = trino.query(
        "select incident_id, occurred_at, ended_at, known_at, lon, lat, cell_id, is_in_territory "
        f"from fct_incidents where {asked}"
    )
    assert len(rows) > 100
    centres = {cell: (lon, lat) for cell, lon, lat in trino.query("select cell_id, lon, lat from dim_cell")}
    numbers = {row["incident_id"] for row in deltars.read_rows(contract.bronze_table, [])}
    found = Counter[str]()
    for number, *moments, lon, lat, cell, is_in in rows:
        found["a number of the source is shown"] += contract.regime == "title_iii" and number in numbers
        if contract.promise.time == "hour":
            found["a time is finer than an hour"] += any(at and (at.minute, at.second) != (0, 0) for at in moments)
        if contract.promise.place == "cell":
            found["a place is finer than its cell"] += (lon, lat) != (centres[cell] if is_in else (None, None))
    return [sentence for sentence, count in found.items() if count]


def _counts(contract: FeedContract) -> list[str]:
    assert contract.promise and contract.shape
    found, seen = [], 0
    for mart, count in COUNTED[contract.shape].items():
        columns = {name for (name, *_) in trino.query(f"describe {mart}")}
        if columns - GRAIN[mart] != {count, "is_suppressed"}:
            found.append(f"{mart} is finer than it says")
        ((rows, small),) = trino.query(
            f"select count(*), count_if({count} between 1 and {contract.promise.least_count - 1}) from {mart} "
            f"where territory = '{contract.territory}'"
        )
        seen += rows
        found += [f"{mart} shows {small} small counts"] * bool(small)
    assert seen > 10
    return found


def _detections(contract: FeedContract) -> list[str]:
    """An hour of persons is shown where eleven and more were in one frame of it, and where nobody was in any."""
    assert contract.promise
    frames = Counter[tuple[str, datetime]]()
    for row in deltars.read_rows(contract.bronze_table, []):
        if row["object_class"] == "person":
            frames[row["sensor_id"], row["detected_at"]] += row["object_count"]
    most: dict[tuple[str, Any], int] = defaultdict(int)
    for (sensor, at), count in frames.items():
        hour = at.replace(minute=0, second=0, microsecond=0, tzinfo=None)
        most[sensor, hour] = max(most[sensor, hour], count)
    shown = trino.query(
        "select sensor_id, observed_hour_at, total_value, cell_id from fct_observation_hour "
        f"where territory = '{contract.territory}' and quantity = '{PERSON}' and total_value > 0"
    )
    sensors = {sensor for sensor, _ in most}
    small = [
        sensor
        for sensor, hour, *_ in shown
        if sensor in sensors and most[sensor, hour.replace(tzinfo=None)] < contract.promise.least_count
    ]
    assert sensors
    return [f"{len(small)} hours of fewer persons are shown"] * bool(small)


def _planned(contract: FeedContract) -> list[str]:
    """Single rows as they were said: nothing of them is personal but what has no column."""
    personal = {column.name for column in contract.bronze if column.classification != "open"}
    columns = {name for (name, *_) in trino.query("describe fct_planned_event")}
    return [f"{name} is shown" for name in personal & columns]


JUDGES: dict[str, Callable[[FeedContract], list[str]]] = {
    "incident": _incidents,
    "report": _counts,
    "enforcement": _counts,
    "detection": _detections,
    "planned_event": _planned,
}
