"""`calanque dpo erase`: a person's rows leave a feed, and may not come in again."""

from typing import Annotated

import typer

from calanque.cli.terminal import console, tell


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
