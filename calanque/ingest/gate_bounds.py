"""Bounds that nobody writes: what a batch must keep by its territory, its contract and its feed's own past.

Example: the batches of a feed had 800 rows in the median. The next one lies within the box of its city but for
one row in a thousand, is from `validFrom` or later but for one in a hundred, and has 160 rows or more.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, time, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from calanque.contracts.gates import Expectation, Gate
from calanque.contracts.shapes import shapes
from calanque.places.territory import load_territory

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    import pandas as pd

    from calanque.contracts.model import BronzeColumn, FeedContract
    from calanque.places.territory import BoundingBox
    from calanque.runs.records import BatchReport

NAME = "bounds"
# The one shape whose rows are about what has not happened yet.
PLANNED = "planned_event"
# A source writes 0, 0 for a place it does not know, and the year 1900 for a day: some strays are no wrong batch.
PLACED_SHARE = 0.999
DATED_SHARE = 0.99
# A clock may run ahead, and a date has no zone.
AHEAD = timedelta(days=1)
PAST_COUNT = 20
LEAST_SHARE = 0.2
# The first file of a feed that grows is often its whole history: what is usual shows after a few.
PAST_NEEDED = {"append": 3, "merge": 3, "snapshot": 1}
BETWEEN = "expect_column_values_to_be_between"
ROW_COUNT = "expect_table_row_count_to_be_between"


def bounds_of(
    contract: FeedContract, past: Sequence[BatchReport], now: datetime, own: Iterable[Expectation] = ()
) -> Gate | None:
    """Return the gate that territory, contract and past make, None when they bind nothing.

    Args:
        contract: of the feed.
        past: reports of its other batches, newest last.
        now: the time to judge by.
        own: what the feed's own gates expect: a line of theirs replaces the bound of its name on its column.
    """
    said = {(line.expectation, line.column) for line in own}
    box = load_territory(contract.territory).bounding_box
    found = [*_places(contract, box), *_times(contract, now), *_volume(contract, past)]
    kept = tuple(line for line in found if (line.expectation, line.column) not in said)
    return Gate(name=NAME, kind="landing", expectations=kept) if kept else None


def _places(contract: FeedContract, box: BoundingBox) -> list[Expectation]:
    axes = (("lon", box.lon_min, box.lon_max), ("lat", box.lat_min, box.lat_max))
    filled = contract.filling()
    advice = (
        f"Its places are not those of {contract.territory}: ask the source whether columns or cities were exchanged, "
        f"or correct bounding_box in infra/territories/{contract.territory}.yml. If they are strays, as 0 for a place "
        "that the source does not know, send them to quarantine: write under the bronze column '{column}' of the "
        "contract 'logicalTypeOptions: {{minimum: {low}, maximum: {high}}}', raise the version and run again."
    )
    return [
        _between(
            column.name,
            advice.format(column=column.name, low=low, high=high),
            mostly=PLACED_SHARE,
            min_value=low,
            max_value=high,
        )
        for number, (axis, low, high) in enumerate(axes)
        for column in contract.bronze
        if column is filled.get(axis) or _is_axis(contract, column, number)
    ]


def _is_axis(contract: FeedContract, column: BronzeColumn, number: int) -> bool:
    """Say whether a column holds, as it is, the longitude (0) or latitude (1) that others are projected from."""
    sources = {other.sources[number] for other in contract.bronze if other.projected and len(other.sources) > 1}
    is_plain = column.physical_type == "double" and column.expression is None and column.projected is None
    return is_plain and set(column.sources) <= sources


def _times(contract: FeedContract, now: datetime) -> list[Expectation]:
    """Return the bounds of the column that says when a row happened: of its shape, or the first required time or day.

    Of a feed without a shape nobody knows that its times are not plans, unless its contract says validFrom.
    """
    column = _time_column(contract)
    if column is None or (contract.shape is None and contract.valid_from is None):
        return []
    kwargs: dict[str, datetime] = {}
    said = []
    if contract.valid_from:
        kwargs["min_value"] = _instant(contract.valid_from, contract.time_zone, column)
        said.append(f"none is from before {contract.valid_from} (validFrom of the contract)")
    if contract.shape != PLANNED:
        kwargs["max_value"] = now + AHEAD
        said.append("none is of the future")
    advice = (
        f"Of its rows {' and '.join(said)}, but for one in a hundred: were days and months read in the wrong order? "
        f"Correct the contract's format of the time under the bronze column '{column.name}', or in customProperties "
        "'- {property: validFrom, value: DAY}' with the first day that is right, raise the version and run again."
    )
    return [_between(column.name, advice, mostly=DATED_SHARE, **kwargs)] if kwargs else []


def _time_column(contract: FeedContract) -> BronzeColumn | None:
    if contract.shape:
        return contract.filling().get(shapes()[contract.shape].meta.happened or "")
    return next((c for c in contract.bronze if c.required and c.physical_type in ("date", "timestamp")), None)


def _instant(day: date, zone: str, column: BronzeColumn) -> datetime:
    midnight = datetime.combine(day, time(), UTC)
    return midnight if column.physical_type == "date" else midnight.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _volume(contract: FeedContract, past: Sequence[BatchReport]) -> list[Expectation]:
    counts = [r.landed_count - r.quarantined_count for r in past if r.state == "published"][-PAST_COUNT:]
    if len(counts) < PAST_NEEDED[contract.write.mode]:
        return []
    usual = median(counts)
    least = math.ceil(usual * LEAST_SHARE)
    advice = (
        f"The last {len(counts)} batches of {contract.feed} had {usual:,.0f} rows in the median, and one of fewer than "
        f"{least:,} is taken for a file cut short: ask the source for it again. If it is whole, write the rows to "
        f"expect ({ROW_COUNT}) in expectations/landing/{contract.feed}.yml, name it in the contract's gates, raise "
        "the version and run again."
    )
    kwargs = {"min_value": least}
    return [Expectation(expectation=ROW_COUNT, kwargs=kwargs, severity="critical", advice=advice)]


def with_spans(gate: Gate, contract: FeedContract, frame: pd.DataFrame) -> Gate:
    """Return bounds whose advice says from where to where the batch's own places and times go.

    Degrees are rounded to hundredths (a kilometre), times to days, and of columns that are open alone: a span is of the
    batch, and no row's value.
    """
    is_open = {column.name for column in contract.bronze if column.classification == "open"}
    lines = [
        line.model_copy(update={"advice": f"{_span(frame[line.column])}{line.advice}"})
        if line.expectation == BETWEEN and line.column in is_open
        else line
        for line in gate.expectations
    ]
    return gate.model_copy(update={"expectations": tuple(lines)})


def _span(values: pd.Series[Any]) -> str:
    known = values.dropna()
    if known.empty:
        return ""
    least, most = known.min(), known.max()
    said = (f"{v:.2f}" if isinstance(v, float) else f"{v:%Y-%m-%d}" for v in (least, most))
    return f"The batch's own go from {' to '.join(said)}. "


def _between(column: str, advice: str, **kwargs: Any) -> Expectation:
    return Expectation(expectation=BETWEEN, column=column, kwargs=kwargs, severity="critical", advice=advice)
