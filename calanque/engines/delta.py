"""What a Delta table's own log says, read over HDFS: no Spark needed to know a version or a row count."""

import json
import re
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pydantic import Field

from calanque.closed import Closed
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.settings import settings

# They rewrite or drop files, or set comments, and change no row: a step whose input only had these has nothing to do.
MAINTENANCE = frozenset(
    {"OPTIMIZE", "VACUUM START", "VACUUM END", "SET TBLPROPERTIES", "COMPUTE STATS", "CHANGE COLUMN", "CHANGE COLUMNS"}
)
_COMMIT = re.compile(r"^(\d{20})\.json$")
_CHECKPOINT = re.compile(r"^(\d{20})\.checkpoint\b.*\.parquet$")
AT_ONCE = 8
STANDING = "data_commit"
"""What upkeep writes in the history of its own commits: the last one that changed rows, which the log may forget."""


class Commit(Closed):
    """One commit of a Delta table."""

    version: int
    operation: str
    at_ms: int
    row_count: int | None = None
    size_bytes: int | None = None
    user_metadata: str | None = None
    columns: dict[str, str] = Field(default={}, exclude=True)
    """Where it says them, as the one that makes a table does: their types by name, in Delta's words."""


def table_path(table: str) -> str:
    """Return the HDFS path of a table named `<tier>.<name>`, or `<tier>__<folder>.<name>` below a folder of the tier.

    Raises:
        CalanqueError: if the name has no tier.
    """
    tier, _, name = table.partition(".")
    if not name:
        raise CalanqueError(f"The table name '{table}' has no tier: write tier.name, such as marts.fct_incidents.")
    return f"/lake/{tier.replace('__', '/')}/{name}"


def table_uri(table: str) -> str:
    """Return the address of a table, explicit so that a metastore's default never decides where data lie."""
    return f"{settings().hdfs_uri}{table_path(table)}"


def last_commit(table: str) -> Commit | None:
    """Return the newest commit of a table, or None when the table does not exist."""
    return next(_commits(table), None) or _newest_checkpoint(table)


def last_version(table: str) -> int | None:
    """Return the version of the newest commit of a table that its log still has, None without any; no file is read."""
    return next(_versions(table_path(table)), None)


def last_data_commit(table: str) -> Commit | None:
    """Return the newest commit that changed rows, or None when the table does not exist.

    Maintenance (OPTIMIZE, VACUUM) makes versions too, and after a month Delta removes the commits below a checkpoint:
    upkeep of ours says in its own commits which one it found, and otherwise the oldest that is left stands for it.
    """
    commit = None
    for commit in _commits(table):
        if commit.operation not in MAINTENANCE:
            return commit
        if known := _standing(commit):
            return known
    return commit or _newest_checkpoint(table)


def last_data_commits(tables: Iterable[str]) -> dict[str, Commit]:
    """Return the same by table, of those that exist: their logs are read at once, each takes its time to be found."""
    names = tuple(dict.fromkeys(tables))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = dict(zip(names, pool.map(last_data_commit, names), strict=True))
    return {name: commit for name, commit in found.items() if commit}


def data_version(table: str) -> int | None:
    """Return the version of the newest commit that changed rows, or None when the table does not exist."""
    commit = last_data_commit(table)
    return commit.version if commit else None


def has_data_after(table: str, version: int) -> bool:
    """Tell whether the rows of a table may have changed since a version.

    Only commits later than the version are looked at, so that a log cut below it answers as before; of a log cut above
    it, which may hide a change, the answer is yes. So it is of a table that is gone, or was made anew since.
    """
    oldest = None
    for commit in _commits(table):
        if commit.version <= version:
            return oldest is None and commit.version < version
        if commit.operation not in MAINTENANCE:
            return True
        if known := _standing(commit):
            return known.version > version
        oldest = commit.version
    if oldest is not None:
        return oldest != version + 1
    checkpoint = _newest_checkpoint(table)
    return checkpoint is None or checkpoint.version != version


