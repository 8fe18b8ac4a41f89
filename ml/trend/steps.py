"""The step a DAG runs: say of each area and type of a territory what changed beyond noise, and write it."""

import logging
from datetime import UTC, datetime
from typing import Any

from threadpoolctl import threadpool_limits

from calanque.places.territory import load_territory
from calanque.runs import lineage, state
from ml import marts
from ml.trend.rows import trend_rows
from ml.trend.table import TREND

log = logging.getLogger(__name__)
SURE_DAYS = 13
"""So many days after the first, a week from Monday to Sunday is whole."""
READ = (marts.INCIDENTS, marts.CELLS)
COPIED = {"territory": marts.INCIDENTS, "type": marts.INCIDENTS, "area_id": marts.INCIDENTS, "area_name": marts.CELLS}
READ_COLUMNS = ("occurred_local_date", "type", "area_id", "known_at", "origin")


def trend_territory(territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Write what changed beyond noise in a territory to `marts.fct_trend`, in the place of what was said before.

    Returns:
        The last day, the rows and the alarms; None when data and code have not changed, the marts hold no incident of
        the territory, or not a whole week of them.

    Raises:
        CalanqueError: if the marts are missing.
    """
    step, started_at = f"trend.{territory}", datetime.now(UTC).replace(microsecond=0)
    inputs = marts.due(step, territory, READ, f"The trends of {territory} stand")
    if inputs is None:
        return None
    incidents = marts.read_reported(territory, ("area_id",))
    days = incidents["occurred_local_date"]
    until = days.max()
    if (until - days.min()).days < SURE_DAYS:
        log.info("%s has no whole week yet: trends begin with the first.", territory)
        return None
    # Threads that wait for each other on small sums spin.
    with threadpool_limits(1, user_api="blas"):
        rows = trend_rows(territory, load_territory(territory).title, incidents, marts.read_areas(territory), until)
    rows = rows.assign(area_id=rows["area_id"].fillna(marts.WHOLE_CITY))
    marts.write_rows([(TREND, rows)], f"territory = '{territory}'", "trend", run_id)
    output = marts.lineage_output(TREND, READ_COLUMNS, COPIED)
    lineage.emit(step, run_id, marts.lineage_inputs(READ, inputs), [output], started_at, territory=territory)
    state.record(step, inputs, state.table_versions([TREND.name]))
    alarm_count = int(rows["is_alarm"].eq(True).sum())
    log.info("%d figures of %s are beyond noise.", alarm_count, territory)
    return {"period_end_date": str(rows["period_end_date"].max()), "row_count": len(rows), "alarm_count": alarm_count}
