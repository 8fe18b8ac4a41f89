"""Every rule of a contract, with a contract that breaks it: the sentence names the file and the field."""

import copy
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from calanque.contracts import Folders, forbidden_word, load_contract, load_contracts, read_contract
from calanque.contracts.model import TokenKind
from calanque.errors import CalanqueError
from calanque.privacy import tokens

FEEDS = Path(__file__).parents[2] / "dags" / "feeds"


def content_of(feed: str) -> dict[str, Any]:
    return yaml.safe_load((FEEDS / f"{feed}.odcs.yaml").read_text(encoding="utf-8"))


def custom(content: dict[str, Any], name: str) -> dict[str, Any]:
    return next(item for item in content["customProperties"] if item["property"] == name)


def column(content: dict[str, Any], place: str, name: str) -> dict[str, Any]:
    schema = next(item for item in content["schema"] if item["name"] == place)
    return next(item for item in schema["properties"] if item["name"] == name)


def set_custom(name: str, value: Any) -> Any:
    return lambda c: custom(c, name).update(value=value)


def add_custom(name: str, value: Any) -> Any:
    return lambda c: c["customProperties"].append({"property": name, "value": value})


def set_column(place: str, column_name: str, /, **changes: Any) -> Any:
    return lambda c: column(c, place, column_name).update(changes)


def drop_column_key(place: str, name: str, key: str) -> Any:
    return lambda c: column(c, place, name).pop(key)


def protect(name: str, protection: str, **more: str) -> Any:
    properties = {"protection": protection, **more}
    written = [{"property": key, "value": value} for key, value in properties.items()]
    return set_column("bronze", name, customProperties=written)


def add(place: str, /, **new: Any) -> Any:
    return lambda c: next(item for item in c["schema"] if item["name"] == place)["properties"].append(new)


def test_a_contract_is_read_once_until_its_text_changes(tmp_path: Path) -> None:
    path = tmp_path / "citizen_reports.odcs.yaml"
    text = (FEEDS / path.name).read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    first = read_contract(path)
    assert read_contract(path) is first
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


def test_the_kinds_of_tokens_are_those_of_the_door() -> None:
    assert get_args(TokenKind) == get_args(tokens.TokenKind)


@pytest.mark.parametrize("feed", ["toronto_incidents", "citizen_reports"])
def test_a_contract_is_valid_by_the_standards_own_schema(feed: str) -> None:
    import json

    import jsonschema
    from open_data_contract_standard.model import OpenDataContractStandard

    schema = json.loads(OpenDataContractStandard.json_schema())
    assert [e.message for e in jsonschema.Draft201909Validator(schema).iter_errors(content_of(feed))] == []


