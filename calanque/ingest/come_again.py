"""Keys that an append brings though another batch brought them before: how many, and whether their rows moved.

Nothing is refused for it: a file may overlap the one before. But who sends corrections as an append is to know it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from calanque.contracts.shapes import shapes
from calanque.engines import delta, delta_files, deltars

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    import pyarrow

    from calanque.contracts.model import FeedContract

_BATCH = "_batch_id"


class Again(NamedTuple):
    """How many keys of a batch another one has brought, and how many of them are about another instant now."""

    key_count: int = 0
    moved_count: int = 0

    def mark(self) -> dict[str, str]:
        """Return what the history of the table says of it; nothing where no key came again."""
        return {"came_again": f"{self.key_count}", "moved": f"{self.moved_count}"} if self.key_count else {}

    @classmethod
    def of_mark(cls, mark: Mapping[str, Any]) -> Again:
        """Return what the history of the table says."""
        return cls(int(mark.get("came_again") or 0), int(mark.get("moved") or 0))


def came_again(contract: FeedContract, path: str, batch_id: str) -> Again:
    """Return which keys of the good rows in a folder are in bronze already, from another batch.

    The key is that of `duplicates`, else of the shape; a feed with neither has none. Only its columns are read.
    """
    key, happened = _key(contract), _happened(contract)
    if not key or delta.last_commit(contract.bronze_table) is None:
        return Again()
    import pyarrow
    from pyarrow import compute

    wanted = [*key, *happened]
    new = delta_files.read_files(path, wanted)
    mine = _joined(new, key)
    known = compute.unique(mine)
    found: dict[str, set[Any]] = {}
    for part in deltars.read_parts(contract.bronze_table, [*wanted, _BATCH]):
        keys = _joined(part, key)
        is_other = compute.not_equal(part[_BATCH], batch_id)
        same = compute.and_(is_other, compute.is_in(keys, value_set=known))
        _gather(found, keys.filter(same), _instants(part, happened).filter(same))
    if not found:
        return Again()
    now: dict[str, set[Any]] = {}
    held = compute.is_in(mine, value_set=pyarrow.array(list(found)))
    _gather(now, mine.filter(held), _instants(new, happened).filter(held))
    return Again(len(found), sum(now[key] != before for key, before in found.items()))


def _key(contract: FeedContract) -> tuple[str, ...]:
    if contract.duplicates:
        return contract.duplicates.key
    column = contract.filling().get(shapes()[contract.shape].meta.key) if contract.shape else None
    return (column.name,) if column else ()


def _happened(contract: FeedContract) -> tuple[str, ...]:
    named = shapes()[contract.shape].meta.happened if contract.shape else None
    column = contract.filling().get(named) if named else None
    return (column.name,) if column else ()


def _joined(rows: pyarrow.Table | pyarrow.RecordBatch, key: Sequence[str]) -> Any:
    """Return the keys as one text each; a part that is missing is one too."""
    import pyarrow
    from pyarrow import compute

    texts = [compute.fill_null(compute.cast(rows[name], pyarrow.string()), "\0") for name in key]
    joined = texts[0] if len(texts) == 1 else compute.binary_join_element_wise(*texts, "\x1f")
    return joined.combine_chunks() if isinstance(joined, pyarrow.ChunkedArray) else joined


def _instants(rows: pyarrow.Table | pyarrow.RecordBatch, happened: Sequence[str]) -> Any:
    import pyarrow
    from pyarrow import compute

    if not happened:
        return pyarrow.nulls(rows.num_rows)
    instants = compute.cast(rows[happened[0]], pyarrow.string())
    return instants.combine_chunks() if isinstance(instants, pyarrow.ChunkedArray) else instants


def _gather(found: dict[str, set[Any]], keys: Any, instants: Any) -> None:
    for key, at in zip(keys.to_pylist(), instants.to_pylist(), strict=True):
        found.setdefault(key, set()).add(at)
