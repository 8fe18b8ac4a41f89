"""The client of Airflow's API asks again what it may, and says in a sentence what it can not do."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import httpx
import pytest
from tenacity import wait_none

from calanque.engines.airflow_client import PAGE, Orchestrator
from calanque.errors import CalanqueError
from calanque.settings import settings

Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Orchestrator.get.retry, "wait", wait_none())  # type: ignore[attr-defined]


def answered_by(handler: Handler) -> Orchestrator:
    orchestrator = Orchestrator(settings())
    orchestrator.__dict__["_client"] = httpx.Client(base_url="http://airflow", transport=httpx.MockTransport(handler))
    return orchestrator


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
    with pytest.raises(CalanqueError, match="answers no more: see 'calanque stack status'"):
        call(answered_by(away))


def late(times: int) -> tuple[list[str], Handler]:
    """Return what was asked, and an API that leaves its first questions without an answer."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        if len(asked) <= times:
            raise httpx.ReadTimeout("timed out", request=request)
        return httpx.Response(200, json={"dag_run_id": "r", "dag_id": "d", "state": "queued"})

    return asked, answer


def test_a_question_that_is_not_answered_is_asked_again_and_a_command_is_not() -> None:
    asked, answer = late(1)
    assert answered_by(answer).get("/dags/d/dagRuns/r")["state"] == "queued"
    assert asked == ["GET", "GET"]
    asked, answer = late(1)
    with pytest.raises(CalanqueError, match="answers no more"):
        answered_by(answer).trigger("d")
    assert asked == ["POST"], "a run would be started twice"


def test_a_token_that_has_run_out_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens: Iterator[int] = iter((401, 200))
    signed_in = []

    def sign_in(url: str, **options: object) -> httpx.Response:
        signed_in.append(url)
        return httpx.Response(201, json={"access_token": "new"}, request=httpx.Request("POST", url))

    def client(**options: object) -> httpx.Client:
        return real(base_url="http://airflow", transport=httpx.MockTransport(answer))

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(next(tokens), json={"dag_runs": []})

    real = httpx.Client
    orchestrator = answered_by(answer)
    monkeypatch.setattr(httpx, "post", sign_in)
    monkeypatch.setattr(httpx, "Client", client)
    monkeypatch.setattr(type(settings()), "secret", lambda self, name: "known")
    assert not orchestrator.has_run("d")
    assert len(signed_in) == 1


def test_a_list_is_read_page_by_page() -> None:
    """Airflow gives at most a hundred entries, whatever limit is asked for."""
    names = [f"dag_{n:03d}" for n in range(2 * PAGE + 7)]

    def answer(request: httpx.Request) -> httpx.Response:
        start = int(request.url.params["offset"])
        dags = [{"dag_id": name} for name in names[start : start + min(100, int(request.url.params["limit"]))]]
        return httpx.Response(200, json={"dags": dags, "total_entries": len(names)})

    assert answered_by(answer).dag_ids() == names


def test_a_dag_that_is_listed_before_it_is_written_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for meanwhile, or started, it is not found."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path.endswith("/dags"):
            return httpx.Response(200, json={"dags": [{"dag_id": "d"}], "total_entries": 1})
        if request.url.path.endswith("/importErrors"):
            return httpx.Response(200, json={"import_errors": [], "total_entries": 0})
        return httpx.Response(404 if asked.count(request.url.path) < 3 else 200, json={"dag_runs": []})

    monkeypatch.setattr("calanque.engines.airflow_client.time.sleep", lambda seconds: None)
    answered_by(answer).wait_for_dags({"d"})
    assert asked.count("/dags/d/dagRuns") == 3
