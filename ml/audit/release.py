"""The audit of one release: four studies on simulated cities, at one size. The benchmark and the step share them."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from calanque.closed import Closed
from calanque.twin.city import City
from calanque.twin.city_config import CityConfig, Deprivation
from ml.audit.fairness import (
    ClassFigures,
    FairnessConfig,
    FairnessStudy,
    Judged,
    class_figures,
    flags_of,
    reporting_sensitivity,
)
from ml.audit.feedback import Correction, LoopConfig, LoopStudy, cube_until, study_loop
from ml.audit.forecasters import Forecaster
from ml.audit.null_data import NullConfig, NullStudy, reported_only, study_null
from ml.audit.parity import study_fairness
from ml.audit.planted import clean_reports, plant
from ml.audit.poisoning import PoisonStudy, find_poison, study_poison
from ml.audit.report import AuditResults

SIDE = 40
# Most incidents go unreported there: finds matter most.
LOOP_TIMES, LOOP_REPORTING_RATE = 3.0, 0.3


class AuditSize(Closed):
    """How much is tried; the questions and the bars stay the same."""

    loop_lives: int = Field(ge=1)
    loop_retrain_weeks: int = Field(ge=1)
    corrections: tuple[Correction, ...] = Field(min_length=2)
    null_lives: int = Field(ge=1)
    null_weeks: int = Field(ge=52)
    band_draws: int = Field(ge=10)
    history_weeks: int = Field(ge=52, description="Weeks before those that fairness is judged on.")
    fairness_weeks: int = Field(ge=1)


# About a minute of one core, for the version that is to be released.
SMALL = AuditSize(
    loop_lives=1,
    loop_retrain_weeks=8,
    corrections=(Correction.ENSIGN, Correction.EXCLUDED),
    null_lives=10,
    null_weeks=52,
    band_draws=10,
    history_weeks=78,
    fairness_weeks=4,
)


def audit(model: str, forecaster: Forecaster, size: AuditSize, made_on: date) -> AuditResults:
    """Return the four studies of a model.

    Args:
        model: name and version, as the report's title says it.
        forecaster: the forecast that is tried.
        size: how much is tried.
        made_on: date of the audit.
    """
    fairness, _ = fairness_study(forecaster, size)
    loop, null = loop_study(forecaster, size), null_study(forecaster, size)
    return AuditResults(model, "twin", made_on, loop, null, fairness, forgery_study())


def busy_city(weeks: int, times: float = 1.0, **changes: Any) -> CityConfig:
    """Return a city of 1,600 cells with the default types, each so many times as frequent."""
    types = tuple(
        kind.model_copy(update={"weekly_total": kind.weekly_total * times}) for kind in CityConfig(weeks=1).types
    )
    return CityConfig(rows=SIDE, cols=SIDE, weeks=weeks, types=types, **changes)


def loop_study(forecaster: Forecaster, size: AuditSize) -> LoopStudy:
    """Return the loops of a city where most incidents go unreported."""
    config = LoopConfig(retrain_weeks=size.loop_retrain_weeks)
    rates = Deprivation(reporting_rates=(LOOP_REPORTING_RATE,) * 5)
    city = City(busy_city(config.warm_up_weeks + config.loop_weeks, LOOP_TIMES, deprivation=rates))
    return study_loop(city, forecaster, tuple(range(1, size.loop_lives + 1)), config, size.corrections)


def null_study(forecaster: Forecaster, size: AuditSize) -> NullStudy:
    """Return the lives of a city where incidents follow residents alone."""
    config = NullConfig(band_draws=size.band_draws)
    return study_null(busy_city(size.null_weeks).null_data(), forecaster, tuple(range(size.null_lives)), config)


def fairness_study(forecaster: Forecaster, size: AuditSize) -> tuple[FairnessStudy, tuple[ClassFigures, ...]]:
    """Return the study of a city where deprived areas report less, and the figures of what truly happened there."""
    first = size.history_weeks
    config, city = FairnessConfig(), City(busy_city(first + size.fairness_weeks))
    run, classes = city.run(1), city.deprivation_class
    reported, weeks = reported_only(run), range(first, first + size.fairness_weeks)

    def counts(incidents: pd.DataFrame) -> NDArray[np.floating]:
        by_week = [incidents.loc[incidents["week"] == week, "cell_index"] for week in weeks]
        return np.stack([np.bincount(cells, minlength=city.grid.count) for cells in by_week]).astype(float)

    def forecast(incidents: pd.DataFrame, week: int = first) -> NDArray[np.floating]:
        return np.asarray(forecaster(cube_until(city, incidents, week)).sum(axis=0))

    expected = np.stack([forecast(reported, week) for week in weeks])
    flags = flags_of(expected, config.area_share)
    judged, truth = (Judged(expected, counts(r), flags, city.population, classes) for r in (reported, run.incidents))
    before = reported[reported["week"] < first]
    changes = reporting_sensitivity(before, classes, forecast, config, 1)
    return study_fairness(judged, changes, config), class_figures(truth)


def forgery_study() -> PoisonStudy:
    """Return how much of what is planted in the default city is found."""
    city = City(CityConfig())
    clean = clean_reports(city.run(1), 1)
    reports, planted = plant(clean, 1)
    return study_poison(reports, planted, find_poison(reports, city.grid, clean["reported_at"].max()))
