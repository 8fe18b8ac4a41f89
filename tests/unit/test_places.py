"""Territories are closed files; grids have a fixed origin that the SQL of the marts shares."""

import numpy as np
import pytest
import shapely

from calanque.errors import CalanqueError
from calanque.places.cells import CELL_COLUMNS, cells_frame, grid_of_cells, territory_cells
from calanque.places.grid import (
    Grid,
    grid_vars,
    hull,
    project,
    projected_crs,
    rectangle,
    territory_grid,
    unit_m,
    unproject,
)
from calanque.places.territory import load_territory


@pytest.mark.parametrize("name", ["toronto", "marseille"])
def test_the_grid_covers_the_box_from_a_multiple_of_the_cell(name):
    territory = load_territory(name)
    grid, given = territory_grid(territory), grid_vars(territory)
    assert given["x0_m"] % territory.cell_m == 0
    assert given["y0_m"] % territory.cell_m == 0
    box = territory.bounding_box
    lon, lat = np.meshgrid(np.linspace(box.lon_min, box.lon_max, 40), np.linspace(box.lat_min, box.lat_max, 40))
    assert (grid.cell_index(*project(grid.crs, lon.ravel(), lat.ravel())) >= 0).all()


def test_the_origin_of_toronto_never_moves() -> None:
    assert grid_vars(load_territory("toronto")) == {
        "territory": "toronto", "x0_m": 607500.0, "y0_m": 4824750.0, "cell_m": 250, "rows": 138, "cols": 184,
    }  # fmt: skip


def _grid(mask):
    return Grid("here", 2154, 10.0, 100.0, 200.0, np.array(mask, dtype=bool))


@pytest.mark.parametrize(
    ("x", "y", "index"),
    [
        pytest.param(100.0, 200.0, 0, id="south_west_corner_is_in"),
        pytest.param(109.999, 209.999, 0, id="same_cell"),
        pytest.param(110.0, 200.0, -1, id="inside_the_rectangle_but_not_the_mask"),
        pytest.param(120.0, 205.0, 1, id="east"),
        pytest.param(115.0, 215.0, 3, id="second_row"),
        pytest.param(130.0, 205.0, -1, id="east_edge_is_out"),
        pytest.param(99.99, 205.0, -1, id="west_of_it"),
        pytest.param(105.0, 220.0, -1, id="north_edge_is_out"),
        pytest.param(np.inf, 205.0, -1, id="not_projected"),
    ],
)
def test_cell_index(x, y, index):
    grid = _grid([[True, False, True], [True, True, True]])
    assert grid.cell_index(np.array([x]), np.array([y])).tolist() == [index]
    assert grid.cell_ids() == ["here:0:0", "here:0:2", "here:1:0", "here:1:1", "here:1:2"]


def test_within_takes_the_cells_whose_centre_is_inside():
    grid = _grid(np.ones((3, 3))).within(shapely.box(100, 200, 116, 214))
    assert grid.mask.tolist() == [[True, True, False], [False, False, False], [False, False, False]]
    with pytest.raises(CalanqueError, match="No cell"):
        grid.within(shapely.box(0, 0, 1, 1))


def test_feet_are_converted_and_degrees_come_back():
    assert unit_m(2913) == pytest.approx(0.3048)
    lon, lat = unproject(2913, np.array([7650000.0]), np.array([690000.0]))
    assert np.allclose(project(2913, lon, lat), [[7650000.0], [690000.0]], atol=1e-3)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        pytest.param(lambda: projected_crs(4326), "not projected", id="degrees"),
        pytest.param(lambda: projected_crs(999999), "not a known CRS", id="unknown_code"),
        pytest.param(lambda: rectangle("a", 2154, 1.0, (0, 0, 1e5, 1e5)), "larger cell", id="too_many_cells"),
        pytest.param(lambda: rectangle("a", 2154, 1.0, (np.inf, 0, 1, 1)), "empty", id="not_finite"),
        pytest.param(lambda: load_territory("atlantis"), r"marseille.*toronto", id="unknown_territory"),
        pytest.param(lambda: territory_cells(load_territory("toronto"), [0.0], [0.0]), "date", id="hull_without_dates"),
        pytest.param(
            lambda: hull(np.array([1.0, 1.0]), np.array([2.0, 2.0]), 0.1, 1.0), "three", id="hull_of_one_point"
        ),
    ],
)
def test_bad_ground_ends_in_a_sentence(call, told):
    with pytest.raises(CalanqueError, match=told):
        call()


def _points_of_toronto(count=400, seed=1):
    generator = np.random.default_rng(seed)
    lon, lat = generator.uniform(-79.5, -79.3, count), generator.uniform(43.65, 43.75, count)
    return project(26917, lon, lat)


def test_cells_of_toronto_depend_on_no_incident_after_the_boundary_date():
    territory = load_territory("toronto")
    x, y = _points_of_toronto()
    days = np.full(len(x), np.datetime64("2018-06-01"))
    before = territory_cells(territory, x, y, days)
    late_x, late_y = project(26917, np.array([-79.15]), np.array([43.8]))
    later = np.append(days, np.datetime64("2020-01-01"))
    assert territory_cells(territory, np.append(x, late_x), np.append(y, late_y), later).equals(before)
    assert len(territory_cells(load_territory("auckland"), [], [])) > 10_000
    assert tuple(before) == CELL_COLUMNS
    assert before["cell_id"].is_unique
    assert (before["area_m2"] == 62500).all()


def test_dim_cell_gives_the_grid_back():
    territory = load_territory("toronto")
    grid = territory_grid(territory).within(shapely.box(620000, 4830000, 623000, 4832000))
    again = grid_of_cells(territory, cells_frame(grid).sample(frac=1, random_state=3))
    assert again.cell_ids() == grid.cell_ids()
    with pytest.raises(CalanqueError, match="no cell"):
        grid_of_cells(territory, cells_frame(grid).head(0))
    with pytest.raises(CalanqueError, match="grid has changed"):
        grid_of_cells(territory, cells_frame(grid).assign(row=999))
