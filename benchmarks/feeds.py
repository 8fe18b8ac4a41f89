"""Measure each feed of the twin on the running stack: `python benchmarks/feeds.py [FEED…]`; prints Markdown rows.

A file of about `--rows` rows is made by the feed's generator and goes the whole way of a batch, under another name:
rows a second of the generator and of the way, and the processor seconds of the engine. `--rows 1000000 10000000` with
one feed is the curve of its cost. The stack must be up.
"""

import argparse
import math
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lake import bench_folders, erase_feed
from write_modes import measured

from calanque.contracts import FeedContract, load_contract, load_contracts
from calanque.errors import RefusedBatchError
from calanque.formats import rows as rows_of
from calanque.ingest.batch import run_batch
from calanque.sources.twin import TwinSource

DAYS_A_PART = 365


def parts(source: TwinSource, rows: int, per_day: float) -> Iterator[bytes]:
    """Yield what the generator makes of about so many rows: one part where they are counted, else a year at a time."""
    if "count" in source.arguments:
        yield source.generate(count=rows)
        return
    if "days" not in source.arguments:
        yield source.generate()
        return
    left, last = math.ceil(rows / per_day), date.fromisoformat(str(source.arguments["last_day"]))
    while left:
        days = min(left, DAYS_A_PART)
        yield source.generate(days=days, last_day=last.isoformat())
        left, last = left - days, last - timedelta(days=days)


def write(contract: FeedContract, source: TwinSource, rows: int, path: Path) -> float:
    """Write a file of about so many rows; returns the seconds of the generator."""
    per_day = 1.0
    if "days" in source.arguments and "count" not in source.arguments:
        path.write_bytes(source.generate(days=1))
        per_day = sum(1 for _ in rows_of(path, contract.file_format))
    began = time.perf_counter()
    with path.open("wb") as sink:
        for number, content in enumerate(parts(source, rows, per_day)):
            if number and contract.file_format.type not in ("csv", "jsonl"):
                break
            is_headed = number > 0 and contract.file_format.type == "csv"
            sink.write(content.partition(b"\n")[2] if is_headed else content)
    return time.perf_counter() - began


def one(feed: str, rows: int) -> None:
    """Make a file, load it, print the row, and leave nothing behind."""
    contract = load_contract(feed)
    if not isinstance(contract.source, TwinSource):
        raise SystemExit(f"{feed} is not of the twin.")
    with tempfile.TemporaryDirectory() as name:
        tried = f"bench_{feed}"
        erase_feed(tried)  # of a run that was refused or stopped
        folders = bench_folders(Path(name), feed, tried, "*")
        path = folders.drop / f"{feed}{contract.source.suffix}"
        made_s = write(contract, contract.source, rows, path)
        size = path.stat().st_size / 1e6
        found: list[Any] = []
        wall, used = measured(lambda: found.append(run_batch(tried, folders=folders)))
    (report,) = found
    print(
        f"| {feed} | {contract.file_format.type} | {report.landed_count:,} | {size:.1f} "
        f"| {report.landed_count / max(made_s, 1e-3):,.0f} | {report.landed_count / wall:,.0f} | {wall:.1f} "
        f"| {used:.1f} | {1e6 * used / report.landed_count:,.0f} |",
        flush=True,
    )
    erase_feed(tried)


def main() -> None:
    """Read the arguments and measure each feed at each size."""
    known = [feed for feed, contract in load_contracts().items() if contract.source.kind == "twin"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("feeds", nargs="*", default=known, help="feeds of the twin; all of them by default")
    parser.add_argument("--rows", nargs="+", type=int, default=[20_000])
    arguments = parser.parse_args()
    print("| feed | format | rows | MB | twin, rows/s | way, rows/s | s | engine CPU-s | engine µs/row |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for feed in arguments.feeds:
        for rows in arguments.rows:
            try:
                one(feed, rows)
            except RefusedBatchError as error:  # its identifiers have fewer digits, say
                print(f"{feed} has no file of {rows:,} rows. {error}", flush=True)


if __name__ == "__main__":
    main()
