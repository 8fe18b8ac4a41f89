"""Cells know their named area: by a layer of outlines, by what incidents name, or by squares."""

import numpy as np
import pandas as pd
import pytest
import shapely

from calanque.errors import CalanqueError
from calanque.places.areas import AREA_COLUMNS, areas_of, geojson_of, named_cells, squares_of
from calanque.places.grid import project, territory_grid
from calanque.places.layers import Layer, areas_in, cells_in, layer_of
from calanque.places.territory import ZoneSource, load_territory
from calanque.twin.areas import outlines, quartiers

TORONTO = load_territory("toronto")
GRID = territory_grid(TORONTO)
# A row of four cells; the last two hold no incident, and one further on neither.
CELLS = pd.DataFrame({"row": [10, 10, 10, 10], "col": [20, 21, 22, 30]})


def points(*named: tuple[int, str | None]) -> pd.DataFrame:
    """Return incidents in the middle of cells of row 10, one (column, name) each."""
    cols, names = zip(*named, strict=True)
    x, y = GRID.x0 + (np.array(cols) + 0.5) * GRID.cell, np.full(len(cols), GRID.y0 + 10.5 * GRID.cell)
    return pd.DataFrame({"x_m": x, "y_m": y, "area_name": list(names)})


@pytest.mark.parametrize(
    ("incidents", "names"),
    [
        pytest.param([(20, "Moss Park"), (21, "Regent Park")], ["Moss Park", *["Regent Park"] * 3], id="nearest-fills"),
        pytest.param([(20, "B"), (20, "A"), (20, "B"), (21, "A")], ["B", "A", "A", "A"], id="most-wins"),
        pytest.param([(20, "B"), (20, "A"), (21, "B")], ["A", "B", "B", "B"], id="alphabet-decides"),
        pytest.param([(20, None), (21, "A"), (99, "Far")], ["A", "A", "A", "A"], id="nameless-and-outside-say-nothing"),
        pytest.param([(20, None)], [None] * 4, id="nobody-names"),
    ],
)
def test_a_cell_bears_the_name_of_most_of_its_incidents(incidents: list, names: list) -> None:
    assert named_cells(TORONTO, CELLS, points(*incidents))["area_name"].tolist() == names


def test_identifiers_are_plain_and_rows_keep_their_order() -> None:
    found = named_cells(TORONTO, CELLS.iloc[::-1], points((20, "L'Amoreaux"), (21, "Bay–Cloverhill É.")))
    assert found["col"].tolist() == [30, 22, 21, 20]
    assert found["area_id"].tolist() == [*["toronto:baycloverhill-e"] * 3, "toronto:l-amoreaux"]


def test_a_shape_is_the_union_of_its_squares() -> None:
    areas = areas_of(TORONTO, named_cells(TORONTO, CELLS, points((20, "A"), (21, "B"))))
    assert tuple(areas.columns) == AREA_COLUMNS
    assert areas["area_name"].tolist() == ["A", "B"]
    assert areas["cell_count"].tolist() == [1, 3]
    assert areas["area_m2"].tolist() == [62_500.0, 3 * 62_500.0]
    one, two = (shapely.from_geojson(text) for text in areas["geometry"])
    assert (one.geom_type, two.geom_type) == ("Polygon", "MultiPolygon")
    x, y = project(GRID.crs, *np.array(one.exterior.coords).T)
    assert shapely.Polygon(np.column_stack([x, y])).area == pytest.approx(62_500, rel=1e-3)
    assert one.exterior.is_ccw
    assert "toronto_incidents.neighbourhood" in areas["source"].iloc[0]


def test_squares_are_named_as_the_reports_name_them_and_cover_the_grid() -> None:
    city = load_territory("marseille").model_copy(update={"cell_m": 1000})
    squares, grid = squares_of(city), territory_grid(city)
    zones, areas = squares[squares["kind"] == "zone"], squares[squares["kind"] == "area"]
    assert zones["cell_count"].sum() == areas["cell_count"].sum() == grid.rows * grid.cols
    assert squares["area_id"].is_unique
    parents = dict(zip(zones["area_id"], zones["parent_area_id"], strict=True))
    assert parents["marseille:z2:1"] == "marseille:a0:0"
    assert set(parents.values()) == set(areas["area_id"])


LAYER = TORONTO.model_copy(update={"zones": ZoneSource(kind="polygons", source="toronto_areas")})


def outline(first_col: int, cols: int) -> str:
    """Return the outline of some squares of one row of the grid, as GeoJSON."""
    x, y = GRID.x0 + first_col * GRID.cell, GRID.y0 + 10 * GRID.cell
    return geojson_of(GRID.crs, shapely.box(x - 20, y, x + cols * GRID.cell - 20, y + GRID.cell))


def layer(*rows: tuple[str, str, str | None]) -> Layer:
    names = ["area_code", "outline", "parent_code"]
    return layer_of(LAYER, pd.DataFrame(rows, columns=names).assign(name="Area", parent_name=None))


def test_a_cell_is_of_the_area_that_holds_most_of_it_or_is_nearest_and_counts_add_up() -> None:
    drawn = layer(("e", outline(21, 2), "p"), ("w", outline(20, 1), "p"), ("far", outline(60, 1), None))
    cells = cells_in(LAYER, CELLS.iloc[::-1], drawn)
    # The last square is of no area.
    assert dict(zip(cells["col"], cells["area_id"], strict=True)) == {
        20: "toronto:w", 21: "toronto:e", 22: "toronto:e", 30: "toronto:e"
    }  # fmt: skip
    areas = areas_in(LAYER, cells, drawn).set_index("area_id")
    assert areas["cell_count"].to_dict() == {"toronto:p": 4, "toronto:e": 3, "toronto:w": 1}
    assert areas["kind"].tolist() == ["district", "neighbourhood", "neighbourhood"]
    assert areas.loc[["toronto:e", "toronto:w"], "parent_area_id"].tolist() == ["toronto:p"] * 2
    assert areas["area_m2"].tolist() == pytest.approx([187_500, 125_000, 62_500], rel=1e-3)


@pytest.mark.parametrize("text", ['{"type": "Point", "coordinates": [1, 2]}', "no outline"])
def test_an_outline_that_is_no_polygon_ends_in_a_sentence(text: str) -> None:
    with pytest.raises(CalanqueError, match="toronto_areas: the outline of area bad is no polygon"):
        layer(("bad", text, None))


def test_a_layer_that_is_elsewhere_ends_in_a_sentence() -> None:
    with pytest.raises(CalanqueError, match="the other way round"):
        cells_in(LAYER, CELLS, layer(("far", outline(60, 1), None)))


def test_the_quartiers_of_the_twin_share_the_city_without_overlap() -> None:
    shapes = shapely.from_geojson(outlines())
    assert len(shapes) == 111 and shapely.is_valid(shapes).all()
    assert shapely.area(shapely.union_all(shapes)) == pytest.approx(shapely.area(shapes).sum(), rel=1e-5)
    for quartier, shape in zip(quartiers(), shapes, strict=True):
        assert shape.contains(shapely.Point(quartier.lon, quartier.lat))
