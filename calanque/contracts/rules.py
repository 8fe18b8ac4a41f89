"""The rules one contract must keep beyond the types of its fields; each refusal is one sentence naming the field."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import get_args
from zoneinfo import ZoneInfo

from calanque.contracts.forbidden import forbidden_word
from calanque.contracts.model import PHYSICAL_TYPES, TECHNICAL_COLUMNS, BronzeColumn, FeedContract, Zone
from calanque.errors import CalanqueError

PERSONAL_LANDING_DAYS_MAX = 30
QUARANTINE_DAYS_MAX = 30
# Spark raises or guesses with these on a bad value; the try_ forms give NULL, which becomes a reason.
UNSAFE_SQL = re.compile(
    r"(?<!try_)\b(cast|to_date|to_timestamp|to_number|make_date|make_timestamp|element_at|reflect|java_method"
    r"|try_reflect|raise_error|assert_true|rand|uuid|current_timestamp|current_date|now)\s*\(|::|;|--|/\*",
    re.IGNORECASE,
)
# Spark reads '2016' as a day and '12:30' as a time of today.
GUESSED_TIME = re.compile(r"try_cast\s*\(\s*`?\w+`?\s+as\s+(date|timestamp)", re.IGNORECASE)
QUOTED = re.compile(r"'(?:[^'\\]|\\.|'')*'|\"(?:[^\"\\]|\\.)*\"")
ZONE = re.compile(r"'([A-Z][A-Za-z_]+/[A-Z][A-Za-z_/]+)'")
IDENTIFIER = re.compile(r"`([^`]+)`|\b([A-Za-z_][A-Za-z0-9_]*)\b(?!\s*\()")
SQL_WORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "is",
        "null",
        "in",
        "like",
        "rlike",
        "between",
        "case",
        "when",
        "then",
        "else",
        "end",
        "as",
        "string",
        "double",
        "int",
        "bigint",
        "boolean",
        "date",
        "timestamp",
        "true",
        "false",
        "interval",
        "hour",
        "hours",
        "day",
        "days",
        "minute",
        "minutes",
        "distinct",
        "from",
        "both",
        "leading",
        "trailing",
    ]
)


def check_contract(contract: FeedContract) -> None:
    """Check the whole contract.

    Raises:
        CalanqueError: on the first rule that is not kept.
    """
    _check_names(contract)
    _check_forbidden(contract)
    for column in contract.bronze:
        _check_column(contract, column)
        _check_privacy(contract, column)
    _check_feed(contract)
    _check_retention(contract)


def _refuse(field: str, sentence: str) -> None:
    raise CalanqueError(f"field '{field}': {sentence}")


def _check_names(contract: FeedContract) -> None:
    for place, names in (
        ("landing", [column.name for column in contract.landing]),
        ("bronze", [column.name for column in contract.bronze]),
    ):
        # Spark does not tell upper from lower case in names.
        twice = [name for name, count in Counter(map(str.lower, names)).items() if count > 1]
        if twice:
            _refuse(f"schema.{place}", f"the column '{twice[0]}' is declared twice.")
    for column in contract.bronze:
        if column.name in TECHNICAL_COLUMNS:
            _refuse(f"schema.bronze.{column.name}", "is a technical column that the ingestion adds itself.")


def _check_forbidden(contract: FeedContract) -> None:
    declared: Iterable[tuple[str, str]] = [
        *(("landing", column.name) for column in contract.landing),
        *(("bronze", column.name) for column in contract.bronze),
    ]
    for place, name in declared:
        word = forbidden_word(name)
        if word:
            _refuse(f"schema.{place}.{name}", f"'{word}' can never enter the lake (places and hours, never persons).")


def _check_column(contract: FeedContract, column: BronzeColumn) -> None:
    where = f"schema.bronze.{column.name}"
    if column.physical_type not in PHYSICAL_TYPES[column.logical_type]:
        allowed = " or ".join(PHYSICAL_TYPES[column.logical_type])
        _refuse(f"{where}.physicalType", f"logical type {column.logical_type} is stored as {allowed}.")
    for name in column.sources:
        if contract.landing_column(name) is None:
            _refuse(f"{where}.transformSourceObjects", f"'{name}' is not a landing column.")
    if column.projected:
        _check_projected(column, where)
    elif column.expression is not None:
        _check_expression(contract, column, where)
    elif len(column.sources) != 1:
        _refuse(f"{where}.transformLogic", "say the expression, or name exactly one source column.")
    elif column.physical_type == "timestamp":
        _refuse(
            f"{where}.transformLogic", "a time needs its format and zone: use try_to_timestamp and to_utc_timestamp."
        )
    _check_limits(column, where)


def _check_limits(column: BronzeColumn, where: str) -> None:
    if (column.enum or column.pattern) and column.physical_type != "string":
        _refuse(where, "only a string column can have valid values or a pattern.")
    if (column.minimum, column.maximum) != (None, None) and column.logical_type not in ("integer", "number"):
        _refuse(f"{where}.logicalTypeOptions", "only an integer or a number has a minimum and a maximum.")
    if column.pattern:
        try:
            re.compile(column.pattern)
        except re.error as error:
            raise CalanqueError(
                f"field '{where}.logicalTypeOptions.pattern': is not a regular expression: {error}."
            ) from error


def _check_projected(column: BronzeColumn, where: str) -> None:
    if column.expression is not None or len(column.sources) != 2:
        _refuse(f"{where}.projected", "takes two source columns, longitude then latitude, and no transformLogic.")
    wanted = "double" if column.projected in ("x_m", "y_m") else "string"
    if column.physical_type != wanted:
        _refuse(f"{where}.physicalType", f"a column projected to {column.projected} is {wanted}.")


def _check_expression(contract: FeedContract, column: BronzeColumn, where: str) -> None:
    expression = column.expression or ""
    bare = QUOTED.sub("''", expression)
    unsafe = UNSAFE_SQL.search(bare)
    if unsafe:
        _refuse(
            f"{where}.transformLogic", f"'{unsafe.group(0)}' is not allowed: use the try_ form, which gives a reason."
        )
    if GUESSED_TIME.search(bare):
        _refuse(f"{where}.transformLogic", "a date or time read without its format is guessed: use try_to_timestamp.")
    used = {quoted or plain for quoted, plain in IDENTIFIER.findall(bare)}
    unknown = {name for name in used if name.lower() not in SQL_WORDS} ^ set(column.sources)
    if unknown:
        _refuse(
            f"{where}.transformLogic", f"'{min(unknown)}' must be both used in it and listed in transformSourceObjects."
        )
    for zone in ZONE.findall(expression):
        if zone != contract.time_zone:
            _refuse(f"{where}.transformLogic", f"the zone {zone} is not the contract's timeZone {contract.time_zone}.")


def _check_privacy(contract: FeedContract, column: BronzeColumn) -> None:
    where = f"schema.bronze.{column.name}"
    kinds = {name: c.classification for name in column.sources if (c := contract.landing_column(name))}
    personal = {name: kind for name, kind in kinds.items() if kind != "open"}
    if personal and not column.is_protected and column.projected not in ("cell", "zone"):
        _refuse(
            f"{where}.protection", f"'{min(personal)}' is {personal[min(personal)]}: say a token, redact, or drop it."
        )
    if column.is_protected and (len(column.sources) != 1 or column.expression is not None or column.projected):
        _refuse(f"{where}.protection", "a protected column takes one source column as it is.")
    if column.is_protected and column.physical_type != "string":
        _refuse(f"{where}.physicalType", "a protected column is a string.")
    if column.protection == "drop":
        _refuse(f"{where}.protection", "a dropped column has no place in bronze: leave it out.")
    if (column.protection == "redact") != ("free_text" in personal.values()):
        _refuse(f"{where}.protection", "redact is for free_text columns, and free_text columns are only redacted.")
    if column.protection.startswith("token:") and column.protection != f"token:{contract.purpose}":
        _refuse(f"{where}.protection", f"tokens of this feed are bound to its purpose: token:{contract.purpose}.")
    if column.protection.startswith("token:") != (column.classification == "identifier"):
        _refuse(f"{where}.classification", "a token, and only a token, is classified identifier in bronze.")
    if column.classification == "free_text" or (column.protection == "redact" and column.classification == "open"):
        _refuse(f"{where}.classification", "redacted text stays 'personal'; free text never passes the bronze door.")


def _check_feed(contract: FeedContract) -> None:
    is_personal = any(column.classification != "open" for column in contract.landing)
    if contract.is_personal != is_personal:
        _refuse("customProperties.isPersonal", f"the classification of the landing columns makes it {is_personal}.")
    if contract.source.kind == "twin" and not contract.is_synthetic:
        _refuse("customProperties.isSynthetic", "what calanque.twin generates must be marked synthetic.")
    if contract.duplicates and contract.duplicates not in {column.name for column in contract.bronze}:
        _refuse("customProperties.duplicates", f"'{contract.duplicates}' is not a bronze column.")
    try:
        ZoneInfo(contract.time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise CalanqueError(f"field 'customProperties.timeZone': '{contract.time_zone}' is not a time zone.") from error


def _check_retention(contract: FeedContract) -> None:
    days = contract.retention_days
    for zone in get_args(Zone):
        if zone not in days:
            _refuse("slaProperties.retention", f"say how many days the '{zone}' zone is kept.")
    if contract.is_personal and days["landing"] > PERSONAL_LANDING_DAYS_MAX:
        _refuse("slaProperties.retention", f"a personal landing is kept {PERSONAL_LANDING_DAYS_MAX} days at most.")
    if days["quarantine"] > QUARANTINE_DAYS_MAX:
        _refuse("slaProperties.retention", f"quarantine is kept {QUARANTINE_DAYS_MAX} days at most.")
