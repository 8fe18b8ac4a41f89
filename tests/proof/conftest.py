"""The stack of `make demo`, on which all that needs full size is proven, and the record of it."""

import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import proof_record
import pytest
from browsing import browser
from drop_feed import feed

from calanque.demo.run import DemoRun, run_demo
from calanque.settings import Settings

__all__ = ["browser", "feed"]
BEGAN = time.monotonic()
HERE = Path(__file__).parent
PASSED: Counter[str] = Counter()


@pytest.fixture(scope="session")
def first(stack: Settings) -> DemoRun:
    """The main job once more: it changes nothing where `make demo` has run, and makes up what is missing elsewhere."""
    return run_demo(stack, lambda run: None)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count what passed, by file."""
    if report.when == "call" and report.passed:
        PASSED[Path(report.nodeid.partition("::")[0]).stem] += 1


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write the record once every file of the proof has passed whole."""
    if exitstatus == 0 and {path.stem for path in HERE.glob("test_*.py")} <= set(PASSED):
        proof_record.write(dict(sorted(PASSED.items())), time.monotonic() - BEGAN, f"{datetime.now(UTC):%Y-%m-%d}")
