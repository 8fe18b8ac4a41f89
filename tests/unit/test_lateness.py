"""A feed is late by its own promise, counted from its newest batch that was loaded, and says what is made from it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from calanque.contracts import load_contract
from calanque.errors import CalanqueError
from calanque.marts import lateness

NOW = datetime(2026, 6, 3, 12, tzinfo=UTC)
DAILY, MONTHLY = load_contract("toronto_incidents"), load_contract("marseille_crime_figures")


def told(*batches: tuple[int, str]) -> list[Any]:
    return [SimpleNamespace(updated_at=NOW - timedelta(hours=hours), state=state) for hours, state in batches]


@pytest.fixture
def came(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """What came of two feeds, to be filled."""
    reports: dict[str, list[Any]] = {}
    monkeypatch.setattr(lateness, "load_contracts", lambda: {one.feed: one for one in (DAILY, MONTHLY)})
    monkeypatch.setattr(lateness, "read_reports", lambda feed: reports.get(feed, []))
    return reports


@pytest.mark.parametrize(
    ("batches", "until"),
    [
        pytest.param((), None, id="nothing-came"),
        pytest.param(((1, "refused"), (0, "landed")), None, id="nothing-was-loaded"),
        pytest.param(((30, "published"), (2, "published")), NOW + timedelta(hours=34), id="the-newest-counts"),
        pytest.param(((40, "published"), (2, "refused")), NOW - timedelta(hours=4), id="a-refused-one-does-not"),
    ],
)
def test_a_promise_runs_from_the_newest_loaded_batch(batches: Any, until: datetime | None) -> None:
    assert lateness.late_after(DAILY, told(*batches)) == until


def test_each_feed_is_held_to_its_own_promise(came: dict[str, list[Any]]) -> None:
    came |= {DAILY.feed: told((30, "published")), MONTHLY.feed: told((24 * 40, "published"))}
    assert lateness.check_feeds(NOW).startswith("2 of 2 feeds have come")
    assert lateness.check_feeds(NOW - timedelta(hours=48)).startswith("2 of 2")
    came[DAILY.feed] = told((40, "published"))
    with pytest.raises(
        CalanqueError, match=r"^A feed is late\. toronto_incidents: nothing new within its 36 hours"
    ) as one:
        lateness.check_feeds(NOW)
    assert "ended 2026-06-03 08:00 UTC; made from it: dim_cell, dim_area, fct_incidents" in str(one.value)
    assert MONTHLY.feed not in str(one.value)
    with pytest.raises(CalanqueError, match=r"^2 feeds are late\. .*fct_statistic"):
        lateness.check_feeds(NOW + timedelta(days=30))


def test_a_feed_that_never_came_is_not_late(came: dict[str, list[Any]]) -> None:
    assert lateness.check_feeds(NOW).startswith("0 of 2")
