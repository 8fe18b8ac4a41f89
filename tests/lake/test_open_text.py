"""Persons in a column that a contract calls open: told, or kept out, as the contract says; none of their values is."""

import logging

import pytest
from drop_feed import HEADER, Feed, lines
from planted import planted_values

from calanque.engines import deltars
from calanque.engines.deltars import read_rows
from calanque.ingest.gate_open import RULE
from calanque.runs.batches import read_reports
from calanque.runs.gates import newest_checks

ROW_COUNT = 1_000
# Synthetic persons of the twin.
PLANTED = planted_values(count=600)
PERSONS = [
    value
    for kind in ("PERSON", "PHONE_NUMBER")
    for value in sorted({one.value for one in PLANTED if one.type == kind and "," not in one.value})[:50]
]


def remarked(feed: Feed) -> str:
    """Let rows have a remark that is called open; returns rows whose last tenth holds persons there."""
    content = feed.said()
    landing, bronze = (part["properties"] for part in content["schema"])
    landing.append({**landing[0], "name": "remark"})
    bronze.append({**bronze[0], "name": "remark", "required": False, "transformSourceObjects": ["remark"]})
    feed.say(content)
    remarks = [f"poste {n} du lot {n % 9}" for n in range(ROW_COUNT - len(PERSONS))] + PERSONS
    rows = zip(lines(ROW_COUNT).splitlines(), remarks, strict=True)
    return HEADER.replace("\n", ",remark\n") + "".join(f"{row},{remark}\n" for row, remark in rows)


def test_persons_in_open_text_are_told_and_kept_out_where_the_contract_says_so(
    feed: Feed, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(PERSONS) == ROW_COUNT // 10
    text = remarked(feed)
    feed.send(text)
    report = feed.run()
    assert (report.state, report.loaded_count) == ("published", ROW_COUNT)
    found = [check for check in newest_checks(feed.name, report.batch_id) if not check.success]
    assert [(check.name, check.column, check.severity) for check in found] == [(RULE, "remark", "warning")]
    told = found[0].sentence
    assert "PERSON in " in told and "PHONE_NUMBER in " in told and " distinct values read" in told
    assert [record.levelno for record in caplog.records if RULE in record.getMessage()] == [logging.WARNING]
    version = deltars.open_table(f"bronze.{feed.name}").version()

    feed.say(version="1.1.0", personalInOpen="critical")
    feed.send(text.replace("poste", "place"))
    sentence = feed.refused()
    assert RULE in sentence and "remark" in sentence
    refused = read_reports(feed.name)[-1]
    assert (refused.state, refused.refused_by, refused.loaded_count) == ("refused", (f"gate:{RULE}",), 0)
    assert deltars.open_table(f"bronze.{feed.name}").version() == version
    kept = feed.quarantine()
    assert len(kept) == ROW_COUNT and {row["payload"] for row in kept} == {"{}"}

    said = [sentence, caplog.text, str(kept)]
    for name in ("batch", "gate_result", "lineage_event"):
        said.append(str(read_rows(f"governance.{name}", [])))
    assert not [value for value in PERSONS for words in said if value in words]
