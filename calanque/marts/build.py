"""Build the marts of a domain and city: cells, dbt, gates, then shown; nothing when inputs and code are the same."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from calanque.contracts import Folders, read_contracts
from calanque.contracts.odcs import SUFFIX
from calanque.contracts.page import source_line
from calanque.engines import dbt, delta, spark
from calanque.errors import CalanqueError
from calanque.governance.retention import newest_kept
from calanque.marts.codes import unknown_codes
from calanque.marts.domains import DOMAINS, WRITTEN_BY_ML, Domain
from calanque.marts.freshness import write_freshness
from calanque.marts.gate import check_rows
from calanque.marts.places import can_be_drawn, points_of, write_places
from calanque.marts.project import write_project
from calanque.marts.publish import build_schema, new_schema, publish, refer_to
from calanque.marts.weeks import SHOWN, fits, refer_to_others, touched_weeks
from calanque.places.territory import AREA_ZONE_COUNT, load_territory
from calanque.runs import lineage, state
from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from calanque.contracts import FeedContract

log = logging.getLogger(__name__)
CHECKED_TOGETHER = (*WRITTEN_BY_ML, "fct_model_promotion", "dim_cell")


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
    if reason := _not_yet(domain, territory, contracts):
        log.info(reason)
        return None
    tables = state.table_versions([contract.bronze_table for contract in contracts])
    told = variables(territory, everywhere, build_schema(name, territory))
    inputs = _inputs(domain, territory, contracts, tables)
    if state.unchanged(step, inputs):
        log.info("The marts of %s for %s are up to date with %s; nothing to do.", name, territory, tables)
        return None
    if name != "places":
        write_freshness(contracts, (*domain.marts, *_made_from(domain)), run_id)
    before = state.last_state(step)
    weeks = touched_weeks(contracts, before, inputs) if domain.by_week else None
    if before and weeks == ():
        state.record(step, inputs, before.outputs)
        log.info("What came in for %s since the marts of %s were built changes no row of them.", territory, name)
        return None
    city = _CityBuild(domain, territory, contracts, told, run_id)
    summary, shown = _build(city, weeks)
    unknown = unknown_codes(domain, territory, city.schema)
    names = city.shown_names
    lineage.emit_dbt(summary.target_dir, run_id, tables, names, territory)
    state.record(step, inputs, shown)
    row_counts = {names[table]: count for table, count in summary.row_counts.items() if names.get(table) in shown}
    built = {"row_counts": row_counts, "tests_passed": summary.tests_passed, "seconds": summary.seconds}
    log.info("Built the marts of %s for %s: %s", name, territory, built)
    return built | {"unknown_codes": unknown}


class _CityBuild(NamedTuple):
    """What is built of one city: `told` is what dbt is told, `schema` where it builds."""

    domain: Domain
    territory: str
    contracts: Sequence[FeedContract]
    told: Mapping[str, Any]
    run_id: str

    @property
    def schema(self) -> str:
        return str(self.told["schema"])

    @property
    def target(self) -> Path:
        return dbt.build_dir(f"{self.domain.name}_{self.territory}")

    @property
    def shown_names(self) -> dict[str, str]:
        """What a table of the build is called where it is shown, by how its name begins; nothing for no source."""
        names = {f"{self.schema}.{mart}": f"marts.{mart}" for one in DOMAINS.values() for mart in one.marts}
        return names | {f"{self.schema}.": "silver.", f"{self.schema}.{SHOWN}": ""}


def _build(city: _CityBuild, weeks: Sequence[date] | None) -> tuple[dbt.DbtSummary, dict[str, int]]:
    """Build, gate and show; returns what dbt did, and the version of each mart that holds what was built."""
    if city.domain.name == "places":
        write_places(load_territory(city.territory), city.contracts, city.run_id)
    write_project(city.target, city.contracts)
    summary = _weeks_alone(city, weeks) if weeks else None
    if summary is None:
        weeks, summary = None, _gated(city, None)
    return summary, publish(city.domain.marts, city.schema, city.territory, city.run_id, weeks)


def _weeks_alone(city: _CityBuild, weeks: Sequence[date]) -> dbt.DbtSummary | None:
    """Build and gate some weeks; None when they do not stand by themselves, and the whole is to be judged."""
    log.info("New batches touch %s weeks, from %s to %s: these are built.", len(weeks), weeks[0], weeks[-1])
    try:
        summary = _gated(city, weeks)
    except CalanqueError as error:
        log.info("By themselves they are not what is asked of the whole, which is built now. %s", error)
        return None
    if not fits(city.schema, city.territory, weeks):
        log.info("They change what is told of other weeks: the whole is built now.")
        return None
    return summary


def _gated(city: _CityBuild, weeks: Sequence[date] | None) -> dbt.DbtSummary:
    new_schema(city.schema)
    there = None
    if city.domain.after and state.last_state(f"marts.{city.domain.after}.{city.territory}"):
        refer_to(DOMAINS[city.domain.after].marts, city.schema, city.territory)
        there = f"tag:{city.domain.after}"
    if city.domain.by_week:
        refer_to_others(city.schema, city.territory, weeks)
    told = {**city.told, "weeks": [str(week) for week in weeks or ()]}
    summary = dbt.build(city.target, f"+tag:{city.domain.name}", told, city.run_id, there=there)
    check_built(city)
    return summary


def _not_yet(domain: Domain, territory: str, contracts: Sequence[FeedContract]) -> str | None:
    """Return why a city has nothing to be built from yet, None when it has.

    Its first incidents may have come after its places were asked for, in the same run: another run follows.
    """
    # Incidents are asked for only where these feeds do not draw the city themselves.
    incidents = [contract for contract in DOMAINS["incidents"].contracts if contract.territory == territory]
    can_be_placed = can_be_drawn(load_territory(territory), contracts) or any(is_loaded(c.feed) for c in incidents)
    if not contracts or (domain.name == "places" and not can_be_placed):
        return f"No feed of {domain.name} has been loaded for {territory} yet: nothing to build."
    if domain.is_placed and not can_be_placed:
        return f"No incident has been loaded for {territory} yet, which draw its places: {domain.name} wait for them."
    if domain.after and can_be_placed and state.last_state(f"marts.{domain.after}.{territory}") is None:
        return f"The places of {territory} are not built yet: its {domain.name} are built with the run that follows."
    return None


def loaded(domain: Domain) -> list[FeedContract]:
    """Return the contracts of a domain's feeds that have a batch in bronze.

    One that has become wrong stands as its newest version that loaded a batch: what marts show of the feed stays.
    """
    _, wrong = read_contracts()
    kept = [one for feed in wrong if (one := newest_kept(feed)) and one.shape in domain.shapes]
    return [contract for contract in (*domain.contracts, *kept) if is_loaded(contract.feed)]


def is_loaded(feed: str) -> bool:
    """Tell whether a feed's bronze table holds a batch: its creation is a commit of its own, some seconds earlier."""
    commit = delta.last_data_commit(f"bronze.{feed}")
    return commit is not None and commit.operation != "CREATE TABLE"


