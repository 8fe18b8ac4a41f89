"""The erasure list: tokens of persons whose rows were erased from a feed and may not come in again.

One file an erasure, `/lake/governance/erasures/<feed>/<id>.json`, written once: two erasures at once cannot lose one
another's tokens. An erasure is listed first and deletes then, so that a batch on its way meets one of the two.
"""

import re
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from calanque.closed import Closed
from calanque.contracts import FeedContract
from calanque.engines import spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.privacy.key_file import KEY_ID
from calanque.privacy.tokens import NORMALISERS, TokenKeys, TokenKind

FOLDER = "/lake/governance/erasures"
TOKEN = rf"^({KEY_ID.pattern}):({'|'.join(NORMALISERS)}):[a-z2-7]{{32}}$"


class Erasure(Closed):
    """One erasure: the tokens of a person under each key that the DPO gave, within one feed."""

    erasure_id: str
    feed: str
    purpose: str
    tokens: tuple[str, ...]
    erased_at: datetime


class Erased(NamedTuple):
    """What an erasure did: its entry of the list, and how many rows left the present version of bronze."""

    entry: Erasure
    row_count: int


class Held(NamedTuple):
    """A token that a value has in one column under one key, and how many rows of bronze hold it."""

    column: str
    token: str
    row_count: int


def find(contract: FeedContract, value: str) -> list[Held]:
    """Return the tokens of a person's name, phone, address or number in a feed, one a column and key.

    Raises:
        CalanqueError: if the feed has no column of tokens, no token can be made of the value, or an engine failed.
    """
    keys, kinds = TokenKeys.load(), _token_columns(contract)
    held = [
        (column, token)
        for column, kind in kinds.items()
        for key_id in keys.ids
        if (token := keys.token(kind, value, contract.purpose, key_id))
    ]
    if not held:
        why = "no token can be made of this." if kinds else "it has no column of tokens."
        raise CalanqueError(f"{contract.feed}: {why}")
    counts = _counts(contract.bronze_table, held)
    return [Held(column, token, count) for (column, token), count in zip(held, counts, strict=True)]


def _counts(table: str, held: list[tuple[str, str]]) -> list[int]:
    """Return how many rows of a table hold each of some tokens of its columns."""
    if not spark.table_exists(table):
        return [0] * len(held)
    counted = (f"count_if(`{column}` = {spark.literal(token)})" for column, token in held)
    (row,) = spark.rows(f"SELECT {', '.join(counted)} FROM {table}")
    return [int(count) for count in row]


def erasures_of(feed: str) -> list[Erasure]:
    """Return the erasures of a feed."""
    folder = f"{FOLDER}/{feed}"
    names = [name for name in lake().list(folder) if name.endswith(".json") and not name.startswith(".")]
    return [Erasure.model_validate(lake().read_json(f"{folder}/{name}")) for name in names]


def erased_tokens(contract: FeedContract, since: datetime | None = None) -> frozenset[str]:
    """Return the tokens that may not enter a feed: all of them, or those listed at a time or later."""
    if not _token_columns(contract):
        return frozenset()
    found = [entry for entry in erasures_of(contract.feed) if since is None or entry.erased_at >= since]
    return frozenset(token for entry in found for token in entry.tokens)


def erase(contract: FeedContract, tokens: Iterable[str]) -> Erased:
    """List tokens as erased from a feed, and delete the rows of bronze that hold one of them, in one commit.

    Quarantine holds no token: nothing there can be found by one, and it leaves within its days.

    Raises:
        CalanqueError: if one is not a token of a column of the feed, or an engine failed; run it again.
    """
    given = tuple(dict.fromkeys(tokens))
    for token in given:
        match = re.match(TOKEN, token)
        if not match or match[2] not in _token_columns(contract).values():
            raise CalanqueError(
                f"{contract.feed}: what was given is no token of its columns: write it whole, as bronze holds it."
            )
    now = datetime.now(UTC).replace(microsecond=0)
    entry = Erasure(
        erasure_id=f"e{uuid.uuid4().hex[:16]}",
        feed=contract.feed,
        purpose=contract.purpose,
        tokens=given,
        erased_at=now,
    )
    lake().write(f"{FOLDER}/{contract.feed}/{entry.erasure_id}.json", entry.model_dump_json(indent=2))
    return Erased(entry, delete_rows(contract, given, entry.erasure_id))


def delete_rows(contract: FeedContract, tokens: Iterable[str], erasure_id: str, batch_id: str | None = None) -> int:
    """Delete the rows of bronze, or of one batch there, that hold one of the tokens; returns how many.

    Raises:
        CalanqueError: if the engine failed.
    """
    listed = ", ".join(spark.literal(token) for token in sorted(tokens))
    if not listed or not spark.table_exists(contract.bronze_table):
        return 0
    held = " OR ".join(f"`{name}` IN ({listed})" for name in _token_columns(contract))
    within = f"_batch_id = {spark.literal(batch_id)} AND " if batch_id else ""

    def delete() -> int:
        with spark.user_metadata({"erasure": erasure_id}):
            (done,) = spark.rows(f"DELETE FROM {contract.bronze_table} WHERE {within}({held})")
        return int(done["num_affected_rows"])

    try:
        return spark.with_retry(delete)
    except CalanqueError:
        raise
    except Exception as error:
        raise CalanqueError(
            f"{contract.feed}: {spark.sentence_of(error, 'erasing rows')} The list holds the tokens; erase again."
        ) from None


def _token_columns(contract: FeedContract) -> dict[str, TokenKind]:
    """Return the bronze columns of tokens with their kinds, which a token and nothing else has."""
    return {column.name: column.token_kind for column in contract.bronze if column.token_kind}
