"""What a person finds in the console is what their role was given, and nothing without it."""

from types import SimpleNamespace

import pytest
from fastapi import HTTPException, Request

from calanque.console import readers

MARTS, AUDIT, START = ("GET", "Marts"), ("GET", "Audit Logs"), ("POST", "DAG Runs")


def asking(monkeypatch: pytest.MonkeyPatch, *rights: tuple[str, str]) -> readers.Reader:
    def may(*, method: str, resource_name: str, user: object) -> bool:
        return (method, resource_name) in rights

    monkeypatch.setattr(readers, "get_auth_manager", lambda: SimpleNamespace(is_authorized_custom_view=may))
    request = Request({"type": "http", "headers": [(b"authorization", b"Bearer made-up")]})
    return readers.reader(readers.anybody(request, SimpleNamespace(get_name=lambda: "somebody")))


def test_a_role_that_was_given_nothing_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow's own roles read DAGs, and may start them: none of it is a right to the lake."""
    for rights in ((), (START,), (("GET", "DAGs"), ("GET", "Website"))):
        with pytest.raises(HTTPException, match="opens nothing here") as refused:
            asking(monkeypatch, *rights)
        assert refused.value.status_code == 403


def test_each_role_finds_what_is_there_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    analyst, dpo = asking(monkeypatch, MARTS), asking(monkeypatch, AUDIT, ("GET", "Journal"))
    engineer = asking(monkeypatch, MARTS, AUDIT, START)
    assert [one.account for one in (analyst, dpo, engineer)] == ["analyst", "engineer", "engineer"]
    assert [one.reads_marts for one in (analyst, dpo, engineer)] == [True, False, True]
    assert [one.operates for one in (analyst, dpo, engineer)] == [False, False, True]
    assert readers.mart_reader(analyst) == analyst
    with pytest.raises(HTTPException, match="Marts are for analysts"):
        readers.mart_reader(dpo)
    with pytest.raises(HTTPException, match="engineers and the DPO"):
        readers.seer(analyst)
