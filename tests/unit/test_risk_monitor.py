"""The monitor: a champion that the data have left behind retires, one that keeps its promise stays."""

import numpy as np
import pandas as pd
import pytest
from quick_risk import last_day, quick_config, square, stamp, weekly_cube

from ml.risk.model.publish import published_forecast
from ml.risk.model.score import expected_counts
from ml.risk.record.monitor import EVIDENCE, judge
from ml.risk.record.score_mart import published_rows
from ml.risk.record.train import train

PROMISED, NOISE, SEEDS = 0.1, 0.08, range(100)


def gains(mean: float, weeks: int, seed: int, law: str = "normal") -> np.ndarray:
    """Weekly gains about a mean: as noisy as promised gains are large, with few events or with heavy tails."""
    generator = np.random.default_rng(seed)
    if law == "heavy":
        return mean + NOISE / 1.7 * generator.standard_t(3, weeks)
    return mean + NOISE * generator.normal(size=weeks)


@pytest.mark.parametrize("law", ["normal", "heavy"])
@pytest.mark.parametrize("kept", [1.0, 0.5], ids=["as_promised", "half_of_it"])
def test_a_good_champion_survives_two_hundred_weeks(law: str, kept: float) -> None:
    survivors = [judge(gains(kept * PROMISED, 200, seed, law), PROMISED).is_kept for seed in SEEDS]
    assert np.mean(survivors) >= 0.95


def retired_after(series: np.ndarray, good_weeks: int) -> int:
    """Weeks from the change to the first look at which the champion retires, one look a week."""
    for week in range(1, len(series) + 1):
        if not judge(series[:week], PROMISED).is_kept:
            return week - good_weeks
    return len(series)


@pytest.mark.parametrize(
    ("left", "within"),
    [pytest.param(-PROMISED, 25, id="worse_than_the_counts"), pytest.param(0.0, 52, id="no_better_than_the_counts")],
)
@pytest.mark.parametrize("good_weeks", [0, 100], ids=["from_the_start", "after_two_good_years"])
def test_a_champion_left_behind_retires(left: float, within: int, good_weeks: int) -> None:
    found = [
        retired_after(np.concatenate([gains(PROMISED, good_weeks, seed), gains(left, 104, 1000 + seed)]), good_weeks)
        for seed in range(10)
    ]
    assert min(found) > 0
    assert np.median(found) <= within, sorted(found)


def test_the_more_it_lost_the_sooner() -> None:
    weeks = [retired_after(np.full(200, left), 0) for left in (0.04, 0.0, -0.05, -1.0)]
    assert weeks == sorted(weeks, reverse=True)
    # No single week decides, however bad.
    assert weeks[-1] > 8


@pytest.mark.parametrize("promised", [0.1, 0.0, -0.2], ids=["promised", "nothing", "less_than_nothing"])
def test_without_a_published_week_nothing_is_judged(promised: float) -> None:
    verdict = judge(np.array([]), promised)
    assert (verdict.weeks, verdict.is_kept) == (0, True)
    assert "nothing to judge" in verdict.reason.en and "rien à juger" in verdict.reason.fr


def test_the_reason_says_the_figures() -> None:
    verdict = judge(np.full(60, -0.05), PROMISED)
    assert not verdict.is_kept
    assert verdict.evidence >= EVIDENCE
    assert verdict.reason.en.startswith("The model retires and the counts are served: over 60 published weeks it won")
    assert verdict.reason.fr.startswith("Le modèle se retire et les comptages servent : sur 60 semaines publiées il")
    assert "-0.050" in verdict.reason.en and "-0,050" in verdict.reason.fr


LEARNT, FOLLOWED, CELLS = 60, 30, 400


def wandering_then_even() -> pd.DataFrame:
    """Hot cells that move every five weeks, for as long as the model learns; afterwards there are none any more."""
    generator = np.random.default_rng(3)
    weeks = []
    for week in range(LEARNT + FOLLOWED):
        if week % 5 == 0:
            rate = generator.gamma(0.15, 1.2, CELLS) if week < LEARNT else np.full(CELLS, 0.18)
        cell = np.repeat(np.arange(CELLS), generator.poisson(rate))
        weeks.append(pd.DataFrame({"week": week, "cell": cell}))
    return pd.concat(weeks, ignore_index=True)


def test_a_model_that_learnt_to_follow_retires_where_nothing_is_left_to_follow() -> None:
    """Published week by week and read back, as the mart keeps it; the weeks it learnt on would never tell."""
    grid, events = square(20), wandering_then_even().assign(type="theft")

    def cube_until(weeks: int):
        return weekly_cube(grid, events[events["week"] < weeks], weeks), last_day(weeks)

    config = quick_config(26, refit_weeks=10).model_copy(update={"fine_factor": 1})
    model = train(cube_until(LEARNT)[0], config).model
    assert model.promised_gain > 0.03
    won = []
    for week in range(LEARNT, LEARNT + FOLLOWED):
        cube, until = cube_until(week)
        forecast = published_forecast(cube, expected_counts(cube, model), model, stamp(until))
        happened = np.bincount(events["cell"][events["week"] == week], minlength=grid.count)
        rows = pd.DataFrame(published_rows(forecast.assign(incident_count=happened)))
        by_method = rows[rows["type"] == "all"].set_index("method")["log_score"]
        won.append(by_method["model"] - by_method["baseline"])
    verdict = judge(np.array(won), model.promised_gain)
    assert not verdict.is_kept, verdict.reason
    assert judge(np.array(won[:5]), model.promised_gain).is_kept
