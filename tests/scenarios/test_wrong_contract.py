"""The contract of a loaded feed becomes wrong: its DAG says so, and the marts keep what they show of it.

It is written where an engineer would, in the lake beside, which is a copy of the project.
"""

import time

from canary_lake import Lake

FEED = "marseille_fines"
COUNTS = "select type, count(*), sum(act_count) from fct_enforcement_area_month group by type order by 1"


def test_a_contract_that_becomes_wrong_takes_nothing_from_the_marts(lake: Lake) -> None:
    path, orchestrator = lake.root / "dags" / "feeds" / f"{FEED}.odcs.yaml", lake.orchestrator
    right, before = path.read_text(encoding="utf-8"), lake.asked(COUNTS)
    assert len(before) > 1
    try:
        path.write_text(right.replace("@daily", "toutes les nuits"), encoding="utf-8")
        limit = time.monotonic() + 90
        while "wrong contract" not in {tag["name"] for tag in orchestrator.get(f"/dags/feed_{FEED}")["tags"]}:
            assert time.monotonic() < limit, "its DAG does not say that it is wrong"
            time.sleep(1)
        # The other feed of the same mart goes on, which is built anew.
        (run,) = lake.runs(["transform"])
        states = {task["task_id"]: task["state"] for task in orchestrator.task_instances(run)}
        assert (run.state, states["build_enforcement_marseille"]) == ("success", "success")
        assert lake.asked(COUNTS) == before
    finally:
        path.write_text(right, encoding="utf-8")
