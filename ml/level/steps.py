"""The step a DAG runs: count what to expect in a territory on each of the next seven days, and how unusual that is."""

import logging
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from calanque.engines import delta, deltars
from calanque.places.territory import load_territory
from calanque.runs import lineage, state
from ml import marts
from ml.level.rows import level_frames
from ml.level.tables import DAY_RISK, LEVEL, LEVEL_SCORE
from ml.surroundings import read_groups, read_holidays

log = logging.getLogger(__name__)
READ = (marts.INCIDENTS, marts.PLANNED, marts.AREAS)
READ_COLUMNS = ("occurred_local_date", "type", "area_id", "known_at", "origin")
SAID = ("area_id", "type", "forecast_date", "expected_count", "baseline_count", "upper_count")
MADE = ("forecast_at", "scored_at")
COPIED = {"territory": marts.INCIDENTS, "type": marts.INCIDENTS, "area_id": marts.AREAS, "area_name": marts.AREAS}


def level_territory(territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Write the next seven days of a territory to `marts.fct_level`, `marts.fct_day_risk` and `marts.fct_level_score`.

    Returns:
        The last known day, the rows, who serves each type; None when data and code have not changed, or the marts hold
        no incident of the territory.

    Raises:
        CalanqueError: if the marts are missing.
    """
    step, started_at = f"level.{territory}", datetime.now(UTC).replace(microsecond=0)
    inputs = marts.due(step, territory, READ, f"The days of {territory} stand")
    if inputs is None:
        return None
    incidents, first = marts.read_reported(territory, ("area_id",)), marts.valid_from(territory)
    until, title = incidents["occurred_local_date"].max(), load_territory(territory).title
    group_of, groups = read_groups(territory)
    incidents["group_id"] = incidents["area_id"].map(group_of)
    holidays = read_holidays(territory)
    said = read_said(territory)
    found = level_frames(territory, incidents, holidays, until, first, title=title, groups=groups, said=said)
    # Days that have come since an earlier run stay as they were forecast.
    ahead = f"territory = '{territory}' and forecast_date > '{until}'"
    judged = marts.week_of(territory, found.judged_first_day or found.first_day)
    days = ((LEVEL, found.level), (DAY_RISK, found.day_risk))
    marts.write_parts({ahead: days, judged: ((LEVEL_SCORE, found.score),)}, "level", run_id)
    outputs = [marts.lineage_output(table, READ_COLUMNS, COPIED, MADE) for table in (LEVEL, DAY_RISK, LEVEL_SCORE)]
    lineage.emit(step, run_id, marts.lineage_inputs(READ, inputs), outputs, started_at, territory=territory)
    state.record(step, inputs, state.table_versions([LEVEL.name, DAY_RISK.name, LEVEL_SCORE.name]))
    for sentence in found.day_risk["finding_en"][:1]:
        log.info("%s", sentence)
    return {"data_until_date": str(until), "row_count": len(found.level), "served": served(found.level)}


def read_said(territory: str) -> pd.DataFrame | None:
    """Return what earlier runs published of days, columns `SAID`; None before the first.

    A column that a table of an earlier version lacks is empty.
    """
    if delta.last_version(LEVEL.name) is None:
        return None
    said: pd.DataFrame = deltars.read_columns(LEVEL.name, SAID, ("territory", territory)).to_pandas()
    return said.reindex(columns=list(SAID))


def served(level: pd.DataFrame) -> dict[str, str]:
    """Return who serves each type of the whole city that is forecast."""
    rows = level[level["area_id"] == marts.WHOLE_CITY].dropna(subset="served").drop_duplicates("type")
    return dict(zip(rows["type"], rows["served"], strict=True))
