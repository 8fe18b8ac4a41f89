"""The workers from which tasks are forked have the libraries of our steps in memory."""

from pathlib import Path

import pytest
from apart import run_apart

from calanque.settings import keyless

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
    environment = {"AIRFLOW_HOME": str(tmp_path), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    maps = run_apart(START, only=keyless(environment))
    for name in ("sklearn/linear_model", "pandas/_libs", "grpc/_cython", "matplotlib"):
        assert name in maps, name
