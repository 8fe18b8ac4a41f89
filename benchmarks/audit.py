"""Audit the real stack: loops of 52 weeks, null cities, fairness and forgeries; prints a table, writes the report.

    OMP_THREAD_LIMIT=1 python benchmarks/audit.py [--loops 2] [--null-seeds 100] [--band-draws 40] [--html AUDIT.html]

Everything is simulated (`calanque/twin/city.py`) and needs no service. The stack is that of `ml/risk/model.yml`. On a
busy machine threads that wait for each other cost more than they give: begin it with one. `--small` tries as
little as the audit of a version does.
"""

from __future__ import annotations

import argparse
import time
from datetime import date
from pathlib import Path

from ml.audit.fairness import ClassFigures, FairnessStudy
from ml.audit.feedback import Correction, LoopStudy
from ml.audit.forecasters import risk_forecaster
from ml.audit.null_data import NullStudy
from ml.audit.poisoning import PoisonStudy
from ml.audit.release import SMALL, AuditSize, fairness_study, forgery_study, loop_study, null_study
from ml.audit.report import AuditResults, audit_html

FULL = AuditSize(
    loop_lives=2,
    loop_retrain_weeks=4,
    corrections=tuple(Correction),
    null_lives=100,
    null_weeks=78,
    band_draws=40,
    history_weeks=104,
    fairness_weeks=8,
)


def _verdict(is_passed: bool) -> str:
    return "passed" if is_passed else "FAILED"


def print_loop(study: LoopStudy) -> None:
    """Print what the most flagged cells were given against what is true."""
    config = study.config
    print(f"\nloop, {study.life_count} lives, last {config.judged_weeks} weeks: {_verdict(study.is_passed)}")
    for name in study.runs:
        given, true = study.mean(name, "forecast_share"), study.mean(name, "true_share")
        print(
            f"  {name:12} excess {study.excess(name):+.3f}   share of the most flagged 5 %: first week {given[0]:.3f}, "
            f"last {given[-1]:.3f}, true {true[-1]:.3f}; patrols there {study.mean(name, 'patrol_share')[-1]:.3f}"
        )


def print_null(study: NullStudy) -> None:
    """Print the band and where the lives fell."""
    print(
        f"\nnull data, {study.life_count} seeds: {_verdict(study.is_passed)}\n"
        f"  band {study.band.low:.3f} to {study.band.high:.3f}; within {study.share_within:.2f} (at least "
        f"{study.least_share:.2f} of all lives); mean concentration {study.concentration.mean():.3f}, "
        f"{study.concentration.min():.3f} to {study.concentration.max():.3f}"
    )


def print_fairness(study: FairnessStudy, truth: tuple[ClassFigures, ...]) -> None:
    """Print the figures by class, the changes of rank and the cost of parity."""
    print(f"\nfairness: {_verdict(study.is_passed)}")
    print("  class  residents  reported  true harm  flags  missed  expected/reported  exposure")
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


def print_poison(study: PoisonStudy) -> None:
    """Print recall by kind of forgery."""
    print(f"\nforgeries: {_verdict(study.is_passed)}")
    for name, recall in study.recall.items():
        print(f"  {name}: {recall:.3f} of {study.planted_counts[name]}")
    print(f"  marked for nothing: {study.false_positive_rate:.4f} of {study.clean_count}")


def _size() -> tuple[AuditSize, Path | None]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--loops", type=int)
    parser.add_argument("--null-seeds", type=int)
    parser.add_argument("--band-draws", type=int)
    parser.add_argument("--html", type=Path)
    arguments = parser.parse_args()
    asked = {
        "loop_lives": arguments.loops,
        "null_lives": arguments.null_seeds,
        "band_draws": arguments.band_draws,
    }
    size = (SMALL if arguments.small else FULL).model_dump()
    return AuditSize(**size | {name: value for name, value in asked.items() if value is not None}), arguments.html


def main() -> None:
    """Run all four and print their time."""
    size, page = _size()
    started, stack = time.process_time(), risk_forecaster()
    poison, (fairness, truth) = forgery_study(), fairness_study(stack, size)
    print_poison(poison)
    print_fairness(fairness, truth)
    loop = loop_study(stack, size)
    print_loop(loop)
    null = null_study(stack, size)
    print_null(null)
    print(f"\n{time.process_time() - started:.0f} s of CPU")
    if page:
        page.write_text(
            audit_html(AuditResults("risk", "twin", date.today(), loop, null, fairness, poison)), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
