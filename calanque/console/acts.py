"""What people do at Airflow's door is told to the journal: who signed in, which page of the console, what was changed.

Middleware around the API server. An address is told without its query, and a body is read of a sign-in alone, for the
name; a wrong one is not told: people write their passwords there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from calanque.engines.airflow_doors import bearer_tokens

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SIGN_IN = re.compile(r"/auth/(?:login|token|token/cli)/?")
PAGE = re.compile(r"/calanque/(?:lac|map|journal|register|lineage|retention)(?:/.*)?")
CHANGE = re.compile(r"/api/v2/.*")
# Questions whose answers are asked for by a body.
ASKED_BY_POST = re.compile(r"/api/v2/.*/list")
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
REDIRECTS = (HTTPStatus.FOUND, HTTPStatus.SEE_OTHER)
LARGEST_FORM = 16 * 1024


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
        form, status, is_signed_in = bytearray(), 0, False

        async def read() -> Message:
            message = await receive()
            if action == "sign_in" and len(form) < LARGEST_FORM:
                form.extend(message.get("body", b""))
            return message

        async def send_on(message: Message) -> None:
            nonlocal status, is_signed_in
            if message["type"] == "http.response.start":
                status = message["status"]
                is_signed_in = status == HTTPStatus.CREATED or _leads_in(message)
            await send(message)

        await self._app(scope, read, send_on)
        is_done = is_signed_in if action == "sign_in" else status < HTTPStatus.BAD_REQUEST
        who = (_name(bytes(form)) if is_done else None) if action == "sign_in" else await _caller(scope)
        await _tell(scope, action, who, "done" if is_done else _reason(action, status))


def _action(scope: Scope) -> str | None:
    path, method = scope["path"], scope["method"]
    if method == "POST" and SIGN_IN.fullmatch(path):
        return "sign_in"
    if method == "GET" and PAGE.fullmatch(path):
        return "consultation"
    if method in CHANGING and CHANGE.fullmatch(path) and not ASKED_BY_POST.fullmatch(path):
        return "modification"
    return "modification" if method == "POST" and PAGE.fullmatch(path) else None


def _leads_in(message: Message) -> bool:
    """Tell whether the form lets a person in: a wrong password leads back to it."""
    places = [value for name, value in message.get("headers", ()) if name.lower() == b"location"]
    return message["status"] in REDIRECTS and bool(places) and not any(b"/login" in place for place in places)


def _name(form: bytes) -> str | None:
    """Return the account of a sign-in: of a form of the page, or of the JSON of the API."""
    text = form.decode(errors="replace")
    try:
        given = json.loads(text) if text.lstrip().startswith("{") else {}
    except ValueError:
        given = {}
    name = given.get("username") if isinstance(given, dict) and given else parse_qs(text).get("username", [None])[0]
    return name if isinstance(name, str) else None


async def _caller(scope: Scope) -> str | None:
    from airflow.api_fastapi.core_api.security import resolve_user_from_token
    from fastapi import HTTPException

    for token in bearer_tokens(scope):
        try:
            return str((await resolve_user_from_token(token)).get_name())
        except HTTPException:
            continue
    return None


def _reason(action: str, status: int) -> str:
    return "WRONG_PASSWORD" if action == "sign_in" else HTTPStatus(status).name if status else "NO_ANSWER"


async def _tell(scope: Scope, action: str, who: str | None, outcome: str) -> None:
    from anyio import to_thread

    from calanque.journal.log import tell_if_possible

    method = "" if scope["method"] == "GET" else f"{scope['method']} "
    source = "console" if PAGE.fullmatch(scope["path"]) else "airflow"
    said = {"who": who or "unknown", "action": action, "objects": (f"{method}{scope['path']}",), "outcome": outcome}

    await to_thread.run_sync(lambda: tell_if_possible(source=source, **said))
