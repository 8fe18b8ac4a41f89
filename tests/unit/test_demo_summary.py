"""The demo's summary for three cities, from answers that the query door could give."""

from datetime import UTC, date, datetime
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from calanque.demo import summary
from calanque.demo.run import DemoRun, TaskTime
from calanque.runs import state
from calanque.settings import settings

TOO_SHORT = "The data hold 30 whole weeks: there can be one in 48 weeks. Until then slow-decay counts are served."
WON = "The model beats the plain counts over 104 weeks."
LOST = "The baseline 'decay' stays: the log_score gain does not lie above 0."
# The first table whose name is in the query answers; queries that count come last.
ANSWERS: dict[str, list[tuple[Any, ...]]] = {
    "show tables": [("dim_incident_type",), ("fct_forecast",), ("fct_model_promotion",)],
    "show columns from dim_incident_type": [("type",)],
    "show columns from": [("territory",), ("type",)],
    "count(*) from dim_incident_type": [(24,)],
    "count(*) from fct_forecast": [("toronto", 58_000), ("chicago", 9_700), ("marseille", 12_345)],
    "count(*) from fct_model_promotion": [("toronto", 1), ("marseille", 1)],
    "max_by(reason, decided_at)": [("toronto", WON), ("marseille", LOST)],
    "distinct territory, served": [("toronto", "model"), ("chicago", "baseline"), ("marseille", "baseline")],
    "rank_model = 1": [
        ("chicago", date(2024, 1, 1), "shooting", "chicago:7:8", 0.31, 1, 0.2, 0.3, 2, "baseline"),
        ("marseille", date(2026, 9, 28), "noise", "marseille:5:5", 0.9, 2, 0.5, 0.8, 1, "baseline"),
        ("toronto", date(2021, 12, 27), "assault", "toronto:1:1", 2.5, 4, 0.9, 2.4, 1, "model"),
        ("toronto", date(2021, 12, 27), "robbery", "toronto:1:2", 0.4, 1, 0.3, 0.4, 3, "model"),
    ],
    "from fct_near_repeat": [
        ("chicago", "shooting", False, "No alert."),
        ("toronto", "break_and_enter", True, "Break-ins come close together: 12 cells."),
        ("toronto", "assault", False, "No alert."),
        ("toronto", "robbery", False, "No alert."),
    ],
}
CHECKS = {"b1": [SimpleNamespace(success=True), SimpleNamespace(success=True)], "b2": []}
BATCHES = {
    "chicago_shootings_2022": [
        SimpleNamespace(
            feed="chicago_shootings_2022",
            batch_id="b1",
            state="published",
            landed_count=2_124,
            loaded_count=2_124,
            quarantined_count=0,
            reasons={},
            updated_at=datetime(2026, 6, 1, 20, 30, tzinfo=UTC),
        )
    ],
    "marseille_main_courante": [
        SimpleNamespace(
            feed="marseille_main_courante",
            batch_id="b2",
            state="refused",
            landed_count=5_030,
            loaded_count=0,
            quarantined_count=5_030,
            reasons={"missing_column": 5_030},
            updated_at=datetime(2026, 6, 1, 20, 30, tzinfo=UTC),
        )
    ],
}
DECISIONS = {
    "train.toronto": {"model_version": "1", "champion": "1", "decision": WON},
    "train.chicago": {"model_version": "none", "champion": "none", "decision": TOO_SHORT},
    "train.marseille": {"model_version": "2", "champion": "none", "decision": LOST},
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


def answer(text: str) -> list[tuple[Any, ...]]:
    return next(rows for part, rows in ANSWERS.items() if part in text)


def step(name: str) -> state.StepState | None:
    outputs = DECISIONS.get(name)
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


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("|Chicago|chicago_shootings_2022|2,124|2,124|0|–|2/2 true|2026-06-03 08:30|", id="batch"),
        pytest.param(
            "|Marseille|marseille_main_courante (synthetic), refused|5,030|0|5,030|5,030 missing_column|0/0 true|–|",
            id="refused batch",
        ),
        pytest.param("|fct_forecast|80,045|9,700|12,345|58,000|", id="rows of each city"),
        pytest.param("|fct_model_promotion|2|–|1|1|", id="a city without rows"),
        pytest.param("|dim_incident_type|24||||", id="a mart of no city"),
        pytest.param("|Chicago|2024-01-01|shooting|chicago:7:8|0.31|1|20%|0.30|2|counts|", id="forecast of one type"),
        pytest.param("|Toronto|2021-12-27|assault|toronto:1:1|2.50|4|90%|2.40|1|model|", id="forecast of a champion"),
        pytest.param("||2021-12-27|robbery|toronto:1:2|0.40|1|30%|0.40|3|model|", id="a city is named once"),
        pytest.param("|Chicago|shooting|Not found: no alert.|", id="a silent city"),
        pytest.param("|Toronto|break_and_enter|Break-ins come close together: 12 cells.|", id="an alert"),
        pytest.param("||assault, robbery|Not found: no alert.|", id="silent types in one line"),
        pytest.param(f"|Chicago|none yet|counts|{TOO_SHORT}|–|", id="why counts are served: too short"),
        pytest.param(
            f"|Marseille|risk-marseille version 2|counts|{LOST}|not yet|",
            id="why counts are served: the model lost",
        ),
        pytest.param(f"|Toronto|risk-toronto version 1|model|{WON}|not yet|", id="champion"),
        pytest.param("|feed_toronto_incidents|2|12.5|gate 9.5|", id="time of a DAG"),
    ],
)
def test_the_summary_says_of_each_city(lines: list[str], line: str) -> None:
    assert line in lines, "\n".join(lines)


def test_a_retired_champion_is_not_said_to_have_won(monkeypatch: pytest.MonkeyPatch) -> None:
    """The training's decision was the one before."""
    retired = "The model retires and the counts are served: it lost."
    monkeypatch.setitem(ANSWERS, "max_by(reason, decided_at)", [("toronto", retired)])
    monkeypatch.setattr(summary.trino, "query", answer)
    monkeypatch.setattr(state, "last_state", step)
    console = Console(width=250, record=True, file=StringIO())
    console.print(summary._models())
    text = console.export_text()
    assert retired in text and WON not in text
