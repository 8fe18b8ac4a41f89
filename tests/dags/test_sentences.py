"""What an engineer reads in a task's log: one sentence, and a retry only where it can help."""

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from calanque.engines.airflow import plainly, skip
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
