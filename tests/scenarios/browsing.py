"""A real browser for the tests: the machine's own Chromium, without a window."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
QUIET = ("--disable-background-networking", "--disable-component-update")


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
        opened = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, *QUIET])
        yield opened
        opened.close()
