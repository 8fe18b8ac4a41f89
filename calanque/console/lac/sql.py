"""What the page *Lac* asks of the query door; the page shows each of these texts, so that anybody finds its figures."""

from collections.abc import Iterable, Mapping

from calanque.engines.trino import literal

SINCE_DAYS = 35
"""Runs are looked for so far back: a month and some days, however long the lake has run."""
MOST_BATCHES = 100

MARTS = "show tables from marts"

FRESHNESS = """select feed, territory, title, last_ingested_at, last_row_local_date, promised_hours,
    late_after_at, now() > late_after_at as is_late, marts, no_longer_fed_since_at
from marts.dim_feed_freshness
order by territory, feed"""

CHAMPIONS = """select territory, max_by(model_name, decided_at) as model_name,
    max_by(model_version, decided_at) filter (where decision = 'promoted') as promoted_version,
    max(decided_at) filter (where decision = 'promoted') as promoted_at,
    max(decided_at) filter (where decision = 'retired') as retired_at,
    max_by(model_version, decided_at) as last_version, max_by(decision, decided_at) as last_decision,
    max_by(reason, decided_at) as last_reason, max(decided_at) as last_at,
    max_by(coalesce(reason_fr, reason), decided_at) as last_reason_fr
from marts.fct_model_promotion
group by territory"""

RECORDS = """select territory, record, count(distinct week_start_date) as week_count,
    avg(hit_rate_5pct) filter (where method = 'model') as model_hit_rate,
    avg(hit_rate_5pct) filter (where method = 'baseline') as baseline_hit_rate
from marts.fct_forecast_score
where type = 'all'
group by territory, record
order by territory, record desc"""

FORECASTS = """select territory, max(week_start_date) as week_start_date,
    max_by(served, week_start_date) as served, max_by(model_version, week_start_date) as model_version,
    max_by(data_until_date, week_start_date) as data_until_date, max(forecast_at) as forecast_at
from marts.fct_forecast
group by territory"""

LAST_STEPS = 10
STEPS = f"""select step, domain, territory, recorded_at, inputs, outputs, dag_id, run_id
from (
    select *, row_number() over (partition by step order by recorded_at desc) as nth
    from governance.step
    where day > current_date - interval '{SINCE_DAYS}' day
)
where nth <= {LAST_STEPS}
order by recorded_at desc"""

_REPORT = """feed, batch_id, contract_version, state, updated_at, landed_at, source_date, landed_count,
    loaded_count, quarantined_count, reasons, refused_by, refused_because, dag_id, run_id"""


def counts(marts: Mapping[str, bool]) -> str:
    """Return the query that counts the rows of each mart, by city where it has cities: all of them at once.

    Args:
        marts: whether it has the column `territory`, by table.
    """
    rows = "\n    union all ".join(
        f"select '{mart}' as mart, {'territory' if has_territory else 'null'} as territory from marts.{mart}"
        for mart, has_territory in sorted(marts.items())
    )
    return f"""select mart, territory, count(*) as row_count
from (
    {rows}
)
group by mart, territory"""


def batches(feeds: Iterable[str], batch_id: str | None = None) -> str:
    """Return the query of what is reported of batches: one row a batch and version, newest first.

    `stands` is true of the one report of a batch whose rows are in bronze, or of the last try.

    Args:
        feeds: names of feeds; with one of them its batches of all times, with more those of the last weeks.
        batch_id: one batch only.
    """
    names = sorted(feeds)
    where = f"feed in ({', '.join(map(literal, names))})"
    if batch_id:
        where += f" and batch_id = {literal(batch_id)}"
    elif len(names) > 1:
        where += f" and day > current_date - interval '{SINCE_DAYS}' day"
    return f"""select {_REPORT}, row_number() over (
        partition by feed, batch_id
        order by state = 'published' desc, coalesce(bronze_version, 0) desc, updated_at desc
    ) = 1 as stands
from (
    select *, row_number() over (
        partition by feed, batch_id, contract_version order by recorded_at desc
    ) as nth
    from governance.batch
    where {where}
)
where nth = 1
order by updated_at desc
limit {MOST_BATCHES if len(names) == 1 else 100 * MOST_BATCHES}"""


def days(feeds: Iterable[str]) -> str:
    """Return the query of the days that sources with files by day have sent: of each, how its last batch ended.

    A batch is partial when files or all rows of a file were refused beside those that are loaded.
    """
    return f"""select feed, source_date, max_by(batch_id, recorded_at) as batch_id,
    max_by(state, recorded_at) as state, bool_or(state = 'published') as has_rows,
    max_by(coalesce(cardinality(refused_files), 0) > 0
        or coalesce(element_at(reasons, 'too_many_refused'), 0) > 0, recorded_at) as is_partial
from governance.batch
where feed in ({", ".join(map(literal, sorted(feeds)))})
    and source_date is not null and state in ('published', 'refused')
group by feed, source_date"""


def loaded(feeds: Iterable[str], newest: int) -> str:
    """Return the query of the newest batches that feeds have loaded: feed, batch, files, when it landed and rows."""
    return f"""select feed, batch_id, files, landed_at, loaded_count
from (
    select *, row_number() over (partition by feed order by landed_at desc, batch_id) as nth
    from (
        select feed, batch_id, max_by(transform(files, file -> file.name), recorded_at) as files,
            max_by(landed_at, recorded_at) as landed_at, max_by(loaded_count, recorded_at) as loaded_count
        from governance.batch
        where state = 'published' and feed in ({", ".join(map(literal, sorted(feeds)))})
        group by feed, batch_id
    )
)
where nth <= {newest}
order by feed, nth"""


GATES = f"""select tier, subject, batch_id, territory, recorded_at, count(*) as check_count,
    count_if(success) as true_count, count_if(not success and severity = 'critical') as stopping_count
from governance.gate_result
where day > current_date - interval '{SINCE_DAYS}' day
group by tier, subject, batch_id, territory, recorded_at
order by recorded_at desc"""


TESTS = f"""select element_at(inputs, 1) as mart, run_id, event_at,
    json_array_length(found) as test_count,
    json_array_length(found) - cardinality(regexp_extract_all(json_format(found), '"success": ?false')) as true_count
from (
    select *, json_extract(event, '$.inputs[0].inputFacets.dataQualityAssertions.assertions') as found
    from governance.lineage_event
    where job like 'silver%.test' and day > current_date - interval '{SINCE_DAYS}' day
)
where element_at(inputs, 1) like 'marts.%'
order by event_at desc"""


def checks(feed: str, batch_id: str) -> str:
    """Return the query of what the gates of a batch found when they last ran."""
    where = f"tier = 'landing' and subject = {literal(feed)} and batch_id = {literal(batch_id)}"
    return f"""select expectation, column_name, severity, success, sentence, contract_version
from governance.gate_result
where {where}
    and recorded_at = (select max(recorded_at) from governance.gate_result where {where})
order by success, severity, expectation, column_name"""
