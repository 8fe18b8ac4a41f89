"""The demo's summary for three cities, from answers that the query door could give."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from rich.console import Console

from calanque.demo import summary
from calanque.demo.run import DemoRun, TaskTime
from calanque.runs import state
from calanque.settings import settings

SAID = yaml.safe_load(Path(__file__).with_name("demo_summary.yml").read_text(encoding="utf-8"))
CHECKS = {"b1": [SimpleNamespace(success=True), SimpleNamespace(success=True)], "b2": []}


def batch(feed: str, batch_id: str, state: str, landed: int, **reasons: int) -> list[SimpleNamespace]:
    refused, at = sum(reasons.values()), datetime(2026, 6, 1, 20, 30, tzinfo=UTC)
    counts = {"landed_count": landed, "loaded_count": landed - refused, "quarantined_count": refused}
    return [SimpleNamespace(feed=feed, batch_id=batch_id, state=state, reasons=reasons, updated_at=at, **counts)]


BATCHES = {
    "chicago_shootings_2022": batch("chicago_shootings_2022", "b1", "published", 2_124),
    "marseille_main_courante": batch("marseille_main_courante", "b2", "refused", 5_030, missing_column=5_030),
}
TIMES = (("feed_toronto_incidents", "land", "success", 3.0), ("train_toronto", "train", "success", 90.0))
DONE = DemoRun(
    tasks=tuple(
        TaskTime(dag_id=dag_id, task_id=task_id, state=ended, seconds=seconds)
        for dag_id, task_id, ended, seconds in (*TIMES, ("feed_toronto_incidents", "gate", "success", 9.5))
    ),
    seconds=120.0,
    changed_tables=("marts.fct_incidents",),
    maintained_tables=(),
    paused_dags=(),
)


def answer(text: str, motif: str) -> list[tuple[Any, ...]]:
    assert motif == summary.MOTIF
    return next([tuple(row) for row in rows] for part, rows in SAID["answers"].items() if part in text)


def step(name: str) -> state.StepState | None:
    outputs = SAID["steps"].get(name)
    return state.StepState(step=name, inputs={}, outputs=outputs, recorded_at=datetime.now(UTC)) if outputs else None


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """The printed summary, each line's columns joined by one bar."""
    console = Console(width=250, record=True, file=StringIO())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summary.trino, "query", answer)
        patch.setattr(summary, "read_reports", lambda feed: BATCHES.get(feed, []))
        patch.setattr(summary, "newest_checks", lambda feed, batch_id: CHECKS[batch_id])
        patch.setattr(state, "last_state", step)
        console.print(summary.render(settings(), DONE))
    return ["|".join(part.strip() for part in line.split("│")) for line in console.export_text().splitlines()]


@pytest.mark.parametrize("line", [pytest.param(line, id=name) for name, line in SAID["lines"].items()])
def test_the_summary_says_of_each_city(lines: list[str], line: str) -> None:
    assert line in lines, "\n".join(lines)


def test_a_retired_champion_is_not_said_to_have_won(monkeypatch: pytest.MonkeyPatch) -> None:
    """The training's decision was the one before."""
    retired = "The model retires and the counts are served: it lost."
    monkeypatch.setitem(SAID["answers"], "max_by(reason, decided_at)", [("toronto", retired)])
    monkeypatch.setattr(summary.trino, "query", answer)
    monkeypatch.setattr(state, "last_state", step)
    console = Console(width=250, record=True, file=StringIO())
    console.print(summary._models())
    text = console.export_text()
    assert retired in text and "beats the plain counts" not in text
