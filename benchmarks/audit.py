"""Audit the real stack: loops of 52 weeks, null cities, fairness and forgeries; prints a table, writes the report.

    OMP_THREAD_LIMIT=1 python benchmarks/audit.py [--loops 2] [--null-seeds 100] [--band-draws 40] [--html AUDIT.html]

Everything is simulated (`calanque/twin/city.py`) and needs no service. The stack is that of `ml/risk/model.yml`. On a
busy machine the two threads of its trees wait for each other: one thread is several times as fast.
"""

from __future__ import annotations

import argparse
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from calanque.twin.city import City
from calanque.twin.city_config import CityConfig, Deprivation
from ml.audit.fairness import FairnessConfig, FairnessStudy, Judged, class_figures, flags_of, reporting_sensitivity
from ml.audit.feedback import Correction, LoopConfig, LoopStudy, cube_until, study_loop
from ml.audit.forecasters import Forecaster, risk_forecaster
from ml.audit.null_data import NullConfig, NullStudy, reported_only, study_null
from ml.audit.parity import study_fairness
from ml.audit.planted import clean_reports, plant
from ml.audit.poisoning import PoisonStudy, find_poison, study_poison
from ml.audit.report import AuditResults, audit_html

SIDE, NULL_WEEKS, HISTORY_WEEKS, FAIRNESS_WEEKS = 40, 78, 104, 8


def busy_city(weeks: int, times: float, **changes: object) -> CityConfig:
    """Return a city of 1,600 cells with the default types, each so many times as frequent."""
    types = tuple(
        kind.model_copy(update={"weekly_total": kind.weekly_total * times}) for kind in CityConfig(weeks=1).types
    )
    return CityConfig(rows=SIDE, cols=SIDE, weeks=weeks, types=types, **changes)


def audit_loop(forecaster: Forecaster, loops: int) -> LoopStudy:
    """Run the loops where most incidents go unreported: there finds matter most."""
    config = LoopConfig()
    weeks = config.warm_up_weeks + config.loop_weeks
    city = City(busy_city(weeks, 3, deprivation=Deprivation(reporting_rates=(0.3,) * 5)))
    study = study_loop(city, forecaster, tuple(range(1, loops + 1)), config)
    print(f"\nloop, {loops} lives, last {config.judged_weeks} weeks: {'passed' if study.is_passed else 'FAILED'}")
    for name in Correction:
        given, true = study.mean(name, "forecast_share"), study.mean(name, "true_share")
        print(
            f"  {name:12} excess {study.excess(name):+.3f}   share of the most flagged 5 %: first week {given[0]:.3f}, "
            f"last {given[-1]:.3f}, true {true[-1]:.3f}; patrols there {study.mean(name, 'patrol_share')[-1]:.3f}"
        )
    return study


def audit_null(forecaster: Forecaster, seeds: int, draws: int) -> NullStudy:
    """Try null cities."""
    config = busy_city(NULL_WEEKS, 1).null_data()
    study = study_null(config, forecaster, tuple(range(seeds)), NullConfig(band_draws=draws))
    print(
        f"\nnull data, {seeds} seeds: {'passed' if study.is_passed else 'FAILED'}\n"
        f"  band {study.band.low:.3f} to {study.band.high:.3f}; within {study.share_within:.2f}; "
        f"mean concentration {study.concentration.mean():.3f}, {study.concentration.min():.3f} to "
        f"{study.concentration.max():.3f}"
    )
    return study


def audit_fairness(forecaster: Forecaster) -> FairnessStudy:
    """Judge some weekly forecasts of a city where deprived areas report less."""
    config, city = FairnessConfig(), City(busy_city(HISTORY_WEEKS + FAIRNESS_WEEKS, 1))
    run, classes = city.run(1), city.deprivation_class
    reported = reported_only(run)

    def counts(incidents: pd.DataFrame, week: int) -> np.ndarray:
        return np.bincount(incidents.loc[incidents["week"] == week, "cell_index"], minlength=city.grid.count)

    def forecast(incidents: pd.DataFrame) -> np.ndarray:
        return forecaster(cube_until(city, incidents, HISTORY_WEEKS)).sum(axis=0)

    weeks = range(HISTORY_WEEKS, HISTORY_WEEKS + FAIRNESS_WEEKS)
    expected = np.stack([forecaster(cube_until(city, reported, week)).sum(axis=0) for week in weeks])
    flags = flags_of(expected, config.area_share)
    seen, all_of_them = (np.stack([counts(rows, week) for week in weeks]) for rows in (reported, run.incidents))
    judged = Judged(expected, seen, flags, city.population, classes)
    before = reported[reported["week"] < HISTORY_WEEKS]
    study = study_fairness(judged, reporting_sensitivity(before, classes, forecast, config, 1), config)
    print(f"\nfairness, {FAIRNESS_WEEKS} weeks: {'passed' if study.is_passed else 'FAILED'}")
    print("  class  residents  reported  true harm  flags  missed  expected/reported  exposure")
    truth = class_figures(Judged(expected, all_of_them, flags, city.population, classes))
    for one, true in zip(study.classes, truth, strict=True):
        print(
            f"  {one.area_class:5}  {one.population_share:9.3f}  {one.harm_share:8.3f}  {true.harm_share:9.3f}  "
            f"{one.flagged_share:5.3f}  {one.miss_rate:6.3f}  {one.calibration:17.3f}  {one.exposure:8.3f}"
        )
    for change in study.rank_changes:
        print(
            f"  class {change.area_class} reports {change.change:+.0%}: Spearman {change.spearman:.3f}, "
            f"flags changed {change.flags_changed_share:.1%}, its share of flags {change.flagged_share_change:+.3f}"
        )
    for cost in study.parity:
        print(
            f"  quotas by {cost.target} at {cost.step:.0%}: caught {cost.hit_rate:.3f}, gap {cost.gap:.3f}, "
            f"lost per unit {cost.loss_per_parity:.3f}"
        )
    return study


def audit_poison() -> PoisonStudy:
    """Plant forgeries in the default city."""
    city = City(CityConfig())
    clean = clean_reports(city.run(1), 1)
    reports, planted = plant(clean, 1)
    study = study_poison(reports, planted, find_poison(reports, city.grid, clean["reported_at"].max()))
    print(f"\nforgeries: {'passed' if study.is_passed else 'FAILED'}")
    for name, recall in study.recall.items():
        print(f"  {name}: {recall:.3f} of {study.planted_counts[name]}")
    print(f"  marked for nothing: {study.false_positive_rate:.4f} of {study.clean_count}")
    return study


def main() -> None:
    """Run all four and print their time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loops", type=int, default=2)
    parser.add_argument("--null-seeds", type=int, default=100)
    parser.add_argument("--band-draws", type=int, default=40)
    parser.add_argument("--html", type=Path)
    arguments = parser.parse_args()
    started, stack = time.process_time(), risk_forecaster()
    poison, fairness = audit_poison(), audit_fairness(stack)
    loop = audit_loop(stack, arguments.loops)
    null = audit_null(stack, arguments.null_seeds, arguments.band_draws)
    print(f"\n{time.process_time() - started:.0f} s of CPU")
    if arguments.html:
        results = AuditResults("risk", "twin", date.today(), loop, null, fairness, poison)
        arguments.html.write_text(audit_html(results), encoding="utf-8")


if __name__ == "__main__":
    main()
