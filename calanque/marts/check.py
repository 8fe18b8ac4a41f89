"""What is asked of all that ml/ has published: keys, relations and sums that the rows of one city can not show."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from calanque.engines import dbt, spark
from calanque.marts.build import variables
from calanque.marts.domains import DOMAINS, WRITTEN_BY_ML
from calanque.marts.parts import asked_of, loaded
from calanque.marts.project import write_project
from calanque.runs import state
from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calanque.contracts import FeedContract

log = logging.getLogger(__name__)
CHECKED_TOGETHER = (*WRITTEN_BY_ML, "fct_model_promotion", "dim_cell")


def check_forecast(run_id: str = "manual") -> None:
    """Run dbt's tests on the tables that ml/ writes, whose gates their rows have passed before they were shown.

    Raises:
        CalanqueError: naming the test that failed.
    """
    if not spark.table_exists("marts.fct_forecast"):
        log.info("No forecast has been published yet: nothing to check.")
        return
    contracts = [contract for contract in loaded() if contract.shape in DOMAINS["incidents"].shapes]
    inputs = state.table_versions(f"marts.{mart}" for mart in CHECKED_TOGETHER) | {"code": _code(contracts)}
    if state.unchanged("marts.forecast", inputs):
        log.info("All that was published of forecasts was checked as it stands; nothing to do.")
        return
    target = dbt.build_dir("forecast")
    write_project(target, contracts)
    # Its tests refer to the marts as they are shown.
    # What no step has written yet: nobody has decided anything, or the steps beside the forecast have not run.
    missing = sorted({*CHECKED_TOGETHER} - {"dim_cell"} - spark.tables("marts"))
    left_out = " ".join(f"source:calanque.forecast.{mart}" for mart in missing)
    dbt.check_forecast(target, variables("marts"), left_out)
    state.record("marts.forecast", inputs, {})


def _code(contracts: Sequence[FeedContract]) -> str:
    """Return the hash of what is asked of the marts that ml/ writes, of every city."""
    root = settings().root
    return state.code_hash(
        *(root / "dbt" / folder for folder in ("macros", "tests", "models/marts/forecast")),
        *asked_of(WRITTEN_BY_ML, contracts),
        root / "calanque" / "marts",
    )
