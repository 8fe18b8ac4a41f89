"""Both cores of a small machine: numpy lets go of Python's lock while it works on the cells of a city."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Asked = TypeVar("Asked")
Found = TypeVar("Found")
CORES = 2


def in_turns(do: Callable[[Asked], Found], asked: Iterable[Asked]) -> list[Found]:
    """Return what `do` gives for each item, in their order; two are worked on at a time, so they must not meet."""
    with ThreadPoolExecutor(CORES) as cores:
        return list(cores.map(do, asked))
