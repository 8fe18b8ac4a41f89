"""A week that was judged is not judged again while code, parameters and the incidents it rests on are the same."""

from collections.abc import Callable
from dataclasses import fields
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calanque.places.grid import Grid
from ml.risk import kept as kept_module
from ml.risk import rolling
from ml.risk.config import RiskConfig, risk_config
from ml.risk.cube import CountCube, build_cube
from ml.risk.judged import JudgedWeek, fingerprints, from_bytes, to_bytes
from ml.risk.method import MethodName
from ml.risk.record import WeekScore
from ml.risk.rolling import roll
from ml.risk.train import train

FEWER, ORIGINS = 60, 20
FIRST = date(2020, 1, 6)


@pytest.fixture(scope="module")
def small_config() -> RiskConfig:
    """Return the parameters for a small city: little is learnt, often."""
    config = risk_config()
    quick = {"fit_weeks": 20, "min_fit_weeks": 10, "refit_weeks": 8, "trees": 10, "zeros_a_week": 200}
    challenger = config.challenger.model_copy(update=quick | {"widths_m": (0, 80, 200, 600)})
    backtest = config.backtest.model_copy(update={"weeks": ORIGINS, "bootstrap_draws": 200})
    return config.model_copy(update={"challenger": challenger, "backtest": backtest})


@pytest.fixture(scope="module")
def cube_until() -> Callable[..., CountCube]:
    """Return the cube of the first weeks of one city; one incident of a week may lie in another cell."""
    grid = Grid("here", 2154, 200.0, 0.0, 0.0, np.ones((20, 20), dtype=bool))
    generator = np.random.default_rng(2)
    week, cell = np.nonzero(
        generator.random((FEWER + 1, grid.count)) < 1 - np.exp(-0.4 * generator.gamma(0.2, 1.0, grid.count))
    )

    def until(weeks: int, moved_in_week: int | None = None) -> CountCube:
        known = week < weeks
        cells, days = cell[known].copy(), np.datetime64(FIRST) + 7 * week[known]
        if moved_in_week is not None:
            moved = np.flatnonzero(week[known] == moved_in_week)[0]
            cells[moved] = (cells[moved] + 1) % grid.count
        last = date.fromordinal(FIRST.toordinal() + 7 * weeks - 1)
        return build_cube(grid, FIRST, last, days, cells, pd.Series("burglary", index=range(len(cells))))

    return until


def arrays(week: JudgedWeek) -> dict[str, np.ndarray]:
    """Return every array of a week by its path."""

    def walk(name: str, value: Any) -> dict[str, np.ndarray]:
        if isinstance(value, dict):
            parts = value.items()
        elif isinstance(value, WeekScore):
            parts = [(field.name, getattr(value, field.name)) for field in fields(value)]
        elif hasattr(value, "_asdict"):
            parts = value._asdict().items()
        else:
            return {} if value is None else {name: np.asarray(value)}
        return {path: array for key, part in parts for path, array in walk(f"{name}/{key}", part).items()}

    return walk("", week)


def same(one: JudgedWeek, other: JudgedWeek) -> bool:
    """Tell whether two judgements are the same to the last bit."""
    first, second = arrays(one), arrays(other)
    return first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Weeks that were judged, by the number of those in the record before."""
    found: list[int] = []
    judge = rolling._judge_week

    def watch(rolled: Any, *given: Any) -> JudgedWeek:
        found.append(len(rolled.weeks))
        return judge(rolled, *given)

    monkeypatch.setattr(rolling, "_judge_week", watch)
    return found


def test_one_week_more_judges_that_week_alone(cube_until, small_config, judged) -> None:
    before = roll(cube_until(FEWER), small_config, ORIGINS)
    assert len(judged) == ORIGINS
    judged.clear()
    after = roll(cube_until(FEWER + 1), small_config, ORIGINS, before.weeks[1:])
    assert judged == [ORIGINS - 1]
    assert after.first_week == before.first_week + 1
    afresh = roll(cube_until(FEWER + 1), small_config, ORIGINS)
    for kept, new in zip(after.weeks, afresh.weeks, strict=True):
        assert np.array_equal(kept.events, new.events)
        assert np.array_equal(kept.best, new.best)
        # The baselines learn their floor alone; what is judged anew has learnt at most `refit_weeks` weeks later.
        assert np.allclose(kept.methods[MethodName.DECAY].log, new.methods[MethodName.DECAY].log, atol=0.5)
    # What is served is learnt on the same weeks either way.
    assert np.allclose(after.latest().pool, afresh.latest().pool, atol=1e-3)


def test_a_training_of_kept_weeks_gives_the_same_record_and_model(cube_until, small_config, judged) -> None:
    cube = cube_until(FEWER)
    first = train(cube, small_config)
    judged.clear()
    again = train(cube, small_config, [from_bytes(to_bytes(week)) for week in first.judged])
    assert judged == []
    assert again.validation.to_dict() == first.validation.to_dict()
    assert (again.is_promoted, again.reason) == (first.is_promoted, first.reason)
    assert again.model.promised == first.model.promised
    assert np.allclose(again.model.pool_weights, first.model.pool_weights, atol=1e-3)


def test_a_week_is_the_same_after_bytes(cube_until, small_config) -> None:
    rolled = roll(cube_until(FEWER), small_config, ORIGINS)
    for week in (rolled.weeks[0], rolled.weeks[-1]):
        assert len(arrays(week)) > 20
        assert same(from_bytes(to_bytes(week)), week)
    assert not same(rolled.weeks[0], rolled.weeks[-1])


def test_a_correction_changes_the_hash_of_its_week_and_of_those_after_it(cube_until) -> None:
    plain, longer = fingerprints(cube_until(FEWER)), fingerprints(cube_until(FEWER + 1))
    assert longer[:FEWER] == plain
    assert len(set(longer)) == FEWER + 1
    corrected = fingerprints(cube_until(FEWER, moved_in_week=40))
    assert corrected[:40] == plain[:40]
    assert not set(corrected[40:]).intersection(plain)


def test_weeks_are_kept_by_procedure_and_incidents(cube_until, small_config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the frame that is written and the rows that are read."""
    written: list[pd.DataFrame] = []
    monkeypatch.setattr(kept_module.marts, "write_rows", lambda table, frame, *_: written.append(frame))
    monkeypatch.setattr(kept_module.marts, "code_version", lambda _: "code")
    monkeypatch.setattr(kept_module.spark, "table_exists", lambda name: bool(written))

    def rows(query: str) -> list[dict[str, Any]]:
        frame = written[-1]
        chosen = frame[[f"'{name}'" in query for name in frame["procedure"]]]
        return chosen.to_dict("records")

    monkeypatch.setattr(kept_module.spark, "rows", rows)
    cube = cube_until(FEWER)
    assert kept_module.kept_weeks("here", small_config, cube, ORIGINS) == []
    rolled = roll(cube, small_config, ORIGINS)
    kept_module.keep_weeks("here", small_config, cube, rolled.weeks, "a run")
    assert set(written[0]) == set(kept_module.JUDGED.columns)

    def count(cube: Any, config: Any = small_config) -> int:
        return len(kept_module.kept_weeks("here", config, cube, ORIGINS))

    assert count(cube) == ORIGINS
    assert count(cube_until(FEWER + 1)) == ORIGINS - 1
    assert count(cube_until(FEWER, moved_in_week=FEWER - 5)) == ORIGINS - 5
    assert count(cube, small_config.model_copy(update={"level_half_life_days": 57})) == 0
    monkeypatch.setattr(kept_module.marts, "code_version", lambda _: "other code")
    assert count(cube) == 0
