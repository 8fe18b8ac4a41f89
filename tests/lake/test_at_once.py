"""Runs at the same moment. First of the folder: two that compile at once on a cold engine made it wait for itself."""

from collections.abc import Sequence
from typing import Any

from drop_feed import HEADER, Feed, lines, processes

from calanque.errors import CalanqueError


def _outcomes(runs: Sequence[Any], results: Any) -> list[Any]:
    """Run processes at once; returns what each put in the queue."""
    for run in runs:
        run.start()
    outcomes = [results.get(timeout=300) for _ in runs]
    for run in runs:
        run.join(60)
    return outcomes


def _run_in_process(feed: Feed, run_id: str, results: Any) -> None:
    try:
        results.put(feed.run(run_id).state)
    except CalanqueError as error:
        results.put(str(error))


def test_two_runs_at_once(feed: Feed) -> None:
    feed.send(HEADER + lines(500) + "E9,x,noise,-79.4,43.7\n")
    context = processes()
    results = context.Queue()
    runs = [context.Process(target=_run_in_process, args=(feed, f"run-{n}", results)) for n in (1, 2)]
    assert _outcomes(runs, results) == ["published", "published"]
    assert len({row["event_id"] for row in feed.bronze()}) == len(feed.bronze()) == 500
    assert len(feed.quarantine()) == 1


def _ensure_in_process(feed: Feed, start: Any, results: Any) -> None:
    from calanque.contracts import load_contract
    from calanque.engines import spark
    from calanque.ingest.tables import ensure_tables

    contract = load_contract(feed.name, feed.folders)
    spark.session()
    start.wait()
    try:
        results.put(ensure_tables(contract))
    except Exception as error:
        results.put(str(error))


def test_four_runs_create_the_tables_at_the_same_moment(feed: Feed) -> None:
    context = processes()
    start, results = context.Barrier(4), context.Queue()
    runs = [context.Process(target=_ensure_in_process, args=(feed, start, results)) for _ in range(4)]
    assert _outcomes(runs, results) == [None] * 4
    assert feed.versions() == (0, 0)
