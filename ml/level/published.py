"""The record of the days as they were published: what was said of them before they came, against what happened."""

import numpy as np
import pandas as pd

from ml.level.counts import DailyCounts


def published_days(said: pd.DataFrame | None, area_id: str, daily: DailyCounts, number: int) -> dict[str, object]:
    """Return how the published forecasts of one series did: days, share within the bound, mean absolute errors.

    Args:
        said: rows of `marts.fct_level` of earlier runs: area_id, type, forecast_date, expected_count, baseline_count,
            upper_count; none where nothing was.
        area_id: of the series.
        daily: the counts of its area.
        number: of its type.

    Returns:
        Columns of `marts.fct_level_score`. Days that are not known whole yet, or on which the feeds were silent, are
        left out.
    """
    if said is None:
        return {"published_day_count": 0}
    own = said[(said["area_id"] == area_id) & (said["type"] == daily.names[number])].dropna(subset="expected_count")
    day = own["forecast_date"].to_numpy(dtype="datetime64[D]").astype(int) - np.datetime64(daily.first_date).astype(int)
    came = (day >= 0) & (day < daily.day_count)
    came[came] = daily.is_whole[day[came]]
    if not came.any():
        return {"published_day_count": 0}
    happened, own = daily.counts[number][day[came]], own[came].astype({"upper_count": float})
    return {
        "published_day_count": len(own),
        "published_coverage": float(np.mean(happened <= own["upper_count"])),
        "published_error": float(np.mean(np.abs(happened - own["expected_count"]))),
        "published_baseline_error": float(np.mean(np.abs(happened - own["baseline_count"]))),
    }
