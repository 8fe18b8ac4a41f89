"""A real browser for the tests: the machine's own Chromium, without a window."""

import os
import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import APIResponse, Browser, Page, expect, sync_playwright
from waiting import HUNG_S, until

from calanque.settings import Settings

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
# A map is drawn by the processor.
WEBGL = ("--enable-unsafe-swiftshader",)
QUIET = ("--disable-background-networking", "--disable-component-update")
# Of tests that follow one another fast, more sign in within a moment than Airflow lets: they wait, as people would.
TOO_MANY, LIMITED_S = 429, 90
expect.set_options(timeout=HUNG_S * 1000)


def chromium() -> str:
    """Return the path of the browser; without one the test is skipped, or fails where nothing may be skipped."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        sentence = (
            f"needs a browser on the PATH ({', '.join(NAMES)}): install it, for example 'apt-get install chromium'"
        )
        (pytest.fail if os.environ.get("CI") else pytest.skip)(sentence)
    return str(found)


# By module: its event loop runs in this thread for as long as it is open.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, open for the tests of one module; each test opens a context of its own in it."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *WEBGL, *QUIET])
        yield opened
        opened.close()


def sign_in(browser: Browser, settings: Settings, person: str, language: str = "en") -> Page:
    """Return an empty page of a person who has signed in, in a context of its own.

    The form is sent as a browser sends it, but not drawn, nor is the page behind it, which asks the server for as long
    as it is open: who walks through the pages (`walking`) signs in by hand.
    """
    context = browser.new_context(
        viewport={"width": 1400, "height": 900}, locale={"en": "en-GB", "fr": "fr-FR"}[language]
    )
    context.set_default_timeout(HUNG_S * 1000)
    context.add_init_script(f"localStorage.setItem('i18nextLng', '{language}')")
    address = f"{settings.airflow_url}/auth/login/"
    form = context.request.get(address, timeout=HUNG_S * 1000)
    (token,) = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', form.text())
    login = {"csrf_token": token, "username": person, "password": settings.secret(f"password_{person}")}
    answers: list[APIResponse] = []

    def is_heard() -> bool:
        answers[:] = [context.request.post(address, form=login, max_redirects=0, timeout=HUNG_S * 1000)]
        return answers[0].status != TOO_MANY

    until(is_heard, f"{person} is told to wait", LIMITED_S)
    (answer,) = answers
    assert (answer.status, "login" in answer.headers.get("location", "")) == (302, False), f"{person} was not let in"
    return context.new_page()
