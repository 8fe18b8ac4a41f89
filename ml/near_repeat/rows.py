"""The two tables of a territory's near-repeat: what the test found per type, and the cells where an alert speaks."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

import pandas as pd

from calanque.places.cells import grid_of_cells
from calanque.places.grid import project
from calanque.places.territory import Territory
from ml.delays import days_late
from ml.marts import next_week
from ml.near_repeat.alert import Alert, alert_layer, excess_columns
from ml.near_repeat.config import near_repeat_config
from ml.near_repeat.knox import KnoxReport, knox_test
from ml.near_repeat.sentences import finding_en, finding_fr

LEAD_COLUMNS = ("over_m", "up_to_m", "last_day", "observed", "expected", "ratio", "p_value")


class NearRepeatTables(NamedTuple):
    """The rows of one week.

    Attributes:
        first_day: Monday of the week the alerts are for.
        findings: one row a type.
        alerts: one row a type and cell with an expected excess; without rows where every type is silent.
    """

    first_day: date
    findings: pd.DataFrame
    alerts: pd.DataFrame


def near_repeat_tables(
    territory: Territory, cells: pd.DataFrame, incidents: pd.DataFrame, tested_at: datetime
) -> NearRepeatTables:
    """Test every type on the weeks before the week to forecast, and return what is found and where alerts speak.

    Rows that were not reported by the public are left out.

    Args:
        territory: the territory.
        cells: rows of `marts.dim_cell` (cell_id, row, col).
        incidents: columns type, occurred_local_date, lon, lat (degrees), origin and, where told, known_local_at; one
            row an incident. The test rests on days of which 95 in 100 incidents are known.
        tested_at: written on every finding, UTC.

    Raises:
        CalanqueError: on frames that do not fit each other, rows without place or date, or more pairs than memory
            allows.
    """
    config, grid = near_repeat_config(), grid_of_cells(territory, cells)
    until = incidents["occurred_local_date"].max()
    first_day = next_week(until)
    events = _events(grid.crs, incidents, first_day)
    # Followed by fewer than will be known of them, incidents of newer days would make near-repeat seem weaker.
    whole = pd.Timestamp(until - timedelta(days=days_late(incidents, until)[1]), tz="UTC")
    tested = events[events["occurred_at"] <= whole]
    findings, alerts = [], []
    for kind in sorted(incidents["type"].unique()):
        report = knox_test(grid, kind, tested, config)
        alert = alert_layer(report, grid, events, first_day, config)
        findings.append(_finding(report, alert, tested_at, excess_columns(config.alert.horizon_days)))
        named = {"territory": territory.name, "type": kind, "week_start_date": first_day}
        alerts.append(alert.cells.drop(columns="cell_index").assign(**named))
    # Whole numbers stay whole where a band is absent.
    found = pd.DataFrame(findings).astype({"observed": "Int32", "last_day": "Int32"})
    return NearRepeatTables(first_day, found, pd.concat(alerts, ignore_index=True))


def _events(epsg: int, incidents: pd.DataFrame, first_day: date) -> pd.DataFrame:
    """Return the incidents as the test reads them; the day is the local one."""
    rows = incidents[(incidents["origin"] == "reported") & (incidents["occurred_local_date"] < first_day)]
    x, y = project(epsg, rows["lon"].to_numpy(dtype=float), rows["lat"].to_numpy(dtype=float))
    days = pd.to_datetime(rows["occurred_local_date"], utc=True)
    return pd.DataFrame({"occurred_at": days, "x": x, "y": y, "type": rows["type"], "origin": rows["origin"]})


def _finding(report: KnoxReport, alert: Alert, tested_at: datetime, excess: list[str]) -> dict[str, object]:
    lead = {name: getattr(report.lead, name) if report.lead else None for name in LEAD_COLUMNS}
    return {
        "territory": report.territory,
        "type": report.type,
        "week_start_date": alert.first_day,
        "is_found": report.is_found,
        "event_count": report.event_count,
        **lead,
        **{name: float(alert.cells[name].sum()) for name in excess},
        # As in the sentence: cells that an excess of the first horizon touches.
        "cell_count": int((alert.cells[excess[0]] > 0).sum()),
        "finding_en": finding_en(report),
        "finding_fr": finding_fr(report),
        "alert_en": alert.sentence_en,
        "alert_fr": alert.sentence_fr,
        "tested_at": tested_at,
    }
