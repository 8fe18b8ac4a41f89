"""An analyst's day in the journal: each act once, with its motif and without a literal; then it is taken apart.

The receiver is killed in the middle of it. Whoever verifies has the export and two keys, and no lake.
"""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import sign_in
from playwright.sync_api import Browser, expect

from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.errors import CalanqueError
from calanque.journal import log
from calanque.settings import Settings
from calanque.stack.status import status

DAY = uuid.uuid4().hex[:8]
MOTIF = f"bilan de juin {DAY}"
LITERAL = "Tréguennec"
QUERIES = 10
UNKNOWN = "SCHEMA_NOT_FOUND|TABLE_NOT_FOUND"


def entries() -> list[dict[str, Any]]:
    """Return the entries of the day, as the DPO finds them at the query door."""
    names = ("who", "objects", "row_count", "motif", "outcome", "client", "event_id", "entry")
    where = "acted_at > now() - interval '1' day and source = 'query_door'"
    rows = trino.query(f"select {', '.join(names)} from governance.journal where {where} order by place", "dpo")
    return [dict(zip(names, row, strict=True)) for row in rows]


def collected(count: int) -> list[dict[str, Any]]:
    """Collect until the day's entries are there: the door tells of a query once it has ended."""
    for _ in range(60):
        log.collect()
        found = [one for one in entries() if DAY in (one["motif"] or "")]
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
    trino.query("select count(*) from dim_cell")
    return collected(QUERIES + 1)


def test_each_act_is_an_entry_once_with_its_motif_and_without_a_literal(
    day: list[dict[str, Any]], stack: Settings
) -> None:
    assert len(day) == QUERIES + 1 == len({one["event_id"] for one in day})
    done, refused = [one for one in day if one["outcome"] == "done"], [one for one in day if one["outcome"] != "done"]
    assert {(one["who"], tuple(one["objects"]), one["motif"]) for one in done} == {
        ("analyst", ("marts.fct_incidents: type",), MOTIF)
    }
    assert {one["row_count"] for one in done} == {trino.query("select count(distinct type) from fct_incidents")[0][0]}
    assert [(one["who"], one["outcome"] in UNKNOWN.split("|")) for one in refused] == [("analyst", True)]
    untold = [one for one in entries() if one["motif"] is None and "marts.dim_cell" in one["objects"]]
    assert untold
    assert not [one for one in entries() if LITERAL in one["entry"]]
    token = stack.secret("journal_token")
    assert not [path for path in stack.logs.iterdir() if path.is_file() and token in path.read_text(errors="replace")]
    log.collect()
    assert len([one for one in entries() if DAY in (one["motif"] or "")]) == len(day)


def test_a_person_in_a_motif_is_masked(day: list[dict[str, Any]]) -> None:
    trino.query("select 1 from dim_area limit 1", motif=f"plainte de M. Anatole Vandermeulen {DAY}")
    (one,) = [one for one in collected(QUERIES + 2) if "plainte" in one["motif"]]
    assert "Vandermeulen" not in json.dumps(one, ensure_ascii=False) and "PERSON" in one["motif"]


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
    page = sign_in(browser, stack, "dpo").context.new_page()
    page.goto(f"{stack.airflow_url}/calanque/lac?lang=fr")
    page.locator("header").get_by_text("Journal").click()
    page.locator("input[name=who]").fill("analyst")
    page.get_by_role("button", name="Montrer").click()
    expect(page.locator("tbody tr", has_text=MOTIF)).to_have_count(len(day))
    page.get_by_role("link", name="refus et échecs").click()
    expect(page.locator("tbody tr", has_text=MOTIF)).to_have_count(1)
    page.screenshot(path=stack.home / "screenshots" / "console-dpo-journal.png", full_page=True)
    assert Axe().run(page).violations_count == 0
    with page.expect_download() as given:
        page.get_by_role("link", name="Tout le journal").click()
    assert given.value.suggested_filename == "journal.zip"
    for person in ("analyst", "engineer"):
        answer = sign_in(browser, stack, person).request.get(f"{stack.airflow_url}/calanque/journal")
        assert answer.status == 403
