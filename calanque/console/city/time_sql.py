"""What the page *Carte au fil du temps* asks of the query door: a city's squares, and what is in them week by week."""

from datetime import date

from calanque.console.city.map_sql import SERVED_COUNT, of_kind, of_newest_forecast
from calanque.engines.trino import literal
from calanque.places.words import WHOLE_CITY

WEEKS = 156
MOST_EVENTS = 20_000


def cells(city: str) -> str:
    """Return the question of a city's squares, in the order of their keys."""
    return f"""select row, col, x_m, y_m, area_m2, area_id
from marts.dim_cell
where territory = {literal(city)}
order by cell_key"""


def weeks(city: str, kind: str) -> str:
    """Return the question of the incidents of each square and week of the last three years, the oldest first."""
    return f"""select week_start_date, cell_key, sum(incident_count) as incident_count
from marts.fct_cell_week
where territory = {literal(city)}
    and week_start_date > (
        select date_add('week', -{WEEKS}, max(week_start_date)) from marts.fct_cell_week
        where territory = {literal(city)}
    ){of_kind(kind)}
group by week_start_date, cell_key
order by week_start_date, cell_key"""


def until(city: str) -> str:
    """Return the question of the last whole week, also of one in which nothing happened."""
    return f"""select max(week_start_date) as week_start_date
from marts.fct_territory_week
where territory = {literal(city)}"""


def likely(city: str, kind: str) -> str:
    """Return the question of what is expected in each square in the newest week that is forecast.

    Bounds of several types do not add up to one.
    """
    return f"""select forecasts.week_start_date, cells.cell_key,
    sum({SERVED_COUNT}) as expected_count, sum(forecasts.baseline_count) as baseline_count,
    if(count(*) = 1 and max(forecasts.served) = 'model', max(forecasts.upper_count)) as upper_count
from marts.fct_forecast as forecasts
inner join marts.dim_cell as cells on forecasts.territory = cells.territory and forecasts.cell_id = cells.cell_id
where {of_newest_forecast(city, kind)}
group by forecasts.week_start_date, cells.cell_key
order by cells.cell_key"""


def planned(city: str) -> str:
    """Return the question of the planned events, the last to begin first; one outside the squares has no place.

    Holidays and warnings of the weather are of the whole city, and of no place at all.
    """
    return f"""select events.event_id, events.kind, events.starts_local_at, events.ends_local_at, cells.lon, cells.lat,
    events.expected_count, events.route
from marts.fct_planned_event as events
left join marts.dim_cell as cells on events.territory = cells.territory and events.cell_id = cells.cell_id
where events.territory = {literal(city)}
    and events.kind not in {WHOLE_CITY}
    and not events.is_cancelled
order by events.starts_local_at desc, events.event_id
limit {MOST_EVENTS}"""


def conflicts(city: str) -> str:
    """Return the question of which events are in conflict, and when, the last to begin first."""
    return f"""select first_event_id, second_event_id, starts_local_at, ends_local_at
from marts.fct_event_conflict
where territory = {literal(city)}
order by starts_local_at desc, conflict_id
limit {MOST_EVENTS}"""


def present(city: str, first: date, last: date) -> str:
    """Return the question of what was measured in some days, by place and quantity; what is withheld has no figure.

    Nor has a place of which most hours are withheld: those that are left are its emptiest. The weather is of no place.
    """
    return f"""select observations.quantity, observations.unit, cells.lon, cells.lat,
    if(2 * count_if(observations.is_suppressed) <= count(*), avg(observations.mean_value)) as mean_value,
    count_if(observations.is_suppressed) as withheld_count
from marts.fct_observation_hour as observations
left join marts.dim_cell as cells
    on observations.territory = cells.territory and observations.cell_id = cells.cell_id
where observations.territory = {literal(city)}
    and observations.observed_local_date between date '{first}' and date '{last}'
group by observations.quantity, observations.unit, cells.lon, cells.lat
order by observations.quantity, observations.unit, cells.lon, cells.lat"""
