"""The limit itself: R's figures to their digits, the table its authors printed, and hostile series."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ml.trend.config import SpanConfig, trend_config
from ml.trend.farrington import design, forecast, predictive_dispersion, quantile, tails

CASES = Path(__file__).with_name("trend_cases")
SERIES = pd.read_csv(CASES / "series.tsv", sep="\t")
BOUNDS = pd.read_csv(CASES / "bounds.tsv", sep="\t")
COUNTS = {name: rows["count"].to_numpy(dtype=float) for name, rows in SERIES.groupby("series")}
NOUFAILY = SpanConfig(shown=1, years_back=5, half_window=3, season_groups=10, left_out=26)


def same_weeks(first_day: date, now: int, years: int) -> list[int]:
    """The weeks nearest to the same date of earlier years; no date of the cases is a leap day."""
    day = first_day + timedelta(weeks=now)
    return [round((day.replace(year=day.year - back) - first_day).days / 7) for back in range(1, years + 1)]


def ours(case: pd.Series, names: list[str]) -> dict[str, np.ndarray]:
    """What the code says of one period of several series, with the options of a case."""
    span = SpanConfig(
        shown=1, years_back=case["b"], half_window=case["w"], season_groups=case["periods"], left_out=case["past"]
    )
    counts, now = np.array([COUNTS[name] for name in names]), int(case["index"])
    if case["freq"] == 13:
        counts = counts.reshape(len(names), -1, 4).sum(axis=2)
        references = [now - 13 * back for back in range(1, case["b"] + 1)]
    else:
        first_day = date.fromisoformat(SERIES.loc[SERIES["series"] == names[0], "day"].iloc[0])
        references = same_weeks(first_day, now, case["b"])
    found = forecast(counts, np.ones_like(counts, dtype=bool), design(now, references, span), case["threshold"])
    return {
        "expected": found.mean,
        "phi": found.dispersion,
        "upper": quantile(1 - case["alpha"], found.mean, found.dispersion),
        "p_value": tails(counts[:, now], found.mean, found.dispersion)[1],
        "has_trend": found.has_trend,
    }


@pytest.mark.parametrize("case", sorted(BOUNDS["case"].unique()))
def test_the_limits_of_r_are_ours_to_their_digits(case) -> None:
    compared = 0
    for _, rows in BOUNDS[BOUNDS["case"] == case].groupby("index"):
        found = ours(rows.iloc[0], rows["series"].tolist())
        for name, values in found.items():
            # Expected counts of nothing (1e-9) depend on when a fit stops.
            np.testing.assert_allclose(values, rows[name], rtol=1e-6, atol=1e-7, err_msg=f"{case} {name}")
        compared += len(rows)
    assert compared == (BOUNDS["case"] == case).sum() > 9


@pytest.mark.parametrize(
    ("state", "printed"), [("Baden.Wuerttemberg", [4, 3, 3, 3, 2]), ("North.Rhine.Westphalia", [3, 3, 3, 2, 2])]
)
def test_the_printed_table_is_reproduced(state, printed) -> None:
    """Table 2 of Salmon, Schumacher and Höhle (2016): thresholds of S. Newport, weeks 48 to 52 of 2013."""
    rows = BOUNDS[(BOUNDS["case"] == "table 2") & (BOUNDS["series"] == state)]
    assert [ours(row, [state])["upper"][0] for _, row in rows.iterrows()] == printed


@pytest.mark.parametrize(
    ("dispersion", "lower", "upper", "p_value"),
    [(1.5, 1, 10, 0.03763657), (1.0, 2, 9, 0.01369527)],
    ids=["over-dispersed", "poisson"],
)
def test_the_threshold_alone_is_that_of_r(dispersion, lower, upper, p_value) -> None:
    """`algo.farrington.threshold.noufaily` of 11, 5 expected, alpha 0.05; its own tests print the p-values."""
    mean, spread = np.array([5.0]), np.array([dispersion])
    assert [quantile(0.05, mean, spread)[0], quantile(0.95, mean, spread)[0]] == [lower, upper]
    assert tails(np.array([11.0]), mean, spread)[1][0] == pytest.approx(p_value, abs=1e-8)


def test_many_series_at_once_are_as_one_by_one() -> None:
    names = [name for name, counts in COUNTS.items() if len(counts) == 364]
    case = BOUNDS[BOUNDS["case"] == "noufaily"].iloc[0]
    together = ours(case, names)
    for number, name in enumerate(names):
        for figure, values in ours(case, [name]).items():
            assert values[0] == pytest.approx(together[figure][number], rel=1e-9)


HOSTILE = {
    "nothing at all": lambda week: np.zeros_like(week),
    "always the same": lambda week: np.full_like(week, 7),
    "one huge week": lambda week: np.where(week == 200, 1e6, 3),
    "one incident": lambda week: (week == 250) * 1.0,
    "every other week": lambda week: (week % 2) * 40,
    "doubling every year": lambda week: np.round(2 ** (week / 52)),
    "the last week alone": lambda week: (week == 363) * 500.0,
    "dead for six years": lambda week: np.where(week < 40, 50.0, 0),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("years", [1, 2, 5])
def test_no_series_gives_a_figure_that_is_no_number(name, years) -> None:
    counts = HOSTILE[name](np.arange(364.0))[None].astype(float)
    plan = design(363, [363 - 52 * back for back in range(1, years + 1)], NOUFAILY)
    found = forecast(counts, np.ones_like(counts, dtype=bool), plan, 2.58)
    spread = predictive_dispersion(found, 0.01, 0.001)
    # Where nothing is, R ends without a fit too; such series get no limit.
    if found.count[0] >= trend_config().min_incidents:
        assert np.isfinite([found.mean, spread, found.freedom, quantile(0.99, found.mean, spread)]).all()
    assert (found.dispersion >= 1).all()


def test_a_past_outbreak_does_not_raise_the_limit_much() -> None:
    counts = np.random.default_rng(1).poisson(10, (200, 364)).astype(float)
    hit = counts.copy()
    hit[:, 255:259] *= 6
    plan, known = design(363, [363 - 52 * back for back in range(1, 6)], NOUFAILY), np.ones_like(counts, dtype=bool)
    weighted, plain = (forecast(hit, known, plan, most) for most in (2.58, 1e9))
    base = forecast(counts, known, plan, 2.58)
    limits = [quantile(0.99, one.mean, one.dispersion).mean() for one in (base, weighted, plain)]
    assert limits[1] < limits[0] * 1.15 < limits[2]


@pytest.mark.parametrize(
    ("years", "references", "windows"),
    [
        ("five", [312, 260, 208, 156, 104], 5),
        ("three of five", [104, 52, 3, -49], 3),
        ("a window that the data cut", [52, 2], 1),
        ("none", [-10], 0),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_as_many_years_as_there_are(years, references, windows) -> None:
    plan = design(references[0] + 52, references, NOUFAILY)
    assert (0 if plan is None else len(plan.windows)) == windows
    if plan is not None:
        assert plan.rows.max() == plan.now - NOUFAILY.left_out - 1
        assert {0, 9} <= set(plan.group) <= set(range(10))
        assert all(len(window) == 7 for window in plan.windows)


def test_a_trend_needs_three_years_and_does_not_lead_beyond_what_was() -> None:
    week = np.arange(364.0)
    counts = np.array([np.random.default_rng(3).poisson(20 + week / 40), np.round(2 ** (week / 26))])
    known = np.ones_like(counts, dtype=bool)
    for years, has_trend in ((5, [True, False]), (2, [False, False])):
        plan = design(363, [363 - 52 * back for back in range(1, years + 1)], NOUFAILY)
        assert forecast(counts, known, plan, 2.58).has_trend.tolist() == has_trend


def test_a_short_history_widens_the_limit() -> None:
    counts = np.random.default_rng(2).poisson(50, (50, 364)).astype(float)
    spreads = []
    for years in (1, 5):
        plan = design(363, [363 - 52 * back for back in range(1, years + 1)], NOUFAILY)
        found = forecast(counts, np.ones_like(counts, dtype=bool), plan, 2.58)
        spreads.append((predictive_dispersion(found, 0.01, 0.05 / 52) / found.dispersion).mean())
    assert spreads[0] > 1.2 * spreads[1] > 1.2
