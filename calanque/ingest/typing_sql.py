"""From a contract to the SQL that types a file of strings; pure text, no Spark.

Every value is read with a `try_` form: what does not fit is NULL, and a NULL that should not be one becomes a reason.
Reasons: `malformed_row`, `bad_encoding`, `missing_required:<column>`, `wrong_type:<column>`, `not_in_enum:<column>`,
`bad_pattern:<column>`, `out_of_range:<column>`, `outside_territory:<column>`.
"""

from dataclasses import dataclass

from calanque.contracts.model import BronzeColumn, FeedContract
from calanque.engines.spark import literal
from calanque.ingest.projection_sql import projection_levels
from calanque.places.territory import ZONE_CELL_COUNT

# A value made of more columns than this is wrong, not missing, when one of them is blank: it keeps the SQL short.
BLANK_SOURCE_COUNT_MAX = 2
CORRUPT, FILE, ROW_NUMBER = "_corrupt", "_file", "_n"
ROW_SQL = f"concat({FILE}, '#', {ROW_NUMBER}) AS _row"


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


def typing_sql(contract: FeedContract, view: str, grid: GridNumbers | None, check_encoding: bool = False) -> str:
    """Return the SELECT that types a view of all-string landing columns.

    Args:
        contract: the feed's contract.
        view: name of the view; it holds the landing columns, `_corrupt`, `_file` and `_n`.
        grid: needed when the contract projects a position.
        check_encoding: whether to look for bytes that were not in the file's encoding.

    Returns:
        SQL giving the bronze columns, then `_is_good`, `_reasons` (NULL when good), `_payload` (JSON, on refused rows),
        `_file` and `_n`. Protected columns still hold the source value, and NULL on refused rows.
    """
    steps, pairs = _steps(contract, grid)
    typed = [(_typed(column), _value(column, pairs, grid)) for column in contract.bronze]
    joined = ", ".join(quoted(column.name) for column in contract.landing)
    odd = {f"{CORRUPT} IS NOT NULL": "malformed_row"}
    if check_encoding:
        odd[f"contains(concat_ws('', {joined}), '\\uFFFD')"] = "bad_encoding"
    # A row number is not deterministic, so that Spark leaves a filter on the verdict where it is: moved below, it would
    # compute every column a second time.
    once = "monotonically_increasing_id() >= 0"
    fits = " AND ".join([*(f"NOT ({sql})" for sql in odd), *(_fits(column) for column in contract.bronze), once])
    rows = view
    for level in (*steps, typed, [("_is_good", fits)]):
        rows = f"(SELECT *, {', '.join(f'{sql} AS {alias}' for alias, sql in level)} FROM {rows})" if level else rows
    # array_compact does not compile, which parts this last projection from the loop below it: one method with both is
    # over the 8,000 bytes that Java still compiles, and ran three times slower.
    reasons = f"array_compact(array({', '.join(_reason(column, pairs) for column in contract.bronze)}))"
    judged = " ".join(f"WHEN {sql} THEN array('{reason}')" for sql, reason in odd.items())
    output = ", ".join(_output(column) for column in contract.bronze)
    return (
        f"SELECT {output}, _is_good, CASE WHEN NOT _is_good THEN CASE {judged} ELSE {reasons} END END AS _reasons, "
        f"CASE WHEN NOT _is_good THEN {_payload(contract, pairs, list(odd))} END AS _payload, {FILE}, {ROW_NUMBER} "
        f"FROM {rows}"
    )


def quoted(name: str) -> str:
    """Return a column name in backquotes."""
    return "`" + name.replace("`", "``") + "`"


def number_levels(names: list[str]) -> Levels:
    """Return two levels of SQL that read decimal numbers from string columns, each value once.

    NaN, Infinity, hexadecimal and Java's `12d` are not numbers here, though a cast takes them: the first two fail the
    limit, and the letters give the others away.
    """
    if not names:
        return []
    read = {name: quoted(f"r__{name}") for name in names}
    letters = {name: " OR ".join(f"contains({quoted(name)}, '{letter}')" for letter in "dDfFxX") for name in names}
    return [
        [(read[name], f"try_cast({quoted(name)} AS double)") for name in names],
        [
            (number_of(name), f"CASE WHEN abs({read[name]}) <= 1e300D AND NOT ({letters[name]}) THEN {read[name]} END")
            for name in names
        ],
    ]


