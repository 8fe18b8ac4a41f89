"""What is wrong with a territory's file beyond its fields: its projection, its box, the feed of its areas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calanque.errors import CalanqueError
from calanque.places.grid import projected_crs, require_true_scale, territory_grid, unit_m

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from calanque.contracts import FeedContract
    from calanque.places.territory import Territory

_EDGE_DEGREES = 1.0
"""By so much a city may lie beyond where its projection is meant for: a zone ends at no town's limits."""


def territory_problems(territory: Territory, contracts: Mapping[str, FeedContract]) -> list[str]:
    """Return what is wrong with a territory, as sentences that name its file and the field.

    Args:
        territory: as its file says it.
        contracts: the right ones, by feed: areas may be a feed's.
    """
    file = f"{territory.name}.yml"
    return [f"{file}: field '{field}': {sentence}" for field, sentence in _problems(territory, contracts)]


def _problems(territory: Territory, contracts: Mapping[str, FeedContract]) -> Iterator[tuple[str, str]]:
    yield from _of_projection(territory)
    yield from _of_zones(territory, contracts)


def _of_projection(territory: Territory) -> Iterator[tuple[str, str]]:
    epsg, box = territory.crs, territory.bounding_box
    try:
        crs = projected_crs(epsg)
    except CalanqueError as error:
        yield "crs", str(error)
        return
    if unit_m(epsg) != 1.0:
        unit = crs.axis_info[0].unit_name
        yield "crs", f"EPSG:{epsg} counts in {unit}, not in metres: choose the city's CRS in metres."
        return
    if (use := crs.area_of_use) and not (
        _is_between(box.lon_min, use.west, use.east)
        and _is_between(box.lon_max, use.west, use.east)
        and use.south - _EDGE_DEGREES <= box.lat_min < box.lat_max <= use.north + _EDGE_DEGREES
    ):
        yield (
            "bounding_box",
            f"lies outside of where EPSG:{epsg} is meant for ({use.name}; longitudes {use.west:g} to {use.east:g}, "
            f"latitudes {use.south:g} to {use.north:g}): correct the box, or choose the CRS of this place.",
        )
        return
    try:
        require_true_scale(epsg, (box.lon_min + box.lon_max) / 2, (box.lat_min + box.lat_max) / 2)
        territory_grid(territory)
    except CalanqueError as error:
        yield "crs", str(error)


def _is_between(lon: float, west: float, east: float) -> bool:
    west, east = west - _EDGE_DEGREES, east + _EDGE_DEGREES
    # A country may lie on both sides of the meridian of 180°.
    return west <= lon <= east if west <= east else lon >= west or lon <= east


def _of_zones(territory: Territory, contracts: Mapping[str, FeedContract]) -> Iterator[tuple[str, str]]:
    zones = territory.zones
    if zones.kind == "cells":
        return
    feed, _, column = zones.source.partition(".")
    contract = contracts.get(feed)
    if contract is None:
        yield "zones.source", f"there is no feed '{feed}' with a right contract: write it first, or take kind: cells."
    elif contract.territory != territory.name:
        yield "zones.source", f"the feed '{feed}' is of {contract.territory}, not of {territory.name}."
    elif zones.kind == "polygons" and contract.shape != "area":
        yield "zones.source", f"the feed '{feed}' has no outlines: its contract must have the shape area."
    elif zones.kind == "feed_column" and column not in {one.name for one in contract.bronze}:
        yield "zones.source", f"the feed '{feed}' has no column '{column}' in bronze: write it as FEED.COLUMN."
