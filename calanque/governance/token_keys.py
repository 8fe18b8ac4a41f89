"""Which tables still hold tokens of which key: what must be known before a key is destroyed."""

from collections import Counter

from calanque.engines import spark
from calanque.engines.hdfs import lake
from calanque.governance.erasures import FOLDER, TOKEN, erasures_of
from calanque.governance.maintain import lake_tables


def tokens_in_use() -> dict[str, dict[str, int]]:
    """Count the tokens in the present version of every table, one pass a table, and on the erasure list.

    Returns:
        By key id, by table: how many values are tokens of that key; a value in two columns counts twice.

    Raises:
        CalanqueError: if the engine does not answer.
    """
    found: dict[str, dict[str, int]] = {}
    for table in lake_tables():
        for key_id, count in _counts(table).items():
            found.setdefault(key_id, {})[table] = count
    # Without its key a listed token says nothing of a person who comes again.
    listed = {token for feed in lake().list(FOLDER) for entry in erasures_of(feed) for token in entry.tokens}
    for key_id, count in Counter(token.split(":")[0] for token in listed).items():
        found.setdefault(key_id, {})["the erasure list"] = count
    return found


def _counts(table: str) -> Counter[str]:
    columns = [name for name, kind in spark.session().table(table).dtypes if kind == "string"]
    if not columns:
        return Counter()
    quoted = ", ".join(f"`{name}`" for name in columns)
    escaped = TOKEN.replace("\\", "\\\\")
    rows = spark.rows(
        f"SELECT split_part(value, ':', 1) AS key_id, count(*) AS value_count "
        f"FROM (SELECT explode(array({quoted})) AS value FROM {table}) WHERE value RLIKE '{escaped}' GROUP BY 1"
    )
    return Counter({row["key_id"]: int(row["value_count"]) for row in rows})
