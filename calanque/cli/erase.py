"""`calanque dpo find` and `erase`: a person's rows are found in a feed, leave it, and may not come in again."""

from typing import Annotated

import typer
from rich.table import Table

from calanque.cli.terminal import console, tell


def find(feed: Annotated[str, typer.Option(help="The feed to look in.")]) -> None:
    """Ask for a person's name, phone, address or number, unseen, and show its tokens and how many rows hold each."""
    from calanque.contracts import load_contract
    from calanque.governance.erasures import find as run

    contract = load_contract(feed)
    value = typer.prompt("Name, phone, e-mail, plate or number of the person", hide_input=True)
    found = run(contract, value)
    tell("consultation", contract.bronze_table, sum(one.row_count for one in found))
    table = Table(title=f"Tokens in {contract.bronze_table}")
    for name in ("column", "token", "rows"):
        table.add_column(name, justify="right" if name == "rows" else "left", no_wrap=True)
    for one in found:
        table.add_row(one.column, one.token, f"{one.row_count:,}")
    console.print(table)
    held = " ".join(f"--token {one.token}" for one in found if one.row_count)
    if held:
        console.print(f"To erase them: calanque dpo erase --feed {feed} {held}", soft_wrap=True)
    else:
        console.print(
            f"No row of {contract.bronze_table} holds it. Case, accents, signs and the order of names do not matter; "
            f"another spelling is another person. Rows are kept {contract.retention_days['bronze']:,} days. What was "
            "written in free text has no token: it is redacted there."
        )


def erase(
    feed: Annotated[str, typer.Option(help="The feed to erase from.")],
    token: Annotated[list[str], typer.Option(help="A token of the person; repeat it for the token of each older key.")],
) -> None:
    """List tokens as erased, delete their rows from bronze, and say what remains until when."""
    from calanque.contracts import load_contract
    from calanque.governance.erasures import erase as run

    contract = load_contract(feed)
    done, days = run(contract, token), contract.retention_days
    tell("erasure", contract.bronze_table, done.row_count)
    console.print(
        f"[green]erased[/] {done.row_count:,} rows of {contract.bronze_table} (erasure {done.entry.erasure_id}); no "
        "batch brings their tokens in again, not even a replay or a new contract version.\n"
        "What remains: the rows in older versions and files of the table until VACUUM, 7 days and a night at most; "
        f"counts in the marts until their next build; raw files for {days['landing']} days from their landing; "
        f"refused rows, which hold no token, in {contract.quarantine_table} for {days['quarantine']} days."
    )
