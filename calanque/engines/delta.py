"""What a Delta table's own log says, read over HDFS: no Spark needed to know a version or a row count."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict

from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError

# They rewrite or drop files, or set comments, and change no row: a step whose input only had these has nothing to do.
MAINTENANCE = frozenset(
    {"OPTIMIZE", "VACUUM START", "VACUUM END", "SET TBLPROPERTIES", "COMPUTE STATS", "CHANGE COLUMN", "CHANGE COLUMNS"}
)
_COMMIT = re.compile(r"^(\d{20})\.json$")


class Commit(BaseModel):
    """One commit of a Delta table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    operation: str
    at_ms: int
    row_count: int | None = None
    size_bytes: int | None = None
    user_metadata: str | None = None


def table_path(table: str) -> str:
    """Return the HDFS path of a table named `<zone>.<name>`.

    Raises:
        CalanqueError: if the name has no zone.
    """
    zone, _, name = table.partition(".")
    if not name:
        raise CalanqueError(f"The table name '{table}' has no zone: write zone.name, such as marts.fct_incidents.")
    return f"/lake/{zone}/{name}"


def last_commit(table: str) -> Commit | None:
    """Return the newest commit of a table, or None when the table does not exist."""
    return next(_commits(table), None)


def last_data_commit(table: str) -> Commit | None:
    """Return the newest commit that changed rows, or None when the table does not exist.

    Maintenance (OPTIMIZE, VACUUM) makes versions too; when the log holds nothing else, its oldest commit stands.
    """
    commit = None
    for commit in _commits(table):
        if commit.operation not in MAINTENANCE:
            return commit
    return commit


def data_version(table: str) -> int | None:
    """Return the version of the newest commit that changed rows, or None when the table does not exist."""
    commit = last_data_commit(table)
    return commit.version if commit else None


def remove_unborn(table: str, idle_s: float = 0.0) -> bool:
    """Delete the files of a table whose first commit never came (its writer was killed); True when it did.

    Args:
        table: `<zone>.<name>`.
        idle_s: how long nothing must have been written to its log, where other writers may be at work.
    """
    path = table_path(table)
    status = lake().status(f"{path}/_delta_log") or lake().status(path)
    if status is None or next(_versions(path), None) is not None:
        return False
    if time.time() - status["modificationTime"] / 1000 < idle_s:
        return False
    lake().delete(path)
    return True


def _versions(path: str) -> Iterator[int]:
    names = lake().list(f"{path}/_delta_log")
    yield from sorted((int(match[1]) for name in names if (match := _COMMIT.match(name))), reverse=True)


def _commits(table: str) -> Iterator[Commit]:
    path = table_path(table)
    for version in _versions(path):
        yield parse_commit(version, lake().read(f"{path}/_delta_log/{version:020d}.json"))


def parse_commit(version: int, text: bytes) -> Commit:
    """Read one commit file: JSON lines, of which `commitInfo` is one."""
    actions = [json.loads(line) for line in text.splitlines() if line.strip()]
    info: dict[str, Any] = next((action["commitInfo"] for action in actions if "commitInfo" in action), {})
    metrics = info.get("operationMetrics") or {}
    return Commit(
        version=version,
        operation=str(info.get("operation", "UNKNOWN")),
        at_ms=int(info.get("timestamp", 0)),
        row_count=_whole(metrics.get("numOutputRows")),
        size_bytes=_whole(metrics.get("numOutputBytes")),
        user_metadata=info.get("userMetadata"),
    )


def _whole(value: object) -> int | None:
    return int(str(value)) if value is not None else None
