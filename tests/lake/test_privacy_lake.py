"""Tokens and redaction on the real engine: keys, any Delta column, and what plans and event logs hold."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from drop_feed import Feed
from needles import Needles
from unpack import unpack

from calanque.engines import delta, spark
from calanque.privacy.key_file import read_keys
from calanque.privacy.protect import protect_batches
from calanque.settings import Settings

ROOT = Path(__file__).parents[2]
PURPOSE = "public_tranquillity"
NAME, PHONE = "Zéphyrine Kerguélec", "06 39 98 41 27"
TEXT = f"Mon voisin M. {NAME} gare sa voiture ici, tel {PHONE}."
PLAN = {"note": "redact", "who": f"token:person:{PURPOSE}", "phone": f"token:phone:{PURPOSE}"}


@pytest.fixture
def table(feed: Feed) -> Iterator[str]:
    """An existing Delta table with clear values in two files, as one that nobody had protected."""
    name = f"bronze.{feed.name}"
    rows = [(n, TEXT.replace("ici", f"au {n}"), NAME if n % 2 else NAME.upper(), PHONE, n / 7) for n in range(400)]
    frame = spark.session().createDataFrame(rows, "id int, note string, who string, phone string, score double")
    frame.repartition(2).write.format("delta").option("path", delta.table_uri(name)).saveAsTable(name)
    yield name


PROTECTED = "id int, note string, who string, phone string, score double"


def protected(table: str) -> Any:
    return spark.session().table(table).repartition(2).mapInPandas(partial(protect_batches, plan=PLAN), PROTECTED)


def test_any_column_of_an_existing_delta_table_can_be_protected(table: str) -> None:
    clear = spark.session().table(table).orderBy("id").toPandas()
    done = protected(table)
    done.write.format("delta").mode("overwrite").option("overwriteSchema", "true").saveAsTable(table)
    found = spark.session().table(table).orderBy("id").toPandas()
    (expected,) = protect_batches([clear], PLAN)
    pd.testing.assert_frame_equal(found, expected, check_dtype=False)
    assert found["who"].nunique() == found["phone"].nunique() == 1
    assert Needles({"name": "Kerguélec", "phone": PHONE}).find(found.to_csv().encode()) == set()


def test_the_engine_is_warm_in_each_worker_and_used_again(table: str) -> None:
    def seen(frames: Any) -> Any:
        import os
        import time

        from calanque.privacy.redact import redact

        for frame in frames:
            started_s = time.perf_counter()
            redact([f"Mon voisin M. Martin {os.getpid()}"])
            yield pd.DataFrame({"pid": [os.getpid()], "seconds": [time.perf_counter() - started_s], "n": [len(frame)]})

    assert spark.session().conf.get("spark.python.worker.reuse", "true") == "true"
    frame = spark.session().table(table).repartition(2)
    rounds = [frame.mapInPandas(seen, "pid long, seconds double, n int").collect() for _ in range(2)]
    assert all(sum(row["n"] for row in rows) == 400 for rows in rounds)
    assert len({row["pid"] for rows in rounds for row in rows}) <= 4
    # To load the model takes seconds; a warm worker answers in milliseconds.
    assert max(row["seconds"] for row in rounds[-1]) < 1.0


def test_a_plan_holds_neither_key_nor_value(table: str) -> None:
    plan = protected(table)._explain_string(extended=True)
    assert "protect_batches" in plan or "MapInPandas" in plan
    secrets = {"name": "Kerguélec", "phone": PHONE} | {k.key_id: k.secret.hex() for k in read_keys()}
    assert Needles(secrets).find(plan.encode()) == set()


EVENTS = """
    import sys, traceback
    from functools import partial
    from pyspark.sql import SparkSession
    from calanque.privacy.protect import protect_batches

    folder = sys.argv[1]
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.eventLog.enabled", "true").config("spark.eventLog.dir", f"file:{folder}/events")
    builder = builder.config("spark.eventLog.compress", "true").config("spark.local.dir", f"{folder}/local")
    builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    spark = builder.config("spark.sql.warehouse.dir", f"{folder}/warehouse").getOrCreate()
    frame = spark.read.option("header", "true").csv(f"file:{folder}/in.csv").repartition(2)
    plan = {"note": "redact", "who": "token:person:p"}
    done = frame.mapInPandas(partial(protect_batches, plan=plan), frame.schema)
    done.write.parquet(f"file:{folder}/out")
    try:
        done.selectExpr("raise_error('no')", "*").write.parquet(f"file:{folder}/failed")
    except Exception:
        traceback.print_exc()
    spark.stop()
"""


@pytest.mark.full
def test_an_event_log_holds_neither_key_nor_value_of_what_succeeds_and_what_fails(
    stack: Settings, tmp_path: Path
) -> None:
    (tmp_path / "events").mkdir()
    rows = "".join(f'{n},"{TEXT}",{NAME}\n' for n in range(50))
    (tmp_path / "in.csv").write_text(f"id,note,who\n{rows}", encoding="utf-8")
    command = [sys.executable, "-c", textwrap.dedent(EVENTS), str(tmp_path)]
    # This process is a client of Spark Connect, and says so to its children.
    own = {name: value for name, value in os.environ.items() if not name.startswith("SPARK_")}
    own["PYSPARK_PYTHON"] = sys.executable
    done = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0 and "USER_RAISED_EXCEPTION" in done.stderr, done.stderr[-2000:]
    needles = Needles({"name": "Kerguélec", "phone": PHONE} | {k.key_id: k.secret.hex() for k in read_keys()})
    logs = [path for path in (tmp_path / "events").rglob("*") if path.is_file() and path.suffix != ".crc"]
    events = b"".join(data for path in logs for data in unpack(path.read_bytes()))
    assert b"SparkListenerJobStart" in events and b"SparkListenerSQLExecutionStart" in events
    assert needles.find(events) == set()
    assert needles.find((done.stdout + done.stderr).encode()) == set()
    outputs = [data for path in (tmp_path / "out").rglob("*.parquet") for data in unpack(path.read_bytes())]
    assert len(outputs) > 2 and all(needles.find(data) == set() for data in outputs)
    assert needles.find((tmp_path / "in.csv").read_bytes()) == {"name", "phone"}
