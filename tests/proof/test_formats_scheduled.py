"""A feed of each format is added by one file while the stack runs, and its rows come to bronze by the scheduler."""

import uuid
from collections.abc import Iterator

import pytest
import yaml
from drop_feed import contract_of, empty_tables
from in_formats import COLUMNS, ROWS, WAYS, typed
from waiting import ended

from calanque.contracts import Folders
from calanque.contracts.odcs import SUFFIX
from calanque.demo.run import DemoRun
from calanque.engines import spark
from calanque.engines.airflow_client import Orchestrator
from calanque.settings import Settings

FORMATS = ("geojson", "json", "jsonl", "parquet", "xlsx")


@pytest.fixture
def added(first: DemoRun) -> Iterator[dict[str, str]]:
    """A contract of each format, with its file in the drop folder; the feeds' names by format. All of it goes again."""
    folders = Folders()
    folders.drop.mkdir(exist_ok=True)
    names = {form: f"test_{form}_{uuid.uuid4().hex[:8]}" for form in FORMATS}
    written = []
    for form, name in names.items():
        description, write = WAYS[form]
        contract = contract_of(name)
        said = {"fileFormat": description, "source": {"kind": "drop", "pattern": f"{name}.*"}, "gates": []}
        for item in contract["customProperties"]:
            item["value"] = said.get(item["property"], item["value"])
        written += [folders.drop / f"{name}.{form}", folders.contracts / f"{name}{SUFFIX}"]
        written[-2].write_bytes(write(ROWS))
        written[-1].write_text(yaml.safe_dump(contract), encoding="utf-8")
    yield names
    for path in written:
        path.unlink(missing_ok=True)
    empty_tables(list(names.values()))


def test_a_feed_of_each_format_is_added_by_one_file_without_a_restart(stack: Settings, added: dict[str, str]) -> None:
    orchestrator = Orchestrator(stack)
    orchestrator.wait_for_dags({f"feed_{name}" for name in added.values()}, within_s=180)
    for name in added.values():
        orchestrator.pause(f"feed_{name}", is_paused=False)
    assert {form: ended(orchestrator, f"feed_{name}").state for form, name in added.items()} == dict.fromkeys(
        FORMATS, "success"
    )
    chosen = ", ".join(f"CAST({column} AS string) AS {column}" for column in COLUMNS)
    parts = [f"SELECT '{form}' AS form, {chosen} FROM bronze.{name}" for form, name in added.items()]
    rows = spark.rows(" UNION ALL ".join(parts))
    expected = sorted(tuple(str(typed(row)[column]) for column in COLUMNS) for row in ROWS)
    found = {form: sorted(tuple(r[c] for c in COLUMNS) for r in rows if r["form"] == form) for form in FORMATS}
    assert found == dict.fromkeys(FORMATS, expected)
