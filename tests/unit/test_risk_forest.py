"""What corrects the surfaces: trees read for speed give what the library gives, a type without rows a uniform map."""

import lightgbm
import numpy as np
import pytest

from ml.risk.config import risk_config
from ml.risk.cores import in_turns
from ml.risk.corrections import boosted, fit_regression, fit_trees
from ml.risk.forest import MOST_LEAVES, Forest
from ml.risk.metrics import expected_hits, flagged_cells, hits_at
from ml.risk.rows import Rows

TYPES = 4


@pytest.fixture(scope="module")
def trained() -> tuple[lightgbm.Booster, np.ndarray]:
    """Trees of the most leaves on six features and the type, and rows of which many lie on a threshold."""
    generator = np.random.default_rng(5)
    table = np.round(generator.normal(size=(40_000, 6)), 2).astype(np.float32)
    kind = generator.integers(0, TYPES, len(table))
    rate = np.exp(table[:, 0] + (kind == 2) * table[:, 1] - (kind == 3))
    settings = {"objective": "poisson", "num_leaves": MOST_LEAVES, "verbosity": -1, "num_threads": 1, "seed": 1}
    data = lightgbm.Dataset(np.column_stack([table, kind]), generator.poisson(rate), categorical_feature=[6])
    return lightgbm.train(settings, data, num_boost_round=30), table


@pytest.mark.parametrize("kind", range(TYPES))
def test_the_forest_is_the_library_s_trees(trained, kind):
    booster, table = trained
    forest = Forest(booster.dump_model(), kind)
    thresholds = np.array([threshold for splits, _ in forest._trees for _, threshold, _ in splits])
    rows = np.vstack([table, np.resize(thresholds, (500, 6)), np.nextafter(np.resize(thresholds, (500, 6)), np.inf)])
    rows = rows.astype(np.float32)
    assert len(thresholds) > 100
    assert np.allclose(boosted(booster, rows, kind, forest), boosted(booster, rows, kind, None), rtol=1e-6)


@pytest.mark.parametrize("size", [1, 20, 5000])
def test_hits_of_a_sample_s_threshold_are_those_of_the_whole_order(size):
    generator = np.random.default_rng(size)
    for values in (2, 40, 10**6):
        score, events = generator.integers(0, values, size).astype(float), generator.poisson(0.3, size).astype(float)
        score *= generator.random(size) < 0.3
        for top in {1, max(1, size // 100), max(1, size // 20), size}:
            order = np.sort(score)[::-1]
            above, tied = score > order[top - 1], score == order[top - 1]
            hits = events[above].sum() + events[tied].sum() * (top - above.sum()) / tied.sum()
            assert expected_hits(score, events, top) == pytest.approx(hits)
            assert hits_at(score, events, (1, top))[1] == pytest.approx(hits)
            flagged = flagged_cells(score, top)
            assert len(set(flagged)) == top
            assert sorted(score[flagged])[::-1] == list(order[:top])


def test_both_cores_keep_the_order():
    assert in_turns(lambda number: number * 2, range(50)) == [2 * number for number in range(50)]


def test_a_type_of_which_nothing_has_come_yet_is_as_likely_anywhere():
    """Its intercept was the logarithm of nothing, and the model that held it could not be read."""
    generator = np.random.default_rng(1)
    table = generator.normal(size=(60, 3)).astype(np.float32)
    kind = np.arange(60) % 2
    number = np.where(kind == 0, generator.poisson(1.0, 60), 0).astype(np.float32)
    ones = np.ones(60, dtype=np.float32)
    fitted = fit_regression(table, Rows(kind, number, ones, 20 * ones, table), 2, 20, risk_config().challenger)
    assert np.isfinite(fitted.intercepts).all() and fitted.coefficients[0].any()
    assert fitted.predict(table, 1) == pytest.approx(np.ones(60))


def test_months_in_which_nothing_came_make_no_tree_and_stop_no_training():
    """A city that begins with a long silence: the library refuses rows whose labels are all zero."""
    generator = np.random.default_rng(2)
    table, kind = generator.normal(size=(60, 3)).astype(np.float32), np.arange(60) % 2
    ones = np.ones(60, dtype=np.float32)
    silent = Rows(kind, np.zeros(60, dtype=np.float32), ones, ones, table)
    booster = fit_trees(table, ones / 60, silent, risk_config().challenger, 1)
    kept = lightgbm.Booster(model_str=booster.model_to_string())
    for trees in (booster, kept):
        assert boosted(trees, table, 1, None) == pytest.approx(ones)
        assert boosted(trees, table, 1, Forest(trees.dump_model(), 1)) == pytest.approx(ones)
