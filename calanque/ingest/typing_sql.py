"""From a contract to the SQL that types a file of strings; pure text, no Spark.

Every value is read with a `try_` form: what does not fit is NULL, and a NULL that should not be one becomes a reason.
Reasons: those of a record that is no row (calanque/formats/base.py), `bad_encoding`, `missing_required:<column>`,
`wrong_type:<column>`, `not_in_enum:<column>`, `bad_pattern:<column>`, `out_of_range:<column>`,
`date_out_of_bounds:<column>` (a real day, of the year 0001 or 9999), `outside_territory:<column>`,
`swapped_position:<column>` (longitude and latitude of a place in the territory, each in the other's column).
"""

from collections.abc import Collection
from dataclasses import dataclass

from calanque.contracts.model import BronzeColumn, FeedContract
from calanque.contracts.wild_times import beyond_calendar, is_far_day, tamed
from calanque.formats.base import CORRUPT, FILE, NULL_BYTE, OWN, REASON, ROW_NUMBER
from calanque.ingest.null_markers import KNOWN_MARKERS, PAYLOAD_KEY, readable_source
from calanque.ingest.projection_sql import in_levels, projection_levels
from calanque.places.territory import ZONE_CELL_COUNT, BoundingBox
from calanque.sql_text import literal, quoted

# A value made of more columns than this is wrong, not missing, when one of them is blank: it keeps the SQL short.
BLANK_SOURCE_COUNT_MAX = 2
GOOD = f"{OWN}is_good"
# Of a line that is no row, more is in landing: it may be as long as a file.
LINE_LENGTH_MAX = 10_000
# What pandas' nanoseconds hold, to whole years: a year 0013 or 9999 is a slip of the pen, and its row's alone.
TIME_LIMITS = {
    "date": ("1678-01-01", "2261-12-31"),
    "timestamp": ("1678-01-01 00:00:00", "2261-12-31 23:59:59"),
}

Levels = list[list[tuple[str, str]]]


@dataclass(frozen=True)
class GridNumbers:
    """The grid of a territory: EPSG code, origin and cell in metres, and how many rows and columns it has."""

    territory: str
    epsg: int
    x0_m: float
    y0_m: float
    cell_m: float
    rows: int
    cols: int
    box: BoundingBox


def typing_sql(contract: FeedContract, view: str, grid: GridNumbers | None, check_encoding: bool = False) -> str:
    """Return the SELECT that types a view of all-string landing columns.

    Args:
        contract: the feed's contract.
        view: name of the view; it holds the landing columns, `CORRUPT`, `REASON`, `FILE` and `ROW_NUMBER`.
        grid: needed when the contract projects a position.
        check_encoding: whether to look for bytes that were not in the file's encoding, and for null bytes.

    Returns:
        SQL giving the bronze columns, then `_is_good`, `_reasons` (NULL when good), `_payload` (JSON, on refused rows),
        `FILE` and `ROW_NUMBER`. Protected columns still hold the source value, and NULL on refused rows.
    """
    steps, pairs = _steps(contract, grid)
    tame, expressions, beyond = _tamed(contract)
    typed = [(_typed(one), expressions.get(one.name) or _value(one, pairs, grid)) for one in contract.bronze]
    joined = ", ".join(quoted(column.name) for column in contract.landing)
    odd = {f"{REASON} IS NOT NULL": REASON}
    if check_encoding:
        odd[f"contains(concat_ws('', {joined}), char(0))"] = literal(NULL_BYTE)
        odd[f"contains(concat_ws('', {joined}), '\\uFFFD')"] = "'bad_encoding'"
    # A row number is not deterministic, so that Spark leaves a filter on the verdict where it is: moved below, it would
    # compute every column a second time.
    once = "monotonically_increasing_id() >= 0"
    fits = " AND ".join([*(f"NOT ({sql})" for sql in odd), *(_fits(column) for column in contract.bronze), once])
    rows = _unmarked(contract, view)
    for level in (*steps, *tame, typed, [(GOOD, fits)]):
        rows = f"(SELECT *, {', '.join(f'{sql} AS {alias}' for alias, sql in level)} FROM {rows})" if level else rows
    # array_compact does not compile, which parts this last projection from the loop below it: one method with both is
    # over the 8,000 bytes that Java still compiles, and ran three times slower.
    found = ", ".join(_reason(column, grid, beyond.get(column.name, [])) for column in contract.bronze)
    reasons = f"array_compact(array({found}))"
    judged = " ".join(f"WHEN {sql} THEN array({reason})" for sql, reason in odd.items())
    output = ", ".join(_output(column) for column in contract.bronze)
    return (
        f"SELECT {output}, {GOOD} AS _is_good, CASE WHEN NOT {GOOD} THEN CASE {judged} ELSE {reasons} END END "
        f"AS _reasons, CASE WHEN NOT {GOOD} THEN {_payload(contract, grid, list(odd))} END AS _payload, {FILE}, "
        f"{ROW_NUMBER} FROM {rows}"
    )


