"""Bad rows and bad files on their way: every good row is there once, and one sentence says why another is not."""

import logging
from collections import Counter
from typing import Any

import pytest
from drop_feed import HEADER, Feed, lines

from calanque.engines.hdfs import lake
from calanque.runs.batches import write_report
from calanque.runs.records import BatchRef

PLACE = "-79.4,43.7"
# A line, and the reasons that it is put aside for; none, where it is loaded.
ROWS: list[tuple[str, list[str]]] = [
    (f"X01,2026-01-01,noise,{PLACE},,,surplus", ["malformed_row"]),
    ("X02,2026-01-01,noise,-79.4", ["malformed_row"]),
    (f"X03,2026-01-01,music,{PLACE},,", ["not_in_enum:kind"]),
    (f",2026-01-01,noise,{PLACE},,", ["missing_required:event_id"]),
    (f"X05,soon,noise,{PLACE},,", ["wrong_type:happened_on"]),
    (f"X06,2026-13-01,noise,{PLACE},,", ["wrong_type:happened_on"]),
    (f"X07,2026,noise,{PLACE},,", ["wrong_type:happened_on"]),
    ("X08,2026-01-01,noise,NaN,43.7,,", ["wrong_type:cell_id", "wrong_type:lon"]),
    ("X09,2026-01-01,noise,1e999,43.7,,", ["wrong_type:cell_id", "wrong_type:lon"]),
    ("X10,2026-01-01,noise,0x1p3,43.7,,", ["wrong_type:cell_id", "wrong_type:lon"]),
    ("X11,later,noise,-79.4,12d,,", ["wrong_type:cell_id", "wrong_type:happened_on", "wrong_type:lat"]),
    ("X12,2026-01-01,noise,43.7,-79.4,,", ["swapped_position:cell_id"]),
    ("X13,2026-01-01,noise,2.35,48.86,,", ["outside_territory:cell_id"]),
    ("X14,2026-01-01,noise,-122.4,237.8,,", ["outside_territory:cell_id"]),
    ("X15,2026-01-01,noise,,43.7,,", ["missing_required:cell_id", "missing_required:lon"]),
    # NA is a marker of one column by the contract, and of the other by nobody's word.
    (f"X16,2026-01-01,noise,{PLACE},NA,", []),
    (f"X17,2026-01-01,noise,{PLACE},,NA", ["wrong_type:checked_on"]),
    (f"X18,2026-01-01,noise,{PLACE},,NA", ["wrong_type:checked_on"]),
    (f"X19\xe9,2026-01-01,noise,{PLACE},,", ["bad_encoding"]),
    (f"X20\xe9t\xe9 pr\xe8s de la gare,2026-01-01,noise,{PLACE},,", ["bad_encoding"]),
    (f"X21\0,2026-01-01,noise,{PLACE},,", ["null_byte"]),
    (f"X22,2026-01-01,noise,{PLACE},\0,", ["null_byte"]),
    (f"X23,\0,noise,{PLACE},,,surplus", ["null_byte"]),
    (f"X24,2026-01-01,noise,{PLACE},,{',1' * 2_000_000}", ["too_many_fields"]),
    (f"X25,0001-01-01,noise,{PLACE},,", ["date_out_of_bounds:happened_on"]),
    (f"X26,9999-12-31,noise,{PLACE},,", ["date_out_of_bounds:happened_on"]),
    (f"X27,1677-12-31,noise,{PLACE},,", ["date_out_of_bounds:happened_on"]),
    (f"X28,12026-01-01,noise,{PLACE},,2999-01-01", ["date_out_of_bounds:checked_on", "date_out_of_bounds:happened_on"]),
]


def widened(feed: Feed) -> None:
    """Let rows have a cell, and two days that may be missing."""
    content = feed.said()
    landing, bronze = (part["properties"] for part in content["schema"])
    by_name = {column["name"]: column for column in bronze}
    for name in ("closed_on", "checked_on"):
        landing.append({**landing[0], "name": name})
        bronze.append({**by_name["happened_on"], "name": name, "required": False, "transformSourceObjects": [name]})
    landing[-2]["customProperties"] = [{"property": "nullMarkers", "value": ["NA"]}]
    cell = {"logicalType": "string", "physicalType": "string", "transformSourceObjects": ["lon", "lat"]}
    of_place = {"customProperties": [{"property": "projected", "value": "cell"}]}
    bronze.append({**by_name["lat"], "name": "cell_id", **cell, **of_place})
    feed.say(content, maxRefusedRate=0.5)