REFUSED = {
    "rows-kept-by-no-column": (
        lambda c: c["customProperties"].append({"property": "retentionColumn", "value": "reported"}),
        "retentionColumn': must name a bronze column that is a date",
    ),
    "rows-kept-by-a-text": (
        lambda c: c["customProperties"].append({"property": "retentionColumn", "value": "premises"}),
        "retentionColumn': must name a bronze column that is a date",
    ),
    "unknown-top-field": (lambda c: c.update(ownner="x"), "'ownner'"),
    "unknown-nested-field": (set_column("landing", "Lat", clasification="open"), "schema.landing.Lat.clasification"),
    "old-standard": (lambda c: c.update(apiVersion="v2.2.2"), "apiVersion"),
    "unknown-custom-property": (
        lambda c: c["customProperties"].append({"property": "teritory", "value": "x"}),
        "teritory",
    ),
    "custom-property-twice": (
        lambda c: c["customProperties"].append({"property": "territory", "value": "x"}),
        "territory': is written twice",
    ),
    "custom-property-missing": (lambda c: c["customProperties"].remove(custom(c, "legalBasis")), "legalBasis"),
    "licence-missing": (lambda c: custom(c, "provenance")["value"].pop("licence"), "provenance.licence"),
    "citation-blank": (lambda c: custom(c, "provenance")["value"].update(citation=" "), "provenance.citation"),
    "provenance-typo": (lambda c: custom(c, "provenance")["value"].update(datePublishd="x"), "provenance.datePublishd"),
    "address-of-no-page": (lambda c: custom(c, "provenance")["value"].update(url="javascript:x"), "provenance.url"),
    "person-of-a-fact": (add_custom("personColumn", "type"), "is for a feed whose rowStandsFor is person"),
    "unknown-column-property": (
        set_column("bronze", "lat", customProperties=[{"property": "protecton", "value": "none"}]),
        "protecton",
    ),
    "property-on-landing-column": (
        set_column("landing", "Lat", customProperties=[{"property": "protection", "value": "none"}]),
        "schema.landing.Lat",
    ),
    "unknown-regime": (set_custom("regime", "gdpr"), "regime"),
    "unknown-origin": (set_custom("origin", "guessed"), "origin"),
    "measured-incident": (set_custom("origin", "measured"), "no device measures a row of the shape incident"),
    "unknown-source-kind": (set_custom("source", {"kind": "ftp"}), "source"),
    "source-typo": (set_custom("source", {"kind": "drop", "pattern": "*.csv", "paterns": 1}), "paterns"),
    "wheel-without-digest": (
        set_custom(
            "source", {"kind": "pypi", "package": "p", "version": "1", "members": [{"path": "a.csv", "sha256": "abc"}]}
        ),
        "sha256",
    ),
    "two-character-delimiter": (
        set_custom("fileFormat", {"type": "csv", "delimiter": "||", "encoding": "UTF-8", "multiline": False}),
        "delimiter",
    ),
    "unknown-time-zone": (set_custom("timeZone", "America/Torronto"), "timeZone"),
    "rate-over-one": (set_custom("maxRefusedRate", 5), "maxRefusedRate"),
    "twin-not-marked": (set_custom("source", {"kind": "twin", "generator": "a.b"}), "isSynthetic"),
    "bad-version": (lambda c: c.update(version="1"), "version"),
    "no-team": (lambda c: c.pop("team"), "team"),
    "third-schema": (lambda c: c["schema"].append({"name": "gold"}), "schema"),
    "landing-not-classified": (
        drop_column_key("landing", "Lat", "classification"),
        "schema.landing.Lat.classification",
    ),
    "bronze-not-classified": (drop_column_key("bronze", "lat", "classification"), "schema.bronze.lat.classification"),
    "unknown-classification": (
        set_column("landing", "Lat", classification="public"),
        "schema.landing.Lat.classification",
    ),
    "forbidden-landing-column": (
        add("landing", name="Victim_Age", classification="personal", description="x"),
        "'age' can never enter",
    ),
    "forbidden-bronze-column": (
        add(
            "bronze",
            name="gender",
            logicalType="string",
            physicalType="string",
            classification="open",
            description="x",
            transformSourceObjects=["MCI"],
        ),
        "'gender' can never enter",
    ),
    "column-twice": (add("landing", name="lat", classification="open", description="x"), "declared twice"),
    "technical-column": (set_column("bronze", "lat", name="_batch_id"), "_batch_id"),
    "wrong-physical-type": (set_column("bronze", "lat", physicalType="string"), "schema.bronze.lat.physicalType"),
    "source-not-landed": (
        set_column("bronze", "lat", transformSourceObjects=["Latitude"]),
        "'Latitude' is not a landing column",
    ),
    "no-source-no-expression": (
        drop_column_key("bronze", "lat", "transformSourceObjects"),
        "schema.bronze.lat.transformLogic",
    ),
    "unsafe-cast": (
        set_column("bronze", "lat", transformLogic="cast(Lat as double)"),
        "a plain cast to double",
    ),
    "unsafe-colon-cast": (
        set_column("bronze", "lat", transformLogic="Lat::double"),
        "a plain cast to double",
    ),
    "two-statements": (
        set_column("bronze", "lat", transformLogic="try_cast(Lat as double); drop table x"),
        "must be one expression",
    ),
    "runs-java": (set_column("bronze", "lat", transformLogic="reflect('a', Lat)"), "reflect"),
    "clock-in-expression": (set_column("bronze", "type", transformLogic="concat(MCI, now())"), "now("),
    "guessed-time": (
        set_column("bronze", "occurred_local_date", transformLogic="try_cast(occurrencedate AS date)"),
        "guessed",
    ),
    "undeclared-source": (
        set_column("bronze", "type", transformLogic="concat(MCI, PS_Id)"),
        "'PS_Id' must be both used",
    ),
    "unused-source": (
        set_column("bronze", "type", transformSourceObjects=["MCI", "PS_Id"]),
        "'PS_Id' must be both used",
    ),
    "other-time-zone": (
        set_column(
            "bronze",
            "occurred_local_date",
            transformLogic="from_utc_timestamp(try_to_timestamp(occurrencedate, 'yyyy'), 'Europe/Paris')",
        ),
        "Europe/Paris",
    ),
    "time-without-format": (
        drop_column_key("bronze", "occurred_at", "transformLogic"),
        "schema.bronze.occurred_at.transformLogic",
    ),
    "enum-of-v32": (set_column("bronze", "type", enum=[{"value": "a"}]), "v3.2"),
    "unknown-quality-rule": (
        set_column("bronze", "type", quality=[{"metric": "nullValues", "mustBe": 0}]),
        "schema.bronze.type.quality",
    ),
    "enum-on-number": (
        set_column(
            "bronze", "lat", quality=[{"metric": "invalidValues", "arguments": {"validValues": [1]}, "mustBe": 0}]
        ),
        "only a string",
    ),
    "unknown-option": (set_column("bronze", "lat", logicalTypeOptions={"format": "f32"}), "logicalTypeOptions.format"),
    "limit-on-string": (set_column("bronze", "type", logicalTypeOptions={"minimum": 1}), "only an integer or a number"),
    "broken-pattern": (set_column("bronze", "type", logicalTypeOptions={"pattern": "("}), "regular expression"),
    "projected-with-three-sources": (
        set_column("bronze", "x_m", transformSourceObjects=["Long", "Lat", "MCI"]),
        "longitude then latitude",
    ),
    "projected-as-string": (set_column("bronze", "x_m", logicalType="string", physicalType="string"), "is double"),
    "no-landing-retention": (
        lambda c: c["slaProperties"].remove(next(i for i in c["slaProperties"] if i.get("element") == "landing")),
        "'landing' tier",
    ),
    "retention-in-years": (lambda c: c["slaProperties"][2].update(unit="y"), "whole number of days"),
    "retention-of-a-yes": (lambda c: c["slaProperties"][2].update(value=True), "whole number of days"),
    "retention-of-an-age": (lambda c: c["slaProperties"][2].update(value=10**9), "whole number of days"),
    "random-schedule": (lambda c: c["slaProperties"][0].update(schedule="R R * * *"), "no cron expression"),
    "long-domain": (lambda c: c.update(domain="d" * 150), "domain"),
    "blank-owner": (lambda c: c["team"]["members"][0].update(username=" \n"), "owner"),
    "long-quarantine": (lambda c: c["slaProperties"][3].update(value=400), "quarantine is kept 30 days at most"),
    "unknown-sla": (lambda c: c["slaProperties"].append({"property": "availability", "value": 1}), "availability"),
    "latency-of-no-unit": (lambda c: c["slaProperties"].append({"property": "latency", "value": 1}), "unit h or d"),
    "latency-of-years": (
        lambda c: c["slaProperties"].append({"property": "latency", "value": 800, "unit": "d"}),
        "up to a year",
    ),
    "latency-twice": (
        lambda c: c["slaProperties"].extend([{"property": "latency", "value": 2, "unit": "d"}] * 2),
        "written once",
    ),
    "no-schedule": (lambda c: c["slaProperties"].pop(0), "schedule"),
}

