"""What was asked a moment ago is not asked again: marts change some times a day, and many people look at the same."""

from __future__ import annotations

import time
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

FRESH_S = 60
"""As long as a change of the door's rules may take to be felt."""
MOST = 64
Answer = TypeVar("Answer")


def remembered(ask: Callable[..., Answer]) -> Callable[..., Answer]:
    """Return a function that answers the same question the same way within a minute; its answers are not changed.

    Who asks is part of the question: the account at the query door, by which it says who sees what.
    """

    @lru_cache(maxsize=MOST)
    def of_minute(_: int, *asked: str) -> Answer:
        return ask(*asked)

    @wraps(ask)
    def answer(*asked: str) -> Answer:
        return of_minute(int(time.monotonic() / FRESH_S), *asked)

    FORGETTING.append(of_minute.cache_clear)
    return answer


FORGETTING: list[Callable[[], None]] = []


def forget() -> None:
    """Ask everything anew."""
    for one in FORGETTING:
        one()
