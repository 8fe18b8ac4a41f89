"""The DAG folder as Airflow reads it: quickly, without error, each DAG with what an engineer needs at night."""

import os
import re
import shutil
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk.definitions import context
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables.assets import AssetOrTimeSchedule
from airflow.timetables.base import DataInterval, TimeRestriction
from apart import run_apart
from pendulum import now

from calanque.console import documents
from calanque.contracts import ContractError, Folders, load_contracts
from calanque.engines import airflow_feeds
from calanque.engines.airflow_alerts import alert
from calanque.governance.maintain import OTHERS
from calanque.marts.domains import DOMAINS, territories
from calanque.stack.pools import FORECAST_POOL, MARTS_POOL, TRAINING_POOL, feed_pool, pools

ROOT = Path(__file__).resolve().parents[2]
LONGEST_DAG = 75
PARSE_S = 10
CITIES = territories("incident")


@pytest.fixture(scope="module")
def bag() -> DagBag:
    return DagBag(str(ROOT / "dags"))


def test_every_contract_has_its_dag(bag: DagBag) -> None:
    assert bag.import_errors == {}
    feeds = {f"feed_{feed}" for feed in load_contracts()}
    of_cities = {f"{step}_{city}" for step in ("train", "forecast") for city in CITIES}
    assert set(bag.dags) == feeds | of_cities | {
        "transform",
        "audit_risk",
        "retention",
        "maintain",
        "freshness",
        "journal",
    }


def test_a_task_of_a_feed_reads_its_own_contract_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a worker asks for a task: its DAG is made, and those of the other feeds, which may be hundreds, are not."""
    # Airflow's own way of saying it leaves it said in the process.
    monkeypatch.setenv(context._AIRFLOW_PARSING_CONTEXT_DAG_ID, "feed_citizen_reports")
    monkeypatch.setenv(context._AIRFLOW_PARSING_CONTEXT_TASK_ID, "land")
    assert set(DagBag(str(ROOT / "dags" / "feeds.py")).dags) == {"feed_citizen_reports"}


def test_a_city_has_its_dags_by_its_contract_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A further contract of incidents is all it takes, and no DAG file names a city."""
    found = load_contracts()
    new = found["toronto_incidents"].model_copy(update={"feed": "new_incidents", "territory": "newtown"})
    monkeypatch.setattr("calanque.marts.domains.read_contracts", lambda: (found | {new.feed: new}, {}))
    for name in ("train", "forecast", "audit"):
        shutil.copy(ROOT / "dags" / f"{name}.py", tmp_path)
    dags = DagBag(str(tmp_path)).dags
    assert set(dags) == {f"{step}_{city}" for step in ("train", "forecast") for city in (*CITIES, "newtown")} | {
        "audit_risk"
    }
    assert "newtown" in dags["train_newtown"].tags
    assert "audit_newtown" in dags["audit_risk"].task_ids
    assert {asset.name for asset in dags["train_newtown"].get_task("train").outlets} == {"model/risk/newtown"}


def test_each_dag_says_whose_it_is_and_what_to_do(bag: DagBag) -> None:
    for dag in bag.dags.values():
        assert dag.tags, dag.dag_id
        assert "**If it fails**" in (dag.doc_md or ""), dag.dag_id
        assert dag.max_active_runs == 1, dag.dag_id
        assert all(task.owner not in {"", "airflow"} for task in dag.tasks), dag.dag_id
        assert dag.catchup is False


def test_each_writer_has_its_pool(bag: DagBag) -> None:
    tasks = {f"{dag.dag_id}.{task.task_id}": task.pool for dag in bag.dags.values() for task in dag.tasks}
    looking = {"retention.others", "retention.due", "maintain.due", "freshness.late", "transform.held_back"}
    assert {name for name, pool in tasks.items() if pool not in pools()} <= looking | {"journal.collect"}


