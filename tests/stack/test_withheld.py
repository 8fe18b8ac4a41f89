"""Whoever reads all that is published of reports, and calculates, learns no count that is withheld.

The attempt knows what anybody may: months are sums of whole weeks, squares make areas up, and where nobody reported a
week says 0. For each withheld week it asks a linear programme how small and how large it can be.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog

from calanque.demo.run import DemoRun
from calanque.engines import trino

LEAST_SPREAD = 3
"""Four counts or more stay possible: it is not even known nearly."""


def spreads(total: int | None, told: Sequence[int], withheld: int) -> list[float]:
    """Return of each withheld part of a total how far apart are the smallest and the largest count that it can be."""
    if total is None:
        return [np.inf] * withheld
    rest, ones = [total - sum(told)], np.ones((1, withheld))
    found = []
    for part in np.eye(withheld):
        least, most = (linprog(sign * part, A_eq=ones, b_eq=rest, bounds=(1, None)) for sign in (1, -1))
        assert least.status == most.status == 0, "what is published does not add up"
        found.append(float(-most.fun - least.fun))
    return found


def test_the_attempt_finds_what_could_be_calculated() -> None:
    assert spreads(20, [5, 7], 1) == [0]
    assert spreads(20, [5, 12], 2) == [1, 1]
    assert min(spreads(20, [5], 3)) >= LEAST_SPREAD


def test_no_withheld_week_follows_from_the_weeks_and_months_that_are_told(first: DemoRun) -> None:
    area_of = dict(trino.query("select area_id, parent_area_id from dim_area where kind = 'zone'"))
    parts: dict[tuple[str, str, str], list[int | None]] = defaultdict(list)
    for zone, category, month, count in trino.query(
        "select zone, category, cast(date_trunc('month', week_start_date) as date), report_count "
        "from fct_report_zone_week"
    ):
        parts[area_of[zone], category, f"{month}"].append(count)
    months = {
        (area, category, f"{month}"): count
        for area, category, month, count in trino.query(
            "select area_id, category, month_start_date, report_count from fct_report_area_month"
        )
    }
    assert parts.keys() >= months.keys(), "a month is told once it is over"
    found = []
    for key, counts in parts.items():
        told = [count for count in counts if count is not None]
        if hidden := len(counts) - len(told):
            found += spreads(months.get(key), told, hidden)
    calculable = [spread for spread in found if np.isfinite(spread)]
    assert len(found) > len(calculable) > 0, "some months are told and some are not"
    assert min(calculable) >= LEAST_SPREAD
