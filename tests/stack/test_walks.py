"""The walks of `infra/walks`, played in a browser, at the query door and on the command line; pictures are taken."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from project import send_again
from waiting import ended, ran
from walking import Walk

from calanque.demo.run import DemoRun
from calanque.engines import spark
from calanque.engines.airflow_client import Orchestrator, Run
from calanque.engines.hdfs import lake
from calanque.ingest.land import MANIFEST
from calanque.runs.batches import read_reports
from calanque.settings import Settings

# Each page of the walk is looked at by its own test; the walk itself is played in the proof.
pytestmark = pytest.mark.full
FEED = "citizen_reports"


class Night:
    """A night in which the source renamed a column: the feed's landed file, as it was and as it came."""

    def __init__(self, stack: Settings) -> None:
        self.orchestrator = Orchestrator(stack)
        (report,) = read_reports(FEED)
        landed = f"/lake/landing/{FEED}/{report.batch_id}"
        # The manifest has the header that was found as the file came.
        self.good = {path: lake().read(path) for path in (f"{landed}/{FEED}.csv", f"{landed}/{MANIFEST}")}

    def fall(self) -> Run:
        """Let the feed run on the changed file; it is refused."""
        for path, data in self.good.items():
            changed = data.replace(b";lat", b";latitude", 1).replace(b'"lat"', b'"latitude"', 1)
            lake().write(path, changed, overwrite=True)
        spark.rows(f"DELETE FROM governance.batch WHERE feed = '{FEED}'")
        return self.run()

    def run(self) -> Run:
        """Run the feed on what the partner sent and return its run."""
        send_again(FEED)
        return ran(self.orchestrator, f"feed_{FEED}")

    def mend(self) -> None:
        """Put the file as the partner first sent it in its place."""
        for path, data in self.good.items():
            lake().write(path, data, overwrite=True)


@pytest.fixture
def night(stack: Settings, first: DemoRun) -> Iterator[Night]:
    """The night; the feed is as before afterwards."""
    night = Night(stack)
    yield night
    night.mend()
    if [report.state for report in read_reports(FEED)] != ["published"]:
        night.run()


def latest_run(page: Page, dag_id: str) -> Locator:
    """Return the link to the newest run of a DAG, which bears its date; the list of DAGs may still be there."""
    dated = page.get_by_role("link", name=re.compile(r"^\d{4}-\d\d-\d\d"))
    return dated.and_(page.locator(f"a[href*='/dags/{dag_id}/runs/']"))


def card(page: Page, dag_id: str) -> Locator:
    """Return the link of a DAG in the list; the home page, which may still be there, links its runs by that name."""
    return page.locator(f"a[href='/dags/{dag_id}']")


def task(page: Page, name: str) -> Locator:
    """Return the link to a task of the run on the page."""
    return page.locator(f"a[href*='/runs/'][href$='/tasks/{name}']")


def test_the_engineer_s_morning(stack: Settings, browser: Browser, night: Night) -> None:
    refused = night.fall()
    assert refused.state == "failed"
    walk = Walk(browser, stack, "engineer")
    page = walk.page
    walk.sign_in()

    def to_the_refusal() -> None:
        walk.home()
        walk.click("Failed Dags", page.get_by_text("Failed Dags"))
        walk.click("the date of the latest run", latest_run(page, f"feed_{FEED}"))

    with walk.question("What ran last night?"):
        walk.home()
        walk.click("Dags", page.get_by_role("link", name="Dags", exact=True))
        walk.sees("feed_citizen_reports", "feed_toronto_incidents", "forecast_toronto", "forecast_marseille")
    with walk.question("What failed, and why?"):
        to_the_refusal()
        walk.click("protect", task(page, "protect"))
        walk.sees("rows are in quarantine")
    with walk.question("Which batch, by which rule, and which rows?"):
        walk.home()
        to_the_rows(walk, "Refused", "missing_column:lat")
        walk.sees("Landed = loaded + quarantined", "Replay")
    with walk.question("What is to be done about it?"):
        to_the_refusal()
        walk.click("protect", task(page, "protect"))
        walk.click_away("Runbook", page.locator("a[href*='/calanque/runbooks/refused-batch']"))
        walk.sees("A refused batch", "missing_column")
    night.mend()
    with walk.question("The partner has sent the file again: how is it loaded?"):
        to_the_refusal()
        walk.click("Press shift+c to clear", page.get_by_role("button", name="Press shift+c to clear"))
        walk.click("Confirm", page.get_by_role("button", name="Confirm"))
        expect(page.get_by_role("button", name="Confirm")).to_have_count(0)
        assert ended(night.orchestrator, refused.dag_id, refused.dag_run_id).state == "success"
        page.reload()
    with walk.question("What is stale?"):
        walk.home()
        walk.click("Assets", page.get_by_role("link", name="Assets", exact=True))
        walk.sees(
            "bronze/citizen_reports", "marts/reports/marseille", "marts/incidents/marseille", "model/risk/toronto"
        )
    walk.finish()


