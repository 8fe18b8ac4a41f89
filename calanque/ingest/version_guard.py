"""A version of a contract says one thing for ever: the resolved contract of each is kept when it first lands data.

What is kept is what any batch of that version was loaded by, whichever run landed it and however it ended. Rows that
another version wrote must fit the key of this one.
"""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from calanque.contracts.model import FeedContract
from calanque.engines import delta, spark
from calanque.engines.hdfs import LakeError, lake
from calanque.errors import CalanqueError, RefusedBatchError
from calanque.governance.retention import newest_kept
from calanque.ingest.tiers import contract_path
from calanque.ingest.write_sql import match_key
from calanque.sql_text import quoted


def check_version(contract: FeedContract) -> None:
    """Check that the contract says what its version said when it was first used; a new version says what it will.

    Raises:
        RefusedBatchError: naming the field that changed, or if made-up rows would stand beside real ones.
    """
    path = contract_path(contract.feed, contract.version)
    if not lake().exists(path):
        _refuse_mixture(contract)
        return
    field = changed_field(contract, json.loads(contract.model_dump_json()), json.loads(lake().read(path)))
    if field is not None:
        raise RefusedBatchError(
            f"{contract.feed}: stopped: the contract's '{field}' changed since version {contract.version} was first "
            "used: raise the version."
        )


def _refuse_mixture(contract: FeedContract) -> None:
    before = newest_kept(contract.feed)
    if before and before.is_synthetic and not contract.is_synthetic:
        raise RefusedBatchError(
            f"{contract.feed}: stopped: its table holds rows of the twin, and contract {contract.version} brings real "
            "ones. Begin on a lake without them ('make clean'), or give the live feed a name of its own."
        )


def check_current_rows(contract: FeedContract) -> None:
    """Check that no two current rows of another version have one key: a snapshot or a merge would close both for one.

    Raises:
        RefusedBatchError: naming the key, with the count of its values that are repeated.
    """
    table, key = contract.bronze_table, match_key(contract)
    commit = delta.last_data_commit(table) if key else None
    if commit is None or delta.parse_user_metadata(commit.user_metadata).get("contract_version") == contract.version:
        return
    try:
        (found,) = spark.rows(repeated_sql(table, key, [column[0] for column in spark.columns(table)]))
    except CalanqueError:
        raise
    except Exception as error:
        raise CalanqueError(f"{contract.feed}: {spark.sentence_of(error, f'looking at the keys of {table}')}") from None
    if found["n"]:
        raise RefusedBatchError(
            f"{contract.feed}: stopped: contract {contract.version} writes by the key {'+'.join(key)}, of which "
            f"{found['n']} values stand in several current rows of {table} or are blank there. Take a key that tells "
            "these rows apart, stay with the way of writing of the version before, or publish it as a new feed."
        )


def repeated_sql(table: str, key: Sequence[str], names: Sequence[str]) -> str:
    """Return the SELECT of how many values of a key do not stand for one current row each.

    Args:
        table: the bronze table.
        key: columns of the key; one that the table does not have yet is blank in all its rows.
        names: the columns that the table has.
    """
    columns = {name: quoted(name) if name in names else "NULL" for name in key}
    chosen = ", ".join(f"{sql} AS k{at}" for at, sql in enumerate(columns.values()))
    grouped = [f"k{at}" for at in range(len(columns))]
    blank = " OR ".join(f"{name} IS NULL" for name in grouped)
    return (
        f"SELECT count(*) AS n FROM (SELECT 1 FROM (SELECT {chosen} FROM {table} WHERE _closed_at IS NULL) "
        f"GROUP BY {', '.join(grouped)} HAVING count(*) > 1 OR {blank})"
    )


def keep_version(contract: FeedContract) -> bytes:
    """Keep what the contract says under its version, if it is the first to; return what is kept, as JSON."""
    path = contract_path(contract.feed, contract.version)
    if not lake().exists(path):
        try:
            lake().write(path, contract.model_dump_json(indent=2))
        except LakeError as error:
            if error.remote != "FileAlreadyExistsException":
                raise
        check_version(contract)
    return lake().read(path)


def changed_field(value: object, now: Any, kept: Any, where: str = "") -> str | None:
    """Return the path of the first field that is not as it was kept; None when all are.

    Args:
        value: the contract, or a part of it: where it is a record, a field that was not known yet is no change.
        now: the same as JSON.
        kept: what was kept, as JSON.
        where: the path of the part.
    """
    if isinstance(value, BaseModel) and isinstance(now, dict) and isinstance(kept, dict):
        parts = [(getattr(value, name), *_names(name, info.alias, now)) for name, info in _fields(value)]
        inner = [(part, key, now[key], kept[key]) for part, key in parts if key in kept]
    elif isinstance(value, tuple) and isinstance(kept, list) and len(now) == len(kept):
        inner = [(part, _label(part, i), now[i], kept[i]) for i, part in enumerate(value)]
    else:
        return None if now == kept else where
    found = (changed_field(part, new, old, f"{where}.{key}" if where else key) for part, key, new, old in inner)
    return next((field for field in found if field is not None), None)


def _fields(value: BaseModel) -> list[tuple[str, Any]]:
    return list(type(value).model_fields.items())


def _names(name: str, alias: str | None, now: dict[str, Any]) -> tuple[str]:
    return (name if name in now else alias or name,)


def _label(part: object, index: int) -> str:
    return str(getattr(part, "name", index))
