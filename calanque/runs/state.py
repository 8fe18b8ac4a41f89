"""What each step last ran on, so that a step whose inputs and code have not changed does nothing.

A step's name says what it works on: `marts.<domain>`, `marts.<domain>.<territory>`, and for models `train.<territory>`.
Its last success is the newest row of the step in `governance.step`.
"""

import hashlib
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path

from calanque.closed import Closed
from calanque.engines import delta
from calanque.runs import store
from calanque.runs.tables import STEP
from calanque.settings import settings

# A new version of any of these can change what a step writes from the same rows.
LIBRARIES = (
    *("dbt-core", "dbt-spark", "delta-spark", "great-expectations", "numpy", "pandas", "pyproj"),
    *("pyspark", "scikit-learn", "scipy", "shapely"),
)
_NOT_CODE = frozenset({"__pycache__", ".DS_Store", ".user.yml"})
_asked_at_s: dict[str, float] = {}
Fingerprint = Mapping[str, int | str]


class StepState(Closed):
    """The last successful run of a step: versions or hashes of what it read, and versions of what it wrote."""

    step: str
    inputs: dict[str, str]
    outputs: dict[str, str]
    recorded_at: datetime


def last_state(step: str) -> StepState | None:
    """Return the last recorded state of a step, or None."""
    for row, *_ in store.newest_first(STEP, step=step):
        return StepState(**{name: row[name] for name in StepState.model_fields})
    return None


def unchanged(step: str, inputs: Fingerprint) -> bool:
    """Say whether a step would do again what it did: no new rows in what it read, and what it wrote stands as it was.

    Args:
        step: name of the step, such as `transform`.
        inputs: by name, the data version of each table read (`table_versions`) and the hash of the code (`code_hash`).
    """
    _asked_at_s[step] = time.monotonic()
    state = last_state(step)
    if state is None or state.inputs.keys() != inputs.keys():
        return False
    if not all(_is_same(name, seen, str(inputs[name])) for name, seen in state.inputs.items()):
        return False
    return outputs_stand(state)


def outputs_stand(state: StepState) -> bool:
    """Tell whether each table that a step wrote is still there, at the version of then or a later one."""
    return all(_still_holds(name, version) for name, version in state.outputs.items() if "." in name)


def record(step: str, inputs: Fingerprint, outputs: Fingerprint) -> None:
    """Record a finished step.

    Args:
        step: name of the step.
        inputs: as given to `unchanged`, taken before the step ran.
        outputs: data version of each table written (`table_versions`), or any other fact worth keeping.
    """
    record_all({step: (inputs, outputs)})


def record_all(finished: Mapping[str, tuple[Fingerprint, Fingerprint]]) -> None:
    """Record steps that finished together, in one commit: inputs and outputs of each, as `record` takes them."""
    store.append(STEP, [_row(step, *facts) for step, facts in finished.items()])


def _row(step: str, inputs: Fingerprint, outputs: Fingerprint) -> store.Row:
    began_s = _asked_at_s.pop(step, None)
    domain, territory = works_on(step)
    read, wrote = ({name: str(value) for name, value in facts.items()} for facts in (inputs, outputs))
    return {
        "step": step,
        "domain": domain,
        "territory": territory,
        "inputs": read,
        "outputs": wrote,
        "code": str(inputs["code"]) if "code" in inputs else None,
        "libraries": libraries(),
        "seconds": None if began_s is None else round(time.monotonic() - began_s, 2),
    }


def works_on(step: str) -> tuple[str, str | None]:
    """Return the domain of the marts, or the work of a model, and the territory that a step's name says."""
    work, _, rest = step.partition(".")
    if work != "marts":
        return work, rest or None
    domain, _, territory = rest.partition(".")
    return domain, territory or None


def table_versions(tables: Iterable[str]) -> dict[str, int | str]:
    """Return the data version of each table, 'absent' for one that does not exist; maintenance does not change it."""
    names = list(tables)
    found = delta.last_data_commits(names)
    return {table: found[table].version if table in found else "absent" for table in names}


def code_hash(*folders: Path) -> str:
    """Return 16 hex digits over the names and bytes of every file under the folders (or of the files given).

    The engines that run that code, and the versions of the libraries that compute in it, are part of it.
    """
    digest = hashlib.sha256(repr(sorted(libraries().items())).encode())
    for root in (*folders, settings().root / "calanque" / "engines"):
        files = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
        for file in files:
            if _NOT_CODE.isdisjoint(file.parts) and file.suffix != ".pyc":
                digest.update(f"{file.relative_to(root.parent)}\0{file.stat().st_size}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@cache
def libraries() -> dict[str, str]:
    """Return the installed version of each library that can change a result."""
    return {name: metadata.version(name) for name in LIBRARIES}


def _is_same(name: str, seen: str, now: str) -> bool:
    """Tell whether an input says what it said; of a table, whether a commit after the one seen has changed its rows."""
    return seen == now or ("." in name and now.isdigit() and _stands(name, seen))


def _still_holds(table: str, version: str) -> bool:
    """Tell whether a table still holds what a step wrote: others may have written since; nobody has begun it anew."""
    now = delta.last_commit(table)
    if not version.isdigit():
        return now is None
    return now is not None and now.version >= int(version)


def _stands(table: str, version: str) -> bool:
    if version.isdigit():
        return not delta.has_data_after(table, int(version))
    return delta.last_commit(table) is None
