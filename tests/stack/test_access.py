"""What each identity may not do: every refusal is tried for real."""

import httpx
import pytest
from waiting import HUNG_S

from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.engines.hdfs import Lake, LakeError
from calanque.errors import CalanqueError
from calanque.settings import Settings

# Three locks: the metastore shows the analyst marts only, the door has rules, and HDFS takes the door for the analyst.
BY_RULE, UNKNOWN = "PERMISSION_DENIED", "SCHEMA_NOT_FOUND|TABLE_NOT_FOUND"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        pytest.param("select * from bronze.citizen_reports", UNKNOWN, id="bronze"),
        pytest.param("select * from bronze.citizen_reports for version as of 0", UNKNOWN, id="time-travel"),
        pytest.param("select * from silver.territory_cells", UNKNOWN, id="silver"),
        pytest.param("select * from quarantine.citizen_reports", UNKNOWN, id="quarantine"),
        pytest.param("show create table bronze.citizen_reports", UNKNOWN, id="shape-of-bronze"),
        pytest.param("select * from no_such_schema.citizen_reports", UNKNOWN, id="as-one-that-is-not"),
        pytest.param("describe silver.territory_cells", UNKNOWN, id="columns-of-silver"),
        pytest.param("explain select * from bronze.citizen_reports", UNKNOWN, id="plan"),
        pytest.param("truncate table bronze.citizen_reports", UNKNOWN, id="truncate"),
        pytest.param("show tables from lake.bronze", BY_RULE, id="names-of-bronze"),
        pytest.param("select * from governance.batch", UNKNOWN, id="runs"),
        pytest.param("describe governance.step", UNKNOWN, id="columns-of-runs"),
        pytest.param("show tables from lake.governance", BY_RULE, id="names-of-runs"),
        pytest.param('select "$path" from marts.fct_incidents', BY_RULE, id="files-of-a-mart"),
        pytest.param('select "$file_size" from marts.fct_incidents', BY_RULE, id="sizes-of-a-mart"),
        pytest.param('select "$file_modified_time" from marts.fct_incidents', BY_RULE, id="times-of-a-mart"),
        pytest.param('select * from marts."fct_incidents$history"', BY_RULE, id="history"),
        pytest.param('select * from marts."fct_incidents$properties"', BY_RULE, id="properties"),
        pytest.param("select * from system.runtime.queries", BY_RULE, id="other-queries"),
        pytest.param("select * from system.metadata.catalogs", BY_RULE, id="catalogues"),
        pytest.param(
            "call lake.system.register_table('marts', 'x', 'hdfs:///lake/bronze/citizen_reports')", BY_RULE, id="path"
        ),
        pytest.param(
            "select * from table(lake.system.table_changes('bronze', 'citizen_reports'))", BY_RULE, id="changes"
        ),
        pytest.param("create table marts.mine as select 1 as one", BY_RULE, id="create"),
        pytest.param("delete from marts.fct_incidents", BY_RULE, id="delete"),
        pytest.param("drop table marts.fct_incidents", BY_RULE, id="drop"),
        pytest.param("alter table marts.fct_incidents rename to marts.mine", BY_RULE, id="rename"),
        pytest.param("alter table marts.fct_incidents add column mine int", BY_RULE, id="add-column"),
        pytest.param("alter table marts.fct_incidents execute optimize", BY_RULE, id="optimize"),
        pytest.param("comment on column marts.fct_incidents.type is 'mine'", BY_RULE, id="comment"),
        pytest.param("create or replace table marts.fct_incidents as select 1 as one", BY_RULE, id="replace"),
        pytest.param("grant select on marts.fct_incidents to role public", BY_RULE, id="grant"),
        pytest.param("create view marts.mine as select 1 as one", BY_RULE, id="view"),
        pytest.param("set session query_max_run_time = '9h'", BY_RULE, id="session"),
    ],
)
def test_analyst_is_refused_by_the_query_door(first: DemoRun, statement: str, code: str) -> None:
    with pytest.raises(CalanqueError, match=rf"refuses \(({code})\)"):
        trino.query(statement)


@pytest.mark.parametrize(
    ("user", "password"),
    [
        pytest.param("analyst", "wrong", id="wrong-password"),
        pytest.param("lake", "anything", id="no-account"),
        pytest.param("analyst' or 1=1", "x", id="odd-name"),
    ],
)
def test_the_query_door_wants_its_password(stack: Settings, user: str, password: str) -> None:
    with pytest.raises(CalanqueError):
        trino.query("select 1", user=user, password=password)


