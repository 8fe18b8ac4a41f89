"""Who may do what at the query door: each account, object and operation, asked for real, against what is declared.

The rows are made from contracts, from dbt's `meta` and from the tables of runs, as they are in the running copy.
"""

import itertools
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx
import project
import pytest
import yaml
from waiting import HUNG_S, until

from calanque.contracts import load_contracts
from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.engines.trino import ROLES, RefusedQueryError
from calanque.marts.door_rules import marts
from calanque.runs.tables import TABLES
from calanque.settings import Settings
from calanque.yaml_file import read_yaml

ACCOUNTS = [(account, role) for role, accounts in ROLES.items() for account in accounts]
REFUSED = {"PERMISSION_DENIED", "TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND"}
OPERATIONS = {
    "read": "explain (type validate) select * from {}",
    "describe": "describe {}",
    "delete": "explain (type validate) delete from {}",
}


class Object(NamedTuple):
    """Something with a name at the door, and which roles are to read it."""

    name: str
    readers: frozenset[str]


def objects() -> list[Object]:
    """Return every table of the lake and what Trino makes of marts, each with its readers as the files say them."""
    declared, there = marts(), {str(name) for (name,) in trino.query("show tables from marts", "engineer")}
    shown = [Object(f"marts.{name}", _readers(declared.get(name, {}))) for name in sorted(there)]
    runs = [Object(table.name, frozenset(table.readers) & ROLES.keys()) for table in TABLES]
    histories = [Object(f'marts."{name}$history"', frozenset({"engineer"})) for name in ("fct_incidents", "dim_area")]
    below = [f"{tier}.{feed}" for tier in ("bronze", "quarantine") for feed in load_contracts()]
    closed = [*below, "silver.shape_incident", "system.runtime.queries", "system.metadata.catalogs"]
    return [*shown, *runs, *histories, *(Object(name, frozenset()) for name in closed)]


def _readers(mart: Any) -> frozenset[str]:
    """Return who reads a mart; the one that dbt does not declare is for analysts and engineers."""
    return frozenset({"analyst", "engineer", *mart.get("config", {}).get("meta", {}).get("readers", ())})


def answer(asked: tuple[tuple[str, str], Object, str]) -> tuple[str, str, str, bool, bool]:
    (account, role), what, operation = asked
    try:
        trino.query(OPERATIONS[operation].format(what.name), account)
        is_done = True
    except RefusedQueryError as error:
        assert error.code in REFUSED, error
        is_done = False
    return account, what.name, operation, is_done, operation != "delete" and role in what.readers


def test_each_account_does_what_is_declared_and_nothing_else(
    first: DemoRun, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = list(itertools.product(ACCOUNTS, objects(), OPERATIONS))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(answer, asked))
    with capsys.disabled():
        yes = sum(is_done for *_, is_done, _ in found)
        sys.stdout.write(f"\n{len(found)} answers of the query door, {yes} of them yes\n")
    assert [one for one in found if one[3] != one[4]] == []
    assert len(found) > 300 and {account for account, _, _, is_done, _ in found if is_done} == dict(ACCOUNTS).keys()


def test_an_elected_member_is_told_no_count_under_eleven(first: DemoRun) -> None:
    small = "select count(*) from fct_territory_week where incident_count between 1 and 10"
    whole = "select count(*), count(incident_count) from fct_territory_week"
    assert trino.query(small)[0][0] > 0 == trino.query(small, "elected")[0][0]
    (rows, told), (same, fewer) = trino.query(whole)[0], trino.query(whole, "elected")[0]
    assert rows == same == told > fewer > 0


def test_an_engineer_sees_places_to_a_hundredth_of_a_degree(first: DemoRun) -> None:
    fine = "select count_if(lon <> round(lon, 2) or lat <> round(lat, 2) or cell_id is not null) from fct_incidents"
    assert trino.query(fine)[0][0] > 0 == trino.query(fine, "engineer")[0][0]


