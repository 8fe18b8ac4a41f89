"""`calanque dpo`: the DPO's questions on the terminal."""

import typer

from calanque.cli import journal, keys
from calanque.cli.erase import erase, find
from calanque.cli.lineage import lineage
from calanque.cli.register import register

app = typer.Typer(
    help="For the DPO: who did what, where a column comes from, the register, erasures, and the keys of the tokens.",
    no_args_is_help=True,
)
app.add_typer(keys.app, name="keys")
app.add_typer(journal.app, name="journal")
app.add_typer(journal.witness_app, name="witness")
app.command()(lineage)
app.command()(register)
app.command()(find)
app.command()(erase)
