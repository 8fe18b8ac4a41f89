"""Which batches the current rows of a table come from, with the files and the terms each came under."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from calanque.contracts import FeedContract, load_contract
from calanque.contracts.model import Closed, Provenance
from calanque.engines import delta, spark
from calanque.errors import CalanqueError
from calanque.governance.lineage import LineageTree
from calanque.runs.batches import read_report

BRONZE = "bronze."


class LoadedBatch(Closed):
    """One batch that is in a table: its day of landing (UTC), its current rows, and its files if they are known."""

    batch_id: str
    landed_on: date
    row_count: int
    contract_version: str
    files: tuple[str, ...] = ()
    run: str | None = None


class Terms(Closed):
    """What the contract of a feed says to whom asks by which right its data are here."""

    title: str
    provenance: Provenance
    legal_basis: str
    regime: str
    purpose: str
    recipients: tuple[str, ...]
    retention_days: dict[str, int]
    is_synthetic: bool


class LandedColumn(Closed):
    """A column of the file that the walk ends in, its class, and what bronze makes of it."""

    name: str
    classification: str
    bronze: str
    how: str


class Source(Closed):
    """A feed that a table comes from; `terms` is None when its contract is not there any more.

    `batches` are newest first, the newest ones only when the list was bounded; `batch_count` and `row_count` are of
    all. `is_present` says that bronze no longer holds the version that was read, so that they are those it holds now.
    """

    feed: str
    version: int | None
    is_present: bool
    terms: Terms | None
    columns: tuple[LandedColumn, ...]
    batch_count: int
    row_count: int
    batches: tuple[LoadedBatch, ...]


def sources_of(tree: LineageTree, newest: int | None = None) -> tuple[Source, ...]:
    """Return the feeds that a table or a column comes from, with the batches of each that are in it.

    Args:
        tree: the walk back, as `trace` returns it; a bronze table that it begins with is looked at as it is now.
        newest: how many batches of each feed to return, the newest; all of them by default.

    Raises:
        CalanqueError: if the engine does not answer.
    """
    found: dict[str, list[LineageTree]] = {}
    for node in _bronze_nodes(tree):
        found.setdefault(node.dataset, []).append(node)
    return tuple(
        _source(table, nodes, [int(n.version) for n in nodes if n is not tree and n.version], newest)
        for table, nodes in sorted(found.items())
    )


def _bronze_nodes(tree: LineageTree) -> Iterator[LineageTree]:
    if tree.dataset.startswith(BRONZE):
        yield tree
    for origin in tree.origins:
        yield from _bronze_nodes(origin)


def _source(table: str, nodes: list[LineageTree], read: list[int], newest: int | None) -> Source:
    feed, version = table.removeprefix(BRONZE), max(read, default=None)
    try:
        contract: FeedContract | None = load_contract(feed)
    except CalanqueError:
        contract = None
    rows, is_present = _batch_rows(table, version)
    return Source(
        feed=feed,
        version=version,
        is_present=is_present,
        terms=Terms(**{name: getattr(contract, name) for name in Terms.model_fields}) if contract else None,
        columns=tuple(dict.fromkeys(_columns(nodes, contract))),
        batch_count=len(rows),
        row_count=sum(row["row_count"] for row in rows),
        batches=tuple(_batch(feed, row) for row in rows[:newest]),
    )


def _batch_rows(table: str, version: int | None) -> tuple[list[Any], bool]:
    """Return current rows by batch, newest first, and whether the present table stood in for the version read."""
    read = "" if version in (None, delta.data_version(table)) else f" VERSION AS OF {version}"
    query = (
        "SELECT _batch_id, date(max(_ingested_at)) AS landed_on, max(_contract_version) AS contract_version, "
        "count(*) AS row_count FROM {} WHERE _closed_at IS NULL "
        "GROUP BY _batch_id ORDER BY max(_ingested_at) DESC, _batch_id"
    )
    try:
        return spark.rows(query.format(table + read)), False
    except CalanqueError:
        raise
    except Exception as error:
        if not read:
            raise CalanqueError(spark.sentence_of(error, f"counting the batches of {table}")) from None
    # The upkeep keeps old versions for days only: what was read then may have been merged and removed since.
    return _batch_rows(table, None)[0], True


def _batch(feed: str, row: Any) -> LoadedBatch:
    report = read_report(feed, row["_batch_id"])
    return LoadedBatch(
        batch_id=row["_batch_id"],
        landed_on=row["landed_on"],
        row_count=row["row_count"],
        contract_version=row["contract_version"],
        files=tuple(file.name for file in report.files) if report else (),
        run=report.run_id if report else None,
    )


def _columns(nodes: list[LineageTree], contract: FeedContract | None) -> Iterator[LandedColumn]:
    for node in nodes:
        for origin in node.origins if node.column else ():
            landed = contract.landing_column(origin.column or "") if contract else None
            yield LandedColumn(
                name=origin.column or "",
                classification=landed.classification if landed else "not known",
                bronze=node.column or "",
                how=origin.how or "",
            )
