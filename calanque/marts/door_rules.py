"""Who may read what at the query door: Trino's rules, made from the contracts and from what dbt says of marts.

A mart says in its `meta` who reads it beside analysts and engineers (`readers`); a column says which role sees it
coarser (`coarse`, with the expression) and whether it counts what is told from eleven on (`guarded`). Rows of a city
are there for analysts, and for who is elected, while each of its feeds' contracts names analysts as recipients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from calanque.engines.trino import ROLES, Role
from calanque.errors import CalanqueError
from calanque.marts.domains import DOMAINS
from calanque.settings import settings
from calanque.yaml_file import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from calanque.contracts import FeedContract

READ_MARTS: tuple[Role, ...] = ("analyst", "engineer")
"""Who reads every mart; another role reads those that name it."""
RECIPIENT = "analysts"
"""Whom a contract has to name for its city to be shown to analysts, and to who is elected, who sees no more than they
do. Engineers run the lake, and receive nothing by it."""
LEAST_COUNT = 11
# Files of a table say when and in how many parts it was written, and where.
HIDDEN = ("$path", "$file_size", "$file_modified_time")
FRESHNESS = "dim_feed_freshness"
"""The one mart that no file of dbt's declares; it tells of feeds, and of no row of theirs."""
PLAIN = "[^$]*"
"""Names of tables; what Trino calls `table$history` and the like is not among them."""


def users(*roles: Role) -> str:
    """Return the accounts of roles as Trino's rules match them."""
    return "|".join(account for role in roles for account in ROLES[role])


def marts() -> dict[str, dict[str, Any]]:
    """Return what dbt's files say of each mart, those of ml/ too, by name.

    Raises:
        CalanqueError: if a file is no YAML, or names a role that is none.
    """
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((settings().root / "dbt" / "models" / "marts").rglob("*.yml")):
        said = read_yaml(path)
        # Whatever ml/ writes is of a city; its file names the columns that have tests.
        city = {"name": "territory"}
        written = [table for source in said.get("sources", ()) for table in source["tables"]]
        tables = [table | {"columns": [city, *_columns(table)]} for table in written]
        found |= {mart["name"]: mart for mart in (*said.get("models", ()), *tables)}
    for name, mart in found.items():
        named = {
            *_meta(mart).get("readers", ()),
            *(role for one in _columns(mart) for role in _meta(one).get("coarse", ())),
        }
        if unknown := named - ROLES.keys():
            raise CalanqueError(f"{name}: its meta names '{min(unknown)}': choose of {', '.join(ROLES)}.")
    return found


class Shown(NamedTuple):
    """What a feed's contract says of its city, in the marts that its shape fills: whether analysts see it."""

    territory: str
    shape: str | None
    is_open: bool


def shown_by(contract: FeedContract) -> Shown:
    """Return what a contract says of its city."""
    return Shown(contract.territory, contract.shape, RECIPIENT in contract.recipients)


def rules(
    contracts: Mapping[str, FeedContract], found: Mapping[str, Mapping[str, Any]], lost: Iterable[Shown] = ()
) -> dict[str, Any]:
    """Return Trino's file of rules; what no rule allows is refused, and the first that fits counts.

    Args:
        contracts: of the feeds, by name.
        found: the marts, as `marts` gives them.
        lost: what contracts said that are wrong or gone now: their rows are still there.
    """
    everybody = users(*ROLES)
    return {
        "catalogs": [
            {"user": everybody, "catalog": "lake", "allow": "all"},
            {"user": everybody, "catalog": "system", "allow": "read-only"},
            {"catalog": ".*", "allow": "none"},
        ],
        "schemas": [{"owner": False}],
        "tables": [*_of_tables([*map(shown_by, contracts.values()), *lost], found), {"privileges": []}],
        "functions": [{"privileges": []}],
        "procedures": [{"privileges": []}],
        "system_session_properties": [{"allow": False}],
        "catalog_session_properties": [{"allow": False}],
        # A query is its asker's own: nobody sees or ends another's.
        "queries": [{"user": everybody, "allow": ["execute"]}, {"allow": []}],
        "impersonation": [{"original_user": ".*", "new_user": ".*", "allow": False}],
    }