def number_of(name: str) -> str:
    """Return the alias under which a source column has been read as a number."""
    return quoted(f"n__{name}")


def _typed(column: BronzeColumn) -> str:
    return quoted(f"t__{column.name}")


def _output(column: BronzeColumn) -> str:
    value = f"CASE WHEN _is_good THEN {_typed(column)} END" if column.is_protected else _typed(column)
    return f"{value} AS {quoted(column.name)}"


def _steps(contract: FeedContract, grid: GridNumbers | None) -> tuple[Levels, dict[tuple[str, ...], str]]:
    numbers: dict[str, None] = {}
    pairs: dict[tuple[str, ...], str] = {}
    levels: Levels = []
    for column in contract.bronze:
        if column.projected and grid is not None and column.sources not in pairs:
            prefix = pairs[column.sources] = f"p{len(pairs)}__"
            lon, lat = column.sources
            levels += projection_levels(grid.epsg, number_of(lon), number_of(lat), prefix)
        if column.projected or (column.expression is None and column.physical_type == "double"):
            numbers.update(dict.fromkeys(column.sources))
    return number_levels(list(numbers)) + levels, pairs


def _value(column: BronzeColumn, pairs: dict[tuple[str, ...], str], grid: GridNumbers | None) -> str:
    if column.projected and grid is not None:
        return _projected_value(column, pairs[column.sources], grid)
    if column.expression is not None:
        return f"nullif({column.expression}, '')" if column.physical_type == "string" else f"({column.expression})"
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


def _reason(column: BronzeColumn, pairs: dict[tuple[str, ...], str]) -> str:
    typed, name = _typed(column), column.name
    blank = " OR ".join(f"coalesce(trim({quoted(source)}), '') = ''" for source in column.sources)
    missing = f"'missing_required:{name}'" if column.required else "CAST(NULL AS string)"
    cases = []
    if 0 < len(column.sources) <= BLANK_SOURCE_COUNT_MAX:
        cases.append(f"WHEN {typed} IS NULL AND ({blank}) THEN {missing}")
    if column.projected in ("cell", "zone") and column.sources in pairs:
        cases.append(f"WHEN {typed} IS NULL AND {pairs[column.sources]}phi IS NOT NULL THEN 'outside_territory:{name}'")
    cases.append(f"WHEN {typed} IS NULL THEN 'wrong_type:{name}'")
    if column.enum:
        cases.append(
            f"WHEN {typed} NOT IN ({', '.join(literal(value) for value in column.enum)}) THEN 'not_in_enum:{name}'"
        )
    if column.pattern:
        cases.append(f"WHEN NOT {typed} RLIKE {literal(column.pattern)} THEN 'bad_pattern:{name}'")
    limits = [
        f"{typed} {sign} {value!r}"
        for sign, value in (("<", column.minimum), (">", column.maximum))
        if value is not None
    ]
    if limits:
        cases.append(f"WHEN {' OR '.join(limits)} THEN 'out_of_range:{name}'")
    return f"CASE {' '.join(cases)} END"


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
    rules += [
        f"coalesce({typed} {sign} {value!r}, true)"
        for sign, value in ((">=", column.minimum), ("<=", column.maximum))
        if value is not None
    ]
    return " AND ".join(rules)


def _payload(contract: FeedContract, pairs: dict[tuple[str, ...], str], odd: list[str]) -> str:
    if not contract.is_personal:
        values = [f"'{_key(column.name)}', {quoted(column.name)}" for column in contract.landing]
        return f"to_json(named_struct('_line', {CORRUPT}, {', '.join(values)}))"
    # A shifted row can put a name in any column: only a value that its own rule recognises may be kept.
    whole = " AND ".join(f"NOT ({sql})" for sql in odd)
    kept = [
        f"'{column.name}', CASE WHEN {whole} AND {_reason(column, pairs)} IS NULL THEN {_typed(column)} END"
        for column in contract.bronze
        if column.classification == "open" and (column.enum or column.pattern or column.physical_type != "string")
    ]
    return f"to_json(named_struct({', '.join(kept)}))" if kept else "'{}'"


def _key(name: str) -> str:
    return literal(name)[1:-1]
