"""The console's FastAPI application, which Airflow mounts; every route is for people who are signed in."""

from collections.abc import Callable
from typing import Annotated

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI, Header, HTTPException
from fastapi.responses import HTMLResponse

from calanque.console import documents
from calanque.contracts.page import Language

HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"}


def _language(lang: Language | None = None, accept_language: Annotated[str, Header()] = "") -> Language:
    """Return what the address asks for, else the browser's language."""
    return lang or ("fr" if accept_language.lower().startswith("fr") else "en")


Spoken = Annotated[Language, Depends(_language)]
app = FastAPI(title="Calanque", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(get_user)])


@app.get("/", response_class=HTMLResponse)
def index(language: Spoken) -> HTMLResponse:
    """List every document."""
    return HTMLResponse(documents.index(language), headers=HEADERS)


@app.get("/dags/{dag_id}", response_class=HTMLResponse)
def of_dag(dag_id: str, language: Spoken) -> HTMLResponse:
    """Show the contract of a feed's DAG; for another DAG, every document."""
    found = documents.contract(dag_id.removeprefix("feed_"), language)
    return HTMLResponse(found or documents.index(language), headers=HEADERS)


@app.get("/{kind}/{name}", response_class=HTMLResponse)
def document(kind: str, name: str, language: Spoken) -> HTMLResponse:
    """Show one document."""
    kinds: dict[str, Callable[[str, Language], str | None]] = {
        "contracts": documents.contract,
        "runbooks": documents.runbook,
        "models": documents.model,
    }
    found = kinds[kind](name, language) if kind in kinds else None
    if found is None:
        raise HTTPException(404, f"There is no such document: see {documents.ROOT}/ for those there are.")
    return HTMLResponse(found, headers=HEADERS)
