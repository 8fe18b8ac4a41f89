"""One stack for the whole session, with its own state and ports, so that a running demo is not touched."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Before any import of calanque: settings are read once.
os.environ["CALANQUE_HOME"] = str(ROOT / ".calanque-test")
os.environ["CALANQUE_PORT_OFFSET"] = os.environ.get("CALANQUE_TEST_PORT_OFFSET", "2000")
os.environ["AIRFLOW_HOME"] = str(ROOT / ".calanque-test" / "airflow")

from calanque.settings import Settings, settings  # noqa: E402


@pytest.fixture(scope="session")
def stack() -> Iterator[Settings]:
    """A running stack, empty at the start of the session, stopped at its end."""
    from calanque.engines import spark
    from calanque.stack import configuration, lifecycle

    lifecycle.down(settings())
    configuration.clean(settings())
    lifecycle.up(settings(), lambda name, seconds: None)
    yield settings()
    spark.stop_session()
    lifecycle.down(settings())


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the clone; without it the test is skipped, and says so."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the real data in ../shared/data, which is not there")
    return folder
