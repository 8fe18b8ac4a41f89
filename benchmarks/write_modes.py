"""Measure `merge` and `snapshot` on the running stack: `python benchmarks/write_modes.py`; prints Markdown rows.

A file of generated incidents is loaded, then the same file with one row in a hundred changed goes the whole way of a
batch, and, from its landed CSV, through a bare Spark job: the same typed rows and one MERGE into a table of the first
file, which keeps no history and checks nothing. Wall and processor seconds of the engine are both given: on a busy
machine only the second means much. Some rows of each pair are checked to be the same.
"""

import argparse
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

import psutil
import yaml
from incidents import generate_incidents
from lake import FEED, bench_folders, erase
from pyarrow import compute, csv, string

from calanque.contracts import Folders, load_contract
from calanque.contracts.model import FeedContract
from calanque.engines import spark
from calanque.ingest import batch
from calanque.ingest.land import read_manifest
from calanque.ingest.type_ import read_headers, type_rows
from calanque.runs.batches import read_report
from calanque.settings import settings
from calanque.stack.status import status

WRITES = {
    "merge": {"mode": "merge", "key": ["row_number"], "orderBy": "revision"},
    "snapshot": {"mode": "snapshot", "key": ["row_number"]},
}
BARE = f"bronze.{FEED}_bare"


@cache
def engine() -> psutil.Process:
    """Return the process of the Spark service."""
    return psutil.Process(next(entry.pid for entry in status(settings()) if entry.name == "spark"))


def engine_seconds() -> float:
    """Return the processor seconds that the Spark service and its workers, those that ended too, have used."""
    return sum(sum(process.cpu_times()[:4]) for process in (engine(), *engine().children(recursive=True)))


def measured(action: Callable[[], Any]) -> tuple[float, float]:
    """Return the wall and the processor seconds of an action."""
    started, used = time.monotonic(), engine_seconds()
    action()
    return time.monotonic() - started, engine_seconds() - used


def folders_of(place: Path, mode: str) -> Folders:
    """Write the contract of the benchmark with a key, a revision and a way of writing."""
    folders = bench_folders(place)
    path = folders.contracts / f"{FEED}.odcs.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["customProperties"] = [
        item for item in content["customProperties"] if item["property"] not in ("write", "duplicates")
    ] + [{"property": "write", "value": WRITES[mode]}]
    number = {"logicalType": "integer", "physicalType": "int", "required": True, "classification": "open"}
    for name, source in (("row_number", "PS_Id"), ("revision", "Pub_Id")):
        column = {"name": name, "description": name, "transformSourceObjects": [source], **number}
        content["schema"][1]["properties"].insert(0, column)
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return folders


def files_of(rows: int, place: Path) -> tuple[Path, Path]:
    """Write the first file and the second, in which one row in a hundred has another hour and a higher revision."""
    import numpy as np

    raw = generate_incidents(rows, 1, place / "raw.csv")
    names = raw.read_text(encoding="utf-8").partition("\n")[0].split(",")
    table = csv.read_csv(raw, convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, string())))
    numbers = np.arange(rows)
    paths = []
    for revision in (1, 2):
        is_new = (numbers % 100 == 0) & (revision == 2)
        hour = compute.if_else(is_new, "3", table["occurrencehour"])
        made = table.set_column(names.index("PS_Id"), "PS_Id", [numbers])
        made = made.set_column(names.index("Pub_Id"), "Pub_Id", [np.where(is_new, 2, 1)])
        made = made.set_column(names.index("occurrencehour"), "occurrencehour", hour)
        paths.append(place / f"{revision}.csv")
        csv.write_csv(made, paths[-1], csv.WriteOptions(quoting_style="needed"))
    return paths[0], paths[1]


def typed(contract: FeedContract, batch_id: str) -> Any:
    """Return the rows that bronze takes, without the technical columns."""
    landed = read_manifest(FEED, batch_id)
    frame = type_rows(contract, landed, read_headers(contract, landed)).where("_is_good")
    return frame.select(*(column.name for column in contract.bronze))


def bare_merge(contract: FeedContract, batch_id: str, mode: str) -> None:
    """Bring the bare table to the second file with one MERGE."""
    typed(contract, batch_id).createOrReplaceTempView("bare_rows")
    differs = " OR ".join(f"NOT (t.{c.name} <=> s.{c.name})" for c in contract.bronze if c.name != "row_number")
    gone = " WHEN NOT MATCHED BY SOURCE THEN DELETE" if mode == "snapshot" else ""
    spark.rows(
        f"MERGE INTO {BARE} t USING bare_rows s ON t.row_number = s.row_number WHEN MATCHED AND ({differs}) "
        f"THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *{gone}"
    )


def one_round(mode: str, rows: int) -> tuple[float, float]:
    """Run a pair, print it, and return the ratios of wall and processor seconds."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        folders = folders_of(place, mode)
        first, second = files_of(rows, place)
        contract = load_contract(FEED, folders)
        first.rename(folders.drop / "incidents.csv")
        loaded = batch.run_batch(FEED, folders=folders)
        location = f"{settings().hdfs_uri}/lake/{BARE.replace('.', '/')}"
        typed(contract, loaded.batch_id).write.format("delta").option("path", location).saveAsTable(BARE)
        second.rename(folders.drop / "incidents.csv")
        ref = batch.land_batch(FEED, folders=folders)
        bare = measured(partial(bare_merge, contract, ref["batch_id"], mode))
        ours = measured(partial(batch.run_batch, FEED, folders=folders))
        report = read_report(FEED, ref["batch_id"])
    names = ", ".join(column.name for column in contract.bronze)
    left = f"SELECT {names} FROM bronze.{FEED} WHERE _closed_at IS NULL"
    (same,) = spark.rows(f"SELECT count(*) AS n FROM ({left} EXCEPT ALL SELECT {names} FROM {BARE})")
    if same["n"] or report is None or report.changes is None or report.changes.changed != len(range(0, rows, 100)):
        raise SystemExit(f"The two tables differ in {same['n']} rows: {report}")
    steps = re.sub(r"[{}']", "", str(report.timings_s))
    print(
        f"| {mode} | {rows:,} | {ours[0]:.1f} ({steps}) | {bare[0]:.1f} | {ours[1]:.1f} | {bare[1]:.1f} "
        f"| {ours[0] / bare[0]:.2f} | {ours[1] / bare[1]:.2f} |",
        flush=True,
    )
    return ours[0] / bare[0], ours[1] / bare[1]


def clean() -> None:
    """Remove both tables."""
    erase()
    spark.rows(f"DROP TABLE IF EXISTS {BARE}")
    from calanque.engines.hdfs import lake

    lake().delete(f"/lake/{BARE.replace('.', '/')}")


def main() -> None:
    """Run each mode some times, in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    print(
        "| mode | rows | whole way, s | bare MERGE, s | engine's processor, s | bare | wall ratio | processor ratio |"
    )
    found: dict[str, list[tuple[float, float]]] = {mode: [] for mode in WRITES}
    for _ in range(asked.rounds):
        for mode, ratios in found.items():
            clean()
            ratios.append(one_round(mode, asked.rows))
    clean()
    for mode, ratios in found.items():
        wall, used = (statistics.median(part) for part in zip(*ratios, strict=True))
        print(f"| {mode}, median of {asked.rounds} | wall {wall:.2f} | processor {used:.2f} |")


if __name__ == "__main__":
    main()
