"""A marker that the contract does not know is named at the end of the run; declared, it is a missing value."""

import json
import logging
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from drop_feed import HEADER, Feed, lines


def rewrite(feed: Feed, change: Any) -> None:
    """Change the contract of the feed and raise its version."""
    path = Path(feed.folders.contracts) / f"{feed.name}.odcs.yaml"
    contract = yaml.safe_load(path.read_text(encoding="utf-8"))
    major, _, rest = contract["version"].partition(".")
    contract["version"] = f"{int(major) + 1}.{rest}"
    landing, bronze = (item["properties"] for item in contract["schema"])
    change({c["name"]: c for c in landing}, {c["name"]: c for c in bronze})
    path.write_text(yaml.safe_dump(contract), encoding="utf-8")


def optional(landing: dict[str, Any], bronze: dict[str, Any]) -> None:
    bronze["happened_on"]["required"] = False


def marked(landing: dict[str, Any], bronze: dict[str, Any]) -> None:
    landing["happened_on"]["customProperties"] = [{"property": "nullMarkers", "value": ["NA"]}]


def required(landing: dict[str, Any], bronze: dict[str, Any]) -> None:
    bronze["happened_on"]["required"] = True


ROWS = HEADER + lines(100) + "E000100,NA,noise,-79.4,43.7\nE000101,NA,noise,-79.4,43.7\n"


def test_a_marker_is_named_and_once_declared_it_is_a_missing_value(
    feed: Feed, caplog: pytest.LogCaptureFixture
) -> None:
    rewrite(feed, optional)
    feed.send(ROWS)
    with caplog.at_level(logging.WARNING, "calanque.ingest.batch"):
        report = feed.run()
    assert (report.loaded_count, report.reasons) == (100, {"wrong_type:happened_on": 2})
    (said,) = [record.getMessage() for record in caplog.records if record.name == "calanque.ingest.batch"]
    assert "2 wrong_type:happened_on (all hold 'NA': " in said and f"quarantine.{feed.name}" in said
    assert "nullMarkers: ['NA'] for the landing column happened_on" in said

    rewrite(feed, marked)
    feed.send(ROWS)
    assert (feed.run().loaded_count, feed.quarantine()) == (102, [])
    assert [row["happened_on"] for row in feed.bronze()][100:] == [None, None]

    rewrite(feed, required)
    feed.send(ROWS)
    assert feed.run().reasons == {"missing_required:happened_on": 2}


def test_two_refused_values_are_not_shown(feed: Feed, caplog: pytest.LogCaptureFixture) -> None:
    feed.send(HEADER + lines(100) + "E000100,soon,noise,-79.4,43.7\nE000101,later,noise,-79.4,43.7\n")
    with caplog.at_level(logging.WARNING, "calanque.ingest.batch"):
        feed.run()
    (said,) = [record.getMessage() for record in caplog.records if record.name == "calanque.ingest.batch"]
    assert "2 wrong_type:happened_on" in said and "soon" not in said and "later" not in said


def projected(landing: dict[str, Any], bronze: dict[str, Any]) -> None:
    bronze["lat"] |= {
        "name": "cell_id", "logicalType": "string", "physicalType": "string", "transformSourceObjects": ["lon", "lat"],
        "customProperties": [{"property": "projected", "value": "cell"}],
    }  # fmt: skip


POSITIONS: dict[str, tuple[str, list[str]]] = {
    "inside": ("-79.4,43.7", []),
    "swapped": ("43.7,-79.4", ["swapped_position:cell_id"]),
    "elsewhere": ("2.35,48.86", ["outside_territory:cell_id"]),
    "off the globe": ("-122.4,237.8", ["outside_territory:cell_id"]),
    "text": ("west,43.7", ["wrong_type:cell_id", "wrong_type:lon"]),
    "blank": (",43.7", ["missing_required:cell_id", "missing_required:lon"]),
}


def test_a_position_that_has_no_cell_says_why(feed: Feed) -> None:
    rewrite(feed, projected)
    gate = {"expectation": "expect_column_values_to_not_be_null", "column": "event_id", "severity": "critical"}
    (feed.folders.expectations / "landing" / "events.yml").write_text(
        yaml.safe_dump({"expectations": [gate]}), encoding="utf-8"
    )
    odd = "".join(f"{name},2026-01-01,noise,{place}\n" for name, (place, _) in POSITIONS.items())
    feed.send(HEADER + lines(100) + odd)
    report = feed.run()
    assert report.reasons == Counter(reason for _, reasons in POSITIONS.values() for reason in reasons)
    found = {json.loads(row["payload"])["event_id"]: sorted(row["reasons"]) for row in feed.quarantine()}
    assert found == {name: reasons for name, (_, reasons) in POSITIONS.items() if reasons}
