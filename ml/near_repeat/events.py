"""The incidents the test and the alert read: one type, reported by the public, with place and day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from calanque.errors import CalanqueError

EVENT_COLUMNS = ("occurred_at", "x", "y", "type", "origin")


@dataclass(frozen=True, eq=False)
class Events:
    """Incidents of one type: x, y in the CRS's unit, day in UTC."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    day: NDArray[np.datetime64]

    def take(self, keep: NDArray[np.bool_ | np.intp]) -> Events:
        """Return the chosen events, by mask or by index."""
        return Events(self.x[keep], self.y[keep], self.day[keep])


def reported_events(incidents: pd.DataFrame, kind: str) -> Events:
    """Return the events of one type, in order of day and place.

    Raises:
        CalanqueError: if a column, a place or a date is missing, or a row was not reported by the public: patrols find
            things close together because they are there.
    """
    missing = [name for name in EVENT_COLUMNS if name not in incidents]
    if missing:
        raise CalanqueError(f"The incidents lack the column '{missing[0]}': they need {', '.join(EVENT_COLUMNS)}.")
    rows = incidents[incidents["type"] == kind]
    if not (rows["origin"] == "reported").all():
        raise CalanqueError(
            f"Some '{kind}' rows were not reported by the public: keep those of origin 'reported' only."
        )
    if rows["occurred_at"].isna().any() or not np.isfinite(rows[["x", "y"]].to_numpy(dtype=float)).all():
        raise CalanqueError(f"Some '{kind}' rows have no place or no date: leave them out.")
    day = pd.to_datetime(rows["occurred_at"], utc=True).dt.tz_localize(None).to_numpy(dtype="datetime64[D]")
    x, y = rows["x"].to_numpy(dtype=float), rows["y"].to_numpy(dtype=float)
    # Sorted by all keys, so that the order of the rows read changes no permutation.
    return Events(x, y, np.asarray(day)).take(np.lexsort((y, x, day)))