def _of_tables(shown: list[Shown], found: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    everybody = users(*ROLES)
    return [
        _rule(users("engineer"), "governance", "journal.*"),
        _rule(users("engineer"), "marts|governance", "[^$]*[$]history", "SELECT"),
        _table(users("dpo", "engineer"), PLAIN, "governance"),
        # A table of the marts that nothing declares is nobody's.
        *(rule for name, mart in found.items() for rule in _of_mart(name, mart, shown)),
        _table(users(*READ_MARTS), FRESHNESS, "marts"),
        {"catalog": "lake", "schema": "information_schema", "table": ".*", "privileges": ["SELECT"]},
        _rule(everybody, "jdbc", ".*", "SELECT", catalog="system"),
        _rule(everybody, "metadata", "table_comments", "SELECT", catalog="system"),
    ]


def _rule(user: str, schema: str, table: str, *privileges: str, catalog: str = "lake") -> dict[str, Any]:
    """Return a rule; one without privileges refuses."""
    return {"user": user, "catalog": catalog, "schema": schema, "table": table, "privileges": list(privileges)}


def _table(
    user: str,
    table: str,
    schema: str,
    columns: Iterable[dict[str, Any]] = (),
    row_filter: str | None = None,
) -> dict[str, Any]:
    """Return a rule that lets a table be read and listed with its comment, but no column of its files."""
    hidden = [{"name": name, "allow": False} for name in HIDDEN]
    rule = _rule(user, schema, table, "SELECT", "OWNERSHIP") | {"columns": [*hidden, *columns]}
    return rule | ({"filter": row_filter} if row_filter else {})


def _of_mart(name: str, mart: Mapping[str, Any], shown: list[Shown]) -> Iterable[dict[str, Any]]:
    """Yield the rule of a mart for each role that reads it."""
    columns = {one["name"]: one for one in _columns(mart)}
    for role in ROLES:
        if role not in (*READ_MARTS, *_meta(mart).get("readers", ())):
            continue
        masks = [
            {"name": column, "mask": mask} for column, one in columns.items() if (mask := _mask(column, one, role))
        ]
        cities = open_cities(name, role, shown) if "territory" in columns else None
        yield _table(users(role), name, "marts", masks, None if cities is None else _of_cities(cities))


def _of_cities(cities: Iterable[str]) -> str:
    listed = ", ".join(f"'{city}'" for city in cities)
    return f"territory IN ({listed})" if listed else "false"


def open_cities(mart: str, role: Role, shown: list[Shown]) -> tuple[str, ...] | None:
    """Return the cities of which a role sees rows in a mart: those of which every feed that it reads names the role.

    None where it sees them all: squares and outlines of places are facts of nobody.
    """
    if role == "engineer" or mart in DOMAINS["places"].marts:
        return None
    shapes = {shape for domain in DOMAINS.values() if mart in domain.marts for shape in domain.shapes}
    shapes = shapes or set(DOMAINS["incidents"].shapes)
    read = [one for one in shown if one.shape in shapes]
    closed = {one.territory for one in read if not one.is_open}
    return tuple(sorted({one.territory for one in read} - closed))


def _mask(name: str, column: Mapping[str, Any], role: Role) -> str | None:
    """Return what a role sees instead of a column; a small count is withheld from whoever reads published figures."""
    if coarse := _meta(column).get("coarse", {}).get(role):
        return str(coarse)
    is_withheld = role not in READ_MARTS and _meta(column).get("guarded", False)
    return f'if("{name}" < {LEAST_COUNT} AND "{name}" > 0, NULL, "{name}")' if is_withheld else None


def _meta(one: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (one.get("config") or {}).get("meta") or {}
    return found


def _columns(mart: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(mart.get("columns") or ())
