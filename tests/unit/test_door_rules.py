"""The query door's rules, as contracts and dbt's files say; and when they are made anew."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from calanque.contracts import load_contracts
from calanque.engines.trino import ROLES
from calanque.errors import CalanqueError
from calanque.marts import door_rules
from calanque.marts.domains import DOMAINS
from calanque.marts.door_rules import HIDDEN, marts, rules
from calanque.settings import settings
from calanque.stack import configuration, door_watch

CONTRACTS = load_contracts()
MARTS = marts()
INCIDENTS = "fct_incidents"


def of(made: dict[str, Any], user: str, mart: str) -> dict[str, Any]:
    """Return the first rule that a reader of a mart meets, as Trino takes it."""
    return next(
        rule
        for rule in made["tables"]
        if user in rule.get("user", user).split("|")
        and "marts" in rule.get("schema", "marts").split("|")
        and rule.get("table", ".*") in (mart, "[^$]*", ".*")
    )


def test_every_mart_that_dbt_builds_is_known_and_each_reader_is_a_role() -> None:
    assert MARTS.keys() >= {mart for domain in DOMAINS.values() for mart in domain.marts}
    assert {role for mart in MARTS.values() for role in mart.get("config", {}).get("meta", {}).get("readers", ())} == {
        "elected"
    }


def test_who_is_elected_reads_the_marts_that_say_so_and_no_small_count() -> None:
    made = rules(CONTRACTS, MARTS)
    shown = [mart for mart in MARTS if of(made, "elected", mart)["privileges"]]
    assert shown == [
        mart for mart in MARTS if "elected" in MARTS[mart].get("config", {}).get("meta", {}).get("readers", ())
    ]
    masks = {one["name"]: one.get("mask") for one in of(made, "elected", "fct_territory_week")["columns"]}
    assert masks == dict.fromkeys(HIDDEN) | {
        "incident_count": 'if("incident_count" < 11 AND "incident_count" > 0, NULL, "incident_count")'
    }
    assert of(made, "dpo", "fct_territory_week")["privileges"] == []
    assert not [one for one in of(made, "analyst_2", "fct_territory_week")["columns"] if "mask" in one]


ALL = "territory IN ('chicago', 'marseille', 'toronto')"


def test_a_city_whose_contract_names_others_is_closed_to_analysts_and_to_who_is_elected() -> None:
    changed = CONTRACTS["marseille_main_courante"].model_copy(update={"recipients": ("prefecture",)})
    made = rules({**CONTRACTS, "marseille_main_courante": changed}, MARTS)
    for user, mart in (("analyst", INCIDENTS), ("analyst_2", "fct_forecast"), ("elected", "fct_territory_week")):
        assert of(made, user, mart)["filter"] == "territory IN ('chicago', 'toronto')"
        assert of(rules(CONTRACTS, MARTS), user, mart)["filter"] == ALL
    for user, mart in (("engineer", INCIDENTS), ("analyst", "dim_area"), ("analyst", "dim_incident_type")):
        assert "filter" not in of(made, user, mart)
    assert of(made, "analyst", "fct_report_area_month")["filter"] == "territory IN ('marseille')"


def test_what_nothing_declares_is_open_to_nobody() -> None:
    """A city without a contract, a table of the marts that no file names, a lake without contracts."""
    made = rules(CONTRACTS, MARTS)
    assert of(made, "analyst", "fct_renamed_away")["privileges"] == []
    assert of(made, "analyst", "dim_feed_freshness")["privileges"]
    assert of(rules({}, MARTS), "analyst", INCIDENTS)["filter"] == "false"


def test_a_column_is_coarse_for_the_role_that_is_named() -> None:
    made = rules(CONTRACTS, MARTS)
    masks = {one["name"]: one.get("mask") for one in of(made, "engineer", INCIDENTS)["columns"]}
    assert masks["lon"] == "round(lon, 2)" and masks["cell_id"] == "CAST(NULL AS varchar)", "a cell is finer"
    assert [one["name"] for one in of(made, "analyst", INCIDENTS)["columns"]] == [*HIDDEN]


@pytest.mark.parametrize("meta", [{"readers": ["mayor"]}, {"columns": {"mayor": "1"}}])
def test_a_role_that_is_none_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch, meta: dict[str, Any]) -> None:
    column = {"name": "lon", "config": {"meta": {"coarse": meta.pop("columns", {})}}}
    model = {"name": "fct_x", "config": {"meta": meta}, "columns": [column]}
    monkeypatch.setattr(door_rules, "read_yaml", lambda path: {"models": [model]})
    with pytest.raises(CalanqueError, match="fct_x: its meta names 'mayor': choose of analyst"):
        marts()


def test_what_a_contract_said_last_stands_while_it_is_wrong_or_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = settings().model_copy(update={"home": tmp_path})
    (tmp_path / "conf/trino").mkdir(parents=True)
    path = tmp_path / "conf/trino/rules.json"
    feed = "marseille_main_courante"
    shut = CONTRACTS | {feed: CONTRACTS[feed].model_copy(update={"recipients": ("prefecture",)})}
    without = {name: one for name, one in CONTRACTS.items() if name != feed}

    def cities(contracts: dict[str, Any]) -> str:
        monkeypatch.setattr("calanque.contracts.read_contracts", lambda: (contracts, {}))
        configuration.write_rules(here)
        return str(of(json.loads(path.read_text(encoding="utf-8")), "analyst", INCIDENTS)["filter"])

    assert [cities(one) for one in (CONTRACTS, without, {})] == [ALL] * 3
    assert [cities(one) for one in (shut, without, without)] == ["territory IN ('chicago', 'toronto')"] * 3
    assert cities(CONTRACTS) == ALL
    assert path.stat().st_mode & 0o077 == 0 and not list(path.parent.glob("*.partial"))


def test_a_change_of_a_contract_or_of_a_mart_is_seen(tmp_path: Path) -> None:
    contract, mart = tmp_path / "dags/feeds/a.odcs.yaml", tmp_path / "dbt/models/marts/a/_a__models.yml"
    for path in (contract, mart):
        path.parent.mkdir(parents=True)
        path.write_text("a: 1")
    before = door_watch.times(tmp_path)
    assert before.keys() == {contract, mart} and door_watch.times(tmp_path) == before
    for path in (contract, mart):
        os.utime(path, ns=(1, 1))
        assert door_watch.times(tmp_path) != before
        before = door_watch.times(tmp_path)


def test_every_account_has_one_role() -> None:
    accounts = [account for found in ROLES.values() for account in found]
    assert len(accounts) == len(set(accounts)) == 5
