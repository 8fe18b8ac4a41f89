"""Good files of the drop folder beside bad ones: they are loaded, and of the others nothing is lost."""

from collections import Counter

import pytest
from drop_feed import HEADER, Feed, lines

from calanque.runs.batches import read_report

JUNK = "".join(f"J{n},someday,noise,-79.4,43.7\n" for n in range(30))
# Rows that do not fit, beside some that would; a name that the engine writes in another way.
MIXED = "".join(f"M{n},{'2026-01-01' if n % 2 else 'soon'},noise,-79.4,43.7\n" for n in range(20))


def dropped(feed: Feed) -> None:
    feed.send(HEADER + lines(40) + "X1,soon,noise,-79.4,43.7\n", "good.csv")
    for name, text in {
        "junk.csv": HEADER + JUNK,
        "mixed (1) \u00e9t\u00e9.csv": HEADER + MIXED,
        "other columns.csv": "a,b\n1,2\n",
        "\N{POLICE CAR}.csv": HEADER + lines(5, 90),
        "page.csv": "<html><body>Try again later</body></html>\n",
    }.items():
        (feed.folders.drop / name).write_text(text, encoding="utf-8")


def test_a_good_file_is_loaded_beside_five_bad_ones(feed: Feed, caplog: pytest.LogCaptureFixture) -> None:
    dropped(feed)
    report = feed.run()
    assert (report.landed_count, report.loaded_count, report.quarantined_count) == (91, 40, 51)
    assert report.reasons == {"too_many_refused": 50, "wrong_type:happened_on": 41}
    assert {row["event_id"] for row in feed.bronze()} == {f"E{n:06d}" for n in range(40)}
    reasons = Counter(tuple(row["reasons"]) for row in feed.quarantine())
    assert reasons == {
        ("wrong_type:happened_on", "too_many_refused"): 40,
        ("too_many_refused",): 10,
        ("wrong_type:happened_on",): 1,
    }
    assert all(f"{part} rows of file-" in caplog.text for part in ("30 of 30", "10 of 20"))
    words = ["lacks the columns", "read its name as something else", "lacks the column"]
    assert len(report.refused_files) == 3
    assert all(any(word in why for why in report.refused_files) for word in words)
    refused = feed.folders.drop / "archive" / feed.name / "undated" / "refused"
    assert len(list(refused.iterdir())) == 3
    # Once more changes nothing, and what the table of batches says stays.
    versions = feed.versions()
    assert feed.run("again") == report == read_report(feed.name, report.batch_id)
    assert feed.versions() == versions


def test_all_or_none_of_a_set_of_files(feed: Feed) -> None:
    feed.say(source={"kind": "drop", "pattern": "*.csv", "allOrNone": True})
    dropped(feed)
    assert "read its name as something else" in feed.refused()
    refused = feed.folders.drop / "archive" / feed.name / "undated" / "refused"
    assert len(list(refused.iterdir())) == 6, "the set is sent again as one"
    feed.send(HEADER + lines(40), "good.csv")
    (feed.folders.drop / "junk.csv").write_text(HEADER + JUNK, encoding="utf-8")
    assert "30 of 70 rows do not fit the contract" in feed.refused()
    assert not feed.bronze() and len(feed.quarantine()) == 70
