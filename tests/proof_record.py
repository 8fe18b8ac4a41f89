"""What `make proof` proved, and on which code: a small file that is committed, and a warning once it is old."""

import hashlib
import json
from pathlib import Path

from tree import ROOT, files

RECORD = ROOT / "tests" / "proof" / "record.json"
# What a proof covers: each part by itself, so that a warning says which has changed.
PARTS = ("calanque", "dags", "dbt", "expectations", "infra", "ml", "tests/proof", "requirements.lock")

# What people read and look at; the pictures are made after a proof, of what it left.
READ = (".md", ".webp")


def digests(root: Path = ROOT) -> dict[str, str]:
    """Return of each part the first half of the SHA-256 of its files' names and contents, the record left out."""
    found = {}
    for part in PARTS:
        digest = hashlib.sha256()
        for name in files(part, root):
            path = root / name
            if path.suffix not in READ and path.name != RECORD.name:
                digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
        found[part] = digest.hexdigest()[:32]
    return found


def changed(record: dict[str, str], now: dict[str, str]) -> list[str]:
    """Return the parts that are not as they were when they were proven."""
    return sorted(part for part in now if record.get(part) != now[part])


def write(counts: dict[str, int], seconds: float, day: str) -> None:
    """Write the record of a proof that passed: its day, its tests, its seconds, and the code that it covers."""
    content = {"day": day, "tests": counts, "seconds": round(seconds), "code": digests()}
    RECORD.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def read() -> dict[str, dict[str, str]]:
    """Return the record of the last proof that passed: the tests of each file, and the code by part; empty without."""
    if not RECORD.exists():
        return {}
    found: dict[str, dict[str, str]] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found
