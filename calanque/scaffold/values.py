"""What the values of one column are: their type, the markers that mean "none", and whether few are listed."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

from calanque.contracts.forbidden import words_of
from calanque.ingest.null_markers import KNOWN_MARKERS
from calanque.scaffold.times import Times, is_epoch, times_of

Kind = Literal["integer", "number", "boolean", "date", "time", "epoch", "hour", "hour_label", "list", "text", "empty"]

INTEGER = re.compile(r"-?\d{1,18}|\+\d{1,7}")
"""A plus before eight digits or more is that of a telephone number."""
NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]\d+)?|\d*\.\d+[eE]\d+)")
"""Digits, an E and digits (`12E4`) are a code, where nothing else says that they are a power of ten."""
THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
"""A comma before three digits is that of decimals in French, and one between thousands in English."""
LEADING_ZERO = re.compile(r"0\d+")
CODE_WORDS = frozenset(
    {"code", "codes", "postal", "postcode", "zip", "zipcode", "insee", "iris", "siren", "siret"}
    | {"phone", "telephone", "tel", "fax", "mobile"}
)
"""Words of a column's name that say that its digits are no quantity: the sample may lack those that begin with zero."""
HOUR_LABEL = re.compile(r"(\d{1,2}):00 ?- ?(\d{1,2}):59")
HOUR_NAMES = frozenset({"hour", "heure", "hr"})
BOOLEANS = frozenset({"true", "false"})
LISTED_MAX, LISTED_ROWS_LEAST, LISTED_LENGTH_MAX = 30, 20, 60
"""Values of a list: how many at most, on how many rows each in the mean, and how long."""
UNSEEN_RATE_MAX = 0.001
"""Good and Turing: the share of values met once is the chance that the next row has one that the sample has not."""
INT_MAX = 2_147_483_647


class Values(NamedTuple):
    """What is known of one column of a sample."""

    name: str
    kind: Kind
    row_count: int
    blank_count: int
    counts: Counter[str]
    markers: tuple[str, ...] = ()
    times: Times | None = None
    is_wide: bool = False
    has_commas: bool = False
    """Whether decimals stand behind a comma, where others stand behind a point."""

    @property
    def distinct(self) -> tuple[str, ...]:
        """The values, no blank and no null marker, the most met first."""
        return tuple(value for value, _ in self.counts.most_common() if value not in self.markers)

    @property
    def missing_count(self) -> int:
        """Rows without a value."""
        return self.blank_count + sum(self.counts[marker] for marker in self.markers)

    @property
    def is_coded(self) -> bool:
        """Whether the column holds numbers, times or listed values, and no text."""
        return self.kind not in ("text", "empty")


def values_of(name: str, column: Sequence[str | None], *, may_have_commas: bool = False) -> Values:
    """Return what the values of a column are.

    Args:
        name: its name in the file.
        column: every value of the sample, as text.
        may_have_commas: whether a comma may be that of decimals; in a file that it separates it is not.
    """
    counts = Counter(value.strip() for value in column if value and value.strip())
    blank_count = len(column) - counts.total()
    markers = tuple(value for value in counts if value.lower() in KNOWN_MARKERS)
    kept = [value for value in counts if value not in markers]
    known = Values(name, "empty", len(column), blank_count, counts, markers)
    if not kept:
        return known._replace(markers=markers)
    kind, times = _kind(name, kept)
    has_commas = kind == "text" and may_have_commas and _are_decimals(kept)
    if has_commas:
        kind = "number"
    wide = kind == "integer" and any(abs(int(value)) > INT_MAX // 2 for value in kept)
    if kind == "text" and _is_list([counts[value] for value in kept], kept):
        kind = "list"
    # In a column of text "NA" may be a word; in one of numbers it is none.
    return known._replace(kind=kind, times=times, is_wide=wide, has_commas=has_commas)


def as_number(value: str) -> float:
    """Return what a value of a column of numbers is.

    Raises:
        ValueError: if it is no number.
    """
    return float(value.replace(",", "."))


def _are_decimals(values: list[str]) -> bool:
    has_comma = any("," in value for value in values)
    return (
        has_comma and all(NUMBER.fullmatch(value.replace(",", ".", 1)) for value in values) and not _are_codes(values)
    )


def _are_codes(values: list[str]) -> bool:
    """Say whether digits would be lost as a number: zeros before them, or the plus of a telephone number."""
    return any(LEADING_ZERO.fullmatch(value) or (value[0] == "+" and _is_long(value)) for value in values)


def _is_long(value: str) -> bool:
    return value[1:].isdigit() and not INTEGER.fullmatch(value)


def _kind(name: str, values: list[str]) -> tuple[Kind, Times | None]:
    if all(HOUR_LABEL.fullmatch(value) for value in values):
        return "hour_label", None
    if {value.lower() for value in values} <= BOOLEANS:
        return "boolean", None
    if all(INTEGER.fullmatch(value) for value in values):
        return _whole(name, values)
    if all(NUMBER.fullmatch(value) for value in values):
        return ("text" if _are_codes(values) else "number"), None
    times = times_of(values)
    if times:
        return ("date" if times.is_date else "time"), times
    return "text", None


def _whole(name: str, values: list[str]) -> tuple[Kind, Times | None]:
    if is_epoch(name, values):
        return "epoch", None
    if name.lower() in HOUR_NAMES and all(0 <= int(value) <= 23 for value in values):
        return "hour", None
    times = times_of(values) if all(len(value) == 8 for value in values) else None
    if times:
        return "date", times
    return ("text" if _are_codes(values) or not CODE_WORDS.isdisjoint(words_of(name)) else "integer"), None


def _is_list(row_counts: list[int], values: list[str]) -> bool:
    return (
        # One value alone says nothing of those that will come.
        1 < len(values) <= LISTED_MAX
        and sum(row_counts) >= LISTED_ROWS_LEAST * len(values)
        and row_counts.count(1) <= UNSEEN_RATE_MAX * sum(row_counts)
        and max(map(len, values)) <= LISTED_LENGTH_MAX
    )
