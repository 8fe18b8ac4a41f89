"""Measure the running stack: `python benchmarks/lake.py ingest|queries|marts|soak|memory|idle`; prints Markdown rows.

`ingest` takes 3 M generated incidents the whole way of a batch, and the same file through two bare Spark jobs from CSV
to Delta in the same run, in turn: one copies seven columns, the other makes the very rows that bronze gets. `queries`
asks five questions of the marts through Trino and through Spark. `marts` builds all marts as if every city had
changed, then each city's incidents alone. `soak` runs every feed's DAG so often and prints how its tasks ended and
what memory the scheduler has before and after. `memory` prints the proportional share (PSS) of each service, `idle`
what part of a core each takes in five minutes. The stack must be up and the demo must have run.
"""

import argparse
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import psutil
import yaml
from incidents import generate_incidents

from calanque.contracts import Folders, load_contract, load_contracts
from calanque.engines import spark, trino
from calanque.engines.airflow_client import Orchestrator
from calanque.engines.hdfs import lake
from calanque.ingest import batch
from calanque.ingest.land import read_manifest
from calanque.ingest.type_ import read_headers, type_rows
from calanque.marts.build import build_marts
from calanque.runs.batches import read_report
from calanque.settings import settings
from calanque.stack.status import ServiceStatus, status

FEED = "bench_incidents"
IDLE_S = 300
QUERIES = {
    "count of incidents": "select count(*) from marts.fct_incidents",
    "incidents by type and year": (
        "select type, year(week_start_date), count(*) from marts.fct_incidents group by type, year(week_start_date)"
    ),
    "busiest 20 cells": (
        "select cell_id, count(*) from marts.fct_incidents group by cell_id order by count(*) desc limit 20"
    ),
    "weekly total of one type over all cells": (
        "select week_start_date, sum(incident_count) from marts.fct_cell_week where type = 'assault' "
        "group by week_start_date"
    ),
    "forecast beside the baseline, with places": (
        "select f.type, c.lon, c.lat, f.expected_count, f.baseline_count from marts.fct_forecast f "
        "join marts.dim_cell c on f.cell_id = c.cell_id where f.rank_model <= 20"
    ),
}


def seconds(action: Callable[[], object]) -> float:
    """Return how long an action takes."""
    started = time.monotonic()
    action()
    return time.monotonic() - started