def _inputs(
    domain: Domain, territory: str, contracts: Sequence[FeedContract], tables: Mapping[str, int | str]
) -> dict[str, int | str]:
    """Return what the marts of a city are made from: bronze, code, and the marts that they refer to."""
    versions = dict(tables)
    if domain.name == "places":
        drawn_by = points_of(load_territory(territory), contracts)
        versions = {contract.bronze_table: tables[contract.bronze_table] for contract in drawn_by}
    before = state.last_state(f"marts.{domain.after}.{territory}") if domain.after else None
    return versions | dict(before.outputs if before else {}) | {"code": _code(domain, contracts)}


def _made_from(domain: Domain) -> tuple[str, ...]:
    return (*DOMAINS["places"].marts, *WRITTEN_BY_ML) if domain.name == "incidents" else ()


def _code(domain: Domain, contracts: Sequence[FeedContract]) -> str:
    """Return the hash of what makes the marts of a city: another domain's models, or another city, is not of it."""
    root = settings().root
    dbt_project, calanque = root / "dbt", root / "calanque"
    return state.code_hash(
        dbt_project / "dbt_project.yml",
        *(dbt_project / folder for folder in ("macros", "tests", "models/shapes", "models/places")),
        *sorted((dbt_project / "models").glob(f"*/{domain.name}")),
        *_asked_of(domain.marts, contracts),
        root / "infra" / "taxonomy.yml",
        calanque / "marts",
        calanque / "places",
    )


def _forecast_code(contracts: Sequence[FeedContract]) -> str:
    """Return the hash of what is asked of the marts that ml/ writes, of every city."""
    root = settings().root
    return state.code_hash(
        *(root / "dbt" / folder for folder in ("macros", "tests", "models/marts/forecast")),
        *_asked_of(WRITTEN_BY_ML, contracts),
        root / "calanque" / "marts",
    )


def _asked_of(marts: Sequence[str], contracts: Sequence[FeedContract]) -> Iterator[Path]:
    """Yield the files that say what must be true of some marts: their gates, the contracts and their cities."""
    root = settings().root
    yield from (root / "expectations" / "marts" / f"{mart}.yml" for mart in marts)
    yield from (Folders().contracts / f"{contract.feed}{SUFFIX}" for contract in contracts)
    yield from (root / "infra" / "territories" / f"{city}.yml" for city in sorted({c.territory for c in contracts}))


def variables(territory: str, contracts: Sequence[FeedContract], schema: str) -> dict[str, Any]:
    """Return what dbt asks of the runner: the city, where it is built, zones to an area's side, whom to cite."""
    return {
        "territory": territory,
        "schema": schema,
        "area_zone_count": AREA_ZONE_COUNT,
        "sources": {contract.feed: source_line(contract) for contract in contracts},
    }


def check_built(city: _CityBuild) -> None:
    """Run the gate of each mart that was built of a city.

    Raises:
        CalanqueError: naming the mart and what is not true of it.
    """
    built = {mart: spark.session().table(f"{city.schema}.{mart}") for mart in city.domain.marts}
    check_rows(built, city.run_id, city.contracts)


def check_forecast(run_id: str = "manual") -> None:
    """Run dbt's tests on the tables that ml/ writes, whose gates their rows have passed before they were shown.

    Raises:
        CalanqueError: naming the test that failed.
    """
    if not spark.table_exists("marts.fct_forecast"):
        log.info("No forecast has been published yet: nothing to check.")
        return
    contracts, target = loaded(DOMAINS["incidents"]), dbt.build_dir("forecast")
    inputs = state.table_versions(f"marts.{mart}" for mart in CHECKED_TOGETHER) | {"code": _forecast_code(contracts)}
    if state.unchanged("marts.forecast", inputs):
        log.info("All that was published of forecasts was checked as it stands; nothing to do.")
        return
    write_project(target, contracts)
    # Its tests refer to the marts as they are shown.
    # Where every history is too short to judge a model, nobody has decided anything yet.
    undecided = not spark.table_exists("marts.fct_model_promotion")
    left_out = "source:calanque.forecast.fct_model_promotion" if undecided else ""
    dbt.check_forecast(target, variables("", contracts, "marts"), run_id, left_out)
    state.record("marts.forecast", inputs, {})
