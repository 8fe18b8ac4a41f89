"""The bronze columns that a contract proposes, and the expressions that make them."""

from collections.abc import Iterator, Sequence
from typing import Any

from calanque.contracts.undecided import UNDECIDED
from calanque.scaffold.plan import Column, Plan, plain_name
from calanque.scaffold.times import TimeFormat, Times
from calanque.scaffold.values import THOUSANDS
from calanque.sql_text import literal, quoted

Entry = tuple[dict[str, Any], list[str]]
"""A bronze column as the contract writes it, and the comments above it."""
ISO_DATE = "yyyy-MM-dd"
TIME_ENDS = ("_timestamp", "_datetime", "_time", "_date", "_at")


def bronze_of(plan: Plan) -> Iterator[Entry]:
    """Yield the bronze columns, in the order of the file; what is made of two columns comes last.

    Required are the key, a position, and a time that no row of the sample lacks.
    """
    for column in plan.columns:
        if not plan.is_left_out(column):
            is_required = column.values.kind in ("time", "epoch") or column.name in plan.key
            yield _entry(plan, column, is_required=is_required and not column.values.missing_count)
    if plan.day_and_hour:
        yield observed(plan, *plan.day_and_hour)
    if plan.position:
        for projected, name in (("cell", "cell_id"), ("zone", "zone")):
            description = (
                f"{projected.title()} of the territory's grid that holds the position; the position stays out."
            )
            entry = named(name, description, "string", "string", plan.position.sources, is_required=True)
            yield {**entry, "customProperties": [{"property": "projected", "value": projected}]}, _turned(plan)


def _turned(plan: Plan) -> list[str]:
    turned = plan.position is not None and plan.position.is_swapped
    return ["The file has longitudes under the name of latitudes: they are read the other way round."] if turned else []


def _entry(plan: Plan, column: Column, *, is_required: bool) -> Entry:
    name, classification = plain_name(column.name), column.proposal.classification
    description = column.described
    if classification == "free_text":
        entry = named(
            f"{name}_redacted", f"{description}, redacted.", "string", "string", [column.name], is_required=False
        )
        protection: list[dict[str, Any]] = [{"property": "protection", "value": "redact"}]
        return {**entry, "classification": "personal", "customProperties": protection}, []
    if classification == "identifier":
        entry = named(
            f"{name}_token", f"{description}, as a keyed token.", "string", "string", [column.name], is_required=False
        )
        token = {"protection": "token", "tokenKind": column.proposal.token_kind, "tokenPurpose": UNDECIDED}
        listed = [{"property": key, "value": value} for key, value in token.items()]
        return {**entry, "classification": "identifier", "customProperties": listed}, []
    return _open(plan, column, name, f"{description}.", is_required=is_required)


def open_entry(plan: Plan, column: Column) -> dict[str, Any]:
    """Return the bronze column of one that is not decided, as it is when it is open: no value of it is written."""
    name, description = plain_name(column.name), f"{column.described}."
    entry, _ = _open(plan, column, name, description, is_required=False)
    return {key: value for key, value in entry.items() if key != "quality"}


def _open(plan: Plan, column: Column, name: str, description: str, *, is_required: bool) -> Entry:
    values = column.values
    if values.kind in ("time", "epoch"):
        stem = next((name.removesuffix(end) for end in TIME_ENDS if name.endswith(end)), name)
        entry = named(
            f"{stem or name}_at", f"{description[:-1]}, in UTC.", "timestamp", "timestamp", [column.name], is_required
        )
        return timed(plan, entry, column)
    if values.kind == "date":
        return _dated(named(name, description, "date", "date", [column.name], is_required), column)
    if values.kind == "empty":
        entry = named(name, description, "string", UNDECIDED, [column.name], is_required=False)
        return entry, ["No value in the sample: what is it when there is one?"]
    if values.has_commas:
        return with_commas(named(name, description, "number", "double", [column.name], is_required), column)
    if values.kind == "list":
        entry = named(name, description, "string", "string", [column.name], is_required)
        rule = {"metric": "invalidValues", "arguments": {"validValues": sorted(values.distinct)}, "mustBe": 0}
        return {**entry, "quality": [rule]}, [
            "Listed as met in the sample: a row with another value goes to quarantine."
        ]
    types = {
        "integer": ("integer", "bigint" if values.is_wide else "int"),
        "hour": ("integer", "int"),
        "hour_label": ("integer", "int"),
        "number": ("number", "double"),
        "boolean": ("boolean", "boolean"),
    }
    entry = named(name, description, *types.get(values.kind, ("string", "string")), [column.name], is_required)
    if values.kind == "hour_label":
        entry["transformLogic"] = f"try_cast(substring_index({quoted(column.name)}, ':', 1) AS int)"
    if values.kind in ("hour", "hour_label"):
        entry["logicalTypeOptions"] = {"minimum": 0, "maximum": 23}
    return entry, []


