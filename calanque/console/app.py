"""The console's FastAPI application, which Airflow mounts; every route is for people who are signed in."""

from collections.abc import Callable
from typing import Annotated

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException as AnyHTTPException

from calanque.console import documents
from calanque.console.agenda import page as agenda
from calanque.console.api.answers import ROOT as API
from calanque.console.api.app import app as api
from calanque.console.city import map_files, map_page, time_files, time_page
from calanque.console.desk import journal, register, retention
from calanque.console.figures import page as figures
from calanque.console.lac import page as lac
from calanque.console.lac_words import WORDS
from calanque.console.languages import Spoken, language_of, remember
from calanque.console.lineage import page as lineage
from calanque.console.outlook import page as outlook
from calanque.console.pages import sentence, shown
from calanque.console.readers import Reader, RefusedError, reader
from calanque.contracts.page import Language

Asking = Annotated[Reader, Depends(reader)]
app = FastAPI(title="Calanque", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(get_user)])
app.middleware("http")(remember)
app.include_router(lac.router)
app.include_router(map_page.router)
app.include_router(map_files.router)
app.include_router(time_page.router)
app.include_router(time_files.router)
app.include_router(outlook.router)
app.include_router(agenda.router)
app.include_router(figures.router)
app.include_router(journal.router)
app.include_router(lineage.router)
app.include_router(register.router)
app.include_router(retention.router)
app.mount(API.removeprefix(documents.ROOT), api)


@app.exception_handler(Exception)
def failed(request: Request, _: Exception) -> Response:
    """Say that a page failed, and nothing of why: that may hold a value, and the server's log has it."""
    return _said(request, WORDS[language_of(request)]["failed"], 500)


@app.exception_handler(RequestValidationError)
def no_such_view(request: Request, _: RequestValidationError) -> Response:
    """Say that an address is no view of its page, and nothing of what it held."""
    return _said(request, WORDS[language_of(request)]["no_such_view"], 422)


@app.exception_handler(AnyHTTPException)
async def refused(request: Request, error: AnyHTTPException) -> Response:
    """Say to a person why a page is not shown; whoever is not signed in is sent to where they do, and back."""
    if error.status_code == 307 or not _is_for_a_person(request):
        return await http_exception_handler(request, error)
    if error.status_code == 401:
        # A link that a colleague sent, or a session that has ended; a form is not sent twice.
        back = str(request.url) if request.method == "GET" else f"{request.base_url}lac"
        return RedirectResponse(get_auth_manager().get_url_login(next_url=back), 303)
    if isinstance(error, RefusedError):
        said = error.said[language_of(request)]
    else:  # of an address that no page has, the framework's own word
        said = WORDS[language_of(request)]["no_page"] if error.status_code == 404 else str(error.detail)
    return _said(request, said, error.status_code)


def _said(request: Request, text: str, status_code: int) -> Response:
    if not _is_for_a_person(request):
        return JSONResponse({"detail": text}, status_code)
    return sentence(language_of(request), text, status_code, getattr(request.state, "reader", None))


def _is_for_a_person(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


@app.get("/lac.svg")
def icon() -> Response:
    """Show the sign of the page *Lac* in Airflow's menu: water, in the ink of the menu."""
    return _waves("#27272a")


@app.get("/lac-dark.svg")
def icon_dark() -> Response:
    """Show the same for the dark menu."""
    return _waves("#e4e4e7")


@app.get(API.removeprefix(documents.ROOT))
def to_api() -> Response:
    """Send on who leaves out the last stroke of the API's address."""
    return RedirectResponse(f"{API}/")


@app.get("/", response_class=HTMLResponse)
def index(language: Spoken, asking: Asking) -> HTMLResponse:
    """List every document."""
    return shown(documents.index(language, asking))


@app.get("/dags/{dag_id}", response_class=HTMLResponse)
def of_dag(dag_id: str, language: Spoken, asking: Asking) -> HTMLResponse:
    """Show the contract of a feed's DAG; for another DAG, every document."""
    of_feed = documents.contract(dag_id.removeprefix("feed_"), language, asking)
    return shown(of_feed or documents.index(language, asking))


@app.get("/{kind}/{name}", response_class=HTMLResponse)
def document(kind: str, name: str, language: Spoken, asking: Asking) -> HTMLResponse:
    """Show one document."""
    kinds: dict[str, Callable[[str, Language, Reader], str | None]] = {
        "contracts": documents.contract,
        "runbooks": documents.runbook,
        "models": documents.model,
    }
    found = kinds[kind](name, language, asking) if kind in kinds else None
    if found is None:
        raise RefusedError(
            f"There is no such document: see {documents.ROOT}/ for those there are.",
            f"Ce document n’existe pas : la liste est à {documents.ROOT}/.",
            404,
        )
    return shown(found)


def _waves(ink: str) -> Response:
    waves = "".join(f"<path d='M2 {y}c2-2 4-2 6 0s4 2 6 0 4-2 6 0'/>" for y in (7, 12, 17))
    return Response(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 22 24' fill='none' stroke-width='2' "
        f"stroke-linecap='round' stroke='{ink}'>{waves}</svg>",
        media_type="image/svg+xml",
        headers={"Cache-Control": "private, max-age=86400"},
    )
