"""Plays a page of `infra/walks` as its person: clicks what the page says to click, looks for what it says is seen.

A question that takes more than five clicks fails, and so does a page with a question that nobody plays.
"""

import html
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect
from waiting import HUNG_S

from calanque.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
WALKS = ROOT / "infra" / "walks"
MOST_CLICKS = 5
SQL = (WALKS / "analyst.sql").read_text(encoding="utf-8")
# A question is the first line of its statement, in English and French.
QUESTIONS = dict(re.findall(r"^-- ([^\n]+\? / [^\n]+\?)\n(.*?);\n", SQL, re.MULTILINE | re.DOTALL))
SCREEN = {"width": 1400, "height": 900}
TERMINAL = (
    "<pre style='font: 14px/1.35 monospace; background: #111; color: #eee; padding: 1em; width: max-content'>{}</pre>"
)


class Walk:
    """One person at a page of questions; `section` is the text of the question that is being asked."""

    def __init__(self, browser: Browser, stack: Settings, person: str, language: str = "en") -> None:
        self.stack, self.person = stack, person
        text = (WALKS / f"{person}.md").read_text(encoding="utf-8")
        self.sections = dict(re.findall(r"^## (.+?)\n(.+?)(?=^## |\Z)", text, flags=re.M | re.S))
        self.asked: list[str] = []
        self.section, self.clicks = "", 0
        locale = {"en": "en-GB", "fr": "fr-FR"}[language]
        self._browser = browser.new_context(viewport=SCREEN, locale=locale)  # type: ignore[arg-type]
        self._browser.add_init_script(f"localStorage.setItem('i18nextLng', '{language}')")
        self._browser.set_default_timeout(HUNG_S * 1000)
        self.page: Page = self._browser.new_page()

    def sign_in(self) -> None:
        """Sign in to Airflow by its form."""
        self.page.goto(f"{self.stack.airflow_url}/auth/login/")
        self.page.fill("input[name=username]", self.person)
        self.page.fill("input[name=password]", self.stack.secret(f"password_{self.person}"))
        self.page.press("input[name=password]", "Enter")
        expect(self.page.get_by_role("link", name="Dags", exact=True)).to_be_visible()

    @contextmanager
    def question(self, title: str) -> Iterator[str]:
        """Ask one question from the home page on; yields its section, and takes its picture at the end."""
        self.section, self.clicks = self.sections[title], 0
        yield self.section
        assert self.clicks <= MOST_CLICKS, f"'{title}' takes {self.clicks} clicks"
        self.asked.append(title)
        self._picture()
        self.page = self._browser.pages[0]

    def home(self) -> None:
        """Open Airflow's first page; it is not counted."""
        self.page.goto(self.stack.airflow_url)

    def click(self, label: str, target: Locator) -> None:
        """Click what the page calls by this name."""
        assert label in self.section, f"the page does not say '{label}'"
        target.first.click()
        self.clicks += 1

    def click_away(self, label: str, target: Locator) -> None:
        """Click what opens in a tab of its own, and look at that tab until the next question."""
        with self._browser.expect_page() as opened:
            self.click(label, target)
        self.page = opened.value

    def sees(self, *texts: str) -> None:
        """Wait until each text, which the page promises, is on the screen, in a frame or not."""
        for text in texts:
            assert text in " ".join(self.section.split()), f"the page does not promise '{text}'"
            limit = time.monotonic() + HUNG_S
            while not any(frame.get_by_text(text).first.is_visible() for frame in self.page.frames):
                assert time.monotonic() < limit, f"'{text}' is not on the screen of {self.page.url}"
                self.page.wait_for_timeout(250)

    def command(self, typed: str = "") -> str:
        """Run the one command of the question, show it as on a terminal, and return what it printed.

        Args:
            typed: what it asks for unseen; it has no terminal to be asked on.
        """
        (line,) = re.findall(r"^```\n(.+?)\n```$", self.section, flags=re.M | re.S)
        name, *arguments = shlex.split(line)
        assert name == "calanque"
        done = subprocess.run(
            [sys.executable, "-m", name, *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            input=f"{typed}\n",
            start_new_session=True,
        )
        assert done.returncode == 0, done.stderr
        self.show(f"$ {line}\n{done.stdout}")
        return done.stdout

    def show(self, text: str) -> None:
        """Show a text as on a terminal."""
        self.page.goto("about:blank")
        self.page.set_content(TERMINAL.format(html.escape(text)))

    def finish(self) -> None:
        """Check that every question of the page was asked."""
        assert self.asked == list(self.sections)
        self._browser.close()

    def _picture(self) -> None:
        (name,) = re.findall(r"!\[\]\(pictures/([a-z-]+)\.webp\)", self.section)
        folder = self.stack.home / "screenshots"
        folder.mkdir(exist_ok=True)
        on_terminal = self.page.url == "about:blank"
        self.page.mouse.move(SCREEN["width"] - 1, SCREEN["height"] - 1)  # what was clicked last may show a hint
        expect(self.page.locator(".chakra-skeleton")).to_have_count(0)
        (self.page.locator("pre") if on_terminal else self.page).screenshot(path=folder / f"{name}.png")
