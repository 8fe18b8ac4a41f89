"""Build the marts of every domain and city whose inputs have changed: one dbt run, a verdict each, then shown."""

from __future__ import annotations

import logging
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from calanque.contracts.page import cited
from calanque.engines import dbt, deltars, spark
from calanque.errors import CalanqueError
from calanque.marts.codes import unknown_codes
from calanque.marts.domains import DOMAINS, feeds_of
from calanque.marts.freshness import keep_freshness
from calanque.marts.gate import judge
from calanque.marts.parts import PLACES, Part, due_parts, loaded, step_of
from calanque.marts.project import write_project
from calanque.marts.publish import new_schema, publish, refer_to
from calanque.marts.touched import SHAPE
from calanque.places.territory import AREA_ZONE_COUNT
from calanque.runs import lineage, state
from calanque.runs.alone import alone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from calanque.contracts import FeedContract
    from calanque.engines.dbt_contracts import Described
    from calanque.engines.dbt_summary import DbtSummary
    from calanque.marts.touched import Weeks

    _Done = dict[str, tuple[state.Fingerprint, state.Fingerprint]]

log = logging.getLogger(__name__)
SCHEMA = "silver__marts"
"""Where marts are built, below silver: no reader looks there."""
# What a table of a build is called where it is shown, by how its name begins.
SHOWN_AS = {f"{SCHEMA}.{mart}": f"marts.{mart}" for one in DOMAINS.values() for mart in one.marts} | {
    f"{SCHEMA}.": "silver."
}


class Outcome(NamedTuple):
    """What became of a domain and city: rows built by mart and codes that nobody mapped, or why it is not shown."""

    domain: str
    territory: str
    row_counts: Mapping[str, int] = MappingProxyType({})
    unknown_codes: Mapping[str, int] = MappingProxyType({})
    held_back: str = ""


def build_marts(run_id: str = "manual") -> list[Outcome] | None:
    """Build what has changed, gate it by domain and city, and only then show what passed.

    What fails is held back alone: readers keep what they had of it, and the next run tries it again. Another build of
    this machine is waited for: both would make the same tables.

    Returns:
        What became of each domain and city; None when nothing had changed.

    Raises:
        CalanqueError: if nothing at all could be built; says why.
    """
    with alone(dbt.build_dir("marts")):
        return _build_due(run_id)


def _build_due(run_id: str) -> list[Outcome] | None:
    feeds = loaded()
    parts, not_drawn = due_parts(feeds, run_id)
    outcomes = [Outcome(PLACES.name, territory, held_back=reason) for territory, reason in not_drawn.items()]
    if not parts and not outcomes:
        keep_freshness(feeds, run_id)
        log.info("Every mart is up to date with what is loaded; nothing to do.")
        return None
    if parts:
        log.info("To be built: %s.", ", ".join(map(str, parts)))
        outcomes += _built(parts, feeds, run_id, partial(keep_freshness, feeds, run_id))
    held_back = sorted({one.held_back for one in outcomes if one.held_back})
    if all(one.held_back for one in outcomes):
        raise CalanqueError(" ".join(held_back))
    for sentence in held_back:
        log.error("%s", sentence)
    return outcomes


def _built(
    parts: Sequence[Part], feeds: Sequence[FeedContract], run_id: str, meanwhile: Callable[[], None] = lambda: None
) -> list[Outcome]:
    """Build parts by one dbt run; what breaks the whole is then looked for by city, and then by domain.

    What is to be done before is done while dbt starts.
    """
    try:
        row_count = sum(deltars.row_count(contract.bronze_table) for contract in _contracts(parts))
        summary = _run_dbt(parts, row_count, meanwhile)
    except CalanqueError as error:
        if len(parts) == 1:
            return [Outcome(*parts[0].names, held_back=f"The {parts[0]} are held back: {error}")]
        log.warning("They can not be built together, and are now built apart. %s", error)
    else:
        with spark.over_rows(row_count):
            outcomes = _shown(parts, feeds, summary, run_id)
        # Rules such as "at least one row" are of a city, and some of its weeks may have none left.
        doubted = [part for part, one in zip(parts, outcomes, strict=True) if part.weeks and one.held_back]
        whole = _built([part._replace(weeks=None) for part in doubted], feeds, run_id) if doubted else []
        return [one for part, one in zip(parts, outcomes, strict=True) if part not in doubted] + whole
    by_city = len({part.territory for part in parts}) > 1
    groups: dict[str, list[Part]] = {}
    for part in parts:
        groups.setdefault(part.territory if by_city else part.domain.name, []).append(part)
    return [outcome for group in groups.values() for outcome in _built(group, feeds, run_id)]


