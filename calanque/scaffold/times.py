"""Which formats the times of a column are written in, found by trying a list on every value.

Example: `2013-01-15 07:15:14` and `01/15/2013 07:15:14 AM` in one column are two formats, tried one after the other;
`03/04/2013` alone is of two: day first, or month first.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

LEAST_SHARE = 0.95
"""Of the values, that the formats found must read: the rest is wrong, and goes to quarantine."""
FORMAT_COUNT_MAX = 3
YEARS = range(1850, 2101)
EPOCH_S = range(631_152_000, 2_147_483_648)
"""From 1990 to 2038."""
TIME_WORDS = re.compile(
    r"(^|[^a-z])(date|time|timestamp|ts|epoch|at|on|day|jour|heure|hour|opened|closed|updated|created|debut|fin)([^a-z]|$)"
)

# Java's pattern, Python's, and the shape of a value: a shape is looked at first, most values fit one only.
# A year of two digits is of no century, 15/03/26 may begin with it, and no contract reads it: such a date stays text.
_DATES = (
    ("yyyy-MM-dd", "%Y-%m-%d", r"\d{4}-\d\d-\d\d"),
    ("yyyy/MM/dd", "%Y/%m/%d", r"\d{4}/\d\d/\d\d"),
    ("M/d/yyyy", "%m/%d/%Y", r"\d{1,2}/\d{1,2}/\d{4}"),
    ("d/M/yyyy", "%d/%m/%Y", r"\d{1,2}/\d{1,2}/\d{4}"),
    ("d-M-yyyy", "%d-%m-%Y", r"\d{1,2}-\d{1,2}-\d{4}"),
    ("M-d-yyyy", "%m-%d-%Y", r"\d{1,2}-\d{1,2}-\d{4}"),
    ("d.M.yyyy", "%d.%m.%Y", r"\d{1,2}\.\d{1,2}\.\d{4}"),
    ("yyyyMMdd", "%Y%m%d", r"(?:19|20)\d\d[01]\d[0-3]\d"),
)
_CLOCKS = (
    ("HH:mm:ss", "%H:%M:%S", r"\d\d:\d\d:\d\d"),
    ("H:mm:ss", "%H:%M:%S", r"\d:\d\d:\d\d"),
    ("HH:mm:ss.SSS", "%H:%M:%S.%f", r"\d\d:\d\d:\d\d\.\d{3}"),
    ("HH:mm:ss.SSSSSS", "%H:%M:%S.%f", r"\d\d:\d\d:\d\d\.\d{6}"),
    ("H:mm", "%H:%M", r"\d{1,2}:\d\d"),
    ("H'h'mm", "%Hh%M", r"\d{1,2}h\d\d"),
    ("h:mm:ss a", "%I:%M:%S %p", r"\d{1,2}:\d\d:\d\d [AaPp][Mm]"),
    ("h:mm a", "%I:%M %p", r"\d{1,2}:\d\d [AaPp][Mm]"),
    ("HHmm", "%H%M", r"\d{4}"),
)
_ZONES = (
    ("", "", ""),
    ("XXX", "%z", r"(?:Z|[+-]\d\d:\d\d)"),
    ("X", "%z", r"[+-]\d\d(?!:)"),
    ("xx", "%z", r"[+-]\d{4}"),
)


class TimeFormat(NamedTuple):
    """One way of writing a time; `java` is the pattern that Spark reads."""

    java: str
    python: str
    shape: re.Pattern[str]
    has_clock: bool
    has_zone: bool

    def reads(self, value: str) -> bool:
        """Whether a value is a time in this format, in a year that data are of."""
        if not self.shape.fullmatch(value):
            return False
        text = f"{value}00" if self.java.endswith("X") and not self.java.endswith("XXX") else value
        try:
            return datetime.strptime(text, self.python).year in YEARS
        except ValueError:
            return False


def _formats() -> tuple[TimeFormat, ...]:
    dates = [TimeFormat(j, p, re.compile(s), has_clock=False, has_zone=False) for j, p, s in _DATES]
    times = [
        TimeFormat(f"{dj}{sj}{cj}{zj}", f"{dp}{sp}{cp}{zp}", re.compile(f"{ds}{sp}{cs}{zs}"), True, bool(zj))
        for dj, dp, ds in _DATES
        for sj, sp in ((" ", " "), ("'T'", "T"))
        for cj, cp, cs in _CLOCKS
        for zj, zp, zs in _ZONES
    ]
    return (*dates, *times)


FORMATS = _formats()


class Times(NamedTuple):
    """The formats of a column, the most met first; `rivals` read the same values another way (day or month first)."""

    formats: tuple[TimeFormat, ...]
    rivals: tuple[TimeFormat, ...]
    unread_count: int

    @property
    def is_date(self) -> bool:
        """Whether no value has a clock time."""
        return not any(form.has_clock for form in self.formats)


def times_of(values: Sequence[str]) -> Times | None:
    """Return the formats of distinct values, None when they are not times.

    Args:
        values: distinct values of a column, no blank and no null marker among them.
    """
    left, formats, rivals = list(values), list[TimeFormat](), list[TimeFormat]()
    while left and len(formats) < FORMAT_COUNT_MAX:
        read = {form: sum(map(form.reads, left)) for form in _candidates(left)}
        best = max(read, key=lambda form: read[form], default=None)
        if best is None or read[best] == 0:
            break
        # Two orders of day and month in one column: nobody can tell which one 03/04/2013 is in.
        rivals += [form for form in formats if _is_rival(form, best)]
        formats.append(best)
        rivals += [form for form in read if form is not best and _is_rival(form, best) and read[form] == read[best]]
        left = [value for value in left if not best.reads(value)]
    if not values or len(left) > (1 - LEAST_SHARE) * len(values):
        return None
    return Times(tuple(formats), tuple(rivals), len(left))


def is_epoch(name: str, values: Sequence[str]) -> bool:
    """Whether a column holds seconds since 1970, by its name and its values."""
    whole = all(value.isdigit() and int(value) in EPOCH_S for value in values)
    return bool(values) and whole and bool(TIME_WORDS.search(name.lower()))


def _candidates(values: Sequence[str]) -> list[TimeFormat]:
    """Return the formats that read one of the first values, the middle ones or the last ones: others are not tried."""
    some = {*values[:20], *values[len(values) // 2 :][:20], *values[-20:]}
    return [form for form in FORMATS if any(form.shape.fullmatch(value) for value in some)]


def _is_rival(form: TimeFormat, best: TimeFormat) -> bool:
    return form.shape.pattern == best.shape.pattern
