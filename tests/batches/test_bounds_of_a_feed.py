"""A history, its days and a new city pass without a rule of their own; a file cut short and a wrong city do not."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from drop_feed import HEADER, Feed, lines


def change(feed: Feed, **properties: Any) -> None:
    """Give the feed's contract other custom properties, None for none."""
    path = feed.folders.contracts / f"{feed.name}.odcs.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    kept = [item for item in content["customProperties"] if item["property"] not in properties]
    said = [{"property": name, "value": value} for name, value in properties.items() if value is not None]
    path.write_text(yaml.safe_dump({**content, "customProperties": kept + said}), encoding="utf-8")


def test_days_after_a_history_pass_and_a_tenth_of_a_day_does_not(feed: Feed) -> None:
    change(feed, gates=None)
    for name, count, first in (("history", 4_000, 0), ("one", 800, 4_000), ("two", 800, 4_800), ("three", 800, 5_600)):
        feed.send(HEADER + lines(count, first))
        assert feed.run(name).loaded_count == count
    feed.send(HEADER + lines(80, 6_400))
    sentence = feed.refused()
    assert f"The last 4 batches of {feed.name} had 800 rows in the median, and one of fewer than 160" in sentence
    assert f"expectations/landing/{feed.name}.yml" in sentence
    assert len(feed.bronze()) == 6_400
    assert {reason for row in feed.quarantine() for reason in row["reasons"]} == {
        "gate:expect_table_row_count_to_be_between"
    }
    feed.send(HEADER + lines(640, 6_400))
    assert feed.run("a-calm-day").loaded_count == 640


CHICAGO = {"territory": "chicago", "timeZone": "America/Chicago", "gates": None}


def of_chicago(text: str) -> str:
    return text.replace(",-79.4", ",-87.7").replace(",-79.3", ",-87.7").replace(",43.7", ",41.8")


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        pytest.param(of_chicago, None, id="its-own"),
        pytest.param(lambda text: text, "Its places are not those of chicago", id="of-toronto"),
        pytest.param(
            lambda text: of_chicago(text).replace(",2026-", ",1926-"),
            "none is from before 2014-01-01",
            id="before-its-time",
        ),
        pytest.param(
            lambda text: of_chicago(text).replace(",2026-", ",2126-"), "none is of the future", id="of-the-future"
        ),
    ],
)
def test_a_new_city_is_held_to_its_own_box_and_days(feed: Feed, sent: Callable[[str], str], words: str | None) -> None:
    change(feed, **CHICAGO)
    feed.send(HEADER + sent(lines(100)))
    if words:
        assert words in feed.refused()
    else:
        assert feed.run().loaded_count == 100
