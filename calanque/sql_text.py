"""Names and texts inside SQL."""

from collections.abc import Iterable


def quoted(name: str) -> str:
    """Return a column name in backquotes."""
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """Return a SQL string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def listed(texts: Iterable[str]) -> str:
    """Return string literals in order, as what stands between the brackets of a list."""
    return ", ".join(literal(text) for text in sorted(texts))
