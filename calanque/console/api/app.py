"""The API's FastAPI application: OGC API Features Core over the marts, each answer with its ETag, each error a problem.

Who asks bears a token of Airflow's (`POST /auth/token`); rows are asked for at the query door by their role, and with
their own motif, which the header `Calanque-Motif` gives.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Body, Depends, FastAPI, Header, HTTPException, Path, Query, Request
from fastapi.responses import Response

from calanque.console.api import asked, described, features, marts
from calanque.console.api.answers import (
    ERRORS,
    GEOJSON,
    JSON,
    NO_MOTIF,
    OPENAPI,
    PROBLEMS,
    ROOT,
    SCHEMA,
    answer,
    base,
    bears,
    link,
    to_problem,
)
from calanque.console.api.asked import WrongRequestError
from calanque.console.api.marts import Mart
from calanque.console.readers import Reader, mart_reader
from calanque.effect.fit import NothingForecastError, fit, likely
from calanque.effect.plan import PlanError, read_plan

_OBJECT = {"type": "object", "required": ["links"]}
_FEATURE = {"type": "object", "required": ["type", "geometry", "properties", "id"]}
_FEATURES = {
    "type": "object",
    "required": ["type", "features", "numberMatched", "numberReturned", "links"],
    "properties": {"features": {"type": "array", "items": _FEATURE}},
}
# What OpenAPI calls a free form: FastAPI has no words for it.
_COLUMNS = {
    "name": "columns",
    "in": "query",
    "style": "form",
    "explode": True,
    "description": "Rows that have this value in a column, such as `territory`: a mart's schema names its columns.",
    "schema": {"type": "object", "additionalProperties": {"type": "string"}},
}

_WHEN = (
    "An instant or a day, or two of them: a/b, ../b or a/.. where an end is open. A day is the day in UTC for a mart "
    "of instants, and the city's own for a mart of days."
)

MOST_BYTES = 200_000
FEWEST_LETTERS = 5
"""Of a motif: the query door refuses one with fewer letters and digits."""

app = FastAPI(
    title="Calanque",
    version="1",
    description="The marts of a city public-safety lakehouse as OGC API Features. Places and hours, never persons.",
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
    redirect_slashes=False,
    dependencies=[Depends(get_user)],
    responses=ERRORS,
    exception_handlers=dict.fromkeys(PROBLEMS, to_problem),
)


def motif_of(
    calanque_motif: Annotated[
        str, Header(min_length=FEWEST_LETTERS, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", description=NO_MOTIF)
    ],
) -> str:
    """Return why somebody asks; programs write the accents of a header in UTF-8, which is read as Latin-1."""
    try:
        said = calanque_motif.encode("latin-1").decode("utf-8").strip()
    except UnicodeError:
        said = calanque_motif.strip()
    if sum(one.isalnum() for one in said) < FEWEST_LETTERS:
        raise HTTPException(400, NO_MOTIF)
    return said


Asking = Annotated[Reader, Depends(mart_reader)]
Motif = Annotated[str, Depends(motif_of)]
Name = Annotated[str, Path(alias="collectionId", description="A mart, such as fct_forecast.", max_length=100)]


@app.get("/", responses={200: bears(JSON, _OBJECT)}, summary="What there is")
def landing(request: Request, asking: Asking) -> Response:
    """Return links to everything else."""
    return answer(request, described.landing(app.title, app.description))


@app.get("/conformance", responses={200: bears(JSON, {"type": "object", "required": ["conformsTo"]})})
def conformance(request: Request, asking: Asking) -> Response:
    """Return the parts of the standard that the API meets."""
    return answer(request, described.conformance())


@app.get("/openapi.json", responses={200: bears(OPENAPI, {"type": "object"})}, summary="This description")
def description(request: Request, asking: Asking) -> Response:
    """Return the description of the API as OpenAPI has it."""
    return answer(request, app.openapi() | {"servers": [{"url": base()}]}, OPENAPI)


@app.get("/collections", responses={200: bears(JSON, _OBJECT)}, summary="The marts")
def collections(request: Request, asking: Asking) -> Response:
    """Return the marts that the account may read, of those that say what one of their rows is."""
    found = [described.collection(mart) for mart in marts.visible(asking).values()]
    return answer(request, {"links": [link("/collections", "self", JSON, "The marts")], "collections": found})


@app.get("/collections/{collectionId}", responses={200: bears(JSON, _OBJECT)}, summary="A mart")
def collection(request: Request, asking: Asking, name: Name) -> Response:
    """Return what a mart is, and the feeds that it is made from, with their producer, licence, and newest day."""
    mart = _mart(name, asking)
    made_from = [features.plain(one._asdict()) for one in marts.sources(name, asking)]
    return answer(request, described.collection(mart) | {"sources": made_from})


@app.get("/collections/{collectionId}/schema", responses={200: bears(SCHEMA, {"type": "object"})})
def schema(request: Request, asking: Asking, name: Name) -> Response:
    """Return the columns of a mart, as JSON Schema has them."""
    return answer(request, described.schema(_mart(name, asking)), SCHEMA)


@app.get(
    "/collections/{collectionId}/items",
    responses={200: bears(GEOJSON, _FEATURES)},
    summary="Rows of a mart",
    openapi_extra={"parameters": [_COLUMNS]},
)
def items(
    request: Request,
    asking: Asking,
    motif: Motif,
    name: Name,
    limit: Annotated[int, Query(ge=1, description=f"Rows of a page, {asked.MOST} at most.")] = (asked.FEW),
    offset: Annotated[int, Query(ge=0, le=10**9, description="Rows before the page.")] = 0,
    bbox: Annotated[str | None, Query(max_length=200, description="west,south,east,north, degrees WGS 84.")] = None,
    at: Annotated[
        str | None,
        Query(alias="datetime", max_length=100, description=_WHEN),
    ] = None,
) -> Response:
    """Return rows of a mart as GeoJSON; a column of text, whole numbers or days is a parameter too."""
    mart = _mart(name, asking)
    said = dict(request.query_params.multi_items())
    if len(said) < len(request.query_params.multi_items()):
        raise WrongRequestError("A parameter is given twice: give each once.")
    columns = {column: value for column, value in said.items() if column not in asked.OWN}
    wanted = asked.read(mart, columns, limit, offset, bbox, at)
    found = features.page(mart, wanted, asking, motif)
    _tell(asking, f"marts.{mart.name}", len(found.features), motif)
    here = f"/collections/{name}/items"
    links = [link(f"{here}?{urlencode(said)}" if said else here, "self", GEOJSON, "This page")]
    if found.features and offset + len(found.features) < found.total:
        following = said | {"limit": f"{wanted.limit}", "offset": f"{offset + wanted.limit}"}
        links.append(link(f"{here}?{urlencode(following)}", "next", GEOJSON, "The page after"))
    counts = {"numberMatched": found.total, "numberReturned": len(found.features)}
    return answer(request, {"type": "FeatureCollection", **counts, "links": links, "features": found.features}, GEOJSON)


@app.get(
    "/collections/{collectionId}/items/{featureId}",
    responses={200: bears(GEOJSON, _FEATURE)},
    summary="One row of a mart",
)
def item(
    request: Request,
    asking: Asking,
    motif: Motif,
    name: Name,
    feature_id: Annotated[str, Path(alias="featureId", max_length=1000)],
) -> Response:
    """Return a row by its identifier, as `items` gives it: the values of its key with commas between."""
    found = features.one(_mart(name, asking), feature_id, asking, motif)
    if found is None:
        raise HTTPException(404, f"{name} has no such row: take an id from its items.")
    _tell(asking, f"marts.{name}", 1, motif)
    here = f"/collections/{name}"
    links = [
        link(f"{here}/items/{found['id']}", "self", GEOJSON, "This row"),
        link(here, "collection", JSON, "The mart"),
    ]
    return answer(request, found | {"links": links}, GEOJSON)


@app.post("/fit", responses={200: bears(JSON, {"type": "object", "required": ["covered_count"]})})
def fit_of_plan(
    request: Request,
    asking: Asking,
    motif: Motif,
    city: Annotated[str, Query(pattern="^[a-z0-9_]+$", max_length=60, description="A territory.")],
    plan: Annotated[bytes, Body(media_type="text/csv", max_length=MOST_BYTES)],
) -> Response:
    """Say how many of next week's expected incidents lie where and when planned units would be.

    The plan is a CSV with the columns place (area_id or cell_id), starts_at, ends_at (local) and units.
    """
    try:
        shifts = read_plan(plan.decode("utf-8", "replace"))
        found = fit(shifts, likely(city, asking.account, motif))
    except PlanError as error:
        raise WrongRequestError(f"{error}") from None
    except NothingForecastError as error:
        raise HTTPException(404, f"{error}") from None
    _tell(asking, "marts.fct_forecast", 1, motif)
    return answer(request, features.plain(found.model_dump()))


def _mart(name: str, asking: Reader) -> Mart:
    mart = marts.visible(asking).get(name)
    if mart is None:
        raise HTTPException(404, f"There is no such mart for your account: {ROOT}/collections lists those there are.")
    return mart


def _tell(asking: Reader, table: str, row_count: int, motif: str) -> None:
    """Tell the journal who was given rows; the door knows the role alone."""
    from calanque.journal.log import tell

    tell(source="api", who=asking.name, action="consultation", objects=(table,), row_count=row_count, motif=motif)
