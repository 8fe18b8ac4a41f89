"""One process at a time: for what two at once would spoil."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(folder: Path, is_shared: bool = False) -> Iterator[None]:
    """Wait for the other processes of this machine that work in a folder, if there are any; a killed one lets go.

    Those that share it wait only for one that does not.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX)
        yield
