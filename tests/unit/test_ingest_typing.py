"""The SQL of typing is pure text; what it gives on real rows is tested on the stack."""

import math
import re
from typing import Any

import pytest
from pydantic import TypeAdapter

from calanque.contracts import load_contract
from calanque.contracts.model import BronzeColumn
from calanque.contracts.rules import problems_of
from calanque.engines.spark import literal
from calanque.errors import CalanqueError
from calanque.formats import FileFormat
from calanque.ingest.header import Header, check_headers
from calanque.ingest.projection_sql import projection_steps
from calanque.ingest.typing_sql import GridNumbers, typing_sql
from calanque.places.territory import load_territory

TORONTO, REPORTS = load_contract("toronto_incidents"), load_contract("citizen_reports")
GRID = GridNumbers("toronto", 26917, 607500.0, 4824750.0, 250, 138, 184, load_territory("toronto").bounding_box)
MARSEILLE = GridNumbers("marseille", 2154, 879800.0, 6231400.0, 200, 138, 135, load_territory("marseille").bounding_box)


def test_every_bronze_column_and_reason_is_in_the_sql() -> None:
    text = typing_sql(TORONTO, "v", GRID)
    for column in TORONTO.bronze:
        assert f"`_c__t_{column.name}` AS `{column.name}`" in text
        assert (f"'missing_required:{column.name}'" in text) == (len(column.sources) <= 2)
        assert f"'wrong_type:{column.name}'" in text
    assert "'out_of_range:occurred_local_hour'" in text


def test_nothing_is_cast_without_try() -> None:
    text = typing_sql(TORONTO, "v", GRID).lower().replace("try_cast(", "")
    assert "cast(" not in text.replace("cast(null as string)", "")


LIMITS = {
    "occurred_local_date": ("date'1678-01-01'", "date'2261-12-31'"),
    "occurred_at": ("timestamp'1678-01-01 00:00:00'", "timestamp'2261-12-31 23:59:59'"),
}


@pytest.mark.parametrize(("column", "limits"), LIMITS.items(), ids=LIMITS)
def test_a_year_that_pandas_can_not_hold_is_its_rows_alone(column: str, limits: tuple[str, str]) -> None:
    text, (least, greatest) = typing_sql(TORONTO, "v", GRID), limits
    name = f"`_c__t_{column}`"
    assert f"coalesce({name} >= {least}, true) AND coalesce({name} <= {greatest}, true)" in text
    assert f"WHEN {name} < {least} OR {name} > {greatest} THEN 'date_out_of_bounds:{column}'" in text


def test_protected_values_are_null_on_refused_rows_and_never_in_the_payload() -> None:
    text = typing_sql(REPORTS, "v", MARSEILLE)
    for name in ("description_redacted", "reporter_token", "phone_token", "email_token"):
        assert f"CASE WHEN _c__is_good THEN `_c__t_{name}` END AS `{name}`" in text
    payload = text[text.index("to_json") : text.index("AS _payload")]
    kept = set(re.findall(r"IS NULL THEN (`[^`]+`) END", payload))
    assert kept == {"`_c__t_report_id`", "`_c__t_reported_at`", "`_c__t_category`"}
    assert not re.search("reporter|description|THEN _c__corrupt", payload)


def test_a_refused_row_of_a_personal_feed_keeps_a_known_null_marker_of_an_open_column_and_nothing_else() -> None:
    text = typing_sql(REPORTS, "v", MARSEILLE)
    (kept,) = re.findall(r"'_null_markers', named_struct\((.*?) END\)", text)
    assert kept.startswith(
        "'reported_at', CASE WHEN `_c__t_reported_at` IS NULL AND lower(trim(`reported_at`)) IN ('na', "
    )
    assert kept.endswith("THEN trim(`reported_at`)") and kept.count("CASE") == 1
    assert "_null_markers" not in typing_sql(TORONTO, "v", GRID)


