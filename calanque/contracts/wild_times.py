"""Times and spans that text can give and that no calendar has, kept from what would raise on them.

After a sign Spark reads more digits as one `yyyy`: `try_to_timestamp` itself overflows, and ends the batch, on
'+294248-01-01', and `to_utc_timestamp` on the day that it takes, '+294247-01-10'. In the expression of a contract a
time is read only from a text of its format's own form; every time so read, and every number that becomes a span, is
computed under a name of its own first, and goes on only when it is within bounds.
"""

import re
from collections.abc import Iterable
from typing import Any

from calanque.contracts.expressions import WHOLE
from calanque.contracts.sql_functions import FIELD
from calanque.contracts.sql_grammar import dialect, parsed

Step = tuple[str, str]
TIMES = "BETWEEN timestamp'0001-01-02' AND timestamp'9999-12-30'"
DAYS = "BETWEEN date'0001-01-02' AND date'9999-12-30'"
SPANS = "BETWEEN -1000000 AND 1000000"
READS = {"try_to_timestamp": TIMES, "try_to_date": DAYS}
BOUNDED = re.compile(rf"CASE WHEN (\S+) ({re.escape(TIMES)}|{re.escape(DAYS)}) THEN")
FAR_DAY = "^(-[0-9]{4}|[+-]?[1-9][0-9]{4,6})-[0-9]{2}-[0-9]{2}$"
CASTS = {"TIMESTAMP": TIMES, "TIMESTAMPTZ": TIMES, "DATE": DAYS}
# What a field is written as; the names of months, days and halves of a day are any text without a digit or a sign.
_FORMS = {"S": "[0-9]{0,9}", **dict.fromkeys("Xx", "(?:Z|[+-][0-9]{2}(?::?[0-9]{2}){0,2})")}
_NAME, _NUMBER = "[^0-9+-]+", "[0-9]{1,2}"


def form_of(time_format: str) -> str:
    """Return the pattern of what is written in a format; whether it is a day of the calendar, the reader says."""
    return f"(?is)^{''.join(_form_of(part) for part in FIELD.finditer(time_format))}$"


def _form_of(part: re.Match[str]) -> str:
    text, letter = part[0], part["letter"]
    if letter == "y":
        return f"[0-9]{{{len(text)}}}"
    if letter in _FORMS:
        return _FORMS[letter]
    if letter:
        return _NAME if letter in "Ea" or len(text) > len("MM") else _NUMBER
    sections = {"[": "(?:", "]": ")?", "''": "'"}
    return sections.get(text) or "".join(f"\\{sign}" if sign in "\\^[]" else f"[{sign}]" for sign in text.strip("'"))


def tamed(expression: str, prefix: str) -> tuple[list[Step], str]:
    """Return (alias, SQL) steps, of which a later one may use an earlier one, and the expression that uses them.

    Args:
        expression: one of which `problems_of_expression` says nothing.
        prefix: start of every alias.
    """
    tamer = _Tamer(prefix)
    tree = tamer.walked(parsed(expression))
    return tamer.steps, tree.sql(dialect=dialect())


def beyond_calendar(steps: Iterable[Step]) -> list[str]:
    """Return the conditions under which a time that `tamed` steps read is a real one and beyond their bounds."""
    found = (BOUNDED.match(sql) for _, sql in steps)
    return [f"{bounded[1]} NOT {bounded[2]}" for bounded in found if bounded]


def is_far_day(text: str) -> str:
    """Return the condition under which the SQL of a text is a day of a year that Python has not, 12026 or -44."""
    return f"{text} RLIKE '{FAR_DAY}' AND try_cast({text} AS date) IS NOT NULL"


class _Tamer:
    """Puts each step under a name, the innermost first: a time made of another one is made of one within bounds."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.steps: list[Step] = []

    def walked(self, node: Any) -> Any:
        """Return what stands for a node."""
        from sqlglot import exp

        for child in list(node.iter_expressions()):
            if (made := self.walked(child)) is not child:
                child.replace(made)
        if isinstance(node, exp.Literal) and not node.is_string and not WHOLE.fullmatch(node.this):
            # Without its letter it is a decimal to Spark, and a product of decimals can overflow.
            node.set("this", f"{node.this}D")
        name = str(node.this).lower() if isinstance(node, exp.Anonymous) else ""
        if name == "make_dt_interval":
            for number in list(node.expressions):
                if not isinstance(number, exp.Literal):
                    number.replace(self._bounded(number, SPANS))
        if name in READS:
            return self._bounded(self._checked(node), READS[name])
        wanted = node.args["to"].this.name if isinstance(node, exp.Cast) else ""
        return self._bounded(node, CASTS[wanted]) if wanted in CASTS else node

    def _bounded(self, node: Any, limits: str) -> Any:
        read = self._named(node.sql(dialect=dialect()))
        return self._named(f"CASE WHEN {read} {limits} THEN {read} END")

    def _checked(self, node: Any) -> Any:
        from sqlglot import exp

        text, written = node.expressions
        if not isinstance(text, exp.Column):
            text.replace(self._named(text.sql(dialect=dialect())))
        form = exp.Literal.string(form_of(written.unnest().this))
        is_right = exp.RegexpLike(this=node.expressions[0].copy(), expression=form)
        return exp.Case(ifs=[exp.If(this=is_right, true=node.copy())])

    def _named(self, sql: str) -> Any:
        from sqlglot import exp

        self.steps.append((f"{self.prefix}{len(self.steps)}", sql))
        return exp.column(self.steps[-1][0])
