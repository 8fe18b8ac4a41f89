"""Keys, positions and row numbers of a sample; what a list, a code and a text are."""

import pytest

from calanque.places.territory import load_territory
from calanque.scaffold.classify import proposal_of
from calanque.scaffold.roles import Position, is_row_number, key_of, metres_of, position_of
from calanque.scaffold.sample import Table
from calanque.scaffold.values import Values, values_of

BOX = load_territory("san_francisco").bounding_box
EAST = [f"-122.{40 + n}" for n in range(10)]
NORTH = [f"37.{70 + n}" for n in range(10)]
POSITIONS = {
    "names": ({"Long": EAST, "Lat": NORTH}, Position("Long", "Lat")),
    "french": ({"longitude": EAST, "latitude": NORTH}, Position("longitude", "latitude")),
    "swapped": ({"lon": NORTH, "lat": EAST}, Position("lat", "lon", is_swapped=True)),
    "one-alone": ({"lon": EAST, "north": NORTH}, None),
    "metres": ({"lon": ["551000.5"], "lat": ["4180000.5"]}, None),
    "of-a-stop": ({"stop_lat": NORTH, "stop_lon": EAST}, Position("stop_lon", "stop_lat")),
    "two-pairs": (
        {"end_lng": EAST, "start_lat": NORTH, "start_lng": EAST, "end_lat": NORTH},
        Position("end_lng", "end_lat"),
    ),
    "spanish": ({"Longitud": EAST, "Latitud": NORTH}, Position("Longitud", "Latitud")),
    "parts-of-an-object": (
        {"geo_point_2d.lon": EAST, "geo_point_2d.lat": NORTH},
        Position("geo_point_2d.lon", "geo_point_2d.lat"),
    ),
    "esri": ({"point_x": EAST, "point_y": NORTH}, Position("point_x", "point_y")),
    "not-of-one-stem": ({"start_lon": EAST, "end_lat": NORTH}, None),
    "in-one-column": (
        {"geo_point_2d": [f"{y}, {x}" for x, y in zip(EAST, NORTH, strict=True)]},
        Position("geo_point_2d", "geo_point_2d"),
    ),
    "text": ({"lon": ["west"], "lat": ["north"]}, None),
}


def test_x_and_y_are_a_position_where_they_lie_in_the_box() -> None:
    assert position_of(found({"X": EAST, "Y": NORTH}), BOX) == Position("X", "Y")
    assert position_of(found({"X": EAST, "Y": NORTH}), None) is None
    assert position_of(found({"X": ["1.5", "2.5"], "Y": ["3.5", "4.5"]}), BOX) is None


@pytest.mark.parametrize(("east", "north"), [("x_coordina", "y_coordina"), ("X", "Y"), ("Easting", "Northing")])
def test_axes_past_degrees_are_a_position_on_a_plane(east: str, north: str) -> None:
    columns = {east: ["551000.5"], north: ["4180000.5"], "x_size": ["3"], "speed": ["551000.5"]}
    assert metres_of(found(columns)) == {east, north}
    # A GeoJSON in another system than degrees: its `crs` moves nothing, its numbers do.
    assert metres_of(found({"lon": ["551000.5"], "lat": ["4180000.5"]})) == {"lon", "lat"}


FRENCH_EAST, FRENCH_NORTH = ([value.replace(".", ",") for value in axis] for axis in (EAST, NORTH))


def found(columns: dict[str, list[str]]) -> list[Values]:
    return [values_of(name, column) for name, column in columns.items()]


@pytest.mark.parametrize(("columns", "expected"), POSITIONS.values(), ids=POSITIONS.keys())
def test_a_position(columns: dict[str, list[str]], expected: Position | None) -> None:
    assert position_of(found(columns), BOX) == expected
    # A latitude over ninety is one without a territory too.
    assert expected is None or position_of(found(columns), None) == expected


def test_degrees_with_a_comma_are_a_position_where_no_comma_parts_columns() -> None:
    axes = (("longitude", FRENCH_EAST), ("latitude", FRENCH_NORTH))
    columns = [values_of(name, column, may_have_commas=True) for name, column in axes]
    assert position_of(columns, BOX) == position_of(columns, None) == Position("longitude", "latitude")
    assert position_of([values_of(*axis) for axis in axes], BOX) is None


