"""What was erased stays out: a replay, a raised version, a rotated key and a refused batch bring nothing of it back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from drop_feed import HEADER, Feed, give_persons, lines
from typer.testing import CliRunner

from calanque import contracts
from calanque.cli.main import app
from calanque.contracts import load_contract
from calanque.engines import spark
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.governance.erasures import FOLDER, erase
from calanque.ingest import batch, lineage
from calanque.privacy.key_file import rotate
from calanque.privacy.tokens import TokenKeys

PERSON = "Zéphyrine Kerguélec"
REPORTER = "Ada Lovelace"


def text(count: int = 20) -> str:
    """Return a file in which every tenth report is by the person."""
    rows = lines(count).splitlines()
    named = [f"{row},{PERSON if at % 10 == 0 else REPORTER}" for at, row in enumerate(rows)]
    return "\n".join([HEADER.strip() + ",reporter", *named, ""])


def token_of(feed: Feed, name: str) -> str:
    """Return the token of a name under the current key."""
    purpose = load_contract(feed.name, feed.folders).purpose
    return str(TokenKeys.load().token("person", name, purpose))


def erase_person(feed: Feed) -> Any:
    return erase(load_contract(feed.name, feed.folders), [token_of(feed, PERSON)])


@pytest.fixture
def personal(feed: Feed) -> Iterator[Feed]:
    """A feed that names a person, with a file in its drop folder."""
    give_persons(feed)
    feed.send(text())
    yield feed
    lake().delete(f"{FOLDER}/{feed.name}")


def raised(feed: Feed) -> None:
    """A new version of the contract, with which the same bytes are another batch."""
    give_persons(feed, "1.1.0")


def lost_under_a_new_key(feed: Feed) -> None:
    """As if report and rows had been lost, and the key had to be changed."""
    feed.forget()
    spark.rows(f"DELETE FROM bronze.{feed.name}")
    rotate(datetime.now(UTC).date())
    give_persons(feed, "1.2.0")


def test_nothing_brings_an_erased_person_back(personal: Feed, key: Path) -> None:
    """On one feed: the same bytes again, whatever was changed before; then more of them, refused."""
    assert personal.run().loaded_count == 20
    assert erase_person(personal).row_count == 2
    for change in (raised, lost_under_a_new_key):
        change(personal)
        report = personal.run()
        assert (report.landed_count, report.loaded_count, report.quarantined_count) == (20, 18, 2), change
        assert report.reasons == {"erased": 2}
        assert {row["reporter_token"] for row in personal.bronze()} == {token_of(personal, REPORTER)}
        assert [(list(row["reasons"]), row["payload"]) for row in personal.quarantine()] == [(["erased"], "{}")] * 2
    personal.send(text(30).replace(",43.7,", ",45.0,"))  # the gate wants 43 to 44
    assert "refused" in personal.refused()
    rows = [list(row["reasons"]) for row in personal.quarantine() if row["payload"] == "{}"]
    assert (len(personal.quarantine()), len(rows)) == (2 + 30, 2 + 3)
    assert all(reasons[0] == "erased" for reasons in rows)


def test_a_batch_staged_before_an_erasure_is_staged_again(personal: Feed) -> None:
    ref = personal.staged("protect", "gate")
    erase_person(personal)
    batch.publish_batch(ref, personal.folders)
    assert {row["reporter_token"] for row in personal.bronze()} == {token_of(personal, REPORTER)}


@pytest.mark.full
@pytest.mark.parametrize(
    "write",
    [
        pytest.param({"mode": "append"}, id="append"),
        pytest.param({"mode": "snapshot", "key": ["event_id"]}, id="snapshot"),
    ],
)
def test_an_erasure_between_the_commit_and_its_report(
    personal: Feed, write: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise CalanqueError("killed")

    personal.say(write=write, duplicates={"key": ["event_id"], "action": "quarantine"})
    # A row of the reporter repeats the key of one of the person.
    personal.send(text() + f"{lines(1).strip()},{REPORTER}\n")
    with monkeypatch.context() as patched:
        patched.setattr(lineage, "record_publication", killed)
        with pytest.raises(CalanqueError, match="killed"):
            personal.run()
    assert erase_person(personal).row_count == 2
    report = personal.run()
    assert (report.state, report.landed_count, report.loaded_count) == ("published", 21, 19)
    assert (report.quarantined_count, report.reasons) == (2, {"erased": 2})
    assert [row["reporter_token"] for row in personal.bronze()] == [token_of(personal, REPORTER)] * 19
    version = personal.versions()
    assert personal.run() == report
    assert personal.versions() == version


def test_only_a_token_of_the_feed_can_be_erased_and_the_command_says_what_remains(
    personal: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for token in (PERSON, "v1:phone:" + "a" * 32, "v1:person:short"):
        with pytest.raises(CalanqueError, match="no token of its columns") as raised_error:
            erase(load_contract(personal.name, personal.folders), [token])
        assert token not in str(raised_error.value)
    monkeypatch.setattr(contracts, "load_contract", lambda name: load_contract(name, personal.folders))
    done = CliRunner().invoke(app, ["dpo", "erase", "--feed", personal.name, "--token", token_of(personal, PERSON)])
    assert done.exit_code == 0, done.output
    assert "erased 0 rows" in done.output
    assert "VACUUM" in done.output


def test_a_person_is_found_by_what_they_are_called_and_named_nowhere(
    personal: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contracts, "load_contract", lambda name: load_contract(name, personal.folders))
    assert personal.run().loaded_count == 20
    first, _, last = REPORTER.partition(" ")
    said = CliRunner().invoke(app, ["dpo", "find", "--feed", personal.name], input=f"M. {last.upper()} {first}\n")
    assert said.exit_code == 0, said.output
    token = token_of(personal, REPORTER)
    assert token in said.output and " 18 " in said.output
    assert f"calanque dpo erase --feed {personal.name} --token {token}" in said.output
    assert last not in said.output and last.upper() not in said.output
    gone = CliRunner().invoke(app, ["dpo", "find", "--feed", personal.name], input="Nobody Of That Name\n")
    assert gone.exit_code == 0 and "No row of" in gone.output and "--token" not in gone.output
