"""The API as programs use it: by GDAL, as QGIS does, by a notebook, and by a tester that knows its description."""

import json
import os
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pyogrio
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as examples
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_schema_conformance,
    status_code_conformance,
)
from waiting import HUNG_S, until

from calanque.console.api.app import ROOT
from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.settings import Settings

CITY, MOTIF = "toronto", "essai de l'api"
schemathesis.serializer.alias("text/csv", "text/plain")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    ignored_auth,
]


@pytest.fixture(scope="module")
def tokens(stack: Settings, first: DemoRun) -> dict[str, str]:
    """A token a role, as a program gets it."""
    found = {}
    for person in ("analyst", "engineer", "dpo"):
        login = {"username": person, "password": stack.secret(f"password_{person}")}
        found[person] = httpx.post(f"{stack.airflow_url}/auth/token", json=login, timeout=HUNG_S).json()["access_token"]
    return found


@pytest.fixture
def api(stack: Settings, tokens: dict[str, str]) -> Iterator[httpx.Client]:
    """The API as the analyst asks it."""
    headers = {"Authorization": f"Bearer {tokens['analyst']}", "Calanque-Motif": MOTIF}
    with httpx.Client(base_url=f"{stack.airflow_url}{ROOT}", headers=headers, timeout=HUNG_S) as client:
        yield client


def test_gdal_reads_marts_as_qgis_does(stack: Settings, tokens: dict[str, str], tmp_path: Path) -> None:
    """What it reads is what SQL says: rows, columns, outlines, and a box that it asks the server for."""
    headers = tmp_path / "headers"
    headers.write_text(f"Authorization: Bearer {tokens['analyst']}\nCalanque-Motif: {MOTIF}\n")
    pyogrio.set_gdal_config_options({"GDAL_HTTP_HEADER_FILE": f"{headers}"})
    try:
        source = f"OAPIF:{stack.airflow_url}{ROOT}"
        layers = dict(pyogrio.list_layers(source))
        ((areas,),) = trino.query("select count(*) from dim_area")
        info = pyogrio.read_info(source, layer="dim_area", force_feature_count=True)
        assert {"dim_area", "dim_cell", "fct_forecast", "dim_feed_freshness"} <= layers.keys()
        assert info["features"] == areas and "area_name" in info["fields"]
        (west, south, east, north, most) = trino.query(
            "select min(lon), min(lat), approx_percentile(lon, 0.5), max(lat), count(*) from dim_cell "
            f"where territory = '{CITY}'"
        )[0]
        meta, _, geometry, _ = pyogrio.raw.read(source, layer="dim_cell", bbox=(west, south, east, north))
        ((inside,),) = trino.query(
            f"select count(*) from dim_cell where lon between {west} and {east} and lat between {south} and {north}"
        )
        assert 0 < len(geometry) == inside < most and meta["crs"] in ("EPSG:4326", "OGC:CRS84")
    finally:
        pyogrio.set_gdal_config_options({"GDAL_HTTP_HEADER_FILE": None})


def test_pages_boxes_and_days_give_what_sql_gives(api: httpx.Client) -> None:
    ((newest, total),) = trino.query(
        f"select max(week_start_date), count(*) from fct_cell_week where territory = '{CITY}'"
    )
    first = newest - timedelta(weeks=3)
    asked = {"territory": CITY, "datetime": f"{first}/{newest}", "limit": "500"}
    page = api.get("/collections/fct_cell_week/items", params=asked).raise_for_status().json()
    found = page["features"]
    while following := [link["href"] for link in page["links"] if link["rel"] == "next"]:
        page = api.get(following[0]).raise_for_status().json()
        found += page["features"]
    rows = trino.query(
        "select cell_id, type, week_start_date, incident_count from fct_cell_week "
        f"where territory = '{CITY}' and week_start_date between date '{first}' and date '{newest}'"
    )
    told = {
        tuple(one["properties"][name] for name in ("cell_id", "type", "week_start_date", "incident_count"))
        for one in found
    }
    assert 500 < len(found) == page["numberMatched"] == len(rows) < total
    assert told == {(cell, kind, f"{week}", count) for cell, kind, week, count in rows}
    one = random.Random(7).choice(found)
    again = api.get(f"/collections/fct_cell_week/items/{one['id']}").raise_for_status().json()
    assert again["properties"] == one["properties"] and again["geometry"] == one["geometry"]


