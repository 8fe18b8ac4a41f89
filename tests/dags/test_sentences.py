"""What an engineer reads in a task's log: one sentence, and a retry only where it can help."""

from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from calanque.engines.airflow import plainly, run_step, skip
from calanque.errors import CalanqueError, RefusedBatchError


@pytest.mark.parametrize(
    ("raised", "seen", "is_final"),
    [
        pytest.param(RefusedBatchError("The batch is refused."), AirflowFailException, True, id="refused"),
        pytest.param(CalanqueError("Spark stopped answering."), AirflowException, False, id="away"),
        pytest.param(ValueError("a defect"), ValueError, False, id="defect"),
    ],
)
def test_an_error_ends_as_its_sentence(raised: Exception, seen: type[Exception], is_final: bool) -> None:
    with pytest.raises(seen) as caught, plainly():
        raise raised
    assert str(caught.value) == str(raised)
    assert isinstance(caught.value, AirflowFailException) is is_final
    assert caught.value.__cause__ is None


def test_nothing_to_do_is_shown_as_skipped() -> None:
    with pytest.raises(AirflowSkipException, match="nothing to do"), plainly():
        skip("Already loaded: nothing to do.")


@pytest.fixture
def in_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    run = SimpleNamespace(run_id="tonight")
    monkeypatch.setattr("airflow.sdk.get_current_context", lambda: {"dag_run": run})


def test_a_step_gets_the_run_and_its_facts_are_returned(in_a_run: None) -> None:
    assert run_step(lambda territory, run_id: {"said": f"{territory} {run_id}"}, "toronto", "idle") == {
        "said": "toronto tonight"
    }


def test_a_step_with_nothing_to_do_is_shown_as_skipped(in_a_run: None) -> None:
    with pytest.raises(AirflowSkipException, match="it stands"):
        run_step(lambda territory, run_id: None, "toronto", "it stands")


def test_a_step_that_fails_ends_as_its_sentence(in_a_run: None) -> None:
    def away(territory: str, run_id: str) -> dict:
        raise CalanqueError("MLflow is away.")

    with pytest.raises(AirflowException, match="MLflow is away"):
        run_step(away, "toronto", "idle")
