"""The bronze columns of a feed that fills a shape."""

from collections.abc import Iterator
from typing import Any

from calanque.contracts.shapes import Shape, ShapeColumn, shapes
from calanque.contracts.undecided import UNDECIDED
from calanque.errors import CalanqueError
from calanque.scaffold import bronze
from calanque.scaffold.classify import Proposal, proposal_of
from calanque.scaffold.fillers import fillers_of, made_of, missing_of, year_of
from calanque.scaffold.plan import Column, Plan
from calanque.sql_text import quoted

LOGICAL = {"int": "integer", "bigint": "integer", "double": "number"}
PROJECTED = {"x_m": "x_m", "y_m": "y_m", "cell_id": "cell", "zone": "zone"}
SPANS = {"starts_at": 0, "ends_at": 367}
"""Days after the first of January that lie in the year in which a span begins or ends."""
KEY_COUNT_MAX = 12
PLACE_NAMES = ("neighbourhood", "zone", "area", "area_code", "parent_name")
"""Columns of shapes that are named areas, after persons as often as not."""


def with_shape(plan: Plan, name: str) -> Plan:
    """Return the plan of a feed that fills a shape: what does not fill it, and is not open, stays out of bronze.

    The position of a shape that has one is open: whoever says the shape says that no home is among its places.

    Raises:
        CalanqueError: if there is no such shape.
    """
    if name not in shapes():
        raise CalanqueError(f"There is no shape '{name}': choose one of {', '.join(shapes())}.")
    shape = shapes()[name]
    filled = fillers_of(plan, shape)
    used = {column.name for column in (*filled.values(), *(plan.day_and_hour or ()), year_of(plan)) if column}
    used |= {c.name for c in plan.columns if (c.name,) == plan.key and c.proposal.classification == "open"}
    names = (*PLACE_NAMES, "name") if shape.meta.key == "area_code" else PLACE_NAMES
    of_places = {filled[one].name for one in names if one in filled}
    has_places = any(column.name == "lon" for column in shape.columns)
    places = plan.position.sources if plan.position and has_places else []

    def proposal(column: Column) -> Proposal:
        evidence = column.proposal.evidence
        if column.name in places:
            said = f"the shape {name} has the position itself: none may be somebody's home"
            return Proposal("open", said)
        if column.name in of_places and evidence.startswith("PERSON in "):
            return Proposal("open", f"{evidence}; the shape has names of places here", names_places=True)
        # What no column of bronze says to be a number or a time is judged as text by `feeds check --data`.
        if column.name in used or _is_open_as_text(column):
            return column.proposal
        return Proposal("personal", f"{evidence}; the shape has no column for it")

    columns = tuple(column._replace(proposal=proposal(column)) for column in plan.columns)
    return plan._replace(columns=columns, shape=shape)


def _is_open_as_text(column: Column) -> bool:
    is_open = column.proposal.classification == "open"
    return is_open and (
        column.proposal.names_places or proposal_of(column.values._replace(kind="text"), False).classification == "open"
    )


def entries_of(plan: Plan) -> Iterator[bronze.Entry]:
    """Yield the bronze columns: of its shape, or all that the sample proposes."""
    return shaped(plan, plan.shape) if plan.shape else bronze.bronze_of(plan)


def shaped(plan: Plan, shape: Shape) -> Iterator[bronze.Entry]:
    """Yield the bronze columns of a shape; first, in one place, those that a person has to find."""
    found, missing = fillers_of(plan, shape), missing_of(plan, shape)
    for at, wanted in enumerate(missing):
        said = ["Not found in the sample. For each: SQL of the columns that it lists as its sources."] if not at else []
        sources = [_open(plan)[0].name] if _open(plan) else []
        entry = _named(wanted, sources)
        yield {**entry, "transformLogic": UNDECIDED}, [*said, f"{wanted.name}: {wanted.description}"]
    made = made_of(plan, shape)
    for wanted in shape.columns:
        if wanted.name in found:
            yield _filled(plan, wanted, found[wanted.name])
        elif wanted.name in made:
            yield _made(plan, shape, wanted)


def _named(wanted: ShapeColumn, sources: list[str]) -> dict[str, Any]:
    logical = LOGICAL.get(wanted.data_type, wanted.data_type)
    return bronze.named(wanted.name, wanted.description, logical, wanted.data_type, sources, wanted.is_required)


def _filled(plan: Plan, wanted: ShapeColumn, column: Column) -> bronze.Entry:
    entry, values = _named(wanted, [column.name]), column.values
    if wanted.data_type == "timestamp" and values.times is not None:
        expression = bronze.time_expression(quoted(column.name), values.times.formats, plan.time_zone)
        return bronze.with_times(entry, values.times, expression)
    if wanted.data_type == "timestamp":
        return bronze.timed(plan, entry, column)
    return bronze.with_commas(entry, column) if values.has_commas else (entry, [])


def _made(plan: Plan, shape: Shape, wanted: ShapeColumn) -> bronze.Entry:
    if wanted.name == shape.meta.key:
        return _key(plan, wanted)
    if wanted.name == shape.meta.happened and plan.day_and_hour:
        entry, comments = bronze.observed(plan, *plan.day_and_hour)
        return {**entry, "name": wanted.name}, comments
    if wanted.name in SPANS:
        return _span(plan, wanted)
    if plan.position is None:
        raise LookupError(wanted.name)
    if wanted.name in PROJECTED:
        projected = [{"property": "projected", "value": PROJECTED[wanted.name]}]
        return {**_named(wanted, plan.position.sources), "customProperties": projected}, []
    axis = plan.position.lon if wanted.name == "lon" else plan.position.lat
    entry = _named(wanted, [axis])
    if len(plan.position.sources) == 1:
        part = 2 if wanted.name == "lon" else 1
        return {**entry, "transformLogic": f"try_cast(split_part({quoted(axis)}, ',', {part}) AS double)"}, []
    (column,) = [column for column in plan.columns if column.name == axis]
    return bronze.with_commas(entry, column, is_position=True) if column.values.has_commas else (entry, [])


def _span(plan: Plan, wanted: ShapeColumn) -> bronze.Entry:
    year = year_of(plan)
    if year is None:
        raise LookupError(wanted.name)
    start = f"try_to_timestamp({quoted(year.name)}, 'yyyy')"
    if days := SPANS[wanted.name]:
        start = f"date_trunc('YEAR', try_add({start}, make_dt_interval({days}, 0)))"
    return {**_named(wanted, [year.name]), "transformLogic": f"to_utc_timestamp({start}, '{plan.time_zone}')"}, []


def _key(plan: Plan, wanted: ShapeColumn) -> bronze.Entry:
    """Return the key: the one column that tells rows apart, else a SHA-256 of those that do, or of all open ones."""
    keys = [column for column in _open(plan) if column.name in plan.key]
    if len(plan.key) == len(keys) == 1:
        return _named(wanted, [keys[0].name]), []
    of = [c.name for c in (keys if keys and len(keys) == len(plan.key) else _open(plan)[:KEY_COUNT_MAX])]
    if len(of) == 1:
        return _named(wanted, of), []
    parts = ", ".join(f"coalesce({quoted(name)}, '')" for name in of)
    said = [] if len(of) == len(plan.key) else ["Nothing tells all rows of the sample apart: equal rows are one."]
    return {**_named(wanted, of), "transformLogic": f"sha2(concat_ws('|', {parts}), 256)"}, said


def _open(plan: Plan) -> list[Column]:
    return [column for column in plan.columns if column.proposal.classification == "open"]
