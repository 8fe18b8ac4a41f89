"""What every page of the console does: it is of the code that serves it, and says so in words when it fails."""

import html
import importlib.util
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.api_fastapi.core_api.security import get_user
from fastapi import HTTPException
from fastapi.testclient import TestClient

from calanque.console import pages, readers
from calanque.console.app import app
from calanque.console.city.map_state import ORDERS, Row
from calanque.console.lac_words import WORDS
from calanque.console.lineage import page as lineage
from calanque.console.readers import Reader, anybody
from calanque.contracts.page import Language

SECRET = "Zéphyrine Quatrebarbes"
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


def test_templates_replaced_under_a_running_server_are_not_shown_by_older_code(tmp_path: Path) -> None:
    shutil.copytree(pages.TEMPLATES, tmp_path / "templates")
    shutil.copy(str(pages.__file__), tmp_path / "running.py")
    spec = importlib.util.spec_from_file_location("running", tmp_path / "running.py")
    assert spec and spec.loader
    running = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(running)
    for path in (tmp_path / "templates").iterdir():
        path.write_text("{{ a_word_of_tomorrow }}", encoding="utf-8")
    assert "No such batch." in bytes(running.sentence("en", "No such batch.", 404).body).decode()


def test_a_long_badge_is_as_wide_as_the_page_at_most_and_one_in_a_cell_is_a_line() -> None:
    style = (pages.TEMPLATES / "layout.html").read_text(encoding="utf-8")
    rules = dict(re.findall(r"^(\S* ?\.mark) \{(.*?)\}", style, re.MULTILINE | re.DOTALL))
    assert "max-width: 100%" in rules[".mark"] and "nowrap" not in rules[".mark"]
    assert "nowrap" in rules["td .mark"]


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The console, where events can not be read for a reason that nobody foresaw."""

    def broken(*_: Any) -> Any:
        raise ValueError(SECRET)

    monkeypatch.setattr(lineage, "events", broken)
    app.dependency_overrides = {
        get_user: lambda: None,
        anybody: lambda: Reader(name="dpo", token="t", sees_batches=True, reads_marts=True),
    }
    yield TestClient(app, raise_server_exceptions=False)
    app.dependency_overrides = {}


@pytest.mark.parametrize(
    ("address", "headers", "language"),
    [
        pytest.param("/lineage?lang=fr", {}, "fr", id="asked-for"),
        pytest.param("/lineage", {"cookie": "calanque_language=fr", "accept-language": "en"}, "fr", id="chosen-before"),
        pytest.param("/lineage", {"accept-language": "fr-FR,fr;q=0.9"}, "fr", id="of-the-browser"),
        pytest.param("/lineage", {}, "en", id="none"),
    ],
)
def test_a_page_that_fails_says_so_in_the_layout_and_in_words(
    door: TestClient, address: str, headers: dict[str, str], language: Language
) -> None:
    answer = door.get(address, headers={"accept": BROWSER} | headers)
    assert answer.status_code == 500 and "default-src 'none'" in answer.headers["content-security-policy"]
    assert f'<html lang="{language}">' in answer.text and 'href="/calanque/lac"' in answer.text
    assert WORDS[language]["failed"] in answer.text
    assert SECRET not in answer.text and "ValueError" not in answer.text


@pytest.fixture
def dpo_s_door(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The console as the DPO opens it, by the rights of that role."""
    rights = SimpleNamespace(
        is_authorized_custom_view=lambda resource_name, **_: resource_name in ("Audit Logs", "Journal")
    )
    monkeypatch.setattr(readers, "get_auth_manager", lambda: rights)
    app.dependency_overrides = {get_user: lambda: SimpleNamespace(get_name=lambda: "dpo")}
    yield TestClient(app, raise_server_exceptions=False)
    app.dependency_overrides = {}


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        pytest.param("/map", 403, "Les marts sont pour l’analyse et l’ingénierie", id="another-role-s"),
        pytest.param("/figures", 403, "Votre rôle n’ouvre pas les chiffres publiés", id="no-figures"),
        pytest.param("/journal?table=a'b", 422, WORDS["fr"]["no_such_view"], id="no-view"),
        pytest.param("/contracts/nope", 404, "Ce document n’existe pas", id="no-document"),
        pytest.param("/a/b/c", 404, "Il n’y a pas de page à cette adresse", id="nothing"),
    ],
)
def test_what_is_not_shown_is_a_page_with_the_menu_of_who_asked(
    dpo_s_door: TestClient, path: str, status: int, told: str
) -> None:
    answer = dpo_s_door.get(path, headers={"accept": BROWSER, "accept-language": "fr"})
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert told in html.unescape(answer.text) and "a'b" not in html.unescape(answer.text)
    assert "Your role" not in answer.text and "Marts are for" not in answer.text
    if path != "/a/b/c":
        assert 'href="/calanque/journal"' in answer.text and 'href="/calanque/map"' not in answer.text
    plain = dpo_s_door.get(path, headers={"accept": "application/json"})
    assert plain.status_code == status and plain.json()["detail"]


