"""What was asked a moment ago is not asked again: marts change some times a day, and many people look at the same.

While the query door does not answer, a page shows what it said last, and says that it is not of now.
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

    def answer(self, ask: Callable[[], Answer], *, is_kept: bool) -> Answer:
        with self._lock:
            age_s = time.monotonic() - self._asked_at
            if age_s >= FRESH_S:
                try:
                    self._answers = [ask()]
                except NoAnswerError:
                    if not is_kept or age_s >= KEPT_S:
                        raise
                    _SILENCE.begun(self._asked_at)
                else:
                    self._asked_at = time.monotonic()
                    _SILENCE.ended()
            return self._answers[0]


class _Silence:
    """When the oldest answer was given that is shown because the door does not answer; None while it does."""

    def __init__(self) -> None:
        self.of: float | None = None

    def begun(self, asked_at: float) -> None:
        self.of = min(self.of or asked_at, asked_at)

    def ended(self) -> None:
        self.of = None


_SILENCE = _Silence()


def silent_min() -> int | None:
    """Return how old the oldest answer shown for want of a newer one is, minutes; None while the door answers."""
    return None if _SILENCE.of is None else int((time.monotonic() - _SILENCE.of) / 60)


def remembered(ask: Callable[..., Answer]) -> Callable[..., Answer]:
    """Return a function that answers the same question the same way within a minute; its answers are not changed.

    Who asks is part of the question: the account at the query door, by which it says who sees what. Of many who ask the
    same at once one is heard; a question that failed is asked again.
    """
    return _remembered(ask, is_kept=False)


def kept(ask: Callable[..., Answer]) -> Callable[..., Answer]:
    """Return a function that remembers as `remembered` does, and for an hour while the door does not answer."""
    return _remembered(ask, is_kept=True)


def _remembered(ask: Callable[..., Answer], *, is_kept: bool) -> Callable[..., Answer]:
    @lru_cache(maxsize=MOST)
    def held(*_: str) -> _Held[Answer]:
        return _Held()

    @wraps(ask)
    def answer(*asked: str) -> Answer:
        return held(*asked).answer(lambda: ask(*asked), is_kept=is_kept)

    FORGETTING.append(held.cache_clear)
    return answer


FORGETTING: list[Callable[[], None]] = [_SILENCE.ended]


def forget() -> None:
    """Ask everything anew."""
    for one in FORGETTING:
        one()
