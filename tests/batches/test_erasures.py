"""What was erased stays out: a replay, a raised version, a rotated key and a refused batch bring nothing of it back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from drop_feed import HEADER, Feed, give_persons, lines

from calanque.contracts import load_contract

PERSON = "Zéphyrine Malaussène"
REPORTER = "Ada Lovelace"


def text(count: int = 20) -> str:
    """Return a file in which every tenth report is by the person."""
    rows = lines(count).splitlines()
    named = [f"{row},{PERSON if at % 10 == 0 else REPORTER}" for at, row in enumerate(rows)]
    return "\n".join([HEADER.strip() + ",reporter", *named, ""])


def token_of(feed: Feed, name: str) -> str:
    """Return the token of a name under the current key."""
    from calanque.privacy.tokens import TokenKeys

    purpose = load_contract(feed.name, feed.folders).purpose
    return str(TokenKeys.load().token("person", name, purpose))


@pytest.fixture
def erased(feed: Feed) -> Iterator[Feed]:
    """A feed of which a person was erased after a first batch."""
    from calanque.engines.hdfs import lake
    from calanque.governance.erasures import FOLDER, erase

    give_persons(feed)
    feed.send(text())
    assert feed.run().loaded_count == 20
    done = erase(load_contract(feed.name, feed.folders), [token_of(feed, PERSON)])
    assert done.row_count == 2
    yield feed
    lake().delete(f"{FOLDER}/{feed.name}")


def raised(feed: Feed, version: str) -> None:
    """A new version of the contract, with which the same bytes are another batch."""
    give_persons(feed, version)


def replayed(feed: Feed, version: str) -> None:
    """As if their report and their rows had been lost."""
    from calanque.engines import spark

    feed.forget()
    spark.rows(f"DELETE FROM bronze.{feed.name}")
    give_persons(feed, version)


def rotated(feed: Feed, version: str) -> None:
    """A new key, and a new version."""
    from calanque.privacy.key_file import rotate

    rotate(datetime.now(UTC).date())
    give_persons(feed, version)


def test_nothing_brings_an_erased_person_back(erased: Feed, key: Path) -> None:
    """On one feed: the same bytes again, whatever was changed before; then more of them, refused."""
    for minor, change in enumerate((raised, replayed, rotated), start=1):
        change(erased, f"1.{minor}.0")
        report = erased.run()
        assert (report.landed_count, report.loaded_count, report.quarantined_count) == (20, 18, 2), change
        assert report.reasons == {"erased": 2}
        assert {row["reporter_token"] for row in erased.bronze()} == {token_of(erased, REPORTER)}
        assert [(list(row["reasons"]), row["payload"]) for row in erased.quarantine()] == [(["erased"], "{}")] * 2
    erased.send(text(30).replace(",43.7,", ",45.0,"))  # the gate wants 43 to 44
    assert "refused" in erased.refused()
    rows = [list(row["reasons"]) for row in erased.quarantine() if row["payload"] == "{}"]
    assert (len(erased.quarantine()), len(rows)) == (2 + 30, 2 + 3)
    assert all(reasons[0] == "erased" for reasons in rows)


def test_a_batch_staged_before_an_erasure_is_staged_again(feed: Feed) -> None:
    from calanque.engines.hdfs import lake
    from calanque.governance.erasures import FOLDER, erase
    from calanque.ingest import batch

    give_persons(feed)
    feed.send(text())
    ref = batch.gate_batch(
        batch.protect_batch(batch.land_batch(feed.name, folders=feed.folders), feed.folders), feed.folders
    )
    try:
        erase(load_contract(feed.name, feed.folders), [token_of(feed, PERSON)])
        batch.publish_batch(ref, feed.folders)
        assert {row["reporter_token"] for row in feed.bronze()} == {token_of(feed, REPORTER)}
    finally:
        lake().delete(f"{FOLDER}/{feed.name}")


@pytest.mark.parametrize(
    "write", [{"mode": "append"}, {"mode": "snapshot", "key": ["event_id"]}], ids=lambda w: w["mode"]
)
def test_an_erasure_between_the_commit_and_its_report(
    feed: Feed, write: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from calanque.engines.hdfs import lake
    from calanque.errors import CalanqueError
    from calanque.governance.erasures import FOLDER, erase
    from calanque.ingest import lineage

    def killed(*_: Any) -> None:
        raise CalanqueError("killed")

    give_persons(feed)
    path = feed.folders.contracts / f"{feed.name}.odcs.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for item in content["customProperties"]:
        if item["property"] in ("write", "duplicates"):
            item["value"] = {"write": write, "duplicates": {"key": ["event_id"], "action": "quarantine"}}[
                item["property"]
            ]
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    # A row of the reporter repeats the key of one of the person.
    feed.send(text() + f"{lines(1).strip()},{REPORTER}\n")
    with monkeypatch.context() as patched:
        patched.setattr(lineage, "record_publication", killed)
        with pytest.raises(CalanqueError, match="killed"):
            feed.run()
    assert erase(load_contract(feed.name, feed.folders), [token_of(feed, PERSON)]).row_count == 2
    report = feed.run()
    assert (report.state, report.landed_count, report.loaded_count) == ("published", 21, 19)
    assert (report.quarantined_count, report.reasons) == (2, {"erased": 2})
    assert [row["reporter_token"] for row in feed.bronze()] == [token_of(feed, REPORTER)] * 19
    version = feed.versions()
    assert feed.run() == report
    assert feed.versions() == version
    lake().delete(f"{FOLDER}/{feed.name}")


@pytest.mark.parametrize("token", [PERSON, "v1:phone:" + "a" * 32, "v1:person:short"], ids=["name", "kind", "cut"])
def test_only_a_token_of_the_feed_can_be_erased(feed: Feed, token: str) -> None:
    from calanque.errors import CalanqueError
    from calanque.governance.erasures import erase

    give_persons(feed)
    with pytest.raises(CalanqueError, match="no token of its columns") as raised_error:
        erase(load_contract(feed.name, feed.folders), [token])
    assert token not in str(raised_error.value)


def test_the_command_says_what_remains_and_until_when(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from calanque import contracts
    from calanque.cli.main import app
    from calanque.engines.hdfs import lake
    from calanque.governance.erasures import FOLDER

    give_persons(feed)
    monkeypatch.setattr(contracts, "load_contract", lambda name: load_contract(name, feed.folders))
    try:
        done = CliRunner().invoke(app, ["dpo", "erase", "--feed", feed.name, "--token", token_of(feed, PERSON)])
        assert done.exit_code == 0, done.output
        assert "erased 0 rows" in done.output
        assert "VACUUM" in done.output
    finally:
        lake().delete(f"{FOLDER}/{feed.name}")
