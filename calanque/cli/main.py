"""The root of the command line, and the one place where an error becomes a sentence on the terminal."""

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from calanque.cli import dpo, feeds, jobs, stack, territories, twin
from calanque.errors import CalanqueError

app = typer.Typer(
    name="calanque",
    help="A city public-safety lakehouse: places and hours, never persons.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(stack.app, name="stack")
app.add_typer(feeds.app, name="feeds")
app.add_typer(territories.app, name="territories")
app.add_typer(dpo.app, name="dpo")
app.add_typer(twin.app, name="twin")
app.command()(jobs.demo)
app.command()(jobs.redact)
app.command()(jobs.backtest)
app.command()(jobs.fit)
app.command()(jobs.train_persons)


def run() -> None:
    """Run the command line; a CalanqueError, and a file that can not be had, end in a sentence and code 1."""
    try:
        app()
    except CalanqueError as error:
        _say(str(error))
        _end(1)
    except OSError as error:
        if error.filename is None:  # of a connection, or a pipe
            raise
        _say(f"{os.fsdecode(error.filename)} can not be read or written: {error.strerror}.")
        _end(1)
    except SystemExit as ended:
        if isinstance(ended.code, str):
            raise
        _end(ended.code or 0)


def _say(sentence: str) -> None:
    Console(stderr=True, soft_wrap=True, emoji=False).print(f"[bold red]Error:[/] {escape(sentence)}", highlight=False)


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
