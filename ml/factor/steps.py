"""The step a DAG runs: say with what the incidents of a territory go, and write it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from calanque.engines import delta
from calanque.places.territory import load_territory
from calanque.runs import lineage, state
from ml import marts
from ml.factor.days import MEASURES
from ml.factor.rows import factor_rows
from ml.factor.table import FACTOR

log = logging.getLogger(__name__)
READ = (marts.INCIDENTS, marts.PLANNED, marts.OBSERVED)
READ_COLUMNS = ("occurred_local_date", "occurred_local_hour", "type", "premises", "cell_id", "origin")
COPIED = {"territory": marts.INCIDENTS, "type": marts.INCIDENTS}


def factor_territory(territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Write with what incidents of a territory go to `marts.fct_factor`, in the place of what was said before.

    Returns:
        The last day, the rows and the findings; None when data and code have not changed, or the marts hold no incident
        of the territory.

    Raises:
        CalanqueError: if the marts are missing.
    """
    inputs = marts.shown_versions(territory, READ) | {"code": marts.code_version(territory)}
    step, started_at = f"factor.{territory}", datetime.now(UTC).replace(microsecond=0)
    if state.unchanged(step, inputs):
        log.info("The factors of %s stand: same data, same code; nothing to do.", territory)
        return None
    if not marts.has_incidents(territory):
        return None
    incidents = marts.read_reported(territory, ("cell_id",))
    until, title = incidents["occurred_local_date"].max(), load_territory(territory).title
    beside = (marts.read_holidays(territory), read_weather(territory), read_events(territory))
    rows = factor_rows(territory, title, incidents, *beside, until, marts.valid_from(territory))
    marts.write_rows([(FACTOR, rows)], f"territory = '{territory}'", "factor", run_id)
    output = marts.lineage_output(FACTOR, READ_COLUMNS, COPIED, ("computed_at",))
    lineage.emit(step, run_id, marts.lineage_inputs(READ, inputs), [output], started_at, territory=territory)
    state.record(step, inputs, state.table_versions([FACTOR.name]))
    found_count = int(rows["is_found"].sum())
    log.info("%d of %d figures of %s are beyond noise and stable.", found_count, len(rows), territory)
    return {"data_until_date": str(until), "row_count": len(rows), "found_count": found_count}


def read_weather(territory: str) -> pd.DataFrame:
    """Return the weather of a territory's days, the mean of its stations; none where no feed has it.

    Columns: date, temperature (degrees C, mean of the day), rain (mm), wind_speed (m/s, mean).
    """
    if delta.last_version(marts.OBSERVED) is None:
        return pd.DataFrame(columns=["date", *MEASURES])
    columns = ("sensor_id", "quantity", "observed_local_date", "mean_value", "total_value")
    hours = marts.rows_of(marts.OBSERVED, territory, columns)
    hours = hours[hours["quantity"].isin(MEASURES)]
    by_day = hours.groupby(["observed_local_date", "quantity", "sensor_id"]).agg(
        level=("mean_value", "mean"), fallen=("total_value", lambda values: values.sum(min_count=1))
    )
    days = by_day.groupby(["observed_local_date", "quantity"]).mean().unstack("quantity")
    levels = {name: days.get(("fallen" if name == "rain" else "level", name)) for name in MEASURES}
    return pd.DataFrame(levels, index=days.index, dtype=float).rename_axis("date").reset_index()


def read_events(territory: str) -> pd.DataFrame:
    """Return the days of a territory's planned events and their cells, one row each: date, cell_id, kind."""
    if delta.last_version(marts.PLANNED) is None:
        return pd.DataFrame({"date": [], "cell_id": [], "kind": []})
    columns = ("kind", "cell_id", "starts_local_date", "ends_local_at", "is_cancelled")
    rows = marts.rows_of(marts.PLANNED, territory, columns).dropna(subset=["cell_id"])
    rows = rows[~rows["is_cancelled"] & ~rows["kind"].isin(marts.HOLIDAYS)]
    lasts = pd.to_datetime(rows["ends_local_at"]) - pd.Timedelta(1, "s")
    spans = [pd.date_range(first, last).date for first, last in zip(rows["starts_local_date"], lasts, strict=True)]
    days = rows[["cell_id", "kind"]].assign(date=pd.Series(spans, rows.index, dtype=object)).explode("date")
    days = days.dropna(subset="date")
    return days.drop_duplicates().reset_index(drop=True)
