"""`calanque dpo lineage`: where a table or a column comes from, on one screen; the whole walk with `--full`."""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.tree import Tree

from calanque.cli.terminal import console

if TYPE_CHECKING:
    from calanque.governance.lineage import LineageTree
    from calanque.ingest.batches import LandedColumn, Source, Terms

NEWEST = 10
"""Batches of a feed that the screen lists; the rest are counted."""
FILES_SHOWN = 3
_TABLE = re.compile(r"[a-z_]+\.[a-z0-9_]+$")


def lineage(
    dataset: Annotated[str, typer.Argument(help="A table such as marts.fct_forecast.")],
    column: Annotated[str | None, typer.Option(help="One column; the whole table by default.")] = None,
    full: Annotated[bool, typer.Option("--full", help="List every batch, and unfold the whole walk.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Follow a table or a column back to the files it comes from: batches, licence, legal basis, retention."""
    from calanque.governance.lineage import trace
    from calanque.ingest.batches import sources_of

    tree = trace(dataset, column)
    sources = sources_of(tree, None if full or as_json else NEWEST)
    if as_json:
        found = [source.model_dump(mode="json") for source in sources]
        typer.echo(json.dumps({**tree.model_dump(mode="json", exclude_none=True), "sources": found}, indent=2))
        return
    console.print(page(tree, sources))
    console.print(walk(tree) if full else "[dim]Each step of the walk: --full. As data: --json.[/]")


def page(tree: "LineageTree", sources: "tuple[Source, ...]") -> Group:
    """Return the screen: what was written by whom with which model, through which tables, from which files."""
    facts = Table.grid(padding=(0, 2))
    for label, text in _facts(tree):
        facts.add_row(f"[dim]{label}[/]", escape(text))
    name = f"{tree.dataset} · {tree.column}" if tree.column else tree.dataset
    return Group(f"[bold]{escape(name)}[/]", facts, *(part for source in sources for part in _source(source)))


def _facts(tree: "LineageTree") -> Iterator[tuple[str, str]]:
    steps = _steps_back(tree)
    rows = "" if tree.row_count is None else f", {tree.row_count:,} rows"
    yield "written", f"version {tree.version or 'not known'}{rows}, by {tree.job}, {(tree.written_at or '')[:16]} UTC"
    yield "from", ", ".join(sorted({leaf.dataset for leaf in tree.leaves()}))
    for model in dict.fromkeys(model for node in steps for model in node.models):
        yield "model", model
    away = {node.dataset: distance for node, distance in steps.items() if distance and _TABLE.match(node.dataset)}
    if away:
        yield "through", " ← ".join(sorted(away, key=away.__getitem__))
    if not tree.is_known:
        yield "note", "a constant, or its origin was not recorded"


def _steps_back(tree: "LineageTree", distance: int = 0) -> "dict[LineageTree, int]":
    """Return how many steps back each part of the walk lies, by the longest way."""
    found = {tree: distance}
    for origin in tree.origins:
        for node, steps in _steps_back(origin, distance + 1).items():
            found[node] = max(steps, found.get(node, 0))
    return dict(sorted(found.items(), key=lambda item: item[1]))


def _source(source: "Source") -> Iterator[Table]:
    terms = Table.grid(padding=(0, 2))
    for label, text in _terms(source.terms):
        terms.add_row(f"[dim]{label}[/]", escape(text))
    for label, text in _columns(source.columns):
        terms.add_row(f"[dim]{label}[/]", escape(text))
    terms.title, terms.title_justify, terms.title_style = f"\n{source.feed}", "left", "bold"
    yield terms
    yield _batches(source)


def _terms(terms: "Terms | None") -> Iterator[tuple[str, str]]:
    if terms is None:
        yield "contract", "not there any more: its licence and legal basis are in the repository's history"
        return
    from calanque.contracts.model import in_language

    yield "title", in_language(terms.title, "en")
    made = terms.provenance
    producer, citation = (in_language(text, "en") for text in (made.producer, made.citation))
    yield "producer", f"{producer}, {made.url}" if made.url else producer
    yield "licence", in_language(made.licence, "en")
    yield "citation", f"{citation}, published {made.date_published}" if made.date_published else citation
    yield "legal basis (base légale)", in_language(terms.legal_basis, "en")
    yield "purpose (finalité)", f"{terms.purpose}, {'RGPD' if terms.regime == 'rgpd' else 'LIL title III'}"
    yield "recipients (destinataires)", ", ".join(terms.recipients)
    days = (f"{tier} {count:,} days" for tier, count in terms.retention_days.items())
    yield "retention (conservation)", ", ".join(days)


def _columns(columns: "tuple[LandedColumn, ...]") -> Iterator[tuple[str, str]]:
    for bronze, how in dict.fromkeys((column.bronze, column.how) for column in columns):
        landed = [column for column in columns if (column.bronze, column.how) == (bronze, how)]
        yield f"bronze column {bronze}", f"{how} of {', '.join(map(_landed, landed))}"


def _landed(column: "LandedColumn") -> str:
    return column.name if column.classification == "open" else f"{column.name} ({column.classification})"


def _batches(source: "Source") -> Table:
    where = "as bronze holds them now" if source.is_present else "in it"
    title = f"Batches {where}, newest first: {source.batch_count:,}, with {source.row_count:,} rows of bronze"
    table = Table(title=title, title_justify="left")
    for name in ("batch", "landed on", "files", "contract"):
        table.add_column(name)
    table.add_column("rows", justify="right")
    for batch in source.batches:
        files = ", ".join(batch.files[:FILES_SHOWN]) or "not recorded"
        more = len(batch.files) - FILES_SHOWN
        files += f" and {more} more" if more > 0 else ""
        facts = (batch.batch_id, str(batch.landed_on), escape(files), batch.contract_version)
        table.add_row(*facts, f"{batch.row_count:,}")
    rest = source.batch_count - len(source.batches)
    if rest:
        shown = sum(batch.row_count for batch in source.batches)
        table.add_row(f"and {rest:,} older", "", "", "", f"{source.row_count - shown:,}")
    return table


def walk(tree: "LineageTree") -> Tree:
    """Return the walk as a rich tree, one line per dataset or column; what was shown above is not unfolded again."""
    return _branch(tree, set())


def _branch(node: "LineageTree", shown: set[tuple[str, str | None, str | None]]) -> Tree:
    key = (node.dataset, node.column, node.written_at)
    if node.origins and key in shown:
        return Tree(f"{_label(node)} [dim]· see above[/]", guide_style="dim")
    shown.add(key)
    branch = Tree(_label(node), guide_style="dim")
    for origin in node.origins:
        branch.add(_branch(origin, shown))
    return branch


def _label(node: "LineageTree") -> str:
    name = f"{node.dataset} [dim]·[/] {escape(node.column)}" if node.column else node.dataset
    facts = [f"version {node.version}"] if node.version is not None else []
    facts += [f"{node.row_count:,} rows"] if node.row_count is not None else []
    facts += [f"by {node.job}, {node.written_at[:16]}"] if node.job and node.written_at else []
    facts += [f"{len(node.columns)} columns"] if len(node.columns) > 1 and not node.column else []
    facts += [f"({node.how})"] if node.how else []
    line = f"[bold]{name}[/]  [dim]{escape(' · '.join(facts))}[/]"
    return line if node.is_known else f"{line} [yellow]a constant, or not recorded[/]"
