"""The dbt project as it is written: it parses without a stack, and every mart keeps the house's promises."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openlineage_sql import parse

from calanque.contracts import load_contracts
from calanque.contracts.gates import load_gate
from calanque.contracts.shapes import shapes
from calanque.marts.project import write_project
from calanque.settings import settings
from ml.hours import HEAPED_HOURS
from ml.risk.model.slots import HEAP_DEVIATIONS

DBT = settings().root / "dbt"
Node = dict[str, Any]


def compiled(target: Path, *arguments: str) -> str:
    """Compile the project and return what dbt says; the door's address leads nowhere, so a connection would fail."""
    command = [sys.executable, "-W", "ignore", "-c", "from dbt.cli.main import cli; cli()", "--log-path", str(target)]
    command += ["--quiet", "compile", "--no-populate-cache", "--no-introspect", *arguments]
    project = str(write_project(target, list(load_contracts().values())))
    command += ["--project-dir", project, "--profiles-dir", project, "--target-path", str(target)]
    environment = {
        **os.environ,
        "SPARK_REMOTE": "sc://127.0.0.1:1",
        "CALANQUE_HDFS_URI": "hdfs://127.0.0.1:1",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture(scope="module")
def manifest(target: Path) -> Node:
    """Return the compiled manifest."""
    compiled(target, "--exclude", "resource_type:unit_test")
    return dict(json.loads((target / "manifest.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def models(manifest: Node) -> dict[str, Node]:
    found = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    assert len(found) >= 8
    return found


@pytest.fixture(scope="module")
def marts(models: dict[str, Node]) -> dict[str, Node]:
    return {name: node for name, node in models.items() if node["path"].startswith("marts/")}


def test_every_mart_has_an_enforced_contract_that_types_each_column(marts: dict[str, Node]) -> None:
    assert {"fct_incidents", "dim_cell", "dim_area", "fct_cell_week", "fct_report_zone_week"} <= set(marts)
    for name, node in marts.items():
        assert node["config"]["contract"]["enforced"], name
        untyped = [
            column for column, spec in node["columns"].items() if not spec["data_type"] or not spec["description"]
        ]
        assert node["columns"] and not untyped, f"{name}: {untyped}"


def test_every_model_ends_with_its_grain(models: dict[str, Node]) -> None:
    endings = {name: node["description"].strip().rsplit(". ", maxsplit=1)[-1] for name, node in models.items()}
    assert [name for name, ending in endings.items() if not ending.startswith("One row per ")] == []


def test_the_gate_of_every_mart_holds_its_key(marts: dict[str, Node]) -> None:
    assert [name for name in marts if not load_gate(name, "marts").key] == []


def test_marts_are_built_in_silver_as_delta_tables_at_an_explicit_place(marts: dict[str, Node]) -> None:
    for name, node in marts.items():
        config = node["config"]
        found = (config["materialized"], config["file_format"], config["location_root"])
        assert found == ("table", "delta", "hdfs://127.0.0.1:1/lake/silver"), name


def test_every_mart_column_can_be_followed_to_a_declared_dataset(manifest: Node, models: dict[str, Node]) -> None:
    """The lineage of record parses the SQL: a column it cannot resolve would end the DPO's walk."""
    declared = {f"{node['schema']}.{node['name']}" for node in [*models.values(), *manifest["sources"].values()]}
    # A shape without a feed has no column to follow.
    models = {name: node for name, node in models.items() if not node["raw_code"].rstrip().endswith("where false")}
    constants = {f"{name}.{column}" for name, node in models.items() for column in _constants(node)}
    contracts = load_contracts().values()
    constants |= {
        f"shape_{name}.{told}"
        for name, shape in shapes().items()
        for column in shape.columns
        if not any(contract.shape == name and column.name in contract.filling() for contract in contracts)
        for told in (column.name, column.name.removesuffix("_at") + "_local_at")
    }
    lost = [
        f"{name}.{item.descendant.name}"
        for name, node in models.items()
        for item in parse([node["compiled_code"]]).column_lineage
        if f"{name}.{item.descendant.name}" not in constants
        and (
            not item.lineage
            or any(not origin.origin or origin.origin.qualified_name not in declared for origin in item.lineage)
        )
    ]
    followed = {
        name: {item.descendant.name for item in parse([node["compiled_code"]]).column_lineage}
        for name, node in models.items()
    }
    missing = [
        f"{name}.{column}"
        for name, node in models.items()
        for column in node["columns"]
        if column not in followed[name]
    ]
    assert (lost, sorted(set(missing) - constants)) == ([], [])


def test_a_part_of_a_shape_says_of_its_feed_what_its_contract_says(models: dict[str, Node]) -> None:
    for contract in load_contracts().values():
        if contract.shape:
            sql = models[f"shape_{contract.shape}"]["raw_code"]
            (part,) = (text for text in sql.split("union all") if f"'{contract.feed}' as feed" in text)
            for column, spec in _constants(models[f"shape_{contract.shape}"]).items():
                said = f"'{getattr(contract, spec['config']['meta']['constant']) or '1900-01-01'}'"
                # Where a column tells rows apart, what the contract says is of the others.
                is_told = column == "origin" and contract.origin_of
                assert (f"else {said} end as {column}" if is_told else f"{said} as {column}") in part
            assert set(re.findall(r"from_utc_timestamp\(.+?, '(\w+/\w+)'\)", part)) <= {contract.time_zone}


def test_every_shape_has_its_model_with_its_columns_in_order(models: dict[str, Node]) -> None:
    assert shapes()
    for name, shape in shapes().items():
        node = models[f"shape_{name}"]
        made = [item.descendant.name for item in parse([node["compiled_code"]]).column_lineage]
        declared = [column.name for column in shape.columns]
        assert list(node["columns"])[: len(declared)] == declared
        assert set(made) <= set(node["columns"]), name


def test_the_mart_and_the_model_doubt_the_same_hours(models: dict[str, Node]) -> None:
    rule = models["int_incidents__heaped_hours"]["raw_code"]
    assert f"occurred_local_hour in {HEAPED_HOURS}" in rule
    assert f"> {HEAP_DEVIATIONS} * sqrt(" in rule


def test_nothing_free_or_personal_reaches_a_mart(marts: dict[str, Node]) -> None:
    banned = ("token", "description", "text", "phone", "email", "reporter", "author", "person")
    assert [
        (name, column)
        for name, node in marts.items()
        for column in node["columns"]
        if any(word in column for word in banned)
    ] == []


def test_the_forecast_is_a_source_and_its_tests_wait_for_it(manifest: Node) -> None:
    source = manifest["sources"]["source.calanque.forecast.fct_forecast"]
    assert source["schema"] == "marts"
    assert "after_forecast" in source["tags"]
    exposure = manifest["exposures"]["exposure.calanque.next_week_forecast"]
    assert "model.calanque.fct_cell_week" in exposure["depends_on"]["nodes"]


def test_models_are_short_and_use_no_star(models: dict[str, Node]) -> None:
    for name, node in models.items():
        # A shape has a part a feed, and rules a row for each pair of kinds, which nobody writes.
        assert name.startswith(("shape_", "int_events__rule")) or len(node["raw_code"].splitlines()) < 80, name
        assert not re.search(r"select\s+\*|\w\.\*", node["raw_code"]), name


def test_no_address_and_no_key_in_the_project() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in _files()}
    assert [name for name, text in texts.items() if "sc://" in text or "127.0.0.1" in text or "token=" in text] == []


def _constants(node: Node) -> dict[str, Node]:
    return {column: spec for column, spec in node["columns"].items() if "constant" in spec["config"].get("meta", {})}


def _files() -> Iterator[Path]:
    yield from (path for path in DBT.rglob("*") if path.suffix in {".yml", ".sql"})