def _unmarked(contract: FeedContract, view: str) -> str:
    if not any(column.null_markers for column in contract.landing):
        return view
    columns = []
    for column in contract.landing:
        value = name = quoted(column.name)
        if column.null_markers:
            markers = ", ".join(literal(marker) for marker in column.null_markers)
            value = f"CASE WHEN trim({name}) NOT IN ({markers}) THEN {name} END AS {name}"
        columns.append(value)
    return f"(SELECT {', '.join([*columns, CORRUPT, REASON, FILE, ROW_NUMBER])} FROM {view})"


def number_levels(names: list[str], positions: Collection[str] = ()) -> Levels:
    """Return two levels of SQL that read decimal numbers from string columns, each value once.

    In `positions`, columns of degrees, a comma is that of decimals: elsewhere it may part thousands.

    NaN, Infinity, hexadecimal and Java's `12d` are not numbers here, though a cast takes them: the first two fail the
    limit, and the letters give the others away.
    """
    if not names:
        return []
    read = {name: quoted(f"{OWN}r_{name}") for name in names}
    text = {name: f"replace({quoted(name)}, ',', '.')" if name in positions else quoted(name) for name in names}
    letters = {name: " OR ".join(f"contains({quoted(name)}, '{letter}')" for letter in "dDfFxX") for name in names}
    return [
        [(read[name], f"try_cast({text[name]} AS double)") for name in names],
        [
            (number_of(name), f"CASE WHEN abs({read[name]}) <= 1e300D AND NOT ({letters[name]}) THEN {read[name]} END")
            for name in names
        ],
    ]


def number_of(name: str) -> str:
    """Return the alias under which a source column has been read as a number."""
    return quoted(f"{OWN}n_{name}")


def _typed(column: BronzeColumn) -> str:
    return quoted(f"{OWN}t_{column.name}")


def _output(column: BronzeColumn) -> str:
    value = f"CASE WHEN {GOOD} THEN {_typed(column)} END" if column.is_protected else _typed(column)
    return f"{value} AS {quoted(column.name)}"


def _steps(contract: FeedContract, grid: GridNumbers | None) -> tuple[Levels, dict[tuple[str, ...], str]]:
    numbers: dict[str, None] = {}
    pairs: dict[tuple[str, ...], str] = {}
    levels: Levels = []
    for column in contract.bronze:
        if column.projected and grid is not None and column.sources not in pairs:
            prefix = pairs[column.sources] = f"{OWN}p{len(pairs)}_"
            lon, lat = _axes(column.sources)
            levels += projection_levels(grid.epsg, number_of(lon), number_of(lat), prefix)
        if column.projected or (column.expression is None and column.physical_type == "double"):
            numbers.update(dict.fromkeys(_axes(column.sources) if column.projected else column.sources))
    positions = {name for sources in pairs if len(sources) > 1 for name in sources}
    parts = [_parts(sources[0]) for sources in pairs if len(sources) == 1]
    return [*parts, *number_levels(list(numbers), positions), *levels], pairs