def test_upkeep_and_retention_hold_the_pool_of_the_writer_of_each_table(bag: DagBag) -> None:
    upkeep = {task.task_id: task for task in bag.dags["maintain"].tasks}
    others, due = upkeep.pop("others"), upkeep.pop("due")
    assert others.pool == FORECAST_POOL
    pool_of = {table: task.pool for task in upkeep.values() for table in task.op_args[0]}
    for feed in load_contracts():
        assert pool_of[f"bronze.{feed}"] == pool_of[f"quarantine.{feed}"] == feed_pool(feed)
        assert bag.dags["retention"].get_task(f"expire_{feed}").pool == feed_pool(feed)
    look = bag.dags["retention"].get_task("due")
    assert look.downstream_task_ids == {"others", *(f"expire_{feed}" for feed in look.op_args[0])}
    assert {pool_of[f"marts.{mart}"] for domain in DOMAINS.values() for mart in domain.marts} == {MARTS_POOL}
    assert sorted(others.op_args[0]) == sorted(pool_of)
    # What is looked at is each writer by the name of its task.
    assert due.op_args[0] == {name: task.op_args[0] for name, task in upkeep.items()}
    assert due.downstream_task_ids == {*upkeep, OTHERS}
    # What retention deletes must not be rewritten first.
    assert [bag.dags[name].timetable.expression for name in ("retention", "maintain")] == ["0 3 * * *", "30 3 * * *"]


def test_the_city_that_learns_longest_is_trained_first(bag: DagBag) -> None:
    tasks = [bag.dags[f"train_{city}"].get_task("train") for city in ("toronto", "chicago", "marseille")]
    assert {task.pool for task in tasks} == {TRAINING_POOL}
    in_turn = [task.priority_weight for task in tasks]
    assert in_turn == sorted(set(in_turn), reverse=True)


def timetables(bag: DagBag) -> dict[str, Any]:
    """Return the timetable of each DAG, as the scheduler reads it."""
    return {name: DagSerialization.from_dict(DagSerialization.to_dict(dag)).timetable for name, dag in bag.dags.items()}


def test_each_step_that_waits_for_an_asset_starts_by_the_clock_too(bag: DagBag) -> None:
    """A lost event heals by itself: each DAG has its hour, but the audit, which a person starts."""
    for name, timetable in timetables(bag).items():
        if timetable.asset_condition:
            assert isinstance(timetable, AssetOrTimeSchedule), name
        assert (timetable.summary in {"None", "Never, external triggers only"}) == (name == "audit_risk"), name
    # Each after what it reads: the clock makes up for a lost event the same morning.
    steps = ("transform", *(f"{step}_{CITIES[0]}" for step in ("train", "forecast")))
    hours = [bag.dags[name].timetable.timetable.expression for name in steps]
    assert hours == ["0 5 * * *", "30 5 * * *", "30 6 * * *"]


def test_the_clock_that_people_read_is_the_clock(bag: DagBag) -> None:
    text = (ROOT / "dags" / "README.md").read_text(encoding="utf-8")
    told = dict(
        re.findall(
            r"^\| `([a-z_<>]+)` \| [^|]+ \| (\d\d:\d\d(?:, \d\d:\d\d)*|never|every ten minutes|its contract's) \|",
            text,
            re.MULTILINE,
        )
    )
    found = {}
    for name, dag in bag.dags.items():
        kind = re.sub(r"(?<=^feed_).*", "<feed>", re.sub(r"(?<=^train_).*|(?<=^forecast_).*", "<city>", name))
        timetable = getattr(dag.timetable, "timetable", dag.timetable)
        minute, hour, *_ = (getattr(timetable, "expression", None) or "x x").split()
        if minute in ("x", "*/10"):
            found[kind] = "never" if minute == "x" else "every ten minutes"
        else:
            found[kind] = ", ".join(f"{int(one):02d}:{int(minute):02d}" for one in hour.split(","))
        found[kind] = "its contract's" if kind == "feed_<feed>" else found[kind]
    assert told == found