def test_areas_are_found_by_a_box_that_touches_them(api: httpx.Client) -> None:
    """The door's geographic functions are there, for analysts in SQL too."""
    ((area, lon, lat),) = trino.query(
        "select area_id, ST_X(middle), ST_Y(middle) from (select area_id, "
        "ST_Centroid(to_geometry(from_geojson_geometry(geometry))) as middle from dim_area "
        f"where territory = '{CITY}' order by area_id limit 1)"
    )
    box = ",".join(f"{one:.7f}" for one in (lon - 1e-4, lat - 1e-4, lon + 1e-4, lat + 1e-4))
    found = api.get("/collections/dim_area/items", params={"bbox": box}).raise_for_status().json()
    assert area in {one["properties"]["area_id"] for one in found["features"]}
    far = api.get("/collections/dim_area/items", params={"bbox": "0,0,0.1,0.1"}).raise_for_status().json()
    assert far["numberMatched"] == 0


def test_each_role_sees_at_the_api_what_it_sees_at_the_door(
    stack: Settings, tokens: dict[str, str], api: httpx.Client
) -> None:
    asked = {"territory": CITY, "limit": "5"}
    place = "/collections/fct_incidents/items"
    fine = api.get(place, params=asked).raise_for_status().json()
    as_engineer = {"Authorization": f"Bearer {tokens['engineer']}"}
    coarse = api.get(place, params=asked, headers=as_engineer).raise_for_status().json()
    assert [one["id"] for one in fine["features"]] == [one["id"] for one in coarse["features"]]
    for exact, rough in zip(fine["features"], coarse["features"], strict=True):
        lon, lat = exact["geometry"]["coordinates"]
        assert rough["geometry"]["coordinates"] == [pytest.approx(lon, abs=0.0051), pytest.approx(lat, abs=0.0051)]
        assert rough["properties"]["cell_id"] is None and exact["properties"]["cell_id"]
    as_dpo = {"Authorization": f"Bearer {tokens['dpo']}"}
    refused = api.get(place, headers=as_dpo)
    assert (refused.status_code, refused.headers["content-type"]) == (403, "application/problem+json")
    nobody = httpx.get(f"{stack.airflow_url}{ROOT}{place}", headers={"Calanque-Motif": MOTIF}, timeout=HUNG_S)
    assert nobody.status_code == 401 and nobody.json()["title"] == "Unauthorized"
    unsaid = httpx.get(f"{stack.airflow_url}{ROOT}{place}", headers={"Authorization": f"Bearer {tokens['analyst']}"})
    assert unsaid.status_code == 400 and "Say why you read" in unsaid.json()["detail"]


def test_a_reading_is_in_the_journal_with_its_rows_and_its_motif(api: httpx.Client) -> None:
    from calanque.journal import log

    # Words: one random number in thirty looks like a plate or an agent's number, and is masked.
    motif = f"vérification {' '.join(random.sample(('simple', 'longue', 'lente', 'rapide', 'utile', 'calme'), 3))}"
    said = {b"Calanque-Motif": motif.encode()}  # as curl sends it
    api.get("/collections/dim_incident_type/items", params={"limit": "3"}, headers=said).raise_for_status()
    told = "select who, row_count, outcome from governance.journal where source = '{}' and motif = '{}'"

    def at_door() -> list[Any]:
        # The door has rows and count, with the letters that a header of its own holds; it tells of them a moment later.
        log.collect()
        return trino.query(told.format("query_door", motif.replace("é", "e")), "dpo")

    until(lambda: len(at_door()) >= 2, "the door did not tell of both queries")
    assert trino.query(told.format("api", motif), "dpo") == [("analyst", 3, "done")]
    assert [(who, outcome) for who, _, outcome in at_door()] == [("analyst", "done")] * 2


