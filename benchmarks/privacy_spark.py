"""Redaction through Spark Connect on one core and on two: reports a second, their ratio, and whether workers stay warm.

Needs a running stack with two free cores: python benchmarks/privacy_spark.py [--reports 6000] [--rounds 5]
Each round redacts reports never seen before, once as one partition and once as two; the ratio is of wall times in one
round, so a noisy machine disturbs both sides. The CPU seconds of the workers say what two free cores would give.
"""

import argparse
import os
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import pandas as pd

from calanque.engines import spark
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


def main() -> None:
    """Warm both workers, then measure round by round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=6_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    first_s, cold = run(texts(400, 1), 2)
    print(f"first call, cold workers: {first_s:.1f} s, model loaded in {max(r['load_s'] for r in cold):.1f} s")
    run(texts(400, 2), 2)
    ratios, free, pids, loads = [], [], set[int](), [0.0]
    for number in range(arguments.rounds):
        seeds = (100 + 2 * number, 101 + 2 * number)
        one_s, one = run(texts(arguments.reports, seeds[0]), 1)
        two_s, two = run(texts(arguments.reports, seeds[1]), 2)
        ratios.append(one_s / two_s)
        free.append(sum(r["cpu_s"] for r in one) / max(r["cpu_s"] for r in two))
        pids |= {r["pid"] for r in (*one, *two)}
        loads += [r["load_s"] for r in (*one, *two)]
        print(
            f"round {number + 1}: one core {arguments.reports / one_s:6.0f} reports/s, two cores "
            f"{arguments.reports / two_s:6.0f}/s, ratio {ratios[-1]:.2f}; by CPU {free[-1]:.2f}; "
            f"{arguments.reports / sum(r['cpu_s'] for r in two):.0f} reports/CPU-s"
        )
    print(
        f"ratio: median {median(ratios):.2f}, best {max(ratios):.2f}; by CPU {median(free):.2f}; "
        f"{len(pids)} workers; longest wait for a warm engine {max(loads) * 1000:.0f} ms"
    )
    spark.stop_session()


if __name__ == "__main__":
    main()
