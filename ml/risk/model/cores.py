"""Both cores of a small machine: numpy lets go of Python's lock while it works on the cells of a city."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, TypeVar

Asked = TypeVar("Asked")
Found = TypeVar("Found")
CORES = 2


def one_thread_each() -> AbstractContextManager[Any]:
    """Keep algebra on one thread each: both cores have work, and threads that wait for each other spin."""
    from threadpoolctl import threadpool_limits

    limited: AbstractContextManager[Any] = threadpool_limits(1, user_api="blas")
    return limited


def in_turns(do: Callable[[Asked], Found], asked: Iterable[Asked]) -> list[Found]:
    """Return what `do` gives for each item, in their order; two are worked on at a time, so they must not meet."""
    with ThreadPoolExecutor(CORES) as cores:
        return list(cores.map(do, asked))
