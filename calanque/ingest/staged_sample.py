"""A bounded sample of the text of staged rows: the same for the same rows, and fair wherever in the batch they stand.

Example: of 50,000 rows with 40 names of streets and as many remarks as rows, all names and some hundreds of remarks are
drawn. Their hashes decide which, so that what stands only in the last rows, or in every second one, is drawn as often
as the rest.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING
from zlib import crc32

from calanque.engines import delta_files
from calanque.ingest.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow

VALUES_MAX = 1_000
"""Distinct values drawn of a column."""
CHARACTERS_LEAST, ROWS_A_CHARACTER, CHARACTERS_MAX = 10_000, 8, 40_000
"""Characters that are to be read of a batch, more of a larger one: 10,000 are a twelfth of a second of a core."""
EACH = 15
"""Characters that a value costs beside its own."""
LONGEST = 1_000
"""Characters that are to be read of one value."""
_KEY, _ALL = "calanque-sampled", 2**64
"""Of the hash: its key of 16 bytes, and how many there are."""


def stretch(text: str) -> str:
    """Return a long text's part that is read: another one of another text, so that its end is not always left out."""
    start = crc32(text.encode("utf-8", "replace")) % (len(text) - LONGEST + 1) if len(text) > LONGEST else 0
    return text[start : start + LONGEST]


def sample_staged(path: str, names: Sequence[str]) -> Sample:
    """Draw distinct values of some columns of the staged files in a folder, all of which are read once.

    Raises:
        CalanqueError: if HDFS does not answer.
    """
    draws = {name: _Draw() for name in names}
    row_count = 0
    for rows in delta_files.read_batches(path, names):
        row_count += rows.num_rows
        for name, draw in draws.items():
            draw.add(rows.column(name))
    values, shares = dict[str, tuple[str, ...]](), dict[str, float]()
    left = min(CHARACTERS_LEAST + row_count // ROWS_A_CHARACTER, CHARACTERS_MAX)
    # What a column of few values does not need is the others'.
    for at, (name, draw) in enumerate(sorted(draws.items(), key=lambda item: item[1].cost)):
        values[name] = draw.values(left // (len(draws) - at))
        shares[name] = draw.share(len(values[name]))
        left -= sum(map(_cost, values[name]))
    return Sample(origin=path, row_count=row_count, values=values, shares=shares)


def _cost(text: str) -> int:
    return EACH + min(len(text), LONGEST)


class _Draw:
    """The distinct values of a column with the smallest hashes."""

    def __init__(self) -> None:
        self._kept: dict[int, str] = {}
        self._bound = _ALL

    def add(self, values: pyarrow.Array) -> None:
        """Take the values of some more rows."""
        import numpy as np
        from pandas.util import hash_array

        distinct = values.drop_null().unique().to_numpy(zero_copy_only=False)
        hashes = hash_array(distinct, hash_key=_KEY, categorize=False)
        if len(hashes) > VALUES_MAX:
            self._bound = min(self._bound, int(np.partition(hashes, VALUES_MAX)[VALUES_MAX]))
        is_low = hashes < self._bound
        low = zip(hashes[is_low].tolist(), distinct[is_low], strict=True)
        self._kept |= {at: text for at, text in low if text.strip()}
        if len(self._kept) > VALUES_MAX:
            self._bound = sorted(self._kept)[VALUES_MAX]
            self._kept = {at: text for at, text in self._kept.items() if at < self._bound}

    @property
    def cost(self) -> int:
        """Characters to read of what is drawn, and what it costs beside them."""
        return sum(map(_cost, self._kept.values()))

    def values(self, room: int) -> tuple[str, ...]:
        """Return values, until they cost so many characters."""
        texts = [text.strip() for _, text in sorted(self._kept.items())]
        until = accumulate(map(_cost, texts), initial=0)
        return tuple(text for text, before in zip(texts, until, strict=False) if before < room)

    def share(self, count: int) -> float:
        """Return about which part of the distinct values so many of the drawn ones are."""
        return self._bound / _ALL * count / max(1, len(self._kept))
