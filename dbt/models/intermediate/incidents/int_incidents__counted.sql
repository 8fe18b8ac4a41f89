select
    territory,
    batch_id,
    count(incident_id) as loaded_count,
    count(if(verdict = 'duplicate', incident_id, null)) as duplicate_count,
    count(if(verdict = 'stray', incident_id, null)) as stray_count,
    count(if(verdict = 'kept', incident_id, null)) as kept_count
from {{ ref('int_incidents__flagged') }}
group by territory, batch_id