REFUSED_PERSONAL = {
    "personal-flag-wrong": (set_custom("isPersonal", False), "isPersonal"),
    "identifier-in-clear": (protect("phone_token", "none"), "schema.bronze.phone_token.protection"),
    "free-text-in-clear": (protect("description_redacted", "none"), "schema.bronze.description_redacted.protection"),
    "free-text-as-token": (
        protect("description_redacted", "token", tokenKind="person", tokenPurpose="citizen_reports"),
        "redact is for free_text",
    ),
    "language-not-said": (lambda c: c["customProperties"].remove(custom(c, "language")), "customProperties.language"),
    "language-not-read": (set_custom("language", "it"), "classify its columns personal"),
    "language-by-its-name": (set_custom("language", "français"), "customProperties.language"),
    "name-redacted": (protect("reporter_token", "redact"), "redact is for free_text"),
    "drop-in-bronze": (protect("reporter_token", "drop"), "leave it out"),
    "unknown-protection": (protect("reporter_token", "hash"), "protection"),
    "token-of-another-purpose": (
        protect("reporter_token", "token", tokenKind="person", tokenPurpose="marketing"),
        "bound to its purpose",
    ),
    "token-of-no-kind": (protect("reporter_token", "token", tokenPurpose="citizen_reports"), "says its tokenKind"),
    "token-of-no-purpose": (protect("reporter_token", "token", tokenKind="person"), "says its tokenKind"),
    "unknown-kind": (protect("reporter_token", "token", tokenKind="face", tokenPurpose="citizen_reports"), "tokenKind"),
    "kind-without-token": (protect("description_redacted", "redact", tokenKind="person"), "says its tokenKind"),
    "person-not-told": (lambda c: c["customProperties"].remove(custom(c, "personColumn")), "tells persons apart"),
    "person-by-a-category": (set_custom("personColumn", "category"), "not a bronze column of a token"),
    "token-called-open": (
        set_column("bronze", "reporter_token", classification="open"),
        "schema.bronze.reporter_token",
    ),
    "redacted-called-open": (set_column("bronze", "description_redacted", classification="open"), "stays 'personal'"),
    "position-in-clear": (
        add(
            "bronze",
            name="longitude",
            logicalType="number",
            physicalType="double",
            classification="open",
            description="x",
            transformSourceObjects=["lon"],
        ),
        "'lon' is personal",
    ),
    "position-in-metres": (
        add(
            "bronze",
            name="x_m",
            logicalType="number",
            physicalType="double",
            classification="open",
            description="x",
            transformSourceObjects=["lon", "lat"],
            customProperties=[{"property": "projected", "value": "x_m"}],
        ),
        "is personal",
    ),
    "hash-of-a-name": (
        set_column("bronze", "reporter_token", transformLogic="sha2(reporter_name, 256)"),
        "one source column as it is",
    ),
    "long-landing": (lambda c: c["slaProperties"][1].update(value=365), "personal landing is kept 30 days at most"),
}


