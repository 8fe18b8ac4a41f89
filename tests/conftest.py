"""One stack for the whole session, with its own state and ports, so that a running demo is not touched."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parent.parent
# Two workers may share a session: the second has a lake of its own, with the engine and what it needs.
IS_FIRST = os.environ.get("PYTEST_XDIST_WORKER", "gw0") == "gw0"
HOME = ROOT / (".calanque-test" if IS_FIRST else ".calanque-test-beside")
PORT_OFFSET = int(os.environ.get("CALANQUE_TEST_PORT_OFFSET", "2000")) + (0 if IS_FIRST else 250)
# Before any import of calanque: settings are read once.
os.environ["CALANQUE_HOME"] = str(HOME)
os.environ["CALANQUE_PORT_OFFSET"] = str(PORT_OFFSET)
os.environ["AIRFLOW_HOME"] = str(HOME / "airflow")

from calanque.settings import PATIENT_THREADS, Settings, settings  # noqa: E402

# Before LightGBM is loaded: threads that wait would spin on the core that the other worker needs.
os.environ.update(PATIENT_THREADS)

# In the order in which a worker that has nothing else to do takes them.
SCOPES = {
    "batches": ("tests/batches/",),
    "canary": (
        "tests/scenarios/test_canary.py",
        "tests/scenarios/test_feeds_live.py",
        "tests/scenarios/test_new_city.py",
    ),
    "stack": ("tests/scenarios/", "tests/dbt/"),
}


class _ByLake(LoadScopeScheduling):
    """Keeps what shares a lake on one worker: the first takes the whole stack at once, the second a lake at the end."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return next((scope for scope, places in SCOPES.items() if path.startswith(places)), nodeid)

    def _assign_work_unit(self, node: Any) -> None:
        # A lake comes last: two that start at once make one another wait too long.
        for scope in SCOPES:
            if scope in self.workqueue:
                self.workqueue.move_to_end(scope)
        if node.gateway.id == "gw0" and "stack" in self.workqueue:
            self.workqueue.move_to_end("stack", last=False)
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Share a session between two workers, when it has two."""
    return _ByLake(config, log)


@pytest.fixture(scope="session")
def stack() -> Iterator[Settings]:
    """A running stack, empty at the start of the session, stopped at its end; on the second worker the engine alone."""
    from calanque.engines import spark
    from calanque.stack import configuration, lifecycle

    lifecycle.down(settings())
    configuration.clean(settings())
    with pytest.MonkeyPatch.context() as patch:
        # Where the keys are anyway: a test looks which services are told.
        patch.setenv("CALANQUE_TOKEN_KEY_FILE", str(HOME / "secrets" / "token_key"))
        lifecycle.up(settings(), lambda name, seconds: None, None if IS_FIRST else "spark")
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
