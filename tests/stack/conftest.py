"""What the tests of the whole stack share: the demo on thin feeds, run once, and a browser."""

import pytest
from browsing import browser
from canaries import Sent, good_and_bad_rows, prepared
from project import DROPPED, dropped, folder, send

from calanque.demo.run import DemoRun, run_demo
from calanque.runs.batches import read_reports
from calanque.settings import Settings

__all__ = ["browser"]

LAST = "tests/stack/test_canary.py"

# Of a batch that loads; and all of them, which are more than a rule of these feeds lets through.
ROWS, ALL_ROWS = 1_000, 1_200


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Look through the bytes once everything else has written its own."""
    items.sort(key=lambda item: item.nodeid.startswith(LAST))


@pytest.fixture(scope="session")
def sent(stack: Settings) -> dict[str, Sent]:
    """The feeds whose files a test writes."""
    return {feed: prepared(dropped(feed), ALL_ROWS, folder() / "rows" / feed) for feed in DROPPED}


@pytest.fixture(scope="session")
def first(stack: Settings, sent: dict[str, Sent]) -> DemoRun:
    """The main job, run once through the scheduler, with planted persons in good rows and in bad ones."""
    for feed, one in sent.items():
        file = good_and_bad_rows(one._replace(rows=one.rows[:ROWS]))
        if not read_reports(feed):
            send(feed, file)
    return run_demo(stack, lambda run: None)
