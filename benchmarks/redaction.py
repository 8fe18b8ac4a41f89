"""Redaction of a file that one task reads (fields with line breaks), by the ingestion's own step: one core, then two.

Needs a running stack with two free cores: python benchmarks/redaction.py [--reports 300000] [--rounds 3]
Each round protects the same file twice, with the engine (its JVM and its workers) confined to one core and on two. The
ratio is of wall times within a round; the CPU seconds of the workers beside it tell whether other work disturbed it.
"""

import argparse
import os
import time
from statistics import median
from types import SimpleNamespace
from typing import Any

import psutil
from privacy_spark import confine, engine

from calanque.contracts import load_contract
from calanque.engines import spark
from calanque.engines.hdfs import lake
from calanque.ingest.protect import protect_rows
from calanque.ingest.tiers import landing_path
from calanque.ingest.type_ import read_rows
from calanque.twin.citizen_reports import generate_reports

FEED = "bench_redaction"
PLACE = f"{landing_path(FEED, 'b1')}/reports.csv"
HEADER = tuple(column.name for column in load_contract("citizen_reports").landing)


def worker_cpu_s() -> float:
    """Return the CPU seconds that the engine and its workers have used."""
    server = engine()
    times = [process.cpu_times() for process in (server, *server.children(recursive=True)) if process.is_running()]
    return sum(one.user + one.system for one in times)


def protect() -> tuple[float, float]:
    """Read, redact and write nowhere; returns wall and CPU seconds."""
    contract = load_contract("citizen_reports")
    text = next(column for column in contract.bronze if column.protection == "redact")
    landed: Any = SimpleNamespace(feed=FEED, batch_id="b1", headers={"reports.csv": HEADER})
    frame = read_rows(contract, landed, landed.headers).selectExpr(f"description AS {text.name}")
    started_s, cpu_s = time.perf_counter(), worker_cpu_s()
    protected = protect_rows(contract.model_copy(update={"bronze": (text,)}), frame)
    protected.write.format("noop").mode("overwrite").save()
    return time.perf_counter() - started_s, worker_cpu_s() - cpu_s


def main() -> None:
    """Warm the workers, then measure round by round on texts never seen before."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    cores, ratios = sorted(os.sched_getaffinity(0))[:2], list[float]()
    try:
        lake().write(PLACE, generate_reports(count=400, seed=1), overwrite=True)
        protect()
        for number in range(arguments.rounds):
            timed: dict[int, tuple[float, float]] = {}
            for count in (1, 2) if number % 2 else (2, 1):
                # The workers keep sentences: each measure has its own.
                seed = 100 + 2 * number + count
                lake().write(PLACE, generate_reports(count=arguments.reports, seed=seed), overwrite=True)
                confine(cores[:count])
                timed[count] = protect()
                confine(cores)
            ratios.append(timed[1][0] / timed[2][0])
            told = "; ".join(f"{n} core(s) {s:.1f} s, {cpu:.1f} CPU-s" for n, (s, cpu) in sorted(timed.items()))
            print(f"round {number + 1}: {told}; ratio {ratios[-1]:.2f}; load {psutil.getloadavg()[0]:.1f}")
        print(f"{arguments.reports:,} texts, two cores against one: median {median(ratios):.2f}")
    finally:
        lake().delete(f"/lake/landing/{FEED}")
        spark.stop_session()


if __name__ == "__main__":
    main()
