"""Street closures of the twin: where and when events are on purpose, and as WZDx writes a work zone."""

import io
import json
import math

from shapely import LineString, Point

from calanque.contracts import load_contract
from calanque.twin.closures import AT_CROWDS, ON_WAYS, PERMITS_COUNT, PERMITS_SEED, WORKS, closures, generate_closures
from calanque.twin.permits import Planned, permits

ASKED = ("2026-06-30", 60, 240, 7)
CORE = {"event_type", "data_source_id", "road_names", "direction", "description", "creation_date", "update_date"}


def way(one: Planned) -> LineString | Point:
    """Return the route of what has one, or its place, in metres."""
    east_m = 111_195 * math.cos(math.radians(43.3))
    corners = [(lon * east_m, lat * 111_195) for lon, lat in one.route or ((one.lon or 0, one.lat or 0),)]
    return LineString(corners) if one.route else Point(corners[0])


def test_streets_are_closed_at_crowds_and_on_the_ways_of_processions() -> None:
    """By the permits of the feed beside: its contract has the count and the seed that closures go by."""
    permitted, ours = (
        load_contract(f"marseille_{feed}").source.arguments  # type: ignore[union-attr]
        for feed in ("occupations", "closures")
    )
    assert (permitted["count"], permitted["seed"]) == (PERMITS_COUNT, PERMITS_SEED)
    assert all(permitted[name] == ours[name] for name in ("last_day", "days"))
    stand = permits(*ASKED[:2], PERMITS_COUNT, PERMITS_SEED)
    closed = closures(*ASKED)
    assert [one.number for one in closed] == list(range(1, 241)) and {one.code for one in closed} == set(WORKS)
    assert all(one.known_at <= one.begins_at < one.ends_at and 2 <= len(one.route) <= 5 for one in closed)
    for planted, codes, within_m in ((AT_CROWDS, ("MARCHE", "FETE"), 46), (ON_WAYS, ("DEFILE",), 11)):
        for one in (one for one in closed if one.number % 10 in planted):
            met = [o for o in stand if o.code in codes and o.begins_at < one.ends_at and one.begins_at < o.ends_at]
            assert min(way(one).distance(way(other)) for other in met) < within_m, one


def test_closures_are_a_work_zone_feed_that_their_contract_reads() -> None:
    content = generate_closures(*ASKED, 0.1)
    told = json.loads(content)
    assert (told["type"], told["feed_info"]["version"], len(told["features"])) == ("FeatureCollection", "4.2", 264)
    assert all(set(one["properties"]["core_details"]) == CORE for one in told["features"])
    assert {one["properties"]["vehicle_impact"] for one in told["features"]} == {"all-lanes-closed"}
    contract = load_contract("marseille_closures")
    (first, *_) = contract.file_format.parse(io.BytesIO(content))
    assert isinstance(first, dict) and set(first) == {column.name for column in contract.landing}
    assert [float(first[axis] or 0) for axis in ("lon", "lat")] == told["features"][0]["geometry"]["coordinates"][0]
