"""What every page of the console does: it is of the code that serves it, and says so in words when it fails."""

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from airflow.api_fastapi.core_api.security import get_user
from fastapi.testclient import TestClient

from calanque.console import lineage, pages
from calanque.console.app import app
from calanque.console.lac_words import WORDS
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


def test_a_script_is_told_the_same_as_data_and_the_log_has_the_error(door: TestClient) -> None:
    answer = door.get("/lineage", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (500, {"detail": WORDS["en"]["failed"]})
    with pytest.raises(ValueError, match=SECRET):
        TestClient(app).get("/lineage", headers={"accept": BROWSER})
