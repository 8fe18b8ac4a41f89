"""Coordinate reference systems that a file says it is in, and the sentences for those that are not in degrees."""

from __future__ import annotations

import re
from typing import Any

from calanque.formats.base import UnreadableError

# Longitude and latitude that lie within a metre or two of WGS 84: itself, ETRS89 and RGF93, NAD83, GDA94.
DEGREES = frozenset(["CRS84", "CRS84H", "CRS83", "4326", "4979", "4258", "4171", "4269", "4617", "4283", "WGS84"])
# The end of `urn:ogc:def:crs:EPSG::2154`, `EPSG:2154`, `http://www.opengis.net/def/crs/EPSG/0/2154`, `OGC:CRS84`.
CODE = re.compile(r"(?:^|[^0-9A-Za-z])(CRS\d\dH?|\d{4,6})\W*$", re.IGNORECASE)
PROJECTED = re.compile(rb"PROJ(?:CS|CRS)\s*\[")
GEOGRAPHIC = re.compile(rb"GEOG(?:CS|CRS)|GEODCRS")
# What a place in France is in metres; else easting and northing of many systems look alike.
LAMBERT_93_X, LAMBERT_93_Y = (100_000.0, 1_250_000.0), (6_000_000.0, 7_150_000.0)
ASK = "not in longitude and latitude: ask for it in WGS 84 (EPSG:4326), or reproject it before it is sent"


def is_degrees(crs: Any) -> bool:
    """Whether the `crs` of a GeoJSON object, as GeoJSON 2008 has it, is longitude and latitude, or none is said."""
    return crs is None or _code(crs) in DEGREES


def refuse_crs(crs: Any) -> None:
    """Refuse the `crs` of a GeoJSON object.

    Raises:
        UnreadableError: if it is not longitude and latitude; it is named by what the register calls it.
    """
    if not is_degrees(crs):
        raise UnreadableError(f"is in {_named(_code(crs))}, {ASK}")


def refuse_projection(text: bytes) -> None:
    """Refuse the text of a `.prj`, in WKT.

    Raises:
        UnreadableError: if it is not longitude and latitude.
    """
    if GEOGRAPHIC.search(text) and not PROJECTED.search(text):
        return
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        found = CRS.from_wkt(text.decode("utf-8", "replace")).to_epsg(min_confidence=25)
    except CRSError:
        found = None
    raise UnreadableError(f"is in {_named(str(found or ''))}, {ASK}")


def refuse_metres(lon: float, lat: float) -> None:
    """Refuse a file none of whose places is one in degrees.

    Args:
        lon: what stands for the longitude of one of them.
        lat: for its latitude.
    """
    is_french = LAMBERT_93_X[0] < lon < LAMBERT_93_X[1] and LAMBERT_93_Y[0] < lat < LAMBERT_93_Y[1]
    likely = f"they look like {_named('2154')}" if is_french else "they look like metres of a projected CRS"
    raise UnreadableError(f"says no CRS, and none of its coordinates are degrees: {likely}, {ASK}")


def _code(crs: Any) -> str:
    """Return the code that an object, or its bare name, says; empty where it says none that is known."""
    said = crs.get("properties") if isinstance(crs, dict) else None
    name = (said.get("name") or said.get("code") or said.get("href")) if isinstance(said, dict) else crs
    text = str(name or "")
    code = CODE.search(text)
    return code[1].upper() if code else re.sub(r"\W|_", "", text).upper()


def _named(code: str) -> str:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return f"EPSG:{code} ({CRS.from_epsg(int(code)).name})"
    except (CRSError, ValueError):
        # What is not in the register is not quoted: it may be anything.
        return "another CRS, which the register of EPSG does not have by the name it gives"
