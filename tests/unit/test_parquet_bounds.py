"""Bounds of columns go from Parquet footers to Delta's log: an upper bound may grow there, never shrink."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from calanque.engines.parquet import _logged

PARIS = timezone(timedelta(hours=1))
BOUNDS = {
    "lower-is-cut": (datetime(2026, 1, 1, 0, 0, 0, 123456, tzinfo=UTC), False, "2026-01-01T00:00:00.123Z"),
    "upper-is-raised": (datetime(2026, 1, 1, 0, 0, 0, 123456, tzinfo=UTC), True, "2026-01-01T00:00:00.124Z"),
    "upper-is-whole": (datetime(2026, 1, 1, 0, 0, 0, 123000, tzinfo=UTC), True, "2026-01-01T00:00:00.123Z"),
    "upper-over-the-year": (datetime(2025, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), True, "2026-01-01T00:00:00.000Z"),
    "naive-is-utc": (datetime(2026, 1, 1), False, "2026-01-01T00:00:00.000Z"),
    "other-zone": (datetime(2026, 1, 1, tzinfo=PARIS), False, "2025-12-31T23:00:00.000Z"),
    "day": (date(2026, 1, 1), True, "2026-01-01"),
    "number": (-79.63, True, -79.63),
}


@pytest.mark.parametrize(("value", "is_upper", "expected"), BOUNDS.values(), ids=BOUNDS.keys())
def test_a_bound_as_the_log_writes_it(value: Any, is_upper: bool, expected: Any) -> None:
    assert _logged(value, is_upper) == expected
