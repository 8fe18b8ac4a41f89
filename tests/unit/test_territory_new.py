"""`calanque territories`: a city's file from a sample of its rows, and how many cells it has."""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from calanque.cli import territories as cli
from calanque.places import territory
from calanque.places.territory import BoxRule, HullRule, read_territory
from calanque.settings import settings


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project of its own, whose folder of territories is written to."""
    shutil.copytree(settings().root / "infra" / "territories", tmp_path / "infra" / "territories")
    monkeypatch.setattr(territory, "settings", lambda: settings().model_copy(update={"root": tmp_path}))
    yield tmp_path
    territory.load_territory.cache_clear()


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """Positions in two towns with water between them, one at 0, 0, one blank and one far out."""
    random = np.random.default_rng(7)
    towns = np.concatenate([random.normal((lon, 43.30), 0.01, (400, 2)) for lon in (5.30, 5.50)])
    rows = [f"{lon:.5f},{lat:.5f}" for lon, lat in towns] + ["0,0", ",", "2.35,48.85"]
    path = tmp_path / "reports.csv.gz"
    with gzip.open(path, "wt") as file:
        file.write("\n".join(["longitude,latitude", *rows]))
    return path


def ask(*words: object) -> Result:
    return CliRunner().invoke(cli.app, [str(word) for word in words])


def new(sample: Path, *more: str) -> Result:
    return ask("new", sample, "--territory", "aubagne", "--time-zone", "Europe/Paris", *more)


def test_a_city_of_a_sample_is_the_hull_of_its_rows_in_its_utm_zone(project: Path, sample: Path) -> None:
    answer = new(sample, "--title", "Aubagne: l’autre")
    assert answer.exit_code == 0, answer.output
    city = read_territory(project / "infra" / "territories" / "aubagne.yml")
    assert (city.title, city.crs, city.cell_m) == ("Aubagne: l’autre", 32631, 250)
    assert city.bounding_box.holds(5.30, 43.30) and city.bounding_box.holds(5.50, 43.30)
    assert not city.bounding_box.holds(2.35, 48.85), "one stray row does not stretch a city"
    assert isinstance(city.boundary, HullRule)
    inside, box = (
        int(answer.output.split(word)[0].split()[-1].replace(",", "")) for word in (" cells of", " in the box")
    )
    assert inside < box
    assert ask("check", "aubagne", "--data", sample).exit_code == 0


def test_what_is_said_is_taken(project: Path, sample: Path) -> None:
    assert new(sample, "--box", "--crs", "2154", "--cell-m", "500", "--areas", "aubagne_quartiers").exit_code == 0
    city = read_territory(project / "infra" / "territories" / "aubagne.yml")
    assert (city.crs, city.cell_m, city.zones.kind, city.zones.source) == (2154, 500, "polygons", "aubagne_quartiers")
    assert isinstance(city.boundary, BoxRule)
    # Its areas' feed does not exist yet: new lets it pass, check tells it.
    answer = ask("check", "aubagne")
    assert answer.exit_code != 0
    assert "there is no feed 'aubagne_quartiers'" in answer.output


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        pytest.param(["--crs", "4326"], "EPSG:4326 is not projected", id="degrees"),
        pytest.param(["--crs", "32617"], "lies outside of where EPSG:32617 is meant for", id="elsewhere"),
        pytest.param(["--cell-m", "5"], "'cell_m': Input should be greater than or equal to 50", id="cells"),
        pytest.param(["--time-zone", "Nowhere"], "is not a time zone", id="zone"),
        pytest.param(["--territory", "../x"], "'name'", id="a-path"),
        pytest.param(["--territory", "toronto"], "exists and is not overwritten", id="taken"),
    ],
)
def test_what_can_not_be_a_city_is_said_and_nothing_is_written(
    project: Path, sample: Path, more: list[str], sentence: str
) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*.yml")}
    answer = new(sample, *more)
    assert answer.exit_code != 0
    assert sentence in f"{answer.exception}{answer.output}"
    assert {path: path.read_bytes() for path in project.rglob("*.yml")} == before


def test_a_sample_without_positions_is_refused(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("name,count\nPanier,3\nNoailles,4\n", encoding="utf-8")
    answer = new(path)
    assert "has no position in degrees" in str(answer.exception)
    assert not (project / "infra" / "territories" / "aubagne.yml").exists()


def test_rows_are_of_one_city(sample: Path) -> None:
    assert "are of one city" in str(ask("check", "--data", sample).exception)
