"""A feed that names persons: a new key for its tokens, and its newest raw file looked at.

Before many tables are there: the tokens of each are counted.
"""

from datetime import date, timedelta
from pathlib import Path

import pytest
from drop_feed import HEADER, Feed, give_persons
from lake_files import write_json

from calanque.contracts import load_contract
from calanque.engines import deltars
from calanque.engines.hdfs import lake
from calanque.errors import CalanqueError
from calanque.governance.token_keys import tokens_in_use
from calanque.ingest.column_scan import find_leaks
from calanque.ingest.sample import sample_landed
from calanque.privacy.key_file import rotate
from calanque.privacy.tokens import TokenKeys
from calanque.runs.records import utc_now

PURPOSE = "public_tranquillity"
NAME = "Zéphyrine Kerguélec"


def batch(first: int, count: int = 20) -> str:
    rows = (
        f"E{n:06d},2026-01-01,noise,-79.4,43.7,{NAME if n % 2 else NAME.upper()}\n" for n in range(first, first + count)
    )
    return HEADER.replace("\n", ",reporter\n") + "".join(rows)


def test_new_rows_have_the_new_key_and_the_newest_file_is_held_to_its_classification(feed: Feed, key: Path) -> None:
    give_persons(feed)
    contract = load_contract(feed.name, feed.folders)
    with pytest.raises(CalanqueError, match="has no batch in landing"):
        sample_landed(contract, 100, 1)
    feed.send(batch(0))
    first = feed.run()
    sample = sample_landed(contract, 100, 1)
    assert (sample.row_count, len(sample.values["event_id"]), find_leaks(contract, sample)) == (20, 20, [])
    before = TokenKeys.load().token("person", NAME, PURPOSE)
    assert {row["reporter_token"] for row in feed.bronze()} == {before}
    versions, rows = feed.versions(), feed.bronze()
    made = rotate(date(2026, 11, 24))
    assert feed.run("again") == first
    assert (feed.versions(), feed.bronze()) == (versions, rows)
    # A manifest tells time to the second: the newest batch is the later one.
    manifest = f"/lake/landing/{feed.name}/{first.batch_id}/manifest.json"
    earlier = {"landed_at": (utc_now() - timedelta(hours=1)).isoformat()}
    write_json(manifest, lake().read_json(manifest) | earlier)
    feed.send(batch(100).replace("E0001", "06 39 98 41 "))
    feed.run("next")
    keys = TokenKeys.load()
    tokens = {row["reporter_token"] for row in feed.bronze()}
    assert tokens == {keys.token("person", NAME, PURPOSE, key_id=key_id) for key_id in keys.ids}
    assert {before, keys.token("person", NAME, PURPOSE)} == tokens
    table = f"bronze.{feed.name}"
    found = tokens_in_use()
    assert (found["v1"][table], found[made.key_id][table]) == (20, 20)
    assert [commit["user_metadata"]["keys"] for commit in deltars.history(table, 2)] == [made.key_id, "v1"]
    (leak,) = find_leaks(contract, sample_landed(contract, 100, 1))
    assert (leak.column, leak.type, leak.hit_count, leak.value_count) == ("event_id", "PHONE_NUMBER", 20, 20)
