"""What was asked a moment ago is not asked again: marts change some times a day, and many people look at the same."""

from __future__ import annotations

import time
from functools import lru_cache, wraps
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

FRESH_S = 60
"""As long as a change of the door's rules may take to be felt."""
MOST = 64
Answer = TypeVar("Answer")


class _Once(Generic[Answer]):
    """An answer that is asked for by the first who wants it; who wants it meanwhile waits for theirs."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: list[Answer] = []

    def answer(self, ask: Callable[[], Answer]) -> Answer:
        with self._lock:
            if not self._answers:
                self._answers.append(ask())
            return self._answers[0]


def remembered(ask: Callable[..., Answer]) -> Callable[..., Answer]:
    """Return a function that answers the same question the same way within a minute; its answers are not changed.

    Who asks is part of the question: the account at the query door, by which it says who sees what. Of many who ask the
    same at once one is heard; a question that failed is asked again.
    """

    @lru_cache(maxsize=MOST)
    def of_minute(_: int, *asked: str) -> _Once[Answer]:
        return _Once()

    @wraps(ask)
    def answer(*asked: str) -> Answer:
        return of_minute(int(time.monotonic() / FRESH_S), *asked).answer(lambda: ask(*asked))

    FORGETTING.append(of_minute.cache_clear)
    return answer


FORGETTING: list[Callable[[], None]] = []


def forget() -> None:
    """Ask everything anew."""
    for one in FORGETTING:
        one()
