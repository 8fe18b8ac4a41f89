"""What the page *Prévisions et tendances* asks of the query door; it shows the texts, to be found again."""

from calanque.engines.trino import literal

RECORD_WEEKS = 13
AREA_PERCENTS = (1, 2, 5, 10, 20)
"""Parts of the area ranked first, as the mart of scores has them."""


def days(city: str, language: str) -> str:
    """Return the question of the days to come: how many incidents, how unusual that is, and what goes with it."""
    return f"""select levels.area_id, levels.area_name, levels.type, levels.forecast_date,
    levels.expected_count, levels.upper_count, levels.served, levels.data_until_date,
    risks.threshold_count, risks.p_above, risks.risk,
    risks.factors_{language}, risks.finding_{language}, levels.reason_{language}
from marts.fct_level as levels
left join marts.fct_day_risk as risks
    on levels.territory = risks.territory
    and levels.area_id = risks.area_id
    and levels.type = risks.type
    and levels.forecast_date = risks.forecast_date
where levels.territory = {literal(city)}
    and levels.data_until_date = (select max(data_until_date) from marts.fct_level where territory = {literal(city)})
order by levels.area_name, levels.type, levels.forecast_date"""


def trends(city: str, span: str, language: str) -> str:
    """Return the question of the newest week, four weeks or year to date: each area and type, the surest first."""
    return f"""select area_id, area_name, type, period_start_date, period_end_date, incident_count, expected_count,
    lower_count, upper_count, is_above, is_below, is_alarm, finding_{language}
from marts.fct_trend
where territory = {literal(city)}
    and span = {literal(span)}
    and period_end_date = (
        select max(period_end_date) from marts.fct_trend where territory = {literal(city)} and span = {literal(span)}
    )
order by is_alarm desc nulls last, p_value, area_name, type"""


def month_limits(city: str) -> str:
    """Return the question whether the last four weeks have a limit in a city, which takes years of data."""
    return f"""select count(*) > 0 as has_limits
from marts.fct_trend
where territory = {literal(city)}
    and span = 'month'
    and is_alarm is not null"""


def weeks(city: str, area: str, kind: str) -> str:
    """Return the question of a year of weeks of one area, or of the whole city, with their limits."""
    return f"""select period_start_date, incident_count, expected_count, upper_count, is_above, is_below
from marts.fct_trend
where territory = {literal(city)}
    and span = 'week'
    and type = {literal(kind)}
    and area_id = {literal(area or "all")}
order by period_start_date"""


def scores(city: str, kind: str) -> str:
    """Return the question of how the forecasts of places did, the newest weeks first.

    A week that was published counts as it was; of any other, what the training made of it afterwards.
    """
    of_kind = f"territory = {literal(city)} and type = {literal(kind)}"
    rates = ",\n    ".join(
        f"max(if(method = '{method}', hit_rate_{percent}pct)) as {method}_{percent}pct"
        for method in ("model", "baseline")
        for percent in AREA_PERCENTS
    )
    return f"""select week_start_date, record, max(event_count) as event_count,
    max(if(method = 'model', log_score)) as model_score,
    max(if(method = 'baseline', log_score)) as baseline_score,
    max(coverage) as coverage, max(coverage_flagged) as coverage_flagged,
    {rates}
from marts.fct_forecast_score
where {of_kind}
    and (
        record = 'published'
        or week_start_date not in (
            select week_start_date from marts.fct_forecast_score where {of_kind} and record = 'published'
        )
    )
group by week_start_date, record
order by week_start_date desc
limit {RECORD_WEEKS}"""


def level_scores(city: str) -> str:
    """Return the question of how the forecasts of days did, over the weeks of their record."""
    return f"""select type, week_count, crps_model, crps_baseline, crps_gain, crps_gain_low, crps_gain_high, coverage,
    published_day_count, published_coverage, published_error, published_baseline_error, reliability
from marts.fct_level_score
where territory = {literal(city)}
    and area_id = 'all'
    and week_start_date = (select max(week_start_date) from marts.fct_level_score where territory = {literal(city)})
order by type"""


def promotions(city: str, language: str) -> str:
    """Return the question of what was decided about the models of a city."""
    reason = "reason_fr" if language == "fr" else "reason"
    return f"""select decided_at, model_name, model_version, decision, {reason}
from marts.fct_model_promotion
where territory = {literal(city)}
order by decided_at desc
limit 10"""


def factors(city: str, kind: str, language: str) -> str:
    """Return the question of what incidents of a type go with, what is found first, the largest differences first."""
    return f"""select factor, category, unit_count, incident_count, effect_ratio, lower_ratio, upper_ratio, year_count,
    same_sign_share, is_found, finding_{language}
from marts.fct_factor
where territory = {literal(city)}
    and type = {literal(kind)}
order by is_found desc, abs(ln(effect_ratio)) desc nulls last, factor, category"""
