"""Both cores of a small machine: numpy lets go of Python's lock while it works on the cells of a city."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Asked = TypeVar("Asked")
Found = TypeVar("Found")
CORES = 2


def in_turns(do: Callable[[Asked], Found], asked: Iterable[Asked]) -> list[Found]:
    """Return what `do` gives for each item, in their order; two are worked on at a time, so they must not meet."""
    with ThreadPoolExecutor(CORES) as cores:
        return list(cores.map(do, asked))
