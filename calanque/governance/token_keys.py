"""Which tables still hold tokens of which key: what must be known before a key is destroyed."""

from collections import Counter

from calanque.engines import spark
from calanque.governance.maintain import lake_tables
from calanque.privacy.key_file import KEY_ID
from calanque.privacy.tokens import NORMALISERS

_TOKEN = rf"^({KEY_ID.pattern}):({'|'.join(NORMALISERS)}):[a-z2-7]{{32}}$"


def tokens_in_use() -> dict[str, dict[str, int]]:
    """Count the tokens in the present version of every table, one pass a table.

    Returns:
        By key id, by table: how many values are tokens of that key; a value in two columns counts twice.

    Raises:
        CalanqueError: if the engine does not answer.
    """
    found: dict[str, dict[str, int]] = {}
    for table in lake_tables():
        for key_id, count in _counts(table).items():
            found.setdefault(key_id, {})[table] = count
    return found


def _counts(table: str) -> Counter[str]:
    columns = [name for name, kind in spark.session().table(table).dtypes if kind == "string"]
    if not columns:
        return Counter()
    quoted = ", ".join(f"`{name}`" for name in columns)
    escaped = _TOKEN.replace("\\", "\\\\")
    rows = spark.rows(
        f"SELECT split_part(value, ':', 1) AS key_id, count(*) AS value_count "
        f"FROM (SELECT explode(array({quoted})) AS value FROM {table}) WHERE value RLIKE '{escaped}' GROUP BY 1"
    )
    return Counter({row["key_id"]: int(row["value_count"]) for row in rows})
