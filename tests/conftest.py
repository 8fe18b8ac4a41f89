"""One stack for the whole session, with its own state and ports, so that a running demo is not touched."""

import fcntl
import os
from collections.abc import Callable, Iterator
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

# What shares a lake; the first that holds a file has it.
SCOPES = {
    "canary": (
        "tests/scenarios/test_canary.py",
        "tests/scenarios/test_feeds_live.py",
        "tests/scenarios/test_new_city.py",
        "tests/scenarios/test_wrong_contract.py",
    ),
    "stack": ("tests/scenarios/",),
    "dbt": ("tests/dbt/test_build.py",),
    "write_modes": ("tests/batches/test_write_modes.py",),
    "faults": ("tests/batches/test_faults_ingest.py",),
    "batches": ("tests/batches/",),
}
# In which a worker that has nothing else to do takes them: long ones that any lake can hold go to whichever is through.
# The canary, the longest, first: what is left of the others goes to whichever worker is through.
ORDER = ("canary", "batches", "write_modes", "faults", "dbt", "stack")


class _ByLake(LoadScopeScheduling):
    """Keeps what shares a lake on one worker: the first takes the whole stack at once, the second a lake at the end."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return next((scope for scope, places in SCOPES.items() if path.startswith(places)), nodeid)

    def _assign_work_unit(self, node: Any) -> None:
        # A lake comes last: two that start at once make one another wait too long.
        for scope in ORDER:
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
def alone(request: pytest.FixtureRequest) -> Iterator[Callable[[], None]]:
    """The machine for the demo alone; to be called once its marts are built. The second worker waits with its lake.

    Two engines on two cores do less than one after the other: a batch of 13 seconds took 115 beside the demo. While
    models learn and forecast, the demo's engine has little to do.
    """
    door = os.open(ROOT / "tests", os.O_RDONLY)
    if not IS_FIRST or any("first" in getattr(item, "fixturenames", ()) for item in request.session.items):
        fcntl.flock(door, fcntl.LOCK_EX)
    if not IS_FIRST:
        fcntl.flock(door, fcntl.LOCK_UN)
    yield lambda: fcntl.flock(door, fcntl.LOCK_UN)
    os.close(door)


@pytest.fixture(scope="session")
def room(alone: object) -> Callable[[Callable[[], None]], None]:
    """Memory for a lake, to be called before it starts, with how it is stopped: of two workers, each has one at a time.

    What a worker goes on from it does not come back to. Three engines beside one another are more than 24 GiB hold:
    pages are read again and again, and everything waits.
    """
    stops: list[Callable[[], None]] = []

    def take(stop: Callable[[], None]) -> None:
        if "PYTEST_XDIST_WORKER" in os.environ:
            for earlier in stops:
                earlier()
        stops[:] = [stop]

    return take


@pytest.fixture(scope="session")
def stack(room: Callable[[Callable[[], None]], None]) -> Iterator[Settings]:
    """A running stack, empty at the start of the session, stopped at its end; on the second worker the engine alone."""
    from calanque.engines import spark
    from calanque.stack import configuration, lifecycle

    def stop() -> None:
        spark.stop_session()
        lifecycle.down(settings())

    room(stop)
    lifecycle.down(settings())
    configuration.clean(settings())
    with pytest.MonkeyPatch.context() as patch:
        # Where the keys are anyway: a test looks which services are told.
        patch.setenv("CALANQUE_TOKEN_KEY_FILE", str(HOME / "secrets" / "token_key"))
        lifecycle.up(settings(), lambda name, seconds: None, None if IS_FIRST else "spark")
    yield settings()
    stop()


@pytest.fixture
def key(stack: Settings) -> Iterator[Path]:
    """The key file of the stack, given back as it was."""
    from calanque.privacy.key_file import key_path

    path = key_path()
    before = path.read_bytes()
    yield path
    path.write_bytes(before)
    path.chmod(0o600)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the clone; without it the test is skipped, and says so."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the real data in ../shared/data, which is not there")
    return folder
