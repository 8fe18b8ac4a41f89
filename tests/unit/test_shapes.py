"""Shapes: what contracts are held to, and the SQL that is made of them."""

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from changed import changed

from calanque.contracts import ContractError, folders, load_contract, load_contracts, read_contract
from calanque.contracts.gates import load_gate
from calanque.contracts.shapes import shapes
from calanque.errors import CalanqueError
from calanque.marts.bounds import with_bounds
from calanque.marts.domains import DOMAINS, longest_first, territories
from calanque.marts.shape_sql import common_type, shape_sql
from calanque.places.territory import read_territory
from calanque.settings import settings

TORONTO, REPORTS = load_contract("toronto_incidents"), load_contract("citizen_reports")


def fills(name: str) -> list[dict[str, str]]:
    return [{"property": "fills", "value": name}]


FILLING = "premises.customProperties"
LAT = "Latitude, degrees WGS 84. Give a bronze column this name, or say fills: lat of one."
HELD = {
    "missing": ("lat", None, f"the shape incident needs the column 'lat' (double in degrees): {LAT}"),
    "empty": ("type.required", False, "needs 'type' in every row: say required: true."),
    "no-such-column": (FILLING, fills("place"), "has no column 'place': choose one of incident_id, occurred_at,"),
    "filled-twice": (FILLING, fills("type"), "another column is called 'type': rename it."),
    "another-type": ("premises.name", "ended_at", "'ended_at' of the shape incident is timestamp, not string."),
}


@pytest.mark.parametrize(("place", "value", "sentence"), HELD.values(), ids=HELD.keys())
def test_a_contract_is_held_to_its_shape(tmp_path: Path, place: str, value: Any, sentence: str) -> None:
    with pytest.raises(ContractError) as raised:
        read_contract(changed(tmp_path, TORONTO.feed, {f"schema.bronze.properties.{place}": value}))
    assert [sentence in problem for problem in raised.value.problems] == [True], raised.value.problems


def test_a_column_of_another_name_fills_the_shape(tmp_path: Path) -> None:
    column = "schema.bronze.properties.type"
    path = changed(tmp_path, TORONTO.feed, {f"{column}.customProperties": fills("type"), f"{column}.name": "offence"})
    sql = shape_sql(shapes()["incident"], [read_contract(path)])
    assert "then offence else 'other' end as type," in sql and "offence as type_code," in sql


def test_no_column_of_a_person_fits_a_shape() -> None:
    """A report's redacted words pass bronze, and go no further: no shape has a column for them."""
    names = {f"{name}.{column.name}" for name, shape in shapes().items() for column in shape.columns}
    names -= {"area.name", "area.parent_name", "asset.name"}  # of places
    assert not {name for name in names if any(word in name for word in ("text", "description", "author", "name"))}


@pytest.mark.parametrize(
    ("change", "sql"),
    [
        ({}, "reporter_token,"),
        ({"person_column": None}, "concat('row:', report_id) as reporter_token,"),
        ({"person_column": None, "row_stands_for": None}, "nullif(report_id, report_id) as reporter_token,"),
    ],
)
def test_a_row_stands_for_whom_the_contract_says(change: dict[str, None], sql: str) -> None:
    assert f"\n    {sql}\n" in shape_sql(shapes()["report"], [REPORTS.model_copy(update=change)])


def test_codes_become_common_kinds_and_an_unknown_one_other() -> None:
    sql = common_type("code", {"TAPAGE": "noise", "L'ECHO": "noise", "RIXE": "assault"})
    assert sql.startswith(
        "case when code in ('RIXE') then 'assault' when code in ('L\\'ECHO', 'TAPAGE') then 'noise' when code in ("
    )
    assert sql.endswith("then code else 'other' end")


def test_a_territory_maps_its_codes_to_the_taxonomy_only(tmp_path: Path) -> None:
    source = settings().root / "infra" / "territories" / "auckland.yml"
    path = tmp_path / "auckland.yml"
    path.write_text(source.read_text(encoding="utf-8") + "codes: {BURG: burglary}\n", encoding="utf-8")
    with pytest.raises(CalanqueError, match="'burglary' is not of the common taxonomy: accident, "):
        read_territory(path)
    path.write_text(source.read_text(encoding="utf-8") + "codes: {BURG: break_and_enter}\n", encoding="utf-8")
    assert read_territory(path).codes == {"BURG": "break_and_enter"}


def test_domains_follow_from_shapes() -> None:
    for domain in DOMAINS.values():
        assert {load_contracts()[feed].shape for feed in domain.feeds} == set(domain.shapes)
    assert set(territories("incident")) == set(DOMAINS["incidents"].territories)


def test_a_contract_that_turns_wrong_leaves_its_city_among_those_that_are_forecast(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, feeds = territories("incident"), tmp_path / "dags" / "feeds"
    shutil.copytree(settings().root / "dags" / "feeds", feeds)
    here = settings().model_copy(update={"root": tmp_path})
    monkeypatch.setattr(folders, "settings", lambda: here)
    for feed in DOMAINS["incidents"].feeds:
        path = feeds / f"{feed}.odcs.yaml"
        path.write_text(re.sub("status: active", "status: late", path.read_text(encoding="utf-8")), encoding="utf-8")
    for name, text in {"none": ":", "other": "customProperties: [1]", "of_nowhere": OF_NOWHERE}.items():
        (feeds / f"{name}.odcs.yaml").write_text(text, encoding="utf-8")
    assert DOMAINS["incidents"].territories == ()
    assert territories("incident") == before
    assert set(longest_first()) == set(before)


OF_NOWHERE = "customProperties: [{property: shape, value: incident}, {property: territory, value: nowhere}]"


def test_the_bounds_of_a_mart_are_those_of_its_city() -> None:
    gate = load_gate("fct_incidents", "marts")
    found = {item.column: item.kwargs for item in with_bounds(gate, [TORONTO]).expectations[len(gate.expectations) :]}
    assert found == {
        "lon": {"min_value": -79.66, "max_value": -79.1, "mostly": 0.99},
        "lat": {"min_value": 43.57, "max_value": 43.87, "mostly": 0.99},
        "occurred_local_date": {"min_value": date(2014, 1, 1), "max_value": None, "mostly": 1.0},
    }
    south = TORONTO.model_copy(update={"feed": "x", "territory": "auckland", "valid_from": None})
    assert [item.column for item in with_bounds(gate, [south]).expectations[len(gate.expectations) :]] == ["lon", "lat"]
    assert with_bounds(load_gate("dim_cell", "marts"), [TORONTO]) == load_gate("dim_cell", "marts")
