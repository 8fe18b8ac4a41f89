"""An analyst's day in the journal: each act once, with its motif and without a literal; then it is taken apart.

The receiver is killed in the middle of it. Whoever verifies has the export and two keys, and no lake.
"""

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import sign_in
from playwright.sync_api import Browser, expect

from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.engines.hdfs import Lake
from calanque.errors import CalanqueError
from calanque.journal import hdfs_audit, log
from calanque.settings import Settings
from calanque.stack.status import status

BEGUN = datetime.now(UTC)
MOTIF, MASKED = "bilan mensuel de la voirie", "plainte de M. <PERSON>"
LITERAL = "Tréguennec"
QUERIES = 10
NO_MOTIF = "QUERY_QUEUE_FULL"
UNKNOWN = "SCHEMA_NOT_FOUND|TABLE_NOT_FOUND"


def entries(told: str = "source = 'query_door'") -> list[dict[str, Any]]:
    """Return the entries of the day, as the DPO finds them at the query door."""
    names = ("who", "objects", "row_count", "motif", "outcome", "client", "event_id", "entry")
    where = f"acted_at > timestamp '{BEGUN:%Y-%m-%d %H:%M:%S} UTC' and {told}"
    rows = trino.query(f"select {', '.join(names)} from governance.journal where {where} order by place", "dpo")
    return [dict(zip(names, row, strict=True)) for row in rows]


def told_without_motif() -> set[str]:
    """Return how the analyst's queries without a motif ended, once the door has told of one."""
    for _ in range(60):
        log.collect()
        if told := {one["outcome"] for one in entries() if one["motif"] is None and one["who"] == "analyst"}:
            return told
        time.sleep(1)
    raise AssertionError("no query without a motif was told of")


def collected(count: int) -> list[dict[str, Any]]:
    """Collect until the day's entries are there: the door tells of a query once it has ended."""
    for _ in range(60):
        log.collect()
        found = [one for one in entries() if one["motif"] in (MOTIF, MASKED)]
        if len(found) >= count:
            return found
        time.sleep(1)
    raise AssertionError(f"{len(found)} of {count} acts came")


@pytest.fixture(scope="module")
def day(stack: Settings, first: DemoRun) -> list[dict[str, Any]]:
    """Ten queries, two of them while the receiver is dead, and a refusal; what the journal says of them."""
    for number in range(QUERIES):
        if number == QUERIES // 2:
            (receiver,) = (one for one in status(stack) if one.name == "journal")
            os.kill(receiver.pid, signal.SIGKILL)
        trino.query(f"select type, count(*) from fct_incidents where type <> '{LITERAL}' group by type", motif=MOTIF)
    with pytest.raises(CalanqueError, match=UNKNOWN):
        trino.query(f"select '{LITERAL}' from bronze.citizen_reports", motif=MOTIF)
    with pytest.raises(CalanqueError, match="no motif"):
        trino.query("select count(*) from dim_cell", motif=None)
    return collected(QUERIES + 1)


def test_each_act_is_an_entry_once_with_its_motif_and_without_a_literal(
    day: list[dict[str, Any]], stack: Settings
) -> None:
    assert len(day) == QUERIES + 1 == len({one["event_id"] for one in day})
    done, refused = [one for one in day if one["outcome"] == "done"], [one for one in day if one["outcome"] != "done"]
    assert {(one["who"], tuple(one["objects"]), one["motif"]) for one in done} == {
        # The door itself reads the city, to show those that are open.
        ("analyst", ("marts.fct_incidents: territory, type",), MOTIF)
    }
    assert {one["row_count"] for one in done} == {trino.query("select count(distinct type) from fct_incidents")[0][0]}
    assert [(one["who"], one["outcome"] in UNKNOWN.split("|")) for one in refused] == [("analyst", True)]
    assert told_without_motif() == {NO_MOTIF}
    assert not [one for one in entries() if LITERAL in one["entry"]]
    token = stack.secret("journal_token")
    assert not [path for path in stack.logs.iterdir() if path.is_file() and token in path.read_text(errors="replace")]
    log.collect()
    assert len([one for one in entries() if one["motif"] in (MOTIF, MASKED)]) == len(day)


