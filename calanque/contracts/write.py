"""How a batch changes its table: it adds rows, is the new state, or holds new versions of some rows."""

from typing import Annotated, Literal

from pydantic import Field

from calanque.closed import Options

Key = Annotated[tuple[str, ...], Field(min_length=1)]


class AppendWrite(Options):
    """Each batch adds its rows; none is ever closed."""

    mode: Literal["append"] = "append"

    @property
    def row_key(self) -> tuple[str, ...]:
        """No row stands for another."""
        return ()


class SnapshotWrite(Options):
    """The newest file is the state: a row that is not in it is closed, and of a changed one both versions are kept.

    With `within`, a date column, a file is the state of the days that it covers and of no other day.
    """

    mode: Literal["snapshot"]
    key: Key
    within: str | None = None

    @property
    def row_key(self) -> tuple[str, ...]:
        """The columns that tell two rows of a file apart: with `within`, a row is known by its key and its day."""
        return tuple(dict.fromkeys((*self.key, *([self.within] if self.within else []))))


class DeletedWhen(Options):
    """The value of a column by which a row says that its key is gone."""

    column: str
    value: str


class MergeWrite(Options):
    """A file holds new versions of some rows: of each key, the one that is last by `order_by` is current."""

    mode: Literal["merge"]
    key: Key
    order_by: str
    deleted_when: DeletedWhen | None = None

    @property
    def row_key(self) -> tuple[str, ...]:
        """The columns that tell two rows of a file apart."""
        return (*self.key, self.order_by)


Write = Annotated[AppendWrite | SnapshotWrite | MergeWrite, Field(discriminator="mode")]


class Duplicates(Options):
    """Rows of one batch with the same key: all kept and counted, or all but the first put in quarantine."""

    key: Key
    action: Literal["keep", "quarantine"]
