"""A batch has one report a contract version: a refused version leaves the published one as it is."""

from typing import Any

from drop_feed import HEADER, KINDS, Feed, lines

from calanque.runs.batches import read_report, read_reports


def rewrite(feed: Feed, version: str, kinds: tuple[str, ...] = KINDS) -> None:
    """Give the contract a version and the kinds that it accepts."""
    content = feed.said()
    (bronze,) = (item for item in content["schema"] if item["name"] == "bronze")
    (kind,) = (column for column in bronze["properties"] if column["name"] == "kind")
    kind["quality"][0]["arguments"]["validValues"] = list(kinds)
    feed.say(content, version)


def told(report: Any) -> tuple[str, str, int]:
    return report.contract_version, report.state, report.loaded_count


def test_a_refused_second_version_leaves_the_first_ones_report(feed: Feed) -> None:
    feed.send(HEADER + lines(20))
    first = feed.run()
    rewrite(feed, "1.1.0", ("fire",))
    assert "do not fit the contract" in feed.refused()
    standing, refused = (read_report(feed.name, first.batch_id, version) for version in (None, "1.1.0"))
    assert standing == first
    assert refused is not None
    assert told(refused) == ("1.1.0", "refused", 0)
    assert refused.refused_by == ("too_many_refused",)
    assert read_reports(feed.name) == [first]

    # Back at the first version the batch is still known as published.
    rewrite(feed, "1.0.0")
    version = feed.versions()[0]
    assert feed.run() == first
    assert feed.versions()[0] == version

    rewrite(feed, "1.2.0")
    assert told(feed.run()) == ("1.2.0", "published", 20)
    assert told(read_report(feed.name, first.batch_id)) == ("1.2.0", "published", 20)
    # The rows are the second version's now: a way back loads them again, and its report is the one that stands.
    rewrite(feed, "1.0.0")
    again = feed.run()
    assert told(again) == ("1.0.0", "published", 20)
    assert again.bronze_version != first.bronze_version
    assert read_report(feed.name, first.batch_id) == again
    assert {row["_contract_version"] for row in feed.bronze()} == {"1.0.0"}
