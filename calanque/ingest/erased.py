"""Rows about persons whose tokens are on the erasure list: they go to quarantine as `erased`, with an empty payload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calanque.formats.base import ROW_SQL
from calanque.sql_text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pyspark.sql import DataFrame

ERASED = "erased"


def good_rows(typed: DataFrame, plan: Mapping[str, str], listed: frozenset[str], payload: str) -> DataFrame:
    """Return the good rows of a typed batch for the quarantine: `_row`, `payload` and `_is_erased`.

    Args:
        typed: the typed batch; its protected columns hold the source's values, which do not leave the worker.
        plan: protection by column.
        listed: the feed's erased tokens.
        payload: SQL of what is kept of a row that is not erased.
    """
    tokens = {name: protection for name, protection in plan.items() if protection.startswith("token:")}
    rows = typed.where("_is_good").selectExpr(ROW_SQL, f"{payload} AS _payload", *map(quoted, tokens))

    def judge(batches: Iterator[Any]) -> Iterator[Any]:
        from calanque.privacy.protect import is_erased

        for frame in batches:
            erased = is_erased(frame, tokens, listed)
            kept = frame["_payload"].where(~erased, "{}")
            yield frame[["_row"]].assign(payload=kept, _is_erased=erased)

    return rows.mapInPandas(judge, "_row string, payload string, _is_erased boolean")
