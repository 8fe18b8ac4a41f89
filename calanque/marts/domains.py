"""The domains of the marts: what one dbt selection and one writer builds from which feeds."""

from pydantic import BaseModel, ConfigDict


class Domain(BaseModel):
    """A group of marts built together.

    Attributes:
        name: dbt tag and pool.
        feeds: feeds whose bronze tables it reads; its territories and valid dates come from their contracts.
        marts: tables of the schema `marts`, each with a gate of its name.
        needs_cells: whether the territories' cells must be computed first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    feeds: tuple[str, ...]
    marts: tuple[str, ...]
    needs_cells: bool = False


DOMAINS = {
    domain.name: domain
    for domain in (
        Domain(
            name="incidents",
            feeds=("toronto_incidents",),
            marts=("fct_incidents", "dim_cell", "dim_area", "fct_cell_week"),
            needs_cells=True,
        ),
        Domain(name="reports", feeds=("citizen_reports",), marts=("fct_report_zone_week", "fct_report_area_month")),
    )
}