def _axes(sources: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a position's longitude and latitude are called: two landing columns, or the parts of one."""
    return sources if len(sources) > 1 else (f"{OWN}lon_{sources[0]}", f"{OWN}lat_{sources[0]}")


def _parts(name: str) -> list[tuple[str, str]]:
    """Return the level that parts a column of '43.2951, 5.3698', as Opendatasoft writes geo_point_2d."""
    lon, lat = map(quoted, _axes((name,)))
    # Without a comma there is no longitude; a second comma stays in it, and then it is no number.
    comma = f"nullif(instr({quoted(name)}, ','), 0)"
    return [(lon, f"substr({quoted(name)}, {comma} + 1)"), (lat, f"substr({quoted(name)}, 1, {comma} - 1)")]


def _tamed(contract: FeedContract) -> tuple[Levels, dict[str, str], dict[str, list[str]]]:
    """Return the levels of what expressions may only use within bounds; by column their SQL, and what is beyond."""
    beyond: dict[str, list[str]] = {}
    steps: list[tuple[str, str]] = []
    values: dict[str, str] = {}
    for at, column in enumerate(contract.bronze):
        if column.expression is not None:
            found, sql = tamed(column.expression, f"{OWN}w{at}_")
            steps += found
            beyond[column.name] = beyond_calendar(found)
            values[column.name] = f"nullif({sql}, '')" if column.physical_type == "string" else f"({sql})"
        elif column.physical_type == "date":
            beyond[column.name] = [is_far_day(quoted(column.sources[0]))]
    return in_levels(steps), values, beyond


def _value(column: BronzeColumn, pairs: dict[tuple[str, ...], str], grid: GridNumbers | None) -> str:
    if column.projected and grid is not None:
        return _projected_value(column, pairs[column.sources], grid)
    source = quoted(column.sources[0])
    if column.is_protected:
        return source
    if column.physical_type == "string":
        return f"nullif(trim({source}), '')"
    if column.physical_type == "double":
        return number_of(column.sources[0])
    if column.physical_type == "date":
        return f"CASE WHEN {source} RLIKE '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$' THEN try_cast({source} AS date) END"
    return f"try_cast({source} AS {column.physical_type})"


def _projected_value(column: BronzeColumn, prefix: str, grid: GridNumbers) -> str:
    if column.projected in ("x_m", "y_m"):
        return f"{prefix}{column.projected[0]}"
    size_m, letter = (grid.cell_m, "") if column.projected == "cell" else (grid.cell_m * ZONE_CELL_COUNT, "z")
    col, row = (
        f"CAST(floor(({prefix}{axis} - ({origin!r}D)) / ({size_m!r}D)) AS string)"
        for axis, origin in (("x", grid.x0_m), ("y", grid.y0_m))
    )
    width_m, height_m = grid.cell_m * grid.cols, grid.cell_m * grid.rows
    inside = (
        f"{prefix}x >= {grid.x0_m!r}D AND {prefix}x < {grid.x0_m + width_m!r}D "
        f"AND {prefix}y >= {grid.y0_m!r}D AND {prefix}y < {grid.y0_m + height_m!r}D"
    )
    return f"CASE WHEN {inside} THEN concat('{grid.territory}:{letter}', {row}, ':', {col}) END"


def _reason(column: BronzeColumn, grid: GridNumbers | None, beyond: Collection[str] = ()) -> str:
    typed, name = _typed(column), column.name
    blank = " OR ".join(f"coalesce(trim({quoted(source)}), '') = ''" for source in column.sources)
    missing = f"'missing_required:{name}'" if column.required else "CAST(NULL AS string)"
    cases = []
    if 0 < len(column.sources) <= BLANK_SOURCE_COUNT_MAX:
        cases.append(f"WHEN {typed} IS NULL AND ({blank}) THEN {missing}")
    if column.projected and grid is not None:
        lon, lat = map(number_of, _axes(column.sources))
        cases.append(f"WHEN {typed} IS NULL AND {_in_box(grid.box, lat, lon)} THEN 'swapped_position:{name}'")
        cases.append(f"WHEN {typed} IS NULL AND {lon} + {lat} IS NOT NULL THEN 'outside_territory:{name}'")
    if beyond:
        cases.append(f"WHEN {typed} IS NULL AND ({' OR '.join(beyond)}) THEN 'date_out_of_bounds:{name}'")
    cases.append(f"WHEN {typed} IS NULL THEN 'wrong_type:{name}'")
    if column.enum:
        cases.append(
            f"WHEN {typed} NOT IN ({', '.join(literal(value) for value in column.enum)}) THEN 'not_in_enum:{name}'"
        )
    if column.pattern:
        cases.append(f"WHEN NOT {typed} RLIKE {literal(column.pattern)} THEN 'bad_pattern:{name}'")
    limit = "date_out_of_bounds" if column.physical_type in TIME_LIMITS else "out_of_range"
    if limits := _limits(column, "<", ">"):
        cases.append(f"WHEN {' OR '.join(limits)} THEN '{limit}:{name}'")
    return f"CASE {' '.join(cases)} END"


def _limits(column: BronzeColumn, low: str, high: str) -> list[str]:
    """Return the comparisons with the least and the greatest value that the column may have."""
    least, greatest = (None if value is None else repr(value) for value in (column.minimum, column.maximum))
    if column.physical_type in TIME_LIMITS:
        least, greatest = (f"{column.physical_type}'{limit}'" for limit in TIME_LIMITS[column.physical_type])
    limits = ((low, least), (high, greatest))
    return [f"{_typed(column)} {sign} {limit}" for sign, limit in limits if limit is not None]


def _in_box(box: BoundingBox, lon: str, lat: str) -> str:
    return (
        f"{lon} BETWEEN {box.lon_min!r}D AND {box.lon_max!r}D AND {lat} BETWEEN {box.lat_min!r}D AND {box.lat_max!r}D"
    )


def _fits(column: BronzeColumn) -> str:
    typed = _typed(column)
    rules = [f"{typed} IS NOT NULL"] if column.required or not column.sources else []
    if not rules:
        blank = " OR ".join(f"coalesce(trim({quoted(source)}), '') = ''" for source in column.sources)
        rules.append(f"({typed} IS NOT NULL OR {blank})")
    if column.enum:
        rules.append(f"coalesce({typed} IN ({', '.join(literal(value) for value in column.enum)}), true)")
    if column.pattern:
        rules.append(f"coalesce({typed} RLIKE {literal(column.pattern)}, true)")
    rules += [f"coalesce({limit}, true)" for limit in _limits(column, ">=", "<=")]
    return " AND ".join(rules)


def _payload(contract: FeedContract, grid: GridNumbers | None, odd: list[str]) -> str:
    if not contract.is_personal:
        values = [f"'{_key(column.name)}', {quoted(column.name)}" for column in contract.landing]
        return f"to_json(named_struct('_line', left({CORRUPT}, {LINE_LENGTH_MAX}), {', '.join(values)}))"
    # A shifted row can put a name in any column: only a value that its own rule recognises may be kept.
    whole = " AND ".join(f"NOT ({sql})" for sql in odd)
    kept = [
        f"'{column.name}', CASE WHEN {whole} AND {_reason(column, grid)} IS NULL THEN {_typed(column)} END"
        for column in contract.bronze
        if column.classification == "open" and (column.enum or column.pattern or column.physical_type != "string")
    ]
    if markers := _marker_values(contract):
        kept.append(f"'{PAYLOAD_KEY}', named_struct({', '.join(markers)})")
    return f"to_json(named_struct({', '.join(kept)}))" if kept else "'{}'"


def _marker_values(contract: FeedContract) -> list[str]:
    known = ", ".join(map(literal, KNOWN_MARKERS))
    sources = {column.name: readable_source(contract, column) for column in contract.bronze}
    return [
        f"'{column.name}', CASE WHEN {_typed(column)} IS NULL AND lower(trim({quoted(source)})) IN ({known}) "
        f"THEN trim({quoted(source)}) END"
        for column in contract.bronze
        if (source := sources[column.name]) and (column.expression or column.physical_type != "string")
    ]


def _key(name: str) -> str:
    return literal(name)[1:-1]
