"""The first half of the monitor: compare the inputs of a territory with their past, and write what is found."""

import logging
from datetime import UTC, datetime

import pandas as pd

from calanque.runs import lineage, state
from ml import marts
from ml.drift.inputs import COLUMNS
from ml.drift.rows import INPUT_DRIFT, InputDrift, input_drift

log = logging.getLogger(__name__)
READ = (marts.INCIDENTS,)
READ_COLUMNS = ("type", "occurred_at", "occurred_local_date", "lon", "lat", "premises", "neighbourhood", "cell_id")
COPIED = {"territory": marts.INCIDENTS, "type": marts.INCIDENTS}


def watch_inputs(territory: str, run_id: str = "manual") -> InputDrift:
    """Compare the inputs of a territory, warn of each that has drifted, and write `marts.fct_input_drift`.

    The table is written when data or code have changed only.

    Raises:
        CalanqueError: if the marts are missing.
    """
    inputs = marts.shown_versions(territory, READ) | {"code": marts.code_version(territory)}
    step, started_at = f"drift.{territory}", datetime.now(UTC).replace(microsecond=0)
    stands = state.unchanged(step, inputs)
    drift = input_drift(territory, read_reported(territory), started_at)
    if not stands:
        marts.write_week([(INPUT_DRIFT, drift.rows)], territory, drift.first_day, "drift", run_id)
        output = marts.lineage_output(INPUT_DRIFT, READ_COLUMNS, COPIED, ("week_start_date", "input", "compared_at"))
        lineage.emit(step, run_id, marts.lineage_inputs(READ, inputs), [output], started_at, territory=territory)
        state.record(step, inputs, state.table_versions([INPUT_DRIFT.name]))
    for sentence, has_drifted in zip(drift.rows["finding_en"], drift.rows["has_drifted"], strict=True):
        log.log(logging.WARNING if has_drifted else logging.DEBUG, "%s", sentence)
    log.info("%d of %d inputs of %s have drifted.", len(drift.drifted), len(drift.rows), territory)
    return drift


def read_reported(territory: str) -> pd.DataFrame:
    """Return the incidents of a territory reported by the public, those without a place in it too, as watched."""
    *inputs, is_inside = COLUMNS
    found = marts.rows_of(marts.INCIDENTS, territory, (*inputs, marts.IS_IN, "origin"))
    reported = found[found["origin"] == "reported"].rename(columns={marts.IS_IN: is_inside})
    return reported[list(COLUMNS)].reset_index(drop=True)
