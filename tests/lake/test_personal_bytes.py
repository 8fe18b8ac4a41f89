"""Planted personal values, in good rows and in every kind of bad one: in landing, and nowhere else to the last byte.

Run after `test_every_feed.py`, which plants them; what other tests write into this lake is read too.
"""

import gzip
import io

import pyarrow as pa
import pytest
from canaries import PLANTED
from pyarrow import parquet

from calanque.engines import hdfs, postgres
from calanque.governance.bytescan import ScanReport, scan
from calanque.settings import Settings

# One value for each place where a leak could hide, planted there on purpose: the scan must see it.
CONTROLS = {"control/parquet": "Bricquebecq", "control/database": "Chateaugiron", "control/log": "Dampierrou"}


@pytest.fixture(scope="module")
def report(stack: Settings) -> ScanReport:
    """Look for all that was planted."""
    assert PLANTED, "Nothing is planted: run tests/lake/test_every_feed.py in the same session."
    plant_controls(stack)
    planted = {f"{feed}/{label}": value for feed, values in PLANTED.items() for label, value in values.items()}
    return scan(stack, planted | CONTROLS, (stack.root / "dbt", stack.root / "dags"))


def plant_controls(settings: Settings) -> None:
    sink = io.BytesIO()
    table = pa.table({"who": [f"nobody {n}" for n in range(5_000)] + [CONTROLS["control/parquet"]]})
    parquet.write_table(table, sink, compression="zstd", write_statistics=False)
    hdfs.Lake(settings).write("/lake/bronze/_control/part-0.parquet", sink.getvalue(), overwrite=True)
    postgres.execute(settings, "metastore", "create table if not exists control (who text)")
    postgres.execute(settings, "metastore", "insert into control values (%s)", (CONTROLS["control/database"],))
    line = f"2026-11-24 INFO nothing {CONTROLS['control/log'].upper()} nothing\n" * 3
    (settings.logs / "control.log.1.gz").write_bytes(gzip.compress(line.encode()))


def test_the_scan_sees_what_was_planted_for_it(report: ScanReport) -> None:
    assert "hdfs:/lake/bronze/_control/part-0.parquet" in report.places("control/parquet")
    assert "database:metastore.public.control" in report.places("control/database")
    assert "file:lake/logs/control.log.1.gz" in report.places("control/log")


def test_every_planted_value_is_in_landing(report: ScanReport) -> None:
    for feed, values in PLANTED.items():
        landing, labels = f"hdfs:/lake/landing/{feed}/", [f"{feed}/{label}" for label in values]
        missing = {label for label in labels if not any(p.startswith(landing) for p in report.places(label))}
        assert len(labels) > 10, feed
        # Abroad is a way to write a number that nobody used: it may only come from our own normalisation.
        assert {label for label in missing if not label.endswith(", abroad")} == set()


def test_no_planted_value_is_anywhere_else(report: ScanReport) -> None:
    # The same persons are planted in each feed: a value in another's landing is that one's.
    lawful = tuple(f"{kind}:/lake/landing/{feed}/" for kind in ("hdfs", "block") for feed in PLANTED)
    leaks = [hit for hit in report.hits if not hit.label.startswith("control/") and not hit.place.startswith(lawful)]
    assert leaks == []


def test_everything_was_read(report: ScanReport) -> None:
    assert report.unreadable == ()
    # Of the metastore's tables, those that hold something.
    least = {"hdfs": 60, "file": 100, "database": 10}
    assert all(report.read_counts[kind] > count for kind, count in least.items())
