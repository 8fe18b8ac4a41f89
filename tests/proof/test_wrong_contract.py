"""The contract of a loaded feed becomes wrong: its DAG says so, and a mart that it shares keeps what it shows of it."""

from datetime import UTC, datetime

from waiting import tags, until

from calanque.contracts import Folders
from calanque.contracts.odcs import SUFFIX
from calanque.demo.run import DemoRun
from calanque.engines import spark, trino
from calanque.engines.airflow_client import Orchestrator
from calanque.settings import Settings

FEED = "marseille_fines"
COUNTS = "select type, count(*), sum(act_count) from fct_enforcement_area_month group by type order by 1"


def test_a_contract_that_becomes_wrong_takes_nothing_from_the_marts(stack: Settings, first: DemoRun) -> None:
    path, orchestrator = Folders().contracts / f"{FEED}{SUFFIX}", Orchestrator(stack)
    right, before = path.read_text(encoding="utf-8"), trino.query(COUNTS)
    assert len(before) > 1
    try:
        path.write_text(right.replace('"@daily"', "toutes les nuits"), encoding="utf-8")
        until(lambda: "wrong contract" in tags(orchestrator, f"feed_{FEED}"), "its DAG does not say that it is wrong")
        # The other feed of the same mart goes on, which is built anew.
        spark.rows("delete from governance.step where step = 'marts.enforcement.marseille'")
        since = datetime.now(UTC)
        run = orchestrator.trigger("transform")
        orchestrator.wait(since, lambda ended: None, 900)
        states = {task["task_id"]: task["state"] for task in orchestrator.task_instances(run)}
        assert states == {"build": "success", "held_back": "success"}
        assert trino.query(COUNTS) == before
    finally:
        path.write_text(right, encoding="utf-8")
