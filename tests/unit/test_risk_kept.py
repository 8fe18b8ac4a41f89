"""A week that was judged is not judged again while code, parameters and the incidents it rests on are the same."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from quick_risk import hot_city, quick_config, square, weekly_cube

from ml.risk.model.cube import CountCube
from ml.risk.model.method import MethodName
from ml.risk.model.published import WeekScore
from ml.risk.record import kept as kept_module
from ml.risk.record import rolling
from ml.risk.record.judged import JudgedWeek, fingerprints, from_bytes, to_bytes
from ml.risk.record.rolling import roll
from ml.risk.record.train import train

FEWER, ORIGINS = 60, 10
CONFIG = quick_config(ORIGINS)


@pytest.fixture(scope="module")
def cube_until() -> Callable[..., CountCube]:
    """Return the cube of the first weeks of one city; one incident of a week may lie in another cell."""
    grid = square(20)
    events = hot_city(grid, FEWER + 1)

    def until(weeks: int, moved_in_week: int | None = None) -> CountCube:
        known = events[events["week"] < weeks].reset_index(drop=True)
        if moved_in_week is not None:
            moved = np.flatnonzero(known["week"] == moved_in_week)[0]
            known.loc[moved, "cell"] = (known["cell"][moved] + 1) % grid.count
        return weekly_cube(grid, known, weeks)

    return until


def plain(value: Any) -> Any:
    """Return a judged week, or a part of it, as dictionaries of arrays."""
    value = vars(value) if isinstance(value, WeekScore) else value
    parts = value._asdict() if hasattr(value, "_asdict") else value
    return {key: plain(part) for key, part in parts.items()} if isinstance(parts, dict) else parts


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


def test_one_week_more_judges_that_week_alone(cube_until, judged) -> None:
    before = roll(cube_until(FEWER), CONFIG, ORIGINS)
    assert len(judged) == ORIGINS
    judged.clear()
    after = roll(cube_until(FEWER + 1), CONFIG, ORIGINS, before.weeks[1:])
    assert judged == [ORIGINS - 1]
    assert after.first_week == before.first_week + 1
    afresh = roll(cube_until(FEWER + 1), CONFIG, ORIGINS)
    for kept, new in zip(after.weeks, afresh.weeks, strict=True):
        assert np.array_equal(kept.events, new.events)
        assert np.array_equal(kept.best, new.best)
        # The baselines learn their floor alone; what is judged anew has learnt at most `refit_weeks` weeks later.
        assert np.allclose(kept.methods[MethodName.DECAY].log, new.methods[MethodName.DECAY].log, atol=0.5)
    # What is served is learnt on the same weeks either way.
    assert np.allclose(after.fitted.pool, afresh.fitted.pool, atol=1e-3)


def test_a_training_of_kept_weeks_gives_the_same_record_and_model(cube_until, judged) -> None:
    cube = cube_until(FEWER)
    first = train(cube, CONFIG)
    judged.clear()
    again = train(cube, CONFIG, [from_bytes(to_bytes(week)) for week in first.judged])
    assert judged == []
    assert again.validation.to_dict() == first.validation.to_dict()
    assert (again.is_promoted, again.reason) == (first.is_promoted, first.reason)
    assert again.model.promised_gain == first.model.promised_gain
    assert np.allclose(again.model.fitted.pool, first.model.fitted.pool, atol=1e-3)


def test_a_week_is_the_same_after_bytes(cube_until) -> None:
    rolled = roll(cube_until(FEWER), CONFIG, ORIGINS)
    for week in (rolled.weeks[0], rolled.weeks[-1]):
        assert len(plain(week)["methods"]) == len(MethodName)
        np.testing.assert_equal(plain(from_bytes(to_bytes(week))), plain(week))
    with pytest.raises(AssertionError):
        np.testing.assert_equal(plain(rolled.weeks[0]), plain(rolled.weeks[-1]))


def test_a_correction_changes_the_hash_of_its_week_and_of_those_after_it(cube_until) -> None:
    plain, longer = fingerprints(cube_until(FEWER)), fingerprints(cube_until(FEWER + 1))
    assert longer[:FEWER] == plain
    assert len(set(longer)) == FEWER + 1
    corrected = fingerprints(cube_until(FEWER, moved_in_week=40))
    assert corrected[:40] == plain[:40]
    assert not set(corrected[40:]).intersection(plain)


def test_weeks_are_kept_by_procedure_and_incidents(cube_until, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the frame that is written and the rows that are read."""
    written: list[pd.DataFrame] = []
    monkeypatch.setattr(kept_module.marts, "write_rows", lambda rows, *_: written.append(rows[0][1]))
    monkeypatch.setattr(kept_module.marts, "code_version", lambda _: "code")
    monkeypatch.setattr(kept_module.spark, "table_exists", lambda name: bool(written))

    def rows(query: str) -> list[dict[str, Any]]:
        frame = written[-1]
        chosen = frame[[f"'{name}'" in query for name in frame["procedure"]]]
        return chosen.to_dict("records")

    monkeypatch.setattr(kept_module.spark, "rows", rows)
    cube = cube_until(FEWER)
    assert kept_module.kept_weeks("here", CONFIG, cube, ORIGINS) == []
    rolled = roll(cube, CONFIG, ORIGINS)
    kept_module.keep_weeks("here", CONFIG, cube, rolled.weeks, "a run")
    assert set(written[0]) == set(kept_module.JUDGED.columns)

    def count(cube: Any, config: Any = CONFIG) -> int:
        return len(kept_module.kept_weeks("here", config, cube, ORIGINS))

    assert count(cube) == ORIGINS
    assert count(cube_until(FEWER + 1)) == ORIGINS - 1
    assert count(cube_until(FEWER, moved_in_week=FEWER - 5)) == ORIGINS - 5
    assert count(cube, CONFIG.model_copy(update={"level_half_life_days": 57})) == 0
    monkeypatch.setattr(kept_module.marts, "code_version", lambda _: "other code")
    assert count(cube) == 0
