"""The page *Lineage*: a column as a picture, back to the files it comes from or forward to all that is made of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response

from calanque.console import pages
from calanque.console.lac import sql as lake_sql
from calanque.console.languages import Spoken
from calanque.console.lineage.graph import BREAKERS, Graph, Way, graph_back, graph_forward, shown_name, stored_name
from calanque.console.lineage.picture import picture
from calanque.console.lineage.words import WORDS
from calanque.console.readers import Reader, seer
from calanque.contracts import FeedContract, read_contracts
from calanque.contracts.model import BronzeColumn
from calanque.contracts.page import WORDS as CLASSES
from calanque.contracts.page import Language
from calanque.engines import trino
from calanque.errors import CalanqueError
from calanque.governance.lineage import LANDING, trace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calanque.governance.lineage_forward import Standing
    from calanque.runs.lineage import Event

NEWEST = 10
"""Batches of each feed that are listed."""
Dataset = Annotated[str, Query(pattern=r"^[a-z0-9_.-]*$", max_length=100)]
# Landed columns are called as their source calls them: accents, blanks and points are letters of a name like others.
Column = Annotated[str, Query(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=200)]
Seeing = Annotated[Reader, Depends(seer)]
router = APIRouter(prefix="/lineage")


class Landed(NamedTuple):
    """A column of a feed that is not open, and what bronze makes of it: column, and how in the words of a contract."""

    feed: str
    column: str
    classification: str
    becomes: tuple[tuple[str, str], ...]


@router.get("", response_class=HTMLResponse)
def lineage(
    asking: Seeing, language: Spoken, dataset: Dataset = "", column: Column = "", way: Way = "back"
) -> Response:
    """Show one column both ways, or what there is to choose from."""
    from calanque.governance.lineage_forward import Standing
    from calanque.governance.personal_reach import personal_reach

    words, (contracts, wrong) = WORDS[language], read_contracts()
    try:
        # A walk back also asks for older runs than the newest of each table.
        recorded = list(events()) if dataset and way == "back" else events()
        standing = Standing(recorded)
        values: dict[str, Any] = {
            "l": words,
            "breakers": BREAKERS,
            "wrong": sorted(wrong),
            "chosen": {"dataset": dataset, "column": column, "way": way},
            "kept": f"{address(dataset, column, way)}&" if dataset else "",
            "address": lambda place, way: address(shown_name(place[0]), place[1] or "", way),
            "shown_name": shown_name,
            "now": datetime.now(UTC),
            "newest_at": datetime.fromisoformat(standing.newest_at) if standing.newest_at else None,
            "zone": pages.ZONE,
            "reader": asking,
            "reaches": personal_reach(contracts.values(), standing),
        }
        if not dataset:
            landed = [one for contract in contracts.values() for one in not_open(contract, language)]
            values |= {"landed": landed, "tables": [name for name in standing.datasets if name.startswith("marts.")]}
            return pages.shown(pages.render("lineage_choice.html", language, words["lineage"], **values))
        if missing := unknown(standing, stored_name(dataset), column, words):
            return pages.sentence(language, missing, 404)
        place = stored_name(dataset), column or None
        graph = graph_back(trace(*place, recorded), standing) if way == "back" else forward(*place, standing, contracts)
        values |= {"graph": graph, "columns": standing.columns(stored_name(dataset)), "picture": picture(graph)}
        values |= _batches(graph.feeds(), asking)
    except CalanqueError as error:
        return pages.sentence(language, str(error), 503)
    return pages.shown(pages.render("lineage.html", language, words["lineage"], **values))


def events() -> Iterator[Event]:
    """Return what runs recorded, newest first."""
    from calanque.runs.lineage import read_events

    return read_events()


def address(dataset: str, column: str, way: str) -> str:
    """Return the query of a page's address: it holds all that the page is about."""
    return urlencode({"dataset": dataset, "column": column, "way": way})


def forward(dataset: str, column: str | None, standing: Standing, contracts: dict[str, FeedContract]) -> Graph:
    """Return the walk forward from a dataset or a column; from a feed, only in the rows of its city."""
    from calanque.governance.lineage_forward import follow

    contract = contracts.get(dataset.removeprefix(LANDING).removeprefix("bronze."))
    return graph_forward(follow(dataset, column, territory=contract.territory if contract else None, standing=standing))


def unknown(standing: Standing, dataset: str, column: str, words: dict[str, str]) -> str | None:
    """Return why there is no walk from a dataset or a column; None when there is one."""
    name, columns = shown_name(dataset), standing.columns(dataset)
    if not standing.knows(dataset):
        return words["unknown_dataset"].format(name)
    return words["unknown_column"].format(name, column) if column and columns and column not in columns else None


def not_open(contract: FeedContract, language: Language) -> Iterator[Landed]:
    """Yield the landed columns of a feed that are not open."""
    for landed in contract.landing:
        if landed.classification != "open":
            made = [column for column in contract.bronze if landed.name in column.sources]
            becomes = tuple((column.name, _how(column, language)) for column in made)
            yield Landed(contract.feed, landed.name, CLASSES[language][landed.classification], becomes)


def _how(column: BronzeColumn, language: Language) -> str:
    words = CLASSES[language]
    if column.protection != "none":
        kind = f" ({words.get(column.token_kind, column.token_kind)})" if column.token_kind else ""
        return f"{words[column.protection]}{kind}"
    return WORDS[language]["generalisation"] if column.projected in ("cell", "zone") else words[column.classification]


def _batches(feeds: list[str], asking: Reader) -> dict[str, Any]:
    sql = lake_sql.loaded(feeds, NEWEST) if feeds else ""
    return {"batches": trino.query(sql, asking.account) if sql else [], "sql": sql, "most": NEWEST}
