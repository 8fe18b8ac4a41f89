"""Names and texts inside SQL."""

from collections.abc import Iterable, Mapping


def quoted(name: str) -> str:
    """Return a column name in backquotes."""
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """Return a SQL string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def listed(texts: Iterable[str]) -> str:
    """Return string literals in order, as what stands between the brackets of a list."""
    return ", ".join(literal(text) for text in sorted(texts))


def carried(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Return the SQL of each column of a table, by types, over rows of its earlier version: nothing in what is new."""
    return [
        quoted(name) if old.get(name) == kind else f"cast(null as {kind}) as {quoted(name)}"
        for name, kind in new.items()
    ]
