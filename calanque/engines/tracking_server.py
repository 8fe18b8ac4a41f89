"""MLflow's server as people and tasks meet it: a login, one account that writes, pages to read and nothing else.

MLflow's own login lets any account create experiments wherever it says, run jobs, call gateways. Here a request passes
only when it is on one of the lists below.
"""

import base64
import binascii
import re
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse

from calanque.engines.tracking_client import READERS, WRITER
from calanque.settings import settings

API = r"/(?:ajax-)?api/[23]\.0/mlflow"
READ_BY_POST = re.compile(
    rf"{API}/(?:experiments/search|experiments/search-datasets|runs/search|logged-models/search|traces/search)|/graphql"
)
WRITTEN = re.compile(
    r"/api/2\.0/mlflow(?:/(?:experiments|runs|registered-models|model-versions|logged-models)(?:/.+)?"
    r"|-artifacts/(?:artifacts|mpu)/.+)"
)
# Parts of MLflow that nobody here has asked for: some call other machines, some run programs.
CLOSED = re.compile(rf"{API}/(?:assistant|gateway|gateway-proxy|jobs|webhooks|mcp|demo|scorers)(?:/.*)?|/gateway/.*")
Next = Callable[[Request], Awaitable[Response]]


def create_app() -> FastAPI:
    """Return the server, with its accounts made; uvicorn calls it."""
    from mlflow.server import app, auth, handlers

    here = settings()
    handlers.initialize_backend_stores(
        here.database("mlflow").replace("postgresql://", "postgresql+psycopg2://"), None, "mlflow-artifacts:/"
    )
    app.before_request(refuse_locations)
    served: FastAPI = auth.create_app(app)
    _make_accounts(auth.store)
    served.middleware("http")(guard)
    return served


def _make_accounts(store: Any) -> None:
    for name in (WRITER, *READERS):
        password = settings().secret(f"password_{name}")
        if not store.has_user(name):
            store.create_user(name, password)
        elif not store.authenticate_user(name, password):
            store.update_user(name, password)


def refuse_locations() -> Any:
    """Refuse an experiment that names a place for its files; the server has one place for all."""
    from flask import make_response, request
    from mlflow.exceptions import MlflowException
    from mlflow.protos.service_pb2 import CreateExperiment
    from mlflow.server import handlers

    if not request.path.endswith("/experiments/create"):
        return None
    # Read by MLflow's own reader, which takes a field by two names; what it can not read is refused too.
    try:
        has_place = handlers._get_request_message(CreateExperiment()).artifact_location  # type: ignore[no-untyped-call]
    except MlflowException as error:
        return make_response(str(error), 400)
    if has_place:
        return make_response("An experiment may not say where its files lie: leave artifact_location out.", 400)
    return None


async def guard(request: Request, call_next: Next) -> Response:
    """Answer a request that no list allows with its refusal, the front page with ours, anything else as MLflow does."""
    if refusal := refuse(request.method, request.url.path, dict(request.headers)):
        return PlainTextResponse(refusal, status_code=403)
    response = await call_next(request)
    if request.url.path != "/" or response.status_code != 200:
        return response
    page = b"".join([chunk async for chunk in response.body_iterator]).decode()  # type: ignore[attr-defined]
    ours = (settings().root / "infra/mlflow/front.html").read_text(encoding="utf-8")
    return Response(page.replace("</head>", f"{ours}</head>", 1), media_type="text/html")


def refuse(method: str, path: str, headers: dict[str, str]) -> str | None:
    """Return why a request is refused, None when it may pass on to the login.

    Args:
        method: of HTTP.
        path: decoded, without the query.
        headers: by name in small letters.
    """
    here = settings()
    names = {here.address("mlflow"), f"localhost:{here.port('mlflow')}"}
    host, origin = headers.get("host", ""), headers.get("origin")
    if host not in names:
        return f"This server is not '{host[:80]}': open {here.mlflow_uri}."
    if origin is not None and origin != f"http://{host}":
        return "A page of another server may not call this one."
    if CLOSED.fullmatch(path):
        return "This part of MLflow is closed."
    if method in {"GET", "HEAD"} or (method == "POST" and READ_BY_POST.fullmatch(path)):
        return None
    if not WRITTEN.fullmatch(path) or _caller(headers) != WRITER:
        return f"Only the account '{WRITER}' writes here, through MLflow's client."
    return None


def _caller(headers: dict[str, str]) -> str:
    """Return the name that a request gives; MLflow checks its password behind."""
    scheme, _, value = headers.get("authorization", "").partition(" ")
    try:
        login = base64.b64decode(value, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return login.partition(":")[0] if scheme.lower() == "basic" else ""
