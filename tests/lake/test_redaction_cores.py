"""Text is redacted on every core whatever read it, and nothing in clear is passed between the tasks."""

from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from calanque.contracts import load_contract
from calanque.engines import spark
from calanque.engines.hdfs import lake
from calanque.ingest.protect import protect_rows
from calanque.ingest.tiers import landing_path
from calanque.ingest.type_ import read_rows
from calanque.privacy.protect import protect_batches
from calanque.settings import Settings

NAME = "Zquillermine"
COUNT = 100


@pytest.fixture
def redacted(stack: Settings) -> Iterator[Any]:
    """The protected text of a landed file that one task reads, for its fields may hold line breaks."""
    contract = load_contract("citizen_reports")
    text = next(column for column in contract.bronze if column.protection == "redact")
    header = tuple(column.name for column in contract.landing)
    told = [f"Madame {NAME} Bxovoumi habite ici, dossier {n}" for n in range(COUNT)]
    lines = [";".join(line if name == text.sources[0] else "x" for name in header) for line in told]
    landed: Any = SimpleNamespace(feed="test_cores", batch_id="b1", headers={"a.csv": header})
    lake().write(f"{landing_path('test_cores', 'b1')}/a.csv", "\n".join([";".join(header), *lines, ""]), overwrite=True)
    rows = read_rows(contract, landed, landed.headers).selectExpr(f"{text.sources[0]} AS {text.name}")
    yield protect_rows(contract.model_copy(update={"bronze": (text,)}), rows)
    lake().delete("/lake/landing/test_cores")


def test_text_read_by_one_task_is_redacted_by_several(redacted: Any) -> None:
    tasks = redacted.selectExpr("spark_partition_id() AS task").groupBy("task").count().collect()
    assert len(tasks) >= 2
    assert max(row["count"] for row in tasks) <= 0.6 * COUNT


def test_nothing_is_passed_between_tasks(redacted: Any) -> None:
    """What a shuffle passes on lies on the engine's disk, and here it is in clear."""
    assert redacted.count() == COUNT
    assert "Exchange" not in redacted._explain_string()


def test_hostile_texts_leave_their_neighbours_in_the_same_batch_alone(stack: Settings) -> None:
    """Of a worker that one of them stalled, the whole batch would be lost; nothing of any of them is."""
    hostile = ("signale par a" + "1" * 20_000 + "@", "7" * 20_000, "." * 20_000 + "a", "M. " * 7_000, "\xa7" * 20_000)
    neighbour = f"Madame {NAME} Bxovoumi habite ici"
    rows = [(2 * n + k, text) for n, one in enumerate(hostile) for k, text in enumerate((one, neighbour))]
    frame = spark.session().createDataFrame(rows, "id int, text string").coalesce(1)
    done = frame.mapInPandas(partial(protect_batches, plan={"text": "redact"}), frame.schema).orderBy("id").collect()
    assert [row["id"] for row in done] == list(range(len(rows)))
    assert {row["text"] for row in done if row["id"] % 2} == {"Madame <PERSON> habite ici"}


def test_clients_share_the_python_workers_of_the_engine(stack: Settings) -> None:
    """One with workers of its own would leave a Python process behind with every batch that is protected."""

    def parents(frames: Any) -> Any:
        import os

        for frame in frames:
            yield frame.assign(parent=os.getppid())

    found = []
    for _ in range(2):
        rows = spark.session().range(4).mapInPandas(parents, "id long, parent long").collect()
        found.append({row.parent for row in rows})
        spark.stop_session()
    assert len(found[0]) == 1 and found[0] == found[1]


def test_the_engine_and_its_workers_wait_for_who_tells_tasks_what_to_do(stack: Settings, redacted: Any) -> None:
    """With as many threads as there is to do, it kept the scheduler from saying in time that it lives."""
    assert redacted.count() == COUNT
    listening = [one.pid for one in psutil.net_connections("tcp") if one.laddr.port == stack.port("spark_connect")]
    engine = psutil.Process(next(pid for pid in listening if pid))
    living = [one for one in engine.children(recursive=True) if one.status() != psutil.STATUS_ZOMBIE]
    workers = [one for one in living if "pyspark.daemon" in one.cmdline()]
    assert workers
    assert {one.nice() for one in (engine, *workers)} == {psutil.Process().nice() + 5}
