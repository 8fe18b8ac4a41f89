"""Python in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run_apart(code: str, *before: str, only: dict[str, str] | None = None, **more: str) -> str:
    """Return what code prints at the root of the project.

    Args:
        code: Python.
        before: a command that starts it.
        only: all of its environment; that of this process by default.
        more: variables of its environment beside.
    """
    environment = (dict(os.environ) if only is None else only) | more
    command = [*before, sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()
