"""The rules one contract must keep beyond the types of its fields; each problem is one sentence naming the field."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

from calanque.contracts.expressions import problems_of_condition, problems_of_expression
from calanque.contracts.forbidden import forbidden_word
from calanque.contracts.model import PHYSICAL_TYPES, BronzeColumn, FeedContract, Tier
from calanque.contracts.patterns import problem_of_pattern
from calanque.contracts.promise_rules import origin_problems, promise_problems
from calanque.contracts.shapes import shape_problems
from calanque.contracts.write_rules import write_problems
from calanque.formats.base import OWN
from calanque.settings import settings

PERSONAL_LANDING_DAYS_MAX = 30
QUARANTINE_DAYS_MAX = 30
PRESETS = ("@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly")
CRON_FIELD_COUNT = 5
CRON_FIELD = re.compile(
    r"(?:[0-9*,/-]|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)+", re.I
)


def known_territories() -> tuple[str, ...]:
    """Return the names of the territories that have a file, in alphabetical order."""
    return tuple(sorted(path.stem for path in (settings().root / "infra" / "territories").glob("*.yml")))


def problems_of(contract: FeedContract) -> list[str]:
    """Return every rule that the contract does not keep, as sentences."""
    return [f"field '{field}': {sentence}" for field, sentence in _problems(contract)]


def problems_by_themselves(fields: Mapping[str, Any]) -> list[str]:
    """Return every rule on one field alone that the fields of a contract, or of a part of one, do not keep."""
    return [
        f"field '{field}': {sentence}"
        for name, rule in _BY_ITSELF.items()
        if name in fields
        for field, sentence in rule(fields[name])
    ]


REDACTED_LANGUAGE = "fr"
"""The one that redaction reads; free text in another would be half redacted, and seem to be whole."""
Found = Iterator[tuple[str, str]]


def _problems(contract: FeedContract) -> Found:
    yield from _names(contract)
    yield from _forbidden(contract)
    for column in contract.bronze:
        yield from _column(contract, column)
        yield from _privacy(contract, column)
    yield from _feed(contract)
    yield from _row(contract)
    for name, rule in _BY_ITSELF.items():
        yield from rule(getattr(contract, name))
    yield from _retention(contract)
    yield from _allow_list(contract)
    yield from promise_problems(contract)
    yield from origin_problems(contract)
    yield from write_problems(contract)
    yield from shape_problems(contract)


def _allow_list(contract: FeedContract) -> Found:
    if contract.allow_list is None:
        return
    where = "customProperties.allowList"
    for sentence in contract.allow_list.problems():
        yield where, sentence
    if all(column.protection != "redact" for column in contract.bronze):
        yield where, "is of free text, and the feed has no column that is redacted: leave it out."


def _names(contract: FeedContract) -> Found:
    for place, names in (
        ("landing", [column.name for column in contract.landing]),
        ("bronze", [column.name for column in contract.bronze]),
    ):
        # Spark does not tell upper from lower case in names.
        for name, count in Counter(map(str.lower, names)).items():
            if count > 1:
                yield f"schema.{place}", f"the column '{name}' is declared twice."
    for column in contract.landing:
        if column.name.lower().startswith(OWN):
            yield (
                f"schema.landing.{column.name}",
                f"names that begin with '{OWN}' are kept for the ingestion's own SQL: ask the source for another name, "
                "or leave the column out of the contract and set unknownColumns to ignore.",
            )


def _forbidden(contract: FeedContract) -> Found:
    declared: Iterable[tuple[str, str]] = [
        *(("landing", column.name) for column in contract.landing),
        *(("bronze", column.name) for column in contract.bronze),
    ]
    for place, name in declared:
        word = forbidden_word(name)
        if word:
            yield f"schema.{place}.{name}", f"'{word}' can never enter the lake (places and hours, never persons)."


def _column(contract: FeedContract, column: BronzeColumn) -> Found:
    where = f"schema.bronze.{column.name}"
    if column.physical_type not in PHYSICAL_TYPES[column.logical_type]:
        allowed = " or ".join(PHYSICAL_TYPES[column.logical_type])
        yield f"{where}.physicalType", f"logical type {column.logical_type} is stored as {allowed}."
    for name in column.sources:
        if contract.landing_column(name) is None:
            yield f"{where}.transformSourceObjects", f"'{name}' is not a landing column."
    if column.projected:
        yield from _projected(column, where)
    elif column.expression is not None:
        for sentence in problems_of_expression(
            column.expression, column.sources, column.physical_type, contract.time_zone
        ):
            yield f"{where}.transformLogic", sentence
    elif len(column.sources) != 1:
        yield f"{where}.transformLogic", "say the expression, or name exactly one source column."
    elif column.physical_type == "timestamp":
        yield (
            f"{where}.transformLogic",
            "a time needs its format and zone: use try_to_timestamp and to_utc_timestamp.",
        )
    yield from _limits(column, where)


def _limits(column: BronzeColumn, where: str) -> Found:
    if (column.enum or column.pattern) and column.physical_type != "string":
        yield where, "only a string column can have valid values or a pattern."
    if (column.minimum, column.maximum) != (None, None) and column.logical_type not in ("integer", "number"):
        yield f"{where}.logicalTypeOptions", "only an integer or a number has a minimum and a maximum."
    least, most = column.minimum, column.maximum
    if not all(math.isfinite(value) for value in (least, most) if value is not None):
        yield f"{where}.logicalTypeOptions", "a limit is a finite number."
    elif least is not None and most is not None and least > most:
        yield f"{where}.logicalTypeOptions", "the minimum is over the maximum."
    if column.pattern and (sentence := problem_of_pattern(column.pattern)):
        yield f"{where}.logicalTypeOptions.pattern", sentence


def _projected(column: BronzeColumn, where: str) -> Found:
    if column.expression is not None or len(column.sources) not in (1, 2):
        yield (
            f"{where}.projected",
            "takes two source columns, longitude then latitude, or one that holds 'latitude, longitude', and no "
            "transformLogic.",
        )
    wanted = "double" if column.projected in ("x_m", "y_m") else "string"
    if column.physical_type != wanted:
        yield f"{where}.physicalType", f"a column projected to {column.projected} is {wanted}."


def _privacy(contract: FeedContract, column: BronzeColumn) -> Found:
    where = f"schema.bronze.{column.name}"
    kinds = {name: c.classification for name in column.sources if (c := contract.landing_column(name))}
    personal = {name: kind for name, kind in kinds.items() if kind != "open"}
    if personal and not column.is_protected and column.projected not in ("cell", "zone"):
        yield f"{where}.protection", f"'{min(personal)}' is {personal[min(personal)]}: say a token, redact, or drop it."
    if column.is_protected and (len(column.sources) != 1 or column.expression is not None or column.projected):
        yield f"{where}.protection", "a protected column takes one source column as it is."
    if column.is_protected and column.physical_type != "string":
        yield f"{where}.physicalType", "a protected column is a string."
    if column.protection == "drop":
        yield f"{where}.protection", "a dropped column has no place in bronze: leave it out."
    if (column.protection == "redact") != ("free_text" in personal.values()):
        yield f"{where}.protection", "redact is for free_text columns, and free_text columns are only redacted."
    if column.classification == "free_text" or (column.protection == "redact" and column.classification == "open"):
        yield f"{where}.classification", "redacted text stays 'personal'; free text never passes the bronze door."
    yield from _token(contract, column, where)


def _token(contract: FeedContract, column: BronzeColumn, where: str) -> Found:
    is_token = column.protection == "token"
    if is_token != bool(column.token_kind) or is_token != bool(column.token_purpose):
        yield f"{where}.tokenKind", "a token, and only a token, says its tokenKind and its tokenPurpose."
    elif is_token and column.token_purpose != contract.purpose:
        yield f"{where}.tokenPurpose", f"tokens of this feed are bound to its purpose, {contract.purpose}."
    if is_token != (column.classification == "identifier"):
        yield f"{where}.classification", "a token, and only a token, is classified identifier in bronze."


def _feed(contract: FeedContract) -> Found:
    is_personal = any(column.classification != "open" for column in contract.landing)
    if contract.is_personal != is_personal:
        yield "customProperties.isPersonal", f"the classification of the landing columns makes it {is_personal}."
    if contract.source.kind == "twin" and not contract.is_synthetic:
        yield "customProperties.isSynthetic", "what calanque.twin generates must be marked synthetic."
    if any(column.classification == "free_text" for column in contract.landing):
        yield from _language(contract.language)
    yield from _selection(contract)


def _selection(contract: FeedContract) -> Found:
    names = [column.name for column in contract.landing]
    live = contract.live.keep_where if contract.live else None
    for field, condition in (("keepWhere", contract.keep_where), ("live.keepWhere", live)):
        if condition is not None:
            for sentence in problems_of_condition(condition, names, contract.time_zone):
                yield f"customProperties.{field}", sentence


def _language(language: str | None) -> Found:
    field = "customProperties.language"
    if language is None:
        yield field, f"say in which language the free text is written: redaction reads {REDACTED_LANGUAGE} alone."
    elif language != REDACTED_LANGUAGE:
        yield (
            field,
            f"redaction reads {REDACTED_LANGUAGE} alone, and would leave persons in free text in '{language}': "
            "classify its columns personal, and they stay out of bronze.",
        )


def _row(contract: FeedContract) -> Found:
    tokens = {column.name for column in contract.bronze if column.token_kind}
    field = "customProperties.personColumn"
    if contract.person_column and contract.row_stands_for != "person":
        yield field, "is for a feed whose rowStandsFor is person."
    if contract.person_column and contract.person_column not in tokens:
        yield field, f"'{contract.person_column}' is not a bronze column of a token."
    if contract.row_stands_for == "person" and tokens and not contract.person_column:
        yield field, f"say which token tells persons apart: {', '.join(sorted(tokens))}."


def _time_zone(name: str) -> Found:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        yield "customProperties.timeZone", f"'{name}' is not a time zone."


def _territory(name: str) -> Found:
    known = known_territories()
    if name not in known:
        yield (
            "customProperties.territory",
            f"there is no territory '{name}': choose one of {', '.join(known)}, or add its file to infra/territories/.",
        )


def _schedule(schedule: str) -> Found:
    if schedule not in PRESETS and not _comes_round(schedule):
        yield (
            "slaProperties.frequency",
            f"the schedule '{schedule}' is no cron expression of {CRON_FIELD_COUNT} fields (as '30 4 * * *') and none "
            f"of {', '.join(PRESETS)}.",
        )


_BY_ITSELF: dict[str, Callable[[str], Found]] = {
    "time_zone": _time_zone,
    "territory": _territory,
    "schedule": _schedule,
}


def _comes_round(schedule: str) -> bool:
    """Whether a schedule is a cron expression that names a time: 31 February is none, and Airflow fails on it."""
    from croniter import croniter

    try:
        fields = schedule.split()
        croniter(schedule, datetime(2026, 1, 1, tzinfo=UTC)).get_next()
        return len(fields) == CRON_FIELD_COUNT and all(map(CRON_FIELD.fullmatch, fields))
    except (ValueError, KeyError, TypeError, AttributeError, AssertionError):
        return False


def _retention(contract: FeedContract) -> Found:
    days, field = contract.retention_days, "slaProperties.retention"
    for tier in get_args(Tier):
        if tier not in days:
            yield field, f"say how many days the '{tier}' tier is kept."
    if contract.is_personal and days.get("landing", 0) > PERSONAL_LANDING_DAYS_MAX:
        yield field, f"a personal landing is kept {PERSONAL_LANDING_DAYS_MAX} days at most."
    if days.get("quarantine", 0) > QUARANTINE_DAYS_MAX:
        yield field, f"quarantine is kept {QUARANTINE_DAYS_MAX} days at most."
    kept_by = next((column for column in contract.bronze if column.name == contract.retention_column), None)
    if contract.retention_column and (kept_by is None or kept_by.physical_type not in ("date", "timestamp")):
        yield "customProperties.retentionColumn", "must name a bronze column that is a date or a timestamp."
