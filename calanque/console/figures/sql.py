"""What the page *Chiffres publiés* asks of the query door, as who is elected: what is small is withheld by the door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calanque.engines.trino import literal

if TYPE_CHECKING:
    from collections.abc import Iterable

MONTHS, WEEKS = 12, 13

CITIES = """select distinct territory
from marts.dim_area
order by territory"""


def areas(city: str) -> str:
    """Return the question of a city's areas of every kind."""
    return f"""select area_id, area_name, kind, parent_area_id, geometry, source
from marts.dim_area
where territory = {literal(city)}
order by area_name, area_id"""


def reports(city: str, areas: Iterable[str]) -> str:
    """Return the question of the reports of areas, month by month, the newest first."""
    return _by_month("fct_report_area_month", "category", "report_count", city, areas)


def acts(city: str, areas: Iterable[str]) -> str:
    """Return the question of the acts of enforcement of areas, month by month, the newest first."""
    return _by_month("fct_enforcement_area_month", "type", "act_count", city, areas)


def _by_month(mart: str, kind: str, count: str, city: str, areas: Iterable[str]) -> str:
    return f"""select area_id, month_start_date, {kind}, {count}
from marts.{mart}
where territory = {literal(city)}
    and area_id in ({", ".join(map(literal, areas))})
    and month_start_date > (
        select date_add('month', -{MONTHS}, max(month_start_date)) from marts.{mart} where territory = {literal(city)}
    )
order by month_start_date desc, {kind}"""


def weeks(city: str) -> str:
    """Return the question of a city's incidents by type, week by week, the newest first."""
    return f"""select week_start_date, type, incident_count
from marts.fct_territory_week
where territory = {literal(city)}
    and week_start_date > (
        select date_add('week', -{WEEKS}, max(week_start_date)) from marts.fct_territory_week
        where territory = {literal(city)}
    )
order by week_start_date desc, type"""


def statistics(city: str) -> str:
    """Return the question of what official statistics say of a city, each quantity of its newest period."""
    return f"""select quantity, area, unit, published_value, starts_local_date, last_local_date
from marts.fct_statistic
where territory = {literal(city)}
    and (quantity, last_local_date) in (
        select quantity, max(last_local_date) from marts.fct_statistic
        where territory = {literal(city)}
        group by quantity
    )
order by quantity, area"""
