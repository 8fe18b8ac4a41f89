"""What a contract may say of how its rows are written, with each wrong saying and its sentence."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from calanque.contracts import FeedContract, load_contract, read_contract
from calanque.contracts.write import AppendWrite, MergeWrite, SnapshotWrite
from calanque.errors import CalanqueError

FEEDS = Path(__file__).parents[2] / "dags" / "feeds"
SNAPSHOT = {"mode": "snapshot", "key": ["incident_id"]}
MERGE = {"mode": "merge", "key": ["incident_id"], "orderBy": "occurred_at"}
TWICE = {"key": ["incident_id"], "action": "keep"}


def read_with(folder: Path, feed: str, /, **said: Any) -> FeedContract:
    content = yaml.safe_load((FEEDS / f"{feed}.odcs.yaml").read_text(encoding="utf-8"))
    content["customProperties"] = [item for item in content["customProperties"] if item["property"] not in said]
    content["customProperties"] += [{"property": name, "value": value} for name, value in said.items() if value]
    path = folder / f"{feed}.odcs.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return read_contract(path)


ALLOWED: dict[str, tuple[str, Any, Any, tuple[str, ...]]] = {
    "nothing-said": ("toronto_incidents", None, AppendWrite(), ()),
    "append": ("toronto_incidents", {"mode": "append"}, AppendWrite(), ()),
    "snapshot": (
        "toronto_incidents",
        SNAPSHOT,
        SnapshotWrite(mode="snapshot", key=("incident_id",)),
        ("incident_id",),
    ),
    "snapshot-of-days": (
        "toronto_incidents",
        {**SNAPSHOT, "within": "occurred_local_date"},
        SnapshotWrite(mode="snapshot", key=("incident_id",), within="occurred_local_date"),
        ("incident_id", "occurred_local_date"),
    ),
    "merge": (
        "citizen_reports",
        {
            "mode": "merge",
            "key": ["report_id"],
            "orderBy": "reported_at",
            "deletedWhen": {"column": "category", "value": "bruit"},
        },
        MergeWrite.model_validate(
            {
                "mode": "merge",
                "key": ("report_id",),
                "order_by": "reported_at",
                "deleted_when": {"column": "category", "value": "bruit"},
            }
        ),
        ("report_id", "reported_at"),
    ),
}


@pytest.mark.parametrize(("feed", "said", "expected", "key"), ALLOWED.values(), ids=ALLOWED.keys())
def test_a_way_of_writing_is_read(feed: str, said: Any, expected: Any, key: tuple[str, ...], tmp_path: Path) -> None:
    write = read_with(tmp_path, feed, write=said).write
    assert write == expected
    assert write.row_key == key


def test_the_two_feeds_say_what_becomes_of_repeated_rows() -> None:
    said = {feed: load_contract(feed).duplicates for feed in ("toronto_incidents", "citizen_reports")}
    assert {feed: (d.key, d.action) for feed, d in said.items() if d} == {
        "toronto_incidents": (("incident_id",), "keep"),
        "citizen_reports": (("report_id",), "quarantine"),
    }


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "unknown-mode": ("toronto_incidents", {"write": {"mode": "upsert"}}, "write"),
    "append-with-key": ("toronto_incidents", {"write": {"mode": "append", "key": ["incident_id"]}}, "write.append.key"),
    "snapshot-without-key": ("toronto_incidents", {"write": {"mode": "snapshot"}}, "write.snapshot.key"),
    "snapshot-with-order": ("toronto_incidents", {"write": {**SNAPSHOT, "orderBy": "occurred_at"}}, "orderBy"),
    "empty-key": ("toronto_incidents", {"write": {**SNAPSHOT, "key": []}}, "write.snapshot.key"),
    "key-not-a-column": ("toronto_incidents", {"write": {**SNAPSHOT, "key": ["id"]}}, "'id' is not a bronze column"),
    "key-twice": (
        "toronto_incidents",
        {"write": {**SNAPSHOT, "key": ["incident_id", "incident_id"]}},
        "names a column twice",
    ),
    "key-not-required": (
        "citizen_reports",
        {"write": {**SNAPSHOT, "key": ["phone_token"]}},
        "'phone_token' must be required",
    ),
    "key-redacted": (
        "citizen_reports",
        {"write": {**SNAPSHOT, "key": ["description_redacted"]}},
        "'description_redacted' is redacted text",
    ),
    "within-not-a-date": (
        "toronto_incidents",
        {"write": {**SNAPSHOT, "within": "occurred_at"}},
        "write.within': 'occurred_at' is a timestamp: name a date column",
    ),
    "merge-without-order": (
        "toronto_incidents",
        {"write": {"mode": "merge", "key": ["incident_id"]}},
        "write.merge.orderBy",
    ),
    "order-is-text": (
        "toronto_incidents",
        {"write": {**MERGE, "orderBy": "type"}},
        "write.orderBy': 'type' is a string: name a date, time or number",
    ),
    "order-not-required": (
        "citizen_reports",
        {"write": {**MERGE, "key": ["report_id"], "orderBy": "phone_token"}},
        "write.orderBy': 'phone_token' must be required",
    ),
    "order-in-key": (
        "toronto_incidents",
        {"write": {**MERGE, "key": ["incident_id", "occurred_at"]}},
        "'occurred_at' is in the key",
    ),
    "deletion-of-another-value": (
        "toronto_incidents",
        {"write": {**MERGE, "deletedWhen": {"column": "type", "value": "gone"}}},
        "'type' must be open and list 'gone' as a valid value",
    ),
    "deletion-without-list": (
        "toronto_incidents",
        {"write": {**MERGE, "deletedWhen": {"column": "neighbourhood", "value": "x"}}},
        "'neighbourhood' must be open and list",
    ),
    "duplicates-not-a-column": (
        "toronto_incidents",
        {"duplicates": {**TWICE, "key": ["incident"]}},
        "duplicates.key': 'incident' is not a bronze column",
    ),
    "duplicates-without-action": ("toronto_incidents", {"duplicates": {"key": ["incident_id"]}}, "duplicates.action"),
    "duplicates-dropped": ("toronto_incidents", {"duplicates": {**TWICE, "action": "drop"}}, "duplicates.action"),
}


@pytest.mark.parametrize(("feed", "said", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_a_wrong_way_of_writing_is_refused(feed: str, said: Any, expected: str, tmp_path: Path) -> None:
    with pytest.raises(CalanqueError) as raised:
        read_with(tmp_path, feed, **said)
    assert str(raised.value).startswith(f"{feed}.odcs.yaml: field 'customProperties.")
    assert expected in str(raised.value)


def test_a_technical_column_of_closing_is_no_bronze_column(tmp_path: Path) -> None:
    content = yaml.safe_load((FEEDS / "toronto_incidents.odcs.yaml").read_text(encoding="utf-8"))
    content["schema"][1]["properties"][0]["name"] = "_closed_at"
    path = tmp_path / "toronto_incidents.odcs.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(CalanqueError):
        read_contract(path)
