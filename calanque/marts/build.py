"""Build one domain of marts: cells, dbt, gates, lineage; nothing at all when its inputs and code have not changed."""

import logging
from typing import Any

from calanque.contracts import FeedContract, load_contract
from calanque.contracts.gates import GateResult, load_gate
from calanque.engines import dbt, delta, spark
from calanque.errors import CalanqueError
from calanque.governance import state
from calanque.marts.domains import DOMAINS
from calanque.marts.freshness import write_freshness
from calanque.marts.places import write_places
from calanque.settings import settings

log = logging.getLogger(__name__)
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
    write_freshness(domain.feeds, (*domain.marts, *(WRITTEN_BY_ML if domain.needs_cells else ())), run_id)
    if state.unchanged(step, inputs):
        log.info("The marts of %s are up to date with %s; nothing to do.", name, tables)
        return None
    if domain.needs_cells:
        write_places(contracts, run_id)
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
    calanque = root / "calanque"
    return state.code_hash(
        root / "dbt",
        root / "expectations" / "marts",
        root / "infra" / "territories",
        calanque / "marts",
        calanque / "places",
    )


def variables(contracts: list[FeedContract]) -> dict[str, Any]:
    """Return what dbt takes from territories and contracts: grids, areas, and each feed's first valid date."""
    from calanque.places.grid import grid_vars
    from calanque.places.territory import AREA_ZONE_COUNT, load_territory

    return {
        "area_zone_count": AREA_ZONE_COUNT,
        "grids": {contract.territory: grid_vars(load_territory(contract.territory)) for contract in contracts},
        "valid_from": {contract.feed: contract.valid_from.isoformat() for contract in contracts if contract.valid_from},
    }


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
    if not spark.table_exists("marts.fct_forecast"):
        log.info("No forecast has been published yet: nothing to check.")
        return
    contracts = [load_contract(feed) for domain in DOMAINS.values() for feed in domain.feeds]
    dbt.check_forecast(variables(contracts), run_id=run_id)
    check_marts(WRITTEN_BY_ML, run_id)
