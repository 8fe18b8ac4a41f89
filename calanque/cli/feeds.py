"""`calanque feeds`: the contracts, and one batch now."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from calanque.cli.scaffold import new
from calanque.cli.terminal import console
from calanque.errors import CalanqueError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from calanque.contracts import FeedContract

app = typer.Typer(help="Feeds: write, list and check contracts, run one batch now.", no_args_is_help=True)
app.command("new")(new)


@app.command("list")
def list_feeds() -> None:
    """List the feeds with what their contracts say, and, where the stack runs, with their state and last batch.

    A wrong contract is listed as such, and ends the command with code 1.
    """
    from calanque.contracts import read_contracts
    from calanque.settings import settings
    from calanque.stack import supervisor

    is_up = settings().profile != "local" or supervisor.is_running(settings())
    table = Table(title="Feeds", caption="" if is_up else "The stack is down: what came in is shown while it runs.")
    # A name is what the next command takes: it is never cut.
    table.add_column("feed", no_wrap=True, overflow="fold")
    for name in ["version", "territory", "shape", "source", "personal", "schedule", "state"]:
        table.add_column(name)
    table.add_column("last batch")
    table.add_column("newest event")
    right, wrong = read_contracts()
    for row in _rows(right, wrong, is_up):
        table.add_row(*row)
    console.print(table)
    if wrong:
        raise CalanqueError(
            f"{len(wrong)} contract(s) to correct: {', '.join(wrong)}. 'calanque feeds check NAME' says what is wrong."
        )


def _rows(right: "Mapping[str, FeedContract]", wrong: "Iterable[str]", is_up: bool) -> "Iterator[tuple[str, ...]]":
    """Yield what is listed of each feed, also of those that were taken away and have rows."""
    from calanque.marts.freshness import known_freshness

    fresh = known_freshness() if is_up else {}
    unfed = {name: one.unfed_since for name, one in fresh.items() if one.unfed_since}
    for name in sorted({*right, *wrong, *unfed}):
        day = str(fresh[name].last_row_day or "–") if name in fresh else "–"
        if name in wrong:
            yield escape(name), *["–"] * 6, "[red]wrong[/]", f"calanque feeds check {escape(name)}", day
        elif name in unfed:
            gone = f"no longer fed since {unfed[name]:%Y-%m-%d}"
            yield escape(name), "–", fresh[name].territory, *["–"] * 4, gone, "–", day
        else:
            c = right[name]
            personal = ("yes, synthetic" if c.is_synthetic else "yes") if c.is_personal else "no"
            state, last = _newest(c) if is_up else ("–", "–")
            yield c.feed, c.version, c.territory, c.shape or "–", _source(c), personal, c.schedule, state, last, day


def _source(contract: "FeedContract") -> str:
    """Return where a feed's files come from: of a feed of the twin too, whether its real source is known or used."""
    if contract.live is None:
        return contract.source.kind
    return f"live {contract.source.kind}" if contract.live.is_on else f"{contract.source.kind}, live known"


def _newest(contract: "FeedContract") -> tuple[str, str]:
    """Return whether a feed is in time by its contract's promise, and what its last batch brought."""
    from calanque.marts.lateness import late_after
    from calanque.runs.batches import read_reports

    reports = read_reports(contract.feed)
    if not reports:
        return "nothing yet", "–"
    last, until = reports[-1], late_after(contract, reports)
    is_late = until is None or datetime.now(UTC) > until
    state = "refused" if last.state == "refused" else "late" if is_late else "in time"
    return state, f"{last.updated_at:%Y-%m-%d %H:%M}, {last.loaded_count or 0:,} of {last.landed_count or 0:,} rows"


@app.command()
def check(
    feed: Annotated[str | None, typer.Argument(help="A feed; all of them by default.")] = None,
    file: Annotated[Path | None, typer.Argument(help="With --data: a file; else the newest landed batch.")] = None,
    data: Annotated[bool, typer.Option("--data", help="Look for personal values in the columns called open.")] = False,
    count: Annotated[int, typer.Option("--sample", min=1, help="Distinct values read of each column.")] = 2_000,
    seed: Annotated[int, typer.Option(help="Another seed draws other values.")] = 13_055,
) -> None:
    """Check the contracts and the gates they name, and with --data the classification against the data."""
    if file and not data:
        raise CalanqueError("A file is read with --data: write 'feeds check FEED --data FILE'.")
    contracts = _checked(feed)
    if data:
        leaking = [contract.feed for contract in contracts if _has_leak(contract, file, count, seed)]
        if leaking:
            raise CalanqueError(
                f"Columns that the contract calls open hold personal values: {', '.join(leaking)}. Correct the "
                "contract, raise its version, and check again."
            )


