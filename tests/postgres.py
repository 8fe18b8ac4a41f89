"""PostgreSQL as a whole: every value of every table of every database, for whoever must prove what is not in it."""

from collections.abc import Iterator
from typing import Any

from calanque.settings import Settings

ROWS_AT_ONCE = 2_000
# pg_stats shows the most common values that the planner keeps of each column, after the rows are gone.
ALSO_READ = "pg_catalog.pg_stats"
_TABLES = """
select quote_ident(n.nspname) || '.' || quote_ident(c.relname)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema')
and n.nspname not like 'pg_toast%'
order by 1
"""


def values(settings: Settings) -> Iterator[tuple[str, str, list[Any]]]:
    """Yield (database, table, values of some of its rows) until every value of the server has been given."""
    for database in _column(settings, "postgres", "select datname from pg_database where datallowconn order by 1"):
        for table in (*_column(settings, database, _TABLES), ALSO_READ):
            for row_values in _rows(settings, database, table):
                yield database, table, row_values


def execute(settings: Settings, database: str, statement: str, arguments: tuple[Any, ...] = ()) -> None:
    """Run one statement that returns nothing, in a transaction of its own."""
    with _connection(settings, database) as connection, connection.cursor() as cursor:
        cursor.execute(statement, arguments)
    connection.close()


def _column(settings: Settings, database: str, query: str) -> list[str]:
    with _connection(settings, database) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        found = [str(row[0]) for row in cursor.fetchall()]
    connection.close()
    return found


def _rows(settings: Settings, database: str, table: str) -> Iterator[list[Any]]:
    with _connection(settings, database) as connection, connection.cursor("scan") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(f"select * from {table}")
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield [value for row in rows for value in row if value is not None]
    connection.close()


def _connection(settings: Settings, database: str) -> Any:
    import psycopg2

    return psycopg2.connect(settings.database(database))
