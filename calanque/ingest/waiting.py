"""How a run waits, within the bound of its contract, for what its source does not have yet."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from calanque.contracts.model import FeedContract
from calanque.engines.airflow import look_again_at
from calanque.sources import NotThereYetError

POLL_S = 30
log = logging.getLogger(__name__)
T = TypeVar("T")


def when_available(contract: FeedContract, action: Callable[[], T], poll_s: float = POLL_S) -> T:
    """Return what an action returns, tried again until its source has something or the contract's minutes are over.

    Raises:
        NotThereYetError: if it never had.
    """
    limit = time.monotonic() + contract.source.patience_minutes * 60
    while True:
        try:
            return action()
        except NotThereYetError as error:
            if time.monotonic() + poll_s > limit:
                raise
            log.info("%s Looking again in %s s.", error, poll_s)
            time.sleep(poll_s)


def in_a_task(contract: FeedContract, run: Any, action: Callable[[], T]) -> T:
    """Return what an action of a task returns; while its source has nothing yet, give the slot back and come again.

    Args:
        contract: the feed's contract; its source says how long to wait from the start of the run.
        run: the DAG run.
        action: what the task does.

    Raises:
        NotThereYetError: if the minutes are over.
    """
    try:
        return action()
    except NotThereYetError as error:
        now = datetime.now(UTC)
        limit = (run.start_date or run.run_after) + timedelta(minutes=contract.source.patience_minutes)
        if now + timedelta(seconds=POLL_S) > limit:
            raise
        look_again_at(now + timedelta(seconds=POLL_S), str(error))