def _checked(feed: str | None) -> "list[FeedContract]":
    """Print every problem of every contract, or of one; return the contracts if there was none."""
    from calanque.contracts import load_contract, read_contracts
    from calanque.contracts.problems import ContractError

    try:
        right, wrong = ({feed: load_contract(feed)}, {}) if feed else read_contracts()
    except ContractError as error:
        right, wrong = {}, {str(feed): error}
    problems = {name: list(error.problems) for name, error in wrong.items()}
    problems |= {name: found for name, contract in right.items() if (found := _around(contract))}
    if found := _recognisers():
        problems["recognisers.yml"] = found
    for name, contract in right.items():
        if name not in problems:
            console.print(f"[green]ok[/] {name} {contract.version}: {len(contract.bronze)} columns")
    for name, sentences in problems.items():
        for sentence in sentences:
            console.print(f"[red]wrong[/] {name}: {escape(sentence)}", soft_wrap=True)
    if problems:
        raise CalanqueError(f"{len(problems)} file(s) to correct: {', '.join(problems)}.")
    return list(right.values())


def _recognisers() -> list[str]:
    """Return what is wrong with the recognisers that a city adds to the pack."""
    from calanque.privacy.city import city_file, slow_patterns

    try:
        if not city_file().recognizers:
            return []
        from calanque.privacy.presidio import recognizers

        recognizers()
    except CalanqueError as error:
        return [str(error)]
    return slow_patterns()


def _around(contract: "FeedContract") -> list[str]:
    """Return what is wrong with the files that a contract names: its gates and its territory."""
    from calanque.contracts import read_contracts
    from calanque.contracts.gates import load_gate
    from calanque.places import territory
    from calanque.places.check import territory_problems

    found = []
    try:
        city = territory.load_territory(contract.territory)
        found += territory_problems(city, {**read_contracts()[0], contract.feed: contract})
        zone = city.time_zone
        if zone != contract.time_zone:
            clash = f"is {contract.time_zone}, and {contract.territory} lives by {zone}."
            found.append(f"field 'customProperties.timeZone': {clash}")
    except CalanqueError as error:
        found.append(str(error))
    for name in contract.gates:
        try:
            load_gate(name, "landing")
        except CalanqueError as error:
            found.append(str(error))
    return found


def _has_leak(contract: "FeedContract", file: Path | None, count: int, seed: int) -> bool:
    from calanque.contracts.model import in_language
    from calanque.ingest.column_scan import find_leaks
    from calanque.ingest.sample import sample_file, sample_landed

    sample = sample_file(contract, file, count, seed) if file else sample_landed(contract, count, seed)
    leaks = find_leaks(contract, sample)
    if sample.malformed_count:
        console.print(
            f"[yellow]unread[/] {contract.feed}, {sample.origin}: left out as malformed: "
            f"{sample.malformed_count:,} rows"
        )
    if not leaks:
        opened = sum(column.classification == "open" for column in contract.landing)
        console.print(
            f"[green]ok[/] {contract.feed}, {sample.origin}: no personal value in {opened} open columns of "
            f"{sample.row_count:,} rows"
        )
    for column in contract.landing:
        if alike := column.reads_like:
            types, reason = ", ".join(alike.types), escape(in_language(alike.because, "en"))
            console.print(f"[dim]kept[/] {contract.feed}: column '{column.name}' may read like {types}: {reason}")
    for leak in leaks:
        console.print(
            f"[red]leak[/] {contract.feed}, {sample.origin}: column '{leak.column}' holds {leak.type} in "
            f"{leak.hit_count:,} of {leak.value_count:,} distinct values (rule {leak.rule}): {leak.advice}."
        )
    return bool(leaks)


@app.command()
def run(
    feed: Annotated[str, typer.Argument(help="The feed to run.")],
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the batch; by default that of the contract.")
    ] = None,
) -> None:
    """Fetch, land, protect, gate and publish one batch now, without the scheduler."""
    from calanque.contracts import load_contract
    from calanque.ingest.batch import run_batch

    with console.status(f"Running {feed}…"):
        now = datetime.now(UTC)
        about = day.date() if day else load_contract(feed).day_at(now)
        report = run_batch(feed, about, run_id=f"cli__{now:%Y%m%dT%H%M%S}")
    if report.landed_count != report.loaded_count + report.quarantined_count:
        raise CalanqueError(
            f"{feed}: landed is not loaded plus quarantined in batch {report.batch_id}: report this as a defect."
        )
    console.print(
        f"{feed} batch {report.batch_id}: {report.landed_count:,} landed = {report.loaded_count:,} loaded "
        f"+ {report.quarantined_count:,} quarantined {report.reasons or ''}"
    )
    if report.left_out_count:
        console.print(f"{report.left_out_count:,} more rows of its files are not the feed's (keepWhere), and left out.")
    if report.changes:
        console.print(f"The table: {report.changes}.")
    if report.duplicate_count:
        console.print(f"{report.duplicate_count:,} of them repeat the key of another row, and are kept.")
