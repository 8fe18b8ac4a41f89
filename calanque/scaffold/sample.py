"""Read a sample file as a table of text, and say how it is written."""

from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from calanque.contracts.forbidden import forbidden_word, words_of
from calanque.errors import CalanqueError
from calanque.formats import columns_of, guess, rows, unpacked
from calanque.scaffold.classify import COORDINATE_WORDS, PERSON_WORDS
from calanque.scaffold.values import as_number

WIDE_LEAST, WIDE_SHARE = 8, 0.6
NAME_COLUMN, VALUE_COLUMN = "series", "value"
TIME_NAMES = frozenset({"year", "month", "day", "week", "hour", "annee", "mois", "jour", "semaine", "heure", "id"})


class Table(NamedTuple):
    """The columns of a sample as text, and the `fileFormat` that reads it."""

    file_name: str
    file_format: dict[str, Any]
    columns: dict[str, list[str | None]]
    row_count: int
    malformed_count: int = 0
    """Rows that are not in the columns: of more fields or fewer, or broken."""

    @property
    def may_have_commas(self) -> bool:
        """Whether a comma in a number may be that of its decimals: Excel in French parts columns by semicolons."""
        return self.file_format.get("delimiter") != ","


def read_table(path: Path, member: str | None = None) -> Table:
    """Return a sample file as a table; of a zip, `member` is the one to read.

    Raises:
        CalanqueError: if the file is missing, is of no known format, has no row or one column, or has a column that
            can never enter the lake.
    """
    options = guess(path, member)
    columns: dict[str, list[str | None]] = {name: [] for name in columns_of(path, options)}
    with unpacked(path, options) as members:
        _check_header(options.facts(members[0]).header, path.name)
    row_count = malformed_count = 0
    for row in rows(path, options):
        if isinstance(row, str):
            malformed_count += 1
            continue
        row_count += 1
        for name, column in columns.items():
            column.append(row.get(name))
    if row_count == 0:
        odd = f" but malformed ones ({malformed_count:,})" if malformed_count else ""
        raise CalanqueError(f"{path.name} has no row{odd}: give a sample with some hundreds of them.")
    form = options.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return Table(path.name, form, columns, row_count, malformed_count)


def unpivoted(table: Table, wide: list[str]) -> Table:
    """Return a wide table made long: one row for each of the wide columns and line."""
    keep = [name for name in table.columns if name not in wide]
    columns: dict[str, list[str | None]] = {name: table.columns[name] * len(wide) for name in keep}
    columns[NAME_COLUMN] = [name for name in wide for _ in range(table.row_count)]
    columns[VALUE_COLUMN] = [value for name in wide for value in table.columns[name]]
    unpivot = {"keep": keep, "nameColumn": NAME_COLUMN, "valueColumn": VALUE_COLUMN}
    form = {**table.file_format, "unpivot": unpivot}
    return table._replace(file_format=form, columns=columns, row_count=table.row_count * len(wide))


def wide_columns(table: Table) -> list[str]:
    """Return the columns of numbers that are one measure under many names; none when the table is long."""
    numeric = [
        name
        for name, column in table.columns.items()
        if name.lower() not in TIME_NAMES
        and all(value is None or _is_number(value, table.may_have_commas) for value in column)
    ]
    # A position or a telephone among them says that they are no one measure.
    speaking = {word for name in numeric for word in words_of(name)} & (COORDINATE_WORDS | PERSON_WORDS)
    is_wide = not speaking and len(numeric) >= WIDE_LEAST and len(numeric) >= WIDE_SHARE * len(table.columns)
    return numeric if is_wide and table.file_format["type"] == "csv" else []


def _is_number(value: str, may_have_commas: bool) -> bool:
    try:
        as_number(value) if may_have_commas else float(value)
    except ValueError:
        return False
    return True


def _check_header(header: tuple[str, ...], file: str) -> None:
    if len(header) < 2:
        raise CalanqueError(f"{file} has one column or none: give a file with a line of column names.")
    for name, count in Counter(header).items():
        word = forbidden_word(name)
        if word:
            raise CalanqueError(
                f"{file} has the column '{name}': '{word}' can never enter the lake. Ask the source to leave it out."
            )
        if count > 1:
            raise CalanqueError(f"{file} has the column '{name}' twice: ask the source to correct it.")
