"""Which SQL a contract may say in `transformLogic`: what passes gives a value or NULL for any row, and never raises.

`problems_of_expression("try_cast(Lat AS int)", ["Lat"], "int", "Europe/Paris")` is empty. The text is parsed as Spark
reads it and every node must be on a list, with the types it takes: in Spark a string compared with a number is cast,
and a cast raises. Landing columns are strings.
"""

import math
import re
from collections.abc import Collection, Sequence
from typing import Any

from calanque.contracts.sql_functions import CASTS, FUNCTIONS, ExpressionError, Literal, Signature, growth_of
from calanque.contracts.sql_grammar import parsed

NUMBERS = ("int", "bigint", "double")
CAST_TYPES = {"INT": "int", "BIGINT": "bigint", "DOUBLE": "double", "BOOLEAN": "boolean", "DATE": "date"}
CAST_TYPES |= {"TIMESTAMPTZ": "timestamp", "TIMESTAMP": "timestamp", "TEXT": "string"}
TIMES = ("date", "timestamp")
WHOLE = re.compile(r"[0-9]{1,18}")
INTERVAL_UNITS = ("DAY", "DAYS", "HOUR", "HOURS", "MINUTE", "MINUTES", "SECOND", "SECONDS")
INT_MAX = 2**31 - 1
GROWTH_MAX = 1_000


def problems_of_expression(text: str, sources: Sequence[str], physical_type: str, time_zone: str) -> list[str]:
    """Return what is wrong with the expression of a column, as sentences.

    Args:
        text: the expression, in Spark's SQL.
        sources: the landing columns it says it uses.
        physical_type: what it must give.
        time_zone: the contract's, the only one that may be named.
    """
    try:
        tree = parsed(text)
        given = _Checker(time_zone).type_of(tree)
    except ExpressionError as problem:
        return [str(problem)]
    except RecursionError:
        return ["is too deep to be read: write it with fewer terms inside one another."]
    found = []
    if not fits(given, physical_type):
        found.append(f"gives a {given} where {physical_type} is stored: use try_cast(… AS {physical_type}).")
    unknown = _columns(tree) ^ set(sources)
    found += [f"'{name}' must be both used in it and listed in transformSourceObjects." for name in sorted(unknown)]
    return found


def problems_of_condition(text: str, columns: Collection[str], time_zone: str) -> list[str]:
    """Return what is wrong with a condition on landing columns, as sentences; its arguments are those above."""
    try:
        used = _columns(parsed(text))
    except (ExpressionError, RecursionError):
        used = set()
    found = problems_of_expression(text, sorted(used), "boolean", time_zone)
    return found + [f"'{name}' is not a landing column." for name in sorted(used - set(columns))]


def fits(given: str, wanted: str) -> bool:
    """Say whether a type is taken for another without a cast that can raise."""
    if "null" in (given, wanted) or given == wanted:
        return True
    return given in NUMBERS and wanted in NUMBERS and NUMBERS.index(given) <= NUMBERS.index(wanted)


def _columns(tree: Any) -> set[str]:
    from sqlglot import exp

    return {column.name for column in tree.find_all(exp.Column)}


