"""Files by delta-rs: they become part of a table, are read, and are no longer needed, without the engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from calanque.engines.delta import table_path
from calanque.engines.deltars import identify, open_table, or_unread
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow
    from deltalake import CommitProperties, DeltaTable
    from pyarrow.dataset import Dataset

    from calanque.engines.parquet import DataFile

# Delta's own default. delta-rs writes no checkpoint with a commit of this kind, and Spark only with its own commits.
CHECKPOINT_INTERVAL = 10


def read_files(folder: str, columns: Sequence[str]) -> pyarrow.Table:
    """Return some columns of the Parquet files in a folder of the lake, a table's or not; a row of a file is one.

    Raises:
        CalanqueError: if HDFS does not answer.
    """
    with or_unread(f"The files of {folder} cannot be read"):
        return _dataset(folder).to_table(columns=list(columns))


def read_batches(folder: str, columns: Sequence[str]) -> Iterator[pyarrow.RecordBatch]:
    """Yield the same rows in parts, of which few are in memory at once.

    Raises:
        CalanqueError: if HDFS does not answer.
    """
    with or_unread(f"The files of {folder} cannot be read"):
        yield from _dataset(folder).to_batches(columns=list(columns), batch_readahead=1, fragment_readahead=1)


def _dataset(folder: str) -> Dataset:
    identify()
    from deltalake.fs import DeltaStorageHandler
    from pyarrow import dataset
    from pyarrow.fs import PyFileSystem

    files = PyFileSystem(DeltaStorageHandler(f"{settings().hdfs_uri}{folder}"))
    names = [name for name in lake().list(folder) if name.endswith(".parquet")]
    return dataset.dataset(names, filesystem=files, format="parquet")


def append_files(
    opened: DeltaTable, folder: str, files: Sequence[DataFile], app_ids: Sequence[str], metadata: Mapping[str, Any]
) -> int:
    """Add files that lie in a folder below the table's own to the table; returns the version.

    Args:
        opened: the table as it was when the caller looked whether the files are needed.
        folder: path of the files' folder, from the table's own.
        files: what their footers say; the bounds given go to the log.
        app_ids: name the work; no other commit with one of these names may have come since `opened`.
        metadata: written as JSON in the history.

    Raises:
        CalanqueError: if another commit of such a name, or a change of the table, came first (`CommitFailedError` in
            its sentence), or HDFS did not take the commit; after a commit that is there, the next run finds it.
    """
    from deltalake.exceptions import DeltaError
    from deltalake.transaction import AddAction, RemoveAction

    actions: list[AddAction | RemoveAction] = [
        AddAction(f"{folder}/{file.name}", file.size_bytes, {}, file.modified_at_ms, True, _statistics(file))
        for file in files
    ]
    mark = json.dumps(dict(metadata), sort_keys=True)
    properties = _properties(opened, files, app_ids, mark)
    try:
        opened.create_write_transaction(actions, "append", opened.schema(), commit_properties=properties)
        opened.update_incremental()
        if opened.version() % CHECKPOINT_INTERVAL == 0:
            opened.create_checkpoint()
        # The newest version can already be another batch's.
        ours = (int(commit["version"]) for commit in opened.history(20) if commit.get("userMetadata") == mark)
        return next(ours, int(opened.version()))
    except (DeltaError, OSError) as error:
        raise CalanqueError(
            f"The commit to {opened.table_uri} failed ({type(error).__name__}): run the batch again."
        ) from None


def has_removable(table: str, kept_hours: int) -> bool:
    """Tell whether a table has a file that no version of the last hours needs, as VACUUM would remove it.

    Raises:
        CalanqueError: if it is not a Delta table, or HDFS does not answer.
    """
    opened, by_folder = open_table(table), dict[str, set[str]]()
    with or_unread(f"The files of {table} cannot be listed"):
        paths = opened.vacuum(kept_hours, dry_run=True, enforce_retention_duration=False, full=True)
    for path in paths:
        folder, _, name = f"{table_path(table)}/{path}".rpartition("/")
        by_folder.setdefault(folder, set()).add(name)
    # The log names a removed file until its next checkpoint, whether or not VACUUM has taken it.
    return any(not names.isdisjoint(lake().list(folder)) for folder, names in by_folder.items())


def _properties(opened: DeltaTable, files: Sequence[DataFile], app_ids: Sequence[str], mark: str) -> CommitProperties:
    from deltalake.transaction import CommitProperties, Transaction

    facts = {
        "numFiles": str(len(files)),
        "numOutputRows": str(sum(file.row_count for file in files)),
        "numOutputBytes": str(sum(file.size_bytes for file in files)),
    }
    return CommitProperties(
        custom_metadata={"userMetadata": mark, "operationMetrics": facts},
        app_transactions=[Transaction(name, (opened.transaction_version(name) or 0) + 1) for name in app_ids],
    )


def _statistics(file: DataFile) -> str:
    return json.dumps(
        {
            "numRecords": file.row_count,
            "minValues": file.minimum,
            "maxValues": file.maximum,
            "nullCount": file.null_count,
        }
    )
