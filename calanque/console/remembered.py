"""What was asked a moment ago is not asked again: marts change some times a day, and many people look at the same.

While the query door does not answer, a page shows what it said last, and says how long ago that was.
"""

from __future__ import annotations

import time
from functools import lru_cache, wraps
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from calanque.engines.trino import NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Callable

FRESH_S = 60
"""As long as a change of the door's rules may take to be felt."""
KEPT_S = 3600
"""As long as a page shows what the door said before it fell silent."""
MOST = 128
Answer = TypeVar("Answer")


class _Held(Generic[Answer]):
    """What was answered last, and when; who wants it while somebody asks waits for theirs."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._answers: list[Answer] = []
        self._asked_at = -float("inf")

    def answer(self, ask: Callable[[], Answer], *, is_kept: bool) -> tuple[Answer, float]:
        with self._lock:
            age_s = time.monotonic() - self._asked_at
            if age_s < FRESH_S:
                return self._answers[0], 0.0
            try:
                self._answers = [ask()]
            except NoAnswerError:
                if not is_kept or age_s >= KEPT_S:
                    raise
                return self._answers[0], age_s
            except Exception:
                # Who is refused now is not told later what they were told before.
                self._answers, self._asked_at = [], -float("inf")
                raise
            self._asked_at = time.monotonic()
            return self._answers[0], 0.0


def remembered(ask: Callable[..., Answer]) -> Callable[..., Answer]:
    """Return a function that answers the same question the same way within a minute; its answers are not changed.

    Who asks is part of the question: the account at the query door, by which it says who sees what. Of many who ask the
    same at once one is heard; a question that failed is asked again.
    """
    answer = _held(ask, is_kept=False)

    @wraps(ask)
    def answered(*asked: str) -> Answer:
        return answer(*asked)[0]

    return answered


def kept(ask: Callable[..., Answer]) -> Callable[..., tuple[Answer, float]]:
    """Return a function that remembers as `remembered` does, and for an hour while the door does not answer.

    It also says how old, in seconds, an answer is that is given for want of a newer one; 0 of any other.
    """
    return _held(ask, is_kept=True)


def _held(ask: Callable[..., Answer], *, is_kept: bool) -> Callable[..., tuple[Answer, float]]:
    @lru_cache(maxsize=MOST)
    def held(*_: str) -> _Held[Answer]:
        return _Held()

    @wraps(ask)
    def answer(*asked: str) -> tuple[Answer, float]:
        return held(*asked).answer(lambda: ask(*asked), is_kept=is_kept)

    FORGETTING.append(held.cache_clear)
    return answer


FORGETTING: list[Callable[[], None]] = []


def forget() -> None:
    """Ask everything anew."""
    for one in FORGETTING:
        one()
