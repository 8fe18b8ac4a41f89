"""What the page *Carte* asks of the query door; the page shows the texts, so that anybody finds its figures again."""

from datetime import date, timedelta

from calanque.engines.trino import literal

MONTHS = 36
MOST_FACTORS = 4
WEATHER = ("rain", "temperature", "wind_speed")
SPAN_HOURS = 6
WEEKDAYS = {"week": (1, 5), "weekend": (6, 7)}
COUNTS = "counts"
"""Version of a forecast that was published before there was a model."""
SERVED_COUNT = "if(forecasts.served = 'model', forecasts.expected_count, forecasts.baseline_count)"
"""What is expected by whoever serves."""

CITIES = """select territory, type, max(occurred_local_date) as until_date, min(occurred_local_date) as since_date
from marts.fct_incidents
group by territory, type
order by territory"""

TYPES = """select type, label_en, label_fr
from marts.dim_incident_type
order by type"""


def areas(city: str) -> str:
    """Return the question of a city's areas, those that its incidents are counted to."""
    return f"""select area_id, area_name, geometry, source
from marts.dim_area
where territory = {literal(city)}
    and area_id in (select area_id from marts.dim_cell where territory = {literal(city)})
order by area_name"""


def past(city: str, kind: str, until: date, days: int, back: int, when: str = "") -> str:
    """Return the question of how many incidents an area had in some days, and as many days earlier.

    Args:
        city: territory.
        kind: type of the taxonomy, or all.
        until: last day.
        days: how many.
        back: how many days earlier the days lie that they are held against.
        when: a condition more, as `of_when` gives it.
    """
    first = until - timedelta(days=days - 1)
    then_first, then_last = first - timedelta(days=back), until - timedelta(days=back)
    return f"""select area_id,
    count_if(occurred_local_date between date '{first}' and date '{until}') as now_count,
    count_if(occurred_local_date between date '{then_first}' and date '{then_last}') as then_count
from marts.fct_incidents
where territory = {literal(city)}
    and is_in_territory
    and occurred_local_date between date '{then_first}' and date '{until}'{of_kind(kind)}{when}
group by area_id"""


def likely(city: str, kind: str) -> str:
    """Return the question of how many incidents are expected in each area in the newest week that is forecast."""
    return f"""select cells.area_id, forecasts.week_start_date,
    sum({SERVED_COUNT}) as expected_count,
    sum(forecasts.baseline_count) as baseline_count, max(forecasts.served) as served,
    max(forecasts.data_until_date) as data_until_date
from marts.fct_forecast as forecasts
inner join marts.dim_cell as cells on forecasts.territory = cells.territory and forecasts.cell_id = cells.cell_id
where {of_newest_forecast(city, kind)}
group by cells.area_id, forecasts.week_start_date"""


def history(city: str, kind: str, area: str, until: date, when: str = "") -> str:
    """Return the question of an area's months, the oldest first; the last may be cut by the last day."""
    return f"""select cast(date_trunc('month', occurred_local_date) as date) as month_start_date,
    count(*) as incident_count
from marts.fct_incidents
where territory = {literal(city)}
    and area_id = {literal(area)}
    and occurred_local_date > date_add('month', -{MONTHS}, date '{until}')
    and occurred_local_date <= date '{until}'{of_kind(kind)}{when}
group by 1
order by 1"""


def planned(city: str, area: str, first: date, last: date) -> str:
    """Return the question of what is planned in an area in some days, by kind, and for how many persons at most."""
    return f"""select kind, count(*) as event_count, max(expected_count) as most_expected_count
from marts.fct_planned_event
where territory = {literal(city)}
    and area_id = {literal(area)}
    and not is_cancelled
    and starts_local_at < date_add('day', 1, date '{last}')
    and ends_local_at > date '{first}'
group by kind
order by event_count desc, kind"""


def weather(city: str, first: date, last: date) -> str:
    """Return the question of what the weather of some days was: the mean of its hours and, of rain, their sum."""
    return f"""with hours as (
    select quantity, unit, observed_hour_at,
        avg(if(quantity = 'rain', total_value, mean_value)) as hour_value
    from marts.fct_observation_hour
    where territory = {literal(city)}
        and quantity in {WEATHER}
        and observed_local_date between date '{first}' and date '{last}'
    group by quantity, unit, observed_hour_at
)

select quantity, unit, if(quantity = 'rain', sum(hour_value), avg(hour_value)) as weather_value
from hours
group by quantity, unit
having max(hour_value) is not null
order by quantity"""


