"""What it costs that an incident is known later than it happens."""

from dataclasses import replace

from ml.intervals import Difference, paired_bootstrap
from ml.risk.config import RiskConfig
from ml.risk.model.cube import CountCube
from ml.risk.model.method import CHALLENGER
from ml.risk.record.rolling import Rolled, roll
from ml.risk.record.validate import every_week, gain_text, metric_name


def delay_cost(rolled: Rolled, config: RiskConfig) -> dict[str, Difference]:
    """Return what the model's figures lose against knowing each incident at once, paired by week; none where it is so.

    Args:
        rolled: a rolling run in which incidents count from the week in which they were known.
        config: the parameters of that run.

    Returns:
        By metric the difference, below 0 where the delay costs.
    """
    if rolled.cube.as_known is None:
        return {}
    at_once = roll(known_at_once(rolled.cube), config, len(rolled.weeks))
    late, early = (every_week(one, config, CHALLENGER) for one in (rolled, at_once))
    return {name: paired_bootstrap(late[name][0], early[name][0], late[name][1], config.backtest) for name in late}


def known_at_once(cube: CountCube) -> CountCube:
    """Return the cube as if each incident had been known in the week in which it happened."""
    return replace(cube, as_known=None, complete_weeks=0)


def sentence(cube: CountCube, cost: dict[str, Difference], config: RiskConfig) -> str:
    """Return the cost in words; empty where there is none to tell."""
    if not cost:
        return ""
    share = config.backtest.area_shares[-1]
    hits, log = (gain_text(name, cost[name], " points") for name in (metric_name("hit_rate", share), "log_score"))
    return (
        f"Incidents count from when they were known, 95 in 100 of a week's within {cube.complete_weeks} weeks of it: "
        f"against knowing them at once the model's hits at {share:.0%} change by {hits}, its log score by {log}."
    )
