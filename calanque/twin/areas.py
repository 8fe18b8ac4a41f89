"""The quartiers of the synthetic Marseille: real names and centres, outlines that the twin draws around them.

Each point of the city is of the quartier whose centre is nearest: the real limits follow streets and ridges, and are
the city's to give. Written as the city's own file, GeoJSON with `depco`, `nom_co` and `nom_qua`.
"""

import csv
import json
import random
from pathlib import Path
from typing import NamedTuple

import numpy as np
import shapely

from calanque.places.areas import geojson_of
from calanque.places.grid import project
from calanque.twin.dirt import soiled

LAMBERT_93 = 2154
_HULL_RATIO, _WIDEN_M = 0.4, 1200.0
_FILE = Path(__file__).with_name("quartiers.tsv")


class Quartier(NamedTuple):
    """Code of its arrondissement, its name, and its centre in degrees."""

    arrondissement: str
    name: str
    lon: float
    lat: float


def quartiers() -> list[Quartier]:
    """Return the 111 quartiers, by arrondissement and name."""
    lines = [line for line in _FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t")
    return [Quartier(row["arrondissement"], row["name"], float(row["lon"]), float(row["lat"])) for row in rows]


def generate_areas(repeated: int, seed: int) -> bytes:
    """Return the layer of quartiers as GeoJSON.

    Args:
        repeated: how many of the 111 are sent twice.
        seed: other seed, others of them.
    """
    draw = random.Random(f"areas/{seed}")  # noqa: S311  (reproducible rows, not secrets)
    features = [_feature(quartier, outline) for quartier, outline in zip(quartiers(), outlines(), strict=True)]
    lines = ",\n".join(soiled(features, repeated, draw))
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'.encode()


def _feature(quartier: Quartier, outline: str) -> str:
    number = int(quartier.arrondissement[-2:])
    about = {
        "geo_point_2d": {"lon": quartier.lon, "lat": quartier.lat},
        "depco": quartier.arrondissement,
        "nom_co": f"Marseille {number}{'er' if number == 1 else 'e'} Arrondissement",
        "nom_qua": quartier.name,
    }
    return json.dumps({"type": "Feature", "properties": about, "geometry": json.loads(outline)})


def outlines() -> list[str]:
    """Return the outline of each quartier as GeoJSON in degrees, in the order of `quartiers`."""
    lon, lat = np.array([(one.lon, one.lat) for one in quartiers()]).T
    centres = shapely.multipoints(np.column_stack(project(LAMBERT_93, lon, lat)))
    city = shapely.concave_hull(centres, _HULL_RATIO).buffer(_WIDEN_M)
    cells = shapely.voronoi_polygons(centres, extend_to=city, ordered=True)
    return [geojson_of(LAMBERT_93, shapely.intersection(cell, city)) for cell in cells.geoms]
