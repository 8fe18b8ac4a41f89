"""The root of the command line, and the one place where an error becomes a sentence on the terminal."""

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn

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
        Console(stderr=True, soft_wrap=True, emoji=False).print(f"[bold red]Error:[/] {error}", highlight=False)
        _end(1)
    except SystemExit as ended:
        if isinstance(ended.code, str):
            raise
        _end(ended.code or 0)


def _end(code: int) -> NoReturn:
    """End as the interpreter does, but for taking itself down.

    Threads of Arrow read tables through files that are Python's: one that lets go of its file after the interpreter
    has gone ends the process by abort, when all was done and said.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # whoever read it has closed it
            stream.flush()
    os._exit(code)
