"""`calanque feeds`: the contracts, and one batch now."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from calanque.cli.terminal import console
from calanque.errors import CalanqueError

app = typer.Typer(help="Feeds: list and check contracts, run one batch now.", no_args_is_help=True)


@app.command("list")
def list_feeds() -> None:
    """List the feeds with what their contracts say."""
    from calanque.contracts import load_contracts

    table = Table(title="Feeds")
    for name in ("feed", "version", "territory", "source", "origin", "regime", "personal", "schedule", "owner"):
        table.add_column(name)
    for c in load_contracts().values():
        personal = ("yes, synthetic" if c.is_synthetic else "yes") if c.is_personal else "no"
        table.add_row(c.feed, c.version, c.territory, c.source.kind, c.origin, c.regime, personal, c.schedule, c.owner)
    console.print(table)


@app.command()
def check(feed: Annotated[str | None, typer.Argument(help="A feed; all of them by default.")] = None) -> None:
    """Check the contracts and the gates they name; a wrong one ends in a sentence."""
    from calanque.contracts import load_contract, load_contracts
    from calanque.contracts.gates import load_gate

    contracts = [load_contract(feed)] if feed else list(load_contracts().values())
    for contract in contracts:
        count = sum(len(load_gate(gate, "landing").expectations) for gate in contract.gates)
        console.print(
            f"[green]ok[/] {contract.feed} {contract.version}: {len(contract.bronze)} columns, {count} expectations"
        )


@app.command()
def run(
    feed: Annotated[str, typer.Argument(help="The feed to run.")],
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the batch; today by default.")
    ] = None,
) -> None:
    """Fetch, land, protect, gate and publish one batch now, without the scheduler."""
    from calanque.ingest.batch import run_batch

    with console.status(f"Running {feed}…"):
        now = datetime.now(UTC)
        report = run_batch(feed, (day or now).date(), run_id=f"cli__{now:%Y%m%dT%H%M%S}")
    if report.landed_count != report.loaded_count + report.quarantined_count:
        raise CalanqueError(
            f"{feed}: landed is not loaded plus quarantined in batch {report.batch_id}: report this as a defect."
        )
    console.print(
        f"{feed} batch {report.batch_id}: {report.landed_count:,} landed = {report.loaded_count:,} loaded "
        f"+ {report.quarantined_count:,} quarantined {report.reasons or ''}"
    )
