"""What the API says of itself and of a mart: links, columns, where it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from calanque.console.api.answers import GEOJSON, JSON, OPENAPI, SCHEMA, base, link
from calanque.contracts.rules import known_territories
from calanque.places.territory import load_territory

if TYPE_CHECKING:
    from calanque.console.api.marts import Column, Mart

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
TO_SCHEMA = "http://www.opengis.net/def/rel/ogc/1.0/schema"
CLASSES = ("core", "geojson")
KINDS = {
    **dict.fromkeys(("tinyint", "smallint", "integer", "bigint"), "integer"),
    **dict.fromkeys(("real", "double", "decimal"), "number"),
    **{"boolean": "boolean", "array": "array", "map": "object"},
}
FORMATS = {"date": "date", "timestamp": "date-time"}
"""What JSON Schema calls the types of the query door, by their first word; any other is text."""


def landing(title: str, description: str) -> dict[str, Any]:
    """Return where everything else is."""
    links = [
        link("/", "self", JSON, "This page"),
        link("/openapi.json", "service-desc", OPENAPI, "What can be asked for"),
        link("/conformance", "conformance", JSON, "Parts of the standard that this meets"),
        link("/collections", "data", JSON, "The marts"),
    ]
    return {"title": title, "description": description, "links": links}


def conformance() -> dict[str, Any]:
    """Return the parts of OGC API Features that are met."""
    part = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
    return {"conformsTo": [f"{part}/{one}" for one in CLASSES]}


def collection(mart: Mart) -> dict[str, Any]:
    """Return what a mart is, and where its rows and columns are."""
    here = f"/collections/{mart.name}"
    links = [
        link(here, "self", JSON, "The mart"),
        link(f"{here}/items", "items", GEOJSON, "Its rows"),
        link(f"{here}/schema", TO_SCHEMA, SCHEMA, "Its columns"),
    ]
    said = {"id": mart.name, "title": mart.name, "description": mart.description, "itemType": "feature"}
    where = {"extent": {"spatial": {"bbox": _boxes(), "crs": CRS84}}} if mart.place else {}
    return {**said, "crs": [CRS84], **where, "links": links}


def schema(mart: Mart) -> dict[str, Any]:
    """Return the columns of a mart, as JSON Schema has them."""
    columns = {name: _column(mart.columns[name]) for name in mart.properties}
    if mart.place:
        columns["geometry"] = {"x-ogc-role": "primary-geometry", "format": "geometry-any"}
    said = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": mart.name, "type": "object"}
    address = f"{base()}/collections/{mart.name}/schema"
    return {"$id": address, **said, "description": mart.description, "properties": columns}


def _column(column: Column) -> dict[str, str]:
    kind = column.kind.partition("(")[0]
    written = {"format": FORMATS[kind]} if kind in FORMATS else {}
    return {"type": KINDS.get(kind, "string"), **written, "description": column.description, "x-sql": column.kind}


def _boxes() -> list[list[float]]:
    """Return the box of all cities, then that of each."""
    boxes = [load_territory(name).bounding_box for name in known_territories()]
    each = [[one.lon_min, one.lat_min, one.lon_max, one.lat_max] for one in boxes]
    west, south, east, north = zip(*each, strict=True)
    return [[min(west), min(south), max(east), max(north)], *each]
