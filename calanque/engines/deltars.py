"""The one module that imports delta-rs: it makes files already in a table's folder part of the table, in one commit."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from calanque.engines.delta import table_path
from calanque.engines.hdfs import LAKE_USER
from calanque.errors import CalanqueError
from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from deltalake import CommitProperties, DeltaTable

    from calanque.engines.parquet import DataFile

STATISTICS_PROPERTY = "delta.dataSkippingStatsColumns"
# Delta's own default. delta-rs writes no checkpoint with a commit of this kind, and Spark only with its own commits.
CHECKPOINT_INTERVAL = 10


def open_table(table: str) -> DeltaTable:
    """Return a table `<zone>.<name>` as it stands now; `append_files` commits on top of this very version.

    Raises:
        CalanqueError: if it is not a Delta table, or HDFS does not answer.
    """
    # delta-rs takes its identity and the cluster's addresses from the environment, as every HDFS client does.
    os.environ["HADOOP_USER_NAME"] = LAKE_USER
    os.environ["HADOOP_CONF_DIR"] = str(settings().home / "conf/hadoop")
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError

    try:
        return DeltaTable(f"{settings().hdfs_uri}{table_path(table)}")
    except (DeltaError, OSError) as error:
        raise CalanqueError(
            f"The table {table} cannot be opened ({type(error).__name__}): look at 'calanque stack status'."
        ) from None


def statistics_columns(opened: DeltaTable) -> tuple[str, ...]:
    """Return the columns that may have bounds in the log: those of the table's property, none without it."""
    listed = opened.metadata().configuration.get(STATISTICS_PROPERTY) or ""
    return tuple(name for name in listed.split(",") if name)


def append_files(
    opened: DeltaTable, folder: str, files: Sequence[DataFile], app_id: str, user_metadata: Mapping[str, Any]
) -> int:
    """Add files that lie in a folder below the table's own to the table; returns the version.

    Args:
        opened: the table as it was when the caller looked whether the files are needed.
        folder: path of the files' folder, from the table's own.
        files: what their footers say; the bounds given go to the log.
        app_id: names the work; no other commit of the same name may have come since `opened`.
        user_metadata: written as JSON in the history.

    Raises:
        CalanqueError: if another commit of this name, or a change of the table, came first (`CommitFailedError` in its
            sentence), or HDFS did not take the commit; after a commit that is there, the next run finds it.
    """
    from deltalake.exceptions import DeltaError
    from deltalake.transaction import AddAction, RemoveAction

    actions: list[AddAction | RemoveAction] = [
        AddAction(f"{folder}/{file.name}", file.size_bytes, {}, file.modified_at_ms, True, _statistics(file))
        for file in files
    ]
    mark = json.dumps(dict(user_metadata), sort_keys=True)
    properties = _properties(opened, files, app_id, mark)
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


def _properties(opened: DeltaTable, files: Sequence[DataFile], app_id: str, mark: str) -> CommitProperties:
    from deltalake.transaction import CommitProperties, Transaction

    facts = {
        "numFiles": str(len(files)),
        "numOutputRows": str(sum(file.row_count for file in files)),
        "numOutputBytes": str(sum(file.size_bytes for file in files)),
    }
    return CommitProperties(
        custom_metadata={"userMetadata": mark, "operationMetrics": facts},
        app_transactions=[Transaction(app_id, (opened.transaction_version(app_id) or 0) + 1)],
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