def test_a_woken_step_waits_for_its_hour(bag: DagBag) -> None:
    late = timedelta(minutes=5)
    for name in ("transform", f"train_{CITIES[0]}", f"forecast_{CITIES[0]}", "retention", "maintain"):
        info = timetables(bag)[name].next_dagrun_info(
            last_automated_data_interval=None,
            restriction=TimeRestriction(earliest=bag.dags[name].start_date, latest=None, catchup=False),
        )
        assert info.run_after > now() - late, name


def test_every_task_has_a_time_limit_and_says_when_it_fails(bag: DagBag) -> None:
    for task in (task for dag in bag.dags.values() for task in dag.tasks):
        assert task.execution_timeout, f"{task.dag_id}.{task.task_id}"
        assert task.execution_timeout.total_seconds() <= 7_200
        assert task.on_failure_callback in (alert, [alert]), f"{task.dag_id}.{task.task_id}"


@pytest.fixture
def wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The DAG of a wrong contract, whose file was written an hour and a minute ago."""
    made, written_at = list[Any](), now("UTC").subtract(minutes=61).timestamp()
    (path := tmp_path / "wrong.odcs.yaml").write_text("", encoding="utf-8")
    os.utime(path, (written_at, written_at))
    real = airflow_feeds.dag
    monkeypatch.setattr(airflow_feeds, "Folders", lambda: Folders(contracts=tmp_path))
    monkeypatch.setattr(airflow_feeds, "dag", lambda **said: lambda run: lambda: made.append(real(**said)(run)()))
    airflow_feeds.declare_wrong_feed("wrong", ContractError(["Its name is missing."]))
    return made[0]


def test_the_dag_of_a_wrong_contract_has_them_too(wrong: Any) -> None:
    (task,) = wrong.tasks
    assert task.execution_timeout
    assert task.on_failure_callback in (alert, [alert])


@pytest.mark.parametrize("last_minutes", [None, 12 * 60], ids=["from the first", "after a run of the feed"])
def test_a_wrong_contract_is_told_at_once_and_each_day(wrong: Any, last_minutes: int | None) -> None:
    assert not wrong.is_paused_upon_creation
    timetable = DagSerialization.from_dict(DagSerialization.to_dict(wrong)).timetable
    ran_at = now("UTC").subtract(minutes=last_minutes) if last_minutes else None

    def next_after(ran_at: Any) -> Any:
        return timetable.next_dagrun_info(
            last_automated_data_interval=DataInterval.exact(ran_at) if ran_at else None,
            restriction=TimeRestriction(earliest=wrong.start_date, latest=None, catchup=False),
        ).run_after

    first = next_after(ran_at)
    assert timedelta(minutes=60) <= now("UTC") - first <= timedelta(minutes=63)
    assert next_after(first) == first + timedelta(days=1)


def test_assets_link_the_chain(bag: DagBag) -> None:
    def outlets(dag_id: str) -> set[str]:
        return {asset.name for task in bag.dags[dag_id].tasks for asset in task.outlets}

    def names(condition: Any) -> set[str]:
        return {condition.name} if hasattr(condition, "name") else set().union(*map(names, condition.objects))

    def waits_for(dag_id: str) -> set[str]:
        return names(bag.dags[dag_id].timetable.asset_condition)

    feed = bag.dags["feed_toronto_incidents"]
    assert [task.task_id for task in feed.topological_sort()] == ["land", "protect", "gate", "publish"]
    assert outlets(feed.dag_id) <= waits_for("transform")
    for city in CITIES:
        # Which of them a build updates is known once it has run.
        assert waits_for(f"train_{city}") <= {one.name for one in bag.dags["transform"].get_task("held_back").inlets}
        assert waits_for(f"forecast_{city}") <= outlets(f"train_{city}")
        assert city in bag.dags[f"train_{city}"].tags
        assert city in bag.dags[f"forecast_{city}"].tags


STEPS = {
    "near_repeat": (set(), "none_failed"),
    "trend": (set(), "none_failed"),
    "level": (set(), "none_failed"),
    "factor": (set(), "none_failed"),
    # What was published is scored before the champion is judged; with no week newly covered, both go on all the same.
    "monitor": ({"score"}, "none_failed"),
    "forecast": ({"monitor"}, "none_failed"),
    "score": (set(), "none_failed"),
}


def test_the_steps_of_a_forecast_stand_in_this_order_and_exist(bag: DagBag) -> None:
    tasks = bag.dags["forecast_toronto"].tasks
    assert {task.task_id: (task.upstream_task_ids, task.trigger_rule) for task in tasks} == STEPS
    for task in tasks:
        module, name, _ = task.op_args
        assert callable(getattr(import_module(module), f"{name}_territory"))
        assert task.task_id == name


def test_an_audit_is_started_by_a_person_and_holds_up_no_forecast(bag: DagBag) -> None:
    assert bag.dags["train_toronto"].task_ids == ["train"]
    assert bag.dags["train_toronto"].get_task("train").pool == TRAINING_POOL
    audit = bag.dags["audit_risk"].get_task("audit_toronto")
    assert audit.outlets == []
    assert audit.pool != FORECAST_POOL


FEED_LINKS, UPKEEP = {"Contract", "Runbook"}, ("transform", "retention", "maintain", "freshness", "journal")


def test_a_task_opens_what_it_made_and_what_to_do(bag: DagBag) -> None:
    """Through the form in which the web server reads a DAG."""
    read = [DagSerialization.from_dict(DagSerialization.to_dict(dag)) for dag in bag.dags.values()]
    buttons = {(dag.dag_id, task.task_id): set(task.extra_links) for dag in read for task in dag.tasks}
    assert {key: links for key, links in buttons.items() if links and not key[0].startswith("feed_")} == {
        **{(f"train_{city}", "train"): {"MLflow run"} for city in CITIES},
        **{("audit_risk", f"audit_{city}"): {"MLflow run", "Audit report"} for city in CITIES},
        **{(f"forecast_{city}", "monitor"): {"Input drift"} for city in CITIES},
        **{(dag, task): {"Runbook"} for dag in UPKEEP for task in bag.dags[dag].task_ids if task != "forecasts"},
    }
    of_feeds = [links for key, links in buttons.items() if key[0].startswith("feed_")]
    assert of_feeds == [FEED_LINKS] * sum(len(dag.tasks) for dag in read if dag.dag_id.startswith("feed_"))


def test_a_link_to_a_document_opens_one(bag: DagBag) -> None:
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
    assert "### Citizen reports of Marseille (synthetic)\nReports that citizens send" in text and " / " not in text


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
    task = bag.dags["audit_risk"].get_task("audit_toronto")
    button = next(link for link in task.operator_extra_links if link.name == "Audit report")
    monkeypatch.setattr("airflow.sdk.execution_time.xcom.XCom.get_value", lambda *, ti_key, key: returned)
    assert button.get_link(task, ti_key=None) == address
    assert len({link.xcom_key for link in task.operator_extra_links}) == 2


def test_the_folder_is_parsed_in_time_and_without_heavy_imports() -> None:
    script = (
        "import sys, time; started = time.process_time()\n"
        "from airflow.dag_processing.dagbag import DagBag\n"
        f"bag = DagBag({str(ROOT / 'dags')!r}); taken = time.process_time() - started\n"
        "libraries = {'pyspark', 'pandas', 'great_expectations', 'mlflow', 'presidio_analyzer', 'trino', 'dbt'}\n"
        "heavy = libraries & set(sys.modules)\n"
        f"assert len(bag.dags) > 5 and not bag.import_errors; assert taken < {PARSE_S}, taken; assert not heavy, heavy"
    )
    run_apart(script)


@pytest.mark.parametrize("path", sorted((ROOT / "dags").glob("*.py")), ids=lambda path: path.stem)
def test_a_dag_file_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_DAG
