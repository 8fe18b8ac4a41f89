"""A share of processor time for each text: one that asks for more is not read to its end, and is masked whole.

Whatever a stranger writes, a text must cost no more than its length allows, and never its neighbours. Python's `re`
looks for signals while it matches, so that a timer ends any rule, of words or of signs.
"""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from calanque.errors import CalanqueError

LEAST_S = 0.25
PER_CHARACTER_S = 17e-6
"""French prose takes half of it or less; a text of 100,000 characters has 1.95 s."""

_AGAIN_S = 0.05
"""Python swallows what is raised while it collects garbage: a text that goes on after its end is ended again."""


class OverBudgetError(Exception):
    """A text has used up its share; the sentence names no text."""


class Budget:
    """What is left of the share of one text, in seconds of processor time."""

    def __init__(self, text: str) -> None:
        self.left_s = LEAST_S + PER_CHARACTER_S * len(text)

    @contextmanager
    def spending(self) -> Iterator[None]:
        """Let the block take what is left, inside `armed`.

        Raises:
            OverBudgetError: when the block takes more.
        """
        if self.left_s <= 0:
            raise OverBudgetError
        started_s = time.process_time()
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, self.left_s, _AGAIN_S)
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            self.left_s -= time.process_time() - started_s


@contextmanager
def armed() -> Iterator[None]:
    """Let budgets end what is over them inside the block.

    Raises:
        CalanqueError: outside the main thread, where nothing could end a text: nothing is read without a bound.
    """
    if threading.current_thread() is not threading.main_thread():
        raise CalanqueError(
            "Redaction keeps each text within its share of time, which works in the main thread of a process only: "
            "call it there, or in a process of its own."
        )
    before = signal.signal(signal.SIGVTALRM, _end)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _end(_number: int, _frame: Any) -> None:
    raise OverBudgetError
