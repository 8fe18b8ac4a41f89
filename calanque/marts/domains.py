"""The domains of the marts: what is built together of one city, from its feeds of some shapes."""

from datetime import date

from calanque.closed import Closed
from calanque.contracts import FeedContract, load_contracts


class Domain(Closed):
    """A group of marts built together, city by city.

    Attributes:
        name: dbt tag and pool.
        shapes: shapes of the feeds that it reads; its territories and valid dates come from their contracts.
        marts: tables of the schema `marts`, each with a gate of its name.
        after: domain that is built before it, whose marts it refers to.
        is_placed: whether it can not be built before the places of its city are.
        by_week: whether the weeks that new batches touch can be built alone.
    """

    name: str
    shapes: tuple[str, ...]
    marts: tuple[str, ...]
    after: str | None = None
    is_placed: bool = False
    by_week: bool = False

    @property
    def contracts(self) -> tuple[FeedContract, ...]:
        """The right contracts whose feeds it reads, by name of the feed."""
        return tuple(contract for contract in load_contracts().values() if contract.shape in self.shapes)

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
                *("asset", "detection", "enforcement", "incident"),
                *("observation", "planned_event", "report", "statistic"),
            ),
            marts=("dim_cell", "dim_area"),
        ),
        Domain(
            name="incidents",
            shapes=("incident",),
            marts=("fct_incidents", "dim_incident_type", "fct_territory_week", "fct_cell_week", "fct_incident_hour"),
            after="places",
            by_week=True,
        ),
        Domain(
            name="reports",
            shapes=("report",),
            marts=("fct_report_zone_week", "fct_report_area_month"),
            after="places",
        ),
        Domain(
            name="observations",
            shapes=("detection", "observation"),
            marts=("fct_observation_hour",),
            after="places",
            is_placed=True,
        ),
        Domain(
            name="enforcement",
            shapes=("enforcement",),
            marts=("fct_enforcement_area_month",),
            after="places",
            is_placed=True,
        ),
        Domain(
            name="surroundings",
            shapes=("asset", "planned_event", "statistic"),
            marts=("dim_asset", "fct_planned_event", "fct_statistic"),
            after="places",
            is_placed=True,
        ),
    )
}

WRITTEN_BY_ML = (
    "fct_forecast",
    "fct_forecast_fine",
    "fct_forecast_score",
    "fct_forecast_slot",
    "fct_input_drift",
    "fct_near_repeat",
    "fct_near_repeat_alert",
)
"""The marts of ml/, written week by week."""


def territories(shape: str) -> tuple[str, ...]:
    """Return the territories that have a feed of a shape, in alphabetical order."""
    return tuple(sorted({contract.territory for contract in load_contracts().values() if contract.shape == shape}))


def longest_first() -> tuple[str, ...]:
    """Return the territories that have a feed, that of the longest history of incidents first.

    What is learnt of it takes longest and waits for its marts: begun first, it goes on beside the other cities'.
    """
    began: dict[str, date] = {}
    for contract in load_contracts().values():
        first = contract.valid_from if contract.shape == "incident" and contract.valid_from else date.max
        began[contract.territory] = min(first, began.get(contract.territory, date.max))
    return tuple(sorted(began, key=lambda city: (began[city], city)))
