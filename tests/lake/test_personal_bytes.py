"""Planted personal values, in good rows and in every kind of bad one: in landing, and nowhere else to the last byte.

Run after `test_every_feed.py`, which plants them; what other tests write into this lake is read too.
"""

import pytest
from bytescan import ScanReport, scan
from canaries import FILE_NAME, PLANTED, controls_unseen, plant_controls, sought

from calanque.settings import Settings


@pytest.fixture(scope="module")
def report(stack: Settings) -> ScanReport:
    """Look for all that was planted."""
    assert PLANTED, "Nothing is planted: run tests/lake/test_every_feed.py in the same session."
    plant_controls(stack, "metastore")
    return scan(stack, sought(), (stack.root / "dbt", stack.root / "dags"))


def test_the_scan_sees_what_was_planted_for_it(stack: Settings, report: ScanReport) -> None:
    assert controls_unseen(report, stack, "metastore") == set()


def test_every_planted_value_is_in_landing(report: ScanReport) -> None:
    for feed, values in PLANTED.items():
        landing, labels = f"hdfs:/lake/landing/{feed}/", [f"{feed}/{label}" for label in values if label != FILE_NAME]
        missing = {label for label in labels if not any(p.startswith(landing) for p in report.places(label))}
        assert len(labels) > 10, feed
        # Abroad is a way to write a number that nobody used: it may only come from our own normalisation.
        assert {label for label in missing if not label.endswith(", abroad")} == set()


def test_no_planted_value_is_anywhere_else(report: ScanReport) -> None:
    # The same persons are planted in each feed: a value in another's landing is that one's.
    lawful = tuple(f"{kind}:/lake/landing/{feed}/" for kind in ("hdfs", "block") for feed in PLANTED)
    leaks = [hit for hit in report.hits if not hit.label.startswith("control/") and not hit.place.startswith(lawful)]
    assert leaks == []
    assert [hit for hit in report.hits if hit.label.endswith(f"/{FILE_NAME}")] == []


def test_everything_was_read(report: ScanReport) -> None:
    assert report.unreadable == ()
    # Of the metastore's tables, those that hold something.
    least = {"hdfs": 60, "file": 100, "database": 10}
    assert all(report.read_counts[kind] > count for kind, count in least.items())
