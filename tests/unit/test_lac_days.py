"""Days that are missing, refused or partial on *Lac* until they are healed; how old an event is; who is fed no more."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from test_console_lac import ANALYST, DPO, ENGINEER, FEED, Door, answered_by, batch, html
from test_console_lac import door as door

from calanque.console.lac import page as lac
from calanque.console.lac import state as lake_state
from calanque.console.lac.freshness import DayToHeal, Fresh, SentDay, days_to_heal
from calanque.contracts import FeedContract, load_contract
from calanque.contracts.model import DayRule
from calanque.sources.drop import DropSource

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")
DROP = DropSource(kind="drop", pattern="incidents-{date}.csv")


def dated(**changed: Any) -> FeedContract:
    return load_contract(FEED).model_copy(update={"source": DROP, "schedule": "@daily", **changed})


def on(day: int) -> date:
    return date(2026, 11, day)


def sent(day: int, state: str = "published", has_rows: bool = True, is_partial: bool = False) -> SentDay:
    return SentDay(FEED, on(day), f"b{day}", state, has_rows, is_partial)


def test_a_good_day_does_not_heal_the_days_before_it() -> None:
    """Four refused days, three that never came, then a good one."""
    refused = [sent(day, "refused", has_rows=False) for day in (12, 13, 14, 15)]
    found = days_to_heal(dated(), [sent(11), *refused, sent(19)], NOW)
    assert found == (
        *(DayToHeal(on(day), "missing") for day in (18, 17, 16)),
        *(DayToHeal(on(day), "refused", f"b{day}") for day in (15, 14, 13, 12)),
    )


CASES: dict[str, tuple[dict[str, Any], list[SentDay], list[tuple[int, str]]]] = {
    "nothing-ever": ({}, [], []),
    "all-whole": ({}, [sent(day) for day in (17, 18, 19)], []),
    "a-file-of-it-refused": ({}, [sent(18, is_partial=True), sent(19)], [(18, "partial")]),
    "a-later-file-refused": ({}, [sent(18, "refused"), sent(19)], [(18, "partial")]),
    # The run of the 20th, at midnight UTC, was in the evening of the 19th in Toronto, and about the 18th.
    "today-is-not-due": ({}, [sent(17)], [(18, "missing")]),
    "the-day-of-the-run": ({"day": DayRule(offset_days=0)}, [sent(18), sent(19)], []),
    "on-weekdays": ({"schedule": "0 6 * * 1-5", "day": DayRule(offset_days=0)}, [sent(12)], [
        (20, "missing"), (19, "missing"), (18, "missing"), (17, "missing"), (16, "missing"), (13, "missing"),
    ]),
    "waited-for": (
        {"source": DROP.model_copy(update={"wait_minutes": 720}), "schedule": "0 5 * * *"}, [sent(18)], [],
    ),
    "not-by-day": ({"source": DropSource(kind="drop", pattern="*.csv")}, [sent(11)], []),
    "past-the-days-of-bronze": (
        {"retention_days": load_contract(FEED).retention_days | {"bronze": 3}}, [sent(1, "refused")],
        [(18, "missing"), (17, "missing")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_which_days_are_to_be_healed(case: str) -> None:
    changed, known, expected = CASES[case]
    contract = dated(**{"day": DayRule(offset_days=-1), **changed})
    assert [(one.day.day, one.state) for one in days_to_heal(contract, known, NOW)] == expected


@pytest.mark.parametrize("language", ["en", "fr"])
def test_each_day_to_heal_has_one_button(door: Door, monkeypatch: pytest.MonkeyPatch, language: Any) -> None:
    contract = dated(day=DayRule(offset_days=-1))
    monkeypatch.setattr(lake_state, "read_contracts", lambda: ({FEED: contract}, {}))
    monkeypatch.setattr(lac, "load_contracts", lambda: {FEED: contract})
    yesterday = contract.day_at(datetime.now(UTC))
    days = [yesterday - timedelta(days=n) for n in range(4)]
    rows = [(FEED, days[0], "b0", "published", True, False), (FEED, days[2], "b2", "refused", False, False)]
    rows.append((FEED, days[3], "b3", "published", True, True))
    answered_by(monkeypatch, door, "source_date is not null", rows)
    word = {"en": ("missing", "refused", "partial"), "fr": ("manquant", "refusé", "partiel")}[language]
    page = html(ENGINEER, language)
    for day, state in zip(days[1:], word, strict=True):
        assert page.count(f'<input type="hidden" name="day" value="{day}">') == 1, "one button"
        assert f"{state} {day}" in page
    assert page.count("/lac/batches/toronto_incidents/b2") == 1
    assert '<span id="feeds-to-heal">1</span>' in page
    # The page of the feed has them too; who may not replay has no button, and an analyst sees no batch.
    answered_by(monkeypatch, door, "source_date is not null", rows)
    dpo = html(DPO, language)
    assert f"{word[1]} {days[2]}" in dpo and "<form" not in dpo
    assert word[0] not in html(ANALYST, language)


def test_the_button_of_a_batch_replays_the_day_of_its_source() -> None:
    assert batch(source_date=on(3)).day(dated()) == on(3)


def test_a_delivery_may_be_fresh_and_its_events_old(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime.now(UTC)
    old, day = at.date() - timedelta(days=1798), at - timedelta(hours=3)
    row = (FEED, "toronto", "T", day, old, 36, at + timedelta(hours=33), False, "fct_incidents", None)
    answered_by(monkeypatch, door, "dim_feed_freshness", [row])
    for asking in (ANALYST, ENGINEER):
        page = html(asking)
        assert '<span class="mark good">On time</span>' in page
        assert re_days(page) in (1797, 1798, 1799), "by the clock of the city"
        assert '<b id="feeds-late">0</b>' in page and '<span id="feeds-old">1</span>' in page
    assert "fait le plus récent" in html(ANALYST, "fr")


def re_days(page: str) -> int:
    return int(page.partition("newest event: ")[2].partition(", ")[2].partition(" days")[0].replace(",", ""))


def test_an_event_of_yesterday_is_not_old() -> None:
    fresh = Fresh(FEED, "toronto", "T", NOW, on(19), 24, NOW, False, "fct_incidents", None)
    assert not fresh.is_old(NOW, TORONTO)
    assert fresh._replace(last_row_local_date=on(17)).is_old(NOW, TORONTO)
    assert not fresh._replace(last_row_local_date=None).is_old(NOW, TORONTO)


def test_a_feed_that_was_taken_away_is_shown_as_such(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    at = datetime.now(UTC)
    known = (FEED, "toronto", "T", at, at.date(), 36, at + timedelta(hours=33), False, "fct_incidents", None)
    gone = ("gone", "toronto", "G", at, at.date(), 36, None, None, "fct_incidents", datetime(2026, 11, 3, tzinfo=UTC))
    answered_by(monkeypatch, door, "dim_feed_freshness", [known, gone])
    page = html(ENGINEER)
    row = page.partition('<tr data-feed="gone">')[2].partition("</tr>")[0]
    assert "No longer fed since 2026-11-0" in row
    assert "On time" not in row and "Contract is wrong" not in row and "<form" not in row
    assert "N’est plus alimenté depuis le" in html(ANALYST, "fr")
