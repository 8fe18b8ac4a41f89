"""What a task that failed for good says, and where: always in its log; to a webhook and a mailbox where they are set.

Light on purpose: DAG files import this at parse time.
"""

import logging
import smtplib
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from calanque.engines.airflow import TaskStoppedError
from calanque.errors import CalanqueError
from calanque.settings import Settings, settings

log = logging.getLogger(__name__)
WITHIN_S = 10


def task_defaults(owner: str, limit: timedelta, **more: Any) -> dict[str, Any]:
    """Return the default arguments of a DAG whose tasks may run twice: one retry soon, a time limit, the alert.

    Args:
        owner: who looks after it.
        limit: after which a task is stopped.
        more: other arguments, such as the pool.
    """
    tried = {"retries": 1, "retry_delay": timedelta(seconds=20), "on_failure_callback": alert}
    return {"owner": owner, "execution_timeout": limit, **tried, **more}


def alert(context: Any) -> None:
    """Tell that a task has failed and will not be tried again; the `on_failure_callback` of every DAG.

    Args:
        context: of the task, from Airflow.
    """
    task, now = context["task_instance"], settings()
    failure = {
        "dag_id": task.dag_id,
        "task_id": task.task_id,
        "run_id": task.run_id,
        "sentence": sentence_of(context.get("exception")),
        "address": f"{now.airflow_url}/dags/{task.dag_id}/runs/{task.run_id}/tasks/{task.task_id}",
    }
    log.error("Alert: %s of %s failed. %s", failure["task_id"], failure["dag_id"], failure["sentence"])
    if now.alert_webhook:
        _send(_post, now, failure, "webhook of CALANQUE_ALERT_WEBHOOK")
    if now.alert_email:
        _send(_mail, now, failure, f"mail server {now.alert_smtp} of CALANQUE_ALERT_SMTP")


def sentence_of(error: Any) -> str:
    """Return why a task failed: our own sentence; of a foreign error its class alone, for its text may quote a row."""
    if isinstance(error, TaskStoppedError | CalanqueError):
        return str(error)
    if isinstance(error, BaseException):
        return f"{type(error).__name__}: read the last lines of its log."
    return "Its process was ended from outside: see 'calanque stack status', then clear the task."


def text_of(failure: dict[str, str]) -> str:
    """Return an alert as the text of a message."""
    return f"{failure['dag_id']}, task {failure['task_id']}, has failed. {failure['sentence']}\n{failure['address']}"


def _send(way: Any, now: Settings, failure: dict[str, str], name: str) -> None:
    try:
        way(now, failure)
    except Exception as error:  # an alert that can not leave must not hide the failure it tells
        log.warning("The %s did not take the alert: %s.", name, type(error).__name__)


def _post(now: Settings, failure: dict[str, str]) -> None:
    import httpx

    # It logs each address in full, and that of a webhook holds its key.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # `text` is what chats of the trade show of a message.
    httpx.post(str(now.alert_webhook), json={"text": text_of(failure), **failure}, timeout=WITHIN_S).raise_for_status()


def _mail(now: Settings, failure: dict[str, str]) -> None:
    message = EmailMessage()
    message["From"] = message["To"] = str(now.alert_email)
    message["Subject"] = f"Calanque: {failure['dag_id']} has failed"
    message.set_content(text_of(failure))
    host, _, port = now.alert_smtp.partition(":")
    with smtplib.SMTP(host, int(port or smtplib.SMTP_PORT), timeout=WITHIN_S) as server:
        server.send_message(message)
