"""Every rule of a contract, with a contract that breaks it: the sentence names the file and the field."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from apart import run_apart
from changed import FEEDS, changed, content_of, refusal, told

from calanque.contracts import Folders, forbidden_word, load_contract, load_contracts, read_contract
from calanque.contracts.model import TokenKind
from calanque.contracts.write import AppendWrite, Duplicates, MergeWrite, SnapshotWrite
from calanque.errors import CalanqueError
from calanque.privacy import tokens


def test_a_contract_is_read_once_until_its_text_changes(tmp_path: Path) -> None:
    path = tmp_path / "citizen_reports.odcs.yaml"
    text = (FEEDS / path.name).read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    first = read_contract(path)
    assert read_contract(path) is first
    with pytest.raises(ValueError, match="frozen"):
        first.title = "Renamed"  # type: ignore[misc]
    path.write_text(text.replace(first.title, "Renamed"), encoding="utf-8")
    assert read_contract(path).title == "Renamed"


def test_a_contract_read_before_is_wrong_once_its_territory_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    read_contract(FEEDS / "citizen_reports.odcs.yaml")
    monkeypatch.setattr("calanque.contracts.odcs.known_territories", lambda: ("toronto",))
    monkeypatch.setattr("calanque.contracts.rules.known_territories", lambda: ("toronto",))
    with pytest.raises(CalanqueError, match="there is no territory 'marseille'"):
        read_contract(FEEDS / "citizen_reports.odcs.yaml")


def test_the_two_feeds_load() -> None:
    contracts = load_contracts()
    assert {"citizen_reports", "toronto_incidents"} <= set(contracts)
    toronto, reports = contracts["toronto_incidents"], contracts["citizen_reports"]
    assert (toronto.origin, toronto.is_personal, toronto.write.mode) == ("reported", False, "append")
    assert reports.is_personal and reports.is_synthetic
    assert {c.name: (c.protection, c.token_kind, c.token_purpose) for c in reports.bronze if c.is_protected} == {
        "description_redacted": ("redact", None, None),
        "reporter_token": ("token", "person", "citizen_reports"),
        "phone_token": ("token", "phone", "citizen_reports"),
        "email_token": ("token", "email", "citizen_reports"),
    }
    assert (reports.row_stands_for, reports.person_column) == ("person", "reporter_token")
    assert toronto.provenance.producer == "Toronto Police Service"
    assert toronto.duplicates == Duplicates(key=("incident_id",), action="keep")
    assert reports.duplicates == Duplicates(key=("report_id",), action="quarantine")


ID, DAY = "incident_id", "occurred_local_date"
GONE = {"column": "category", "value": "bruit"}
MERGE = {"mode": "merge", "key": ["report_id"], "orderBy": "reported_at", "deletedWhen": GONE}
WRITES: dict[str, tuple[Any, Any, tuple[str, ...]]] = {
    "nothing-said": (None, AppendWrite(), ()),
    "snapshot": ({"mode": "snapshot", "key": [ID]}, SnapshotWrite(mode="snapshot", key=(ID,)), (ID,)),
    "snapshot-of-days": (
        {"mode": "snapshot", "key": [ID], "within": DAY},
        SnapshotWrite(mode="snapshot", key=(ID,), within=DAY),
        (ID, DAY),
    ),
    "merge": (MERGE, MergeWrite.model_validate(MERGE), ("report_id", "reported_at")),
}


@pytest.mark.parametrize(("said", "expected", "key"), WRITES.values(), ids=WRITES.keys())
def test_a_way_of_writing_is_read(said: Any, expected: Any, key: tuple[str, ...], tmp_path: Path) -> None:
    feed = "citizen_reports" if said is MERGE else "toronto_incidents"
    write = said and {"property": "write", "value": said}
    write = read_contract(changed(tmp_path, feed, {"customProperties.write": write})).write
    assert (write, write.row_key) == (expected, key)


def test_the_kinds_of_tokens_are_those_of_the_door() -> None:
    assert get_args(TokenKind) == get_args(tokens.TokenKind)


@pytest.mark.parametrize("feed", ["toronto_incidents", "citizen_reports"])
def test_a_contract_is_valid_by_the_standards_own_schema(feed: str) -> None:
    import jsonschema
    from open_data_contract_standard.model import OpenDataContractStandard

    schema = json.loads(OpenDataContractStandard.json_schema())
    assert [e.message for e in jsonschema.Draft201909Validator(schema).iter_errors(content_of(feed))] == []


# What tests/contracts/bad and the tables of expressions ask is not asked again.
REFUSED = told("refused")


@pytest.mark.parametrize(("feed", "changes", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_broken_contract_is_refused(feed: str, changes: str, words: str, tmp_path: Path) -> None:
    sentence = refusal(changed(tmp_path, feed, yaml.safe_load(changes)))
    assert sentence.startswith(f"{feed}.odcs.yaml: field '")
    assert words in sentence


@pytest.mark.parametrize("text", ["- 1\n", ""], ids=["list", "empty"])
def test_a_file_that_is_not_a_mapping_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.odcs.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CalanqueError, match="must be a mapping"):
        read_contract(path)


def test_an_unknown_feed_names_the_known_ones() -> None:
    with pytest.raises(CalanqueError, match=r"no feed 'toronto': known feeds are .*toronto_incidents"):
        load_contract("toronto")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CalanqueError, match="No contract"):
        load_contracts(Folders(contracts=tmp_path))


@pytest.mark.parametrize(("judged", "name"), told("names"))
def test_a_forbidden_name_is_found_and_what_only_resembles_one_is_not(judged: str, name: str) -> None:
    assert (forbidden_word(name) is not None) == (judged == "forbidden")


def test_reading_contracts_imports_nothing_heavy() -> None:
    code = (
        "import sys; from calanque.contracts import load_contracts; load_contracts(); import calanque.ingest.batch;"
        "heavy = {'pandas', 'numpy', 'pyspark', 'great_expectations', 'presidio_analyzer', 'hdfs'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )
    run_apart(code)
