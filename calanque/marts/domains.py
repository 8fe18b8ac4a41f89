"""The domains of the marts: what is built together of one city, from its feeds of some shapes."""

from calanque.closed import Closed
from calanque.contracts import FeedContract, load_contracts


class Domain(Closed):
    """A group of marts built together, city by city.

    Attributes:
        name: dbt tag and pool.
        shapes: shapes of the feeds that it reads; its territories and valid dates come from their contracts.
        marts: tables of the schema `marts`, each with a gate of its name.
        after: domain that is built before it, whose marts it refers to.
        by_week: whether the weeks that new batches touch can be built alone.
    """

    name: str
    shapes: tuple[str, ...]
    marts: tuple[str, ...]
    after: str | None = None
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
        Domain(name="places", shapes=("incident", "report"), marts=("dim_cell", "dim_area")),
        Domain(
            name="incidents",
            shapes=("incident",),
            marts=("fct_incidents", "dim_incident_type", "fct_territory_week", "fct_cell_week"),
            after="places",
            by_week=True,
        ),
        Domain(
            name="reports",
            shapes=("report",),
            marts=("fct_report_zone_week", "fct_report_area_month"),
            after="places",
        ),
    )
}


def territories(shape: str) -> tuple[str, ...]:
    """Return the territories that have a feed of a shape, in alphabetical order."""
    return tuple(sorted({contract.territory for contract in load_contracts().values() if contract.shape == shape}))
