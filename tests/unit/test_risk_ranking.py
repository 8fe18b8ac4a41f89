"""The cells that are flagged and what they catch, ties at their mean; and a type without rows is a uniform map."""

import numpy as np
import pytest

from ml.risk.config import risk_config
from ml.risk.model.cores import in_turns
from ml.risk.model.corrections import fit_regression
from ml.risk.model.metrics import expected_hits, flagged_cells, hits_at
from ml.risk.model.rows import Rows


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
