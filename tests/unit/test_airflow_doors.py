"""The guard of Airflow's doors, without Airflow: what it counts, when it opens again, which tokens it finds."""

import asyncio
from typing import Any

import pytest

from calanque.engines import airflow_doors
from calanque.engines.airflow_doors import Doors, bearer_tokens


def ask(doors: Doors, path: str, caller: str = "10.0.0.1") -> tuple[int, dict[bytes, bytes]]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "client": (caller, 1), "headers": []}
    asyncio.run(doors(scope, None, send))  # type: ignore[arg-type]
    return sent[0]["status"], dict(sent[0]["headers"])


def answering(status: int, reached: list[Any] | None = None) -> Doors:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        if reached is not None:
            reached.append(scope)
        await asyncio.sleep(0)
        await send({"type": "http.response.start", "status": status, "headers": []})

    return Doors(app)


def test_wrong_passwords_are_counted_by_caller_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(airflow_doors.time, "monotonic", lambda: now[0])
    doors = answering(401)
    assert [ask(doors, "/auth/token")[0] for _ in range(6)] == [401, 401, 401, 401, 429, 429]
    assert (ask(doors, "/auth/token/")[0], ask(doors, "/auth/token/cli")[0]) == (429, 429)
    assert ask(doors, "/auth/token", "10.0.0.2")[0] == 401
    now[0] = airflow_doors.WINDOW_S + 1
    assert ask(doors, "/auth/token")[0] == 401


def test_many_wrong_passwords_at_a_time_are_as_many() -> None:
    reached: list[Any] = []
    doors = answering(401, reached)

    async def burst() -> None:
        async def nowhere(message: Any) -> None: ...

        scope = {"type": "http", "path": "/auth/token", "client": ("10.0.0.1", 1), "headers": []}
        await asyncio.gather(*(doors(scope, None, nowhere) for _ in range(20)))  # type: ignore[arg-type]

    asyncio.run(burst())
    assert len(reached) == airflow_doors.WRONG_COUNT


@pytest.mark.parametrize(("status", "path"), [(201, "/auth/token"), (401, "/api/v2/dags")], ids=["right", "elsewhere"])
def test_what_is_no_wrong_password_is_not_counted(status: int, path: str) -> None:
    doors = answering(status)
    assert {ask(doors, path)[0] for _ in range(9)} == {status}


@pytest.mark.parametrize(
    ("headers", "tokens"),
    [
        pytest.param([(b"Authorization", b"Bearer abc")], {"abc"}, id="header"),
        pytest.param([(b"cookie", b"session=x; _token=abc")], {"abc"}, id="cookie"),
        pytest.param([(b"authorization", b"bearer abc"), (b"cookie", b"_token=def")], {"abc", "def"}, id="both"),
        pytest.param([(b"authorization", b"Basic abc"), (b"cookie", b"a=\xff;;=")], set(), id="neither"),
        pytest.param([], set(), id="nothing"),
    ],
)
def test_tokens_are_found_where_they_are_carried(headers: list[tuple[bytes, bytes]], tokens: set[str]) -> None:
    assert bearer_tokens({"headers": headers}) == tokens
