"""What is to be built: the domains and cities whose marts are not of what is loaded, or not by the code of today."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

from calanque.contracts import Folders, read_contracts
from calanque.contracts.odcs import SUFFIX
from calanque.contracts.rules import known_territories
from calanque.engines import delta
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.governance.retention import KEPT_CONTRACTS, newest_kept
from calanque.marts.domains import DOMAINS, Domain
from calanque.marts.places import can_be_drawn, drawn_from, has_squares, write_places
from calanque.marts.touched import touched_weeks
from calanque.places.territory import load_territory
from calanque.runs import state
from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from calanque.contracts import FeedContract
    from calanque.marts.touched import Weeks

log = logging.getLogger(__name__)
PLACES = DOMAINS["places"]


class Part(NamedTuple):
    """What is built of one domain and city, from the contracts of its loaded feeds and the inputs that they are.

    With `weeks`, their rows alone, by their Mondays: no other row can have changed.
    """

    domain: Domain
    territory: str
    contracts: tuple[FeedContract, ...]
    inputs: dict[str, int | str]
    weeks: Weeks | None = None

    @property
    def step(self) -> str:
        """Its name in `governance.step`."""
        return step_of(self.domain, self.territory)

    @property
    def names(self) -> tuple[str, str]:
        """Its domain's name and its city's."""
        return self.domain.name, self.territory

    def __str__(self) -> str:
        """Return it in words."""
        return f"{self.domain.name} of {self.territory}"


def due_parts(feeds: Sequence[FeedContract], run_id: str) -> tuple[list[Part], dict[str, str]]:
    """Return what is to be built of loaded feeds, and the cities whose places can not be drawn, with the reason.

    Cells are drawn anew first where what draws them has changed; the others are made from them.
    """
    parts, not_drawn = list[Part](), dict[str, str]()
    for territory in sorted({contract.territory for contract in feeds}):
        try:
            parts += [*_due_of([one for one in feeds if one.territory == territory], territory, run_id)]
        except CalanqueError as error:
            not_drawn[territory] = f"The places of {territory} can not be drawn. {error}"
    return parts, not_drawn


def _due_of(contracts: Sequence[FeedContract], territory: str, run_id: str) -> Iterator[Part]:
    """Yield what is to be built of a city, its places first."""
    city, are_places_due = load_territory(territory), False
    if is_drawn := can_be_drawn(city, contracts):
        places = _part(PLACES, territory, contracts)
        if not state.unchanged(places.step, places.inputs):
            before = state.last_state(places.step)
            # What is drawn and then not shown, whatever came between, is built by the next run.
            state.record(places.step, {}, before.outputs if before else {})
            is_redrawn = write_places(city, contracts, run_id)
            if before and not is_redrawn and before.inputs.get("code") == places.inputs["code"]:
                state.record(places.step, places.inputs, before.outputs)
            else:
                are_places_due = True
                yield places
    for domain in DOMAINS.values():
        own = [contract for contract in contracts if contract.shape in domain.shapes]
        if domain is PLACES or not own:
            continue
        if domain.is_placed and not is_drawn:
            log.info("No incident has been loaded for %s yet, which draw its places: %s wait.", territory, domain.name)
            continue
        part = _part(domain, territory, own)
        if are_places_due:
            yield part
        elif not state.unchanged(part.step, part.inputs):
            yield part._replace(weeks=touched_weeks(state.last_state(part.step), part.inputs, own))


def loaded() -> list[FeedContract]:
    """Return the contracts of the feeds with a shape that have a batch in bronze.

    One that has become wrong, or was taken away, stands as its newest version that loaded a batch: what marts show of
    the feed stays. Of a city whose file was taken away nothing is built any more, and what is shown of it stays too.
    """
    right, wrong = read_contracts()
    past = sorted({*wrong, *kept_feeds()} - {*right})
    kept = [one for feed in past if (one := newest_kept(feed)) and one.shape in PLACES.shapes]
    contracts = (*PLACES.contracts, *(one for one in kept if one.territory in known_territories()))
    commits = delta.last_data_commits(contract.bronze_table for contract in contracts)
    # The creation of a table is a commit of its own, some seconds before its first batch.
    held = {table for table, commit in commits.items() if commit.operation != "CREATE TABLE"}
    return [contract for contract in contracts if contract.bronze_table in held]


def kept_feeds() -> list[str]:
    """Return the feeds that ever loaded a batch, whether they still have a contract or not."""
    return lake().list(KEPT_CONTRACTS)


def _part(domain: Domain, territory: str, contracts: Sequence[FeedContract]) -> Part:
    """Return a part with what its marts are made from: bronze, code, and the places that they refer to."""
    city = load_territory(territory)
    read = drawn_from(city, contracts) if domain is PLACES else contracts
    inputs = state.table_versions([contract.bronze_table for contract in read])
    if domain is PLACES:
        # What contracts say of places is in the places drawn: where these are the same, nothing is built anew.
        inputs["drawn_by"] = ", ".join(f"{one.feed} {one.version}" for one in read)
        inputs["squares"] = str(has_squares(city, contracts))
        read = []
    elif before := state.last_state(step_of(PLACES, territory)):
        inputs |= before.outputs
    return Part(domain, territory, tuple(contracts), inputs | {"code": _code(domain, territory, read)})


def _code(domain: Domain, territory: str, contracts: Sequence[FeedContract]) -> str:
    """Return the hash of what makes the marts of a city: another domain's models, or another city, is not of it.

    Args:
        domain: of the marts.
        territory: the city.
        contracts: of the feeds that they are made from.
    """
    root = settings().root
    dbt_project, calanque = root / "dbt", root / "calanque"
    return state.code_hash(
        dbt_project / "dbt_project.yml",
        *(dbt_project / folder for folder in ("macros", "tests", "models/shapes", "models/places")),
        *sorted((dbt_project / "models").glob(f"*/{domain.name}")),
        *asked_of(domain.marts, contracts),
        root / "infra" / "territories" / f"{territory}.yml",
        root / "infra" / "taxonomy.yml",
        *([root / "infra" / "conflicts.yml"] if "fct_event_conflict" in domain.marts else ()),
        calanque / "marts",
        calanque / "places",
    )


def asked_of(marts: Sequence[str], contracts: Sequence[FeedContract]) -> Iterator[Path]:
    """Yield the files that say what must be true of some marts: their gates, the contracts and their cities."""
    root = settings().root
    yield from (root / "expectations" / "marts" / f"{mart}.yml" for mart in marts)
    yield from (Folders().contracts / f"{contract.feed}{SUFFIX}" for contract in contracts)
    yield from (root / "infra" / "territories" / f"{city}.yml" for city in sorted({c.territory for c in contracts}))


def step_of(domain: Domain, territory: str) -> str:
    """Return the name of what is built of a domain and city, in `governance.step`."""
    return f"marts.{domain.name}.{territory}"
