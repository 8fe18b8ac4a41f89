"""The domains of the marts: what is built and judged together, from the feeds of some shapes."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path

from calanque.closed import Closed
from calanque.contracts import FeedContract, read_contracts, said_of
from calanque.contracts.rules import known_territories
from calanque.settings import settings

_REFERENCE = re.compile(r"ref\('(\w+)'\)")


class Domain(Closed):
    """A group of marts, of which a city's rows are built and judged together; the places come first.

    Attributes:
        name: dbt tag.
        shapes: shapes of the feeds that it reads; its territories and valid dates come from their contracts.
        marts: tables of the schema `marts`, each with a gate of its name.
        is_placed: whether it can not be built before the places of its city are.
    """

    name: str
    shapes: tuple[str, ...]
    marts: tuple[str, ...]
    is_placed: bool = False

    @property
    def contracts(self) -> tuple[FeedContract, ...]:
        """The right contracts whose feeds it reads, by name of the feed."""
        return tuple(contract for contract in read_contracts()[0].values() if contract.shape in self.shapes)

    @property
    def feeds(self) -> tuple[str, ...]:
        """Names of these feeds."""
        return tuple(contract.feed for contract in self.contracts)

    @property
    def territories(self) -> tuple[str, ...]:
        """The cities of these feeds, in alphabetical order."""
        return tuple(sorted({contract.territory for contract in self.contracts}))


DOMAINS = {
    domain.name: domain
    for domain in (
        Domain(
            name="places",
            shapes=(
                *("area", "asset", "detection", "enforcement", "incident"),
                *("observation", "planned_event", "report", "statistic"),
            ),
            marts=("dim_cell", "dim_area"),
        ),
        Domain(
            name="incidents",
            shapes=("incident",),
            marts=("fct_incidents", "dim_incident_type", "fct_territory_week", "fct_cell_week", "fct_incident_hour"),
        ),
        Domain(
            name="reports",
            shapes=("report",),
            marts=("fct_report_zone_week", "fct_report_area_month"),
        ),
        Domain(
            name="observations",
            shapes=("detection", "observation"),
            marts=("fct_observation_hour",),
            is_placed=True,
        ),
        Domain(
            name="enforcement",
            shapes=("enforcement",),
            marts=("fct_enforcement_area_month",),
            is_placed=True,
        ),
        Domain(
            name="surroundings",
            shapes=("asset", "planned_event", "statistic"),
            marts=("dim_asset", "fct_planned_event", "fct_event_conflict", "fct_statistic"),
            is_placed=True,
        ),
    )
}

WRITTEN_BY_ML = (
    "fct_day_risk",
    "fct_factor",
    "fct_forecast",
    "fct_forecast_fine",
    "fct_forecast_score",
    "fct_forecast_slot",
    "fct_input_drift",
    "fct_level",
    "fct_level_score",
    "fct_near_repeat",
    "fct_near_repeat_alert",
    "fct_trend",
)
"""The marts of ml/, written week by week."""


def marts_of(shape: str | None) -> tuple[str, ...]:
    """Return the marts that are made from the rows of a shape; incidents draw places and are what ml/ learns from."""
    places, *others = DOMAINS.values()
    if shape == "area":
        return places.marts
    own = tuple(
        mart
        for domain in others
        if shape in domain.shapes
        for mart in domain.marts
        # What is built together need not be made from the same: an agenda says nothing of cameras.
        if len(domain.shapes) == 1 or f"shape_{shape}" in _read_by(mart)
    )
    return (*places.marts, *own, *WRITTEN_BY_ML) if shape in DOMAINS["incidents"].shapes else own


def feeds_of(feeds: Sequence[FeedContract], *marts: str) -> list[FeedContract]:
    """Return the feeds whose rows any of these marts is made from."""
    shapes = {shape for shape in {one.shape for one in feeds} if not {*marts}.isdisjoint(marts_of(shape))}
    return [one for one in feeds if one.shape in shapes]


def _read_by(model: str) -> set[str]:
    """Return the models of dbt that one reads, and those that they read."""
    read, found = _references(settings().root / "dbt" / "models"), {model}
    while more := {other for one in found for other in read.get(one, ())} - found:
        found |= more
    return found


@cache
def _references(folder: Path) -> dict[str, set[str]]:
    return {path.stem: {*_REFERENCE.findall(path.read_text(encoding="utf-8"))} for path in folder.rglob("*.sql")}


def is_fed(feed: str, territory: str) -> bool:
    """Tell whether a feed has a contract, right or wrong, and its city a file: neither was taken away."""
    return any(feed in found for found in read_contracts()) and territory in known_territories()


def territories(shape: str) -> tuple[str, ...]:
    """Return the territories that have a feed of a shape, in alphabetical order.

    That of a contract that has become wrong is one of them: what its feed has loaded is built, and forecast, as before.
    """
    right, wrong = read_contracts()
    cities = {contract.territory for contract in right.values() if contract.shape == shape}
    said = {str(one.get("territory")) for one in map(said_of, wrong) if one.get("shape") == shape}
    return tuple(sorted(cities | said & {*known_territories()}))


def longest_first() -> tuple[str, ...]:
    """Return the territories that have a feed of incidents, that of the longest history first."""
    began = dict.fromkeys(territories("incident"), date.max)
    for contract in DOMAINS["incidents"].contracts:
        began[contract.territory] = min(contract.valid_from or date.max, began[contract.territory])
    return tuple(sorted(began, key=lambda city: (began[city], city)))
