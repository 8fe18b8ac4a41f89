"""Every asset by its name, what its events say, and the schedule of a step: what it waits for, or the clock.

Light on purpose: DAG files import this at parse time.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk import Asset, AssetAlias, AssetAny, AssetOrTimeSchedule, CronTriggerTimetable, get_current_context

BUILT = AssetAlias("marts")
"""Outlet of the build of the marts: which of their assets it updates is known once it has run."""


def bronze(feed: str) -> Asset:
    """Return the asset that stands for the bronze table of a feed."""
    return _asset(f"bronze/{feed}")


def marts(domain: str, territory: str) -> Asset:
    """Return the asset that stands for what the marts of a domain hold of a territory."""
    return _asset(f"marts/{domain}/{territory}")


def risk_model(territory: str) -> Asset:
    """Return the asset that stands for the risk model of a territory."""
    return _asset(f"model/risk/{territory}")


def forecast(territory: str) -> Asset:
    """Return the asset that stands for the forecast and the near-repeat layer of a territory."""
    return _asset(f"marts/forecast/{territory}")


def announce(facts: Mapping[str, Any]) -> None:
    """Say in the events of the running task's assets what it did; Airflow shows it where the event is listed.

    Args:
        facts: counts, versions and names as JSON can say them, never a value of a row.
    """
    context = get_current_context()
    for outlet in getattr(context.get("task"), "outlets", ()):
        context["outlet_events"][outlet].extra.update(facts)


def announce_marts(row_counts: Mapping[tuple[str, str], Mapping[str, int]]) -> None:
    """Say in an event of each asset that a build of the marts has shown what it holds now.

    Args:
        row_counts: by domain and territory, rows by mart.
    """
    events = get_current_context()["outlet_events"][BUILT]
    for (domain, territory), counts in row_counts.items():
        events.add(marts(domain, territory), extra={"row_counts": dict(counts)})


def asset_or_clock(cron: str, *assets: Asset) -> AssetOrTimeSchedule:
    """Return the schedule of a step that starts when one of its assets is updated, and at an hour of each day (UTC).

    An event that was lost is made up for by the clock: the step sees that its inputs have changed. A run that finds
    nothing new does nothing.
    """
    return AssetOrTimeSchedule(timetable=clock(cron), assets=AssetAny(*assets))


def clock(cron: str) -> CronTriggerTimetable:
    """Return a schedule by the clock alone (UTC).

    A DAG without a start_date that was just woken waits for its hour, for what it needs may not be there yet; with one
    it would run at once.
    """
    # Some minutes past the hour count as in time: a DAG read anew at that very moment would miss its first run.
    return CronTriggerTimetable(cron, timezone="UTC", run_immediately=timedelta(minutes=5))


def _asset(name: str) -> Asset:
    return Asset(name=name, uri=f"calanque://{name}")
