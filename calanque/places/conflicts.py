"""Rules of `infra/conflicts.yml`: which planned events can not go together, or with what stands in the city."""

from datetime import time
from functools import cache
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from calanque.closed import Closed
from calanque.places.taxonomy import Label
from calanque.settings import settings
from calanque.yaml_file import read_closed

FARTHEST_M = 1000
"""Events farther apart are never held against each other: what looks for neighbours counts on it."""


Kinds = Annotated[tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], ...], Field(min_length=1)]
Weekday = Literal[1, 2, 3, 4, 5, 6, 7]


class Side(Closed):
    """What one of the two events is: its kinds, and how many persons are expected there at least."""

    kinds: Kinds
    at_least: Annotated[int, Field(ge=0)] = 0


class Asset(Closed):
    """What stands in the city (feeds of the shape `asset`), by its kinds; `is_full` counts who is there at one time."""

    kinds: Kinds
    is_full: bool = False


class Span(Closed):
    """A part of the day, on the wall clock of the city."""

    begins: time
    ends: time

    @model_validator(mode="after")
    def _ends_later(self) -> Self:
        if self.begins >= self.ends:
            raise ValueError("ends at or before it begins: a span is of one day.")
        return self


class Hours(Closed):
    """When a rule counts: at these hours of these days of the week (Monday is 1), but on no day of an event not in."""

    between: Annotated[tuple[Span, ...], Field(min_length=1)]
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1)] = (1, 2, 3, 4, 5, 6, 7)
    not_in: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _apart(self) -> Self:
        spans = sorted(self.between, key=lambda span: span.begins)
        if any(later.begins < earlier.ends for earlier, later in pairwise(spans)):
            raise ValueError("two spans overlap: their minutes would count twice.")
        return self


class ConflictRule(Closed):
    """A rule: two events of these sides, within a distance in metres, are in conflict when they overlap in time.

    With a margin they are so, too, when one begins up to as many minutes after the other has ended; without a distance,
    wherever they are. With an asset and no second side, an event is held against what stands within the distance; with
    both, the distance is from each of the two events to one asset, as to a line that serves both.
    """

    label: Label
    first: Side
    second: Side | None = None
    asset: Asset | None = None
    within_m: Annotated[int, Field(gt=0, le=FARTHEST_M)] | None = None
    margin_minutes: Annotated[int, Field(ge=0, le=24 * 60)] = 0
    hours: Hours | None = None

    @model_validator(mode="after")
    def _is_one_of_its_forms(self) -> Self:
        if self.second is None and self.asset is None:
            raise ValueError("has neither a second side nor an asset: say what the first is held against.")
        if self.asset is not None and self.within_m is None:
            raise ValueError("says no within_m: an asset stands somewhere.")
        if self.asset is not None and self.asset.is_full and self.second is not None:
            raise ValueError("has a second side beside a place that is full: everything expected there is counted.")
        return self

    @property
    def way(self) -> Literal["near", "along", "anywhere"]:
        """How the two are brought together: by their distance, by an asset that both are near, or by time alone."""
        if self.within_m is None:
            return "anywhere"
        return "along" if self.asset is not None and self.second is not None else "near"


Rules = dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")], ConflictRule]


class _Conflicts(Closed):
    every_city: Rules
    cities: dict[str, Rules]


def conflict_rules(city: str) -> dict[str, ConflictRule]:
    """Return the rules of a city by name: those of every city, and its own in the place of one of the same name.

    Raises:
        CalanqueError: if the file is not closed.
    """
    said = _read()
    return said.every_city | said.cities.get(city, {})


@cache
def _read() -> _Conflicts:
    return read_closed(settings().root / "infra" / "conflicts.yml", _Conflicts)
