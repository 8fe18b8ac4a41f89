"""What a city adds by a YAML file alone, and what a contract allows, in the next batch. All persons are invented."""

from pathlib import Path

import pytest
from drop_feed import Feed

from calanque.privacy import city
from calanque.privacy.recognisers import PACK_VERSION
from calanque.runs.batches import read_reports

HEADER = "report_id;reported_at;category;description;reporter_name;reporter_phone;reporter_email;lon;lat\n"
LOCKER = r"""supported_languages: [fr]
recognizers:
  - name: Casiers
    supported_language: fr
    supported_entity: LOCKER
    patterns: [{name: casier, regex: '\b[A-Z]\d{2}\b', score: 0.2}]
    context: [casier]
"""
TEXTS = (
    "Clé du casier B12 donnée à Mme Benali",
    "Poste B12 en panne, rue sale",
    "Bruit chez Mme Paradis",
    "ref AB-123-ZZ, voiture AB-123-CD",
)


def rows(first: int) -> str:
    """Return a report for each text, five minutes after one another."""
    return HEADER + "".join(
        f"R{first + n};2026-06-01T10:{n:02d}:00;bruit;{text};Jean Dupont;0639981234;j@example.org;5.37;43.29\n"
        for n, text in enumerate(TEXTS)
    )


def redacted(feed: Feed, first: int) -> list[str]:
    """Return the redacted texts of one file's reports."""
    held = feed.bronze_by("report_id")
    return [row["description_redacted"] for row in held if row["report_id"] in {f"R{first + n}" for n in range(4)}]


def test_the_next_batch_is_read_with_the_file_and_leaves_what_the_contract_allows(
    feed: Feed, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(city, "city_path", lambda: tmp_path / "recognisers.yml")
    feed.like("citizen_reports", source={"kind": "drop", "pattern": "*.csv"}, gates=[])
    feed.send(rows(10))
    feed.run()
    assert redacted(feed, 10) == [
        "Clé du casier B12 donnée à Mme <PERSON>",
        "Poste B12 en panne, rue sale",
        "Bruit chez Mme <PERSON>",
        "ref <FR_PLATE>, voiture <FR_PLATE>",
    ]
    (tmp_path / "recognisers.yml").write_text(LOCKER, encoding="utf-8")
    feed.say(version="9.0.0", allowList={"values": ["Paradis"], "patterns": [r"AB-\d{3}-ZZ"]})
    feed.send(rows(20))
    report = feed.run("next")
    assert (report.state, report.landed_count) == ("published", len(TEXTS))
    assert redacted(feed, 20) == [
        "Clé du casier <LOCKER> donnée à Mme <PERSON>",
        "Poste B12 en panne, rue sale",
        "Bruit chez Mme Paradis",
        "ref AB-123-ZZ, voiture <FR_PLATE>",
    ]
    assert {one.state for one in read_reports(feed.name)} == {"published"}
    assert city.city_file().digest and PACK_VERSION
