"""The files of a stored model, and the digest by which they are known to be those that were trained."""

import hashlib
from pathlib import Path

# Written by MLflow's client beside what it downloads.
NOT_OF_THE_MODEL = "registered_model_meta"


def digest(folder: Path) -> str:
    """Return the SHA-256, in hexadecimal, over the sorted names and digests of a model's files."""
    lines = [
        f"{path.relative_to(folder).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != NOT_OF_THE_MODEL
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
