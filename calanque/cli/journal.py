"""`calanque dpo journal`: who did what, and whether what the journal says was ever changed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from calanque.cli.terminal import console, tell
from calanque.errors import CalanqueError

if TYPE_CHECKING:
    from calanque.journal.notes import Verifier

app = typer.Typer(help="Who did what; exported, and verified without the lake.", no_args_is_help=True)
KEY = typer.Option(help="Public key, or a file that holds it.")


@app.command()
def show(
    who: Annotated[str | None, typer.Option(help="Account of the person.")] = None,
    table: Annotated[str | None, typer.Option(help="Table, as marts.fct_incidents.")] = None,
    days: Annotated[int, typer.Option(help="How many days back.", min=1)] = 7,
    refused: Annotated[bool, typer.Option("--refused", help="Only what was refused or failed.")] = False,
) -> None:
    """Show entries, the newest last."""
    from calanque.journal.log import collect, entries

    collect()
    since = datetime.now(UTC) - timedelta(days=days)
    found = [one for one in entries(since, who, table) if not refused or one["outcome"] != "done"]
    result = Table(title=f"Journal of {days} days: {len(found)} entries")
    for name in ("place", "when, UTC", "who", "what", "rows", "why", "outcome", "source"):
        result.add_column(name, overflow="fold")
    for one in found:
        what = "\n".join(escape(name) for name in one["objects"]) or "–"
        rows = "–" if one["row_count"] is None else f"{one['row_count']:,}"
        when = f"{one['acted_at']:%Y-%m-%d %H:%M:%S}"
        why = escape(one["motif"] or "–")
        result.add_row(str(one["place"]), when, escape(one["who"]), what, rows, why, one["outcome"], one["source"])
    console.print(result)


@app.command("collect")
def collect_now() -> None:
    """Write what was done into the journal now, and sign it."""
    from calanque.journal.log import collect

    done = collect()
    console.print(f"{done.new_count:,} new entries, {done.size:,} in all.")


@app.command()
def export(path: Annotated[Path, typer.Argument(help="Zip to write.")]) -> None:
    """Write the journal as static tiles, with its signed checkpoint: whoever has the keys can verify it."""
    from calanque.journal.log import collect
    from calanque.journal.log import export as write

    collect()
    size = write(path)
    tell("communication", "governance.journal", size)
    console.print(f"{path}: {size:,} entries.")


@app.command("key")
def show_key() -> None:
    """Show the public key of this journal, to be kept by whoever verifies it."""
    from calanque.journal.log import signer

    typer.echo(str(signer().verifier()))


@app.command()
def verify(
    path: Annotated[Path, typer.Argument(help="Export, as 'journal export' writes it.")],
    key: Annotated[str, KEY],
    witness: Annotated[str | None, KEY] = None,
    seen: Annotated[list[Path] | None, typer.Option(help="Note that the witness kept; may be given again.")] = None,
) -> None:
    """Verify an export with nothing but it and the public keys: no lake is asked."""
    from calanque.journal.verify import verify_export

    own = _key(key)
    notes = [_text(one) for one in seen or []]
    found = verify_export(path, own, _key(witness) if witness else None, notes)
    console.print(f"[green]ok[/] {found.entry_count:,} entries, as {own.name} signed them.")
    if found.expired_count:
        console.print(f"{found.expired_count:,} of them have expired: their hashes stand for them.")
    if found.witnessed_at is None:
        console.print("No witness vouches for the past: the operator alone does. Give its key with --witness.")
    else:
        at = datetime.fromtimestamp(found.witnessed_at, UTC)
        console.print(f"The witness saw the first {found.witnessed_size:,} of them on {at:%Y-%m-%d %H:%M} UTC.")


@app.command()
def witnessed(
    note: Annotated[Path, typer.Argument(help="Note that the witness signed.")], witness: Annotated[str, KEY]
) -> None:
    """Keep a note that the witness has signed, for later exports."""
    from calanque.journal.log import add_witness

    size = add_witness(_text(note), _key(witness))
    console.print(f"The first {size:,} entries are witnessed.")


witness_app = typer.Typer(help="On the DPO's own machine: a key that the operator does not hold.", no_args_is_help=True)


@witness_app.command("new")
def new_witness(
    folder: Annotated[Path, typer.Argument(help="Folder for the key and the notes that it signs.")],
    name: Annotated[str, typer.Option(help="Name of the witness, without blanks.")] = "dpo",
) -> None:
    """Make the witness's key; its public half goes to whoever verifies."""
    from calanque.journal.witness import make

    typer.echo(str(make(folder, name)))


@witness_app.command("sign")
def sign(
    export_path: Annotated[Path, typer.Argument(help="Export of the journal.")],
    key: Annotated[str, KEY],
    folder: Annotated[Path, typer.Option(help="Folder of 'witness new'.")],
) -> None:
    """Verify an export against all that was seen before, and sign its checkpoint; give the note to the operator."""
    from calanque.journal.witness import witness

    note, path = witness(folder, export_path, _key(key))
    console.print(f"Seen: {note.size:,} entries. The signed note is {path}.")


def _key(text: str) -> "Verifier":
    from calanque.journal.notes import Verifier

    path = Path(text)
    if "+" not in text and not path.is_file():
        raise CalanqueError(f"{text} is neither a public key nor a file with one.")
    return Verifier.read(text if "+" in text else _text(path))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise CalanqueError(f"{path} can not be read: it is no text in UTF-8.") from error
