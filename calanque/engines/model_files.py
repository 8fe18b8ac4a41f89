"""The files of a stored model, and the digest by which they are known to be those that were trained."""

import hashlib
from pathlib import Path

# Written by MLflow's client beside what it downloads, and by Python where a model's code was imported in place.
NOT_OF_THE_MODEL = frozenset({"registered_model_meta", "__pycache__"})


def digest(folder: Path) -> str:
    """Return the SHA-256, in hexadecimal, over the sorted names and digests of a model's files."""
    lines = [
        f"{path.relative_to(folder).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and NOT_OF_THE_MODEL.isdisjoint(path.parts)
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