def _shown(parts: Sequence[Part], feeds: Sequence[FeedContract], summary: DbtSummary, run_id: str) -> list[Outcome]:
    """Gate what dbt has built of each part, and show those that passed."""
    held_back = _judged(parts, run_id)
    passed = [part for part in parts if part.step not in held_back]
    cities = {name: [part.territory for part in passed if part.domain is domain] for name, domain in DOMAINS.items()}
    described = {}
    for domain in DOMAINS.values():
        for mart in domain.marts:
            one = summary.described[mart]
            described[mart] = one._replace(text=cited(one.text, feeds_of(feeds, mart)))
    row_counts, done = _show(passed, described, run_id)
    codes = unknown_codes(cities, SCHEMA)
    read = {name: version for part in parts for name, version in part.inputs.items() if name != "code"}
    by_mart = {f"marts.{mart}": cities[name] for name, domain in DOMAINS.items() for mart in domain.marts}
    lineage.emit_dbt(summary.target_dir, run_id, read, SHOWN_AS, by_mart)
    # Last: a run killed before is due again, and its lineage is never missing. Of two events the walk takes the newest.
    if done:
        state.record_all(done)
    log.info("%d tests passed; shown: %s.", summary.tests_passed, ", ".join(map(str, passed)) or "nothing")
    return [
        Outcome(*part.names, row_counts.get(part.step, {}), codes.get(part.names, {}), held_back.get(part.step, ""))
        for part in parts
    ]


def _run_dbt(parts: Sequence[Part], row_count: int, meanwhile: Callable[[], None]) -> DbtSummary:
    names = [name for name, domain in DOMAINS.items() if any(part.domain is domain for part in parts)]
    cities, target = sorted({part.territory for part in parts}), dbt.build_dir("marts")
    has_places = PLACES.name in names

    def prepare() -> None:
        meanwhile()
        weeks = {one.feed: part.weeks for part in parts if part.weeks for one in part.contracts if one.shape == SHAPE}
        write_project(target, _contracts(parts), weeks)
        new_schema(SCHEMA)
        if not has_places:
            refer_to(PLACES.marts, SCHEMA, cities)

    select = " ".join(f"+tag:{name}" for name in names)
    prebuilt = None if has_places else f"tag:{PLACES.name}"
    return dbt.build(target, select, variables(SCHEMA), cities, prebuilt=prebuilt, prepare=prepare, row_count=row_count)


def _judged(parts: Sequence[Part], run_id: str) -> dict[str, str]:
    """Return why parts are held back, by step: what their gates say, or those of the places that they stand on."""
    asked: dict[str, dict[str, Sequence[FeedContract]]] = {}
    for part in parts:
        for mart in part.domain.marts:
            asked.setdefault(mart, {})[part.territory] = part.contracts
    broken = judge(SCHEMA, asked, run_id)
    found = {}
    for part in parts:
        stands_on = dict.fromkeys((*PLACES.marts, *part.domain.marts))
        if said := " ".join(broken[mart, part.territory] for mart in stands_on if (mart, part.territory) in broken):
            found[part.step] = f"The {part} are held back: their gate is not passed. {said} Readers keep what they had."
    return found


def _show(
    parts: Sequence[Part], described: Mapping[str, Described], run_id: str
) -> tuple[dict[str, dict[str, int]], _Done]:
    """Put what passed in the place of what readers see, places first; returns rows by step and mart, and the states."""
    row_counts: dict[str, dict[str, int]] = {}
    done: _Done = {}
    in_order = [part for domain in DOMAINS.values() for part in parts if part.domain is domain]
    asked: dict[str, dict[str, Weeks | None]] = {}
    for part in in_order:
        for mart in part.domain.marts:
            asked.setdefault(mart, {})[part.territory] = part.weeks
    shown = publish(asked, SCHEMA, described, run_id) if asked else {}
    for part in in_order:
        own = {name: shown[name] for name in (f"marts.{mart}" for mart in part.domain.marts)}
        before = state.last_state(part.step)
        kept = before.outputs if before else {}
        outputs = {
            name: one.version if part.territory in one.changed else kept.get(name, one.version)
            for name, one in own.items()
        }
        _, places = done.get(step_of(PLACES, part.territory), ({}, {}))
        done[part.step] = ({**part.inputs, **places}, outputs)
        row_counts[part.step] = {name: one.row_counts.get(part.territory, 0) for name, one in own.items()}
    return row_counts, done


def _contracts(parts: Sequence[Part]) -> list[FeedContract]:
    """Return the contracts of the feeds that a build reads as shapes: places are drawn before it."""
    read = (contract for part in parts if part.domain is not PLACES for contract in part.contracts)
    return list({contract.feed: contract for contract in read}.values())


def variables(schema: str) -> dict[str, Any]:
    """Return what dbt asks of the runner: where to build, and zones to an area's side."""
    return {"schema": schema, "area_zone_count": AREA_ZONE_COUNT}
