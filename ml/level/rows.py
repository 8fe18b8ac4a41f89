"""The three tables of a territory's level: the days ahead, their risk, and the record of both methods."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ml.level.baseline import baseline
from ml.level.config import LevelConfig, level_config
from ml.level.counts import WEEK_DAYS, YEAR_DAYS, DailyCounts, calendar, daily_counts
from ml.level.day_risk import DayRisk, day_risk
from ml.level.forecasts import Forecasts, Series, late_counts
from ml.level.law import quantile
from ml.level.model import model
from ml.level.published import published_days
from ml.level.record import BASELINE, MODEL, Judged, Record, judge, judged_days
from ml.level.sentences import Case, DayFigures, Subject, factors, finding_en, finding_fr, reason_en, reason_fr
from ml.level.tables import DAY_RISK, LEVEL, LEVEL_SCORE
from ml.marts import WHOLE_CITY, WeekTable, next_week

_Rows: TypeAlias = list[dict[str, object]]
_Part: TypeAlias = tuple[_Rows, _Rows, _Rows]
# Of fewer a day, two are a busy day: nothing tells one day of a group from another.
FEWEST_A_DAY = 1.0


class LevelFrames(NamedTuple):
    """The rows of one run.

    Attributes:
        first_day: Monday of the first day forecast, on every row of level and day_risk.
        judged_first_day: Monday of the newest week judged, on every row of score; None where none is.
        level: one row a group of areas (first the whole city), type and day of the seven after the data; numbers are
            null where there is no forecast.
        day_risk: the same days.
        score: one row a group and type with a record.
    """

    first_day: date
    judged_first_day: date | None
    level: pd.DataFrame
    day_risk: pd.DataFrame
    score: pd.DataFrame


def level_frames(
    territory: str,
    incidents: pd.DataFrame,
    holidays: pd.DataFrame,
    until: date,
    valid_from: date,
    config: LevelConfig | None = None,
    now: datetime | None = None,
    title: str | None = None,
    groups: Mapping[str, str] | None = None,
    said: pd.DataFrame | None = None,
) -> LevelFrames:
    """Forecast the seven days after the data, for each type and all together, with their risk and the record.

    Args:
        territory: name.
        incidents: columns type, occurred_local_date and, where told, known_local_at and group_id; one row an incident.
            The caller leaves out rows that enforcement produced.
        holidays: columns date, kind ('public_holiday' or 'school_holiday'); the days ahead included; may be empty.
        until: the last day that the data hold whole.
        valid_from: the first such day.
        config: `model.yml` when absent.
        now: written on every row, UTC.
        title: what sentences call the city; its name when absent.
        groups: name of each group of areas by `group_id`; those with enough incidents a day are forecast too.
        said: rows of `marts.fct_level` that were published before, to be judged as they were.

    Raises:
        CalanqueError: if no day lies between valid_from and until.
    """
    config = config or level_config()
    daily = daily_counts(incidents, valid_from, until)
    known = calendar(valid_from, daily.day_count + WEEK_DAYS, holidays, config.model.harmonics)
    series = _series(title or territory, daily, incidents, groups or {})
    parts = [
        _of_area(_of_type(name, own, one, known, config, daily.ended), *area, published_days(said, area[0], own, one))
        for area, name, own, one in series
    ]
    return _frames(territory, parts, until, now)


def _frames(territory: str, parts: list[_Part], until: date, now: datetime | None) -> LevelFrames:
    first_day, judged_day = next_week(until), next_week(until - timedelta(days=WEEK_DAYS))
    level, risk, score = (
        _frame([row for part in parts for row in part[place]], table, now, territory, monday)
        for place, table, monday in ((0, LEVEL, first_day), (1, DAY_RISK, first_day), (2, LEVEL_SCORE, judged_day))
    )
    return LevelFrames(first_day, judged_day if len(score) else None, level.assign(data_until_date=until), risk, score)


def _series(
    city: str, daily: DailyCounts, incidents: pd.DataFrame, groups: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str | None], str, DailyCounts, int]]:
    """Yield what is forecast: id and name of the area, what sentences call it, counts and the number among them.

    A group has the city's days, those on which its feeds spoke; all types together are those that go on in the city.
    """
    whole = daily.without(daily.ended)
    yield from (((WHOLE_CITY, None), city, whole, number) for number in range(len(daily.names)))
    last = daily.date_of(daily.day_count - 1)
    for group_id, name in sorted(groups.items()):
        counted = daily_counts(incidents[incidents["group_id"] == group_id], daily.first_date, last)
        own = replace(counted, is_known=daily.is_known).without(daily.ended)
        fewest = FEWEST_A_DAY * max(own.is_known[-YEAR_DAYS:].sum(), 1)
        for number in np.flatnonzero(own.counts[:, -YEAR_DAYS:].sum(axis=1) >= fewest).tolist():
            yield (group_id, name), f"{name}, {city}", own, number


def _of_area(part: _Part, area_id: str, area_name: str | None, published: dict[str, object]) -> _Part:
    level, risk, score = ([{"area_id": area_id, "area_name": area_name} | row for row in rows] for rows in part)
    return level, risk, [row | published for row in score]


def _of_type(
    title: str,
    daily: DailyCounts,
    number: int,
    known: dict[str, NDArray[np.float64]],
    config: LevelConfig,
    ended: tuple[str, ...],
) -> _Part:
    """Return the rows of one type: level, day risk, score."""
    counts, weeks = daily.counts[number], int(daily.is_known.sum()) // WEEK_DAYS
    subject = Subject(title, daily.names[number], Case.FEW_WEEKS, weeks, config.min_weeks, _last_date(daily, number))
    if number == 0:
        subject = subject._replace(ended=tuple(name for name in ended if name in daily.names))
    if weeks < config.min_weeks:
        return _without_forecast(subject, daily)
    if daily.has_stopped(number):
        return _without_forecast(subject._replace(case=Case.STOPPED), daily)
    origins = np.arange(daily.day_count % WEEK_DAYS or WEEK_DAYS, daily.day_count + 1, WEEK_DAYS)
    origins = origins[np.cumsum(daily.is_known)[origins - 1] >= config.min_weeks * WEEK_DAYS]
    late = late_counts(daily, number)
    series = Series(counts.astype(float), daily.is_known, origins[-2 * config.record.weeks - 1 :], late)
    subject = subject._replace(late_days=late.ages)
    forecasts = {MODEL: model(series, known, config), BASELINE: baseline(series, config)}
    judged = judged_days(daily, series, config.record.weeks)
    if not judged.week_count:
        subject = subject._replace(case=Case.SHORT_RECORD, weeks=0, needed=config.record.min_weeks)
        return (*_ahead(subject, daily, forecasts, BASELINE, None, config), [])
    record = judge(judged, forecasts, config)
    is_gone = daily.is_gone(number)
    served = BASELINE if is_gone else record.served
    risk = day_risk(series, forecasts[served], judged, config)
    subject = _judged(subject, judged, record, is_gone, config)
    ahead = _ahead(subject, daily, forecasts, served, risk, config)
    return (*ahead, [{"type": subject.type, **_score(judged, record, risk)}])


def _last_date(daily: DailyCounts, number: int) -> date | None:
    days = np.flatnonzero(daily.counts[number])
    return daily.date_of(days[-1]) if len(days) else None


def _judged(subject: Subject, judged: Judged, record: Record, is_gone: bool, config: LevelConfig) -> Subject:
    case = Case.MODEL if record.served == MODEL else Case.NOT_BEATEN
    if is_gone:
        case = Case.GONE
    elif record.gain is None:
        case = Case.SHORT_RECORD
    days = len(judged.happened)
    return subject._replace(
        case=case,
        weeks=judged.week_count,
        needed=config.record.min_weeks,
        gain=record.gain or subject.gain,
        gain_apart=record.gain_apart,
        apart=config.record.set_apart,
        held=(round(record.coverage * days), days),
    )


def _dates(daily: DailyCounts) -> list[date]:
    return [daily.date_of(daily.day_count + ahead) for ahead in range(WEEK_DAYS)]


def _without_forecast(subject: Subject, daily: DailyCounts) -> _Part:
    english, french = reason_en(subject), reason_fr(subject)
    named: _Rows = [{"type": subject.type, "forecast_date": day} for day in _dates(daily)]
    level = [row | {"reason_en": english, "reason_fr": french} for row in named]
    return level, [row | {"finding_en": english, "finding_fr": french} for row in named], []


def _ahead(
    subject: Subject,
    daily: DailyCounts,
    forecasts: dict[str, Forecasts],
    served: str,
    risk: DayRisk | None,
    config: LevelConfig,
) -> tuple[_Rows, _Rows]:
    """Return the rows of the seven days after the data: level, day risk."""
    said, level, risks = forecasts[served], [], []
    mean, spread = said.mean[-1], np.full(WEEK_DAYS, said.dispersion[-1])
    upper, lower = (quantile(share, mean, spread) for share in (config.bound_probability, 1 - config.bound_probability))
    reasons = {"reason_en": reason_en(subject), "reason_fr": reason_fr(subject)}
    for ahead, day in enumerate(_dates(daily)):
        named = {"type": subject.type, "forecast_date": day}
        figures = DayFigures(
            day,
            float(mean[ahead]),
            int(upper[ahead]),
            threshold=risk.threshold if risk else None,
            p_above=float(risk.p_above[ahead]) if risk else None,
            risk=int(risk.risk[ahead]) if risk and risk.risk is not None and subject.case is not Case.GONE else None,
        )
        level.append(
            named
            | {"expected_count": figures.expected, "lower_count": int(lower[ahead]), "upper_count": figures.upper}
            | {"baseline_count": float(forecasts[BASELINE].mean[-1, ahead]), "served": served}
            | reasons
        )
        factors_en, factors_fr = factors({name: float(ratio[-1, ahead]) for name, ratio in said.terms.items()}, day)
        risks.append(
            named
            # Where the risk is silent, its probability would say no more than the threshold.
            | {"threshold_count": figures.threshold, "risk": figures.risk}
            | {"p_above": None if figures.risk is None else figures.p_above}
            | {"factors_en": factors_en, "factors_fr": factors_fr}
            | {"finding_en": finding_en(subject, figures), "finding_fr": finding_fr(subject, figures)}
        )
    return level, risks


def _score(judged: Judged, record: Record, risk: DayRisk) -> dict[str, object]:
    gain, skill = record.gain or (None,) * 3, risk.skill or (None,) * 3
    return {
        "week_count": judged.week_count,
        **{f"crps_{name}": value for name, value in record.crps.items()},
        **{f"log_score_{name}": value for name, value in record.log_score.items()},
        **dict(zip(("crps_gain", "crps_gain_low", "crps_gain_high"), gain, strict=True)),
        "crps_gain_apart": record.gain_apart,
        "coverage": record.coverage,
        "interval_coverage": record.interval_coverage,
        **dict(zip(("brier_skill", "brier_skill_low", "brier_skill_high"), skill, strict=True)),
        "reliability": json.dumps([tenth._asdict() for tenth in risk.reliability]),
    }


def _frame(rows: _Rows, table: WeekTable, now: datetime | None, territory: str, monday: date) -> pd.DataFrame:
    at = now or datetime.now(UTC).replace(microsecond=0)
    named = {"territory": territory, "week_start_date": monday, "forecast_at": at, "scored_at": at}
    frame = pd.DataFrame([row | named for row in rows], columns=list(table.columns)).astype(table.held)
    # A text that is absent is None.
    texts = frame.select_dtypes("object")
    frame[texts.columns] = texts.where(texts.notna(), None)
    return frame