def bench_folders(place: Path, feed: str = "toronto_incidents", name: str = FEED, pattern: str = "*.csv") -> Folders:
    """Write a feed's contract as a drop feed of its own, with its gate, and return its folders."""
    folders = Folders(contracts=place / "feeds", expectations=settings().root / "expectations", drop=place / "drop")
    for folder in (folders.contracts, folders.drop):
        folder.mkdir(parents=True)
    content = yaml.safe_load((settings().root / f"dags/feeds/{feed}.odcs.yaml").read_text(encoding="utf-8"))
    content["id"] = name
    for item in content["customProperties"]:
        if item["property"] == "source":
            item["value"] = {"kind": "drop", "pattern": pattern}
    (folders.contracts / f"{name}.odcs.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return folders


def erase() -> None:
    """Remove what the benchmark left in the lake."""
    erase_feed(FEED)


def erase_feed(feed: str) -> None:
    """Remove all of a feed from the lake."""
    for tier in ("bronze", "quarantine"):
        spark.rows(f"drop table if exists {tier}.{feed}")
    spark.rows(f"delete from governance.batch where feed = '{feed}'")
    places = ("landing", "staging", "bronze", "quarantine", "governance/contracts", "staging_bare", "staging_same")
    for place in places:
        lake().delete(f"/lake/{place}/{feed}")


def bare(source: str, columns: list[str]) -> None:
    """Write the CSV to a Delta table with its types and nothing else."""
    schema = ", ".join(f"`{name}` string" for name in columns)
    frame = spark.session().read.schema(schema).option("header", "true").csv(source)
    typed = frame.selectExpr(
        "cast(replace(occurrencedate, '/', '-') as timestamp) as occurred_at",
        "cast(occurrencehour as int) as hour",
        "premises_type",
        "MCI",
        "Neighbourhood",
        "cast(Lat as double) as lat",
        "cast(Long as double) as lon",
    )
    typed.write.format("delta").mode("overwrite").save(f"{settings().hdfs_uri}/lake/staging_bare/{FEED}")


def same_rows(folders: Folders, batch_id: str) -> None:
    """Write the very rows of bronze, hash and projection included, from the CSV to Delta: no staging, gate or check."""
    contract, landed = load_contract(FEED, folders), read_manifest(FEED, batch_id)
    frame = type_rows(contract, landed, read_headers(contract, landed)).where("_is_good")
    rows = frame.select(*(column.name for column in contract.bronze))
    rows.write.format("delta").mode("overwrite").save(f"{settings().hdfs_uri}/lake/staging_same/{FEED}")


def ingest(rows: int, rounds: int) -> None:
    """Time the three ways in turn and print each round, and the median ratios."""
    ratios: dict[str, list[float]] = {"a bare copy": [], "a bare job that makes the same rows": []}
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as place:
            folders = bench_folders(Path(place))
            generate_incidents(rows, number + 1, folders.drop / "incidents.csv")
            columns = [column.name for column in load_contract(FEED, folders).landing]
            ref = batch.land_batch(FEED, folders=folders)
            source = f"{settings().hdfs_uri}/lake/landing/{FEED}/{ref['batch_id']}/incidents.csv"
            bare_s = seconds(partial(bare, source, columns))
            same_s = seconds(partial(same_rows, folders, ref["batch_id"]))
            erase()
            ours_s = seconds(partial(batch.run_batch, FEED, folders=folders))
            report = read_report(FEED, ref["batch_id"])
            erase()
        for found, base_s in zip(ratios.values(), (bare_s, same_s), strict=True):
            found.append(ours_s / base_s)
        steps = report.timings_s if report else {}
        print(f"| {rows:,} rows | whole way {ours_s:.1f} s {steps} | bare {bare_s:.1f} s | same rows {same_s:.1f} s |")
    for name, found in ratios.items():
        print(f"| ratio to {name}, median of {rounds} | {statistics.median(found):.2f} |")


def queries(rounds: int) -> None:
    """Time five questions through each door, warm, and print the medians."""
    print("| query | Trino, s | Spark, s |\n| --- | --- | --- |")
    for name, text in QUERIES.items():
        door = statistics.median([seconds(lambda text=text: trino.query(text)) for _ in range(rounds + 1)][1:])
        engine = statistics.median([seconds(lambda text=text: spark.rows(text)) for _ in range(rounds + 1)][1:])
        print(f"| {name} | {door:.2f} | {engine:.2f} |")


def marts(rounds: int) -> None:
    """Time builds of the marts and the engine's processor in them: of all, of all incidents, and of each city's."""
    cities = sorted({contract.territory for contract in load_contracts().values()})
    parts = {"all marts of all cities": "marts.%", "incidents of all cities": "marts.incidents.%"}
    parts |= {f"incidents of {city}": f"marts.incidents.{city}" for city in cities}
    for name, steps in parts.items():
        wall_s, engine_s = [], []
        for number in range(rounds):
            spark.rows(f"delete from governance.step where step like '{steps}'")
            before = engine_cpu_s()
            wall_s.append(seconds(partial(build_marts, f"bench-{number}")))
            engine_s.append(engine_cpu_s() - before)
        print(
            f"| {name} | {statistics.median(wall_s):.1f} s | engine {statistics.median(engine_s):.0f} CPU-s |",
            flush=True,
        )


def engine_cpu_s() -> float:
    """Return the CPU seconds that the engine has taken since it was started."""
    return cpu_s(service("spark").pid)


def service(name: str) -> ServiceStatus:
    """Return what a service is doing now."""
    return next(entry for entry in status(settings()) if entry.name == name)


def soak(rounds: int) -> None:
    """Run the DAG of every feed so often; prints its tasks by their end, and the scheduler's memory round by round."""
    airflow, ends = Orchestrator(settings()), Counter[str]()
    print(f"| before | scheduler {service('airflow-scheduler').memory_mib:,.0f} MiB |", flush=True)
    for number in range(rounds):
        since = datetime.now(UTC)
        for feed in load_contracts():
            airflow.trigger(f"feed_{feed}")
        for run in airflow.wait(since, lambda run: None):
            ends.update(str(task["state"]) for task in airflow.task_instances(run))
        mib = service("airflow-scheduler").memory_mib
        print(f"| round {number + 1} | scheduler {mib:,.0f} MiB | tasks so far: {dict(ends)} |", flush=True)


def memory() -> None:
    """Print each service's share of the memory."""
    found = status(settings())
    for entry in found:
        print(f"| {entry.name} | {entry.memory_mib:,.0f} |")
    print(f"| all | {sum(entry.memory_mib for entry in found):,.0f} |")


def idle() -> None:
    """Print the part of a core that each service takes while nothing is asked of it."""
    before = {entry.name: cpu_s(entry.pid) for entry in status(settings())}
    time.sleep(IDLE_S)
    used = {entry.name: 100 * (cpu_s(entry.pid) - before[entry.name]) / IDLE_S for entry in status(settings())}
    for name, percent in used.items():
        print(f"| {name} | {percent:.1f} % |")
    print(f"| all | {sum(used.values()):.1f} % |")


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process and its descendants, those that have ended included; 0 of none."""
    if not pid:
        return 0.0
    parent = psutil.Process(pid)
    times = [process.cpu_times() for process in (parent, *parent.children(recursive=True))]
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("ingest", "queries", "marts", "soak", "memory", "idle"))
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    actions: dict[str, Callable[[], None]] = {
        "ingest": partial(ingest, asked.rows, asked.rounds),
        "queries": partial(queries, asked.rounds),
        "marts": partial(marts, asked.rounds),
        "soak": partial(soak, asked.rounds),
        "memory": memory,
        "idle": idle,
    }
    actions[asked.what]()


if __name__ == "__main__":
    main()