def refused(feed: str, change: Any, folder: Path) -> str:
    content = copy.deepcopy(content_of(feed))
    change(content)
    path = folder / f"{feed}.odcs.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(CalanqueError) as raised:
        read_contract(path)
    return str(raised.value)


@pytest.mark.parametrize(("change", "expected"), REFUSED.values(), ids=REFUSED.keys())
def test_a_broken_contract_is_refused(change: Any, expected: str, tmp_path: Path) -> None:
    sentence = refused("toronto_incidents", change, tmp_path)
    assert sentence.startswith("toronto_incidents.odcs.yaml: field '")
    assert expected in sentence


@pytest.mark.parametrize(("change", "expected"), REFUSED_PERSONAL.values(), ids=REFUSED_PERSONAL.keys())
def test_a_personal_contract_that_leaks_is_refused(change: Any, expected: str, tmp_path: Path) -> None:
    assert expected in refused("citizen_reports", change, tmp_path)


def test_a_file_that_is_not_its_feed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.odcs.yaml"
    path.write_text((FEEDS / "toronto_incidents.odcs.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(CalanqueError, match="must be named toronto_incidents"):
        read_contract(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\na: 2\n", "written twice"),
        ("- 1\n", "must be a mapping"),
        ("a: [1\n", "not readable as YAML"),
        ("", "must be a mapping"),
    ],
    ids=["key-twice", "list", "broken", "empty"],
)
def test_a_file_that_is_not_a_mapping_is_refused(text: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "x.odcs.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CalanqueError, match=expected):
        read_contract(path)


def test_an_unknown_feed_names_the_known_ones() -> None:
    with pytest.raises(CalanqueError, match=r"no feed 'toronto': known feeds are .*toronto_incidents"):
        load_contract("toronto")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CalanqueError, match="No contract"):
        load_contracts(Folders(contracts=tmp_path))


FORBIDDEN = [
    "face",
    "FaceId",
    "visage",
    "Gender",
    "sex",
    "SEXE",
    "genre",
    "age",
    "Âge",
    "age_min",
    "gait",
    "author",
    "auteur",
    "authorName",
    "handle",
    "ethnicity",
    "ethnie",
    "stressLevel",
    "niveau_stress",
    "facial_hair",
    "user_id",
    "screen_name",
    "an_nais",
    "birth_year",
    "emotion",
    "account.acct",
    "account.display_name",
    "account.id",
    "in_reply_to_id",
    "mentions",
    "IMSI",
    "imsi_hash",
    "IMEI2",
    "msisdn",
    "idfa",
    "gaid",
    "iccid",
    "device_id",
    "deviceId",
    "device.id",
    "DeviceID",
    "advertisingId",
    "mac_address",
    "adresse_mac",
    "Appearance.HumanBody.Belonging",
    "/MetadataStream/VideoAnalytics/Frame/SceneImageRef",
    "Appearance.Image",
]
ALLOWED = [
    "usage",
    "village",
    "page",
    "garage",
    "surface",
    "handled_at",
    "authority",
    "percentage",
    "stage",
    "sexton",
    "Long",
    "interface",
    "average",
    "agency",
    "courage",
    "message",
    "reporter_name",
    "account_currency",
    "replied_at",
    "street_name",
    "device",
    "device_count",
    "address_id",
    "adresse",
    "stadium_address",
    "gained",
    "image",
    "Appearance.Class.Type",
    "body_text",
]


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_forbidden_name_is_found(name: str) -> None:
    assert forbidden_word(name) is not None


@pytest.mark.parametrize("name", ALLOWED)
def test_a_name_that_only_resembles_one_is_allowed(name: str) -> None:
    assert forbidden_word(name) is None


def test_reading_contracts_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from calanque.contracts import load_contracts; load_contracts(); import calanque.ingest.batch;"
        "heavy = {'pandas', 'numpy', 'pyspark', 'great_expectations', 'presidio_analyzer', 'hdfs'} & set(sys.modules);"
        "sys.exit(', '.join(heavy) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=FEEDS.parents[1]
    )
    assert done.returncode == 0, done.stderr
