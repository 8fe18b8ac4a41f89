"""What the scenarios share: the demo, run once, a feed of one's own, a lake beside, and a browser."""

from collections.abc import Callable

import pytest
from browsing import browser
from canary_lake import lake
from drop_feed import feed

from calanque.demo.run import DemoRun, run_demo
from calanque.engines.airflow import Run
from calanque.settings import Settings

__all__ = ["browser", "feed", "lake"]


@pytest.fixture(scope="session")
def first(stack: Settings, alone: Callable[[], None]) -> DemoRun:
    """The main job, run once through the scheduler."""

    def told(run: Run) -> None:
        if run.dag_id == "transform":
            alone()

    try:
        return run_demo(stack, told)
    finally:
        alone()
