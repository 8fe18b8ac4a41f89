"""A task that has failed for good says so where it is told to, with its sentence and nothing of a row."""

import json
import logging
import socketserver
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from calanque.engines import airflow_alerts
from calanque.engines.airflow import TaskStoppedError
from calanque.settings import Settings

TASK = SimpleNamespace(dag_id="train_here", task_id="train", run_id="scheduled__2026-01-01")
PERSONAL = "Jeanne Dupont"


def say(monkeypatch: pytest.MonkeyPatch, error: Any, **where: Any) -> None:
    monkeypatch.setattr(airflow_alerts, "settings", lambda: Settings(**where))
    airflow_alerts.alert({"task_instance": TASK, "exception": error})


class Hook(HTTPServer):
    """Keeps what is posted to it and answers with a code."""

    answer = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Posted)
        self.bodies: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?key=not-for-logs"


class Posted(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        self.server.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


class Mailbox(socketserver.TCPServer):
    """Takes one mail as a server of RFC 5321 does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Mailed)
        self.mails: list[str] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class Mailed(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            self.say({"DATA": "354 go on", "QUIT": "221 bye"}.get(verb, "250 ok"))
            if verb == "DATA":
                lines = iter(lambda: self.rfile.readline().decode().rstrip("\r\n"), ".")
                self.server.mails.append("\n".join(lines))
                self.say("250 kept")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def hook() -> Iterator[Hook]:
    yield from serving(Hook())


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    yield from serving(Mailbox())


def serving(server: Any) -> Iterator[Any]:
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_webhook_gets_the_sentence_and_the_address_of_the_task(monkeypatch: pytest.MonkeyPatch, hook: Hook) -> None:
    say(monkeypatch, TaskStoppedError("MLflow does not answer."), alert_webhook=hook.url)
    (body,) = hook.bodies
    assert body["sentence"] == "MLflow does not answer."
    assert body["address"].endswith("/dags/train_here/runs/scheduled__2026-01-01/tasks/train")
    assert body["text"] == f"train_here, task train, has failed. MLflow does not answer.\n{body['address']}"


def test_a_mailbox_gets_the_same(monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox) -> None:
    where = {"alert_email": "night@example.org", "alert_smtp": mailbox.address}
    say(monkeypatch, TaskStoppedError("MLflow does not answer."), **where)
    (mail,) = mailbox.mails
    assert "To: night@example.org" in mail
    assert "Subject: Calanque: train_here has failed" in mail
    assert "train_here, task train, has failed. MLflow does not answer." in mail


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        pytest.param(ValueError(f"bad row: {PERSONAL}"), "ValueError: read the last lines of its log.", id="foreign"),
        pytest.param(None, "ended from outside", id="killed"),
        pytest.param("Process terminated", "ended from outside", id="told by the scheduler"),
    ],
)
def test_an_alert_quotes_no_row(
    monkeypatch: pytest.MonkeyPatch, hook: Hook, caplog: pytest.LogCaptureFixture, error: Any, sentence: str
) -> None:
    say(monkeypatch, error, alert_webhook=hook.url)
    assert sentence in hook.bodies[0]["sentence"]
    assert PERSONAL not in json.dumps(hook.bodies) + caplog.text


def test_without_settings_the_log_alone_says_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    say(monkeypatch, TaskStoppedError("MLflow does not answer."))
    assert [(one.levelno, one.getMessage()) for one in caplog.records] == [
        (logging.ERROR, "Alert: train of train_here failed. MLflow does not answer.")
    ]


def test_who_does_not_take_an_alert_is_named_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, hook: Hook, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    hook.answer = 500
    caplog.set_level(logging.INFO)
    where = {"alert_webhook": hook.url, "alert_email": "night@example.org", "alert_smtp": mailbox.address}
    say(monkeypatch, TaskStoppedError("MLflow does not answer."), **where)
    assert len(mailbox.mails) == 1
    assert "The webhook of CALANQUE_ALERT_WEBHOOK did not take the alert: HTTPStatusError." in caplog.text
    assert "not-for-logs" not in caplog.text
