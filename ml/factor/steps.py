"""The step a DAG runs: say with what the incidents of a territory go, and write it."""

import logging
from datetime import UTC, datetime
from typing import Any

from calanque.places.territory import load_territory
from calanque.runs import lineage, state
from ml import marts
from ml.factor.rows import factor_rows
from ml.factor.table import FACTOR
from ml.surroundings import read_events, read_holidays, read_weather

log = logging.getLogger(__name__)
READ = (marts.INCIDENTS, marts.PLANNED, marts.OBSERVED)
READ_COLUMNS = ("occurred_local_date", "occurred_local_hour", "type", "premises", "cell_id", "known_at", "origin")
COPIED = {"territory": marts.INCIDENTS, "type": marts.INCIDENTS}


def factor_territory(territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Write with what incidents of a territory go to `marts.fct_factor`, in the place of what was said before.

    Returns:
        The last day, the rows and the findings; None when data and code have not changed, or the marts hold no incident
        of the territory.

    Raises:
        CalanqueError: if the marts are missing.
    """
    step, started_at = f"factor.{territory}", datetime.now(UTC).replace(microsecond=0)
    inputs = marts.due(step, territory, READ, f"The factors of {territory} stand")
    if inputs is None:
        return None
    incidents, title = marts.read_reported(territory, ("cell_id",)), load_territory(territory).title
    until = incidents["occurred_local_date"].max()
    beside = (read_holidays(territory), read_weather(territory), read_events(territory))
    rows = factor_rows(territory, title, incidents, *beside, until, marts.valid_from(territory))
    marts.write_rows([(FACTOR, rows)], f"territory = '{territory}'", "factor", run_id)
    output = marts.lineage_output(FACTOR, READ_COLUMNS, COPIED, ("computed_at",))
    lineage.emit(step, run_id, marts.lineage_inputs(READ, inputs), [output], started_at, territory=territory)
    state.record(step, inputs, state.table_versions([FACTOR.name]))
    found_count = int(rows["is_found"].sum())
    log.info("%d of %d figures of %s are beyond noise and stable.", found_count, len(rows), territory)
    return {"data_until_date": str(until), "row_count": len(rows), "found_count": found_count}