def test_a_sign_in_a_page_and_what_is_done_on_hdfs_are_in_it_too(
    day: list[dict[str, Any]], stack: Settings, browser: Browser
) -> None:
    def told(where: str) -> set[tuple[str, str, str]]:
        since = f"acted_at > timestamp '{begun:%Y-%m-%d %H:%M:%S} UTC'"
        sql = f"select who, outcome, objects[1] from governance.journal where {since} and {where}"
        return {(who, outcome, what) for who, outcome, what in trino.query(sql, "dpo")}

    begun = datetime.now(UTC)
    page = sign_in(browser, stack, "analyst")
    page.goto(f"{stack.airflow_url}/calanque/lac")
    stranger = browser.new_context().request
    wrong = {"username": "analyst", "password": LITERAL}
    assert stranger.post(f"{stack.airflow_url}/auth/token", data=wrong).status == 401
    assert not Lake(stack, user="mallory").exists("/lake/bronze")
    log.collect()
    signed = told("action = 'sign_in'")
    assert ("unknown", "WRONG_PASSWORD", "POST /auth/token") in signed
    assert {(who, outcome) for who, outcome, what in signed if what != "POST /auth/token"} == {("analyst", "done")}
    assert ("analyst", "done", "/calanque/lac") in told("source = 'console'")
    # What the page asked of the door is told apart from what the analyst asks there, and is of the same person.
    by_page: set[str] = set()
    for _ in range(60):
        log.collect()
        if by_page := {who for who, _, _ in told("source = 'query_door' and client = 'console/analyst'")}:
            break
        time.sleep(1)
    assert by_page == {"analyst"}
    assert not [one for one in entries("source <> 'query_door'") if LITERAL in one["entry"]]
    refused = hdfs_audit.acts(stack.logs, begun - timedelta(minutes=1), begun + timedelta(minutes=5))
    assert ("mallory", "PERMISSION_DENIED") in {(one["who"], one["outcome"]) for one in refused}


def test_a_person_in_a_motif_is_masked(day: list[dict[str, Any]]) -> None:
    trino.query("select 1 from dim_area limit 1", motif="plainte de M. Anatole Vandermeulen")
    (one,) = [one for one in collected(QUERIES + 2) if one["motif"] == MASKED]
    assert "Vandermeulen" not in json.dumps(one, ensure_ascii=False)


@pytest.mark.parametrize(
    ("user", "statement"),
    [
        ("analyst", "select * from governance.journal"),
        ("engineer", "select * from governance.journal"),
        ("engineer", 'select * from governance."journal$history"'),
        ("dpo", "select * from marts.fct_incidents"),
        ("dpo", "select * from bronze.citizen_reports"),
    ],
)
def test_the_journal_is_the_dpo_s_and_no_row_of_a_mart_is(
    stack: Settings, first: DemoRun, user: str, statement: str
) -> None:
    with pytest.raises(CalanqueError, match=rf"refuses \((PERMISSION_DENIED|{UNKNOWN})\)"):
        trino.query(statement, user)


def test_an_export_is_verified_without_the_lake(day: list[dict[str, Any]], stack: Settings, tmp_path: Path) -> None:
    def command(*arguments: str, at: Path) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"CALANQUE_HOME": str(at)}
        command = [sys.executable, "-m", "calanque", "dpo", *arguments]
        return subprocess.run(
            command, env=environment, cwd=at, capture_output=True, text=True, check=False, timeout=300
        )

    auditor = tmp_path / "auditor"
    auditor.mkdir()
    key = command("journal", "key", at=stack.home).stdout.strip()
    public = command("witness", "new", "witness", at=auditor).stdout.strip()
    assert "entries" in command("journal", "export", str(auditor / "one.zip"), at=stack.home).stdout
    assert "Seen" in command("witness", "sign", "one.zip", "--key", key, "--folder", "witness", at=auditor).stdout
    (note,) = (auditor / "witness" / "seen").iterdir()
    done = command("journal", "witnessed", str(note), "--witness", public, at=stack.home)
    assert "witnessed" in done.stdout, done.stderr
    command("journal", "export", str(auditor / "two.zip"), at=stack.home)
    found = command("journal", "verify", "two.zip", "--key", key, "--witness", public, at=auditor)
    assert found.returncode == 0 and "The witness saw" in found.stdout, found.stdout + found.stderr
    (auditor / "two.zip").write_bytes((auditor / "two.zip").read_bytes()[:-200])
    assert command("journal", "verify", "two.zip", "--key", key, at=auditor).returncode == 1


def test_the_dpo_finds_the_day_in_a_browser_and_nobody_else_does(
    day: list[dict[str, Any]], stack: Settings, browser: Browser
) -> None:
    page = sign_in(browser, stack, "dpo")
    page.goto(f"{stack.airflow_url}/calanque/lac?lang=fr")
    page.locator("header").get_by_text("Journal").click()
    page.locator("input[name=who]").fill("analyst")
    page.get_by_role("button", name="Filtrer").click()
    assert page.locator("tbody tr", has_text=MOTIF).count() >= len(day)
    page.get_by_role("link", name="refus et échecs").click()
    expect(page.locator("tbody tr", has_text=MOTIF).first).to_be_visible()
    assert page.locator("tbody tr", has_text=MOTIF).count() < len(day)
    page.screenshot(path=stack.home / "screenshots" / "console-dpo-journal.png", full_page=True)
    assert Axe().run(page).violations_count == 0
    with page.expect_download() as given:
        page.get_by_role("link", name="Tout le journal").click()
    assert given.value.suggested_filename == "journal.zip"
    for person in ("analyst", "engineer"):
        answer = sign_in(browser, stack, person).request.get(f"{stack.airflow_url}/calanque/journal")
        assert answer.status == 403
