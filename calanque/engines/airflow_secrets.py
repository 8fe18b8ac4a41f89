"""Passwords and variables as Airflow's secrets backends hold them."""

import json
import os
import subprocess
import sys
from typing import Literal

from calanque.errors import CalanqueError
from calanque.settings import Settings, keyless


def secret_text(settings: Settings, kind: Literal["connection", "variable"], name: str) -> str:
    """Return the password of a connection, or a variable, from Airflow's secrets backends in their order.

    Raises:
        CalanqueError: if Airflow does not find it; the sentence quotes nothing of the answer.
    """
    command = [sys.executable, "-m", "airflow", f"{kind}s", "get", name]
    command += ["--output", "json"] if kind == "connection" else []
    environment = keyless(os.environ) | {"AIRFLOW_HOME": str(settings.home / "airflow")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    text = done.stdout.strip()
    if done.returncode == 0 and kind == "connection":
        text = str(json.loads(text)[0].get("password") or "")
    if done.returncode or not text:
        raise CalanqueError(
            f"Airflow finds no {kind} '{name}' that holds something: look at its secrets backend, and at "
            f"'airflow {kind}s list'."
        )
    return text
