{{ config(materialized='table', partition_by=none) }}
select
    territory,
    event_id as party_id,
    event_id,
    cast(null as string) as asset_id,
    kind,
    starts_at,
    ends_at,
    starts_local_at,
    ends_local_at,
    known_local_at,
    coalesce(expected_count, 0) as expected_count,
    cast(null as int) as capacity,
    lon,
    lat,
    route,
    cell_id
from {{ ref('shape_planned_event') }}
where
    not coalesce(is_cancelled, false)
    and ends_at > starts_at
union all
select
    territory,
    concat('asset:', asset_id) as party_id,
    cast(null as string) as event_id,
    asset_id,
    kind,
    coalesce(since_at, timestamp '1900-01-01 00:00:00') as starts_at,
    coalesce(until_at, timestamp '9999-01-01 00:00:00') as ends_at,
    coalesce(since_local_at, timestamp_ntz '1900-01-01 00:00:00') as starts_local_at,
    coalesce(until_local_at, timestamp_ntz '9999-01-01 00:00:00') as ends_local_at,
    coalesce(since_local_at, timestamp_ntz '1900-01-01 00:00:00') as known_local_at,
    0 as expected_count,
    capacity,
    lon,
    lat,
    route,
    cell_id
from {{ ref('shape_asset') }}
