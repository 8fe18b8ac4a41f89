"""The page *Journal* on rows in memory: its question is asked in SQL, of a database that is not the query door."""

import json
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from calanque.console.desk import journal
from calanque.console.readers import Reader
from calanque.journal import log

DPO = Reader(name="dpo", token="t", sees_batches=True, sees_journal=True)
AT = datetime(2026, 11, 29, 10, tzinfo=UTC)
SAID = "page de la carte"
# Of a list, as the query door asks; of this database it is asked otherwise.
OF_THE_DOOR = {
    "cross join unnest(objects) as read (name)": "cross join json_each(objects)",
    "split_part(name, ':', 1)": "replace(value, ': type', '')",
}
MISSED = "marts.fct_nothing"
# Source, who, action, object, motif, in the order of their places.
ACTS = [
    ("console", "analyst", "consultation", "/calanque/map", None),
    ("query_door", "analyst", "consultation", "marts.fct_incidents: type", SAID),
    ("query_door", "analyst", "consultation", "marts.fct_incidents", SAID),
    ("airflow", "analyst", "modification", "POST /api/v2/dags", None),
    ("hdfs", "mallory", "consultation", "/lake/bronze", None),
    ("query_door", "eva", "consultation", MISSED, None),
    ("query_door", "eva", "consultation", "marts.fct_crimes", "plainte de <PERSON>, né le <BIRTH_DATE> <b>"),
    *[("console", "analyst", "consultation", f"/calanque/map/time/weeks{week}.json", None) for week in range(600)],
]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return the page of one of the links, as HTML."""
    lake = sqlite3.connect(":memory:")
    lake.execute("attach ':memory:' as governance")
    lake.execute(f"create table governance.journal ({', '.join(journal.COLUMNS)})")
    for place, (source, who, action, what, motif) in enumerate(ACTS):
        outcome = "TABLE_NOT_FOUND" if what == MISSED else "done"
        row = (place, AT.isoformat(), who, action, json.dumps([what]), 1, motif, outcome, source, None)
        lake.execute(f"insert into governance.journal values ({', '.join('?' * len(row))})", row)

    def query(sql: str, account: str) -> list[tuple[Any, ...]]:
        if sql == journal.SIGNED:
            return [(None, None, None, None)]
        assert account == "dpo"
        for door, here in OF_THE_DOOR.items():
            sql = sql.replace(door, here)
        rows = lake.execute(sql.replace("acted_at > now() - interval '7' day", "true")).fetchall()
        return [(row[0], AT, *row[2:4], json.loads(row[4]), *row[5:]) for row in rows]

    monkeypatch.setattr(journal.trino, "query", query)

    def shown(only: Any, language: Any = "fr") -> str:
        return bytes(journal.journal(DPO, language, only=only).body).decode()

    return shown


def objects(html: str) -> list[str]:
    return re.findall(r"<div><code>(.*?)</code></div>", html)


def test_no_alert_is_about_pages_at_which_nobody_can_say_why(page: Callable[..., str]) -> None:
    assert objects(page("no_motif")) == ["/lake/bronze"]
    assert objects(page("first")) == ["marts.fct_crimes", "/lake/bronze", "marts.fct_incidents: type"]
    assert "table inconnue" in page("refused") and "TABLE_NOT_FOUND" not in page("refused")
    everything = page("all")
    assert "/calanque/map/time/weeks599.json" in objects(everything)
    assert "ouverture d’une page</span>" in everything and "ouverture d’une page</span>" not in page("no_motif")
    assert "sans motif</span>" not in everything and "sans motif</span>" in page("no_motif")


@pytest.mark.parametrize(
    ("language", "heading"),
    [
        ("fr", "607 entrées (les 500 plus récentes sont montrées)"),
        ("en", "607 entries (the newest 500 are shown)"),
    ],
)
def test_the_heading_counts_what_is_not_shown_too(page: Callable[..., str], language: str, heading: str) -> None:
    html = page("all", language)
    assert f"<h2>{heading}</h2>" in html and len(objects(html)) == journal.MOST_ENTRIES
    assert "<h2>1 " in page("no_motif", language)


@pytest.mark.parametrize(("language", "name", "value"), [("fr", "nom masqué", "valeur masquée"),
                                                         ("en", "name masked", "value masked")])  # fmt: skip
def test_what_was_masked_in_a_motif_is_said_in_words(
    page: Callable[..., str], language: str, name: str, value: str
) -> None:
    html = page("first", language)
    assert re.search(rf"plainte de <span [^>]*>\[{name}\]</span>, né le <span [^>]*>\[{value}\]</span> &lt;b&gt;", html)
    assert "PERSON" not in html and "BIRTH_DATE" not in html


def test_usual_motifs_are_kept_as_they_are() -> None:
    motifs = [
        "enquête sur les vols de vélos du Vieux-Port",
        "préparation du comité de sécurité du 12 mars",
        "réquisition du procureur",
        "note au préfet de police des Bouches-du-Rhône",
        "suivi rue de la République",
        "rodéos urbains à la Castellane",
        "bilan annuel 2025 pour le maire",
    ]
    assert [log._masked(motif) for motif in motifs] == motifs
