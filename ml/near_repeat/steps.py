"""The step a DAG runs: test every type of a territory, and write what is found and where an alert speaks."""

import logging
from datetime import UTC, datetime
from typing import Any

from calanque.places.territory import load_territory
from calanque.runs import lineage, state
from ml import marts
from ml.near_repeat.rows import near_repeat_tables

log = logging.getLogger(__name__)
READ = (marts.INCIDENTS, marts.CELLS)
FINDINGS = marts.WeekTable.described(
    "marts.fct_near_repeat",
    (
        ("territory", "string", "City."),
        ("type", "string", "Kind of incident."),
        (
            "week_start_date",
            "date",
            "Monday of the week the alerts are for; the test has seen the days before it that are known whole.",
        ),
        ("is_found", "boolean", "Whether incidents of the type come close together in place and time, beyond chance."),
        ("event_count", "int", "Incidents tested."),
        ("over_m", "double", "Strongest band of the first days: over so many metres apart; null if none is found."),
        ("up_to_m", "double", "And at most so many."),
        ("last_day", "int", "Last of the days after an incident in that band."),
        ("observed", "int", "Pairs of incidents so close in place and time."),
        ("expected", "double", "Such pairs if dates were shuffled between places."),
        ("ratio", "double", "Observed pairs to expected ones."),
        ("p_value", "double", "How often chance alone gives as many pairs in some band; null if none is found."),
        ("expected_excess_7d", "double", "Incidents over the usual expected in the seven days from week_start_date."),
        ("expected_excess_14d", "double", "The same in fourteen days."),
        ("cell_count", "int", "Cells in which some of the excess of seven days is expected."),
        ("finding_en", "string", "What the test found, in English."),
        ("finding_fr", "string", "The same in French. / Ce que le test a trouvé."),
        ("alert_en", "string", "What the alerts of the week say, or why there is none, in English."),
        ("alert_fr", "string", "The same in French. / Ce que disent les alertes de la semaine."),
        ("tested_at", "timestamp", "When the test was made, UTC."),
    ),
    "Whether incidents of a type come close together in place and time. One row per territory, type and week.",
)
ALERTS = marts.WeekTable.described(
    "marts.fct_near_repeat_alert",
    (
        ("territory", "string", "City."),
        ("type", "string", "Kind of incident."),
        ("cell_id", "string", "Identifier of the cell, as in dim_cell."),
        ("week_start_date", "date", "Monday of the week the alert is for."),
        ("expected_excess_7d", "double", "Incidents over the usual expected in the seven days from week_start_date."),
        ("expected_excess_14d", "double", "The same in fourteen days."),
    ),
    "Incidents over the usual expected near recent ones, none where silent. One row per cell, type and week.",
)
COPIED = {"territory": marts.INCIDENTS, "type": marts.INCIDENTS, "cell_id": marts.CELLS}
READ_COLUMNS = ("occurred_local_date", "lon", "lat", "type", "known_at", "origin")


def near_repeat_territory(territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Write the near-repeat layer of a territory to `marts.fct_near_repeat` and `marts.fct_near_repeat_alert`.

    Returns:
        The week, the types where near-repeat is found, and the alerts; None when data and code have not changed, or the
        marts hold no incident of the territory.

    Raises:
        CalanqueError: if the marts are missing or do not fit each other, or pairs are more than memory allows.
    """
    step = f"near_repeat.{territory}"
    inputs = marts.due(step, territory, READ, f"The near-repeat layer of {territory} stands")
    if inputs is None:
        return None
    started_at = datetime.now(UTC).replace(microsecond=0)
    city, incidents = load_territory(territory), marts.read_reported(territory)
    found = near_repeat_tables(city, marts.read_cells(territory), incidents, started_at)
    written = ((FINDINGS, found.findings), (ALERTS, found.alerts))
    marts.write_week(written, territory, found.first_day, "near_repeat", run_id)
    _emit(territory, run_id, inputs, started_at)
    state.record(step, inputs, state.table_versions([FINDINGS.name, ALERTS.name]))
    for sentence in found.findings["alert_en"]:
        log.info("%s", sentence)
    return {
        "week_start_date": str(found.first_day),
        "found_types": found.findings.loc[found.findings["is_found"], "type"].tolist(),
        "type_count": len(found.findings),
        "alert_row_count": len(found.alerts),
    }


def _emit(territory: str, run_id: str, inputs: state.Fingerprint, started_at: datetime) -> None:
    outputs = [marts.lineage_output(table, READ_COLUMNS, COPIED, ("tested_at",)) for table in (FINDINGS, ALERTS)]
    read = marts.lineage_inputs(READ, inputs)
    lineage.emit(f"near_repeat.{territory}", run_id, read, outputs, started_at, territory=territory)