def test_a_decimal_comma_is_read_in_positions_only() -> None:
    bronze = tuple(column for column in TORONTO.bronze if not column.projected)
    plain = typing_sql(TORONTO.model_copy(update={"bronze": bronze}), "raw", None)
    assert "try_cast(replace(`Long`, ',', '.') AS double)" in typing_sql(TORONTO, "raw", GRID)
    assert "try_cast(`Long` AS double)" in plain and "replace(`Long`, ','" not in plain


def test_a_position_may_stand_in_one_column() -> None:
    def turned(column: BronzeColumn) -> BronzeColumn:
        return column.model_copy(update={"sources": ("geo_point_2d",)}) if column.projected else column

    landing = REPORTS.landing[0].model_copy(update={"name": "geo_point_2d", "classification": "personal"})
    others = tuple(column for column in REPORTS.landing if column.name not in ("lon", "lat"))
    contract = REPORTS.model_copy(update={"landing": (*others, landing), "bronze": tuple(map(turned, REPORTS.bronze))})
    assert problems_of(contract) == []
    text = typing_sql(contract, "v", MARSEILLE)
    lon, lat = "`_c__n__c__lon_geo_point_2d`", "`_c__n__c__lat_geo_point_2d`"
    assert text.count("AS `_c__lon_geo_point_2d`") == text.count("AS `_c__lat_geo_point_2d`") == 1
    assert "replace(`_c__lon_geo_point_2d`" not in text  # a comma parts the two
    assert f"{lon} + {lat} IS NOT NULL THEN 'outside_territory:zone'" in text
    assert f"{lat} BETWEEN 5.22D AND 5.54D" in text


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", "'a'"), ("l'eau", r"'l\'eau'"), ("a\\", r"'a\\'")],
    ids=["plain", "quote", "backslash"],
)
def test_a_literal_cannot_leave_its_quotes(value: str, expected: str) -> None:
    assert literal(value) == expected


def evaluate(epsg: int, lon: float, lat: float) -> tuple[float, float]:
    names: dict[str, Any] = {
        n: getattr(math, n) for n in ("sin", "cos", "sinh", "cosh", "atanh", "atan2", "sqrt", "exp", "radians")
    }
    names |= {"lon": lon, "lat": lat, "ln": math.log, "pow": math.pow, "try_divide": lambda a, b: a / b if b else None}
    for alias, text in projection_steps(epsg, "lon", "lat", "p_"):
        names[alias] = math.radians(lat) if text.startswith("CASE") else eval(re.sub(r"(\d)D\b", r"\1", text), names)
    return names["p_x"], names["p_y"]


PLACES = {
    "toronto-centre": (26917, -79.39, 43.70),
    "toronto-corner": (26917, -79.66, 43.57),
    "utm-edge": (26917, -78.0, 43.7),
    "marseille-lambert": (2154, 5.40, 43.30),
    "lille-lambert": (2154, 3.06, 50.63),
    "marseille-utm": (32631, 5.40, 43.30),
    "south": (32733, 15.0, -33.9),
    "san-francisco": (26910, -122.44, 37.76),
    "auckland": (2193, 174.77, -36.85),
}


@pytest.mark.parametrize(("epsg", "lon", "lat"), PLACES.values(), ids=PLACES.keys())
def test_the_sql_projection_is_pyprojs_to_a_hundredth_of_a_millimetre(epsg: int, lon: float, lat: float) -> None:
    import numpy as np

    from calanque.places.grid import project

    x, y = project(epsg, np.array([lon]), np.array([lat]))
    assert evaluate(epsg, lon, lat) == pytest.approx((x[0], y[0]), abs=1e-5)


def test_an_unknown_projection_is_refused() -> None:
    with pytest.raises(CalanqueError, match="EPSG:3035"):
        projection_steps(3035, "lon", "lat", "p_")


