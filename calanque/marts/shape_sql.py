"""The SQL of a shape: one part a feed, each made from its contract and its territory's file, in one union."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from calanque.marts.touched import in_weeks
from calanque.places.grid import grid_vars
from calanque.places.taxonomy import OTHER, incident_types
from calanque.places.territory import load_territory
from calanque.sql_text import listed, literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from calanque.contracts import FeedContract
    from calanque.contracts.shapes import Shape, _ShapeMeta
    from calanque.marts.touched import Weeks
    from calanque.places.territory import Territory

SOURCE = "bronze"
Row = tuple[str | int | None, ...]
CONSTANT = "constant"
"""In a column's meta, the field of the contract that it repeats: lineage finds no column behind it."""
_EVER = "1900-01-01"


def made_columns(shape: Shape) -> dict[str, dict[str, Any]]:
    """Return the columns that a shape has beside the declared ones, with type, description and dbt's own properties."""
    made: dict[str, dict[str, Any]] = {
        f"{moment}_local_at": _column("timestamp_ntz", f"{moment}_at as wall clock of the territory.")
        for moment in _moments(shape)
    }
    if shape.meta.happened:
        happened = _moments(shape)[0]
        made[f"{happened}_local_date"] = _column("date", f"{happened}_local_at as a day.")
        made["week_start_date"] = _column("date", "Monday of the week of that day.")
    if _has_position(shape):
        made["cell_id"] = _column("string", "Grid cell that holds the position, inside the territory or not.")
        text = "How fine the place of the row may be seen by its contract's promise: exact, or cell."
        made["place_grain"] = _column("string", text, "place_grain")
    if shape.meta.coded:
        text = f"Code of the source, which {shape.meta.coded} is mapped from by the territory's file."
        made[f"{shape.meta.coded}_code"] = _column("string", text)
    if shape.meta.person:
        made[shape.meta.person] = _column(
            "string",
            "Whom the row counts as: the token that the contract names, null when anonymous; a token of the row's own "
            "where each row stands for a person or a fact; null for all where the contract does not say.",
        )
    return made | {
        "territory": _column("string", "City of the feed.", "territory"),
        "feed": _column("string", "Feed of the row.", "feed"),
        "origin": _column(
            "string", "Who produced the row: reported by the public, enforced, or measured by a device.", "origin"
        ),
        "valid_from_date": _column("date", "First day that the contract vouches for.", "valid_from"),
        "batch_id": _column("string", "Batch that brought the row."),
        "ingested_at": _column("timestamp", "When it was taken in, UTC."),
    }


def _column(kind: str, description: str, constant: str | None = None) -> dict[str, Any]:
    column: dict[str, Any] = {"data_type": kind, "description": description}
    return column | ({"config": {"meta": {CONSTANT: constant}}} if constant else {})


def _moments(shape: Shape) -> list[str]:
    """Return when it happened, ended and became known, as far as the shape knows, without `_at`."""
    meta = shape.meta
    return [column.removesuffix("_at") for column in (meta.happened, meta.ended, meta.known) if column]


def _has_position(shape: Shape) -> bool:
    return {"x_m", "y_m"} <= {column.name for column in shape.columns}


def shape_sql(
    shape: Shape, contracts: Sequence[FeedContract], weeks: Mapping[str, Weeks] = MappingProxyType({})
) -> str:
    """Return the model of a shape, as dbt reads it; without a feed it has no row.

    Args:
        shape: the shape.
        contracts: those of its feeds that have been loaded.
        weeks: of feeds of which the rows of some weeks alone are read, these, by their Mondays.
    """
    if contracts:
        return "\nunion all\n".join(_part(shape, contract, weeks.get(contract.feed)) for contract in contracts)
    kinds = {column.name: column.data_type for column in shape.columns}
    kinds |= {name: facts["data_type"] for name, facts in made_columns(shape).items()}
    return no_row(kinds)


def no_row(kinds: Mapping[str, str]) -> str:
    """Return the model of columns, by their types, in which there is no row."""
    empty = ",\n    ".join(f"cast(null as {kind}) as {name}" for name, kind in kinds.items())
    return f"select\n    {empty}\nwhere false\n"


def of_rows(kinds: Mapping[str, str], rows: Sequence[Row]) -> str:
    """Return the model of some rows of columns, by the types of these."""
    if not rows:
        return no_row(kinds)
    names, chosen = (
        ", ".join(kinds),
        ",\n    ".join(f"cast({name} as {kind}) as {name}" for name, kind in kinds.items()),
    )
    values = ",\n    ".join(f"({', '.join(map(_value, row))})" for row in rows)
    return f"select\n    {chosen}\nfrom values\n    {values}\n    as t({names})\n"


def _value(value: str | int | None) -> str:
    if isinstance(value, str):
        return literal(value)
    return "null" if value is None else str(value).lower()