def test_nobody_sees_or_ends_a_peer_s_query(stack: Settings, first: DemoRun) -> None:
    url, secret = f"{stack.trino_url}/v1", stack.secret
    with httpx.Client(verify=str(stack.home / "trino-ca.pem"), timeout=HUNG_S) as client:
        asking = {"X-Trino-User": "analyst", "X-Trino-Source": "motif: a long question"}
        begun = client.post(
            f"{url}/statement",
            content=f"select count(*) from {', '.join(f'lake.marts.fct_incidents as {name}' for name in 'abc')}",
            headers=asking,
            auth=("analyst", secret("password_analyst")),
        ).json()
        own = {"auth": ("analyst", secret("password_analyst")), "headers": asking}
        while begun["stats"]["state"] == "QUEUED":
            begun = client.get(begun["nextUri"], **own).json()
        place = f"{url}/query/{begun['id']}"
        peer = {"auth": ("analyst_2", secret("password_analyst_2")), "headers": {"X-Trino-User": "analyst_2"}}
        assert client.get(place, **peer).status_code == 403 == client.delete(place, **peer).status_code
        as_another = peer | {"headers": asking}
        posed = client.post(f"{url}/statement", content="select 1", **as_another).json()
        while "nextUri" in posed:
            posed = client.get(posed["nextUri"], **as_another).json()
        assert posed["error"]["errorName"] == "PERMISSION_DENIED" and "impersonate" in posed["error"]["message"]
        assert client.get(begun["nextUri"], **own).json()["stats"]["state"] != "FAILED", "the peer has ended it"
        client.delete(begun["nextUri"], **own)


@pytest.mark.parametrize("motif", [None, "", "    ", "...", "abc"])
@pytest.mark.parametrize("account", ["analyst", "analyst_2", "engineer"])
def test_without_a_motif_a_query_is_refused_with_how_to_give_one(first: DemoRun, account: str, motif: Any) -> None:
    with pytest.raises(RefusedQueryError, match="no motif: connect with source = 'motif: why you ask'"):
        trino.query("select count(*) from fct_incidents", account, motif=motif)


def test_published_figures_and_the_journal_need_none(first: DemoRun) -> None:
    assert trino.query("select count(*) from dim_area", "elected", motif=None)[0][0] > 0
    assert trino.query("select count(*) from governance.journal", "dpo", motif=None)[0][0] >= 0


def test_a_contract_that_names_other_recipients_closes_its_city_soon(first: DemoRun) -> None:
    path = project.root() / "dags/feeds/marseille_main_courante.odcs.yaml"
    before, contract = path.read_text(encoding="utf-8"), read_yaml(path)
    (said,) = (one for one in contract["customProperties"] if one["property"] == "recipients")
    assert said["value"] == ["analysts"]
    said["value"] = ["prefecture"]
    count = "select count_if(territory = 'marseille'), count_if(territory <> 'marseille') from fct_incidents"
    assert all(trino.query(count)[0])
    try:
        path.write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")
        until(lambda: trino.query(count)[0][0] == 0, "the city is still open")
        assert trino.query(count)[0][1] > 0 and trino.query(count, "engineer")[0][0] > 0
    finally:
        path.write_text(before, encoding="utf-8")
    until(lambda: trino.query(count)[0][0] > 0, "the city is still closed")


def test_refusals_are_in_the_journal(first: DemoRun) -> None:
    from calanque.journal import log

    since = datetime.now(UTC)
    with pytest.raises(RefusedQueryError):
        trino.query("select * from fct_incidents", "analyst_2", motif=None)
    where = f"who = 'analyst_2' and motif is null and acted_at >= timestamp '{since:%Y-%m-%d %H:%M:%S} UTC'"

    def is_told() -> bool:
        log.collect()
        rows = trino.query(f"select outcome from governance.journal where {where}", "dpo")
        return [tuple(row) for row in rows] == [("QUERY_QUEUE_FULL",)]

    until(is_told, "the journal does not tell of the refusal")
