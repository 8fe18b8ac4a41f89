"""The rows of `marts.fct_trend`: counts beside their limits, by area and type, for weeks, months and the year."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import false_discovery_control

from ml.trend.config import TrendConfig, trend_config
from ml.trend.limits import Limits, month_limits, week_limits, year_limits
from ml.trend.sentences import Page, finding_en, finding_fr
from ml.trend.series import CitySeries, city_series
from ml.trend.table import TREND


def trend_rows(
    territory: str,
    title: str,
    incidents: pd.DataFrame,
    areas: pd.DataFrame,
    until: date,
    config: TrendConfig | None = None,
) -> pd.DataFrame:
    """Return counts and limits of a city, one row per area, type, span and period.

    The last 52 whole weeks, the last 13 blocks of four whole weeks, and the year to date; of an area's series without
    any limit the newest period alone. `change_ratio` is the count to the expected count, less 1, null where either is
    small. `p_value` is two-sided. `is_alarm` (Benjamini and Hochberg among the figures of a span) and the sentences are
    of the newest period and null before. Limits are null where the data allow none; its sentence says why.

    Args:
        territory: name of the territory, written on every row.
        title: what sentences call the city.
        incidents: columns type, occurred_local_date, area_id (null outside every area), and known_local_at where
            the source says when an incident was known; one row an incident.
        areas: columns area_id, area_name.
        until: the last day the data hold.
        config: `model.yml` when absent.

    Raises:
        CalanqueError: if there is no incident, no whole week, or an area that `areas` does not hold.
    """
    series = city_series(incidents, areas, until, config := config or trend_config())
    weeks, months = week_limits(series, config), month_limits(series, config)
    dispersion = months[-1].dispersion if months else np.ones(len(series.keys))
    limits = [*weeks, *months, year_limits(series, dispersion, config)]
    rows: pd.DataFrame = _table(series, limits, config)
    is_newest = np.repeat([one in (weeks[-1], *months[-1:], limits[-1]) for one in limits], len(series.keys))
    newest = _judged(rows[is_newest], config)
    rows = rows.assign(is_alarm=newest["is_alarm"], finding_en=None, finding_fr=None)
    said = _findings(newest, Page(title, series.left_out_weeks, series.knows_delays))
    rows.loc[is_newest, ["finding_en", "finding_fr"]] = said
    kept = is_newest | _had_limit(rows, len(series.keys)) | rows["area_id"].isna()
    rows = rows.loc[kept].assign(territory=territory).reset_index(drop=True)
    return rows[list(TREND.held)].astype(TREND.held)


def _had_limit(rows: pd.DataFrame, count: int) -> pd.Series:
    """Return which rows are of a series that has a limit in some period of its span: most small areas never have one.

    Args:
        rows: of all series, period after period.
        count: series.
    """
    number = np.arange(len(rows)) % count
    return rows["upper_count"].notna().groupby([number, rows["span"].to_numpy()]).transform("any")


def _judged(newest: pd.DataFrame, config: TrendConfig) -> pd.DataFrame:
    """Return the newest rows with their alarms, and how many figures of their span have a limit."""
    by_span = newest.groupby("span")["p_value"]
    is_rare = by_span.transform(adjusted) <= config.false_discovery_rate
    is_alarm = (newest["is_above"] | newest["is_below"]) & is_rare
    return newest.assign(is_alarm=is_alarm, figure_count=by_span.transform("count"))


def _findings(rows: pd.DataFrame, page: Page) -> NDArray[np.object_]:
    names = [str(name) for name in rows]
    said = (dict(zip(names, row, strict=True)) for row in rows.itertuples(index=False, name=None))
    return np.array([(finding_en(row, page), finding_fr(row, page)) for row in said], dtype=object)


def adjusted(p_values: pd.Series) -> pd.Series:
    """Return p-values adjusted for all that is looked at together, null where there is none.

    Benjamini and Hochberg (1995): of what is at most a rate, the expected part that is no change is that rate.

    Args:
        p_values: of everything that is looked at together.
    """
    known = p_values.dropna()
    found = false_discovery_control(known.to_numpy(dtype=float))
    return pd.Series(found, known.index, dtype=p_values.dtype).reindex(p_values.index)


def _table(series: CitySeries, limits: list[Limits], config: TrendConfig) -> pd.DataFrame:
    """Return the rows without alarms and sentences, and with the reason of each."""

    def column(name: str) -> NDArray[Any]:
        return np.concatenate([np.broadcast_to(getattr(one, name), len(series.keys)) for one in limits])

    counts, expected = column("counts"), column("expected")
    with np.errstate(invalid="ignore"):
        is_large = np.minimum(counts, expected) >= config.percent_from_count
    rows = pd.concat([series.keys] * len(limits), ignore_index=True).assign(
        span=column("span"),
        period_start_date=column("start"),
        period_end_date=column("end"),
        incident_count=counts,
        expected_count=expected,
        lower_count=column("lower"),
        upper_count=column("upper"),
        change_ratio=np.where(is_large, counts / np.where(is_large, expected, 1.0) - 1, np.nan),
        p_value=column("p_value"),
        reason=column("reason"),
    )
    rows = rows.astype({name: kind for name, kind in TREND.held.items() if name in rows})
    is_above = rows["incident_count"] > rows["upper_count"]
    return rows.assign(is_above=is_above, is_below=rows["incident_count"] < rows["lower_count"])
