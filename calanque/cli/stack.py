"""`calanque stack`: the services up, down, their state and their logs."""

import os
import subprocess
from typing import Annotated

import typer

from calanque.cli.terminal import console
from calanque.errors import CalanqueError
from calanque.settings import keyless, settings

app = typer.Typer(help="The services: start, stop, state, logs, passwords.", no_args_is_help=True)


@app.command()
def provision() -> None:
    """Fetch and verify the jars and the Trino server, once for all clones."""
    from calanque.stack import jars, preflight

    preflight.check_java()
    preflight.check_maven()
    with console.status("Fetching and verifying the jars and Trino (about 900 MB the first time)…"):
        folder = jars.provision(settings())
    console.print(f"Jars and Trino verified in {folder}")


@app.command()
def up(
    service: Annotated[str | None, typer.Argument(help="Start this one and what it needs, and no other.")] = None,
) -> None:
    """Start every service in the order of its needs and wait until all are ready."""
    from calanque.stack import accounts, lifecycle

    def say(name: str, seconds: float) -> None:
        console.print(f"  [green]ready[/] {name:<22} {seconds:5.1f} s")

    with console.status("Starting the services…"):
        taken_s = lifecycle.up(settings(), say, service)
    console.print(f"{'All services are' if service is None else f'{service} is'} ready after {taken_s:.0f} s.")
    if settings().profile == "local":
        console.print(accounts.NOT_PROTECTED)


@app.command()
def down() -> None:
    """Stop every service; leaves no process and keeps the data."""
    from calanque.stack import lifecycle

    with console.status("Stopping the services…"):
        stopped = lifecycle.down(settings())
    console.print("All services are stopped." if stopped else "Nothing was running.")


@app.command()
def restart(service: Annotated[str, typer.Argument(help="A service's name.")]) -> None:
    """Restart one service and wait until it is ready."""
    from calanque.stack import lifecycle

    with console.status(f"Restarting {service}…"):
        taken_s = lifecycle.restart(settings(), service)
    console.print(f"'{service}' is ready after {taken_s:.0f} s.")


@app.command()
def status() -> None:
    """Show each service's health, memory and address."""
    from calanque.stack import status as state

    console.print(state.table(state.status(settings())))


@app.command()
def rules() -> None:
    """Write the rules of the query door anew from contracts and dbt's files; 'door-watch' does when one changes."""
    from calanque.stack import configuration

    configuration.write_rules(settings())
    console.print("The query door has the rules of the contracts.")


@app.command()
def passwords() -> None:
    """Show each account of this installation, where it signs in, and its password."""
    from calanque.stack import accounts

    console.print(accounts.table(settings()))


@app.command()
def logs(
    service: Annotated[str | None, typer.Argument(help="A service's name; without it, the list of logs.")] = None,
    lines: Annotated[int, typer.Option(help="How many last lines.")] = 50,
) -> None:
    """Show the last lines of a service's log."""
    folder = settings().logs
    known = {path.stem: path for pattern in ("*.log", "dbt/*.log") for path in sorted(folder.glob(pattern))}
    if service is None:
        console.print("\n".join(known) or "No log yet.")
        return
    if service not in known:
        advice = f"choose one of {', '.join(known)}" if known else "the stack has not been started here"
        raise CalanqueError(f"There is no log of '{service}': {advice}.")
    subprocess.run(["tail", "-n", str(lines), str(known[service])], env=keyless(os.environ), check=False)  # noqa: S603, S607


@app.command()
def clean() -> None:
    """Delete the whole state of this installation; the stack must be down."""
    from calanque.stack import configuration, supervisor

    if supervisor.is_running(settings()):
        raise CalanqueError("The stack is running: stop it first with 'calanque stack down' ('make down').")
    configuration.clean(settings())
    console.print(f"Deleted {settings().home}")