NAMES = ["x", "y", "x", "y"]
KEYS = {
    "id-first": ({"when": [f"2015-01-0{n}" for n in range(1, 5)], "case_id": list("abcd")}, ("case_id",)),
    "two": ({"site": NAMES, "day": ["2015-01-01", "2015-01-01", "2015-01-02", "2015-01-02"]}, ("site", "day")),
    "none": ({"site": NAMES, "day": ["2015-01-01"] * 4}, ()),
    "not-with-blanks": ({"case_id": ["a", "b", "c", ""]}, ()),
    "not-a-row-number": ({"n": ["1", "2", "3", "4"]}, ()),
    "not-a-measure": ({"level": ["1.5", "2.5", "3.5", "4.5"]}, ()),
}  # fmt: skip


@pytest.mark.parametrize(("columns", "key"), KEYS.values(), ids=KEYS.keys())
def test_the_smallest_key(columns: dict[str, list[str]], key: tuple[str, ...]) -> None:
    table = Table("a.csv", {"type": "csv"}, {name: list(column) for name, column in columns.items()}, 4)
    assert set(key_of(table, found(columns))) == set(key)


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [("n", "123", True), ("n", "012", True), ("n", "124", False), ("id", "123", False), ("n", "1", False)],
)
def test_a_row_number(name: str, values: str, expected: bool) -> None:
    assert is_row_number(values_of(name, list(values))) is expected


KINDS = {
    "list": (["a", "b"] * 50, "list"),
    "rare-value": (["a", "b"] * 50 + ["c"], "text"),
    "too-few-rows": (["a", "b", "c"], "text"),
    "code-with-zeros": (["01", "02", "13"], "text"),
    "one-code-with-zeros-of-many": ([*map(str, range(13001, 13300)), "01004"], "text"),
    "zeros-beside-a-fraction": (["007", "12", "1.5"], "text"),
    "codes-of-insee": (["13055", "2A004", "75056"], "text"),
    "codes-with-an-e": (["12E4", "2E1", "13"], "text"),
    "powers-of-ten": (["1.2E4", "2e-1", "13"], "number"),
    "phones": (["+33639980034", "+33639980035"], "text"),
    "signed": (["+12", "-3"], "integer"),
    "one-value": (["open"] * 100, "text"),
    "whole": (["1", "-2", "NA"], "integer"),
    "fraction": (["1", "2.5", "n/a"], "number"),
    "boolean": (["TRUE", "false"], "boolean"),
    "blank": (["", "NA"], "empty"),
    "label": (["6:00-6:59", "10:00-10:59"], "hour_label"),
}


@pytest.mark.parametrize(("values", "kind"), KINDS.values(), ids=KINDS.keys())
def test_what_values_are(values: list[str], kind: str) -> None:
    assert values_of("x", list(values)).kind == kind


@pytest.mark.parametrize("name", ["Code postal", "zip_code", "codeInsee", "Téléphone"])
def test_the_digits_of_a_code_are_text_though_the_sample_has_none_with_a_zero(name: str) -> None:
    assert values_of(name, ["13001", "13002", "75013"]).kind == "text"


COMMAS = {
    "decimals": (["3,5", "-0,25", "12", "NA"], "number", True),
    "points-too": (["3,5", "2.5"], "number", True),
    "points-alone": (["3.5", "2.5"], "number", False),
    "whole": (["3", "12"], "integer", False),
    "codes": (["01", "02"], "text", False),
    "thousands": (["1,234,567", "12"], "text", False),
    "both": (["1,234.5", "12"], "text", False),
}


@pytest.mark.parametrize(("values", "kind", "has_commas"), COMMAS.values(), ids=COMMAS.keys())
def test_decimals_with_a_comma(values: list[str], kind: str, has_commas: bool) -> None:
    known = values_of("n", values, may_have_commas=True)
    assert (known.kind, known.has_commas) == (kind, has_commas)
    assert values_of("n", values).kind == ("text" if has_commas else kind)


