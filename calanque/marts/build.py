"""Build the marts of a domain and city: cells, dbt, gates, then shown; nothing when inputs and code are the same."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from calanque.contracts import Folders
from calanque.contracts.gates import GateResult, load_gate
from calanque.contracts.odcs import SUFFIX
from calanque.contracts.page import source_line
from calanque.engines import dbt, delta, spark
from calanque.engines.gx import run_gate
from calanque.errors import CalanqueError
from calanque.marts.bounds import with_bounds
from calanque.marts.domains import DOMAINS, Domain
from calanque.marts.freshness import write_freshness
from calanque.marts.places import can_be_drawn, needs_points, write_places
from calanque.marts.project import write_project
from calanque.marts.publish import build_schema, new_schema, publish, refer_to
from calanque.places.taxonomy import OTHER
from calanque.places.territory import AREA_ZONE_COUNT, load_territory
from calanque.runs import gates, lineage, state
from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calanque.contracts import FeedContract

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


def build_domain(name: str, territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Build the marts of a domain for one city, gate them, and only then show them.

    Returns:
        Row counts by table, tests passed, seconds, and the rows whose code the taxonomy does not know, by code; None
        when nothing had changed since the last build, or no feed of the city has been loaded yet.

    Raises:
        CalanqueError: if a model or test failed, or a gate is not passed: readers keep what they had.
    """
    domain, step = DOMAINS[name], f"marts.{name}.{territory}"
    everywhere = loaded(domain)
    contracts = [contract for contract in everywhere if contract.territory == territory]
    if not contracts or (name == "places" and not can_be_drawn(load_territory(territory), contracts)):
        log.info("No feed of %s has been loaded for %s yet: nothing to build.", name, territory)
        return None
    if _waits(domain, territory, contracts):
        log.info("The places of %s are not built yet: its %s are built with the run that follows.", territory, name)
        return None
    tables = state.table_versions([contract.bronze_table for contract in contracts])
    told = variables(territory, everywhere, build_schema(name, territory))
    inputs = _inputs(domain, territory, contracts, tables)
    if name != "places":
        write_freshness([c.feed for c in contracts], (*domain.marts, *_made_from(domain)), run_id)
    if state.unchanged(step, inputs):
        log.info("The marts of %s for %s are up to date with %s; nothing to do.", name, territory, tables)
        return None
    summary, shown = _build(domain, territory, contracts, told, run_id)
    unknown = _unknown_codes(territory, told["schema"]) if name == "incidents" else {}
    names = {f"{told['schema']}.{mart}": f"marts.{mart}" for one in DOMAINS.values() for mart in one.marts}
    lineage.emit_dbt(summary.target_dir, run_id, tables, names | {f"{told['schema']}.": "silver."}, territory)
    state.record(step, inputs, shown)
    counts = {names[table]: count for table, count in summary.row_counts.items() if names.get(table) in shown}
    built = {"row_counts": counts, "tests_passed": summary.tests_passed, "seconds": summary.seconds}
    log.info("Built the marts of %s for %s: %s", name, territory, built)
    return built | {"unknown_codes": unknown}


def _build(
    domain: Domain, territory: str, contracts: Sequence[FeedContract], told: Mapping[str, Any], run_id: str
) -> tuple[dbt.DbtSummary, dict[str, int]]:
    """Build, gate and show; returns what dbt did, and the version of each mart that holds what was built."""
    if domain.name == "places":
        write_places(load_territory(territory), contracts, run_id)
    target = dbt.build_dir(f"{domain.name}_{territory}")
    write_project(target, contracts)
    new_schema(told["schema"])
    there = None
    if domain.after and state.last_state(f"marts.{domain.after}.{territory}"):
        refer_to(DOMAINS[domain.after].marts, told["schema"], territory)
        there = f"tag:{domain.after}"
    summary = dbt.build(target, f"+tag:{domain.name}", told, run_id, there=there)
    check_marts(domain.marts, run_id, contracts, told["schema"])
    return summary, publish(domain.marts, told["schema"], territory, run_id)


def _waits(domain: Domain, territory: str, contracts: Sequence[FeedContract]) -> bool:
    """Whether a city's first incidents came after its places were asked for, in the same run: another run follows."""
    if domain.after is None or not can_be_drawn(load_territory(territory), contracts):
        return False
    return state.last_state(f"marts.{domain.after}.{territory}") is None


def loaded(domain: Domain) -> list[FeedContract]:
    """Return the contracts of a domain's feeds that have a batch in bronze."""
    return [contract for contract in domain.contracts if is_loaded(contract.feed)]


