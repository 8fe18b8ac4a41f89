"""Keeps the query door's rules those of the contracts: a change of one, or of what dbt says, is there within seconds.

`python -m calanque.stack.door_watch ROOT` looks at the files' times with nothing but the standard library, and calls
`calanque stack rules` when one has changed.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

LOOKS_EVERY_S, AFTER_FAILURE_S = 2, 30
WATCHED = (("dags/feeds", "*.yaml"), ("dbt/models/marts", "*.yml"))
Times = dict[Path, int]


def times(root: Path) -> Times:
    """Return when each file was changed that the rules are made from."""
    found = (path for folder, pattern in WATCHED for path in (root / folder).rglob(pattern))
    return {path: path.stat().st_mtime_ns for path in found if path.is_file()}


def main() -> None:
    """Look until the process is told to end."""
    root = Path(sys.argv[1])
    known: Times | None = None
    while True:
        now = times(root)
        if now != known:
            command = [sys.executable, "-m", "calanque", "stack", "rules"]
            done = subprocess.run(command, cwd=root, env=dict(os.environ), check=False)  # noqa: S603 - keyless already
            # What failed is tried again, in a while.
            known = now if done.returncode == 0 else None
        time.sleep(LOOKS_EVERY_S if known else AFTER_FAILURE_S)


if __name__ == "__main__":
    main()
