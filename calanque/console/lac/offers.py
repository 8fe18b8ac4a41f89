"""Airflow's pages offer only what the person may do, and a run only for a time that has come.

Airflow 3.3 shows every button to everybody and answers 403 to the click; it accepts a run for next year and leaves it
"running" until then, with no word. The one middleware here hides the first and refuses the second with a sentence. Who
is elected has nothing to do there, and is sent on to the page of published figures.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any, Literal

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from airflow.api_fastapi.core_api.security import resolve_user_from_token
from fastapi import HTTPException, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import AwareDatetime, TypeAdapter
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.types import Receive, Scope, Send

RUNS = re.compile(r"/api/v2/dags/[^/]+/dagRuns")
NOT_PAGES = ("/api/", "/ui/", "/static/", "/auth/", "/calanque/", "/execution/")
FIGURES = "/calanque/figures"
Method = Literal["GET", "POST", "PUT", "DELETE"]
# What is of use with a right only. Buttons without an identifier are known by their labels, English and French.
SHOWN_WITH: dict[tuple[Method, str], str] = {
    ("POST", "DAG Runs"): "[data-testid=trigger-dag-button]",
    ("PUT", "DAGs"): "[data-testid=toggle-pause], [aria-label='Reparse Dag'], [aria-label='Analyser le Dag']",
    ("DELETE", "DAGs"): "[aria-label^='Delete '], [aria-label^='Supprimer ']",
    ("PUT", "Task Instances"): "[aria-label*='shift+c'], [aria-label*='Maj+c'], [aria-label^='Clear Task'], "
    "[aria-label^='Clear Dag'], [aria-label^='Réinitialiser '], [aria-label^='Mark '], [aria-label^='Marquer '], "
    "[aria-label$=' note'], [aria-label$=' la note'], [aria-label$=' une note'], table label[data-scope=checkbox]",
    ("POST", "Assets"): "[aria-label='Create Event'], [aria-label^='Créer un ']",
    ("GET", "Audit Logs"): "a[href$='/events']",
    ("GET", "XComs"): "a[href$='/xcom'], a[href$='/task-state-store']",
    ("GET", "Task Logs"): "a[href='/task_instances']",
}
# The page of a task instance opens on its log: without that right its name and state stay, and lead nowhere.
LINKED_WITH: dict[tuple[Method, str], str] = {("GET", "Task Logs"): "a[href*='/runs/'][href*='/tasks/']"}


# A page of the console lies in a frame that may not leave it: its links to Airflow's pages are followed for it.
LEAVE = """<script>document.addEventListener("load", loaded => {
  const page = loaded.target.contentDocument;
  page && page.addEventListener("click", click => {
    const link = click.target.closest("a[target=_top]");
    if (link && !click.ctrlKey && !click.metaKey) { click.preventDefault(); location.assign(link.href); }
  });
}, true);</script>"""


class Offers(BaseHTTPMiddleware):
    """Stands before the API server; touches its pages and the start of runs, nothing else."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let pass at once what does not concern it."""
        concerned = scope["type"] == "http" and (
            RUNS.fullmatch(scope["path"]) if scope["method"] == "POST" else not scope["path"].startswith(NOT_PAGES)
        )
        await (super().__call__ if concerned else self.app)(scope, receive, send)

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Refuse a run of the future; hide in a page what its reader may not do."""
        if request.method == "POST" and (sentence := future_run(await request.body(), datetime.now(UTC))):
            return JSONResponse({"detail": sentence}, status_code=422)
        response = await call_next(request)
        is_page = response.headers.get("content-type", "").startswith("text/html")
        return await _dress(request, response) if request.method == "GET" and is_page else response


def future_run(body: bytes, now: datetime) -> str | None:
    """Return why a run may not start, None when it may; what cannot be read is left to Airflow to refuse."""
    try:
        logical_date = TypeAdapter(AwareDatetime).validate_python(
            json.loads(body)["logical_date"]
        )  # as Airflow reads it
        is_future = logical_date > now
    except (ValueError, TypeError, KeyError):
        return None
    if not is_future:
        return None
    return (
        f"{logical_date:%Y-%m-%d %H:%M} has not come yet, so there is nothing to run: choose a time that has come. "
        "Cette date n’est pas encore venue : choisissez une date passée."
    )


def style(user: Any) -> str:
    """Return the rules that hide, or unlink, what a person may not use."""
    manager = get_auth_manager()

    def lacks(right: tuple[Method, str]) -> bool:
        return not manager.is_authorized_custom_view(method=right[0], resource_name=right[1], user=user)

    hidden = ", ".join(selectors for right, selectors in SHOWN_WITH.items() if lacks(right))
    unlinked = ", ".join(selectors for right, selectors in LINKED_WITH.items() if lacks(right))
    rules = ((hidden, "display: none !important"), (unlinked, "pointer-events: none; color: inherit !important"))
    return "".join(f"{selectors} {{ {rule}; }}" for selectors, rule in rules if selectors)


def reads_figures_alone(user: Any) -> bool:
    """Tell whether a person has nothing to do in Airflow itself: its pages would be empty, and full of refusals."""
    may = get_auth_manager().is_authorized_custom_view
    return may(method="GET", resource_name="Published Figures", user=user) and not may(
        method="GET", resource_name="DAGs", user=user
    )


async def _dress(request: Request, response: Response) -> Response:
    body = b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[attr-defined]
    try:
        user = await resolve_user_from_token(request.cookies.get(COOKIE_NAME_JWT_TOKEN))
        if reads_figures_alone(user):
            return RedirectResponse(FIGURES, 303)
        body = body.replace(b"</head>", f"<style>{style(user)}</style>{LEAVE}</head>".encode(), 1)
    except HTTPException:
        pass  # nobody is signed in: the page offers its form only
    headers = [(name, value) for name, value in response.raw_headers if name != b"content-length"]
    dressed = Response(body, status_code=response.status_code)
    dressed.raw_headers = [*headers, (b"content-length", str(len(body)).encode())]
    return dressed
