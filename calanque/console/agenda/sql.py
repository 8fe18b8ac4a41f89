"""What the page *Agenda* asks of the query door; the page shows the texts, so that anybody finds its figures again."""

from datetime import date, timedelta

from calanque.engines.trino import literal
from calanque.places.words import WHOLE_CITY

CITIES = f"""select territory, min(week_start_date) as first_week, max(week_start_date) as last_week
from marts.fct_planned_event
where kind not in {WHOLE_CITY}
group by territory
order by territory"""

PLACES = """select distinct territory
from marts.dim_area
order by territory"""


def weeks(city: str) -> str:
    """Return the question of how many conflicts begin in each week of a city."""
    return f"""select week_start_date, count(*) as conflict_count
from marts.fct_event_conflict
where territory = {literal(city)}
group by week_start_date
order by week_start_date"""


def events(city: str, week: date) -> str:
    """Return the question of the events that last in a week, the first to begin first; some are of the whole city."""
    return f"""select events.event_id, events.kind, events.starts_local_at, events.ends_local_at,
    events.expected_count, events.is_cancelled, areas.area_name
from marts.fct_planned_event as events
left join marts.dim_area as areas on events.territory = areas.territory and events.area_id = areas.area_id
where events.territory = {literal(city)}
    and events.starts_local_at < {_midnight(week + timedelta(days=7))}
    and events.ends_local_at > {_midnight(week)}
order by events.starts_local_at, events.event_id"""


def conflicts(city: str, week: date) -> str:
    """Return the question of the conflicts that begin or last in a week, the first to begin first."""
    return f"""{_CONFLICTS}
where conflicts.territory = {literal(city)}
    and conflicts.starts_local_at < {_midnight(week + timedelta(days=7))}
    and (conflicts.ends_local_at > {_midnight(week)} or conflicts.starts_local_at >= {_midnight(week)})
order by conflicts.starts_local_at, conflicts.conflict_id"""


def conflict(city: str, conflict_id: str) -> str:
    """Return the question of one conflict."""
    return f"""{_CONFLICTS}
where conflicts.territory = {literal(city)}
    and conflicts.conflict_id = {literal(conflict_id)}"""


_CONFLICTS = """select conflicts.conflict_id, conflicts.rule, conflicts.label_en, conflicts.label_fr,
    conflicts.first_event_id, conflicts.first_kind, conflicts.second_event_id, conflicts.second_kind,
    conflicts.starts_local_at, conflicts.ends_local_at, conflicts.overlap_minutes, conflicts.distance_m,
    conflicts.expected_count, conflicts.is_sure, conflicts.area_id, areas.area_name, conflicts.asset_id,
    assets.name as asset_name, assets.kind as asset_kind, assets.capacity
from marts.fct_event_conflict as conflicts
left join marts.dim_area as areas on conflicts.territory = areas.territory and conflicts.area_id = areas.area_id
left join marts.dim_asset as assets
    on conflicts.territory = assets.territory and conflicts.asset_id = assets.asset_id"""


def _midnight(day: date) -> str:
    return f"timestamp '{day} 00:00:00'"
