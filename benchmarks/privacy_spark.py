"""Redaction through Spark Connect on one core and on two: reports a second, their ratio, and whether workers stay warm.

Needs a running stack with two free cores: python benchmarks/privacy_spark.py [--reports 6000] [--rounds 5]
Each round redacts reports never seen before three times: with the engine (its JVM and its workers) confined to one
core, as one partition with both cores free, and as two partitions. The first ratio says what a second core gives; the
second, what a second task gives while the JVM may use the core that the one task leaves. Ratios are of wall times in
one round, so a noisy machine disturbs both sides. Idle services weigh on the two cores alone, for they run beside the
one: what they use is measured first.
"""

import argparse
import os
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import pandas as pd
import psutil

from calanque.engines import spark
from calanque.settings import settings
from calanque.twin.citizen_reports import generate_reports

SCHEMA = "pid long, count long, cpu_s double, load_s double"


def texts(count: int, seed: int) -> pd.DataFrame:
    """Return the free text of reports of the twin."""
    import io

    frame = pd.read_csv(io.BytesIO(generate_reports(count=count, seed=seed)), sep=";", dtype=str, keep_default_na=False)
    return frame[["description"]]


def redact_and_measure(frames: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Redact every frame as the ingestion does; give the worker, its rows and its CPU seconds."""
    from calanque.privacy.protect import protect_batches
    from calanque.privacy.redact import redact

    started_s = time.perf_counter()
    redact(["Bonjour."])
    load_s, cpu_s, count = time.perf_counter() - started_s, time.process_time(), 0
    for frame in protect_batches(frames, {"description": "redact"}):
        count += len(frame)
    yield pd.DataFrame(
        {"pid": [os.getpid()], "count": [count], "cpu_s": [time.process_time() - cpu_s], "load_s": [load_s]}
    )


def run(frame: pd.DataFrame, partitions: int) -> tuple[float, list[Any]]:
    """Redact a frame in so many tasks; returns wall seconds and a row for each task that had rows."""
    data = spark.session().createDataFrame(frame).repartition(partitions)
    started_s = time.perf_counter()
    rows = data.mapInPandas(redact_and_measure, SCHEMA).collect()
    return time.perf_counter() - started_s, [row for row in rows if row["count"]]


def engine() -> psutil.Process:
    """Return the process that listens at Spark's door."""
    port = settings().port("spark_connect")
    for connection in psutil.net_connections("tcp"):
        if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
            return psutil.Process(connection.pid)
    raise SystemExit("Spark does not run: start it with 'make up'.")


def confine(cores: list[int]) -> None:
    """Let the engine and its workers run on these cores only."""
    server = engine()
    for process in (server, *server.children(recursive=True)):
        for thread in process.threads():
            os.sched_setaffinity(thread.id, cores)


def main() -> None:
    """Warm both workers, then measure round by round."""
    cores = sorted(os.sched_getaffinity(0))[:2]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=6_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    first_s, cold = run(texts(400, 1), 2)
    print(f"first call, cold workers: {first_s:.1f} s, model loaded in {max(r['load_s'] for r in cold):.1f} s")
    run(texts(400, 2), 2)
    print(f"idle services use {psutil.cpu_percent(interval=10) / 100 * (os.cpu_count() or 1):.2f} of a core")
    confined_ratios, ratios, pids, loads = [], [], set[int](), [0.0]
    for number in range(arguments.rounds):
        first, second, third = (texts(arguments.reports, 100 + 3 * number + i) for i in range(3))
        confine(cores[:1])
        confined_s, _ = run(first, 2)
        confine(cores)
        one_s, one = run(second, 1)
        two_s, two = run(third, 2)
        confined_ratios.append(confined_s / two_s)
        ratios.append(one_s / two_s)
        pids |= {r["pid"] for r in (*one, *two)}
        loads += [r["load_s"] for r in (*one, *two)]
        print(
            f"round {number + 1}: one core {arguments.reports / confined_s:6.0f} reports/s, one task "
            f"{arguments.reports / one_s:6.0f}/s, two cores {arguments.reports / two_s:6.0f}/s; ratio to one core "
            f"{confined_ratios[-1]:.2f}, to one task {ratios[-1]:.2f}; "
            f"{arguments.reports / sum(r['cpu_s'] for r in two):.0f} reports/CPU-s"
        )
    print(
        f"ratio to one core: median {median(confined_ratios):.2f}; to one task: median {median(ratios):.2f}, "
        f"best {max(ratios):.2f}; "
        f"{len(pids)} workers; longest wait for a warm engine {max(loads) * 1000:.0f} ms"
    )
    spark.stop_session()


if __name__ == "__main__":
    main()
