"""`calanque twin`: the files of a city in which nobody exists."""

from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.progress import track
from rich.table import Table

from calanque.cli.jobs import DAY
from calanque.cli.terminal import console
from calanque.errors import CalanqueError

app = typer.Typer(help="The synthetic Marseille: its sources' files, by day.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `generate` a command of its own."""


@app.command()
def generate(
    first: Annotated[datetime, typer.Option("--from", formats=DAY, help="First day.")],
    last: Annotated[datetime, typer.Option("--to", formats=DAY, help="Last day.")],
    feeds: Annotated[list[str] | None, typer.Argument(help="Feeds of the twin; all of them by default.")] = None,
    scale: Annotated[float, typer.Option(help="How many times the rows of an ordinary day.")] = 1.0,
    out: Annotated[Path, typer.Option(help="Folder that gets a folder a feed.")] = Path("twin"),
) -> None:
    """Write what the sources of the synthetic Marseille send, day by day; the same command writes the same bytes."""
    from calanque.contracts import load_contract, load_contracts
    from calanque.twin.daily import is_daily, write_day

    if last < first:
        raise CalanqueError("--to is before --from: turn them round.")
    known = [load_contract(feed) for feed in feeds] if feeds else list(load_contracts().values())
    contracts = [contract for contract in known if feeds or contract.source.kind == "twin"]
    days = [first.date() + timedelta(days=number) for number in range((last - first).days + 1)]
    table = Table("feed", "files", "MB", "seconds", title=f"Written to {out}, all of it synthetic")
    for contract in track(contracts, "Writing…", console=console):
        folder, began = out / contract.feed, perf_counter()
        folder.mkdir(parents=True, exist_ok=True)
        files = [
            path
            for day in (days if is_daily(contract) else days[:1])
            for path in write_day(contract, day, scale, folder)
        ]
        size = sum(path.stat().st_size for path in files) / 1e6
        table.add_row(contract.feed, f"{len(files):,}", f"{size:,.1f}", f"{perf_counter() - began:.1f}")
    console.print(table)
