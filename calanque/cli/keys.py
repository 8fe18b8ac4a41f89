"""`calanque dpo keys`: the keys behind the tokens; they are made, rotated and retired here, and never shown."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from calanque.cli.terminal import console
from calanque.errors import CalanqueError

app = typer.Typer(help="Keys of the tokens: list, rotate, retire, pull from a secret store.", no_args_is_help=True)


@app.command("list")
def list_keys() -> None:
    """List the keys by id, with the day they were made; never a key."""
    from calanque.privacy.key_file import made_by, read_keys

    keys = read_keys()
    table = Table("key", "made on", "use", title="Token keys")
    for key in keys:
        use = "makes new tokens" if key is keys[-1] else "finds older tokens"
        latest = made_by(key)
        fallback = f"{latest} at the latest (time of the key file)" if latest else "not known"
        table.add_row(key.key_id, str(key.made_on or fallback), use)
    console.print(table)


@app.command()
def rotate() -> None:
    """Make a new current key; the old ones stay, so that their tokens can still be found."""
    from calanque.privacy.key_file import rotate as make_next

    made = make_next(datetime.now(UTC).date())
    console.print(
        f"[green]made[/] {made.key_id}: it makes new tokens from now on, in running workers too. Older keys stay until "
        "'calanque dpo keys retire'. Copy the key file to every host that protects rows, and to your safe."
    )


@app.command()
def retire(
    key_id: Annotated[str, typer.Argument(help="The key to destroy, such as v1.")],
    even_in_use: Annotated[
        bool, typer.Option("--even-in-use", help="Destroy it although tables hold its tokens: nobody finds them then.")
    ] = False,
) -> None:
    """Destroy an old key, once no table holds a token of it."""
    from calanque.governance.token_keys import tokens_in_use
    from calanque.privacy.key_file import retire as destroy

    tables = tokens_in_use().get(key_id, {})
    if tables and not even_in_use:
        counted = ", ".join(f"{table} ({count:,})" for table, count in tables.items())
        raise CalanqueError(
            f"The key {key_id} is still needed: its tokens are in {counted}. Wait until their retention ends, or add "
            "--even-in-use to make them unfindable for ever."
        )
    destroy(key_id)
    console.print(f"[green]retired[/] {key_id}. Delete it from every other host and from your safe, too.")


@app.command()
def pull(
    connection: Annotated[str | None, typer.Option(help="Airflow connection whose password holds the keys.")] = None,
    variable: Annotated[str | None, typer.Option(help="Airflow variable that holds the keys.")] = None,
) -> None:
    """Bring the keys from Airflow's secrets backend to the key file of this host, where workers read them."""
    from calanque.engines.airflow_secrets import secret_text
    from calanque.privacy.key_file import parse_keys, store
    from calanque.settings import settings

    if (connection is None) == (variable is None):
        raise CalanqueError("Say where the keys are: --connection or --variable, one of the two.")
    text = secret_text(settings(), "connection" if connection else "variable", connection or variable or "")
    keys = parse_keys(text, "what Airflow gave")
    store(keys)
    console.print(f"[green]stored[/] {', '.join(key.key_id for key in keys)}; {keys[-1].key_id} makes new tokens.")
