"""How far the personal columns of the feeds reach, by their contracts and by what runs recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calanque.closed import Closed
from calanque.governance.lineage import LANDING
from calanque.governance.lineage_forward import Standing, follow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from calanque.contracts import FeedContract

GENERALISED = "generalisation"


class Reach(Closed):
    """A column beyond bronze made of a personal one; `is_withheld` where it is a count that is empty below eleven."""

    feed: str
    column: str
    classification: str
    dataset: str
    reached: str | None
    is_withheld: bool

    @property
    def is_shown(self) -> bool:
        """Whether it is where people read, and not withheld."""
        return not self.is_withheld and not self.dataset.startswith("silver.")


def personal_reach(contracts: Iterable[FeedContract], standing: Standing) -> tuple[Reach, ...]:
    """Return the columns beyond bronze that are made of a column that is not open: of a token, or of redacted text.

    A cell or a zone is of nobody, and so is a count that is withheld: what is made of them is not looked at.
    """
    found = {
        (reach.feed, reach.column, reach.dataset, reach.reached): reach
        for contract in contracts
        for column, classification in _personal(contract, standing)
        for reach in _beyond(contract, column, classification, standing)
    }
    return tuple(found[key] for key in sorted(found, key=lambda key: tuple(part or "" for part in key)))


def _personal(contract: FeedContract, standing: Standing) -> Iterator[tuple[str, str]]:
    """Yield the bronze columns that are not open: by the contract, or made of a landed one that is not."""
    classes = {column.name: column.classification for column in contract.bronze}
    yield from ((name, is_) for name, is_ in classes.items() if is_ != "open")
    for landed in contract.landing:
        for made in standing.uses(f"{LANDING}{contract.feed}", landed.name) if landed.classification != "open" else ():
            if made.column and made.how != GENERALISED and classes.get(made.column, "open") == "open":
                yield made.column, landed.classification


def _beyond(contract: FeedContract, column: str, classification: str, standing: Standing) -> Iterator[Reach]:
    table = contract.bronze_table
    if column not in standing.columns(table):
        return
    waiting, seen = [follow(table, column, territory=contract.territory, standing=standing)], set[tuple[str, str]]()
    while waiting:
        for use in waiting.pop().uses:
            place = (use.dataset, use.column or "")
            if place in seen:
                continue
            seen.add(place)
            is_withheld = standing.is_withheld(use.dataset, use.column)
            yield Reach(
                feed=contract.feed,
                column=column,
                classification=classification,
                dataset=use.dataset,
                reached=use.column,
                is_withheld=is_withheld,
            )
            if not is_withheld and use.how != GENERALISED:
                waiting.append(use)
