"""How the SQL of a contract is read: as Spark reads it, one expression, of a length and a depth that can be walked."""

from functools import cache
from typing import Any

from calanque.contracts.sql_functions import ExpressionError

LENGTH_MAX = 8_000
DEPTH_MAX = 60


@cache
def dialect() -> Any:
    """Return Spark's grammar without sqlglot's own idea of functions: each is read under the name that is written."""
    from sqlglot.dialects import spark

    base: Any = spark.Spark
    casts = {name: base.Parser.FUNCTION_PARSERS[name] for name in ("CAST", "TRY_CAST")}
    parser = type("Parser", (base.Parser,), {"FUNCTIONS": {}, "FUNCTION_PARSERS": casts, "NO_PAREN_FUNCTIONS": {}})
    # Spark reads a doubled quote as one quote; sqlglot would make two texts of it.
    tokenizer = type("Tokenizer", (base.Tokenizer,), {"STRING_ESCAPES": ["\\", "'", '"']})
    return type("ContractSpark", (base,), {"Parser": parser, "Tokenizer": tokenizer})


def parsed(text: str) -> Any:
    """Return the tree of one expression.

    Raises:
        ExpressionError: if it is none.
    """
    import sqlglot
    from sqlglot.errors import SqlglotError

    if len(text) > LENGTH_MAX:
        raise ExpressionError(f"an expression has {LENGTH_MAX} characters at most.")
    try:
        statements = sqlglot.parse(text, read=dialect())
    except (SqlglotError, RecursionError) as error:
        where = getattr(error, "errors", None) or [{}]
        near = where[0].get("highlight")
        raise ExpressionError(f"is not an expression of SQL{f', near {near!r}' if near else ''}.") from None
    if len(statements) != 1 or statements[0] is None:
        raise ExpressionError("must be one expression.")
    tree = statements[0]
    level, depth = [tree], 0
    while level := [child for node in level for child in node.iter_expressions()]:
        depth += 1
        if depth > DEPTH_MAX:
            raise ExpressionError(f"is more than {DEPTH_MAX} levels deep: use IN, or fewer terms one after the other.")
    if any(node.comments for node in tree.walk()):
        raise ExpressionError("a comment is not allowed in it: use the column's description.")
    return tree
