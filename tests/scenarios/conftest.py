"""What the scenarios share: the demo, run once, a feed of one's own, a lake beside, and a browser."""

import pytest
from browsing import browser
from canary_lake import lake
from drop_feed import feed

from calanque.demo.run import DemoRun, run_demo
from calanque.settings import Settings

__all__ = ["browser", "feed", "lake"]


@pytest.fixture(scope="session")
def first(stack: Settings) -> DemoRun:
    """The main job, run once through the scheduler."""
    return run_demo(stack, lambda run: None)
