"""`calanque demo`, `redact`, `backtest`, `fit`, `train-persons`: the jobs a person starts by hand."""

import codecs
import json
import os
import sys
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from calanque.cli.terminal import console
from calanque.errors import CalanqueError
from calanque.settings import PATIENT_THREADS, settings

DAY = ["%Y-%m-%d"]


def demo() -> None:
    """Start the stack if needed, run the main job through the scheduler, and print what it did."""
    from calanque.demo.run import run_demo
    from calanque.demo.summary import batches, render
    from calanque.stack import lifecycle

    with console.status("Starting the services…"):
        lifecycle.up(settings(), lambda name, s: console.print(f"  [green]ready[/] {name:<22} {s:5.1f} s"))
    with console.status(f"Running the main job; follow it in {settings().airflow_url} …"):
        done = run_demo(
            settings(),
            lambda run: console.print(f"  [green]{run.state}[/] {run.dag_id:<28} {run.seconds:6.1f} s"),
            lambda: console.print(batches(), "Marts, models and forecasts follow."),
        )
        summary = render(settings(), done)
    console.print(summary)
    if done.failures:
        raise CalanqueError(" ".join(done.failures))


def redact(
    explain: Annotated[
        bool, typer.Option("--explain", help="Print each text with its values marked: type, score and rule.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Stop at the first line that is no document.")] = False,
    broad: Annotated[
        bool, typer.Option("--broad", help="Mask towns, countries and civilities (M., Mme) too: they are kept else.")
    ] = False,
    encoding: Annotated[str, typer.Option(help="Of what comes in, such as cp1252; what goes out is UTF-8.")] = "utf-8",
    feed: Annotated[str | None, typer.Option(help="Leave what the contract of this feed allows.")] = None,
) -> None:
    """Redact JSON lines {"id","text"} from standard input to {"id","text","spans"} on standard output."""
    from calanque.privacy.lines import redact_lines

    try:
        # A file of Windows may begin with a byte order mark, which is no part of its first line.
        read_as = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
        lines = TextIOWrapper(sys.stdin.buffer, read_as, "surrogateescape")
    except LookupError as error:
        raise CalanqueError(f"'{encoding}' is no encoding: try utf-8, cp1252 or iso-8859-15.") from error
    done = redact_lines(lines, sys.stdout, sys.stderr, explain, strict, broad, _allowed(feed))
    if done.named_count:
        typer.echo(f"{done.named_count} ids may name a person; they are written as they are.", err=True)
    if done.unread_count:
        typer.echo(f"{done.unread_count} texts took more than their share of time: they are masked whole.", err=True)
    if done.bad_count:
        raise CalanqueError(f"{done.bad_count} lines were left out: correct them and send them again.")


def _allowed(feed: str | None) -> str | None:
    from calanque.contracts import load_contract

    listed = load_contract(feed).allow_list if feed else None
    return listed.regex() if listed else None


def backtest(
    incidents: Annotated[Path, typer.Option(help="CSV: occurred_at, lon, lat, type; premises and known_at if told.")],
    crs: Annotated[int, typer.Option(help="EPSG code of the projected CRS.")],
    cell: Annotated[
        list[float], typer.Option(help="Side of a cell in metres (182.88 is 600 ft); several grids: repeat.")
    ],
    origins: Annotated[int, typer.Option(help="How many weekly forecasts, at the end of the data.")] = 52,
    boundary: Annotated[Path | None, typer.Option(help="GeoJSON of the territory; else a hull of the points.")] = None,
    start: Annotated[
        datetime | None, typer.Option("--from", formats=DAY, help="First day of the first forecast.")
    ] = None,
    known_after: Annotated[
        int | None, typer.Option(min=0, help="Days after which each incident is known; says what that costs.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--json", help="Where to write the result as JSON.")] = None,
) -> None:
    """Judge the forecast on any city by the rolling protocol; prints a table and writes JSON."""
    # Read when the libraries that train are loaded, which is below.
    for name, value in PATIENT_THREADS.items():
        os.environ.setdefault(name, value)
    from ml.risk.record.backtest import BacktestRequest, require_writable, run_backtest

    target = output or incidents.with_suffix(".backtest.json")
    require_writable(target)
    results, first = [], start.date() if start else None
    for size in cell:
        request = BacktestRequest(incidents, crs, size, origins, boundary, first, known_after_days=known_after)
        with console.status(f"Back-testing {origins} weeks on cells of {size:g} m…"):
            result, tables = run_backtest(request)
        results.append(result)
        for table in tables:
            console.print(table)
    result = results[0] if len(results) == 1 else {"grids": results}
    target.write_text(json.dumps(result, indent=2, ensure_ascii=False), encoding="utf-8")
    console.print(f"Written: {target}")


def fit(
    plan: Annotated[
        Path,
        typer.Argument(
            help="CSV: place (area_id or cell_id), starts_at, ends_at (local), units.", exists=True, dir_okay=False
        ),
    ],
    city: Annotated[str, typer.Option(help="Name of the territory, as of its file.")],
    motif: Annotated[str, typer.Option(help="Why you ask; the journal keeps it.")] = "fit of a deployment",
) -> None:
    """Say how many of next week's expected incidents lie where and when planned units would be."""
    from calanque.effect.fit import fit as fit_of
    from calanque.effect.fit import likely, sentences
    from calanque.effect.plan import read_plan

    for sentence in sentences(
        fit_of(read_plan(plan.read_text(encoding="utf-8", errors="replace")), likely(city, "analyst", motif))
    ):
        console.print(sentence)


def train_persons() -> None:
    """Make the weights that find names anew from the texts of this repository: some minutes; prints their card."""
    for name, value in PATIENT_THREADS.items():
        os.environ.setdefault(name, value)
    from ml.persons.steps import train_persons as train

    console.print(train(say=console.print), markup=False)