def test_the_query_door_takes_no_password_in_clear(stack: Settings) -> None:
    url = f"http://{stack.address('trino_internal')}/v1/statement"
    login = ("analyst", stack.secret("password_analyst"))
    answer = httpx.post(url, content="select 1", auth=login, headers={"X-Trino-User": "analyst"})
    assert answer.status_code in {401, 403}
    assert httpx.post(url, content="select 1", headers={"X-Trino-User": "analyst"}).status_code in {401, 403}


@pytest.mark.parametrize("tier", ["landing", "staging", "bronze", "quarantine", "silver", "governance"])
def test_hdfs_refuses_the_analyst(stack: Settings, tier: str) -> None:
    analyst = Lake(stack, user="analyst")
    with pytest.raises(LakeError) as raised:
        analyst.list(f"/lake/{tier}")
    assert raised.value.remote == "AccessControlException"


def test_hdfs_lets_the_analyst_read_marts_and_write_nothing(stack: Settings, first: DemoRun) -> None:
    analyst = Lake(stack, user="analyst")
    assert "fct_incidents" in analyst.list("/lake/marts")
    assert "_delta_log" in analyst.list("/lake/marts/fct_incidents")
    with pytest.raises(LakeError) as raised:
        analyst.write("/lake/marts/mine.txt", "x")
    assert raised.value.remote == "AccessControlException"


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param("/;use_ssl=false", id="no-token"),
        pytest.param("/;token=" + "0" * 64 + ";use_ssl=false", id="wrong-token"),
    ],
)
def test_the_spark_door_needs_its_key(stack: Settings, ending: str) -> None:
    from pyspark.sql.connect.client import SparkConnectClient
    from pyspark.sql.connect.client.retries import RetryPolicy

    client = SparkConnectClient(f"sc://localhost:{stack.port('spark_connect')}{ending}")
    client.set_retry_policies([RetryPolicy(max_retries=0)])
    with pytest.raises(Exception, match=r"UNAUTHENTICATED|token|Invalid authentication"):
        client.get_configs("spark.app.name")


def test_the_key_is_readable_by_its_owner_only(stack: Settings) -> None:
    assert (stack.home / "secrets" / "spark_token").stat().st_mode & 0o077 == 0
    assert (stack.home / "conf" / "spark" / "spark-defaults.conf").stat().st_mode & 0o077 == 0


def test_every_service_listens_on_loopback_only(stack: Settings) -> None:
    import psutil

    from calanque.stack.status import status

    family = {
        process.pid
        for entry in status(stack)
        for process in [psutil.Process(entry.pid), *psutil.Process(entry.pid).children(recursive=True)]
    }
    listening = [c for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN and c.pid in family]
    assert len(listening) > 12
    outside = {c.laddr.ip for c in listening if not c.laddr.ip.removeprefix("::ffff:").startswith("127.")}
    assert outside == set()


RIGHTS = [
    pytest.param("/ui/dags", {"analyst": 200, "dpo": 200, "engineer": 200}, id="list of DAGs"),
    pytest.param("/ui/dependencies", {"analyst": 200, "dpo": 200, "engineer": 200}, id="graph of assets"),
    pytest.param(
        "/ui/structure/structure_data?dag_id=transform",
        {"analyst": 200, "dpo": 200, "engineer": 200},
        id="graph of a DAG",
    ),
    pytest.param("/api/v2/eventLogs", {"analyst": 403, "dpo": 200, "engineer": 200}, id="audit log"),
    pytest.param("/api/v2/connections", {"analyst": 403, "dpo": 403, "engineer": 200}, id="connections"),
    pytest.param("/auth/fab/v1/users", {"analyst": 403, "dpo": 403, "engineer": 403}, id="accounts"),
    pytest.param("/auth/fab/v1/roles", {"analyst": 403, "dpo": 403, "engineer": 403}, id="roles"),
]


@pytest.mark.parametrize(("path", "expected"), RIGHTS)
def test_airflow_opens_to_each_person_what_is_theirs(stack: Settings, path: str, expected: dict[str, int]) -> None:
    answers = {}
    for user in expected:
        login = {"username": user, "password": stack.secret(f"password_{user}")}
        token = httpx.post(f"{stack.airflow_url}/auth/token", json=login, timeout=HUNG_S).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        answers[user] = httpx.get(f"{stack.airflow_url}{path}", headers=headers, timeout=HUNG_S).status_code
    assert answers == expected