def named(
    name: str, description: str, logical: str, physical: str, sources: list[str], is_required: bool
) -> dict[str, Any]:
    """Return an open column of bronze that is its sources as they are."""
    return {
        "name": name,
        "description": description,
        "logicalType": logical,
        "physicalType": physical,
        **({"required": True} if is_required else {}),
        "classification": "open",
        "transformSourceObjects": sources,
    }


def with_commas(entry: dict[str, Any], column: Column, *, is_position: bool = False) -> Entry:
    """Return the entry of a number with a comma; in degrees the comma is that of decimals."""
    expression = f"try_cast(replace({quoted(column.name)}, ',', '.') AS double)"
    if is_position or not all(THOUSANDS.fullmatch(value) for value in column.values.distinct if "," in value):
        return {**entry, "transformLogic": expression}, []
    asked = "Decimals or thousands? Three digits follow each comma; ask the source, then write, of decimals:"
    return {**entry, "transformLogic": UNDECIDED}, [asked, expression]


def timed(plan: Plan, entry: dict[str, Any], column: Column) -> Entry:
    """Return the entry of a time, with the expression that reads it into UTC."""
    if column.values.times is None:
        since = f"make_dt_interval(0, 0, 0, try_cast({quoted(column.name)} AS int))"
        seconds = f"try_add(try_to_timestamp('1970-01-01', 'yyyy-MM-dd'), {since})"
        return {**entry, "transformLogic": seconds}, ["Seconds since 1970, by the name and the values."]
    times = column.values.times
    return with_times(entry, times, time_expression(quoted(column.name), times.formats, plan.time_zone))


def _dated(entry: dict[str, Any], column: Column) -> Entry:
    times = column.values.times
    if times is None or [form.java for form in times.formats] == [ISO_DATE]:
        return entry, []
    return with_times(entry, times, _read(quoted(column.name), times.formats, "try_to_date"))


def with_times(entry: dict[str, Any], times: Times, expression: str) -> Entry:
    """Return the entry with its expression, or left to decide where the values fit another order of day and month."""
    comments = []
    if times.unread_count:
        comments.append(f"{times.unread_count:,} distinct values are in none of the formats: they go to quarantine.")
    if not times.rivals:
        return {**entry, "transformLogic": expression}, comments
    others = " or ".join(dict.fromkeys(repr(form.java) for form in times.rivals))
    comments.append(f"Day or month first? The values fit this and {others} as well; ask the source, then write:")
    comments.append(expression)
    return {**entry, "transformLogic": UNDECIDED}, comments


def observed(plan: Plan, day: Column, hour: Column) -> Entry:
    """Return the entry of the instant that a day and an hour are."""
    entry = named(
        "observed_at",
        "Beginning of the hour, in UTC.",
        "timestamp",
        "timestamp",
        [day.name, hour.name],
        is_required=True,
    )
    forms = day.values.times.formats if day.values.times else ()
    start = quoted(hour.name)
    if hour.values.kind == "hour_label":
        start = f"substring_index({start}, ':', 1)"
    text = f"concat({quoted(day.name)}, ' ', {start})"
    hourly = [form._replace(java=f"{form.java} H") for form in forms]
    comments = ["The hour that a change of clocks repeats or skips is read once: see the key."]
    return {**entry, "transformLogic": time_expression(text, hourly, plan.time_zone)}, comments


def time_expression(value: str, formats: Sequence[TimeFormat], time_zone: str) -> str:
    """Return the expression that reads a time into UTC: the formats in turn, the zone where they have none."""
    zoned = [form for form in formats if form.has_zone]
    local = [form for form in formats if not form.has_zone]
    parts = [_read(value, zoned)] if zoned else []
    if local:
        parts.append(f"to_utc_timestamp({_read(value, local)}, '{time_zone}')")
    return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"


def _read(value: str, formats: Sequence[TimeFormat], function: str = "try_to_timestamp") -> str:
    # A pattern with a quoted T is written between double quotes, as people read it.
    texts = [f'"{form.java}"' if "'" in form.java else literal(form.java) for form in formats]
    reads = [f"{function}({value}, {text})" for text in texts]
    return reads[0] if len(reads) == 1 else f"coalesce({', '.join(reads)})"
