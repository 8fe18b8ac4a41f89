"""A feed that names persons, on a lake of a few tables: a new key for its tokens, and its newest raw file looked at."""

import time
from datetime import date
from pathlib import Path

import pytest
from drop_feed import HEADER, Feed, give_persons

from calanque.contracts import load_contract
from calanque.engines import deltars
from calanque.errors import CalanqueError
from calanque.ingest.column_scan import find_leaks
from calanque.ingest.sample import sample_landed
from calanque.privacy.key_file import rotate
from calanque.privacy.tokens import TokenKeys

PURPOSE = "public_tranquillity"
NAME = "Zéphyrine Kerguélec"


@pytest.fixture
def personal(feed: Feed) -> Feed:
    """A drop feed with a name, which becomes a token."""
    give_persons(feed)
    return feed


def batch(first: int, count: int = 20) -> str:
    rows = (
        f"E{n:06d},2026-01-01,noise,-79.4,43.7,{NAME if n % 2 else NAME.upper()}\n" for n in range(first, first + count)
    )
    return HEADER.replace("\n", ",reporter\n") + "".join(rows)


def test_a_rotation_changes_no_loaded_batch_and_new_rows_have_the_new_key(personal: Feed, key: Path) -> None:
    from calanque.governance.token_keys import tokens_in_use

    personal.send(batch(0), "first.csv")
    first = personal.run()
    before = TokenKeys.load().token("person", NAME, PURPOSE)
    assert {row["reporter_token"] for row in personal.bronze()} == {before}
    versions, rows = personal.versions(), personal.bronze()
    made = rotate(date(2026, 11, 24))
    assert personal.run("again") == first
    assert (personal.versions(), personal.bronze()) == (versions, rows)
    personal.send(batch(100), "second.csv")
    personal.run("next")
    keys = TokenKeys.load()
    tokens = {row["reporter_token"] for row in personal.bronze()}
    assert tokens == {keys.token("person", NAME, PURPOSE, key_id=key_id) for key_id in keys.ids}
    assert {before, keys.token("person", NAME, PURPOSE)} == tokens
    table = f"bronze.{personal.name}"
    found = tokens_in_use()
    assert (found["v1"][table], found[made.key_id][table]) == (20, 20)
    assert [commit["user_metadata"]["keys"] for commit in deltars.history(table, 2)] == [made.key_id, "v1"]


def test_the_newest_landed_batch_is_checked_against_the_classification(personal: Feed) -> None:
    contract = load_contract(personal.name, personal.folders)
    with pytest.raises(CalanqueError, match="has no batch in landing"):
        sample_landed(contract, 100, 1)
    personal.send(batch(0), "first.csv")
    personal.run()
    sample = sample_landed(contract, 100, 1)
    assert (sample.row_count, len(sample.values["event_id"]), find_leaks(contract, sample)) == (20, 20, [])
    # A manifest tells time to the second: the newest batch is the later one.
    time.sleep(1.1)
    personal.send(batch(100).replace("E0001", "06 39 98 41 "), "second.csv")
    personal.run("next")
    (leak,) = find_leaks(contract, sample_landed(contract, 100, 1))
    assert (leak.column, leak.type, leak.hit_count, leak.value_count) == ("event_id", "PHONE_NUMBER", 20, 20)
