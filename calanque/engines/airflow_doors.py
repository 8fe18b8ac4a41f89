"""What Airflow's doors lack: a limit on wrong passwords, tokens that end at logout, no foreign frame around a page."""

import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SIGN_IN = frozenset({"/auth/token", "/auth/token/cli"})
LOGOUT = "/auth/logout"
# As the form: the fifth wrong password within this time waits.
WRONG_COUNT = 4
WINDOW_S = 20
UNAUTHORIZED = 401


class Doors:
    """Middleware around the API server; counts are this process's own."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app
        self._wrong: dict[str, deque[float]] = defaultdict(deque)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        caller = (scope.get("client") or ("",))[0]
        is_sign_in = scope["path"].rstrip("/") in SIGN_IN
        if is_sign_in and self._has_to_wait(caller):
            await _refuse(send)
            return
        begun_at = time.monotonic()
        if is_sign_in:
            # Counted until the answer says otherwise: many at a time are many.
            self._wrong[caller].append(begun_at)
        if scope["path"].rstrip("/") == LOGOUT:
            await _end_tokens(scope)

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                if is_sign_in and message["status"] != UNAUTHORIZED and begun_at in self._wrong[caller]:
                    self._wrong[caller].remove(begun_at)
                message["headers"] = [*message.get("headers", ()), (b"x-frame-options", b"SAMEORIGIN")]
            await send(message)

        await self._app(scope, receive, send_on)

    def _has_to_wait(self, caller: str) -> bool:
        times, oldest = self._wrong[caller], time.monotonic() - WINDOW_S
        while times and times[0] < oldest:
            times.popleft()
        return len(times) >= WRONG_COUNT


async def _refuse(send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"retry-after", str(WINDOW_S).encode())]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"detail": "Too many wrong passwords: wait, then try again."}'})


async def _end_tokens(scope: Scope) -> None:
    """Revoke what the request bears; Airflow does so at `/api/v2/auth/logout` only, and clears cookies here."""
    from airflow.api_fastapi.app import get_auth_manager
    from anyio import to_thread

    for token in bearer_tokens(scope):
        await to_thread.run_sync(get_auth_manager().revoke_token, token)


def bearer_tokens(scope: Scope) -> set[str]:
    """Return the tokens in a request's header and cookie."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    scheme, _, token = headers.get("authorization", "").partition(" ")
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get("_token")
    except CookieError:
        cookie = None
    found = {token.strip() if scheme.lower() == "bearer" else "", cookie.value if cookie else ""}
    return found - {""}
