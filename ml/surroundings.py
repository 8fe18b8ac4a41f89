"""What stands beside the incidents of a city: its areas, holidays, events and weather; none where no feed has them."""

from collections.abc import Sequence

import pandas as pd

from calanque.engines import delta
from calanque.places.words import HOLIDAYS
from ml import marts

MEASURES = ["temperature", "rain", "wind_speed"]
_SPAN = ("kind", "starts_local_date", "ends_local_at")


def read_holidays(territory: str) -> pd.DataFrame:
    """Return the days of a territory's holidays, one row a day and kind: date, kind."""
    rows = _rows(marts.PLANNED, territory, _SPAN)
    days = _by_day(rows[rows["kind"].isin(HOLIDAYS)], ["date", "kind"])
    return days.sort_values(["date", "kind"], ignore_index=True)


def read_events(territory: str) -> pd.DataFrame:
    """Return the days of a territory's planned events and their cells, one row each: date, cell_id, kind."""
    rows = _rows(marts.PLANNED, territory, (*_SPAN, "cell_id", "is_cancelled"))
    stands = rows["cell_id"].notna() & ~rows["is_cancelled"].astype(bool) & ~rows["kind"].isin(HOLIDAYS)
    return _by_day(rows[stands], ["date", "cell_id", "kind"])


def read_weather(territory: str) -> pd.DataFrame:
    """Return the weather of a territory's days, the mean of its stations.

    Columns: date, temperature (degrees C, mean of the day), rain (mm), wind_speed (m/s, mean).
    """
    columns = ("sensor_id", "quantity", "observed_local_date", "mean_value", "total_value")
    hours = _rows(marts.OBSERVED, territory, columns)
    hours = hours[hours["quantity"].isin(MEASURES)].astype({"mean_value": float, "total_value": float})
    by_day = hours.groupby(["observed_local_date", "quantity", "sensor_id"]).agg(
        level=("mean_value", "mean"), fallen=("total_value", lambda values: values.sum(min_count=1))
    )
    days = by_day.groupby(["observed_local_date", "quantity"]).mean().unstack("quantity")
    levels = {name: days.get(("fallen" if name == "rain" else "level", name)) for name in MEASURES}
    return pd.DataFrame(levels, index=days.index, dtype=float).rename_axis("date").reset_index()


def read_groups(territory: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the group of each area, and the name of each group: the areas that hold others, where there are any."""
    areas = _rows(marts.AREAS, territory, ("area_id", "area_name", "parent_area_id"))
    part = areas.dropna(subset="parent_area_id")
    whole = areas[areas["area_id"].isin(part["parent_area_id"])]
    group_of = dict(zip(part["area_id"], part["parent_area_id"], strict=True))
    return group_of, dict(zip(whole["area_id"], whole["area_name"], strict=True))


def _rows(mart: str, territory: str, columns: Sequence[str]) -> pd.DataFrame:
    is_made = delta.last_version(mart) is not None
    return marts.rows_of(mart, territory, columns) if is_made else pd.DataFrame(columns=list(columns))


def _by_day(rows: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return planned rows once for each day from their first to their last, each once."""
    lasts = pd.to_datetime(rows["ends_local_at"]) - pd.Timedelta(1, "s")
    spans = [pd.date_range(first, last).date for first, last in zip(rows["starts_local_date"], lasts, strict=True)]
    days = rows.assign(date=pd.Series(spans, rows.index, dtype=object)).explode("date")
    return days.dropna(subset="date")[columns].drop_duplicates(ignore_index=True)
