"""The root of the command line, and the one place where an error becomes a sentence on the terminal."""

import sys

import typer
from rich.console import Console

from calanque.cli import dpo, feeds, jobs, stack, twin
from calanque.errors import CalanqueError

app = typer.Typer(
    name="calanque",
    help="A city public-safety lakehouse: places and hours, never persons.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(stack.app, name="stack")
app.add_typer(feeds.app, name="feeds")
app.add_typer(dpo.app, name="dpo")
app.add_typer(twin.app, name="twin")
app.command()(jobs.demo)
app.command()(jobs.redact)
app.command()(jobs.backtest)
app.command()(jobs.fit)
app.command()(jobs.train_persons)


def run() -> None:
    """Run the command line; a CalanqueError ends in its sentence and code 1."""
    try:
        app()
    except CalanqueError as error:
        Console(stderr=True, soft_wrap=True).print(f"[bold red]Error:[/] {error}", highlight=False)
        sys.exit(1)
