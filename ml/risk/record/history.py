"""What a back-test can do with the history there is, and what it then can not tell."""

from datetime import date, timedelta
from typing import NamedTuple

from calanque.errors import CalanqueError
from ml.delays import DAYS_A_WEEK
from ml.risk.config import RiskConfig
from ml.risk.record.incidents import Incidents
from ml.risk.record.validate import Validation, fewest_origins, promotes

FEWEST_FIT_WEEKS = 4


class Plan(NamedTuple):
    """How many weeks are forecast, with which parameters, and what the history can not tell."""

    origins: int
    config: RiskConfig
    limits: tuple[str, ...]


class Verdict(NamedTuple):
    """Whether the record decides anything, whether the model then wins, and why."""

    is_decided: bool
    is_promoted: bool
    reason: str


def plan(incidents: Incidents, origins: int, start: date | None, config: RiskConfig) -> Plan:
    """Return the forecasts that the history allows: those asked for, else fewer, else learnt on fewer weeks.

    Half of the weeks before the first forecast build the surfaces, the other half is learnt from.

    Args:
        incidents: all of them.
        origins: weekly forecasts asked for.
        start: first day of the first forecast, if it was chosen; then `origins` stands.
        config: the parameters.

    Raises:
        CalanqueError: if the history is too short for a single forecast.
    """
    first, last = (day.astype(date) for day in (incidents.day.min(), incidents.day.max()))
    # What is learnt from is complete: weeks of which too little is known yet are as if they were not there.
    late = incidents.late_weeks
    weeks = (last + timedelta(days=1) - first).days // DAYS_A_WEEK - late
    before = (start - first).days // DAYS_A_WEEK - late if start else weeks - origins
    asked, least = origins, config.challenger.min_fit_weeks
    if before < 2 * least and start is None:
        origins = weeks - 2 * least
        if origins < min(asked, fewest_origins(config)):
            least = weeks // 4
            origins = min(asked, weeks - 2 * least)
    elif 0 < before < 2 * least:
        least = before // 2
    if least < FEWEST_FIT_WEEKS:
        raise CalanqueError(
            f"{before if start else weeks} complete weeks are too short a history to learn from: "
            f"give at least {2 * FEWEST_FIT_WEEKS} before the first forecast."
        )
    challenger = config.challenger.model_copy(update={"min_fit_weeks": least})
    limits = tuple(_limits(config, weeks, (asked, origins), least))
    return Plan(origins, config.model_copy(update={"challenger": challenger}), limits)


def _limits(config: RiskConfig, weeks: int, forecasts: tuple[int, int], least: int) -> list[str]:
    (asked, origins), limits = forecasts, []
    usual, fewest = config.challenger.min_fit_weeks, fewest_origins(config)
    if origins < asked:
        limits.append(f"The data hold {weeks} complete weeks: {origins} are forecast, not the {asked} asked for.")
    if least < usual:
        limits.append(
            f"The first forecasts are learnt on {least} weeks, not on {usual}: a longer history may do better."
        )
    if origins < fewest:
        limits.append(f"{origins} forecasts are fewer than {fewest}: they decide nothing, and say nothing of seasons.")
    return limits


def verdict(validation: Validation, config: RiskConfig) -> Verdict:
    """Return what the record decides."""
    is_decided = validation.all_weeks.week_count >= fewest_origins(config)
    is_promoted, reason = promotes(validation, config)
    return Verdict(is_decided, is_promoted, reason.en)
