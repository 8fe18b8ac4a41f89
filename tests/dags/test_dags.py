"""The DAG folder as Airflow reads it: quickly, without error, each DAG with what an engineer needs at night."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag

ROOT = Path(__file__).resolve().parents[2]
LONGEST_DAG = 75
PARSE_S = 10


@pytest.fixture(scope="module")
def bag() -> DagBag:
    return DagBag(str(ROOT / "dags"))


def test_every_contract_has_its_dag(bag: DagBag) -> None:
    from calanque.contracts import load_contracts

    assert bag.import_errors == {}
    feeds = {f"feed_{feed}" for feed in load_contracts()}
    assert set(bag.dags) == feeds | {"transform", "train_risk", "forecast_risk", "maintain"}


def test_each_dag_says_whose_it_is_and_what_to_do(bag: DagBag) -> None:
    for dag in bag.dags.values():
        assert dag.tags, dag.dag_id
        assert "**If it fails**" in (dag.doc_md or ""), dag.dag_id
        assert dag.max_active_runs == 1, dag.dag_id
        assert all(task.owner not in {"", "airflow"} for task in dag.tasks), dag.dag_id
        assert dag.catchup is False


def test_each_writer_has_its_pool(bag: DagBag) -> None:
    from calanque.stack.pools import pools

    for dag in bag.dags.values():
        for task in dag.tasks:
            assert dag.dag_id == "maintain" or task.pool in pools(), f"{dag.dag_id}.{task.task_id}"


def test_feed_steps_are_in_order(bag: DagBag) -> None:
    dag = bag.dags["feed_toronto_incidents"]
    order = [task.task_id for task in dag.topological_sort()]
    assert order == ["land", "protect", "gate", "publish"]


def test_assets_link_the_chain(bag: DagBag) -> None:
    def outlets(dag_id: str) -> set[str]:
        return {asset.name for task in bag.dags[dag_id].tasks for asset in task.outlets}

    def names(condition: Any) -> set[str]:
        return {condition.name} if hasattr(condition, "name") else set().union(*map(names, condition.objects))

    def waits_for(dag_id: str) -> set[str]:
        return names(bag.dags[dag_id].timetable.asset_condition)

    assert outlets("feed_toronto_incidents") <= waits_for("transform")
    assert waits_for("train_risk") <= outlets("transform")
    assert waits_for("forecast_risk") <= outlets("train_risk")


def test_the_near_repeat_layer_stands_beside_the_forecast_and_before_the_check(bag: DagBag) -> None:
    dag = bag.dags["forecast_risk"]
    assert dag.get_task("check").upstream_task_ids == {"forecast_toronto", "near_repeat_toronto"}
    assert dag.get_task("near_repeat_toronto").upstream_task_ids == set()
    # One of them idle must not leave the other unchecked.
    assert dag.get_task("check").trigger_rule == "none_failed_min_one_success"


def test_what_was_published_is_scored_before_the_champion_is_judged(bag: DagBag) -> None:
    dag = bag.dags["forecast_risk"]
    assert dag.get_task("monitor_toronto").upstream_task_ids == {"score_toronto"}
    assert dag.get_task("forecast_toronto").upstream_task_ids == {"monitor_toronto"}
    # With no week newly covered, the champion is judged and the week is forecast all the same.
    assert {dag.get_task(f"{name}_toronto").trigger_rule for name in ("monitor", "forecast")} == {"none_failed"}


def test_each_step_of_the_forecast_exists(bag: DagBag) -> None:
    from importlib import import_module

    steps = [task for task in bag.dags["forecast_risk"].tasks if task.task_id != "check"]
    assert len(steps) == 4
    for task in steps:
        module, name, territory, _ = task.op_args
        assert callable(getattr(import_module(module), f"{name}_territory"))
        assert task.task_id == f"{name}_{territory}"


def test_an_audit_follows_each_training_and_stops_nothing(bag: DagBag) -> None:
    from calanque.stack.pools import FORECAST_POOL

    audit = bag.dags["train_risk"].get_task("audit_toronto")
    assert audit.upstream_task_ids == {"train_toronto"}
    # A version that was trained before and never audited is audited although there is nothing to train.
    assert audit.trigger_rule == "none_failed"
    assert audit.outlets == []
    assert audit.pool != FORECAST_POOL


FEED_LINKS = {"Contract", "Runbook"}


def test_a_task_opens_what_it_made_and_what_to_do(bag: DagBag) -> None:
    """Through the form in which the web server reads a DAG."""
    from airflow.serialization.serialized_objects import DagSerialization

    read = [DagSerialization.from_dict(DagSerialization.to_dict(dag)) for dag in bag.dags.values()]
    buttons = {(dag.dag_id, task.task_id): set(task.extra_links) for dag in read for task in dag.tasks}
    assert {key: links for key, links in buttons.items() if links and not key[0].startswith("feed_")} == {
        ("train_risk", "train_toronto"): {"MLflow run"},
        ("train_risk", "audit_toronto"): {"MLflow run", "Audit report"},
        ("forecast_risk", "monitor_toronto"): {"Input drift"},
        ("transform", "build_incidents"): {"Runbook"},
        ("transform", "build_reports"): {"Runbook"},
        ("maintain", "upkeep"): {"Runbook"},
    }
    of_feeds = [links for key, links in buttons.items() if key[0].startswith("feed_")]
    assert len(of_feeds) == 4 * len([dag for dag in bag.dags if dag.startswith("feed_")])
    assert all(links == FEED_LINKS for links in of_feeds)


def test_a_link_to_a_document_opens_one(bag: DagBag) -> None:
    from calanque.console import documents

    opened = {"contracts": documents.contract, "runbooks": documents.runbook}
    paths = {
        path
        for dag in bag.dags.values()
        for text in (dag.doc_md, *(task.doc_md for task in dag.tasks))
        for path in re.findall(r"\]\(/calanque/([^)]+)\)", text or "")
    }
    assert len(paths) >= 4
    for path in paths:
        kind, name = path.split("/")
        assert opened[kind](name, "en"), path


def test_the_documentation_of_a_feed_shows_its_contract_in_both_languages(bag: DagBag) -> None:
    text = bag.dags["feed_citizen_reports"].doc_md or ""
    for words in ("Legal basis", "Base légale", "Retention", "Conservation", "| `reporter_token` |"):
        assert words in text


@pytest.mark.parametrize(
    ("returned", "address"),
    [
        pytest.param({"report_page": "http://here/audit.html"}, "http://here/audit.html", id="audited"),
        pytest.param(None, "", id="skipped"),
    ],
)
def test_a_button_opens_the_address_that_the_task_returned(
    bag: DagBag, monkeypatch: pytest.MonkeyPatch, returned: Any, address: str
) -> None:
    task = bag.dags["train_risk"].get_task("audit_toronto")
    button = next(link for link in task.operator_extra_links if link.name == "Audit report")
    monkeypatch.setattr("airflow.sdk.execution_time.xcom.XCom.get_value", lambda *, ti_key, key: returned)
    assert button.get_link(task, ti_key=None) == address
    assert len({link.xcom_key for link in task.operator_extra_links}) == 2


def test_the_folder_is_parsed_in_time_and_without_heavy_imports() -> None:
    script = (
        "import sys, time; started = time.monotonic()\n"
        "from airflow.dag_processing.dagbag import DagBag\n"
        f"bag = DagBag({str(ROOT / 'dags')!r}); taken = time.monotonic() - started\n"
        "libraries = {'pyspark', 'pandas', 'great_expectations', 'mlflow', 'presidio_analyzer', 'trino', 'dbt'}\n"
        "heavy = libraries & set(sys.modules)\n"
        f"assert len(bag.dags) > 5 and not bag.import_errors; assert taken < {PARSE_S}, taken; assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("path", sorted((ROOT / "dags").glob("*.py")), ids=lambda path: path.stem)
def test_a_dag_file_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_DAG
