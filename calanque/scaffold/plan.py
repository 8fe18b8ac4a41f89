"""What a contract would say of each column of a sample."""

import re
from pathlib import Path
from typing import NamedTuple

from calanque.contracts.model import BETWEEN_LANGUAGES
from calanque.contracts.shapes import Shape
from calanque.contracts.undecided import UNDECIDED
from calanque.errors import CalanqueError
from calanque.places.territory import load_territory
from calanque.scaffold.classify import Proposal, proposal_of
from calanque.scaffold.roles import Position, is_row_number, key_of, metres_of, position_of
from calanque.scaffold.sample import NAME_COLUMN, Table, read_table, unpivoted, wide_columns
from calanque.scaffold.values import Values, values_of

HOURS = frozenset({"hour", "hour_label"})


class Column(NamedTuple):
    """A column of the sample, its proposed classification, and its null markers."""

    values: Values
    proposal: Proposal
    markers: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its name in the file."""
        return self.values.name

    @property
    def described(self) -> str:
        """What is known of it: no sentence yet, and of one language, whatever its name is."""
        return f"The source's column '{self.name.replace(BETWEEN_LANGUAGES, '/')}'"


class Plan(NamedTuple):
    """All that a contract is written from."""

    feed: str
    territory: str
    time_zone: str
    table: Table
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    position: Position | None
    day_and_hour: tuple[Column, Column] | None
    shape: Shape | None = None

    def is_left_out(self, column: Column) -> bool:
        """Whether a column of the file has no place in bronze as proposed."""
        return column.proposal.classification in ("personal", UNDECIDED) or is_row_number(column.values)


def plan_of(path: Path, feed: str | None, territory: str | None, member: str | None = None) -> Plan:
    """Return what the contract of a feed would say, from a sample of it.

    Args:
        path: the sample file.
        feed: name of the feed; that of the file by default.
        territory: name of the territory; to be decided by default.
        member: of a zip of several tables, the one to read.

    Raises:
        CalanqueError: if the sample can not be read, the name can not be a feed's, or there is no such territory.
    """
    name = feed or plain_name(Path(member or path.name).name.split(".")[0])
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise CalanqueError(f"'{name}' can not be the name of a feed: give one in lower case with --feed.")
    known = load_territory(territory) if territory else None
    table = read_table(path, member)
    if wide := wide_columns(table):
        table = unpivoted(table, wide)
    found = [values_of(name, column, may_have_commas=table.may_have_commas) for name, column in table.columns.items()]
    position = position_of(found, known.bounding_box if known else None)
    # A marker that a column of numbers has is the file's way to say "none", in its columns of text too.
    markers = {marker for values in found if values.is_coded for marker in values.markers}
    metres = metres_of(found)
    columns = tuple(
        _column(values, markers, position, metres, is_series=bool(wide) and values.name == NAME_COLUMN)
        for values in found
    )
    return Plan(
        feed=name,
        territory=territory or UNDECIDED,
        time_zone=known.time_zone if known else UNDECIDED,
        table=table,
        columns=columns,
        key=key_of(table, found),
        position=position,
        day_and_hour=_day_and_hour(columns),
    )


def plain_name(name: str) -> str:
    """Return a name in snake case: `Status.Notes` gives `status_notes`."""
    plain = "_".join(part for part in re.split(r"[^a-z0-9]+", _spaced(name)) if part)
    return plain if plain[:1].isalpha() else f"column_{plain}".rstrip("_")


def _spaced(name: str) -> str:
    import unicodedata

    letters = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", letters).lower()


def _column(
    values: Values, markers: set[str], position: Position | None, metres: frozenset[str], *, is_series: bool
) -> Column:
    is_position = position is not None and values.name in position.sources
    own = values.markers if values.is_coded else tuple(marker for marker in values.markers if marker in markers)
    if is_series:
        return Column(values, Proposal("open", "the names of the file's columns", names_places=True), own)
    if values.name in metres:
        return Column(
            values,
            Proposal("personal", "a position on a plane, in metres or feet; a cell is made of degrees: ask for them"),
            own,
        )
    return Column(values, proposal_of(values, is_position), own)


def _day_and_hour(columns: tuple[Column, ...]) -> tuple[Column, Column] | None:
    """Return the one date and the one hour of a table that has no time: together they are one."""
    days = [column for column in columns if column.values.kind == "date"]
    hours = [column for column in columns if column.values.kind in HOURS]
    has_time = any(column.values.kind in ("time", "epoch") for column in columns)
    return (days[0], hours[0]) if len(days) == len(hours) == 1 and not has_time else None
