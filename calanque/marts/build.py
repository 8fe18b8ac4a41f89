"""Build one domain of marts: cells, dbt, gates, lineage; nothing at all when its inputs and code have not changed."""

import logging
from datetime import UTC, datetime
from typing import Any

from calanque.contracts import FeedContract, load_contract
from calanque.contracts.gates import GateResult, load_gate
from calanque.engines import dbt, delta, spark
from calanque.errors import CalanqueError
from calanque.governance import state
from calanque.marts.domains import DOMAINS
from calanque.settings import settings

log = logging.getLogger(__name__)
CELLS = "silver.territory_cells"
WRITTEN_BY_ML = (
    "fct_forecast",
    "fct_forecast_fine",
    "fct_forecast_score",
    "fct_forecast_slot",
    "fct_input_drift",
    "fct_near_repeat",
    "fct_near_repeat_alert",
)


def build_domain(name: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Build and gate the marts of a domain.

    Returns:
        Row counts by table, tests passed and seconds; None when nothing had changed since the last build.

    Raises:
        CalanqueError: if a feed has no batch yet, a model or test failed, or a gate is not passed.
    """
    domain = DOMAINS[name]
    contracts = [load_contract(feed) for feed in domain.feeds]
    bronze = [contract.bronze_table for contract in contracts]
    tables = state.table_versions(bronze)
    if missing := [table for table, version in tables.items() if version == "absent"]:
        raise CalanqueError(f"{', '.join(missing)} does not exist yet: run the feed first, then the marts of {name}.")
    inputs = tables | {"code": _code()}
    step = f"marts.{name}"
    if state.unchanged(step, inputs):
        log.info("The marts of %s are up to date with %s; nothing to do.", name, tables)
        return None
    if domain.needs_cells:
        for contract in contracts:
            write_cells(contract, run_id)
    summary = dbt.build(f"+tag:{name}", variables(contracts), run_id=run_id)
    check_marts(domain.marts, run_id)
    _record_lineage(summary, run_id, tables)
    state.record(step, inputs, state.table_versions([f"marts.{mart}" for mart in domain.marts]))
    log.info(
        "Built the marts of %s in %s s, %s tests passed: %s",
        name,
        summary.seconds,
        summary.tests_passed,
        summary.row_counts,
    )
    return {"row_counts": summary.row_counts, "tests_passed": summary.tests_passed, "seconds": summary.seconds}


def is_loaded(feed: str) -> bool:
    """Tell whether a feed's bronze table holds a batch: its creation is a commit of its own, some seconds earlier."""
    commit = delta.last_data_commit(f"bronze.{feed}")
    return commit is not None and commit.operation != "CREATE TABLE"


def _code() -> str:
    root = settings().root
    return state.code_hash(
        root / "dbt", root / "expectations" / "marts", root / "infra" / "territories", root / "calanque" / "marts"
    )


def variables(contracts: list[FeedContract]) -> dict[str, Any]:
    """Return what dbt takes from territories and contracts: the grids and each feed's first valid date."""
    from calanque.places.grid import grid_vars
    from calanque.places.territory import load_territory

    return {
        "grids": {contract.territory: grid_vars(load_territory(contract.territory)) for contract in contracts},
        "valid_from": {contract.feed: contract.valid_from.isoformat() for contract in contracts if contract.valid_from},
    }


def write_cells(contract: FeedContract, run_id: str) -> None:
    """Compute the cells of a feed's territory and replace them in `silver.territory_cells`, when they differ."""
    from calanque.places.cells import CELL_COLUMNS, territory_cells
    from calanque.places.territory import load_territory

    points = spark.sql(
        f"select x_m, y_m, occurred_local_date from {contract.bronze_table} where x_m is not null"
    ).toPandas()
    cells = territory_cells(load_territory(contract.territory), points.x_m, points.y_m, points.occurred_local_date)
    known = spark.table_exists(CELLS)
    where = f"territory = '{contract.territory}'"
    if known:
        old = spark.sql(f"select * from {CELLS} where {where}").toPandas()
        if set(old.cell_id) == set(cells.cell_id):
            return
    frame = spark.session().createDataFrame(cells[list(CELL_COLUMNS)]).coalesce(1)
    started_at = datetime.now(UTC)
    with spark.user_metadata({"step": "cells", "run_id": run_id}):
        if not known:
            delta.remove_unborn(CELLS)
            frame.write.format("delta").partitionBy("territory").option(
                "path", f"{settings().hdfs_uri}/lake/silver/territory_cells"
            ).saveAsTable(CELLS)
        else:
            frame.write.format("delta").mode("overwrite").option("replaceWhere", where).saveAsTable(CELLS)
    _record_cells(contract, run_id, started_at)


def _record_cells(contract: FeedContract, run_id: str, started_at: datetime) -> None:
    from calanque.engines import lineage
    from calanque.engines.lineage import How, LineageDataset, Origin
    from calanque.places.cells import CELL_COLUMNS

    bronze = contract.bronze_table
    points = tuple(
        Origin(dataset=bronze, column=name, how=How.AGGREGATION) for name in ("x_m", "y_m", "occurred_local_date")
    )
    target = LineageDataset(
        name=CELLS,
        version=delta.data_version(CELLS),
        columns=dict.fromkeys(CELL_COLUMNS, ""),
        origins=dict.fromkeys(CELL_COLUMNS, points),
    )
    lineage.emit(
        "cells", run_id, [LineageDataset(name=bronze, version=delta.data_version(bronze))], [target], started_at
    )


def check_marts(marts: tuple[str, ...], batch_id: str) -> list[GateResult]:
    """Run the gate of each mart on the whole table.

    Raises:
        CalanqueError: naming the mart and what is not true of it.
    """
    from calanque.engines.gx import run_gate

    results = [
        run_gate(load_gate(mart, "marts"), spark.session().table(f"marts.{mart}"), batch_id, mart) for mart in marts
    ]
    failed = [f"{result.feed}: {check.sentence}" for result in results for check in result.failures]
    if failed:
        raise CalanqueError(
            f"The gate of the marts is not passed. {' '.join(failed)} What was built from them was not started."
        )
    return results


def _record_lineage(summary: dbt.DbtSummary, run_id: str, tables: dict[str, int | str]) -> None:
    from calanque.engines import lineage

    lineage.emit_dbt(summary.target_dir, run_id, tables)


def check_forecast(run_id: str = "manual") -> None:
    """Run dbt's tests and the gates on the tables that ml/ writes: forecast, input drift, near-repeat layer.

    Raises:
        CalanqueError: naming the test or the expectation that failed.
    """
    contracts = [load_contract(feed) for domain in DOMAINS.values() for feed in domain.feeds]
    dbt.check_forecast(variables(contracts), run_id=run_id)
    check_marts(WRITTEN_BY_ML, run_id)
