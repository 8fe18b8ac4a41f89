"""GeoJSON: a FeatureCollection. Properties by their names; a point as `lon` and `lat`, any other geometry as text.

Of a line `lon` and `lat` are where it begins, beside its text.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from calanque.formats.base import Record
from calanque.formats.json_ import JsonRecords, record_of
from calanque.formats.records import written

POINT_COLUMNS = ("lon", "lat")


class GeojsonFormat(JsonRecords):
    """Features in longitude and latitude; a property keeps its name before a geometry or an id takes it."""

    type: Literal["geojson"]

    @property
    def array_member(self) -> str:
        """Always the features."""
        return "features"

    def _records(self, elements: Iterable[Any]) -> Iterator[Record]:
        return map(_record, elements)


def _record(feature: Any) -> Record:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
        return written(feature)
    found = record_of(feature.get("properties") or {})
    if isinstance(found, str):
        return found
    added = {"id": feature["id"]} if feature.get("id") is not None else {}
    geometry = feature.get("geometry")
    added |= place_of(geometry) | _begin_of(geometry)
    texts = record_of(added)
    return texts if isinstance(texts, str) else {**texts, **found}


def place_of(geometry: Any) -> dict[str, Any]:
    """Return a geometry as columns: a point as `lon` and `lat`, any other as `geometry`, its text; none as none."""
    if geometry is None:
        return {}
    coordinates = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if isinstance(coordinates, list | tuple) and geometry.get("type") == "Point":
        return dict(zip(POINT_COLUMNS, [*coordinates[:2], None, None], strict=False))
    return {"geometry": written(geometry)}


def _begin_of(geometry: Any) -> dict[str, Any]:
    """Return where a line begins, as `lon` and `lat`; nothing of any other geometry."""
    match geometry:
        case {"type": "LineString", "coordinates": [[lon, lat, *_], *_]}:
            return dict(zip(POINT_COLUMNS, (lon, lat), strict=True))
    return {}
