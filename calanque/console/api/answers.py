"""How the API answers: with its ETag, and an error as a problem that says what to do."""

from __future__ import annotations

import hashlib
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException as StarletteHTTPException

from calanque.console.api.asked import WrongRequestError
from calanque.engines.trino import RefusedQueryError
from calanque.errors import CalanqueError
from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = "/calanque/api/v1"
JSON, GEOJSON, SCHEMA = "application/json", "application/geo+json", "application/schema+json"
OPENAPI, PROBLEM = "application/vnd.oai.openapi+json;version=3.1", "application/problem+json"
NO_MOTIF = (
    "Say why you read, in the header Calanque-Motif, in 5 letters or more of 200 at most (such as: bilan de juin)."
)
# What the door answers to a query that is too much for it, by the beginnings of its codes.
TOO_MUCH = ("EXCEEDED_", "INSUFFICIENT_RESOURCES", "QUERY_QUEUE_FULL", "CLUSTER_OUT_OF_MEMORY")


def bears(media_type: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a route's answer bears, as its description says it."""
    return {"content": {media_type: {"schema": dict(schema)}}}


_PROBLEM_SAID = bears(PROBLEM, {"type": "object", "required": ["title", "status", "detail"]})
NOWHERE = f"There is nothing at this address: {ROOT}/ says what there is, and {ROOT}/collections lists the marts."
UNKNOWN = (
    "No token, or one that is wrong or has ended: `POST /auth/token` with a JSON object of `username` and `password` "
    "gives one for an hour, which a request bears as `Authorization: Bearer …`."
)
_REASONS: dict[int | str, str] = {
    400: "What was asked for can not be answered; `detail` says why.",
    401: UNKNOWN,
    403: "Not for this account.",
    404: "There is no such thing.",
    503: "The query door does not answer.",
    "4XX": "Refused for another reason.",
}
ERRORS = {code: {"description": text} | _PROBLEM_SAID for code, text in _REASONS.items()}
"""The errors of every route."""


def base() -> str:
    """Return the address of the API, as this installation names itself: a request may bear any name."""
    return f"{settings().airflow_url}{ROOT}"


def link(path: str, rel: str, kind: str, title: str) -> dict[str, str]:
    """Return a link to a path of the API, with what it is to the page that bears it, and its media type."""
    return {"href": f"{base()}{path}", "rel": rel, "type": kind, "title": title}


def answer(request: Request, content: Any, media_type: str = JSON) -> Response:
    """Return an answer, which may have been written already; one that the asker has is not sent again."""
    body = content if isinstance(content, bytes) else written(content)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    # Rows of marts stay in no cache, as those of every page.
    headers = {"ETag": tag, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if tag in known or known == ["*"]:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return an error as RFC 9457 has it."""
    said = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return Response(json.dumps(said, ensure_ascii=False).encode(), status, dict(headers or {}), PROBLEM)


def written(content: Any) -> bytes:
    """Return an answer's JSON."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


async def to_problem(_: Request, error: Any) -> Response:
    """Return what went wrong as a problem: it says what is wrong with a request, and not what it held."""
    match error:
        case StarletteHTTPException(status_code=401) | StarletteHTTPException(detail="Invalid JWT token"):
            # The latter Airflow says, with a 403, of what is no token of its own.
            return _problem(401, UNKNOWN, {"WWW-Authenticate": "Bearer"})
        case StarletteHTTPException(status_code=404, detail="Not Found"):
            return _problem(404, NOWHERE)
        case StarletteHTTPException():
            return _problem(error.status_code, f"{error.detail}", error.headers)
        case RequestValidationError():
            first = error.errors()[0]
            name = f"{first['loc'][-1]}"
            return _problem(400, NO_MOTIF if name == "calanque-motif" else f"'{name}': {first['msg']}.")
        case WrongRequestError():
            return _problem(400, f"{error}")
        case RefusedQueryError():
            return _problem(_status(error.code), f"{error}")
        case _:
            return _problem(503, f"{error}")


PROBLEMS = (StarletteHTTPException, RequestValidationError, WrongRequestError, CalanqueError)
"""The errors of which `to_problem` knows what to say; any other is a defect, and Airflow's log has it."""


def _status(code: str) -> int:
    if code.endswith("_NOT_FOUND"):
        return 404
    if code == "PERMISSION_DENIED":
        return 403
    return 503 if code.startswith(TOO_MUCH) else 400
