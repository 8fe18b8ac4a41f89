"""What people do at Airflow's door is told to the journal: who signed in, which page of the console, what was changed.

Middleware around the API server. An address is told without its query. Who signed in is whom a token was given, never
what was typed: that may be another's name, or a password.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from calanque.engines.airflow_doors import Message, Receive, Scope, Send, bearer_tokens

# Where a token is given: by the form's way in, and by the API.
FORM, WAY_IN, TOKEN = re.compile(r"/auth/login/?"), re.compile(r"/auth/?"), re.compile(r"/auth/token(?:/cli)?/?")
# Scripts and styles of a page are none of its figures.
PAGE = re.compile(
    r"(?!/calanque/map/time/static/)/calanque/(?:lac|map|outlook|agenda|figures|journal|register|lineage|retention)(?:/.*)?"
)
# The API tells itself what it gave, and cannot tell whom the doors before it refused.
ROWS = re.compile(r"/calanque/api/v1/collections/[^/]*/items(?:/.*)?")
CHANGE = re.compile(r"/api/v2/.*")
# Questions whose answers are asked for by a body.
ASKED_BY_POST = re.compile(r"/api/v2/.*/list")
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
LONGEST_PATH, LARGEST_ANSWER = 200, 64 * 1024
GIVEN = re.compile(rb"_token=([\w-]+\.[\w-]+\.[\w-]+)")
SIGN_IN, WRONG = "sign_in", "WRONG_PASSWORD"


class Acts:
    """Middleware around the API server; what it can not tell is logged, and stops nobody."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, then tell what it was."""
        action = _action(scope) if scope["type"] == "http" else None
        if action is None:
            await self._app(scope, receive, send)
            return
        answer = _Answer()

        async def send_on(message: Message) -> None:
            answer.see(message, has_body=action == SIGN_IN)
            await send(message)

        await self._app(scope, receive, send_on)
        if action == SIGN_IN:
            await _tell_sign_in(scope, answer)
        elif who := await _named(bearer_tokens(scope)):  # a stranger's request is refused, and is no act
            is_done = answer.status < HTTPStatus.BAD_REQUEST
            if is_done and ROWS.fullmatch(scope["path"]):
                return
            await _tell(scope, action, who, "done" if is_done else _code(answer.status))


class _Answer:
    """What was answered, of a sign-in its tokens too."""

    def __init__(self) -> None:
        self.status, self.location, self.body = 0, b"", bytearray()
        self.tokens: set[str] = set()

    def see(self, message: Message, has_body: bool) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            for name, value in message.get("headers", ()):
                if name.lower() == b"location":
                    self.location = value
                elif name.lower() == b"set-cookie" and (given := GIVEN.match(value)):
                    self.tokens.add(given[1].decode())
        elif has_body and len(self.body) < LARGEST_ANSWER:
            self.body.extend(message.get("body", b""))

    def given(self) -> set[str]:
        """Return the tokens that were given, in a cookie or in the answer of the API."""
        try:
            said = json.loads(self.body) if self.status == HTTPStatus.CREATED else {}
        except ValueError:
            said = {}
        token = said.get("access_token") if isinstance(said, dict) else None
        return self.tokens | ({token} if isinstance(token, str) else set())


async def _tell_sign_in(scope: Scope, answer: _Answer) -> None:
    """Tell who was given a token; of a wrong password that it was one, and no name."""
    path = scope["path"]
    if given := answer.given():
        await _tell(scope, SIGN_IN, await _named(given) or "unknown", "done")
    elif TOKEN.fullmatch(path):
        if answer.status == HTTPStatus.UNAUTHORIZED:
            await _tell(scope, SIGN_IN, "unknown", WRONG)
    elif FORM.fullmatch(path) and FORM.fullmatch(urlsplit(answer.location.decode("latin-1")).path):
        await _tell(scope, SIGN_IN, "unknown", WRONG)


def _action(scope: Scope) -> str | None:
    path, method = scope["path"], scope["method"]
    if (method == "POST" and (FORM.fullmatch(path) or TOKEN.fullmatch(path))) or WAY_IN.fullmatch(path):
        return SIGN_IN
    if method == "GET" and (PAGE.fullmatch(path) or ROWS.fullmatch(path)):
        return "consultation"
    is_change = method in CHANGING and CHANGE.fullmatch(path) and not ASKED_BY_POST.fullmatch(path)
    return "modification" if is_change or (method == "POST" and PAGE.fullmatch(path)) else None


async def _named(tokens: Iterable[str]) -> str | None:
    """Return whose tokens these are; nobody's where none is good."""
    from airflow.api_fastapi.core_api.security import resolve_user_from_token
    from fastapi import HTTPException

    for token in tokens:
        try:
            return str((await resolve_user_from_token(token)).get_name())
        except HTTPException:
            continue
    return None


def _code(status: int) -> str:
    return HTTPStatus(status).name if status else "NO_ANSWER"


async def _tell(scope: Scope, action: str, who: str, outcome: str) -> None:
    from anyio import to_thread

    from calanque.journal.log import tell_if_possible

    method = "" if scope["method"] == "GET" else f"{scope['method']} "
    source = "console" if PAGE.fullmatch(scope["path"]) else "api" if ROWS.fullmatch(scope["path"]) else "airflow"
    what = f"{method}{scope['path'][:LONGEST_PATH]}"
    said: dict[str, Any] = {"who": who, "action": action, "objects": (what,), "outcome": outcome}
    await to_thread.run_sync(lambda: tell_if_possible(source=source, **said))
