"""GeoJSON: a FeatureCollection. Properties by their names; a point as `lon` and `lat`, any other geometry as text.

Of a line `lon` and `lat` are where it begins, beside its text.
"""

from collections.abc import Iterator
from typing import Any, Literal

from calanque.formats.base import DUPLICATE_KEY, OTHER_CRS, Odd, Record
from calanque.formats.crs import is_degrees, refuse_crs, refuse_metres
from calanque.formats.json_ import JsonRecords, record_of
from calanque.formats.json_stream import Elements
from calanque.formats.records import Repeated, written

POINT_COLUMNS = ("lon", "lat")
LON_MAX_DEG, LAT_MAX_DEG = 180.0, 90.0


class GeojsonFormat(JsonRecords):
    """Features in longitude and latitude; a property keeps its name before a geometry or an id takes it."""

    type: Literal["geojson"]

    @property
    def array_member(self) -> str:
        """Always the features."""
        return "features"

    @property
    def members_beside(self) -> tuple[str, ...]:
        """That of GeoJSON 2008; since RFC 7946 there is none, and all is in WGS 84."""
        return ("crs",)

    def _records(self, elements: Elements) -> Iterator[Record]:
        """Yield the rows.

        Raises:
            UnreadableError: if the file says another CRS, or has places and none of them is in degrees.
        """
        metres: tuple[float, float] | None = None
        has_degrees = False
        for feature in elements:
            yield _record(feature)
            if not has_degrees and (place := _first_place(feature)):
                has_degrees = abs(place[0]) <= LON_MAX_DEG and abs(place[1]) <= LAT_MAX_DEG
                metres = metres or place
        refuse_crs(elements.beside.get("crs"))
        if metres and not has_degrees:
            refuse_metres(*metres)


def _record(feature: Any) -> Record:
    if not isinstance(feature, dict) or not isinstance(feature.get("properties") or {}, dict):
        return written(feature)
    geometry = feature.get("geometry")
    if isinstance(feature, Repeated) or isinstance(geometry, Repeated):
        return Odd(written(feature), DUPLICATE_KEY)
    if not all(is_degrees(part.get("crs")) for part in (feature, geometry) if isinstance(part, dict)):
        return Odd(written(feature), OTHER_CRS)
    found = record_of(feature.get("properties") or {})
    if isinstance(found, str):
        return found
    added = {"id": feature["id"]} if feature.get("id") is not None else {}
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


def _first_place(feature: Any) -> tuple[float, float] | None:
    """Return the first two numbers of a feature's coordinates, None where it has none."""
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    found = geometry.get("coordinates") if isinstance(geometry, dict) else None
    while isinstance(found, list) and found and isinstance(found[0], list):
        found = found[0]
    try:
        return (float(found[0]), float(found[1])) if isinstance(found, list) else None
    except (ValueError, TypeError, IndexError):
        return None