NAMES: Header = tuple(column.name for column in TORONTO.landing)
LACKS = "lacks the column Long of the contract"
HEADERS = {
    "as-declared": (NAMES, None, ""),
    "other-order": (NAMES[::-1], None, ""),
    "missing": (NAMES[:-1], "missing_column:Long", "lacks the column Long"),
    "two-missing": (NAMES[:-2], "missing_column:Lat", "lacks the columns Lat, Long"),
    "unknown": ((*NAMES, "colour"), "unknown_column:colour", "colour"),
    "forbidden": ((*NAMES, "Suspect_Gender"), "forbidden_column:Suspect_Gender", "can never enter"),
    "twice": ((*NAMES, "Lat"), "duplicate_column:Lat", "twice"),
    "wrong-case": ((*NAMES[:-1], "long"), "missing_column:Long", f"{LACKS} (Long is likely 'long' now): ask"),
    "renamed": (("Date occurrence", *NAMES[1:-1], "LONGITUDE"), "missing_column:occurrencedate", "likely 'LONGITUDE'"),
    "renamed-to-nothing-like-it": ((*NAMES[:-1], "colour"), "missing_column:Long", f"{LACKS}: ask"),
    "wrong-delimiter": ((";".join(NAMES),), "wrong_delimiter", "it looks separated by ';'"),
    "one-word": (("hello",), "wrong_delimiter", "its first line is not the header"),
    "empty": ((), "empty_batch", "is empty"),
    "blank": (("",), "empty_batch", "is empty"),
}


@pytest.mark.parametrize(("header", "reason", "words"), HEADERS.values(), ids=HEADERS.keys())
def test_a_header_is_judged(header: Header, reason: str | None, words: str) -> None:
    refusal = check_headers(TORONTO, {"good.csv": NAMES, "a.csv": header})
    assert (refusal.reason if refusal else None) == reason
    assert words in (refusal.sentence if refusal else "")


def test_unknown_columns_are_ignored_when_the_contract_says_so_but_forbidden_ones_never() -> None:
    lenient = TORONTO.model_copy(update={"unknown_columns": "ignore"})
    assert check_headers(lenient, {"a.csv": (*NAMES, "colour")}) is None
    refusal = check_headers(lenient, {"a.csv": (*NAMES, "visage")})
    assert refusal is not None
    assert refusal.reason == "forbidden_column:visage"


def test_a_file_without_header_does_not_quote_its_first_row() -> None:
    words = "R-1|2026-01-01T10:00:00|bruit|texte|Personne Inventee|0100000000|x@example.org|5.4|43.3"
    row = tuple(words.split("|"))
    refusal = check_headers(REPORTS, {"a.csv": row})
    assert refusal is not None
    assert refusal.reason == "missing_column:report_id"
    assert not [value for value in row if value in refusal.sentence]


KEYS = {
    "unknown": ((*NAMES, "a@example.org", "b@example.org"), "unknown_column", "from the left; not named here"),
    "missing": ((*NAMES[:-1], "LONG"), "missing_column:Long", "lacks the column Long of the contract: ask"),
    "forbidden": ((*NAMES, "a.gender@example.org"), "forbidden_column:gender", "can never enter"),
}


@pytest.mark.parametrize(("header", "reason", "words"), KEYS.values(), ids=KEYS.keys())
@pytest.mark.parametrize("kind", ["json", "jsonl", "geojson", "xml"])
def test_a_key_is_never_told(kind: str, header: Header, reason: str, words: str) -> None:
    written = {"type": kind} | ({"record": "r/row"} if kind == "xml" else {})
    contract = TORONTO.model_copy(update={"file_format": TypeAdapter(FileFormat).validate_python(written)})
    refusal = check_headers(contract, {"a.json": header})
    assert refusal is not None
    assert refusal.reason == reason
    assert words in refusal.sentence
    assert not [name for name in header if name not in NAMES and name in refusal.sentence]
