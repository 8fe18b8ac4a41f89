"""What a personal feed promises: how fine its rows are seen beyond bronze, in how small groups, and what stays out."""

from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from calanque.closed import Options

Place = Literal["exact", "cell", "zone", "area"]
Time = Literal["exact", "hour", "week", "month"]
LEAST_COUNT = 11
"""Nothing under it is published (CNIL)."""


class Promise(Options):
    """The finest that anybody sees of a feed's rows, whatever bronze holds.

    `rows` are shown one by one (`single`), without whom they are about, or in figures alone (`counted`). No figure that
    is made of counted rows is of fewer than `least_count`; of single rows, no published one. `left_out` names the
    personal columns of the file that no table has.
    """

    place: Place
    time: Time
    rows: Literal["single", "counted"]
    least_count: Annotated[int, Field(ge=LEAST_COUNT)] = LEAST_COUNT
    left_out: tuple[str, ...] = ()


class _Seen(NamedTuple):
    place: Place
    time: Time
    rows: Literal["single", "counted"]


SEEN = {
    "report": _Seen("zone", "week", "counted"),
    "enforcement": _Seen("area", "month", "counted"),
    "detection": _Seen("cell", "hour", "counted"),
    "planned_event": _Seen("exact", "exact", "single"),
}
"""What the marts show of a shape, whatever a contract says; of incidents they obey the contract."""
