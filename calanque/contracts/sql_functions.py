"""The functions a contract may call, with the types they take: with these, none of them raises for any row.

Not here, though they look harmless: what casts or overflows (`date_add`, `abs` of a whole number), what answers
otherwise tomorrow (`now`, `rand`), what calls Java (`reflect`), what needs as much memory as a row says (`repeat`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from calanque.contracts.patterns import problem_of_pattern
from calanque.errors import CalanqueError

COUNT_MAX = 1_000
REPLACEMENT_MAX = 100
_UNITS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND")
DAYS_MAX = 100_000
# Fields that Spark surely reads, and how often their letter may stand: for others its formatter raises on some rows.
_READ = {"y": (4,), "M": (1, 2, 3, 4), "S": tuple(range(1, 10)), "a": (1,), "X": (1, 2, 3), "x": (1, 2, 3)}
_READ |= dict.fromkeys("dHhKkms", (1, 2))
_WRITTEN = _READ | {"y": (2, 4), "E": (1, 2, 3, 4)}
FIELD = re.compile(r"'[^']*'|(?P<letter>[A-Za-z])(?P=letter)*|.", re.DOTALL)
_SECTIONS = re.compile(r"[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*")

# What a type can be cast to, beside itself.
CASTS = {
    "string": ("int", "bigint", "double", "boolean", "date", "timestamp"),
    "boolean": ("string",),
    "date": ("timestamp",),
    "timestamp": ("date",),
    **dict.fromkeys(("int", "bigint", "double"), ("int", "bigint", "double", "string", "timestamp")),
}


class ExpressionError(CalanqueError):
    """An expression that a contract may not have."""


class Literal(Enum):
    """An argument that must be written out, and what it must be."""

    TEXT = "text"
    ZONE = "zone"
    FORMAT = "format"
    WRITTEN_FORMAT = "format to write"
    REGEX = "regular expression"
    REPLACEMENT = "replacement"
    UNIT = "unit"
    COUNT = "count"
    DAYS = "number of days"
    POSITION = "position"
    BITS = "bits"

    def check(self, text: str, time_zone: str) -> None:
        """Check the text of an argument.

        Raises:
            ExpressionError: saying what it must be.
        """
        if sentence := _CHECKS[self](text, time_zone):
            raise ExpressionError(sentence)


@dataclass(frozen=True)
class Signature:
    """What a function takes and gives: `gives` is empty for the common type of the arguments, `*` repeats the last.

    One that is exact takes no int for a double: Spark would compute with the int, and overflow.
    """

    parameters: tuple["str | Literal", ...]
    gives: str
    is_open: bool = False
    is_exact: bool = False

    def takes(self, kinds: Sequence[str], fits: Callable[[str, str], bool]) -> bool:
        """Say whether arguments of these types are taken."""
        wanted = list(self.parameters)
        if self.is_open:
            wanted += wanted[-1:] * (len(kinds) - len(wanted))
        return len(kinds) == len(wanted) and all(
            given == _kind_of(taken) if self.is_exact else fits(given, _kind_of(taken))
            for given, taken in zip(kinds, wanted, strict=True)
        )

    def __str__(self) -> str:
        words = [taken.value if isinstance(taken, Literal) else taken for taken in self.parameters]
        return ", ".join(words) + ("…" if self.is_open else "")


def _kind_of(taken: "str | Literal") -> str:
    if not isinstance(taken, Literal):
        return taken
    return "int" if taken in (Literal.COUNT, Literal.DAYS, Literal.POSITION, Literal.BITS) else "string"


def _zone(text: str, time_zone: str) -> str:
    return "" if text == time_zone else f"the zone {text} is not the contract's timeZone {time_zone}."


def _count(text: str, _zone: str) -> str:
    return "" if text.isdigit() and int(text) <= COUNT_MAX else f"a count is a whole number up to {COUNT_MAX}."


def _days(text: str, _zone: str) -> str:
    is_right = re.fullmatch(r"-?[0-9]{1,6}", text) and abs(int(text)) <= DAYS_MAX
    return "" if is_right else f"a number of days is written out, {DAYS_MAX} at most."


def _format(fields: dict[str, tuple[int, ...]]) -> Callable[[str, str], str]:
    def check(text: str, _zone: str) -> str:
        found = list(FIELD.finditer(text))
        is_right = all(
            len(part[0]) in fields.get(part["letter"], ()) if part["letter"] else part[0] not in tuple("'#{}")
            for part in found
        )
        bare = "".join(part[0] for part in found if part[0][0] != "'")
        if found and is_right and _SECTIONS.fullmatch(bare):
            return ""
        known = ", ".join(f"{letter * times[0]}" for letter, times in fields.items())
        return f"'{text}' is not a format of dates and times made of {known}, in the lengths that Spark takes."

    return check


def growth_of(name: str, search: str, replacement: str) -> int:
    """Return how many times as long a text may become when this is replaced in it.

    Raises:
        ExpressionError: if nothing is searched for, or the replacement is too long.
    """
    if not search:
        raise ExpressionError(f"{name} must search for something.")
    if len(replacement) > len(search) + REPLACEMENT_MAX:
        raise ExpressionError(f"a replacement is {REPLACEMENT_MAX} characters longer than what it replaces at most.")
    if name.lower() == "regexp_replace":
        # A pattern may find the empty text before each character.
        return len(replacement) + 1
    return max(1, -(-len(replacement) // len(search)))


_CHECKS: dict[Literal, Callable[[str, str], str]] = {
    Literal.TEXT: lambda text, _: "",
    Literal.ZONE: _zone,
    Literal.FORMAT: _format(_READ),
    Literal.WRITTEN_FORMAT: _format(_WRITTEN),
    Literal.REGEX: lambda text, _: problem_of_pattern(text),
    Literal.REPLACEMENT: lambda text, _: "a replacement has no $ and no backslash." if set(text) & set("$\\") else "",
    Literal.UNIT: lambda text, _: "" if text.upper() in _UNITS else f"a unit is one of {', '.join(_UNITS)}.",
    Literal.COUNT: _count,
    Literal.DAYS: _days,
    Literal.POSITION: lambda text, _: "" if re.fullmatch(r"-?[1-9]\d{0,2}", text) else "a position counts from 1.",
    Literal.BITS: lambda text, _: "" if text in ("224", "256", "384", "512") else "SHA-2 has 224, 256, 384 or 512.",
}


def _one(
    gives: str, *parameters: "str | Literal", is_open: bool = False, is_exact: bool = False
) -> tuple[Signature, ...]:
    return (Signature(parameters, gives, is_open, is_exact),)


def _any(*signatures: tuple[Signature, ...]) -> tuple[Signature, ...]:
    return tuple(signature for one in signatures for signature in one)


_TYPES = ("string", "double", "boolean", "date", "timestamp")
_SAME = _any(*(_one("", kind, kind, is_open=True) for kind in _TYPES))
_PAIR = _any(*(_one("", kind, kind) for kind in _TYPES))
_ADDED = _any(
    _one("", "double", "double"),
    _one("timestamp", "timestamp", "interval"),
    _one("date", "date", Literal.DAYS),
)
_TEXT, _COUNT = Literal.TEXT, Literal.COUNT
_PART = _any(_one("int", "timestamp"), _one("int", "date"))

FUNCTIONS: dict[str, tuple[Signature, ...]] = {
    # Text
    **dict.fromkeys(("lower", "upper", "initcap", "trim", "ltrim", "rtrim"), _one("string", "string")),
    **dict.fromkeys(("reverse", "md5"), _one("string", "string")),
    **dict.fromkeys(("length", "char_length"), _one("int", "string")),
    **dict.fromkeys(("left", "right"), _one("string", "string", "int")),
    **dict.fromkeys(
        ("substring", "substr"), _any(_one("string", "string", "int"), _one("string", "string", "int", "int"))
    ),
    **dict.fromkeys(("startswith", "endswith", "contains"), _one("boolean", "string", "string")),
    "replace": _one("string", "string", _TEXT, _TEXT),
    "translate": _one("string", "string", "string", "string"),
    **dict.fromkeys(("lpad", "rpad"), _one("string", "string", _COUNT, _TEXT)),
    "instr": _one("int", "string", "string"),
    "concat": _one("string", "string", is_open=True),
    "concat_ws": _one("string", _TEXT, "string", is_open=True),
    "sha2": _one("string", "string", Literal.BITS),
    "regexp_like": _one("boolean", "string", Literal.REGEX),
    "regexp_replace": _one("string", "string", Literal.REGEX, Literal.REPLACEMENT),
    "regexp_substr": _one("string", "string", Literal.REGEX),
    "split_part": _one("string", "string", _TEXT, Literal.POSITION),
    "substring_index": _one("string", "string", _TEXT, Literal.POSITION),
    "get_json_object": _one("string", "string", _TEXT),
    # Choices
    **dict.fromkeys(("coalesce", "greatest", "least"), _SAME),
    **dict.fromkeys(("ifnull", "nvl", "nullif"), _PAIR),
    # Numbers
    "abs": _one("double", "double", is_exact=True),
    "round": _any(_one("double", "double", is_exact=True), _one("double", "double", _COUNT, is_exact=True)),
    **dict.fromkeys(("floor", "ceil"), _one("bigint", "double")),
    **dict.fromkeys(("try_add", "try_subtract"), _ADDED),
    "try_multiply": _one("", "double", "double"),
    "try_divide": _one("double", "double", "double"),
    # Times
    "try_to_timestamp": _one("timestamp", "string", Literal.FORMAT),
    "try_to_date": _one("date", "string", Literal.FORMAT),
    **dict.fromkeys(("from_utc_timestamp", "to_utc_timestamp"), _one("timestamp", "timestamp", Literal.ZONE)),
    "date_trunc": _one("timestamp", Literal.UNIT, "timestamp"),
    "date_format": _one("string", "timestamp", Literal.WRITTEN_FORMAT),
    **dict.fromkeys(("year", "quarter", "month", "day", "dayofweek"), _PART),
    **dict.fromkeys(("hour", "minute", "second"), _one("int", "timestamp")),
    # Days written out: so many days times an int of hours is still a number of microseconds.
    "make_dt_interval": _any(
        _one("interval", _COUNT, "int"), _one("interval", _COUNT, "int", "int"),
        _one("interval", _COUNT, "int", "int", "int"),
    ),
}  # fmt: skip