@pytest.mark.full
def test_the_notebook_reads_plots_and_back_tests(
    stack: Settings, tokens: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    monkeypatch.setenv("CALANQUE_SERVER", stack.airflow_url)
    monkeypatch.setenv("CALANQUE_PASSWORD", stack.secret("password_analyst"))
    notebook = json.loads((Path(__file__).parents[2] / "infra" / "walks" / "city.ipynb").read_text(encoding="utf-8"))
    known: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert not cell["outputs"]
            exec("".join(cell["source"]), known)
    known["picture"].savefig(stack.home / "screenshots" / "notebook-city.png")
    ((count,),) = trino.query(
        f"select sum(incident_count) from fct_cell_week where territory = '{CITY}' and week_start_date between "
        f"date '{known['since']:%Y-%m-%d}' and date '{known['newest']:%Y-%m-%d}'"
    )
    assert known["counts"].sum() == count > 0
    tested = known["tested"]
    assert len(tested) == 26 and np.all((tested >= 0) & (tested <= 1))
    shuffled = [
        known["share"](known["counts"][week + 1 :].sum(axis=0)[::-1], known["counts"][week]) for week in range(26)
    ]
    assert tested["slow decay"].mean() > 1.5 * np.mean(shuffled), "no better than another order of the cells"
    assert "producer" in capsys.readouterr().out


def test_a_plan_is_held_against_the_forecast_that_is_published(api: httpx.Client) -> None:
    ((week, count),) = trino.query(
        "select max(week_start_date), sum(if(served = 'model', expected_count, baseline_count)) from fct_forecast "
        f"where territory = '{CITY}' and week_start_date = (select max(week_start_date) from fct_forecast where "
        f"territory = '{CITY}')"
    )
    ((cell, evening),) = trino.query(
        f"select cell_id, sum(expected_count) from fct_forecast_slot where territory = '{CITY}' and week_start_date = "
        f"date '{week}' and slot_date = date '{week}' and slot_start_hour = 18 and served = 'model' "
        "group by 1 order by 2 desc limit 1"
    )
    plan = f"place;starts_at;ends_at;units\n{cell};{week} 18:00;{week + timedelta(days=1)} 00:00;1\n"
    found = api.post("/fit", params={"city": CITY}, content=plan, headers={"Content-Type": "text/csv"})
    told = found.raise_for_status().json()
    assert told["expected_count"] == pytest.approx(count, rel=1e-6)
    # Of types for which the cell is not flagged a part comes on top.
    assert evening - 1e-6 <= told["covered_count"] <= told["best_places_count"] + 1e-6 <= told["best_count"] + 1e-6
    assert told["spread_count"] < told["covered_count"]
    wrong = api.post("/fit", params={"city": CITY}, content="place\n", headers={"Content-Type": "text/csv"})
    assert wrong.status_code == 400 and "no column 'starts_at'" in wrong.json()["detail"]


@pytest.mark.parametrize("person", ["analyst", pytest.param("engineer", marks=pytest.mark.full), "dpo"])
def test_nothing_that_its_description_allows_makes_it_fail(
    stack: Settings, tokens: dict[str, str], person: str
) -> None:
    """Requests of any kind, right and wrong: none ends in an error of the server, each answer is as described."""
    headers = {"Authorization": f"Bearer {tokens[person]}", "Calanque-Motif": MOTIF}
    base = f"{stack.airflow_url}{ROOT}"
    as_analyst = {"Authorization": f"Bearer {tokens['analyst']}"}
    described = schemathesis.openapi.from_dict(
        httpx.get(f"{base}/openapi.json", headers=as_analyst, timeout=HUNG_S).json()
    )
    marts = [
        one["id"] for one in httpx.get(f"{base}/collections", headers=as_analyst, timeout=HUNG_S).json()["collections"]
    ]
    statuses: set[tuple[str, int]] = set()
    draw = random.Random(7)
    for operation in described.get_all_operations():

        @seed(7)
        @examples(
            max_examples=int(os.environ.get("CALANQUE_API_EXAMPLES", "8")),
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.ok().as_strategy())
        def hold(case: Any) -> None:
            # Half of them of a mart that there is: a name by chance is none.
            if "collectionId" in case.path_parameters and draw.random() < 0.5:
                case.path_parameters["collectionId"] = draw.choice(marts)
                # What is drawn as a box or a time is hardly ever one.
                case.query = case.query if draw.random() < 0.5 else {}
            answer = case.call_and_validate(base_url=base, headers=headers, checks=CHECKS, timeout=HUNG_S)
            statuses.add((case.operation.path.rpartition("/")[2], answer.status_code))

        hold()
    plain = httpx.get(f"{base}/collections/dim_cell/items", headers=headers, timeout=HUNG_S)
    statuses.add(("items", plain.status_code))
    assert (("items", 200) in statuses) == (person != "dpo"), "the DPO reads no mart"
    assert {code for _, code in statuses} <= {200, 400, 401, 403, 404, 405}
