"""A city whose projection, box or areas can not be is told by `feeds check`, before a batch or a build finds it."""

from typing import Any

import pytest
from typer.testing import CliRunner

from calanque.cli import feeds as cli
from calanque.contracts import load_contracts
from calanque.contracts.rules import known_territories
from calanque.places import territory
from calanque.places.check import territory_problems
from calanque.places.territory import BoundingBox, ZoneSource, load_territory

TOKYO = BoundingBox(lon_min=139.5, lat_min=35.5, lon_max=139.9, lat_max=35.8)
BELFAST = BoundingBox(lon_min=-5.4, lat_min=53.2, lon_max=-5.2, lat_max=53.4)


@pytest.mark.parametrize("city", known_territories())
def test_the_cities_of_the_project_are_right(city: str) -> None:
    assert territory_problems(load_territory(city), load_contracts()) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"crs": 999999}, "'crs': EPSG:999999 is not a known CRS", id="none"),
        pytest.param({"crs": 4326}, "'crs': EPSG:4326 is not projected", id="degrees"),
        pytest.param({"crs": 2913}, "'crs': EPSG:2913 counts in foot, not in metres", id="feet"),
        pytest.param({"crs": 3857}, "'crs': EPSG:3857 is not in true metres", id="not-true-metres"),
        pytest.param({"bounding_box": TOKYO}, "'bounding_box': lies outside of where EPSG:2154", id="box-elsewhere"),
        pytest.param({"bounding_box": BELFAST}, "'bounding_box': lies outside of where EPSG:2154", id="box-too-far"),
        pytest.param(
            {"zones": ZoneSource(kind="polygons", source="marseille_nothing")},
            "'zones.source': there is no feed 'marseille_nothing'",
            id="no-outlines",
        ),
        pytest.param(
            {"zones": ZoneSource(kind="polygons", source="marseille_noise")},
            "'zones.source': the feed 'marseille_noise' has no outlines",
            id="no-shape",
        ),
        pytest.param(
            {"zones": ZoneSource(kind="polygons", source="chicago_areas")},
            "'zones.source': the feed 'chicago_areas' is of chicago",
            id="another-city",
        ),
        pytest.param(
            {"zones": ZoneSource(kind="feed_column", source="marseille_accidents.quarter")},
            "'zones.source': the feed 'marseille_accidents' has no column 'quarter'",
            id="no-column",
        ),
    ],
)
def test_what_is_wrong_with_a_city_is_told_by_the_check_of_its_feeds(
    changes: dict[str, Any], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = load_territory("marseille").model_copy(update=changes)
    monkeypatch.setattr(territory, "load_territory", lambda _: wrong)
    answer = CliRunner().invoke(cli.app, ["check", "marseille_noise"])
    assert answer.exit_code != 0
    assert f"marseille.yml: field {sentence}" in " ".join(answer.output.split())