def factors(city: str, kind: str, language: str) -> str:
    """Return the question of what incidents of a type surely go with in a city, the largest differences first."""
    return f"""select finding_{language}
from marts.fct_factor
where territory = {literal(city)}
    and type = {literal(kind)}
    and is_found
order by abs(ln(effect_ratio)) desc, factor, category
limit {MOST_FACTORS}"""


def why(city: str, kind: str, area: str, language: str) -> str:
    """Return the question of what makes up the forecast of an area's three fullest cells: the three types that do most.

    A cell is as full as its types together, or as the one that is asked for; all that is expected in it stands last.
    Bound and probability are the model's, or those of counts published for want of one: plain counts that stand in for
    a model have none.
    """
    is_its_own = f"forecasts.served = 'model' or forecasts.model_version = {literal(COUNTS)}"
    return f"""with by_type as (
    select forecasts.cell_id, forecasts.type,
        {SERVED_COUNT} as expected_count,
        if({is_its_own}, forecasts.upper_count) as upper_count,
        if({is_its_own}, forecasts.p_at_least_one) as p_at_least_one, forecasts.reason_{language},
        row_number() over (
            partition by forecasts.cell_id
            order by {SERVED_COUNT} desc,
                forecasts.type
        ) as type_rank
    from marts.fct_forecast as forecasts
    inner join marts.dim_cell as cells on forecasts.territory = cells.territory and forecasts.cell_id = cells.cell_id
    where {of_newest_forecast(city, kind)}
        and cells.area_id = {literal(area)}
),

fullest as (
    select cell_id, sum(expected_count) as cell_expected_count
    from by_type
    group by cell_id
    order by 2 desc, 1
    limit 3
)

select by_type.cell_id, by_type.type, by_type.expected_count, by_type.upper_count, by_type.p_at_least_one,
    by_type.reason_{language}, fullest.cell_expected_count
from by_type
inner join fullest on by_type.cell_id = fullest.cell_id
where by_type.type_rank <= 3
order by fullest.cell_expected_count desc, by_type.cell_id, by_type.expected_count desc"""


def record(city: str, kind: str) -> str:
    """Return the question of how the forecasts of a city did: the newest week that is over, and the weeks before.

    What was published of the type counts; where nothing was yet, what the training made of weeks of the past.
    """
    of_kind = f"territory = {literal(city)} and type = {literal(kind)}"
    return f"""select method, record, max(week_start_date) as week_start_date, count(*) as week_count,
    max_by(event_count, week_start_date) as event_count, max_by(hit_rate_5pct, week_start_date) as hit_rate,
    max_by(coverage, week_start_date) as coverage, avg(hit_rate_5pct) as mean_hit_rate
from marts.fct_forecast_score
where {of_kind}
    and record = (select max(record) from marts.fct_forecast_score where {of_kind})
group by method, record
order by method desc"""


def of_newest_forecast(city: str, kind: str) -> str:
    """Return the condition that rows of `forecasts` are of the newest week that is forecast, and of a type."""
    return f"""forecasts.territory = {literal(city)}
    and forecasts.week_start_date = (
        select max(week_start_date) from marts.fct_forecast where territory = {literal(city)}
    ){of_kind(kind, "forecasts.")}"""


def of_kind(kind: str, of: str = "") -> str:
    """Return the condition that rows are of a type; none for all types."""
    return "" if kind == "all" else f"\n    and {of}type = {literal(kind)}"


def of_when(hours: str, weekday: str, origin: str) -> str:
    """Return the condition that incidents are of some hours, of some days of the week and of an origin.

    Args:
        hours: the first of the six hours, or nothing; an incident whose hour is doubtful is in none of them.
        weekday: `week`, `weekend`, a day from 1 for Monday, or nothing.
        origin: `reported`, `enforced` or nothing.
    """
    said = []
    if hours:
        first = int(hours)
        said.append(f"occurred_local_hour between {first} and {first + SPAN_HOURS - 1} and not is_hour_doubtful")
    if weekday:
        first_day, last_day = WEEKDAYS.get(weekday) or (int(weekday), int(weekday))
        said.append(f"occurred_local_weekday between {first_day} and {last_day}")
    if origin:
        said.append(f"origin = {literal(origin)}")
    return "".join(f"\n    and {one}" for one in said)