def is_loaded(feed: str) -> bool:
    """Tell whether a feed's bronze table holds a batch: its creation is a commit of its own, some seconds earlier."""
    commit = delta.last_data_commit(f"bronze.{feed}")
    return commit is not None and commit.operation != "CREATE TABLE"


def _inputs(
    domain: Domain, territory: str, contracts: Sequence[FeedContract], tables: Mapping[str, int | str]
) -> dict[str, int | str]:
    """Return what the marts of a city are made from: bronze, code, and the marts that they refer to."""
    versions = dict(tables) if domain.name != "places" or needs_points(load_territory(territory)) else {}
    before = state.last_state(f"marts.{domain.after}.{territory}") if domain.after else None
    return versions | dict(before.outputs if before else {}) | {"code": _code(domain, territory, contracts)}


def _made_from(domain: Domain) -> tuple[str, ...]:
    return (*DOMAINS["places"].marts, *WRITTEN_BY_ML) if domain.name == "incidents" else ()


def _code(domain: Domain, territory: str, contracts: Sequence[FeedContract]) -> str:
    """Return the hash of what makes the marts of a city: another domain's models, or another city, is not of it."""
    root = settings().root
    dbt_project, calanque = root / "dbt", root / "calanque"
    return state.code_hash(
        dbt_project / "dbt_project.yml",
        *(dbt_project / folder for folder in ("macros", "tests", "models/shapes", "models/places")),
        *sorted((dbt_project / "models").glob(f"*/{domain.name}")),
        *(root / "expectations" / "marts" / f"{mart}.yml" for mart in domain.marts),
        *(Folders().contracts / f"{contract.feed}{SUFFIX}" for contract in contracts),
        root / "infra" / "territories" / f"{territory}.yml",
        root / "infra" / "taxonomy.yml",
        calanque / "marts",
        calanque / "places",
    )


def variables(territory: str, contracts: Sequence[FeedContract], schema: str) -> dict[str, Any]:
    """Return what dbt asks of the runner: the city, where it is built, zones to an area's side, whom to cite."""
    return {
        "territory": territory,
        "schema": schema,
        "area_zone_count": AREA_ZONE_COUNT,
        "sources": {contract.feed: source_line(contract) for contract in contracts},
    }


def _unknown_codes(territory: str, schema: str) -> dict[str, int]:
    """Return how many rows bear each code that neither the city's file nor the taxonomy knows, and say so."""
    found = spark.rows(
        f"select type_code, count(*) as row_count from {schema}.fct_incidents where type = '{OTHER}' "
        "group by type_code order by type_code"
    )
    known = {OTHER, *load_territory(territory).codes}
    unknown = {str(row.type_code): int(row.row_count) for row in found if row.type_code not in known}
    if unknown:
        codes = ", ".join(f"{code} ({count:,} rows)" for code, count in unknown.items())
        log.warning("Unknown codes are counted as other: %s. Map them in infra/territories/%s.yml.", codes, territory)
    return unknown


def check_marts(
    marts: tuple[str, ...], batch_id: str, contracts: Sequence[FeedContract], schema: str = "marts"
) -> list[GateResult]:
    """Run the gate of each mart on the whole table in a schema, with what territories and contracts say of it.

    Raises:
        CalanqueError: naming the mart and what is not true of it.
    """
    results = [
        run_gate(
            with_bounds(load_gate(mart, "marts"), contracts), spark.session().table(f"{schema}.{mart}"), batch_id, mart
        )
        for mart in marts
    ]
    gates.record("marts", results, batch_id)
    failed = [f"{result.feed}: {check.sentence}" for result in results for check in result.failures]
    if failed:
        raise CalanqueError(
            f"The gate of the marts is not passed. {' '.join(failed)} What was built from them was not started."
        )
    return results


def check_forecast(run_id: str = "manual") -> None:
    """Run dbt's tests and the gates on the tables that ml/ writes: forecast, input drift, near-repeat layer.

    Raises:
        CalanqueError: naming the test or the expectation that failed.
    """
    if not spark.table_exists("marts.fct_forecast"):
        log.info("No forecast has been published yet: nothing to check.")
        return
    contracts, target = loaded(DOMAINS["incidents"]), dbt.build_dir("forecast")
    write_project(target, contracts)
    # Its tests refer to the marts as they are shown.
    # Where every history is too short to judge a model, nobody has decided anything yet.
    undecided = not spark.table_exists("marts.fct_model_promotion")
    left_out = "source:calanque.forecast.fct_model_promotion" if undecided else ""
    dbt.check_forecast(target, variables("", contracts, "marts"), run_id, left_out)
    check_marts(WRITTEN_BY_ML, run_id, contracts)
