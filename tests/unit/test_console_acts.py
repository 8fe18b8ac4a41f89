"""What the journal is told of requests to Airflow, and of HDFS' audit log: who, what, how it ended, and no secret."""

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from calanque.console import acts
from calanque.console.acts import Acts
from calanque.journal import hdfs_audit, log, sources
from calanque.settings import settings

SECRET = "correct-horse"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    async def caller(scope: Any) -> str | None:
        return dict(scope["headers"]).get(b"as", b"").decode() or None

    monkeypatch.setattr(acts, "_caller", caller)
    monkeypatch.setattr(log, "tell", lambda **act: found.append(act))
    return found


def ask(method: str, path: str, status: int = 200, body: bytes = b"", location: bytes = b"", who: str = "ana") -> bytes:
    """Ask the middleware; returns the body that reached what is behind it."""
    reached = bytearray()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        reached.extend((await receive())["body"])
        headers = [(b"location", location)] if location else []
        await send({"type": "http.response.start", "status": status, "headers": headers})

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None: ...

    scope = {"type": "http", "method": method, "path": path, "headers": [(b"as", who.encode())]}
    asyncio.run(Acts(app)(scope, receive, send))
    return bytes(reached)


FORM = f"username=ana&password={SECRET}&csrf_token=x".encode()
TOKEN = json.dumps({"username": "ana", "password": SECRET}).encode()


@pytest.mark.parametrize(
    ("path", "body", "status", "location", "who", "outcome"),
    [
        pytest.param("/auth/login/", FORM, 302, b"/auth/", "ana", "done", id="form"),
        pytest.param("/auth/login/", FORM, 302, b"/auth/login/?next=", "unknown", "WRONG_PASSWORD", id="wrong"),
        pytest.param("/auth/login", FORM, 200, b"", "unknown", "WRONG_PASSWORD", id="form-again"),
        pytest.param("/auth/token", TOKEN, 201, b"", "ana", "done", id="api"),
        pytest.param("/auth/token/cli", TOKEN, 401, b"", "unknown", "WRONG_PASSWORD", id="api-wrong"),
        pytest.param("/auth/token", b"{", 422, b"", "unknown", "WRONG_PASSWORD", id="no-json"),
        pytest.param("/auth/token", b"[1]", 201, b"", "unknown", "done", id="no-name"),
    ],
)
def test_a_sign_in_is_told_by_its_account_and_a_wrong_one_by_none(
    told: list[dict[str, Any]], path: str, body: bytes, status: int, location: bytes, who: str, outcome: str
) -> None:
    assert ask("POST", path, status, body, location) == body
    (act,) = told
    assert (act["action"], act["who"], act["outcome"], act["source"]) == ("sign_in", who, outcome, "airflow")
    assert SECRET not in str(told)


@pytest.mark.parametrize(
    ("method", "path", "status", "expected"),
    [
        ("GET", "/calanque/lac", 200, ("console", "consultation", "/calanque/lac", "done")),
        ("GET", "/calanque/journal", 403, ("console", "consultation", "/calanque/journal", "FORBIDDEN")),
        ("POST", "/calanque/lac/x", 303, ("console", "modification", "POST /calanque/lac/x", "done")),
        ("POST", "/api/v2/dags/d/dagRuns", 200, ("airflow", "modification", "POST /api/v2/dags/d/dagRuns", "done")),
        ("DELETE", "/api/v2/dags/d", 404, ("airflow", "modification", "DELETE /api/v2/dags/d", "NOT_FOUND")),
        ("POST", "/api/v2/dags/~/dagRuns/~/taskInstances/list", 200, None),
        ("GET", "/api/v2/dags", 200, None),
        ("GET", "/calanque/lac.svg", 200, None),
        ("POST", "/execution/task-instances", 200, None),
    ],
)  # fmt: skip
def test_pages_and_changes_are_told_and_nothing_else(
    told: list[dict[str, Any]], method: str, path: str, status: int, expected: tuple[str, ...] | None
) -> None:
    ask(method, path, status)
    assert [(one["source"], one["action"], *one["objects"], one["outcome"]) for one in told] == [expected] * bool(
        expected
    )
    assert {one["who"] for one in told} <= {"ana"}