PROPOSALS = {
    "phones": ("x", [f"06 39 98 {n:02d} 34" for n in range(60)], ("identifier", "phone")),
    "e-mails": ("x", [f"a.b{n}@example.org" for n in range(60)], ("identifier", "email")),
    "some-e-mails": ("x", [*(f"word {n}" for n in range(55)), *(f"a{n}@example.org" for n in range(5))],
        ("to_decide", None)),
    "addresses": ("Address", [f"{n} rue de Rome" for n in range(60)], ("personal", None)),
    "numbers": ("n", [str(n) for n in range(60)], ("open", None)),
    "metres": ("x_coord", [str(600_000 + n) for n in range(60)], ("to_decide", None)),
    "logins": ("login", [f"word {n}" for n in range(60)], ("to_decide", None)),
    "nothing": ("remark", ["" for _ in range(60)], ("to_decide", None)),
    "words": ("label", [f"word {n}" for n in range(60)], ("open", None)),
    "degrees-as-text": ("longitude", [f"5° {n}' 12\"" for n in range(60)], ("to_decide", None)),
    "one-name-in-a-list": ("Saisi par", ["Brigade Nord", "Brigade Est", "Karim Benali"] * 50, ("to_decide", None)),
    "one-name-on-few-rows": ("Saisi par", ["Brigade Nord", "Brigade Est", "Karim Benali"], ("to_decide", None)),
    "no-name-in-a-list": ("Saisi par", ["Brigade Nord", "Brigade Est", "Équipe 4"] * 50, ("open", None)),
    "places-of-a-list": ("Quartier", ["Nord", "Est", "Karim Benali"] * 50, ("open", None)),
    "one-name-of-many-words": ("remark", [*(f"word {n}" for n in range(60)), "Karim Benali"], ("open", None)),
    "wkt": ("place", [f"POINT (5.{n} 43.{n})" for n in range(10, 60)], ("personal", None)),
    "ewkt": ("place", [f"SRID=4326;POINT(5.{n} 43.{n})" for n in range(10, 60)], ("personal", None)),
    "geojson-point": ("place", [f'{{"type": "Point", "coordinates": [5.{n}, 43.{n}]}}' for n in range(10, 60)],
        ("personal", None)),
    "object": ("place", [f'{{"lon": 5.{n}, "lat": 43.{n}}}' for n in range(10, 60)], ("personal", None)),
    "outlines": ("geometry", [f'{{"coordinates":[[[5.{n},43.1],[5.2,43.3]]],"type":"Polygon"}}' for n in range(10, 60)],
        ("open", None)),
    "unit-of-account": ("unité de compte", ["Infraction", "Victime"] * 50, ("open", None)),
    "offences": ("label", ["theft", "burglary", "assault", "robbery"] * 50, ("open", None)),
    "offences-in-capitals": ("label", ["ARSON", "BURGLARY", "THEFT", "FRAUD", "OTHER"] * 50, ("open", None)),
    "offences-on-few-rows": ("label", ["Shoplifting", "Vandalism", "Arson"], ("open", None)),
    "offences-of-many-words": ("offence_type", ["Motor Vehicle Theft", "Residential Burglary"] * 50, ("open", None)),
    "units": ("label", ["m³", "kg", "km/h", "µg/m³"] * 50, ("open", None)),
    "one-unit": ("unit", ["m³"] * 50, ("open", None)),
    "first-names": ("label", ["karim", "nadia", "sophie"] * 50, ("to_decide", None)),
    "one-first-name": ("label", ["theft", "burglary", "arson", "Karim"] * 50, ("to_decide", None)),
    "one-name-among-kinds": ("type", ["theft", "burglary", "arson", "karim benali"] * 50, ("to_decide", None)),
    "strange-names": ("label", ["Theft", "Arson", "Xquvo Mzekwe"] * 50, ("to_decide", None)),
    "listed-coordinates": ("x", ["west", "east"] * 50, ("to_decide", None)),
    "times-called-so": ("Lat", [f"2015-01-{n:02d}" for n in range(1, 29)], ("to_decide", None)),
}  # fmt: skip


@pytest.mark.parametrize(("name", "values", "expected"), PROPOSALS.values(), ids=PROPOSALS.keys())
def test_a_classification_is_proposed(name: str, values: list[str], expected: tuple[str, str | None]) -> None:
    proposal = proposal_of(values_of(name, list(values)), is_position=False)
    assert (proposal.classification, proposal.token_kind) == expected
    assert not [value for value in values if len(value) > 4 and value in proposal.evidence]
