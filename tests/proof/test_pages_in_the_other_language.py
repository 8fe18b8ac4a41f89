"""Airflow's pages for each person, in the language in which the stack's tests do not look at them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from test_airflow_pages import (
    PEOPLE,
    Visit,
    run,
    test_documents_open_inside_airflow,
    test_each_person_opens_what_their_menu_offers,
    visits,
)

from calanque.demo.run import DemoRun
from calanque.settings import Settings

__all__ = ["run", "test_documents_open_inside_airflow", "test_each_person_opens_what_their_menu_offers"]
OTHERS = [(person, {"en": "fr", "fr": "en"}[language]) for person, language in PEOPLE]


@pytest.fixture(scope="module", params=OTHERS, ids="-".join)
def visit(request: pytest.FixtureRequest, stack: Settings, first: DemoRun, browser: Browser) -> Iterator[Visit]:
    """A person who has signed in, in the other language."""
    yield from visits(stack, browser, *request.param)