def test_a_journal_that_can_not_be_told_stops_nobody(
    told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(**act: Any) -> None:
        raise OSError("No space left")

    monkeypatch.setattr(log, "tell", full)
    ask("GET", "/calanque/lac")
    assert "was not told" in caplog.text


NOW = datetime(2026, 6, 1, 12, 5, 40, tzinfo=UTC)


def audit(*lines: tuple[int, str, str, str, bool]) -> str:
    """Return lines of the audit log, of so many seconds before now, in the machine's own time."""
    text = ""
    for ago, who, command, path, is_allowed in lines:
        local = (NOW - timedelta(seconds=ago)).astimezone().replace(tzinfo=None)
        text += f"{local.isoformat('T', 'milliseconds').replace('.', ',')} allowed={str(is_allowed).lower()}\t"
        text += f"ugi={who}\tip=/127.0.0.1\tcmd={command}\tsrc={path}\tdst=null\tperm=null\tproto=rpc\n"
    return text


def test_who_goes_to_hdfs_by_themselves_is_told_minute_by_minute(tmp_path: Path) -> None:
    path = "/lake/bronze/citizen_reports/part-0.parquet"
    old, new = tmp_path / "hdfs-audit.log.1", tmp_path / "hdfs-audit.log"
    old.write_text(
        audit(
            (130, "mallory (auth:SIMPLE)", "open", path, False),
            (129, "mallory (auth:SIMPLE)", "listStatus", "/", False),
        )
    )
    new.write_text(
        audit(
            (128, "lake (auth:SIMPLE)", "open", path, True),
            (127, "analyst (auth:PROXY) via trino (auth:SIMPLE)", "open", "/lake/marts/x", True),
            (100, "hdfs (auth:SIMPLE)", "delete", path, True),
            (99, "hdfs (auth:SIMPLE)", "setPermission", "/lake", True),
            (5, "hdfs (auth:SIMPLE)", "open", path, True),
        )
        + "no line of it\n"
    )
    for file, ago in ((old, 60), (new, 0)):
        os.utime(file, (NOW.timestamp() - ago,) * 2)
    until = hdfs_audit.whole_minutes(NOW)
    assert until == NOW.replace(second=0)
    found = hdfs_audit.acts(tmp_path, NOW - timedelta(hours=1), until)
    assert [(one["who"], one["action"], one["objects"], one["outcome"]) for one in found] == [
        ("mallory", "consultation", ["/", "/lake/bronze/citizen_reports"], "PERMISSION_DENIED"),
        ("hdfs", "erasure", ["/lake/bronze/citizen_reports"], "done"),
        ("hdfs", "modification", ["/lake"], "done"),
    ]
    assert found[0]["client"] == "2 calls" and len({one["event_id"] for one in found}) == 3
    assert [log.Act.model_validate(one).action for one in found]
    assert hdfs_audit.acts(tmp_path, until, until + timedelta(minutes=1))[0]["action"] == "consultation"


def test_a_source_that_fell_silent_is_told_with_its_last_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = settings().model_copy(update={"home": tmp_path})
    monkeypatch.setattr(sources, "settings", lambda: here)
    monkeypatch.setattr(
        sources.httpx, "get", lambda url, timeout: httpx.Response(200, request=httpx.Request("GET", url))
    )
    here.logs.mkdir()
    audited = here.logs / "hdfs-audit.log"
    audited.touch()
    assert sources.silent() == []
    os.utime(audited, (NOW.timestamp(),) * 2)
    (told,) = sources.silent(NOW + timedelta(hours=1))
    assert "HDFS' audit log has no line since 2026-06-01 12:05 UTC" in told

    def away(url: str, timeout: float) -> Any:
        raise httpx.ConnectError("refused")

    monkeypatch.setattr(sources.httpx, "get", away)
    told, _ = sources.silent(NOW + timedelta(hours=1))
    assert "taken by nobody (the last came at an unknown time)" in told and "restart journal" in told
