"""Files of a batch whose rows are mostly no rows of the feed, beside files that are good: they go alone.

Without this, one file of another content would refuse the good ones that came with it.
"""

from __future__ import annotations

import logging
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import unquote

from calanque.engines import delta_files
from calanque.formats.base import FILE
from calanque.ingest.erased import ERASED
from calanque.ingest.type_ import read_rows
from calanque.sql_text import literal, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from calanque.contracts.model import FeedContract
    from calanque.ingest.header import Header
    from calanque.ingest.records import LandedBatch

TOO_MANY = "too_many_refused"
"""Why a row is in quarantine though it may fit: too many of its file, or of its batch, do not."""
log = logging.getLogger(__name__)


def spoilt_files(
    contract: FeedContract, landed: LandedBatch, headers: dict[str, Header], refused_path: str
) -> frozenset[str]:
    """Return the files of which more rows are refused than the contract allows, by the name that rows have of them.

    None is, where a batch is one file, or the contract asks for all or none, or no other file is good.

    Args:
        contract: the feed's contract.
        landed: the batch.
        headers: the columns of the rows of each of its files.
        refused_path: where the refused rows lie in staging.
    """
    if len(landed.files) < 2 or not contract.source.keeps_apart:
        return frozenset()
    rows = delta_files.read_files(refused_path, ["_row", "reasons"]).to_pylist()
    # An erased row is no fault of the source.
    refused = Counter(row["_row"].rpartition("#")[0] for row in rows if ERASED not in row["reasons"])
    counted = read_rows(contract, landed, headers).groupBy(FILE).count().collect()
    counts = {row[0]: row[1] for row in counted}
    found = frozenset(name for name, count in counts.items() if refused[name] > contract.max_refused_rate * count)
    if len(found) == len(counts):
        return frozenset()
    for name in sorted(found):
        log.warning(
            "%s: %s of %s rows of %s do not fit the contract: all of them go to quarantine, and the other files are "
            "loaded. Ask the source for that file again.",
            *(contract.feed, f"{refused[name]:,}", f"{counts[name]:,}", unquote(name)),
        )
    return found


def without_spoilt(contract: FeedContract, typed: DataFrame, spoilt: frozenset[str]) -> DataFrame:
    """Return a typed batch of which every row of some files is refused, with what may be kept of it."""
    if not spoilt:
        return typed
    among = f"{FILE} IN ({', '.join(map(literal, sorted(spoilt)))})"
    shown = ", ".join(quoted(column.name) for column in contract.bronze if column.classification == "open")
    # Who was erased may be in a row of a feed about persons.
    kept = "'{}'" if contract.is_personal else f"to_json(struct({shown}))"
    changed = {
        "_is_good": f"_is_good AND NOT {among}",
        "_reasons": f"CASE WHEN {among} THEN concat(coalesce(_reasons, CAST(array() AS array<string>)), "
        f"array('{TOO_MANY}')) ELSE _reasons END",
        "_payload": f"CASE WHEN {among} AND _is_good THEN {kept} ELSE _payload END",
    }
    return typed.selectExpr(*(f"{changed[n]} AS {n}" if n in changed else quoted(n) for n in typed.columns))
