"""Which weeks of a city's observations are built: those of the files that came or went since they were last shown."""

from __future__ import annotations

from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from calanque.engines import delta
from calanque.places.territory import load_territory
from calanque.runs import state
from calanque.runs.batches import read_reports
from calanque.runs.store import disjoint

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from calanque.contracts import FeedContract

    Weeks = Collection[date]

SHAPE = "observation"
"""Its rows do not depend on one another. A class that a camera sees for the first time is missing in all its frames."""
MOST_PERIODS = 200
"""Conditions that name more of them would take longer than to read all rows."""
_WEEK = timedelta(days=7)


def touched_weeks(
    before: state.StepState | None, inputs: state.Fingerprint, contracts: Sequence[FeedContract]
) -> Weeks | None:
    """Return the Mondays of the weeks in which a row may have changed; None when it may be any.

    Args:
        before: the last time that the rows of the city were shown.
        inputs: what they are made from now.
        contracts: of the feeds that they are made from.
    """
    if before is None or before.inputs.keys() != inputs.keys() or not state.outputs_stand(before):
        return None
    known, weeks = {contract.bronze_table: contract for contract in contracts}, set[date]()
    for name, seen in before.inputs.items():
        if seen == str(inputs[name]):
            continue
        contract = known.get(name)
        if contract is None or contract.shape != SHAPE or not seen.isdigit():
            return None
        if contract.write.mode == "append" and any(one.moved_count for one in read_reports(contract.feed)):
            # What counts of a key may be in another week than a row that was known before.
            return None
        bounds = delta.bounds_after(name, int(seen), _happened(contract))
        if bounds is None:
            return None
        zone = _zone(contract)
        for low, high in bounds:
            # A bound is cut to the millisecond.
            ends = (datetime.fromisoformat(low), datetime.fromisoformat(high) + timedelta(milliseconds=1))
            if ends[1] - ends[0] > MOST_PERIODS * _WEEK or ends[1].year == MAXYEAR:
                return None
            weeks.update(_mondays(*(end.astimezone(zone).date() for end in ends)))
    return weeks if 0 < len(weeks) <= MOST_PERIODS else None


def _mondays(first: date, last: date) -> Iterator[date]:
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        yield monday
        monday += _WEEK


def in_weeks(contract: FeedContract, weeks: Weeks) -> str:
    """Return the condition on bronze for the rows of weeks: as instants, by which files are left out unread."""
    spans = disjoint((monday, monday + _WEEK) for monday in weeks)
    zone, at = _zone(contract), _happened(contract)
    ends = [[datetime.combine(day, time(), zone).astimezone(UTC) for day in span] for span in spans]
    return " or ".join(
        f"{at} >= timestamp '{low:%Y-%m-%d %H:%M:%S}+00:00' and {at} < timestamp '{high:%Y-%m-%d %H:%M:%S}+00:00'"
        for low, high in ends
    )


def _zone(contract: FeedContract) -> ZoneInfo:
    """Return the zone by which weeks are the mart's: the city's, whatever the source writes its times in."""
    return ZoneInfo(load_territory(contract.territory).time_zone)


def _happened(contract: FeedContract) -> str:
    return contract.filling()["observed_at"].name
