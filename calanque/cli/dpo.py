"""`calanque dpo`: the DPO's questions on the terminal."""

from typing import Annotated

import typer

from calanque.cli import keys
from calanque.cli.terminal import console

app = typer.Typer(help="For the DPO: where a column comes from, and the keys of the tokens.", no_args_is_help=True)
app.add_typer(keys.app, name="keys")


@app.command()
def lineage(
    dataset: Annotated[str, typer.Argument(help="A table such as marts.fct_forecast.")],
    column: Annotated[str | None, typer.Option(help="One column; the whole table by default.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a tree.")] = False,
) -> None:
    """Follow a table or a column back to the files it comes from."""
    from calanque.governance.lineage import render, to_json, trace

    tree = trace(dataset, column)
    if as_json:
        typer.echo(to_json(tree))
    else:
        console.print(render(tree))
