"""What Airflow's pages offer: by right, and only for a time that has come."""

import json
from datetime import UTC, datetime

import pytest

from calanque.console.lac import offers

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("body", "is_refused"),
    [
        pytest.param({"logical_date": "2026-11-26T09:31:00+00:00"}, True, id="next-minute"),
        pytest.param({"logical_date": "2027-01-01T00:00:00Z"}, True, id="next-year"),
        pytest.param({"logical_date": "2026-11-26T11:00:00+02:00"}, False, id="past-elsewhere"),
        pytest.param({"logical_date": "2026-11-26T09:30:00+00:00"}, False, id="now"),
        pytest.param({"logical_date": 1_893_456_000}, True, id="seconds-of-2030"),
        pytest.param({"logical_date": None}, False, id="no-date"),
        pytest.param({"logical_date": "2027-01-01"}, False, id="no-zone-is-Airflow's-to-refuse"),
        pytest.param({}, False, id="empty"),
        pytest.param([], False, id="list"),
    ],
)
def test_a_run_of_the_future_is_refused_with_a_sentence(body: object, is_refused: bool) -> None:
    sentence = offers.future_run(json.dumps(body).encode(), NOW)
    assert (sentence is not None) is is_refused
    assert not is_refused or "has not come yet" in str(sentence)


def test_a_body_that_is_not_json_is_left_to_airflow() -> None:
    assert offers.future_run(b"\xff{", NOW) is None


class Manager:
    def __init__(self, *rights: tuple[str, str]) -> None:
        self.rights = rights

    def is_authorized_custom_view(self, *, method: str, resource_name: str, user: object) -> bool:
        return (method, resource_name) in self.rights


def test_what_a_person_may_do_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    every = (*offers.SHOWN_WITH, *offers.LINKED_WITH)
    monkeypatch.setattr(offers, "get_auth_manager", lambda: Manager(*every))
    assert offers.style(None) == ""
    monkeypatch.setattr(offers, "get_auth_manager", lambda: Manager(*every[1:]))
    assert offers.style(None) == "[data-testid=trigger-dag-button] { display: none !important; }"


def test_what_a_person_may_not_do_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offers, "get_auth_manager", lambda: Manager())
    assert all(selectors in offers.style(None) for selectors in offers.SHOWN_WITH.values())
    assert "pointer-events: none" in offers.style(None)
