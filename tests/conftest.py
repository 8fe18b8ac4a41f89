"""One run of the tests: three workers, the seconds of each test, and an end that comes.

The first worker has the whole stack, on a copy of the project (`tests/stack`); the second the engine and HDFS alone
(`tests/lake`); the third what needs neither, in the moments at which they wait. The stack of `make demo` is touched by
`tests/proof` only.
"""

import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / ".calanque-test"
DURATIONS = RUN / "durations.tsv"
WORKER = os.environ.get("PYTEST_XDIST_WORKER")
OFFSET = int(os.environ.get("CALANQUE_TEST_PORT_OFFSET", "2000"))
HOMES = {
    "stack": (RUN / "stack" / "home", OFFSET),
    "lake": (RUN / "lake", OFFSET + 250),
    "unit": (RUN / "unit", OFFSET + 500),
}


def _level() -> str:
    """Return the level of this process: its worker's name, or else that of what is asked for."""
    named = {level for level in ("proof", *HOMES) for word in sys.argv if f"tests/{level}" in word}
    return WORKER if WORKER in HOMES else next((level for level in ("proof", *HOMES) if level in named), "unit")


LEVEL = _level()
# Few examples, the same each time, show that the machinery works; many, of which none is known before, find defects.
hypothesis.settings.register_profile(
    "few", max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(hypothesis.HealthCheck)
)
hypothesis.settings.register_profile(
    "long", hypothesis.settings.get_profile("few"), max_examples=1_000, derandomize=False
)
hypothesis.settings.load_profile("long" if LEVEL == "proof" else "few")
if LEVEL != "proof":
    # Before any import of calanque: settings are read once.
    home, offset = HOMES[LEVEL]
    os.environ |= {
        "CALANQUE_HOME": str(home),
        "CALANQUE_PORT_OFFSET": str(offset),
        "CALANQUE_DROP_STILL_S": "0.05",
        "AIRFLOW_HOME": str(home / "airflow"),
    }

from calanque.settings import PATIENT_THREADS, Settings, settings  # noqa: E402

# Before libraries of numbers are loaded: threads that wait would spin on the core that another worker needs.
os.environ.update(PATIENT_THREADS)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let what a run starts stay up for the next one."""
    parser.addoption("--keep", action="store_true", help="leave the stack running, with its lake, for the next run")


def _begun_here(session: pytest.Session) -> list[str]:
    """Return the levels whose lakes this process begins and ends with the run: none is a worker's, or kept."""
    if WORKER or session.config.option.keep or session.config.option.collectonly:
        return []
    return list(HOMES) if session.config.option.tx else [level for level in HOMES if level == LEVEL]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave a level to the worker of its name."""
    is_level = collection_path.parent == ROOT / "tests"
    return True if WORKER in HOMES and is_level and collection_path.name != WORKER else None


def _take_down(levels: list[str]) -> None:
    """Stop what a run left behind, whatever ended it."""
    for home, offset in (HOMES[level] for level in levels):
        if (home / "supervisor.pid").exists():
            environment = os.environ | {"CALANQUE_HOME": str(home), "CALANQUE_PORT_OFFSET": str(offset)}
            command = [sys.executable, "-m", "calanque", "stack", "down"]
            subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=600, check=False)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Begin a table of seconds, and take down what an earlier run left."""
    if WORKER is None:
        # Told to end, a run ends as if a person had stopped it: with its table, and without what it started.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        RUN.mkdir(exist_ok=True)
        DURATIONS.write_text("worker\tphase\tseconds\toutcome\ttest\n", encoding="utf-8")
    _take_down(_begun_here(session))


def pytest_collection_finish() -> None:
    """Let the tests that need no lake take what the two lakes leave of the cores."""
    if WORKER == "unit":
        os.nice(10)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave nothing that runs, however the run ended."""
    _take_down(_begun_here(session))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write each phase's seconds as it ends: a run that is cut says where it was."""
    if WORKER is None and DURATIONS.exists():
        worker = getattr(getattr(report, "node", None), "gateway", None)
        name = worker.id if worker else LEVEL
        with DURATIONS.open("a", encoding="utf-8") as table:
            table.write(f"{name}\t{report.when}\t{report.duration:.2f}\t{report.outcome}\t{report.nodeid}\n")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show the seconds of each worker and of its slowest modules."""
    if WORKER is not None or not DURATIONS.exists():
        return
    workers, modules = defaultdict[str, float](float), defaultdict[tuple[str, str], float](float)
    for line in DURATIONS.read_text(encoding="utf-8").splitlines()[1:]:
        worker, _, seconds, _, test = line.split("\t", 4)
        workers[worker] += float(seconds)
        modules[worker, test.partition("::")[0]] += float(seconds)
    terminalreporter.section("seconds by worker, and of the slowest modules")
    for worker, seconds in sorted(workers.items()):
        terminalreporter.write_line(f"{seconds:7.0f} s  {worker}")
    for (worker, module), seconds in sorted(modules.items(), key=lambda item: -item[1])[:15]:
        terminalreporter.write_line(f"{seconds:7.0f} s  {worker} {module}")


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Iterator[Settings]:
    """A running stack, empty at the start of the session: whole, on a copy of the project, or the engine alone.

    For `tests/proof` it is the installation's own, as `make demo` left it.
    """
    from calanque.engines import spark
    from calanque.stack import configuration, lifecycle

    if LEVEL == "stack":
        from project import started

        yield from started(HOMES["stack"][0], request.config.option.keep)
    elif LEVEL == "proof":
        lifecycle.up(settings(), lambda name, seconds: None)
        yield settings()
    else:
        if not request.config.option.keep:
            configuration.clean(settings())
        with pytest.MonkeyPatch.context() as patch:
            # Where the keys are anyway: a test looks which services are told.
            patch.setenv("CALANQUE_TOKEN_KEY_FILE", str(settings().home / "secrets" / "token_key"))
            lifecycle.up(settings(), lambda name, seconds: None, "spark")
        yield settings()
        spark.stop_session()
        if not request.config.option.keep:
            lifecycle.down(settings())


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