def _part(shape: Shape, contract: FeedContract, weeks: Weeks | None) -> str:
    territory = load_territory(contract.territory)
    chosen = {**_declared(shape, contract, territory), **_made(shape, contract, territory)}
    lines = ",\n    ".join(
        expression if expression == name else f"{expression} as {name}" for name, expression in chosen.items()
    )
    table = f"{{{{ source('{SOURCE}', '{contract.feed}') }}}}"
    head = f"-- {contract.feed}, by its contract {contract.version}."
    where = f"_closed_at is null and ({in_weeks(contract, weeks)})" if weeks else "_closed_at is null"
    if not (shape.meta.newest and contract.write.mode == "append"):
        return f"{head}\nselect\n    {lines}\nfrom {table}\nwhere {where}\n"
    # A correction that was sent as one more row: what was known before it is told no more. Constants stay outside,
    # for lineage would look for columns behind them.
    own = ", ".join([*(column.name for column in contract.bronze), "_batch_id", "_ingested_at"])
    key = contract.filling()[shape.meta.key].name
    nth = f"row_number() over (partition by {key} order by _ingested_at desc, _batch_id desc) as nth"
    known = f"select {own},\n    {nth}\nfrom {table}\nwhere {where}"
    return f"{head}\nselect\n    {lines}\nfrom (\n{known}\n)\nwhere nth = 1\n"


def _declared(shape: Shape, contract: FeedContract, territory: Territory) -> dict[str, str]:
    filled = contract.filling()
    chosen = {
        column.name: filled[column.name].name if column.name in filled else f"cast(null as {column.data_type})"
        for column in shape.columns
    }
    chosen |= {f"{moment}_at": _at(contract, shape.meta, f"{moment}_at") for moment in _moments(shape)}
    if coded := shape.meta.coded:
        chosen[coded] = common_type(chosen[coded], territory.codes)
    return chosen


def _at(contract: FeedContract, meta: _ShapeMeta, moment: str) -> str:
    """Return the SQL of an instant, as fine as its feed promises: what began is told earlier, all else later."""
    filled = contract.filling().get(moment)
    if filled is None:
        return "cast(null as timestamp)"
    if contract.shape != "incident" or contract.time_grain != "hour":
        return filled.name
    within = filled.name if moment == meta.happened else f"{filled.name} + interval 3599 seconds"
    return f"date_trunc('hour', {within})"


def _origin(contract: FeedContract) -> str:
    if contract.origin_of is None:
        return f"'{contract.origin}'"
    told = " ".join(f"when {literal(value)} then '{made}'" for value, made in sorted(contract.origin_of.values.items()))
    return f"case {contract.origin_of.column} {told} else '{contract.origin}' end"


def common_type(code: str, codes: Mapping[str, str]) -> str:
    """Return the SQL of the common kind of a code: by the territory's file, else itself if it is one, else other."""
    by_kind: dict[str, list[str]] = {}
    for own, kind in codes.items():
        by_kind.setdefault(kind, []).append(own)
    cases = [f"when {code} in ({listed(owns)}) then '{kind}'" for kind, owns in sorted(by_kind.items())]
    cases.append(f"when {code} in ({listed(incident_types())}) then {code}")
    return f"case {' '.join(cases)} else '{OTHER}' end"


def _made(shape: Shape, contract: FeedContract, territory: Territory) -> dict[str, str]:
    filled, meta = contract.filling(), shape.meta
    instants = {moment: _at(contract, meta, f"{moment}_at") for moment in _moments(shape)}
    local = {moment: f"from_utc_timestamp({at}, '{territory.time_zone}')" for moment, at in instants.items()}
    chosen = {f"{moment}_local_at": f"cast({wall} as timestamp_ntz)" for moment, wall in local.items()}
    if meta.happened:
        happened = meta.happened.removesuffix("_at")
        chosen[f"{happened}_local_date"] = f"cast({local[happened]} as date)"
        chosen["week_start_date"] = f"cast(date_trunc('week', {local[happened]}) as date)"
    if _has_position(shape):
        chosen["cell_id"] = cell_id(territory, filled["x_m"].name, filled["y_m"].name)
        chosen["place_grain"] = f"'{contract.place_grain}'"
    if meta.coded:
        chosen[f"{meta.coded}_code"] = filled[meta.coded].name
    if meta.person:
        chosen[meta.person] = _person(contract, filled[meta.key].name)
    return chosen | {
        "territory": f"'{contract.territory}'",
        "feed": f"'{contract.feed}'",
        "origin": _origin(contract),
        "valid_from_date": f"date '{contract.valid_from or _EVER}'",
        "batch_id": "_batch_id",
        "ingested_at": "_ingested_at",
    }


def cell_id(territory: Territory, x_m: str, y_m: str) -> str:
    """Return the SQL of the identifier of the grid square of a point; rows go up with y, columns with x.

    The back-quotes keep `floor` a plain function for the column-lineage parser, which loses the bare keyword.
    """
    grid = grid_vars(territory)
    row, col = (
        f"cast(`floor`(({axis} - cast({grid[origin]} as double)) / cast({grid['cell_m']} as double)) as string)"
        for axis, origin in ((y_m, "y0_m"), (x_m, "x0_m"))
    )
    return f"concat('{territory.name}:', {row}, ':', {col})"


def _person(contract: FeedContract, row_id: str) -> str:
    """Return the SQL by which a row's person is told from others, as the contract says (rowStandsFor, personColumn).

    Who is told apart by nothing counts as one with all others: null, written so that lineage finds a column.
    """
    if contract.person_column:
        return contract.person_column
    return f"concat('row:', {row_id})" if contract.row_stands_for else f"nullif({row_id}, {row_id})"