class _Checker:
    """Gives each node its type, or refuses it."""

    def __init__(self, time_zone: str) -> None:
        self.time_zone = time_zone
        self.known: dict[int, str] = {}
        self.growth = 1

    def type_of(self, node: Any) -> str:
        """Return the type of a node, each of which is looked at once."""
        if id(node) not in self.known:
            self.known[id(node)] = self._type_of(node)
        return self.known[id(node)]

    def _type_of(self, node: Any) -> str:
        name = f"_{type(node).__name__.lower()}"
        for kinds, method in (
            (("_and", "_or", "_not"), "_logic"),
            (("_eq", "_neq", "_gt", "_gte", "_lt", "_lte", "_nullsafeeq"), "_comparison"),
            (("_add", "_sub", "_mul"), "_arithmetic"),
            (("_like", "_ilike", "_regexplike"), "_match"),
            (("_dpipe", "_concat"), "_join"),
        ):
            name = method if name in kinds else name
        known = getattr(self, name, None)
        if known is None:
            word = node.sql(dialect="spark") if hasattr(node, "sql") else str(node)
            raise ExpressionError(f"'{word[:60]}' is not allowed: only the listed functions and operators are.")
        kind: str = known(node)
        return kind

    def _column(self, node: Any) -> str:
        if node.parts[:-1]:
            raise ExpressionError(f"'{node.sql(dialect='spark')}' is not a landing column.")
        return "string"

    def _literal(self, node: Any) -> str:
        if node.is_string:
            return "string"
        if WHOLE.fullmatch(node.this):
            return "int" if int(node.this) <= INT_MAX else "bigint"
        if not re.fullmatch(r"[0-9.]+(?:[eE][+-]?[0-9]+)?", node.this) or math.isinf(float(node.this)):
            raise ExpressionError(f"'{node.this[:60]}' is not a number that a double holds.")
        return "double"

    def _null(self, _node: Any) -> str:
        return "null"

    def _boolean(self, _node: Any) -> str:
        return "boolean"

    def _paren(self, node: Any) -> str:
        return self.type_of(node.this)

    def _neg(self, node: Any) -> str:
        kind = self._wanted(node.this, "double", "-")
        if kind != "double" and type(node.this).__name__ != "Literal":
            raise ExpressionError("'-' of a whole number can raise: use try_subtract(0, …).")
        return kind

    def _logic(self, node: Any) -> str:
        for part in (node.this, node.args.get("expression")):
            if part is not None:
                self._wanted(part, "boolean", node.key.upper())
        return "boolean"

    def _comparison(self, node: Any) -> str:
        self._common([node.this, node.expression], "a comparison")
        return "boolean"

    def _is(self, node: Any) -> str:
        kind = type(node.expression).__name__
        if kind not in ("Null", "Boolean"):
            raise ExpressionError("IS takes NULL, TRUE or FALSE.")
        self._wanted(node.this, "boolean", "IS") if kind == "Boolean" else self.type_of(node.this)
        return "boolean"

    def _between(self, node: Any) -> str:
        self._common([node.this, node.args["low"], node.args["high"]], "BETWEEN")
        return "boolean"

    def _in(self, node: Any) -> str:
        if set(node.args) - {"this", "expressions"} and any(node.args.get(key) for key in ("query", "unnest", "field")):
            raise ExpressionError("a subquery is not allowed in it.")
        if not node.expressions:
            raise ExpressionError("IN takes one value at least.")
        self._common([node.this, *node.expressions], "IN")
        return "boolean"

    def _match(self, node: Any) -> str:
        self._wanted(node.this, "string", node.key.upper())
        pattern = self._literal_of(node.expression, "the pattern")
        if node.key == "regexplike":
            Literal.REGEX.check(pattern, self.time_zone)
        elif "\\" in pattern:
            raise ExpressionError("a pattern of LIKE has no backslash here: use startswith, endswith or contains.")
        return "boolean"

    def _join(self, node: Any) -> str:
        for part in node.expressions or (node.this, node.expression):
            self._wanted(part, "string", "||")
        return "string"

    def _arithmetic(self, node: Any) -> str:
        sign = {"add": "+", "sub": "-", "mul": "*"}[node.key]
        kinds = [self.type_of(part) for part in (node.this, node.expression)]
        if not all(kind in NUMBERS for kind in kinds) or "double" not in kinds:
            form = {"+": "try_add", "-": "try_subtract", "*": "try_multiply"}[sign]
            raise ExpressionError(f"'{sign}' of {' and '.join(kinds)} can raise: use {form}, which gives a reason.")
        return "double"

    def _case(self, node: Any) -> str:
        subject = node.this
        for branch in node.args["ifs"]:
            if subject is None:
                self._wanted(branch.this, "boolean", "WHEN")
            else:
                self._common([subject, branch.this], "CASE")
        values = [branch.args["true"] for branch in node.args["ifs"]]
        return self._common([*values, *([node.args["default"]] if node.args.get("default") else [])], "CASE")

    def _if(self, node: Any) -> str:
        if not node.args.get("false"):
            raise ExpressionError("IF takes three arguments.")
        self._wanted(node.this, "boolean", "IF")
        return self._common([node.args["true"], node.args["false"]], "IF")

    def _interval(self, node: Any) -> str:
        unit, value = str(node.args.get("unit") or "").upper(), str(node.this.this if node.this else "")
        if unit not in INTERVAL_UNITS or not re.fullmatch(r"[0-9]{1,6}", value):
            raise ExpressionError("an interval is a whole number of days, hours, minutes or seconds.")
        return "interval"

    def _cast(self, node: Any) -> str:
        raise ExpressionError(f"'{node.sql(dialect='spark')[:60]}' can raise: use the try_ form, which gives a reason.")

    def _trycast(self, node: Any) -> str:
        wanted = CAST_TYPES.get(node.args["to"].this.name) if not node.args["to"].expressions else None
        if wanted is None:
            raise ExpressionError(f"a cast to {node.args['to'].sql(dialect='spark')} is not allowed.")
        given, inner = self.type_of(node.this), node.this.unnest()
        # 5L and 1.5D are read as casts of a number written out.
        is_number = type(inner).__name__ == "Literal" and not inner.is_string
        is_total = wanted == "string" or (is_number and wanted in ("bigint", "double") and fits(given, wanted))
        if not node.args.get("safe") and not is_total:
            raise ExpressionError(f"a plain cast to {wanted} can raise: use try_cast, which gives a reason.")
        if wanted in TIMES and given == "string" and type(inner).__name__ != "Case":
            # Spark reads '2016' as a day and '12:30' as a time of today.
            raise ExpressionError(
                "a date or time read without its format is guessed: use try_to_timestamp with it, or cast a CASE that "
                "checks the form."
            )
        if given not in (wanted, "null") and wanted not in CASTS.get(given, ()):
            raise ExpressionError(f"a {given} can not be cast to {wanted}.")
        return wanted

    def _anonymous(self, node: Any) -> str:
        name = node.this if isinstance(node.this, str) else ""
        signatures = FUNCTIONS.get(name.lower())
        if signatures is None:
            advice = f": use try_{name.lower()}" if f"try_{name.lower()}" in FUNCTIONS else ""
            raise ExpressionError(
                f"'{name or node.this}(' is not allowed{advice}; the allowed functions can not raise."
            )
        kinds = [self.type_of(argument) for argument in node.expressions]
        for signature in signatures:
            if signature.takes(kinds, fits):
                self._check_literals(name, signature, node.expressions)
                # Spark gives nullif the type of what it looks at.
                return signature.gives or self._common(
                    node.expressions[: 1 if name.lower() == "nullif" else None], name
                )
        shown = " or ".join(f"({signature})" for signature in signatures)
        raise ExpressionError(f"{name}({', '.join(kinds)}) would cast a value or raise: it takes {shown}.")

    def _check_literals(self, name: str, signature: Signature, arguments: list[Any]) -> None:
        if name.lower() in ("replace", "regexp_replace"):
            search, replacement = (self._literal_of(argument, f"what {name} uses") for argument in arguments[1:])
            self.growth *= growth_of(name, search, replacement)
            if self.growth > GROWTH_MAX:
                raise ExpressionError(f"{name} could make a text {GROWTH_MAX} times as long: replace with less.")
        for taken, argument in zip(signature.parameters, arguments, strict=False):
            if isinstance(taken, Literal):
                taken.check(self._literal_of(argument, f"{name}'s {taken.value}"), self.time_zone)

    def _literal_of(self, node: Any, what: str) -> str:
        inner = node.unnest()
        sign = ""
        if type(inner).__name__ == "Neg":
            inner, sign = inner.this, "-"
        if type(inner).__name__ != "Literal":
            raise ExpressionError(f"{what} must be written out, not computed.")
        return f"{sign}{inner.this}"

    def _wanted(self, node: Any, wanted: str, what: str) -> str:
        given = self.type_of(node)
        if not fits(given, wanted):
            raise ExpressionError(f"{what} takes a {wanted}, not a {given}, which would be cast.")
        return given

    def _common(self, nodes: Sequence[Any], what: str) -> str:
        kinds = dict.fromkeys(self.type_of(node) for node in nodes)
        known = [kind for kind in kinds if kind != "null"]
        if len(known) > 1 and not all(kind in NUMBERS for kind in known):
            raise ExpressionError(f"{what} mixes {' and '.join(known)}, and one would be cast: use try_cast.")
        return max(known, key=NUMBERS.index) if len(known) > 1 else (known or ["null"])[0]
