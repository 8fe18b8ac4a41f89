"""What the demo makes of feeds that fail: the others go on, and each is told by its sentence."""

from datetime import datetime
from typing import Any

import pytest

from calanque.demo import run
from calanque.engines.airflow_client import Run
from calanque.errors import CalanqueError
from calanque.settings import settings

FEEDS = ("good", "empty")
REASON = "No file of the day."


class Scheduler:
    """Stands for the scheduler: every run ends at once, those of some DAGs as failed."""

    def __init__(self, failing: str) -> None:
        self.failing, self.asked, self.told = failing, list[str](), 0
        self.unasked: list[str] = []
        self.trigger = self.asked.append
        self.has_succeeded = self.asked.__contains__

    def __getattr__(self, name: str) -> Any:
        answers = {"wait_for_dags": None, "has_run": True, "wake": [], "runs": [], "last_error": REASON}
        return lambda *_: answers[name]

    def wait(self, since: datetime, say: object) -> list[Run]:
        ended, self.told = [*self.asked[self.told :], *self.unasked[:1]], len(self.asked)
        del self.unasked[:1]
        return [
            Run(dag_id=dag_id, dag_run_id="r", state="failed" if dag_id == self.failing else "success")
            for dag_id in ended
        ]

    def task_instances(self, one: Run) -> list[dict[str, object]]:
        return [{"task_id": "land", "state": one.state, "try_number": 1, "duration": 1.0}]


def demo(monkeypatch: pytest.MonkeyPatch, failing: str, *unasked: str) -> tuple[run.DemoRun, Scheduler]:
    scheduler = Scheduler(failing)
    scheduler.unasked += unasked
    monkeypatch.setattr(run, "Orchestrator", lambda settings: scheduler)
    monkeypatch.setattr(run, "load_contracts", lambda: dict.fromkeys(FEEDS))
    monkeypatch.setattr(run, "chain_dags", lambda: ("transform", "train_x"))
    monkeypatch.setattr(run, "versions", dict)
    return run.run_demo(settings(), lambda ended: None), scheduler


def test_a_feed_that_fails_stops_nobody_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    done, scheduler = demo(monkeypatch, "feed_empty")
    assert scheduler.asked == ["feed_good", "feed_empty", "transform", "train_x", *run.UPKEEP]
    assert done.failures == (f"The task 'land' of 'feed_empty' failed: {REASON}",)
    assert {task.dag_id: task.state for task in done.tasks}["feed_empty"] == "failed"
    assert demo(monkeypatch, "")[0].failures == ()


@pytest.mark.parametrize("before", [0, 1, 3], ids=["among the feeds", "in the chain", "in the upkeep"])
def test_a_wrong_contract_that_is_told_meanwhile_stops_nobody_either(
    monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    done, scheduler = demo(monkeypatch, "feed_wrong", *["journal"] * before, "feed_wrong")
    assert scheduler.asked == ["feed_good", "feed_empty", "transform", "train_x", *run.UPKEEP]
    assert done.failures == (f"The task 'land' of 'feed_wrong' failed: {REASON}",)


def test_a_step_that_fails_stops_what_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CalanqueError, match="'land' of 'transform' failed"):
        demo(monkeypatch, "transform")