def to_the_rows(walk: Walk, mark: str, rule: str) -> None:
    """Go from the home page by *Lac*, a mark on it and a rule to the rows in quarantine."""
    lac = walk.page.frame_locator("iframe")
    walk.click("Lac", walk.page.get_by_role("link", name="Lac", exact=True))
    walk.click(mark, lac.locator("a.mark").get_by_text(mark, exact=True))
    walk.click(rule, lac.get_by_role("link", name=rule))
    expect(lac.locator("#rows")).to_contain_text(rule)


def test_the_dpo_s_first_hour(stack: Settings, browser: Browser, first: DemoRun) -> None:
    walk = Walk(browser, stack, "dpo", "fr")
    desk = walk.page.frame_locator("iframe")
    walk.sign_in()

    def to(page: str) -> None:
        walk.home()
        walk.click("Lac", walk.page.get_by_role("link", name="Lac", exact=True))
        walk.click(page, desk.locator("header").get_by_role("link", name=page, exact=True))
        # What is clicked next may be on the page before, too.
        expect(desk.locator("h1")).to_contain_text(page)

    def commanded(title: str) -> None:
        with walk.question(title):
            printed = walk.command()
            for words in PROMISED[title]:
                assert words in printed, f"{title} {words}"

    with walk.question("Which treatments are there, by which right, and for how long?"):
        to("Registre")
        expect(desk.locator("main")).to_contain_text("Mesures de sécurité")
    with walk.question("By which right are these data here, and what is masked?"):
        to("Registre")
        walk.click("citizen_reports", desk.get_by_role("link", name="citizen_reports", exact=True))
        walk.sees("Mission d’intérêt public de la ville, RGPD, article 6(1)(e).", "reporter_token")
    with walk.question("What was put aside, and by which rule?"):
        walk.home()
        to_the_rows(walk, "Chargé, lignes en quarantaine", "wrong_type:reported_at")
        walk.sees("Reçu = chargé + quarantaine")
    with walk.question("Where does a personal column go?"):
        to("Lignage")
        walk.click("reporter_name", desk.get_by_role("link", name="reporter_name", exact=True))
        walk.sees("reporter_token", "retenu sous 11")
    with walk.question("Where does a published count come from?"):
        to("Lignage")
        walk.click(
            "marts.fct_report_zone_week", desk.get_by_role("link", name="marts.fct_report_zone_week", exact=True)
        )
        walk.click("report_count", desk.get_by_role("link", name="report_count", exact=True))
        walk.sees("Derniers lots dans la table")
    commanded("Where does a forecast come from?")
    with walk.question("Who did what?"):
        to("Journal")
    with walk.question("Somebody asks to be erased"):
        person = one_who_reported()
        printed = walk.command(typed=person)
        assert person not in printed and " v1:email:" in printed
        assert re.search(rf"To erase them: calanque dpo erase --feed {FEED} --token \S+", printed)
    commanded("Which keys make the tokens?")
    with walk.question("Is everything deleted in time?"):
        to("Conservation")
        walk.sees("Prochaine échéance", "Liste d’effacement")
    walk.finish()


def one_who_reported() -> str:
    """Return the name of a synthetic person of the landed file."""
    (report,) = read_reports(FEED)
    text = lake().read(f"/lake/landing/{FEED}/{report.batch_id}/{FEED}.csv").decode(errors="replace")
    return next(row["reporter_name"] for row in csv.DictReader(StringIO(text), delimiter=";") if row["reporter_name"])


PROMISED = {
    # The tables of the forecast are one for all cities: whose model wrote them last is chance.
    "Where does a forecast come from?": ("risk-", " version ", "Open Government Licence", "train.csv, test.csv"),
    "Which keys make the tokens?": ("makes new tokens", "v1"),
}
