"""The client of Airflow's API says in a sentence what it can not do."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest

from calanque.engines.airflow import Orchestrator
from calanque.errors import CalanqueError
from calanque.settings import settings


def away(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("[Errno 111] Connection refused", request=request)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda orchestrator: orchestrator.wait(datetime.now(UTC), lambda run: None), id="wait"),
        pytest.param(lambda orchestrator: orchestrator.trigger("transform"), id="trigger"),
        pytest.param(lambda orchestrator: orchestrator.pause("transform"), id="pause"),
    ],
)
def test_an_orchestrator_that_goes_away_is_said_in_a_sentence(call: Callable[[Orchestrator], object]) -> None:
    """The main job used to end in httpx's own traceback."""
    orchestrator = Orchestrator(settings())
    orchestrator.__dict__["_client"] = httpx.Client(base_url="http://airflow", transport=httpx.MockTransport(away))
    with pytest.raises(CalanqueError, match="answers no more: see 'calanque stack status'"):
        call(orchestrator)
