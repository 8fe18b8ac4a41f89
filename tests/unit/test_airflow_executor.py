"""The workers from which tasks are forked have the libraries of our steps in memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from calanque.settings import keyless, settings

START = """
from calanque.engines.airflow_executor import LoadedExecutor

executor = LoadedExecutor(parallelism=1)
executor.start()
((pid, worker),) = executor.workers.items()
print(open(f"/proc/{pid}/maps").read())
executor.end()
"""


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="reads what a process has in memory from /proc")
def test_a_task_is_forked_from_a_worker_that_has_the_libraries(tmp_path):
    environment = keyless(
        {
            "AIRFLOW_HOME": str(tmp_path),
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(settings().root),
            "HOME": str(tmp_path),
        }
    )
    done = subprocess.run(
        [sys.executable, "-c", START], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    for name in ("lib_lightgbm", "pandas/_libs", "grpc/_cython", "matplotlib"):
        assert name in done.stdout, name
