"""What territory and contracts say of a mart of a city: its box, and its first valid day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calanque.contracts.gates import Expectation
from calanque.places.territory import load_territory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from calanque.contracts import FeedContract
    from calanque.contracts.gates import Gate

_BETWEEN = "expect_column_values_to_be_between"
# A few incidents of a city happen beyond it; a mart that holds more was placed wrongly.
_MOSTLY_INSIDE = 0.99


def with_bounds(gate: Gate, contracts: Sequence[FeedContract]) -> Gate:
    """Return the gate of a mart of one city with the city's bounds, where the mart holds places and days of incidents.

    Args:
        gate: the gate of the mart's file.
        contracts: those of the city's feeds.
    """
    if gate.name != "fct_incidents":
        return gate
    return gate.model_copy(update={"expectations": (*gate.expectations, *_bounds(contracts))})


def _bounds(contracts: Sequence[FeedContract]) -> Iterator[Expectation]:
    box = load_territory(contracts[0].territory).bounding_box
    yield _between("lon", box.lon_min, box.lon_max, mostly=_MOSTLY_INSIDE)
    yield _between("lat", box.lat_min, box.lat_max, mostly=_MOSTLY_INSIDE)
    if first := min((contract.valid_from for contract in contracts if contract.valid_from), default=None):
        yield _between("occurred_local_date", first, None)


def _between(column: str, least: object, most: object, mostly: float = 1.0) -> Expectation:
    kwargs = {"min_value": least, "max_value": most, "mostly": mostly}
    return Expectation(expectation=_BETWEEN, column=column, kwargs=kwargs, severity="critical")
