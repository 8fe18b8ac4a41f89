"""A lake in memory: files with Delta logs, and the rows of the tables of runs."""

import json
import operator
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow

from calanque.engines import delta
from calanque.engines.hdfs import LakeError


class MemoryLake:
    """The part of `calanque.engines.hdfs.Lake` that reads logs, over a dictionary."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}

    def write(self, path: str, data: str, overwrite: bool = False) -> None:
        if path in self.files and not overwrite:
            raise LakeError("exists", "FileAlreadyExistsException")
        self.files[path] = data

    def read(self, path: str) -> bytes:
        return self.files[path].encode()

    def exists(self, path: str) -> bool:
        return any(name == path or name.startswith(f"{path}/") for name in self.files)

    def status(self, path: str) -> dict[str, Any] | None:
        return {"modificationTime": 0} if self.exists(path) else None

    def list(self, path: str) -> list[str]:
        return sorted({name[len(path) + 1 :].split("/")[0] for name in self.files if name.startswith(f"{path}/")})

    def delete(self, path: str) -> None:
        self.files = {name: text for name, text in self.files.items() if not name.startswith(path)}

    def commit(self, table: str, version: int, operation: str, rows: int | None = None, **told: Any) -> None:
        info = {
            "operation": operation,
            "timestamp": 1,
            "operationMetrics": {"numOutputRows": str(rows)} if rows else {},
            "userMetadata": json.dumps(told),
        }
        path = f"{delta.table_path(table)}/_delta_log/{version:020d}.json"
        self.write(path, '{"protocol":{}}\n' + json.dumps({"commitInfo": info}))

    def cut(self, table: str, below: int) -> None:
        """Do what Delta does after a month: leave a checkpoint, and no commit below it."""
        folder = f"{delta.table_path(table)}/_delta_log"
        versions = [int(name.removesuffix(".json")) for name in self.list(folder) if name.endswith(".json")]
        self.files[f"{folder}/{min(below, max(versions)):020d}.checkpoint.parquet"] = ""
        for version in versions:
            if version < below:
                del self.files[f"{folder}/{version:020d}.json"]


class MemoryTables:
    """The part of `calanque.engines.deltars` that the store of runs uses, over lists."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.read_count = 0
        self.asked_count = 0

    def append_rows(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        self.rows.setdefault(table, []).extend(dict(row) for row in rows)

    def read_rows(self, table: str, filters: Sequence[tuple[str, str, Any]]) -> list[dict[str, Any]]:
        self.asked_count += 1
        compare = {"=": operator.eq, ">=": operator.ge, "<=": operator.le}
        # Files come in any order.
        found = [
            row
            for row in reversed(self.rows.get(table, []))
            if all(row[name] is not None and compare[how](row[name], value) for name, how, value in filters)
        ]
        self.read_count += len(found)
        return found

    def read_columns(self, table: str, columns: Sequence[str]) -> pyarrow.Table:
        self.asked_count += 1
        return pyarrow.table({name: [row[name] for row in self.rows.get(table, [])] for name in columns})

    def bounds(self, table: str, column: str, partition: tuple[str, str] | None = None) -> list[tuple[Any, Any]]:
        rows = [row for row in self.rows.get(table, []) if partition is None or row[partition[0]] == partition[1]]
        return [(row[column], row[column]) for row in rows if row[column] is not None]