def test_each_kind_of_bad_row_has_its_reasons_and_no_other_row_is_lost(
    feed: Feed, caplog: pytest.LogCaptureFixture
) -> None:
    widened(feed)
    text = HEADER.replace("\n", ",closed_on,checked_on\n") + lines(100).replace("\n", ",,\n")
    feed.send((text + "".join(f"{line}\n" for line, _ in ROWS)).encode("latin-1"))
    with caplog.at_level(logging.WARNING, "calanque.ingest.steps"):
        report = feed.run()
    bad = [reasons for _, reasons in ROWS if reasons]
    assert (report.landed_count, report.loaded_count) == (100 + len(ROWS), 100 + len(ROWS) - len(bad))
    assert report.reasons == Counter(reason for reasons in bad for reason in reasons)
    rows, refused = feed.bronze(), feed.quarantine()
    assert [row["event_id"] for row in rows] == [*(f"E{n:06d}" for n in range(100)), "X16"]
    assert rows[-1]["closed_on"] is None
    assert sorted(sorted(row["reasons"]) for row in refused) == sorted(bad)
    assert {row["_batch_id"] for row in refused} == {report.batch_id}
    assert any('"happened_on":"soon"' in row["payload"] for row in refused)
    (said,) = [record.getMessage() for record in caplog.records if record.name == "calanque.ingest.steps"]
    assert f"{len(bad)} of the {report.landed_count} rows of this batch" in said
    assert "2 wrong_type:checked_on (all hold 'NA': " in said and f"quarantine.{feed.name}" in said
    assert "nullMarkers: ['NA'] for the landing column checked_on" in said
    assert "What is refused as bad_encoding seems to be in windows-1252: ask for UTF-8 throughout" in said
    assert max(len(row["payload"]) for row in refused) < 20_000, "of a line of 4 MB the beginning is kept"
    # Values that are not all the same are not shown.
    assert "4 wrong_type:happened_on" in said and "soon" not in said and "later" not in said
    versions = feed.versions()
    assert feed.run("again") == report
    assert feed.versions() == versions


# A file, what its rows are put aside for, how many they are, words of the sentence; others: test_every_feed.py.
REFUSED: dict[str, tuple[str | bytes, str, int, str]] = {
    "missing-column": (
        "event_id,happened_on,kind,lon\nE1,2026-01-01,noise,-79.4\n", "missing_column:lat", 1, "lacks the column lat",
    ),
    "wrong-delimiter": ((HEADER + lines(5)).replace(",", ";"), "wrong_delimiter", 5, "separated by ';'"),
    "gate": (
        HEADER + lines(19) + "E9,2026-01-01,noise,-79.4,0\n",
        "gate:expect_column_values_to_be_between", 20, "1 of 20 rows",
    ),
    "all-in-windows-1252": (
        (HEADER + lines(20).replace("E0", "\xe9t\xe9 \xe0 la gare")).encode("cp1252"),
        "too_many_refused", 20, "mostly 'bad_encoding': did the source change? What is refused as bad_encoding "
        "seems to be in windows-1252",
    ),
    "a-header": (HEADER, "empty_batch", 0, "the source sent nothing"),
}  # fmt: skip


def test_a_refused_batch_leaves_the_last_good_data(feed: Feed) -> None:
    feed.send(HEADER.replace("\n", ",gender\n") + "E1,2026-01-01,noise,-79.4,43.7,x\n")
    assert "'gender', which can never enter" in feed.refused()
    assert not lake().exists(f"/lake/landing/{feed.name}"), "a forbidden column is not even landed"
    feed.send(HEADER + lines(200, 1_000))
    good = feed.run()
    before = feed.bronze()
    for name, (text, _, _, words) in REFUSED.items():
        feed.send(text)
        sentence = feed.refused()
        assert words in sentence, name
        if name == "gate":
            assert feed.refused() == sentence
    rows = feed.quarantine()
    held = Counter(reason for row in rows for reason in row["reasons"])
    for name, (_, reason, count, _) in REFUSED.items():
        assert held[reason] == count, name
    assert len(rows) == sum(count for _, _, count, _ in REFUSED.values())
    assert good.batch_id not in {row["_batch_id"] for row in rows}
    assert feed.bronze() == before
    feed.send(HEADER + lines(100))
    feed.run()
    assert len(feed.bronze()) == 300


def usual(feed: Feed, *counts: int) -> None:
    """Write the reports of batches that were published before."""
    for number, count in enumerate(counts):
        ref = BatchRef(feed=feed.name, batch_id=f"b{number}", contract_version="0.9.0", state="gated", run_id="past")
        facts: dict[str, Any] = {"landed_count": count, "loaded_count": count, "bronze_version": number}
        write_report(ref, "published", **facts)


def of_chicago(text: str) -> str:
    return text.replace(",-79.4", ",-87.7").replace(",-79.3", ",-87.7").replace(",43.7", ",41.8")


def test_a_batch_is_held_to_the_place_the_days_and_the_size_that_nobody_wrote_down(feed: Feed) -> None:
    feed.say(territory="chicago", timeZone="America/Chicago", gates=None)
    usual(feed, 4_000, 800, 800, 800)
    feed.send(HEADER + lines(80).replace(",2026-", ",1926-"))
    sentence = feed.refused()
    assert f"The last 4 batches of {feed.name} had 800 rows in the median, and one of fewer than 160" in sentence
    assert f"expectations/landing/{feed.name}.yml" in sentence
    assert "Its places are not those of chicago" in sentence
    assert "none is from before 2014-01-01" in sentence and "none is of the future" in sentence
    assert {reason for row in feed.quarantine() for reason in row["reasons"]} == {
        "gate:expect_table_row_count_to_be_between",
        "gate:expect_column_values_to_be_between",
    }
    feed.send(HEADER + of_chicago(lines(160)))
    assert feed.run("a-calm-day").loaded_count == 160
