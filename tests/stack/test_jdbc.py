"""The query door through the JDBC driver that DBeaver and Tableau use: what their trees of tables are made of."""

import os
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from calanque.contracts import load_contracts
from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.marts.domains import DOMAINS, feeds_of
from calanque.settings import Settings
from calanque.stack import jars, preflight

Answers = dict[str, list[list[str]]]


@pytest.fixture(scope="module")
def answers(stack: Settings, first: DemoRun) -> Answers:
    """Every answer of the driver by call, one list of columns each."""
    command = [
        preflight.check_java(),
        "-cp",
        str(next(jars.jars_folder(stack).glob("trino-jdbc-*.jar"))),
        str(Path(__file__).parent / "jdbc/Meta.java"),
    ]
    source = "source=motif%3A%20lecture%20par%20JDBC"
    command += [f"jdbc:trino://{stack.address('trino')}/lake/marts?{source}", str(stack.home / "trino-ca.pem")]
    environment = {**os.environ, "PASSWORD": stack.secret("password_analyst")}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    found: Answers = defaultdict(list)
    for line in done.stdout.splitlines():
        call, *columns = line.split("\t")
        found[call].append(columns)
    return found


def test_the_tree_of_tables_shows_marts_and_only_them(answers: Answers) -> None:
    assert [name for (name,) in answers["catalogs"]] == ["lake", "system"]
    assert {name for (name,) in answers["schemas of lake"]} == {"information_schema", "marts"}
    assert {tuple(place) for place in answers["schemas"]} == {
        ("lake", "information_schema"),
        ("lake", "marts"),
        ("system", "jdbc"),
        ("system", "metadata"),
    }
    tables = {name for schema, name, _, _ in answers["tables"] if schema == "marts"}
    assert {"fct_incidents", "dim_cell", "dim_area", "fct_report_area_month", "fct_forecast"} <= tables
    assert {schema for schema, *_ in answers["tables"]} == {"information_schema", "marts"}
    assert {table for table, *_ in answers["columns"]} == tables
    assert (answers["tables of bronze"], answers["columns of bronze"]) == ([], [])


def test_the_calls_of_a_tool_that_opens_a_table_are_answered(answers: Answers) -> None:
    assert len(answers["types"]) > 20
    assert int(answers["rows"][0][0]) > 100
    assert answers["show create"][0][0].startswith("CREATE TABLE lake.marts.dim_area")
    assert (answers["procedures"], answers["keys"]) == ([], [])


def test_every_table_and_column_of_the_marts_has_its_description(answers: Answers) -> None:
    tables = {name for schema, name, _, _ in answers["tables"] if schema == "marts"}
    told = {name for name, comment in answers["comments"] if comment.strip()}
    assert len(tables) > 10
    assert tables - told == set()
    assert [f"{table}.{column}" for table, column, _, text in answers["columns"] if not text.strip()] == []
    shown = {name: trino.query(f"show columns from {name}") for name in sorted(tables)}
    assert [f"{name}.{row[0]}" for name, rows in shown.items() for row in rows if not str(row[3] or "").strip()] == []


def test_the_comment_of_a_mart_says_whom_to_cite(answers: Answers) -> None:
    tables = {name for schema, name, _, _ in answers["tables"] if schema == "marts"}
    comments, made = dict(answers["comments"]), {feed: known.provenance for feed, known in load_contracts().items()}
    assert {mart for domain in DOMAINS.values() if domain.feeds for mart in domain.marts} <= tables
    # The one says it by row, the other is the project's own list of kinds.
    for mart in tables - {"dim_feed_freshness", "dim_incident_type"}:
        # A promotion has rows of no feed, and cites what its model learns from.
        feeds = {one.feed for one in feeds_of([*load_contracts().values()], mart)} or set(DOMAINS["incidents"].feeds)
        assert {feed for feed in made if made[feed].citation in comments[mart]} == feeds, mart
        told = [text for feed in feeds for text in (made[feed].producer, made[feed].licence)]
        assert [text for text in told if text not in comments[mart]] == [], mart
