"""In which encoding the rows of a batch seem to be that are not in the one of its contract."""

from typing import TYPE_CHECKING

from calanque.engines.hdfs import lake
from calanque.formats.text import likely_encoding
from calanque.ingest.tiers import landing_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from calanque.ingest.records import LandedBatch

BAD_ENCODING = "bad_encoding"
READ_BYTES = 16 * 1024**2
"""Of a file: rows in another encoding are seldom alone."""


def advice_on(landed: "LandedBatch", reasons: "Iterable[str]") -> str:
    """Return a sentence, after a blank, that names the likely encodings of rows refused for theirs; empty without.

    Args:
        landed: the batch.
        reasons: for which its rows are refused.
    """
    if BAD_ENCODING not in reasons:
        return ""
    folder = landing_path(landed.feed, landed.batch_id)
    starts = (
        lake().read(f"{folder}/{file.name}", length=min(file.size_bytes, READ_BYTES))
        for file in landed.files
        if not file.is_decodable
    )
    found = sorted({name for start in starts if (name := likely_encoding(start.splitlines()))})
    if not found:
        return ""
    return (
        f" What is refused as {BAD_ENCODING} seems to be in {' and '.join(found)}: ask for UTF-8 throughout, or, where "
        "all of the file is so, correct the encoding in its fileFormat."
    )
