"""What a task of the orchestrator does: the one place where an error of ours becomes the last line of its log."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NoReturn

from calanque.errors import CalanqueError, RefusedBatchError

# Libraries that tell each of their calls: an engineer reads steps and sentences.
CHATTY = ("hdfs", "great_expectations", "py4j", "mlflow", "alembic")
log = logging.getLogger(__name__)


class TaskStoppedError(SystemExit):
    """Ends a task as failed in one line of its log: for any other exception Airflow prints its own frames.

    Its code is the sentence; Airflow tries the task again while its retries last.
    """


class TaskRefusedError(TaskStoppedError):
    """Ends a task as failed for good, by `no_second_try`."""


def no_second_try() -> Any:
    """Return the retry policy of tasks that may refuse a batch: a retry would only refuse it again."""
    from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

    return ExceptionRetryPolicy(rules=[RetryRule(exception=TaskRefusedError, action=RetryAction.FAIL)])


@contextmanager
def plainly() -> Iterator[None]:
    """Let the task's log show our steps only, and end it on a CalanqueError with that sentence and nothing after."""
    from airflow.sdk.exceptions import AirflowTaskTimeout

    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    _say_links({})
    try:
        yield
    except AirflowTaskTimeout:
        raise TaskStoppedError(
            "It was stopped at its time limit: see what else the machine does with 'calanque stack status', then clear "
            "the task."
        ) from None
    except RefusedBatchError as error:
        raise TaskRefusedError(str(error)) from None
    except CalanqueError as error:
        raise TaskStoppedError(str(error)) from None


def skip(sentence: str) -> NoReturn:
    """Say the sentence and end the task as skipped: what follows is skipped too, and no asset is announced."""
    from airflow.sdk.exceptions import AirflowSkipException

    log.info(sentence)
    raise AirflowSkipException


def look_again_at(when: datetime, sentence: str) -> NoReturn:
    """Say the sentence and end this try of the task: its slot is free until then, and no retry is used up."""
    from airflow.sdk.exceptions import AirflowRescheduleException

    log.info("%s Looking again at %s.", sentence, when.isoformat(timespec="seconds"))
    raise AirflowRescheduleException(when)  # type: ignore[no-untyped-call]


def run_step(step: Callable[[str, str], dict[str, Any] | None], territory: str, idle: str) -> dict[str, Any]:
    """Return what a step of a territory did; end the task as skipped, saying `idle`, when it had nothing to do.

    `step` takes the territory and the run's id, and returns None when nothing had changed.
    """
    from airflow.sdk import get_current_context

    from calanque.engines.assets import announce

    with plainly():
        done = step(territory, get_current_context()["dag_run"].run_id)
    if done is None:
        skip(idle)
    announce(done)
    _say_links(done)
    return done


def _say_links(returned: dict[str, Any]) -> None:
    """Log the addresses behind the task's buttons: Airflow shows the buttons two clicks away, the log at once."""
    from airflow.sdk import get_current_context

    try:
        task = get_current_context().get("task")
    except RuntimeError:  # not in a task
        return
    for link in getattr(task, "operator_extra_links", ()):
        address = returned.get(getattr(link, "key", "")) if returned else getattr(link, "address", "")
        if address:
            log.info("%s: %s", link.name, address)
