"""Convert the NIJ Portland set to the back-test's CSV and boundary.

    python benchmarks/portland.py ../shared/data/portland-nij OUT_FOLDER
    calanque backtest --incidents OUT_FOLDER/portland.csv --crs 2913 --cell 182.88 --origins 104 \
        --from 2015-03-01 --boundary OUT_FOLDER/portland-districts.geojson

Burglary and vehicle-theft calls come as whole feet of EPSG:2913 (NAD83(HARN) / Oregon North, international feet) with
a date and no hour; both are turned into degrees (WGS 84, 8 decimals: about a millimetre). The police districts come as
a shapefile, of which only the polygons are read (ESRI Shapefile Technical Description, July 1998, type 5).
"""

from __future__ import annotations

import argparse
import json
import logging
import struct
import zipfile
from functools import reduce
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from calanque.errors import CalanqueError
from calanque.places.grid import unproject

EPSG = 2913
TYPES = {"chirico_crimes_bur.csv": "burglary", "chirico_crimes_veh.csv": "vehicle_theft"}
DISTRICTS = ("portland-police-districts.zip", "Portland_Police_Districts.shp")
HEADER_BYTES, POLYGON = 100, 5
DECIMALS = 8

logger = logging.getLogger(__name__)


def incidents(folder: Path) -> pd.DataFrame:
    """Return occurred_at, lon, lat, type of every call; nothing is dropped."""
    frames = []
    for name, kind in TYPES.items():
        source = pd.read_csv(folder / name)
        lon, lat = unproject(
            EPSG, source["x_coordina"].to_numpy(dtype=float), source["y_coordina"].to_numpy(dtype=float)
        )
        position = {"lon": lon.round(DECIMALS), "lat": lat.round(DECIMALS)}
        frames.append(pd.DataFrame({"occurred_at": source["occ_date"], **position, "type": kind}))
    return pd.concat(frames, ignore_index=True)


def polygons(shp: bytes) -> list[shapely.Geometry]:
    """Return the polygons of a shapefile's main file, holes cut out, in its own coordinates.

    Raises:
        CalanqueError: if a record is not a polygon.
    """
    shapes, at = [], HEADER_BYTES
    while at < len(shp):
        length = struct.unpack_from(">i", shp, at + 4)[0] * 2
        record = shp[at + 8 : at + 8 + length]
        if struct.unpack_from("<i", record)[0] != POLYGON:
            raise CalanqueError("The districts hold a record that is not a polygon: is this the NIJ file?")
        part_count, point_count = struct.unpack_from("<2i", record, 36)
        starts = [*struct.unpack_from(f"<{part_count}i", record, 44), point_count]
        points = np.frombuffer(record, "<f8", 2 * point_count, 44 + 4 * part_count).reshape(-1, 2)
        rings = [shapely.make_valid(shapely.Polygon(points[a:b])) for a, b in pairwise(starts)]
        # Even-odd: a ring inside another is a hole, whatever its direction.
        shapes.append(reduce(shapely.symmetric_difference, rings))
        at += 8 + length
    return shapes


def boundary(folder: Path) -> dict[str, object]:
    """Return the union of the police districts as a GeoJSON feature in degrees."""
    archive, member = DISTRICTS
    with zipfile.ZipFile(folder / archive) as zipped:
        area = shapely.union_all(polygons(zipped.read(member)))
    degrees = shapely.transform(area, lambda xy: np.column_stack(unproject(EPSG, xy[:, 0], xy[:, 1])))
    return {
        "type": "Feature",
        "properties": {"name": "Portland police districts"},
        "geometry": json.loads(shapely.to_geojson(degrees)),
    }


def convert(folder: Path, out: Path) -> tuple[Path, Path]:
    """Write portland.csv and portland-districts.geojson into a folder and return their paths."""
    out.mkdir(parents=True, exist_ok=True)
    csv, geojson = out / "portland.csv", out / "portland-districts.geojson"
    incidents(folder).to_csv(csv, index=False)
    geojson.write_text(json.dumps(boundary(folder)), encoding="utf-8")
    return csv, geojson


def main() -> None:
    """Convert the set named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="the shared data folder, portland-nij")
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for path in convert(arguments.folder, arguments.out):
        logger.info("%s", path)


if __name__ == "__main__":
    main()
