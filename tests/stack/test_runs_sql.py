"""What the engineer asks of runs in SQL, through the query door: and what nobody else may ask."""

from typing import Any

import pytest

from calanque.contracts import load_contracts
from calanque.demo.run import DemoRun
from calanque.engines import deltars, trino
from calanque.engines.airflow_client import Orchestrator
from calanque.engines.hdfs import Lake, LakeError, lake
from calanque.errors import CalanqueError
from calanque.settings import Settings


def ask(sql: str) -> list[tuple[Any, ...]]:
    return trino.query(sql, user="engineer")


def test_the_engineer_finds_runs_beside_marts_and_nothing_else(first: DemoRun) -> None:
    assert {name for (name,) in ask("show schemas")} == {"information_schema", "marts", "governance"}
    tables = {name for (name,) in ask("show tables from governance")}
    assert tables == {"batch", "conflict_decision", "gate_result", "lineage_event", "step"}
    ((comment,),) = ask(
        "select comment from system.metadata.table_comments where schema_name = 'governance' and table_name = 'batch'"
    )
    assert comment.endswith("One row per step of a batch.")


def test_a_batch_leads_to_its_run_and_to_its_commit(stack: Settings, first: DemoRun) -> None:
    runs = {(run.dag_id, run.dag_run_id) for run in Orchestrator(stack).runs()}
    rows = ask(
        "select feed, batch_id, bronze_version, dag_id, run_id, landed_count, loaded_count + quarantined_count "
        "from governance.batch where state = 'published' and dag_id is not null"
    )
    assert {row[0] for row in rows} >= set(load_contracts())
    for feed, batch_id, version, dag_id, run_id, landed, accounted in rows:
        assert landed == accounted
        assert (dag_id, run_id) in runs
        commits = {commit["version"]: commit for commit in deltars.history(f"bronze.{feed}", 50)}
        assert commits[version]["user_metadata"]["batch"] == batch_id


def test_a_mart_leads_to_the_versions_that_its_build_wrote(first: DemoRun) -> None:
    rows = ask(
        'select s.territory, s.run_id, h.version from governance.step s join marts."fct_incidents$history" h '
        "on cast(h.version as varchar) = element_at(s.outputs, 'marts.fct_incidents') where s.domain = 'incidents'"
    )
    assert "toronto" in {territory for territory, _, _ in rows}
    assert all(run_id for _, run_id, _ in rows)


def test_gates_and_lineage_are_asked_in_sql(first: DemoRun) -> None:
    found = ask(
        "select tier, count(*), count_if(not success and severity = 'critical') from governance.gate_result "
        "where subject in ('toronto_incidents', 'fct_incidents') group by 1"
    )
    assert {tier: failed for tier, _, failed in found} == {"landing": 0, "marts": 0}
    assert all(count > 1 for _, count, _ in found)
    rows = ask("select distinct job from governance.lineage_event where contains(outputs, 'bronze.citizen_reports')")
    assert rows == [("publish.citizen_reports",)]


def test_no_fact_of_a_run_is_a_file_of_its_own(first: DemoRun) -> None:
    assert not {"batches", "state", "lineage"} & set(lake().list("/lake/governance"))


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        pytest.param("select * from bronze.citizen_reports", "SCHEMA_NOT_FOUND|TABLE_NOT_FOUND", id="bronze"),
        pytest.param("select * from quarantine.citizen_reports", "SCHEMA_NOT_FOUND|TABLE_NOT_FOUND", id="quarantine"),
        pytest.param("show tables from lake.bronze", "PERMISSION_DENIED", id="names-of-bronze"),
        pytest.param("delete from governance.step", "PERMISSION_DENIED", id="delete"),
        pytest.param('select "$path" from governance.step', "PERMISSION_DENIED", id="files"),
        pytest.param("drop table governance.batch", "PERMISSION_DENIED", id="drop"),
        pytest.param(
            "select * from table(lake.system.table_changes('governance', 'step'))", "PERMISSION_DENIED", id="changes"
        ),
    ],
)
def test_the_engineer_is_refused_the_rest(first: DemoRun, statement: str, code: str) -> None:
    with pytest.raises(CalanqueError, match=rf"refuses \(({code})\)"):
        ask(statement)


def test_hdfs_lets_the_engineer_read_tables_of_runs_and_no_list_of_erasures(stack: Settings, first: DemoRun) -> None:
    engineer = Lake(stack, user="engineer")
    assert "_delta_log" in engineer.list("/lake/governance/batch")
    assert "fct_incidents" in engineer.list("/lake/marts")
    lake().write("/lake/governance/erasures/test/e.json", "{}", overwrite=True)
    try:
        for refused in ("/lake/governance", "/lake/governance/erasures", "/lake/bronze", "/lake/landing"):
            with pytest.raises(LakeError) as raised:
                engineer.list(refused)
            assert raised.value.remote == "AccessControlException", refused
    finally:
        lake().delete("/lake/governance/erasures/test")
    with pytest.raises(LakeError) as raised:
        engineer.write("/lake/governance/batch/mine", "x")
    assert raised.value.remote == "AccessControlException"


def test_the_door_s_own_name_reads_nothing(stack: Settings, first: DemoRun) -> None:
    # To whom may not even look into /lake, nothing is there.
    assert not Lake(stack, user="trino").exists("/lake/marts")
    assert lake().exists("/lake/marts")
