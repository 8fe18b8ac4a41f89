"""`calanque feeds new`: a contract from a sample."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from calanque.cli.terminal import console
from calanque.errors import CalanqueError

if TYPE_CHECKING:
    from calanque.scaffold.plan import Plan


def new(
    sample: Annotated[Path, typer.Argument(help="A file as the source sends it, packed or not.")],
    feed: Annotated[str | None, typer.Option(help="Name of the feed; that of the file by default.")] = None,
    territory: Annotated[str | None, typer.Option(help="Territory of the rows: a file of infra/territories/.")] = None,
    shape: Annotated[
        str | None, typer.Option(help="Write the columns of this shape; their table is in dags/README.md.")
    ] = None,
    member: Annotated[str | None, typer.Option(help="Of a zip of several tables, the file to make a feed of.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Where to write; ./FEED.odcs.yaml by default, - for the terminal.")
    ] = None,
) -> None:
    """Write a contract from a sample; what the sample can not say is left to decide, and refused by `feeds check`."""
    from calanque.contracts.folders import Folders
    from calanque.contracts.odcs import SUFFIX
    from calanque.contracts.undecided import UNDECIDED
    from calanque.formats import SeveralTablesError
    from calanque.scaffold.plan import plan_of
    from calanque.scaffold.shape import with_shape
    from calanque.scaffold.write import contract_text

    try:
        plan = plan_of(sample, feed, territory, member)
    except SeveralTablesError as error:
        raise CalanqueError(f"{error}:\n{_commands(sample, territory, error.members)}") from error
    if shape:
        plan = with_shape(plan, shape)
    text = contract_text(plan)
    if str(output) == "-":
        typer.echo(text)
        return
    path = output or Path(f"{plan.feed}{SUFFIX}")
    _write(path, text)
    _say(plan, path, sum(UNDECIDED in line for line in text.splitlines() if not line.lstrip().startswith("#")))
    if (Folders().contracts / f"{plan.feed}{SUFFIX}").exists():
        console.print(
            f"There is a feed '{plan.feed}' already: moved to dags/feeds/, this contract would take the place of its "
            "own. Give another name with --feed."
        )


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise CalanqueError(f"{path} exists and is not overwritten: say another place with --output.") from error
    except OSError as error:
        raise CalanqueError(
            f"{path} can not be written ({error.strerror}): say another place with --output."
        ) from error


def _commands(sample: Path, territory: str | None, members: tuple[str, ...]) -> str:
    place = ["--territory", territory] if territory else []
    return "\n".join(
        shlex.join(["calanque", "feeds", "new", str(sample), "--member", member, *place]) for member in members
    )


def _say(plan: "Plan", path: Path, count: int) -> None:
    from calanque.scaffold.fillers import likely_shape

    if plan.table.malformed_count:
        console.print(
            f"Left out as malformed: {plan.table.malformed_count:,} rows, broken or of more or fewer fields than the "
            "header. Look at them: of a batch they go to quarantine."
        )
    console.print(
        f"{path}: {len(plan.columns)} columns of {plan.table.row_count:,} rows, {count} lines to decide. Read it, then "
        f"move it to dags/feeds/ and run 'calanque feeds check {plan.feed}'."
    )
    likely = None if plan.shape else likely_shape(plan)
    if likely:
        console.print(f"It can fill the shape {likely}: '--shape {likely}' writes the columns of that shape instead.")
