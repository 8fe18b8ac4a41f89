"""What an engineer reads in a task's log: one sentence, and a retry only where it can help."""

import logging
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from calanque.engines.airflow import TaskRefusedError, TaskStoppedError, no_second_try, plainly, run_step, skip
from calanque.engines.assets import marts
from calanque.errors import CalanqueError, RefusedBatchError


@pytest.mark.parametrize(
    ("raised", "seen", "is_final"),
    [
        pytest.param(RefusedBatchError("The batch is refused."), TaskRefusedError, True, id="refused"),
        pytest.param(CalanqueError("Spark stopped answering."), TaskStoppedError, False, id="away"),
        pytest.param(ValueError("a defect"), ValueError, False, id="defect"),
    ],
)
def test_an_error_ends_as_its_sentence(raised: Exception, seen: type[BaseException], is_final: bool) -> None:
    with pytest.raises(seen) as caught, plainly():
        raise raised
    assert str(caught.value) == str(raised)
    assert caught.value.__cause__ is None
    decision = no_second_try().evaluate(caught.value, try_number=1, max_tries=2)
    assert (decision.action.value == "fail") is is_final


def test_nothing_to_do_is_said_and_shown_as_skipped(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    with pytest.raises(AirflowSkipException), plainly():
        skip("Already loaded: nothing to do.")
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", "Already loaded: nothing to do.")
    ]


def test_chatty_libraries_are_silenced() -> None:
    logging.getLogger("great_expectations").setLevel(logging.INFO)
    with plainly():
        assert not logging.getLogger("great_expectations.expectations.registry").isEnabledFor(logging.INFO)
        assert logging.getLogger("calanque.engines.gx").isEnabledFor(logging.ERROR)


@pytest.fixture
def in_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    run = SimpleNamespace(run_id="tonight")
    for place in ("airflow.sdk", "calanque.engines.assets"):
        monkeypatch.setattr(f"{place}.get_current_context", lambda: {"dag_run": run})


def test_a_step_gets_the_run_and_its_facts_are_returned(in_a_run: None) -> None:
    assert run_step(lambda territory, run_id: {"said": f"{territory} {run_id}"}, "toronto", "idle") == {
        "said": "toronto tonight"
    }


def test_a_step_says_its_facts_in_the_events_of_its_assets(monkeypatch: pytest.MonkeyPatch) -> None:
    asset = marts("incidents", "here")
    events = {asset: SimpleNamespace(extra={})}
    context = {
        "dag_run": SimpleNamespace(run_id="tonight"),
        "task": SimpleNamespace(outlets=[asset]),
        "outlet_events": events,
    }
    for place in ("airflow.sdk", "calanque.engines.assets"):
        monkeypatch.setattr(f"{place}.get_current_context", lambda: context)
    run_step(lambda territory, run_id: {"row_counts": {"fct_incidents": 7}}, "here", "idle")
    assert events[asset].extra == {"row_counts": {"fct_incidents": 7}}


def test_a_step_with_nothing_to_do_is_shown_as_skipped(in_a_run: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    with pytest.raises(AirflowSkipException):
        run_step(lambda territory, run_id: None, "toronto", "it stands")
    assert caplog.messages == ["it stands"]


def test_a_step_that_fails_ends_as_its_sentence(in_a_run: None) -> None:
    def away(territory: str, run_id: str) -> dict:
        raise CalanqueError("MLflow is away.")

    with pytest.raises(TaskStoppedError, match="MLflow is away"):
        run_step(away, "toronto", "idle")
