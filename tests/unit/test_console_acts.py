"""What the journal is told of requests to Airflow, and of HDFS' audit log: who, what, how it ended, and no secret."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from calanque.console.lac import acts
from calanque.console.lac.acts import Acts
from calanque.journal import hdfs_audit, log, sources
from calanque.settings import settings

SECRET = "correct-horse"


TOKENS = {"a.b.c": "ana", "d.e.f": "dpo"}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    async def named(tokens: Any) -> str | None:
        return next((TOKENS[token] for token in tokens if token in TOKENS), None)

    monkeypatch.setattr(acts, "_named", named)
    monkeypatch.setattr(log, "tell", lambda **act: found.append(act))
    return found


def ask(method: str, path: str, status: int = 200, given: tuple[tuple[bytes, bytes], ...] = (), **more: Any) -> None:
    """Ask the middleware, which is answered with a status, headers and a body."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": given})
        await send({"type": "http.response.body", "body": more.get("body", b"")})

    async def receive() -> Any:
        return {"type": "http.request", "body": FORM}

    async def send(message: Any) -> None: ...

    bearer = more.get("bearer", "a.b.c")
    headers = [(b"authorization", f"Bearer {bearer}".encode())] if bearer else []
    asyncio.run(Acts(app)({"type": "http", "method": method, "path": path, "headers": headers}, receive, send))


# Whatever was typed, signed in is whom a token was given.
FORM = f"username=dpo&password={SECRET}&csrf_token=x".encode()
TOKEN = ((b"set-cookie", b"session=1; HttpOnly"), (b"set-cookie", b"_token=a.b.c; Path=/; HttpOnly"))
BACK = ((b"location", b"/auth/login/?next=%2F"),)


@pytest.mark.parametrize(
    ("path", "status", "given", "body", "expected"),
    [
        pytest.param("/auth/login/", 302, TOKEN, b"", ("ana", "done"), id="form"),
        pytest.param("/auth/", 302, TOKEN, b"", ("ana", "done"), id="way-in"),
        pytest.param("/auth/login/", 302, BACK, b"", ("unknown", "WRONG_PASSWORD"), id="wrong"),
        pytest.param("/auth/login", 302, ((b"location", b"/calanque/lac?x=/login"),), b"", None, id="signed-in-before"),
        pytest.param("/auth/login/", 400, (), b"", None, id="form-too-old"),
        pytest.param("/auth/token", 201, (), b'{"access_token": "d.e.f"}', ("dpo", "done"), id="api"),
        pytest.param("/auth/token/cli", 401, (), b"", ("unknown", "WRONG_PASSWORD"), id="api-wrong"),
        pytest.param("/auth/token", 429, (), b"", None, id="has-to-wait"),
        pytest.param("/auth/token", 201, (), b"{", None, id="no-json"),
        pytest.param("/auth/token", 201, (), b"[1]", None, id="no-token"),
    ],
)
def test_a_sign_in_is_told_by_whom_a_token_was_given_and_a_wrong_one_by_nobody(
    told: list[dict[str, Any]], path: str, status: int, given: Any, body: bytes, expected: tuple[str, str] | None
) -> None:
    ask("GET" if path == "/auth/" else "POST", path, status, given, body=body)
    assert [(act["who"], act["outcome"]) for act in told] == ([expected] if expected else [])
    assert {(act["action"], act["source"]) for act in told} <= {("sign_in", "airflow")}
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
        ("GET", "/calanque/outlook", 200, ("console", "consultation", "/calanque/outlook", "done")),
        ("GET", "/calanque/figures", 200, ("console", "consultation", "/calanque/figures", "done")),
        ("GET", "/calanque/agenda", 200, ("console", "consultation", "/calanque/agenda", "done")),
        ("GET", "/calanque/map/x.json", 200, ("console", "consultation", "/calanque/map/x.json", "done")),
        ("GET", "/calanque/map/time/static/time.js", 200, None),
        ("GET", "/calanque/api/v1/collections/x/items", 200, None),
        ("GET", "/calanque/api/v1/collections/x/items", 403,
         ("api", "consultation", "/calanque/api/v1/collections/x/items", "FORBIDDEN")),
        ("POST", "/execution/task-instances", 200, None),
    ],
)  # fmt: skip
def test_pages_and_changes_are_told_and_nothing_else(
    told: list[dict[str, Any]], method: str, path: str, status: int, expected: tuple[str, ...] | None
) -> None:
    ask(method, path, status)
    rows = [(one["source"], one["action"], *one["objects"], one["outcome"]) for one in told]
    assert rows == [expected] * bool(expected)
    assert {one["who"] for one in told} <= {"ana"}


def test_a_stranger_fills_no_journal(told: list[dict[str, Any]]) -> None:
    ask("DELETE", f"/api/v2/{'x' * 60_000}", 401, bearer="")
    assert told == []
    ask("DELETE", f"/api/v2/{'x' * 60_000}", 404)
    assert len(told[0]["objects"][0]) <= 210


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
    """Return lines of the audit log, of so many seconds before now."""
    text = ""
    for ago, who, command, path, is_allowed in lines:
        at = (NOW - timedelta(seconds=ago)).replace(tzinfo=None)
        text += f"{at.isoformat('T', 'milliseconds').replace('.', ',')} allowed={str(is_allowed).lower()}\t"
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
            # A path that says what hides an act hides none.
            (98, "hdfs (auth:SIMPLE)", "rename", "/tmp/(auth:PROXY) via trino ugi=lake (", True),
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
        ("hdfs", "modification", ["/lake", "/tmp/(auth:PROXY) via trino ugi=lake ("], "done"),
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
