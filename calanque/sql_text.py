"""Names and texts inside SQL."""


def quoted(name: str) -> str:
    """Return a column name in backquotes."""
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """Return a SQL string literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
