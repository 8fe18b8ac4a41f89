"""Rules of `infra/conflicts.yml`: which planned events can not go together, near each other and at one time."""

from functools import cache
from typing import Annotated

from pydantic import Field

from calanque.closed import Closed
from calanque.places.taxonomy import Label
from calanque.settings import settings
from calanque.yaml_file import read_closed

FARTHEST_M = 1000
"""Events farther apart are never held against each other: what looks for neighbours counts on it."""


class Side(Closed):
    """What one of the two events is: its kinds, and how many persons are expected there at least."""

    kinds: Annotated[tuple[str, ...], Field(min_length=1)]
    at_least: Annotated[int, Field(ge=0)] = 0


class ConflictRule(Closed):
    """A rule: two events of these sides, within a distance in metres, are in conflict when they overlap in time.

    With a margin they are so, too, when one begins up to as many minutes after the other has ended.
    """

    label: Label
    first: Side
    second: Side
    within_m: Annotated[int, Field(gt=0, le=FARTHEST_M)]
    margin_minutes: Annotated[int, Field(ge=0, le=24 * 60)] = 0


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
