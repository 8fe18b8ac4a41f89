"""What the processes of this installation are told: where it is, and never where the keys of the tokens are."""

import os
import sys
from pathlib import Path

from calanque.settings import PATIENT_THREADS, Settings, keyless


def airflow_environment(s: Settings) -> dict[str, str]:
    """Return the environment of Airflow's processes and, through them, of every task."""
    return {
        **own_environment(s),
        "AIRFLOW_HOME": str(s.home / "airflow"),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        # MLflow would write its INFO to the error channel, which Airflow shows in red.
        "MLFLOW_CONFIGURE_LOGGING": "false",
        "GX_ANALYTICS_ENABLED": "false",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "GIT_PYTHON_REFRESH": "quiet",
        **PATIENT_THREADS,
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))),
    }


def own_environment(s: Settings) -> dict[str, str]:
    """Return what a process of ours needs to find this installation; not where the keys of the tokens are."""
    exported = {key: value for key, value in keyless(os.environ).items() if key.startswith("CALANQUE_")}
    return {**exported, "CALANQUE_HOME": str(s.home), "CALANQUE_CACHE": str(s.cache), "PYTHONPATH": str(s.root)}