def bounds_after(table: str, version: int, column: str) -> list[tuple[str, str]] | None:
    """Return the least and greatest value of a column in each file that came or went since a version.

    Returns:
        What the log says; None when it does not: of a file without bounds, when it is cut, or when no row came.
    """
    path, found, has_come = table_path(table), list[tuple[str, str]](), False
    versions = [later for later in _versions(path) if later > version]
    if versions[-1:] != [version + 1]:
        return None
    for later in versions:
        for action in _actions(lake().read(f"{path}/_delta_log/{later:020d}.json")):
            file = action.get("add") or action.get("remove") or {}
            if not file.get("dataChange"):
                continue
            stats = json.loads(file.get("stats") or "{}")
            low, high = (stats.get(end, {}).get(column) for end in ("minValues", "maxValues"))
            if low is None or high is None:
                return None
            found.append((low, high))
            has_come |= "add" in action
    return found if has_come else None


def remove_uncommitted(table: str, idle_s: float = 0.0) -> bool:
    """Delete the files of a table whose first commit never came (its writer was killed); True when it did.

    Args:
        table: `<tier>.<name>`.
        idle_s: how long nothing must have been written to its log, where other writers may be at work.
    """
    if not is_uncommitted(table):
        return False
    path = table_path(table)
    status = lake().status(f"{path}/_delta_log") or lake().status(path)
    if status and time.time() - status["modificationTime"] / 1000 < idle_s:
        return False
    lake().delete(path)
    return True


def is_uncommitted(table: str) -> bool:
    """Whether a table has files and no commit: its first writer is at work, or was killed."""
    path = table_path(table)
    return lake().exists(path) and next(_versions(path), None) is None


def _versions(path: str) -> Iterator[int]:
    names = lake().list(f"{path}/_delta_log")
    yield from sorted((int(match[1]) for name in names if (match := _COMMIT.match(name))), reverse=True)


def _newest_checkpoint(table: str) -> Commit | None:
    """Return what stands for the commits of a log in which a checkpoint alone is left."""
    folder = f"{table_path(table)}/_delta_log"
    found = [(int(match[1]), name) for name in lake().list(folder) if (match := _CHECKPOINT.match(name))]
    if not found:
        return None
    version, name = max(found)
    status = lake().status(f"{folder}/{name}") or {}
    return Commit(version=version, operation="CHECKPOINT", at_ms=status.get("modificationTime", 0))


def _standing(commit: Commit) -> Commit | None:
    known = parse_user_metadata(commit.user_metadata).get(STANDING)
    return Commit.model_validate(known) if known else None


def _commits(table: str) -> Iterator[Commit]:
    path = table_path(table)
    for version in _versions(path):
        yield parse_commit(version, lake().read(f"{path}/_delta_log/{version:020d}.json"))


def parse_commit(version: int, text: bytes) -> Commit:
    """Read one commit file: JSON lines, of which `commitInfo` is one."""
    actions = _actions(text)
    info: dict[str, Any] = next((action["commitInfo"] for action in actions if "commitInfo" in action), {})
    metrics = info.get("operationMetrics") or {}
    schema = next((action["metaData"]["schemaString"] for action in actions if "metaData" in action), None)
    fields = json.loads(schema)["fields"] if schema else []
    return Commit(
        version=version,
        operation=str(info.get("operation", "UNKNOWN")),
        at_ms=int(info.get("timestamp", 0)),
        row_count=_whole(metrics.get("numOutputRows", metrics.get("num_added_rows"))),
        size_bytes=_whole(metrics.get("numOutputBytes")),
        user_metadata=info.get("userMetadata"),
        columns={field["name"]: str(field["type"]) for field in fields},
    )


def _actions(text: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def parse_user_metadata(user_metadata: str | None) -> dict[str, Any]:
    """Return what a commit of ours says of itself; nothing of what another writer put there in words of its own."""
    try:
        value = json.loads(user_metadata or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _whole(value: object) -> int | None:
    return int(str(value)) if value is not None else None
