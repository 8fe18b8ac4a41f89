"""The rows of `marts.fct_factor`: with what counts of incidents go in a city, by type."""

from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
from scipy import stats

from ml.factor.config import FactorConfig, factor_config
from ml.factor.days import day_looks
from ml.factor.events import event_looks
from ml.factor.ratio import City, Look
from ml.factor.sentences import findings
from ml.factor.shares import part_looks, premises_looks
from ml.factor.table import FACTOR
from ml.level.counts import daily_counts
from ml.marts import next_week

_COVERED = 0.975


def factor_rows(
    territory: str,
    title: str,
    incidents: pd.DataFrame,
    holidays: pd.DataFrame,
    weather: pd.DataFrame,
    events: pd.DataFrame,
    until: date,
    valid_from: date,
) -> pd.DataFrame:
    """Return with what counts of incidents go, one row a type, factor and category.

    Nothing outside the span is used. A type with few incidents or weeks has no row; what is too rare has no ratio.
    `q_value` is over all rows with a p-value (Benjamini and Hochberg 1995).

    Args:
        territory: name of the territory, written on every row.
        title: what sentences call the city.
        incidents: columns type, occurred_local_date, and where known occurred_local_hour (0 to 23), premises,
            cell_id, known_local_at; one row an incident, without those that enforcement produced.
        holidays: columns date, kind ('public_holiday' or 'school_holiday'); may be empty.
        weather: columns date, temperature (degrees C, mean of the day), rain (mm), wind_speed (m/s); may be empty.
        events: columns date, cell_id, kind ('works' or another); one row per day and cell of an event; may be empty.
        until: the last day that the data hold whole.
        valid_from: the first such day.

    Raises:
        CalanqueError: if no day lies between valid_from and until.
    """
    city = _city(incidents, valid_from, until, config := factor_config())
    looks = day_looks(city, holidays, weather) + part_looks(city) + premises_looks(city) + event_looks(city, events)
    rows = _judged(looks, config)
    said = [findings(row, title, int(rows["p_value"].count()), config) for row in rows.to_dict("records")]
    rows[["finding_en", "finding_fr"]] = np.array(said, dtype=object).reshape(-1, 2)
    at = datetime.now(UTC).replace(microsecond=0)
    rows = rows.assign(territory=territory, week_start_date=next_week(until), computed_at=at)
    return rows[list(FACTOR.held)].astype(FACTOR.held)


def _city(incidents: pd.DataFrame, valid_from: date, until: date, config: FactorConfig) -> City:
    # Of newer days too few incidents are known yet: their weekdays and their weather would seem to have fewer.
    daily = daily_counts(incidents, valid_from, until).of_whole_days()
    dates = pd.to_datetime(incidents["occurred_local_date"]).to_numpy(dtype="datetime64[D]")
    renamed = incidents.rename(columns={"occurred_local_hour": "hour"})[["type", "hour", "premises", "cell_id"]]
    dated = renamed.assign(day=(dates - np.datetime64(valid_from)).astype(np.int64))
    return City(daily, dated[dated["day"].between(0, daily.day_count - 1)].reset_index(drop=True), config)


def _judged(looks: list[Look], config: FactorConfig) -> pd.DataFrame:
    """Return figures and verdicts, and same_count: the years on the same side of 1 as the whole."""
    named = ("type", "factor", "category", "unit_count", "incident_count")
    rows = pd.DataFrame([look[: len(named)] for look in looks], columns=list(named))
    log, error = (np.array([getattr(look.ratio, name) for look in looks], dtype=float) for name in ("log", "error"))
    freedom = np.array([look.ratio.freedom for look in looks], dtype=float)
    years = np.array([len(look.ratio.years) for look in looks], dtype=int)
    same = np.array([sum(one * look.ratio.log > 0 for one in look.ratio.years) for look in looks], dtype=int)
    p_value = 2 * stats.t.sf(np.abs(log) / error, freedom)
    q_value, is_known = np.full(len(rows), np.nan), ~np.isnan(p_value)
    if is_known.any():
        q_value[is_known] = stats.false_discovery_control(p_value[is_known])
    half = stats.t.ppf(_COVERED, freedom) * error
    share = np.where(years > 0, same / np.maximum(years, 1), np.nan)
    is_stable = (years >= config.min_years) & (share >= config.same_sign_share)
    return rows.assign(
        effect_ratio=np.exp(log),
        lower_ratio=np.exp(log - half),
        upper_ratio=np.exp(log + half),
        p_value=p_value,
        q_value=q_value,
        year_count=years,
        same_sign_share=share,
        same_count=same,
        is_found=(q_value <= config.false_discovery_rate) & is_stable,
    )
