"""Which rows of a file are the feed's: a national file holds every town, a school calendar every zone.

The contract's `keepWhere` says so. What is another's is counted and left out before it is typed: it is in no table, in
no quarantine, and in the landing tier as long as the file.
"""

from calanque.contracts.model import FeedContract
from calanque.contracts.wild_times import tamed
from calanque.formats.base import OWN, REASON
from calanque.ingest.projection_sql import in_levels


def kept_sql(contract: FeedContract, view: str, is_kept: bool = True) -> str:
    """Return the SELECT of the rows of a view that are the feed's by its `keep_where`, or of the others.

    What can not be told, and what is no row, is the feed's: it is judged like its other rows. The view is as that of
    `typing_sql`; the SELECT may give columns beside.
    """
    steps, condition = tamed(contract.keep_where or "true", f"{OWN}k_")
    rows = view
    for level in in_levels(steps):
        rows = f"(SELECT *, {', '.join(f'{sql} AS {alias}' for alias, sql in level)} FROM {rows})"
    is_ours = f"{REASON} IS NOT NULL OR coalesce({condition}, true)"
    return f"SELECT * FROM {rows} WHERE {is_ours if is_kept else f'NOT ({is_ours})'}"


def empty_because(left_out_count: int) -> str:
    """Return why a batch without a row of the feed is refused, as sentences.

    Args:
        left_out_count: rows of its files that are another's.
    """
    if left_out_count:
        return f"keepWhere keeps none of its {left_out_count:,} rows: does the source write otherwise what it asks for?"
    return "The batch holds a header and no row: the source sent nothing. Ask for it again."
