"""The files of the project: what git tracks or would, and no other."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def files(part: str = ".", root: Path = ROOT) -> list[str]:
    """Return the names of the files of a part of the tree, by their paths from its root, sorted."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", part]
    listed = subprocess.run(command, cwd=root, capture_output=True, check=True).stdout.decode().split("\0")
    return sorted(name for name in listed if name and (root / name).is_file())
