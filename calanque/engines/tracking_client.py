"""The door of MLflow's client: its limits, its login, its errors as sentences."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from calanque.errors import CalanqueError
from calanque.settings import settings

# Accounts of the server: one writes, for the tasks, and people read.
WRITER = "training"
READERS = ("engineer", "dpo", "analyst")
# The server being away for a moment must not fail a training; being away for good must not hold it for minutes.
CLIENT_LIMITS = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "4",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}


@contextmanager
def mlflow_at(uri: str | None) -> Iterator[Any]:
    """Yield MLflow's client, logged in as the account of the tasks when the server is this installation's.

    Args:
        uri: of another server or store, which asks for no login.

    Raises:
        CalanqueError: if the server does not answer or refuses.
    """
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    for name, value in CLIENT_LIMITS.items():
        os.environ.setdefault(name, value)
    if uri is None:
        os.environ["MLFLOW_TRACKING_USERNAME"] = WRITER
        os.environ["MLFLOW_TRACKING_PASSWORD"] = settings().secret(f"password_{WRITER}")
    else:
        for name in ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD"):
            os.environ.pop(name, None)
    import mlflow
    from mlflow.exceptions import MlflowException
    from mlflow.utils.autologging_utils.logging_and_warnings import MlflowEventsAndWarningsBehaviorGlobally as Behaviour

    mlflow.set_tracking_uri(uri or settings().mlflow_uri)
    # What it prints to the error channel Airflow shows in red. Held for the whole call: modules that MLflow imports
    # late switch its printing off and on again for themselves.
    try:
        with Behaviour(True, disable_warnings=False, reroute_warnings=False):  # type: ignore[no-untyped-call]
            yield mlflow
    except MlflowException as error:
        raise CalanqueError(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    text = next(iter(str(error).strip().splitlines()), type(error).__name__)
    if "Max retries exceeded" in text:
        return "The MLflow server does not answer: look at 'calanque stack status' and 'calanque stack logs mlflow'."
    return f"MLflow refused the request: {text[:200]}."