def test_who_is_not_signed_in_is_sent_to_where_they_do_and_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> None:
        raise HTTPException(401, "Not authenticated")

    door = SimpleNamespace(get_url_login=lambda next_url: f"/auth/login/?next={next_url}")
    monkeypatch.setattr("calanque.console.app.get_auth_manager", lambda: door)
    monkeypatch.setitem(app.dependency_overrides, get_user, nobody)
    client = TestClient(app, follow_redirects=False)
    answer = client.get("/map?city=toronto", headers={"accept": BROWSER})
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/auth/login/?next=http://testserver/map?city=toronto",
    )
    assert client.get("/map", headers={"accept": "application/json"}).status_code == 401


def test_a_script_is_told_the_same_as_data_and_the_log_has_the_error(door: TestClient) -> None:
    answer = door.get("/lineage", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (500, {"detail": WORDS["en"]["failed"]})
    with pytest.raises(ValueError, match=SECRET):
        TestClient(app).get("/lineage", headers={"accept": BROWSER})


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("LES ARNAVAUX", "Les Arnavaux"),
        ("SAINT-BARNABE", "Saint-Barnabe"),
        ("L'ESTAQUE", "L'Estaque"),
        ("L’ESTAQUE", "L’Estaque"),
        ("NOTRE-DAME-DU-MONT", "Notre-Dame-du-Mont"),
        ("HOTEL DE VILLE", "Hotel de Ville"),
        ("PORT D'ATTACHE", "Port d'Attache"),
        ("BELLE-DE-MAI", "Belle-de-Mai"),
        ("SAINT-BARTHÉLEMY", "Saint-Barthélemy"),
        ("ALBANY PARK", "Albany Park"),
        ("CENTRE XIII", "Centre XIII"),
        ("South Parkdale", "South Parkdale"),
        ("12:34", "12:34"),
        ("NSA", "NSA"),
        ("", ""),
    ],
)
def test_a_place_in_capitals_is_shown_as_print_has_it(name: str, shown: str) -> None:
    assert pages.place_name(name) == shown


def test_names_of_places_are_sorted_as_people_list_them() -> None:
    rows = [
        Row(f"area_{at}", name, 4, None, 0)
        for at, name in enumerate(("10e", "Vauban", "1er", "École", "2e", "ENDOUME"))
    ]
    assert [row.name for row in sorted(rows, key=ORDERS["name"])] == ["1er", "2e", "10e", "École", "ENDOUME", "Vauban"]
    assert [row.name for row in sorted(rows, key=ORDERS["figure"])][:3] == ["1er", "2e", "10e"]


def test_every_page_shows_names_of_places_so() -> None:
    """A name that a template writes as it came would stand in capitals on one page alone."""
    raw = re.compile(r"\{\{ *(?:one|row|shape|seen|marked\[v\.area\])\.(?:area_)?name\b")
    texts = {name: pages._TEXTS[name] for name in ("agenda.html", "map.html", "outlook.html", "figures.html")}
    assert [name for name, text in texts.items() if raw.search(text)] == []
    assert all("place_name(" in text for text in texts.values())
