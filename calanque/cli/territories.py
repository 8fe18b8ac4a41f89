"""`calanque territories`: the file of a city from a sample, and what is wrong with one or what it costs."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from calanque.cli.terminal import console
from calanque.errors import CalanqueError

if TYPE_CHECKING:
    from calanque.places.territory import Territory
    from calanque.scaffold.territory import Points

app = typer.Typer(help="Territories: write a city's file from a sample, check it.", no_args_is_help=True)
Member = Annotated[str | None, typer.Option(help="Of a zip of several tables, the file to read.")]


@app.command()
def new(
    sample: Annotated[Path, typer.Argument(help="A file of the city's rows with longitudes and latitudes.")],
    territory: Annotated[str, typer.Option(help="Name of the city in lower case, as contracts write it.")],
    time_zone: Annotated[str, typer.Option(help="The city's zone of the IANA base, such as Europe/Paris.")],
    title: Annotated[str | None, typer.Option(help="Its name for people; made of the other by default.")] = None,
    crs: Annotated[
        int | None, typer.Option(help="EPSG code of a projection in metres; its UTM zone by default.")
    ] = None,
    cell_m: Annotated[int, typer.Option(help="Side of a cell, metres.")] = 250,
    areas: Annotated[str | None, typer.Option(help="The feed of the city's named areas, if it has one.")] = None,
    box: Annotated[bool, typer.Option("--box", help="Take the whole box: for a city without incidents.")] = False,
    member: Member = None,
) -> None:
    """Write infra/territories/<territory>.yml: box, projection, and the hull of the sample for the city's limits."""
    from calanque.places.territory import territory_file
    from calanque.scaffold.territory import points_of, territory_of, territory_text

    points = points_of(sample, member)
    city = territory_of(
        points,
        datetime.now(UTC).date(),
        name=territory,
        title=title or territory.replace("_", " ").title(),
        time_zone=time_zone,
        crs=crs,
        cell_m=cell_m,
        areas=areas,
        is_box=box,
    )
    problems = _problems(city, is_new=True)
    if problems:
        raise CalanqueError("\n".join(problems))
    _write(territory_file(territory), territory_text(city, points))
    _say_cells(city, points)


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise CalanqueError(f"{path} exists and is not overwritten: correct it, or take another name.") from error
    console.print(
        f"{path}: written. Read it, then write a feed's contract with --territory {path.stem}.", soft_wrap=True
    )


@app.command()
def check(
    territory: Annotated[str | None, typer.Argument(help="A territory; all of them by default.")] = None,
    data: Annotated[Path | None, typer.Option(help="A file of the city's rows, to count cells by.")] = None,
    member: Member = None,
) -> None:
    """Check the files of territories, and with --data say how many cells one has and what they cost."""
    from calanque.contracts.rules import known_territories
    from calanque.places.territory import load_territory
    from calanque.scaffold.territory import points_of

    if data and not territory:
        raise CalanqueError("Rows are of one city: write 'territories check TERRITORY --data FILE'.")
    wrong = []
    for name in [territory] if territory else known_territories():
        try:
            city = load_territory(name)
            problems = _problems(city)
        except CalanqueError as error:
            problems = [str(error)]
        for sentence in problems:
            console.print(f"[red]wrong[/] {name}: {escape(sentence)}", soft_wrap=True)
        if problems:
            wrong.append(name)
            continue
        console.print(f"[green]ok[/] {name}")
        if data:
            _say_cells(city, points_of(data, member))
    if wrong:
        raise CalanqueError(f"{len(wrong)} territories to correct: {', '.join(wrong)}.")


def _problems(city: "Territory", is_new: bool = False) -> list[str]:
    from calanque.contracts import read_contracts
    from calanque.places.check import territory_problems

    found = territory_problems(city, read_contracts()[0])
    # Of a new city there is no feed yet, that of its areas neither.
    return [one for one in found if not (is_new and "'zones.source': there is no feed" in one)]


def _say_cells(city: "Territory", points: "Points") -> None:
    from calanque.places.territory import BoxRule
    from calanque.scaffold.territory import cell_counts

    counts = cell_counts(city, points)
    is_box = isinstance(city.boundary, BoxRule)
    drawn = "the whole box" if is_box else f"the hull of {points.file_name}, of {counts.box:,} in the box"
    console.print(
        f"  {counts.inside:,} cells of {city.cell_m} m: {drawn}. {counts.covered:.1%} of the positions lie there."
    )
    if is_box:
        console.print("  If the city has a feed of incidents, {rule: hull} leaves out what nobody reports from.")
