"""What each step last ran on, so that a step whose inputs and code have not changed does nothing."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from calanque.engines import delta
from calanque.engines.hdfs import lake

FOLDER = "/lake/governance/state"
_NOT_CODE = frozenset({"__pycache__", ".DS_Store", ".user.yml"})
Fingerprint = Mapping[str, int | str]


class StepState(BaseModel):
    """The last successful run of a step: versions or hashes of what it read, and versions of what it wrote."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: str
    inputs: dict[str, int | str]
    outputs: dict[str, int | str]
    recorded_at: datetime


def last_state(step: str) -> StepState | None:
    """Return the last recorded state of a step, or None."""
    path = f"{FOLDER}/{step}.json"
    return StepState.model_validate(lake().read_json(path)) if lake().exists(path) else None


def unchanged(step: str, inputs: Fingerprint) -> bool:
    """Say whether a step would do again what it did: same inputs, and the tables it wrote still stand as it left them.

    Args:
        step: name of the step, such as `transform`.
        inputs: by name, the data version of each table read (`table_versions`) and the hash of the code (`code_hash`).
    """
    state = last_state(step)
    if state is None or state.inputs != dict(inputs):
        return False
    return all(delta.data_version(name) == version for name, version in state.outputs.items() if "." in name)


def record(step: str, inputs: Fingerprint, outputs: Fingerprint) -> StepState:
    """Record a finished step.

    Args:
        step: name of the step.
        inputs: as given to `unchanged`, taken before the step ran.
        outputs: data version of each table written (`table_versions`), or any other fact worth keeping.
    """
    state = StepState(step=step, inputs=dict(inputs), outputs=dict(outputs), recorded_at=datetime.now(UTC))
    lake().write_json(f"{FOLDER}/{step}.json", state.model_dump(mode="json"))
    return state


def table_versions(tables: Iterable[str]) -> dict[str, int | str]:
    """Return the data version of each table, 'absent' for one that does not exist; maintenance does not change it."""
    versions = {table: delta.data_version(table) for table in tables}
    return {table: "absent" if version is None else version for table, version in versions.items()}


def code_hash(*folders: Path) -> str:
    """Return 16 hex digits over the names and bytes of every file under the folders (or of the files given)."""
    digest = hashlib.sha256()
    for root in folders:
        files = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
        for file in files:
            if _NOT_CODE.isdisjoint(file.parts) and file.suffix != ".pyc":
                digest.update(f"{file.relative_to(root.parent)}\0{file.stat().st_size}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
